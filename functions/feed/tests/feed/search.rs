//! Search: what is found of each kind, in which order, and by whom.

use domain::{feeds::Findable, ids::UserId};
use harness::Member;
use serde_json::json;
use shared::store::{ProfileChange, Uploads};

use super::*;

async fn keep(world: &World, thing: Findable) {
    world.store().keep_findable(&thing).await.unwrap();
}

/// A post that says this, and is found by it.
async fn post(world: &World, by: &str, text: &str) -> Post {
    let post = world.published_post(by).text(text).await;
    keep(world, Findable::Post(post.id)).await;
    post
}

/// Somebody of this name, who is found by it.
async fn person(world: &World, sub: &str, name: &str) -> Member {
    let member = world.member(sub).await;
    rename(world, &member.id, name).await;
    keep(world, Findable::Person(member.id.clone())).await;
    member
}

async fn rename(world: &World, who: &UserId, name: &str) {
    let change = ProfileChange {
        display_name: Some(name.to_owned()),
        ..ProfileChange::default()
    };
    let changed = world.store().change_profile(who, change, None).await;
    changed.unwrap();
}

fn named(list: &Value, name: &str) -> Vec<String> {
    let items = list.as_array().unwrap().iter();
    items
        .map(|item| item[name].as_str().unwrap().to_owned())
        .collect()
}

async fn look(http: &Http, token: Option<&str>, query: &str) -> Value {
    let mut get = http.get(&format!("/v1/search?{query}"));
    if let Some(token) = token {
        get = get.token(token);
    }
    get.send().await.expect(200).json()
}

#[tokio::test]
async fn one_box_finds_products_people_topics_and_posts_five_of_each_in_order() {
    let world = World::new().await;
    let http = feeds(&world);
    let ana = person(&world, "ana", "Ana Coffee").await;
    assert_eq!(
        look(&http, None, "q=crema").await,
        json!({"products": [], "people": [], "topics": [], "posts": []})
    );
    let mut posts = Vec::new();
    for number in 0..7 {
        world.advance(SignedDuration::from_secs(1));
        let text = format!("Number {number} of my #coffee");
        posts.insert(0, post(&world, "ana", &text).await.id);
    }
    // One that is liked comes before those that are new.
    for fan in ["ben", "cleo"] {
        world.smile(&harness::user(fan), posts[5]).await;
    }
    keep(&world, Findable::Post(posts[5])).await;
    for (id, title, saves) in [
        ("grinder", "Coffee Grinder", 0),
        ("cups", "Coffees", 40),
        ("tea", "Tea Pot", 9),
        ("coffeeist", "Coffeeist Apron", 900),
    ] {
        let new = world.product(id);
        new.with(|one| (one.title, one.saves) = (title.to_owned(), saves))
            .await;
    }
    let found = look(&http, None, "q=COFFEE").await;
    assert_eq!(
        named(&found["products"], "id"),
        ["cups", "grinder", "coffeeist"]
    );
    assert_eq!(named(&found["people"], "id"), [ana.id.as_str()]);
    assert_eq!(
        found["topics"][0],
        json!({"id": "coffee", "name": "Coffee"})
    );
    let first: Vec<_> = [5, 0, 1, 2, 3]
        .map(|index: usize| posts[index].to_string())
        .into();
    assert_eq!(named(&found["posts"], "id"), first);
    assert_eq!(found["posts"][0]["author"]["handle"], "ana");
    assert!(found.get("items").is_none() && found.get("next_cursor").is_none());
}

#[tokio::test]
async fn a_kind_is_paged_through_and_nothing_is_twice_or_missing() {
    let world = World::new().await;
    let http = feeds(&world);
    world.member("ana").await;
    let mut wanted = Vec::new();
    for number in 0..9 {
        world.advance(SignedDuration::from_secs(1));
        let word = if number % 3 == 0 { "mug" } else { "muggy" };
        let made = post(&world, "ana", &format!("{word} of red {number}")).await;
        wanted.push((word, std::cmp::Reverse(number), made.id.to_string()));
    }
    wanted.sort();
    let wanted: Vec<_> = wanted.into_iter().map(|(.., id)| id).collect();
    for (query, limit) in [("q=red%20mug", 4), ("q=mug", 1), ("q=mug", 100)] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = format!("{query}&type=posts&limit={limit}{cursor}");
            let page = look(&http, None, &page).await;
            assert!(page.get("products").is_none(), "{page}");
            seen.extend(named(&page["items"], "id"));
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(seen, wanted, "{query} by {limit}");
    }
    let topics = look(&http, None, "q=an&type=topics&limit=1").await;
    assert_eq!(topics["items"], json!([]));
    let all = look(&http, None, "q=pho&type=topics").await;
    assert!(!all["items"].as_array().unwrap().is_empty(), "{all}");
    let page = look(&http, None, "q=mug&type=posts&limit=1").await;
    let cursor = page["next_cursor"].as_str().unwrap();
    for other in ["q=red&type=posts", "q=mug&type=people"] {
        let path = format!("/v1/search?{other}&cursor={cursor}");
        http.get(&path).send().await.expect(400);
    }
}

