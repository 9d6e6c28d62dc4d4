//! Somebody who leaves while others act on what is theirs: in the end no answer, no object and no item holds what they
//! were called, what they said or what they showed, and what is counted of others is what there is.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    ids::PostId,
    people::Notify,
    posts::{Poll, PollOption, Post, PostKind, photo::renditions_of},
};
use harness::{Http, Member, World, sqs_event};
use rand::{RngExt, SeedableRng, rngs::StdRng, seq::IndexedRandom};
use serde_json::json;
use shared::{
    bucket::{original_key, upload_key},
    keys::{Key, Line},
};

use crate::{Met, TRANSACTIONS, engine::Engine};

/// What she is called everywhere: subject, handle and name.
const SHE: &str = "zanzibar7";
/// What everything that she says holds.
const WORDS: &str = "quokkas";
/// So many posts, where they are to be many: each costs some twenty calls.
const MANY: usize = 150;
const OTHERS: [&str; 5] = ["ana", "ben", "cleo", "dan", "eve"];

type Item = HashMap<String, AttributeValue>;

/// The API, of all functions.
struct Api {
    engagement: Http,
    onboarding: Http,
    posting: Http,
    feed: Http,
}

impl Api {
    fn of(world: &World) -> Self {
        let context = world.context();
        Self {
            engagement: world.serve(engagement::router(&context)),
            onboarding: world.serve(onboarding::router(&context)),
            posting: world.serve(posting::router(&context)),
            feed: world.serve(feed::router(&context)),
        }
    }

    /// What the function answers whose such a route is.
    async fn read(&self, path: &str, who: &Member) -> (u16, String) {
        let parts: Vec<_> = path.split(['/', '?']).skip(2).collect();
        let http = match parts[..] {
            ["feed" | "topics", ..] => &self.feed,
            ["posts", _] | ["users", _, "posts"] => &self.posting,
            ["posts" | "users", _, _] | ["notifications", ..] | ["me", _] => &self.engagement,
            _ => &self.onboarding,
        };
        let answer = http.get(path).token(&who.token).send().await;
        let body = String::from_utf8_lossy(&answer.body).into_owned();
        (answer.status.as_u16(), body)
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "all that there is, by whatever key"
)]
async fn items(world: &World) -> Vec<Item> {
    let context = world.context();
    let scan = context.dynamodb.scan().table_name(context.config.table());
    let pages = scan.into_paginator().items().send();
    let items = pages.collect::<Result<Vec<_>, _>>().await;
    items.expect("the table")
}

fn has(item: &Item, word: &str) -> bool {
    format!("{item:?}").to_lowercase().contains(word)
}

fn text<'i>(item: &'i Item, name: &str) -> Option<&'i str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

fn number(item: &Item, name: &str) -> u64 {
    let number = item.get(name).and_then(|value| value.as_n().ok());
    number
        .and_then(|number| number.parse().ok())
        .unwrap_or_default()
}

