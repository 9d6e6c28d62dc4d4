// A certified OpenID provider plays X: the code flow from its login to a linked account (MONEY 1-4). The provider checks what it
// is sent as its standards say: client, redirect URI, PKCE, single use; and says who it is (`iss`).
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import Provider from "oidc-provider";

const SECRET = "a secret of thirty-two characters or more";

let answer = (_request, response) => response.writeHead(503).end();
const server = createServer((request, response) => answer(request, response));
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;

const networks = join(mkdtempSync(join(tmpdir(), "spark-peer-")), "networks.json");
const place = {
  authorize: `${issuer}/auth`, token: `${issuer}/token`, revoke: `${issuer}/token/revocation`, api: issuer, issuer,
  client_id: "spark", client_secret: SECRET,
};
writeFileSync(networks, JSON.stringify({ twitter: place }));
const cloud = spawn(process.argv[2], ["--port", "0", "--ephemeral", "--networks", networks], {
  stdio: ["ignore", "pipe", "inherit"],
});

try {
  const [line] = await new Promise((told, ended) => {
    createInterface({ input: cloud.stdout }).once("line", (first) => told([first]));
    cloud.once("exit", () => ended(new Error("the local cloud ended")));
  });
  const api = JSON.parse(line).url;
  const provider = new Provider(issuer, {
    clients: [{
      client_id: "spark", client_secret: SECRET, application_type: "native", grant_types: ["authorization_code"],
      response_types: ["code"], redirect_uris: [`${api}/v1/oauth/twitter/callback`],
    }],
    scopes: ["openid", "users.read", "tweet.read"],
    pkce: { required: () => true },
    features: { devInteractions: { enabled: true }, revocation: { enabled: true } },
    findAccount: (_context, id) => ({ accountId: id, claims: () => ({ sub: id }) }),
    cookies: { keys: [SECRET] },
  });
  const tokens = [];
  const sign = provider.callback();
  answer = async (request, response) => {
    if (!request.url.startsWith("/users/me?")) return sign(request, response);
    const bearer = request.headers.authorization?.replace("Bearer ", "");
    const token = bearer && (await provider.AccessToken.find(bearer));
    tokens.push(bearer);
    response.writeHead(token ? 200 : 401, { "content-type": "application/json" });
    const data = { id: token?.accountId, name: "Ana", username: "ana", public_metrics: { followers_count: 640 } };
    response.end(JSON.stringify(token ? { data } : {}));
  };

  const call = async (method, path, token, body) => {
    const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
    const answered = await fetch(api + path, { method, headers, body: body && JSON.stringify(body), redirect: "manual" });
    return [answered.status, await answered.json().catch(() => null)];
  };
  const [, { token }] = await call("POST", "/local/token", null, { sub: "ana", groups: ["prime"] });
  const [, { groups }] = await call("GET", "/v1/interests");
  const interests = groups.flatMap((group) => group.interests).slice(0, 5).map((one) => one.id);
  const notify = { posts: true, replies: true };
  const [joined] = await call("POST", "/v1/me", token, { display_name: "Ana", handle: "ana", interests, notify });
  assert.equal(joined, 201);

  // As a browser goes: from the address that Spark gives to the app's, saying this where the provider asks.
  const travel = async (say) => {
    const [, begun] = await call("POST", "/v1/social-accounts/twitter/link", token, {});
    const jar = new Map();
    let [to, form] = [begun.authorization_url, null];
    for (let steps = 0; steps < 20; steps += 1) {
      const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
      const headers = { cookie, ...(form && { "content-type": "application/x-www-form-urlencoded" }) };
      const got = await fetch(to, { method: form ? "POST" : "GET", headers, body: form, redirect: "manual" });
      for (const set of got.headers.getSetCookie()) {
        const [name, value] = set.split(";")[0].split(/=(.*)/);
        jar.set(name, value);
      }
      form = null;
      const location = got.headers.get("location");
      if (location) {
        const next = new URL(location, to);
        if (to.startsWith(api)) return [got.status, next, to];
        to = next.href;
        continue;
      }
      const page = await got.text();
      assert.equal(got.status, 200, page);
      [to, form] = say(page, to);
    }
    throw new Error("it never came back");
  };
  const yes = (page, at) => {
    const action = page.match(/action="([^"]+)"/)[1];
    const login = page.includes('value="login"');
    const fields = login ? { prompt: "login", login: "77", password: "x" } : { prompt: "consent" };
    return [new URL(action, at).href, new URLSearchParams(fields).toString()];
  };
  const no = (page, at) => [new URL(page.match(/href="([^"]+\/abort)"/)[1], at).href, null];

  const [status, app, callback] = await travel(yes);
  assert.equal(status, 303);
  assert.equal(new URL(callback).searchParams.get("iss"), issuer);
  const code = app.searchParams.get("code");
  assert.ok(code, app.href);
  const [made, linked] = await call("POST", "/v1/social-accounts/twitter/link/complete", token, { code });
  assert.equal(made, 201);
  assert.deepEqual([linked.name, linked.handle, linked.audience], ["Ana", "ana", 640]);
  assert.equal(tokens.length, 1);
  assert.equal(await provider.AccessToken.find(tokens[0]), undefined, "the token is revoked");
  console.log("an account is linked through a certified provider, and the token is revoked ... ok");

  const again = await fetch(callback, { redirect: "manual" });
  assert.match(again.headers.get("location"), /error=state-invalid/);
  const [, denied] = await travel(no);
  assert.equal(denied.searchParams.get("error"), "denied");
  console.log("what is used, or denied, links nothing ... ok\n\n2 passed, 0 failed");
} finally {
  cloud.kill();
  server.close();
}
