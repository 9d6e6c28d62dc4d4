//! Across a block nothing of the other is read, by whatever is described to be read (ENGAGEMENT 22): both ways, and by a
//! route that is new as well.

use std::collections::BTreeSet;

use domain::{
    feeds::Entry,
    ids::PostId,
    money::{Account, Programme},
    people::Notify,
    posts::PostKind,
};
use harness::{Member, World};
use serde_json::json;

use crate::{
    described::{Operation, operations},
    talk::{answer, say},
};

/// What is read that tells nothing of others, or of oneself alone.
const NOTHING_OF_OTHERS: &[&str] = &[
    "GET /openapi.json",
    "GET /r/{code}",
    "GET /v1/about",
    "GET /v1/influencer/application",
    "GET /v1/influencer/briefs",
    "GET /v1/influencer/earnings",
    "GET /v1/influencer/invitations",
    "GET /v1/influencer/ledger",
    "GET /v1/influencer/order-lines",
    "GET /v1/influencer/order-lines/{id}",
    "GET /v1/influencer/payouts",
    "GET /v1/influencer/rates",
    "GET /v1/influencer/statements/{month}",
    "GET /v1/influencer/statements/{month}/lines",
    "GET /v1/interests",
    "GET /v1/lists",
    "GET /v1/me",
    "GET /v1/me/activity",
    "GET /v1/me/exports/{id}",
    "GET /v1/me/exports/{id}/photos/{photo_id}",
    "GET /v1/me/mutes",
    "GET /v1/me/reviews",
    "GET /v1/oauth/{provider}/callback",
    "GET /v1/photos/{id}",
    "GET /v1/posts/{post_id}/reach",
    "GET /v1/sellers/insights",
    "GET /v1/social-accounts",
];

/// What tells of others to whoever has done more than Ben, or once workers have put it together: it is asked all the same.
const IN_TIME: &[&str] = &[
    "GET /v1/explore",
    "GET /v1/feed/items/{post_id}",
    "GET /v1/products",
    "GET /v1/search",
    "GET /v1/sellers/questions",
    "GET /v1/stream",
];

/// The doors of the store and its staff, who see everybody.
const OF_STAFF: [&str; 3] = ["GET /v1/admin/", "GET /v1/moderation/", "GET /v1/store/"];

/// Where whom one blocks oneself is told.
const OF_BLOCKS: &str = "GET /v1/me/blocks";

/// Ana, who did something wherever something can be done, Ben, who comes across it, and Cleo, at whose things she did.
struct Street {
    world: World,
    ana: Member,
    /// What Ana is known by wherever she is shown.
    marks: Vec<String>,
    /// What stands for a name in a path: Ana's own, and what others own where she is shown.
    posts: Vec<PostId>,
    lists: Vec<String>,
    answered: String,
}

