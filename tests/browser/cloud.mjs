// A local cloud with the demo store, and somebody in it who writes what nobody should.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

// What runs a script where it is not taken for what it is: a text.
export const HOSTILE = [
  "</script><script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)' x='", "<svg/onload=alert(1)>",
  "javascript:alert(1)", "{{constructor.constructor('alert(1)')()}}", "--></style><iframe srcdoc=x>", "\u202eevil\u2066 &lt;b&gt;",
];

/** Starts one, and gives its address once the demo store is there, and how it ends. */
export async function start(program) {
  const cloud = spawn(program, ["--port", "0", "--ephemeral", "--demo"], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((_, no) => cloud.once("exit", () => no(new Error("the local cloud ended"))));
  const first = new Promise((told) => createInterface({ input: cloud.stdout }).once("line", told));
  const loaded = new Promise((told) => {
    createInterface({ input: cloud.stderr }).on("line", (line) => line.startsWith("Spark runs at") && told());
  });
  const { url } = JSON.parse(await Promise.race([first, ended]));
  await Promise.race([loaded, ended]);
  ended.catch(() => {});
  return { url, stop: () => cloud.kill() };
}

/** Calls the API. */
export async function call(url, method, path, token, body) {
  const headers = { "content-type": "application/json", ...(token && { authorization: `Bearer ${token}` }) };
  const answer = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
  const json = await answer.json().catch(() => null);
  assert.ok(answer.status < 300, `${method} ${path}: ${answer.status} ${JSON.stringify(json)}`);
  return json;
}

/** Somebody with a hostile name who writes hostile texts, and enough of them for several pages. */
export async function vandal(url) {
  const { token } = await call(url, "POST", "/local/token", null, { sub: "vandal", groups: ["prime"] });
  const { groups } = await call(url, "GET", "/v1/interests");
  const interests = groups.flatMap((group) => group.interests).slice(0, 5).map((one) => one.id);
  const notify = { posts: true, replies: true };
  const name = "<img src=x onerror=alert(1)>";
  await call(url, "POST", "/v1/me", token, { display_name: name, handle: "vandal", interests, notify });
  await call(url, "PATCH", "/v1/me", token, { bio: HOSTILE.join(" ") }).catch(() => {});
  const posts = [];
  for (let n = 0; n < 30; n += 1) {
    const text = `${HOSTILE[n % HOSTILE.length]} ${"long".repeat(60)} 😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀😀 مرحبا ${n}`;
    const post = await call(url, "POST", "/v1/posts", token, { kind: "question", text, photos: [], products: [], topics: ["astronomy"] })
      .catch(() => call(url, "POST", "/v1/posts", token, { kind: "question", text, photos: [], products: [], topics: [interests[0]] }));
    posts.push(post);
  }
  for (const text of HOSTILE) await call(url, "POST", `/v1/posts/${posts[0].id}/comments`, token, { text });
  const list = await call(url, "POST", "/v1/lists", token, { name: HOSTILE[1], visibility: "public" });
  await call(url, "PUT", `/v1/lists/${list.id}/items/post/${posts[0].id}`, token, { note: HOSTILE[0] });
  await call(url, "POST", "/local/drain", null, {});
  return { token, posts, topic: posts[0].topics[0], list: list.id };
}