/// That each count of each thing is what there is, its shards with it.
fn assert_exact(items: &[Item], what: &str) {
    let mut there: BTreeMap<(String, String), u64> = BTreeMap::new();
    let mut add = |thing: String, count: &str| {
        *there.entry((thing, count.to_owned())).or_default() += 1;
    };
    let mut said: Vec<(String, BTreeMap<String, u64>)> = Vec::new();
    let mut shards: BTreeMap<(String, String), i64> = BTreeMap::new();
    for item in items {
        let key = Key::of(item).expect("a key");
        let line = Line::of(&key).unwrap_or_else(|| panic!("{key:?} is no item of ours"));
        let of = |prefix: &str| key.pk.strip_prefix(prefix).unwrap_or_default().to_owned();
        match line.name {
            "Follows" => {
                add(format!("person:{}", of("FOLLOWS#")), "following");
                add(format!("person:{}", key.sk), "followers");
            }
            "Authored" => add(format!("person:{}", of("POSTS#")), "posts"),
            "Acts" => {
                if item.contains_key("smile") {
                    add(format!("post:{}", key.sk), "smiles");
                }
                if item.contains_key("vote") {
                    let vote = number(item, "vote");
                    add(format!("post:{}", key.sk), &format!("votes{vote}"));
                }
            }
            "ActsAtComment" if item.contains_key("smile") => {
                let (post, own) = key.sk[1..].split_once('#').expect("a comment");
                let parent = text(item, "reply_to").unwrap_or_default();
                add(format!("comment:{post}{parent}{own}"), "smiles");
            }
            "Comment" | "Reply" => {
                let post = of("COMMENTS#");
                if !item.contains_key("deleted") {
                    add(format!("post:{post}"), "comments");
                    if line.name == "Reply" {
                        let parent = key.sk.split('#').nth(1).expect("what it answers");
                        add(format!("comment:{post}{parent}"), "replies");
                    }
                }
            }
            _ => {}
        }
        let counted: &[&str] = match line.name {
            "Profile" => &["followers", "following", "posts"],
            "Post" => &["smiles", "comments"],
            "Comment" | "Reply" => &["smiles", "replies"],
            "Shard" => {
                let thing = key.pk.split('#').nth(1).expect("a thing");
                for (name, part) in item {
                    if let (false, Ok(part)) = (item.contains_key("closed"), part.as_n()) {
                        let part: i64 = part.parse().expect("a number");
                        *shards.entry((thing.to_owned(), name.clone())).or_default() += part;
                    }
                }
                &[]
            }
            _ => &[],
        };
        if counted.is_empty() {
            continue;
        }
        let thing = match line.name {
            "Profile" => format!("person:{}", of("USER#")),
            "Post" => format!("post:{}", of("POST#")),
            _ => format!("comment:{}", text(item, "id").expect("an id")),
        };
        let mut counts: BTreeMap<_, _> = counted
            .iter()
            .map(|name| ((*name).to_owned(), number(item, name)))
            .collect();
        let votes = item.get("votes").and_then(|votes| votes.as_l().ok());
        for (option, votes) in votes.into_iter().flatten().enumerate() {
            let votes = votes.as_n().expect("a number").parse().expect("a number");
            counts.insert(format!("votes{option}"), votes);
        }
        said.push((thing, counts));
    }
    assert!(
        said.len() > 8,
        "{what}: only {} things are counted",
        said.len()
    );
    for (thing, counts) in said {
        for (name, base) in counts {
            let at = (thing.clone(), name);
            let more = shards.get(&at).copied().unwrap_or_default();
            let there = there.get(&at).copied().unwrap_or_default();
            assert_eq!(base.saturating_add_signed(more), there, "{what}: {at:?}");
        }
    }
}

/// Her, and others, with what they did before she left.
struct Town {
    world: World,
    she: Member,
    others: Vec<Member>,
    hers: Vec<Post>,
    theirs: Vec<Post>,
}

impl Town {
    async fn new(world: World, posts: usize) -> Self {
        let switches = Notify {
            posts: true,
            replies: true,
            follows: true,
        };
        let she = world.member(SHE).prime().await;
        world.switch(&she.id, switches).await;
        let mut others = Vec::new();
        for sub in OTHERS {
            let other = world.member(sub).prime().await;
            world.switch(&other.id, switches).await;
            world.follow(sub, SHE).await;
            world.follow(SHE, sub).await;
            others.push(other);
        }
        world.product("SPK-1").await;
        let mut hers = Vec::new();
        for n in 0..posts {
            let said = format!("{WORDS}, number {n}, for @{}", OTHERS[n % OTHERS.len()]);
            let new = world.published_post(SHE).text(&said);
            let post = if n % 15 == 0 {
                let photo = world.ready_photo(SHE).await;
                for key in [
                    upload_key(photo.id),
                    original_key(photo.id),
                    format!("{}320.jpg", renditions_of(&photo.media)),
                ] {
                    world
                        .put_object(&key, "image/jpeg", b"a jpeg".to_vec())
                        .await;
                }
                new.photo(&photo, &["SPK-1"]).await
            } else {
                new.await
            };
            hers.push(post);
        }
        world.receive_all("photos").await;
        let mut theirs = Vec::new();
        for author in OTHERS {
            let option = |text: &str| PollOption {
                text: text.to_owned(),
                photo: None,
                product: None,
            };
            let asked = Poll {
                question: "Which?".to_owned(),
                options: vec![option("this"), option("that")],
                closes_at: None,
            };
            let poll = world.published_post(author).with(|post| {
                post.kind = PostKind::Poll;
                post.poll = Some(asked);
                post.votes = vec![0, 0];
            });
            theirs.push(poll.await);
            theirs.push(world.published_post(author).await);
        }
        let town = Self {
            world,
            she,
            others,
            hers,
            theirs,
        };
        town.live().await;
        town
    }