#[tokio::test]
async fn what_cannot_be_looked_for_is_refused_with_all_that_is_wrong() {
    let world = World::new().await;
    let http = feeds(&world);
    let long = "x".repeat(101);
    for (query, pointers) in [
        ("", &["?q"][..]),
        ("q=", &["?q"]),
        ("q=a", &["?q"]),
        ("q=%20a%20", &["?q"]),
        (&format!("q={long}"), &["?q"]),
        ("q=ab&q=cd", &["?q"]),
        ("q=ab&type=lists", &["?type"]),
        ("q=a&type=x&limit=0", &["?limit", "?q", "?type"]),
    ] {
        let answer = http.get(&format!("/v1/search?{query}")).send().await;
        let mut named = answer.expect(422).pointers();
        named.sort();
        assert_eq!(named, pointers, "{query}");
    }
    for fine in [
        "q=%21%21",
        "q=ab",
        &format!("q={}", "x".repeat(100)),
        "q=%F0%9F%98%80%F0%9F%98%80",
    ] {
        assert_eq!(look(&http, None, fine).await["posts"], json!([]), "{fine}");
    }
    let bad = http.get("/v1/search?q=ab").token("bad").send().await;
    assert_eq!(bad.expect(401).problem(), "unauthenticated");
}

#[tokio::test]
async fn a_block_hides_both_ways_and_who_is_muted_or_hidden_is_found() {
    let world = World::new().await;
    let http = feeds(&world);
    let ana = person(&world, "ana", "Crema Lover").await;
    world.advance(SignedDuration::from_secs(1));
    let ben = person(&world, "ben", "Crema Maker").await;
    let said = post(&world, "ben", "All about crema").await;
    let found = async |token: &str| {
        let found = look(&http, Some(token), "q=crema").await;
        let people = named(&found["people"], "handle");
        let page = look(&http, Some(token), "q=crema&type=people").await;
        assert_eq!(named(&page["items"], "handle"), people);
        (people, named(&found["posts"], "id"))
    };
    let both = (
        vec!["ben".to_owned(), "ana".to_owned()],
        vec![said.id.to_string()],
    );
    assert_eq!(found(&ana.token).await, both);
    let (store, now) = (world.store(), world.now());
    store.mute(&ana.id, &ben.id, Some(now)).await.unwrap();
    assert_eq!(found(&ana.token).await, both);
    world.hide(&ana.id, said.id, true).await;
    assert_eq!(found(&ana.token).await, both);
    store.block(&ana.id, &ben.id, now).await.unwrap();
    assert_eq!(found(&ana.token).await, (vec!["ana".to_owned()], vec![]));
    let (people, posts) = found(&ben.token).await;
    assert_eq!(
        (people, posts),
        (vec!["ben".to_owned()], vec![said.id.to_string()])
    );
    assert_eq!(
        look(&http, None, "q=crema").await["people"]
            .as_array()
            .unwrap()
            .len(),
        2
    );
}

#[tokio::test]
async fn what_is_gone_hidden_or_called_otherwise_is_not_found_whatever_its_rows_say() {
    let world = World::new().await;
    let http = feeds(&world);
    let ana = person(&world, "ana", "Crema Lover").await;
    let mut posts = Vec::new();
    for number in 0..6 {
        world.advance(SignedDuration::from_secs(1));
        posts.push(post(&world, "ana", &format!("crema {number}")).await);
    }
    world
        .product("mug")
        .with(|mug| mug.title = "Crema Mug".to_owned())
        .await;
    let (store, uploads) = (world.store(), Uploads::default());
    let change = async |before: &Post, change: &dyn Fn(&mut Post)| {
        let mut after = before.clone();
        change(&mut after);
        after.edition += 1;
        assert!(
            store
                .change_post(before, &after, &uploads, world.now())
                .await
                .unwrap()
        );
    };
    change(&posts[5], &|post| post.text = "espresso".to_owned()).await;
    let why = domain::engagement::Moderation::by_reports(world.now());
    change(&posts[4], &|post| post.hide(why.clone())).await;
    assert!(
        store
            .delete_post(&posts[3].author, &posts[3])
            .await
            .unwrap()
    );
    // Nobody has told of it yet.
    rename(&world, &ana.id, "Ana").await;
    let found = look(&http, None, "q=crema").await;
    // Whoever is left out makes room for others.
    let left: Vec<_> = posts[..3]
        .iter()
        .rev()
        .map(|post| post.id.to_string())
        .collect();
    assert_eq!(named(&found["posts"], "id"), left);
    assert_eq!(found["people"], json!([]));
    assert_eq!(named(&found["products"], "id"), ["mug"]);
    let page = look(&http, None, "q=crema&type=posts&limit=2").await;
    assert_eq!(named(&page["items"], "id"), left[..2]);
}

#[tokio::test]
async fn a_search_takes_three_rounds_and_reads_no_more_of_a_frequent_word_than_it_must() {
    let world = World::new().await;
    world.member("ana").await;
    for number in 0..30 {
        let new = world.product(&format!("p{number:02}"));
        new.with(|one| one.title = format!("Crema Cup {number}"))
            .await;
        post(&world, "ana", &format!("crema number {number}")).await;
    }
    let (http, meter) = metered(&world);
    meter.take();
    let found = look(&http, None, "q=crema").await;
    let used = meter.take();
    assert_eq!(found["posts"].as_array().unwrap().len(), 5);
    assert!(used.rounds <= 3, "{used:?}");
    assert!(used.rcu <= 30.0, "{used:?}");
}