impl Street {
    async fn new() -> Self {
        let world = World::contended().await;
        let ana = world.member("ana").prime().await;
        let ben = world.member("ben").prime().await;
        let cleo = world.member("cleo").prime().await;
        let context = world.context();
        let http = world.serve(engagement::router(&context));
        let shoes = "Apparel & Accessories > Shoes";
        world.product("SPK-1").category(shoes).await;
        // Ana has a storefront.
        let entered = (Programme::Influencer, true);
        let (store, account, now) = (world.store(), Account::of_random(7), world.now());
        let entered = store.enter_programme(&ana.id, entered, &account, now);
        assert!(entered.await.unwrap());
        // Ben sells what fits what she likes, and asks her to show it.
        let sells = store.map_seller(&ben.id, vec!["Acme".to_owned()]);
        sells.await.unwrap();
        let seller = world.serve(seller::router(&context));
        let asks = seller.post("/v1/sellers/briefs").json(json!({
            "brand": "Acme", "influencer": "ana", "product_ids": ["SPK-1"], "text": "Show it"}));
        let asks = asks.token(world.token("ben", &["seller"]));
        asks.send().await.expect(201);
        // Ben is told of what others do, and Ana suggested to him, whom he does not follow.
        let switches = Notify {
            posts: true,
            replies: true,
            follows: false,
        };
        world.switch(&ben.id, switches).await;
        for (reader, author) in [("cleo", "ana"), ("ana", "cleo")] {
            world.follow(reader, author).await;
        }
        let hers = world.published_post("ana").text("Saffron of hers").await;
        let theirs = world
            .published_post("cleo")
            .with(|post| post.kind = PostKind::Question);
        let theirs = theirs.await;
        let bens = world.published_post("ben").await;
        let store = world.store();
        for post in [&hers, &theirs] {
            let entry = Entry::of(post).unwrap();
            store.put_on_topics(entry.at, &post.topics).await.unwrap();
            store
                .deliver(&[(ben.id.clone(), entry.clone())])
                .await
                .unwrap();
            store.close(entry.at).await.unwrap();
        }
        // She says something of Cleo's post, and of Ben's, which he is told; Cleo saves what is hers.
        let answered = say(&http, &cleo, theirs.id, "So?").await;
        say(&http, &ana, theirs.id, "Saffron, she says").await;
        answer(&http, &ana, theirs.id, &answered).await;
        say(&http, &ana, bens.id, "Saffron for Ben").await;
        let put = async |who: &Member, path: String| {
            http.put(&path).token(&who.token).send().await.expect(204);
        };
        put(&ana, format!("/v1/posts/{}/smile", bens.id)).await;
        let mut lists = Vec::new();
        for (who, name) in [(&ana, "Saffron list"), (&cleo, "Cleo's"), (&ben, "Ben's")] {
            let list = http.post("/v1/lists").token(&who.token);
            let list = list.json(json!({"name": name, "visibility": "public"}));
            let list = list.send().await.expect(201).json();
            let list = list["id"].as_str().unwrap().to_owned();
            for item in [format!("post/{}", hers.id), "product/SPK-1".to_owned()] {
                let item = http.put(&format!("/v1/lists/{list}/items/{item}"));
                let item = item.token(&who.token).json(json!({}));
                item.send().await.expect(204);
            }
            lists.push(list);
        }
        let mut street = Self {
            marks: vec![
                ana.id.to_string(),
                "\"ana\"".to_owned(),
                hers.id.to_string(),
                "Saffron".to_owned(),
            ],
            world,
            ana,
            posts: vec![hers.id, theirs.id],
            lists,
            answered,
        };
        street.settle().await;
        street
    }

    /// Has the workers tell Ben of it, and which lists hold what.
    async fn settle(&mut self) {
        let (world, context) = (&self.world, self.world.context());
        let (event, _) = world.stream_after(None);
        let told = relay::handle(&relay::App::new(&context), event).await;
        assert!(told.batch_item_failures.is_empty(), "{told:?}");
        let due = world.receive_event("notifier").await;
        let done = notifier::handle(&notifier::App::new(&context), due).await;
        assert!(done.batch_item_failures.is_empty(), "{done:?}");
        let due = world.receive_event("rollup").await;
        let done = rollup::handle(&rollup::App::new(&context), due).await;
        assert!(done.batch_item_failures.is_empty(), "{done:?}");
        for queue in ["fanout", "photos", "janitor", "rollup", "notifier"] {
            world.receive_all(queue).await;
        }
    }

    /// What stands for a name in a path.
    fn samples(&self, name: &str, operation: &Operation) -> Vec<String> {
        match name {
            "post_id" => self.posts.iter().map(ToString::to_string).collect(),
            "handle" => vec!["ana".to_owned(), "cleo".to_owned()],
            "list_id" => self.lists.clone(),
            "topic_id" => {
                let topics = self.ana.profile.interests.iter();
                topics.map(ToString::to_string).collect()
            }
            "product_id" => vec!["SPK-1".to_owned()],
            "id" if operation.path.contains("/products/") => vec!["SPK-1".to_owned()],
            other => panic!("what is {{{other}}} of {}?", operation.name),
        }
    }

