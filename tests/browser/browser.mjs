// Every page as people see it: what is wrong with one is told with its address, and all that is wrong before this fails.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { call, start, vandal } from "./cloud.mjs";

const [, , program, pictures] = process.argv;
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const faults = [];
const fault = (where, what) => faults.push(`${where}: ${what}`);
mkdirSync(pictures, { recursive: true });

const cloud = await start(program);
const browser = await chromium.launch({ executablePath: process.env.SPARK_CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox"] });
const SIZES = [{ width: 360, height: 780 }, { width: 1280, height: 800 }];
const NARROWEST = { width: 320, height: 640 };

/** A window in which nothing but the store's own pages is reached: what leads elsewhere arrives at a page that says so. */
async function open(options) {
  const context = await browser.newContext(options);
  await context.route((url) => url.origin !== cloud.url, (route) => route.fulfill({ contentType: "text/html", body: "<title>store</title>" }));
  const page = await context.newPage();
  page.where = "";
  page.on("console", (said) => said.type() === "error" && fault(page.where, said.text()));
  page.on("pageerror", (error) => fault(page.where, error.message));
  page.on("dialog", (dialog) => { fault(page.where, "a script of a stranger ran"); dialog.dismiss(); });
  // What was under way when a page was left is broken off.
  const left = "net::ERR_ABORTED";
  page.on("requestfailed", (request) => request.failure().errorText !== left && fault(page.where, `${request.url()} failed: ${request.failure().errorText}`));
  page.on("response", (answer) => answer.status() >= 400 && !page.may?.includes(answer.status()) && fault(page.where, `${answer.url()}: ${answer.status()}`));
  return { context, page };
}

async function goto(page, path, name) {
  page.where = `${name} ${path}`;
  // What is not there is asked for on purpose, and said so in the console too.
  page.may = path.includes("nothing") ? [404] : [];
  await page.goto(cloud.url + path, { waitUntil: "load" });
}

try {
  const odd = await vandal(cloud.url);
  const wall = await call(cloud.url, "GET", "/v1/topics/coffee/posts?limit=100");
  const rising = await call(cloud.url, "GET", "/v1/topics/trending-and-polls/posts?limit=100");
  const all = [...wall.items, ...rising.items].map((item) => item.post);
  const dotted = all.find((post) => post.photos[0]?.hotspots.length > 1);
  const polls = all.filter((post) => post.poll);
  const explore = await call(cloud.url, "GET", "/v1/explore");
  const paths = [
    "/", "/explore", "/t/coffee", "/t/coffee?sort=new&lang=zh", "/t/trending-and-polls", `/t/${odd.topic}?sort=new`,
    `/p/${dotted.id}`, `/p/${dotted.id}?lang=zh`, `/p/${odd.posts[0].id}`, ...polls.slice(0, 2).map((post) => `/p/${post.id}`),
    `/@${dotted.author.handle}`, "/@vandal", `/products/${dotted.photos[0].hotspots[0].product.id}`,
    ...explore.finds.slice(0, 1).map((list) => `/lists/${list.id}`), `/lists/${odd.list}`,
    "/search?q=espresso", "/search?q=%3Cscript%3E", "/search", `/embed/p/${dotted.id}`, "/nothing/here",
  ];

  // Each page, in all ways; what is not there is a failed request on purpose.
  for (const viewport of [NARROWEST, ...SIZES]) for (const colorScheme of ["light", "dark"]) for (const javaScriptEnabled of [true, false]) {
    if (viewport === NARROWEST && (colorScheme === "dark" || !javaScriptEnabled)) continue;
    const name = `${viewport.width} ${colorScheme}${javaScriptEnabled ? "" : " without scripts"}`;
    const { context, page } = await open({ viewport, colorScheme, javaScriptEnabled, reducedMotion: colorScheme === "dark" ? "reduce" : "no-preference" });
    const devtools = await context.newCDPSession(page);
    for (const path of paths) {
      const missing = path.includes("nothing");
      const known = faults.length;
      await goto(page, path, name);
      if (missing) faults.splice(known);
      const { cssContentSize } = await devtools.send("Page.getLayoutMetrics");
      if (cssContentSize.width > viewport.width) fault(page.where, `is ${cssContentSize.width} pixels wide`);
      if (!javaScriptEnabled) continue;
      await page.evaluate(() => scrollTo(0, document.body.scrollHeight));
      await page.waitForLoadState("networkidle");
      const shift = await page.evaluate(() => new Promise((told) => {
        let sum = 0;
        new PerformanceObserver((list) => list.getEntries().forEach((entry) => { sum += entry.hadRecentInput ? 0 : entry.value; })).observe({ type: "layout-shift", buffered: true });
        setTimeout(() => told(sum), 50);
      }));
      if (shift > 0) fault(page.where, `moved by ${shift} while it came`);
      await page.evaluate(axe);
      const { violations } = await page.evaluate(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
      for (const one of violations) fault(page.where, `axe: ${one.id}: ${one.nodes.slice(0, 2).map((node) => node.html.slice(0, 160)).join(" | ")}`);
    }
    await context.close();
  }

  // A dot leads to the store in one tap, by hand, by mouse and by key, with a script and without.
  const spots = dotted.photos[0].hotspots;
  for (const way of ["touch", "mouse", "key"]) for (const javaScriptEnabled of [true, false]) {
    const { context, page } = await open({ viewport: SIZES[way === "touch" ? 0 : 1], hasTouch: way === "touch", javaScriptEnabled });
    for (let n = 0; n < spots.length; n += 1) {
      await goto(page, `/p/${dotted.id}`, way);
      const dot = page.locator(".dot").nth(n);
      const href = await dot.getAttribute("href");
      const arrived = page.waitForEvent("framenavigated");
      if (way === "touch") await dot.tap();
      if (way === "mouse") await dot.click();
      if (way === "key") {
        const isHere = () => dot.evaluate((one) => one === document.activeElement);
        for (let steps = 0; steps < 30 && !(await isHere()); steps += 1) await page.keyboard.press("Tab");
        await page.keyboard.press("Enter");
      }
      await arrived;
      const led = page.url();
      // A tracked link goes on to the store.
      const right = href.includes("/r/") ? led !== href && !led.includes("/p/") : led === href;
      if (!right) fault(`${way} ${n}`, `a dot led to ${led} instead of to ${href}`);
    }
    await context.close();
  }

  // A walk along a wall, by its links alone.
  const { context, page } = await open({ viewport: SIZES[0] });
  const seen = [];
  await goto(page, `/t/${odd.topic}?sort=new`, "walk");
  for (let pages = 0; pages < 20; pages += 1) {
    seen.push(...await page.locator(".card .go").evaluateAll((links) => links.map((link) => link.pathname)));
    const next = page.locator("a[rel=next]");
    if (await next.count() === 0) break;
    await next.click();
    await page.waitForLoadState("load");
  }
  assert.equal(new Set(seen).size, seen.length, "a walk along a wall repeats nothing");
  assert.ok(seen.length >= 30, `${seen.length} posts on a wall of 30 or more`);
  await context.close();

  // What the CDN reduces requests to.
  const template = readFileSync(process.env.SPARK_TEMPLATE, "utf8");
  const code = template.match(/FunctionCode: \|\n((?: {8}.*\n)+)/)[1];
  const handler = new Function(`${code}; return handler;`)();
  const reduced = (accept, language, querystring = {}) => {
    const headers = { accept: { value: accept }, "accept-language": { value: language }, cookie: { value: "a" } };
    const request = handler({ request: { uri: "/", headers, querystring } });
    return [request.headers.accept.value, request.headers["accept-language"].value, Object.keys(request.querystring).sort().join()];
  };
  assert.deepEqual(reduced("text/html,*/*", "zh-CN,en;q=0.8"), ["text/html", "zh", ""]);
  assert.deepEqual(reduced("application/json", "de", { utm: { value: "x" }, q: { value: "a" } }), ["application/json", "en", "q"]);
  assert.deepEqual(reduced("*/*", "zh;q=0.1,en", { lang: { value: "zh" }, sort: { value: "new" } }), ["text/html", "zh", "lang,sort"]);
  assert.deepEqual(reduced("", "", { lang: { value: "fr" }, cursor: { value: "c" } }), ["text/html", "en", "cursor"]);

  // Two pictures.
  for (const [name, viewport, path, colorScheme] of [
    ["pages-phone", { width: 390, height: 844 }, `/p/${dotted.id}`, "light"],
    ["pages-desktop", { width: 1280, height: 800 }, `/p/${dotted.id}`, "dark"],
  ]) {
    const shot = await open({ viewport, colorScheme, deviceScaleFactor: name.endsWith("phone") ? 2 : 1 });
    await goto(shot.page, path, name);
    await shot.page.waitForLoadState("networkidle");
    await shot.page.screenshot({ path: join(pictures, `${name}.jpg`), type: "jpeg", quality: 80 });
    await shot.context.close();
  }
  for (const one of new Set(faults)) console.error(one);
  assert.equal(faults.length, 0, `${faults.length} faults`);
  console.log(`${paths.length} pages are whole in every size, theme and way`);
} finally {
  await browser.close();
  cloud.stop();
}