    /// What people do before: she at everything of others, they at some of hers and of each other's.
    async fn live(&self) {
        let http = self.world.serve(engagement::router(&self.world.context()));
        let say = async |who: &Member, post: PostId, said: &str, to: Option<&str>| {
            let body = json!({"text": said, "reply_to": to});
            let say = http.post(&format!("/v1/posts/{post}/comments"));
            let said = say.token(&who.token).json(body).send().await.expect(201);
            said.json()["id"].as_str().expect("an id").to_owned()
        };
        for (n, post) in self.theirs.iter().enumerate() {
            self.world.smile(&self.she.id, post.id).await;
            let other = &self.others[n % self.others.len()];
            self.world.smile(&other.id, post.id).await;
            for who in [&self.she, other] {
                if post.poll.is_some() {
                    let vote = http.put(&format!("/v1/posts/{}/vote", post.id));
                    let vote = vote.token(&who.token).json(json!({"option": "2"}));
                    vote.send().await.expect(200);
                }
            }
            let top = say(other, post.id, "Well", None).await;
            say(&self.she, post.id, &format!("{WORDS} again"), Some(&top)).await;
            let own = say(&self.she, post.id, &format!("{WORDS} too"), None).await;
            say(other, post.id, "I see", Some(&own)).await;
            say(&self.she, post.id, &format!("{WORDS} alone"), None).await;
            for comment in [&top, &own] {
                for who in [&self.she, other] {
                    let smile = http.put(&format!("/v1/comments/{comment}/smile"));
                    smile.token(&who.token).send().await.expect(204);
                }
            }
        }
        for (n, post) in self.hers.iter().take(20).enumerate() {
            let other = &self.others[n % self.others.len()];
            self.world.smile(&other.id, post.id).await;
            say(other, post.id, "Nice", None).await;
        }
        for path in ["/v1/users/eve/mute", "/v1/users/dan/block"] {
            let put = http.put(path).token(&self.she.token);
            put.send().await.expect(204);
        }
    }

    async fn leave(&self) {
        let onboarding = self.world.serve(onboarding::router(&self.world.context()));
        let export = onboarding.post("/v1/me/exports").token(&self.she.token);
        export.send().await.expect(201);
        let leave = onboarding.delete("/v1/me").token(&self.she.token);
        leave.send().await.expect(202);
    }

    /// Something that somebody tries at what is hers, or at what is another's.
    async fn act(&self, http: &Http, random: &mut StdRng) {
        let who = self.others.choose(random).expect("another");
        let hers = self.hers.choose(random).expect("a post of hers").id;
        let theirs = self.theirs.choose(random).expect("a post of theirs").id;
        let post = if random.random_bool(0.6) {
            hers
        } else {
            theirs
        };
        let user = format!("/v1/users/{SHE}/follow");
        let call = match random.random_range(0..6) {
            0..2 => http.put(&format!("/v1/posts/{post}/smile")),
            2 => http.delete(&format!("/v1/posts/{post}/smile")),
            3 => http
                .post(&format!("/v1/posts/{post}/comments"))
                .json(json!({"text": "Meanwhile"})),
            4 => http.put(&user),
            _ => http.delete(&user),
        };
        let answer = call.token(&who.token).send().await;
        assert!(answer.status.as_u16() < 500, "{}", answer.status);
    }

    /// That nothing of her is anywhere.
    async fn assert_forgotten(&self, what: &str) {
        let items = items(&self.world).await;
        for item in &items {
            let key = Key::of(item).expect("a key");
            let claim = key.pk == format!("HANDLE#{SHE}");
            assert!(claim || !has(item, SHE), "{what}: {item:?}");
            assert!(!has(item, WORDS), "{what}: {item:?}");
            assert!(!claim || !item.contains_key("user"), "{what}: {item:?}");
        }
        assert_exact(&items, what);
        let objects = self.world.objects("").await;
        assert!(objects.is_empty(), "{what}: {objects:?}");
    }

