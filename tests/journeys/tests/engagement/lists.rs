//! Lists across the functions: who keeps a thing, which lists are told to hold it, and what a crowd does to it.

use domain::engagement::{Count, Idea};
use futures::future::join_all;
use harness::{Http, Member, World};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::begin;

/// Has the relay tell what happened, and rollup and the janitor work off what is due, until nothing is.
async fn work_off(world: &World, seen: &mut Option<String>) {
    let context = world.context();
    loop {
        let (event, last) = world.stream_after(seen.as_deref());
        if last == *seen {
            return;
        }
        *seen = last;
        let told = relay::handle(&relay::App::new(&context), event).await;
        assert!(told.batch_item_failures.is_empty());
        loop {
            let due = world.receive_event("rollup").await;
            let gone = world.receive_event("janitor").await;
            if due.records.is_empty() && gone.records.is_empty() {
                break;
            }
            let done = rollup::handle(&rollup::App::new(&context), due).await;
            assert!(done.batch_item_failures.is_empty());
            let done = janitor::work_off(&janitor::App::new(&context), gone).await;
            assert!(done.batch_item_failures.is_empty());
        }
        for queue in ["fanout", "notifier", "photos"] {
            world.receive_all(queue).await;
        }
    }
}

async fn make(http: &Http, who: &Member, name: &str, visibility: &str) -> String {
    let body = json!({"name": name, "visibility": visibility});
    let made = http.post("/v1/lists").token(&who.token).json(body);
    let made = made.send().await.expect(201).json();
    made["id"].as_str().unwrap().to_owned()
}

async fn put(http: &Http, who: &Member, list: &str, kind: &str, id: &str) {
    let path = format!("/v1/lists/{list}/items/{kind}/{id}");
    let put = http.put(&path).token(&who.token).json(json!({}));
    put.send().await.expect(204);
}

async fn show(http: &Http, who: &Member, list: &str, visibility: &str) {
    let change = http.patch(&format!("/v1/lists/{list}")).token(&who.token);
    let change = change.json(json!({ "visibility": visibility }));
    change.send().await.expect(200);
}

fn names(cards: &Value) -> Vec<&str> {
    let cards = cards.as_array().unwrap().iter();
    cards.map(|card| card["name"].as_str().unwrap()).collect()
}

/// Which lists a product is told to be in, by its page, as somebody sees them; its own list says the same.
async fn told(world: &World, who: Option<&Member>, product: &str) -> String {
    let signed = |request: harness::Request| match who {
        Some(who) => request.token(&who.token),
        None => request,
    };
    let posting = world.serve(posting::router(&world.context()));
    let page = signed(posting.get(&format!("/v1/products/{product}")));
    let page = page.send().await.expect(200).json();
    let engagement = world.serve(engagement::router(&world.context()));
    let lists = signed(engagement.get(&format!("/v1/products/{product}/lists")));
    let lists = lists.send().await.expect(200).json();
    assert_eq!(lists["items"], page["saved_in"]);
    names(&page["saved_in"]).join(" ")
}

#[tokio::test]
async fn a_product_tells_the_public_lists_that_hold_it_the_latest_first() {
    let (world, ana, http) = begin().await;
    let (ben, cleo) = (
        world.member("ben").prime().await,
        world.member("cleo").prime().await,
    );
    world.product("mug").await;
    let mut seen = None;
    let one = make(&http, &ana, "One", "public").await;
    let two = make(&http, &ben, "Two", "private").await;
    let three = make(&http, &cleo, "Three", "public").await;
    for (who, list) in [(&ana, &one), (&ben, &two), (&cleo, &three)] {
        put(&http, who, list, "product", "mug").await;
        world.advance(SignedDuration::from_secs(1));
    }
    work_off(&world, &mut seen).await;
    assert_eq!(told(&world, None, "mug").await, "Three One");
    // Before it is told anew who sees a list, a page goes by what the list says.
    show(&http, &cleo, &three, "private").await;
    assert_eq!(told(&world, None, "mug").await, "One");
    assert_eq!(told(&world, Some(&cleo), "mug").await, "One");
    show(&http, &ben, &two, "public").await;
    work_off(&world, &mut seen).await;
    assert_eq!(told(&world, None, "mug").await, "Two One");

    let block = http.put("/v1/users/ben/block").token(&ana.token);
    block.send().await.expect(204);
    assert_eq!(told(&world, Some(&ana), "mug").await, "One");
    assert_eq!(told(&world, Some(&ben), "mug").await, "Two");
    let mute = http.put("/v1/users/ana/mute").token(&cleo.token);
    mute.send().await.expect(204);
    assert_eq!(told(&world, Some(&cleo), "mug").await, "Two One");

    let path = format!("/v1/lists/{one}/items/product/mug");
    http.delete(&path)
        .token(&ana.token)
        .send()
        .await
        .expect(204);
    let gone = http.delete(&format!("/v1/lists/{two}")).token(&ben.token);
    gone.send().await.expect(204);
    assert!(!told(&world, None, "mug").await.contains("Two"));
    work_off(&world, &mut seen).await;
    assert_eq!(told(&world, None, "mug").await, "");
}

