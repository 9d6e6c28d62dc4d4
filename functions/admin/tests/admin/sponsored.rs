//! Posts that the store has shown for sponsors.

use harness::{Http, World};
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::begin;

const PATH: &str = "/v1/admin/sponsored";

/// What is asked for, of a post.
fn wanted(world: &World, post: &str) -> Value {
    let at = |hours| format!("{:.3}", world.now() + SignedDuration::from_hours(hours));
    json!({"post_id": post, "places": ["home"], "starts_at": at(0), "ends_at": at(24)})
}

async fn post(world: &World) -> String {
    world.published_post("ana").await.id.to_string()
}

async fn listed(http: &Http, admin: &str) -> Vec<String> {
    let (mut all, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = http.get(&format!("{PATH}?limit=2{cursor}")).token(admin);
        let page = page.send().await.expect(200).json();
        let items = page["items"].as_array().unwrap();
        all.extend(
            items
                .iter()
                .map(|item| item["id"].as_str().unwrap().to_owned()),
        );
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
    }
}

#[tokio::test]
async fn an_admin_has_a_post_shown_which_says_so_from_then_on_and_ends_it() {
    let (world, http) = begin().await;
    world.member("ana").await;
    let (admin, post) = (world.token("root", &["admin"]), post(&world).await);
    let topic = domain::people::interests::groups()[0].interests[0]
        .id
        .clone();
    let body = {
        let mut body = wanted(&world, &post);
        body["topics"] = json!([topic]);
        body["places"] = json!(["wall", "home"]);
        body["per_reader_day"] = json!(5);
        body
    };
    let made = http
        .post(PATH)
        .token(&admin)
        .json(body.clone())
        .send()
        .await
        .expect(201);
    let view = made.json();
    assert_eq!(view["post_id"], post);
    assert_eq!(view["topics"], json!([topic]));
    assert_eq!(view["places"], json!(["home", "wall"]));
    assert_eq!(view["per_reader_day"], 5);
    assert_eq!(
        (&view["starts_at"], &view["ends_at"]),
        (&body["starts_at"], &body["ends_at"])
    );
    let id = view["id"].as_str().unwrap().to_owned();
    let location = made.headers["location"].to_str().unwrap();
    assert!(location.ends_with(&format!("{PATH}/{id}")));
    let now = world.store().post_now(post.parse().unwrap()).await.unwrap();
    assert!(now.unwrap().sponsored);
    // Those that end later come first; unless said otherwise twice a day.
    let mut later = wanted(&world, &post);
    later["ends_at"] = json!(format!(
        "{:.3}",
        world.now() + SignedDuration::from_hours(48)
    ));
    let mut all = vec![id.clone()];
    for _ in 0..4 {
        let made = http
            .post(PATH)
            .token(&admin)
            .json(later.clone())
            .send()
            .await;
        let made = made.expect(201).json();
        assert_eq!(made["per_reader_day"], 2);
        all.push(made["id"].as_str().unwrap().to_owned());
    }
    all.sort_by(|one, other| other.cmp(one));
    assert_eq!(listed(&http, &admin).await, all);
    assert_eq!(all.last(), Some(&id));
    let end = || http.delete(&format!("{PATH}/{id}")).token(&admin).send();
    end().await.expect(204);
    assert_eq!(end().await.expect(404).problem(), "not-found");
    assert_eq!(listed(&http, &admin).await.len(), 4);
}

#[tokio::test]
async fn the_same_key_sponsors_once() {
    let (world, http) = begin().await;
    world.member("ana").await;
    let (admin, post) = (world.token("root", &["admin"]), post(&world).await);
    let body = wanted(&world, &post);
    let send = |body: &Value| {
        let request = http
            .post(PATH)
            .token(&admin)
            .header("idempotency-key", "one");
        request.json(body.clone()).send()
    };
    let first = send(&body).await.expect(201).json();
    assert_eq!(send(&body).await.expect(201).json(), first);
    assert_eq!(listed(&http, &admin).await.len(), 1);
    send(&wanted(&world, "other")).await.expect(422);
    let path = format!("{PATH}/{}", first["id"].as_str().unwrap());
    http.delete(&path).token(&admin).send().await.expect(204);
    send(&body).await.expect(410);
}

#[tokio::test]
async fn everything_that_is_wrong_is_named_at_once_and_only_admins_may() {
    let (world, http) = begin().await;
    world.member("ana").await;
    let (admin, post) = (world.token("root", &["admin"]), post(&world).await);
    let hidden = world.published_post("ana").with(|post| {
        post.status = domain::posts::PostStatus::Hidden;
    });
    let hidden = hidden.await.id.to_string();
    let now = world.now();
    let at = |hours| (now + SignedDuration::from_hours(hours)).to_string();
    for (body, wrong) in [
        (
            json!({}),
            &["/post_id", "/places", "/starts_at", "/ends_at"][..],
        ),
        (
            json!({"post_id": hidden, "places": [], "topics": ["no-such"], "starts_at": "soon",
                "ends_at": at(-1), "per_reader_day": 6}),
            &[
                "/topics/0",
                "/places",
                "/starts_at",
                "/per_reader_day",
                "/post_id",
                "/ends_at",
            ],
        ),
        (
            json!({"post_id": post, "places": ["home", "page"], "starts_at": at(3), "ends_at": at(3),
                "per_reader_day": 0}),
            &["/places/1", "/ends_at", "/per_reader_day"],
        ),
        (
            json!({"post_id": post, "places": ["home"], "starts_at": at(-3), "ends_at": at(0)}),
            &["/ends_at"],
        ),
        (
            json!({"post_id": "01KAKGXV3C8Z2M4N6P8R0T1V3W", "places": ["home"], "starts_at": at(0),
                "ends_at": at(1)}),
            &["/post_id"],
        ),
    ] {
        let refused = http.post(PATH).token(&admin).json(body).send().await;
        let mut named = refused.expect(422).pointers();
        let mut wrong: Vec<_> = wrong.iter().map(ToString::to_string).collect();
        named.sort();
        wrong.sort();
        assert_eq!(named, wrong);
    }
    let ana = world.token("ana", &["prime", "moderator"]);
    let one = format!("{PATH}/01KAKGXV3C8Z2M4N6P8R0T1V3W");
    for what in 0..3 {
        let call = || match what {
            0 => http.post(PATH).json(json!({})),
            1 => http.get(PATH),
            _ => http.delete(&one),
        };
        call().send().await.expect(401);
        let refused = call().token(&ana).send().await.expect(403);
        assert_eq!(refused.problem(), "admin-required");
    }
    let other = http.delete(&format!("{PATH}/none")).token(&admin);
    other.send().await.expect(404);
    http.get(&format!("{PATH}?limit=0"))
        .token(&admin)
        .send()
        .await
        .expect(422);
    assert_eq!(listed(&http, &admin).await, Vec::<String>::new());
    let now = world.store().post_now(post.parse().unwrap()).await.unwrap();
    assert!(!now.unwrap().sponsored);
}