    /// That no answer tells of her.
    async fn assert_untold(&self) {
        let api = Api::of(&self.world);
        let ben = &self.others[1];
        let mut paths: Vec<String> = [
            "/v1/feed?limit=100",
            "/v1/me",
            "/v1/people/suggested?limit=100",
            "/v1/notifications?limit=100",
            "/v1/me/blocks",
            "/v1/me/mutes",
        ]
        .map(str::to_owned)
        .to_vec();
        let topic = &self.hers[0].topics[0];
        paths.push(format!("/v1/topics/{topic}/posts?sort=new&limit=100"));
        for other in OTHERS {
            for list in ["", "/posts", "/followers", "/following"] {
                paths.push(format!("/v1/users/{other}{list}"));
            }
        }
        for post in &self.theirs {
            paths.push(format!("/v1/posts/{}", post.id));
            paths.push(format!("/v1/posts/{}/comments", post.id));
        }
        for path in &paths {
            let (status, body) = api.read(path, ben).await;
            assert_eq!(status, 200, "{path}: {body}");
            let body = body.to_lowercase();
            assert!(
                !body.contains(SHE) && !body.contains(WORDS),
                "{path}: {body}"
            );
            assert!(
                !body.contains(&self.she.id.as_str().to_lowercase()),
                "{path}: {body}"
            );
        }
        let mut gone = vec![format!("/v1/users/{SHE}"), format!("/v1/users/{SHE}/posts")];
        let some = self.hers.iter().step_by(37);
        gone.extend(some.map(|post| format!("/v1/posts/{}", post.id)));
        for path in &gone {
            let (status, body) = api.read(path, ben).await;
            assert_eq!(status, 404, "{path}: {body}");
        }
    }
}

/// Works all off, batch by batch, with nothing in the way.
async fn drain(world: &World, seen: &mut Option<String>) {
    let context = world.context();
    let relay = relay::App::new(&context);
    loop {
        let (event, last) = world.stream_after(seen.as_deref());
        *seen = last;
        let records = event["Records"].as_array().expect("records").clone();
        let mut done = records.is_empty();
        for batch in records.chunks(100) {
            let told = relay::handle(&relay, json!({ "Records": batch })).await;
            assert!(told.batch_item_failures.is_empty(), "{told:?}");
        }
        for queue in ["fanout", "photos", "rollup", "notifier", "janitor"] {
            let bodies = world.receive_all(queue).await;
            done &= bodies.is_empty();
            for batch in bodies.chunks(10) {
                let event = sqs_event(batch);
                let answer = match queue {
                    "fanout" => fanout::handle(&fanout::App::new(&context), event).await,
                    "photos" => photos::handle(&photos::App::new(&context), event).await,
                    "rollup" => rollup::handle(&rollup::App::new(&context), event).await,
                    "notifier" => notifier::handle(&notifier::App::new(&context), event).await,
                    _ => janitor::work_off(&janitor::App::new(&context), event).await,
                };
                assert!(answer.batch_item_failures.is_empty(), "{queue}: {answer:?}");
            }
        }
        if done {
            return;
        }
    }
}

#[tokio::test]
async fn of_somebody_with_very_many_posts_nothing_is_left_though_others_act_meanwhile() {
    let town = Town::new(World::new().await, MANY).await;
    let mut seen = None;
    drain(&town.world, &mut seen).await;
    let before = items(&town.world).await;
    assert_exact(&before, "before");
    let named = before.iter().filter(|item| has(item, WORDS)).count();
    assert!(named >= MANY, "{named}");
    assert!(town.world.objects("").await.len() >= 30);

    town.leave().await;
    let http = town.world.serve(engagement::router(&town.world.context()));
    let acting = async {
        let mut random = StdRng::seed_from_u64(7);
        for _ in 0..100 {
            town.act(&http, &mut random).await;
        }
    };
    let working = drain(&town.world, &mut seen);
    let ((), ()) = futures::join!(acting, working);
    let mut seen_again = None;
    drain(&town.world, &mut seen).await;
    // What was told twice changes nothing.
    drain(&town.world, &mut seen_again).await;
    town.assert_forgotten("in the end").await;
    town.assert_untold().await;
}

async fn leaves(seed: u64) -> Met {
    let town = Town::new(World::new().await, 4).await;
    let http = town.world.serve(engagement::router(&town.world.context()));
    let mut engine = Engine::new(&town.world, seed);
    let mut random = StdRng::seed_from_u64(seed);
    town.leave().await;
    for _ in 0..25 {
        engine.step().await;
        town.act(&http, &mut random).await;
    }
    engine.settle().await;
    town.assert_forgotten(&format!("seed {seed}")).await;
    Met::of(&engine.faults)
}

#[tokio::test]
async fn whatever_fails_somebody_who_leaves_is_forgotten_and_counts_are_exact() {
    Box::pin(crate::over_seeds(0..12, leaves, TRANSACTIONS)).await;
}