    /// The ways in which an operation is asked.
    fn asked(&self, operation: &Operation) -> Vec<String> {
        let mut paths = vec![operation.path.clone()];
        for name in operation.named() {
            let place = format!("{{{name}}}");
            let samples = self.samples(name, operation);
            let filled = paths.iter().flat_map(|path| {
                let samples = samples.iter();
                samples.map(|sample| path.replace(&place, sample))
            });
            paths = filled.collect();
        }
        let queries: &[&str] = match operation.name.as_str() {
            "GET /v1/posts/{post_id}/comments" => &["", "?sort=new"],
            "GET /v1/search" => &[
                "?q=ana",
                "?q=saffron",
                "?q=ana&type=people",
                "?q=saffron&type=posts",
            ],
            "GET /v1/topics/{topic_id}/posts" => &["", "?sort=new"],
            "GET /v1/products" => &["?q=spk"],
            "GET /v1/sellers/influencers" | "GET /v1/sellers/questions" => &["?brand=acme"],
            "GET /v1/stream" => &["", "?mix=mine"],
            _ => &[""],
        };
        let all = paths
            .iter()
            .flat_map(|path| queries.iter().map(move |query| format!("{path}{query}")));
        let mut all: Vec<_> = all.collect();
        if operation.name == "GET /v1/posts/{post_id}/comments" {
            all.push(format!(
                "/v1/posts/{}/comments?reply_to={}",
                self.posts[1], self.answered
            ));
        }
        all
    }

    /// Every way in which Ben reads something of Ana's now, by operation.
    async fn seen(&self) -> BTreeSet<(String, String)> {
        let mut seen = BTreeSet::new();
        // Nothing is remembered from before.
        let context = self.world.context();
        for operation in operations(&self.world, &context) {
            let silent = is_silent(&operation.name);
            if operation.method != http::Method::GET || silent {
                continue;
            }
            for path in self.asked(&operation) {
                let get = operation
                    .http
                    .get(&path)
                    .token(self.world.token("ben", &["prime", "seller"]));
                let answer = get.send().await;
                let ok = [200, 404].contains(&answer.status.as_u16());
                assert!(ok, "{path}: {}", answer.status);
                let body = String::from_utf8(answer.body).unwrap();
                let shows = self.marks.iter().any(|mark| body.contains(mark));
                if answer.status == 200 && shows {
                    seen.insert((operation.name.clone(), path));
                }
            }
        }
        seen
    }

    async fn block(&self, by_ben: bool, on: bool) {
        let http = self.world.serve(engagement::router(&self.world.context()));
        let (who, whom) = if by_ben {
            ("ben", "ana")
        } else {
            ("ana", "ben")
        };
        let path = format!("/v1/users/{whom}/block");
        let request = if on {
            http.put(&path)
        } else {
            http.delete(&path)
        };
        let token = self.world.token(who, &["prime"]);
        request.token(token).send().await.expect(204);
    }
}

fn is_silent(operation: &str) -> bool {
    let of_staff = OF_STAFF.iter().any(|door| operation.starts_with(door));
    of_staff || NOTHING_OF_OTHERS.contains(&operation)
}

#[tokio::test]
async fn nothing_of_the_other_is_read_across_a_block_by_any_route_and_all_that_was_read_before() {
    let street = Street::new().await;
    let names = |seen: &BTreeSet<(String, String)>| {
        let names = seen.iter().map(|(name, _)| name.clone());
        names.collect::<BTreeSet<_>>()
    };
    let before = street.seen().await;
    let shows = names(&before);
    let all = operations(&street.world, &street.world.context()).into_iter();
    let read = all.filter(|operation| operation.method == http::Method::GET);
    let unseen = read.map(|operation| operation.name).filter(|name| {
        let in_time = IN_TIME.contains(&name.as_str()) || name == OF_BLOCKS;
        !is_silent(name) && !in_time && !shows.contains(name)
    });
    let unseen: Vec<_> = unseen.collect();
    assert!(
        unseen.is_empty(),
        "where do these show something of others? Give the walk a sample: {unseen:?}"
    );
    for by_ben in [true, false] {
        street.block(by_ben, true).await;
        // What functions remember of people is as old as that at most.
        street.world.advance(jiff::SignedDuration::from_secs(30));
        let mut seen = street.seen().await;
        seen.retain(|(name, _)| !(by_ben && name == OF_BLOCKS));
        assert!(seen.is_empty(), "by Ben {by_ben}: {seen:?}");
        street.block(by_ben, false).await;
        street.world.advance(jiff::SignedDuration::from_secs(30));
    }
    assert_eq!(street.seen().await, before);
}