#[tokio::test]
async fn a_product_with_many_lists_is_paged_through_and_its_page_tells_some() {
    let (world, ana, http) = begin().await;
    world.product("mug").await;
    let mut seen = None;
    for n in 0..15 {
        let list = make(&http, &ana, &format!("{n:02}"), "public").await;
        put(&http, &ana, &list, "product", "mug").await;
        world.advance(SignedDuration::from_secs(1));
    }
    work_off(&world, &mut seen).await;
    let posting = world.serve(posting::router(&world.context()));
    let page = posting
        .get("/v1/products/mug")
        .send()
        .await
        .expect(200)
        .json();
    let latest = names(&page["saved_in"]).join(" ");
    assert_eq!(latest, "14 13 12 11 10 09 08 07 06 05 04 03");
    assert_eq!(
        page["saved_in"][0]["cover"]["url"],
        "https://store.test/mug.jpg"
    );
    assert_eq!(page["saves"], 1);
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let path = format!("/v1/products/mug/lists?limit=4{cursor}");
        let page = http.get(&path).send().await.expect(200).json();
        all.extend(names(&page["items"]).iter().map(|name| (*name).to_owned()));
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(all.len(), 15);
    assert!(all.is_sorted_by(|one, next| one > next), "{all:?}");
}

#[tokio::test]
async fn who_keeps_a_thing_is_told_so_wherever_it_is_shown() {
    let (world, ana, http) = begin().await;
    world.product("mug").await;
    let post = world.published_post("ana").await.id;
    let posting = world.serve(posting::router(&world.context()));
    let saved = async |path: &str| {
        let seen = posting.get(path).token(&ana.token).send().await;
        seen.expect(200).json()["viewer"]["saved"].clone()
    };
    for (kind, id) in [("products", "mug"), ("posts", &post.to_string())] {
        let path = format!("/v1/{kind}/{id}");
        assert_eq!(saved(&path).await, false);
        let heart = format!("{path}/heart");
        http.put(&heart).token(&ana.token).send().await.expect(204);
        assert_eq!(saved(&path).await, true);
        http.delete(&heart)
            .token(&ana.token)
            .send()
            .await
            .expect(204);
        assert_eq!(saved(&path).await, false);
    }
    let anonymous = posting.get("/v1/products/mug").send().await;
    assert!(anonymous.expect(200).json().get("viewer").is_none());
}

