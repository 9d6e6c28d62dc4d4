// The main job with the generated client: a photo is posted with a hotspot, found in a feed, and smiled at.

import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";

import * as spark from "./typescript-fetch";

const given = (name: string): string => process.env[name] ?? assert.fail(`no ${name}`);
const api = given("API");
const language = given("LANGUAGE");
const product = given("PRODUCT");
const signedIn = (token: string) => new spark.Configuration({ basePath: api, accessToken: token });
const author = signedIn(given("AUTHOR"));
const reader = signedIn(given("READER"));

function joined(who: spark.Configuration, handle: string): Promise<spark.Me> {
  const interests = given("INTERESTS").split(",");
  const notify: spark.Switches = { posts: true, replies: true };
  return new spark.OnboardingApi(who).join({ join: { displayName: handle, handle, interests, notify } });
}

async function mainJob(): Promise<void> {
  const me = await joined(author, `${language}_author`);
  await joined(reader, `${language}_reader`);

  const photo = readFileSync(given("PHOTO"));
  const posting = new spark.PostingApi(author);
  const sha256 = createHash("sha256").update(photo).digest("hex");
  const newPhoto: spark.NewPhoto = { contentType: spark.PhotoType.ImageJpeg, bytes: photo.length, sha256 };
  const ticket = await posting.requestUpload({ newPhoto });
  assert(ticket.upload);
  const { method, url, headers } = ticket.upload;
  assert.equal((await fetch(url, { method, headers, body: new Uint8Array(photo) })).status, 200);
  const hotspots: spark.NewHotspot[] = [{ productId: product, x: 0.5, y: 0.4 }];
  const newPost: spark.NewPost = {
    kind: spark.PostKind.Photo,
    text: "Monday, #coffee",
    photos: [{ id: ticket.id, alt: "Espresso", hotspots }],
  };
  const post = await posting.createPost({ newPost });

  const engagement = new spark.EngagementApi(reader);
  await engagement.followPerson({ handle: me.handle });
  assert.equal((await fetch(`${api}/local/drain`, { method: "POST" })).status, 200);
  const feed = await new spark.FeedApi(reader).readFeed({ limit: 20 });
  const item = feed.items.find((item) => item.kind === "post" && item.post.id === post.id);
  assert(item?.kind === "post");
  assert.equal(item.reason.kind, spark.ReasonKind.Followed);
  const [shown] = item.post.photos;
  assert(shown?.status === "ready");
  assert.equal(shown.hotspots[0]?.product.id, product);
  const [tag] = item.post.entities;
  assert(tag?.type === "hashtag");
  assert.equal(tag.tag, "coffee");

  await engagement.smilePost({ postId: post.id });
  const again = await new spark.PostingApi(reader).readPost({ postId: post.id });
  assert.equal(again.counts.smiles, 1);
  assert(again.viewer?.smiled);

  const foreign = new spark.PostingApi(reader).changePost({ postId: post.id, changePost: { text: "not mine" } });
  await assert.rejects(foreign, (refusal: spark.ResponseError) => refusal.response.status === 403);
}

void mainJob();