/// A hundred people come, each of whom hearts a thing twice, and half of them take it back.
async fn crowd(world: &World, http: &Http, idea: &Idea, path: &str) {
    let joining = (0..100).map(async |n| world.member(&format!("fan{n}")).prime().await);
    let people: Vec<Member> = join_all(joining).await;
    let twice = people.iter().chain(&people);
    let hearts = twice.map(|fan| http.put(path).token(&fan.token).send());
    for answer in join_all(hearts).await {
        answer.expect(204);
    }
    let kept = async || match idea {
        Idea::Post(post) => world.counted(*post, Count::Saves).await,
        Idea::Product(product) => {
            let posting = world.serve(posting::router(&world.context()));
            let page = posting.get(&format!("/v1/products/{product}")).send().await;
            page.expect(200).json()["saves"].as_u64().unwrap()
        }
    };
    let heat = world.store().savable(idea).await.unwrap().unwrap();
    assert!(heat.is_hot());
    assert_eq!(kept().await, 100);
    let back = people.iter().take(50);
    let back = back.map(|fan| http.delete(path).token(&fan.token).send());
    for answer in join_all(back).await {
        answer.expect(204);
    }
    assert_eq!(kept().await, 50);
    // The crowd has left: its counts are one again, and the feeds of the store leave them alone.
    let mut seen = None;
    work_off(world, &mut seen).await;
    for _ in 0..3 {
        world.advance(SignedDuration::from_mins(1));
        let due = world.receive_event("rollup").await;
        let done = rollup::handle(&rollup::App::new(&world.context()), due).await;
        assert!(done.batch_item_failures.is_empty());
    }
    work_off(world, &mut seen).await;
    let heat = world.store().savable(idea).await.unwrap().unwrap();
    assert!(!heat.is_hot(), "{heat:?}");
    assert_eq!(kept().await, 50);
    for (n, fan) in people.iter().enumerate() {
        let saves = world.store().saves(&fan.id, idea, true).await.unwrap();
        assert_eq!(saves.len(), usize::from(n >= 50), "{n}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_hearts_a_post_is_counted_one_by_one() {
    let (world, _ana, http) = begin().await;
    let post = world.published_post("ana").await.id;
    let path = format!("/v1/posts/{post}/heart");
    crowd(&world, &http, &Idea::Post(post), &path).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_that_hearts_a_product_is_counted_one_by_one() {
    let (world, _ana, http) = begin().await;
    let mug = Idea::Product(world.product("mug").await.id);
    crowd(&world, &http, &mug, "/v1/products/mug/heart").await;
}

#[tokio::test]
async fn a_post_that_is_gone_leaves_the_lists_that_hold_it() {
    let (world, ana, http) = begin().await;
    let ben = world.member("ben").prime().await;
    let post = world.published_post("ana").await;
    let id = post.id.to_string();
    let (mut lists, mut seen) = (Vec::new(), None);
    for n in 0..5 {
        let shown = if n % 2 == 0 { "public" } else { "private" };
        let list = make(&http, &ben, &format!("{n}"), shown).await;
        put(&http, &ben, &list, "post", &id).await;
        lists.push(list);
    }
    work_off(&world, &mut seen).await;
    // A heart that is not told of yet when the post goes.
    http.put(&format!("/v1/posts/{id}/heart"))
        .token(&ben.token)
        .send()
        .await
        .expect(204);
    let (store, idea) = (world.store(), Idea::Post(post.id));
    assert!(store.delete_post(&ana.id, &post).await.unwrap());
    work_off(&world, &mut seen).await;
    assert!(store.saves(&ben.id, &idea, true).await.unwrap().is_empty());
    for list in &lists {
        let list = http.get(&format!("/v1/lists/{list}")).token(&ben.token);
        let list = list.send().await.expect(200).json();
        assert_eq!((&list["count"], &list["items"]), (&json!(0), &json!([])));
    }
    let page = http
        .get("/v1/lists")
        .token(&ben.token)
        .send()
        .await
        .expect(200);
    let counts: Vec<_> = page.json()["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|card| card["count"].clone())
        .collect();
    assert_eq!(counts, vec![json!(0); 6]);
    // Repeated, it finds nothing.
    assert!(!store.take_post_out_of_lists(post.id, 2).await.unwrap());
}

#[tokio::test]
async fn what_was_in_a_deleted_list_is_taken_out_and_counted_once() {
    let (world, ana, http) = begin().await;
    let mut seen = None;
    let list = make(&http, &ana, "Much", "public").await;
    let other = make(&http, &ana, "Other", "public").await;
    for n in 0..120 {
        let product = format!("p{n:03}");
        world.product(&product).await;
        put(&http, &ana, &list, "product", &product).await;
    }
    for product in ["p000", "p119"] {
        put(&http, &ana, &other, "product", product).await;
    }
    work_off(&world, &mut seen).await;
    assert_eq!(told(&world, None, "p060").await, "Much");
    let gone = http.delete(&format!("/v1/lists/{list}")).token(&ana.token);
    gone.send().await.expect(204);
    work_off(&world, &mut seen).await;
    let id = list.parse().unwrap();
    let (left, _) = world.store().ideas(id, None, 10, true).await.unwrap();
    assert_eq!(left, []);
    let posting = world.serve(posting::router(&world.context()));
    for (product, saves, lists) in [("p000", 1, "Other"), ("p060", 0, ""), ("p119", 1, "Other")] {
        assert_eq!(told(&world, None, product).await, lists);
        let page = posting.get(&format!("/v1/products/{product}")).send().await;
        assert_eq!(page.expect(200).json()["saves"], saves, "{product}");
    }
}
