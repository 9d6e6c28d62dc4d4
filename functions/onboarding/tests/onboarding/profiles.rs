//! Profiles: changing one's own, reading another's.

use domain::ids::PhotoId;
use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{is, pointers, problem, topics, world};

#[tokio::test]
async fn a_patch_changes_what_it_names_alone() {
    let (world, http) = world().await;
    let ana = world.member("ana").await;
    let patch = async |body: Value| {
        let answer = http
            .patch("/v1/me")
            .token(&ana.token)
            .json(body)
            .send()
            .await;
        assert_eq!(answer.status, 200, "{}", answer.json());
        let read = http.get("/v1/me").token(&ana.token).send().await.json();
        assert_eq!(answer.json(), read);
        read
    };
    let before = patch(json!({})).await;
    let named = patch(json!({"display_name": " Anna ", "bio": "Hi 👋"})).await;
    assert_eq!(
        (&named["display_name"], &named["bio"]),
        (&json!("Anna"), &json!("Hi 👋"))
    );
    assert_eq!(named["interests"], before["interests"]);
    let switched = patch(json!({"bio": null, "notify": {"follows": true}})).await;
    assert_eq!(switched["bio"], "");
    assert_eq!(switched["display_name"], "Anna");
    let switched = patch(json!({"notify": {"posts": true, "follows": null}})).await;
    assert_eq!(
        switched["notify"],
        json!({"posts": true, "replies": false, "follows": false})
    );
    let off = patch(json!({"notify": null})).await;
    assert_eq!(
        off["notify"],
        json!({"posts": false, "replies": false, "follows": false})
    );
    let mut chosen = topics(5, 6);
    chosen.sort_unstable();
    assert_eq!(
        patch(json!({"interests": chosen})).await["interests"],
        json!(chosen)
    );
}

#[tokio::test]
async fn a_bad_patch_names_every_bad_field_and_changes_nothing() {
    let (world, http) = world().await;
    let ana = world.member("ana").await;
    let patch = |body: Value| http.patch("/v1/me").token(&ana.token).json(body).send();
    let before = http.get("/v1/me").token(&ana.token).send().await.json();
    let refused = patch(json!({
        "handle": "anna", "display_name": null, "bio": "x".repeat(501),
        "interests": topics(0, 4), "notify": {"replies": 1}, "avatar_photo_id": "nothing",
    }))
    .await;
    assert_eq!(
        pointers(&refused),
        [
            "/avatar_photo_id",
            "/bio",
            "/display_name",
            "/handle",
            "/interests",
            "/notify/replies"
        ]
    );
    assert_eq!(pointers(&patch(json!({"handle": null})).await), ["/handle"]);
    assert_eq!(
        pointers(&patch(json!({"interests": null})).await),
        ["/interests"]
    );
    assert_eq!(pointers(&patch(json!([])).await), [""]);
    assert_eq!(
        http.get("/v1/me").token(&ana.token).send().await.json(),
        before
    );
}

#[tokio::test]
async fn an_avatar_is_a_ready_photo_of_ones_own() {
    let (world, http) = world().await;
    let ana = world.member("ana").await;
    world.member("ben").await;
    let patch = |photo: Value| {
        http.patch("/v1/me")
            .token(&ana.token)
            .json(json!({"avatar_photo_id": photo}))
            .send()
    };
    let waiting = world.awaited_photo("ana").await;
    let of_ben = world.ready_photo("ben").await;
    for photo in [
        waiting.id.to_string(),
        of_ben.id.to_string(),
        of_ben.id.to_string().to_lowercase(),
    ] {
        assert_eq!(pointers(&patch(json!(photo)).await), ["/avatar_photo_id"]);
    }
    let mine = world.ready_photo("ana").await;
    let changed = patch(json!(mine.id.to_string())).await;
    assert_eq!(changed.status, 200);
    let rendition = &changed.json()["avatar"]["renditions"][0];
    assert_eq!(
        rendition["url"],
        format!("https://media.test/media/{}/320.jpg", mine.media)
    );
    let card = http.get("/v1/users/ana").send().await.json();
    assert_eq!(card["avatar"], changed.json()["avatar"]);
    let cleared = patch(Value::Null).await;
    assert_eq!(cleared.json().get("avatar"), None);
}

#[tokio::test]
async fn an_avatar_is_claimed_and_the_former_one_goes() {
    let (world, http) = world().await;
    let ana = world.member("ana").await;
    let wear = |photo: Value| {
        let patch = http.patch("/v1/me").token(&ana.token);
        let interests = topics(1, 6);
        patch
            .json(json!({"avatar_photo_id": photo, "interests": interests}))
            .send()
    };
    let kept = async |id| world.store().photo(id).await.unwrap();
    let [first, second] = [
        world.ready_photo("ana").await,
        world.ready_photo("ana").await,
    ];
    for photo in [&first, &first, &second, &second] {
        let changed = wear(json!(photo.id.to_string())).await;
        assert_eq!(changed.status, 200);
        let url = changed.json()["avatar"]["renditions"][0]["url"].to_string();
        assert!(url.contains(&photo.media), "{url}");
        let worn = kept(photo.id).await.unwrap();
        assert!(worn.avatar && worn.expires_at.is_none());
    }
    assert_eq!(kept(first.id).await, None);
    let again = wear(json!(first.id.to_string())).await;
    assert_eq!(pointers(&again), ["/avatar_photo_id"]);
    for _ in 0..2 {
        assert_eq!(wear(Value::Null).await.status, 200);
        assert_eq!(kept(second.id).await, None);
    }
}

#[tokio::test]
async fn a_photo_is_a_posts_or_an_avatar_and_never_both() {
    let (world, http) = world().await;
    let ana = world.member("ana").await;
    let posted = world.ready_photo("ana").await;
    world.published_post("ana").photo(&posted, &[]).await;
    let forgotten = world.ready_photo("ana").await;
    let wear = |id: String, token: String| {
        let patch = http.patch("/v1/me").token(token);
        patch.json(json!({"avatar_photo_id": id})).send()
    };
    let taken = wear(posted.id.to_string(), ana.token.clone()).await;
    assert_eq!(taken.expect(409).problem(), "photo-taken");
    world.advance(SignedDuration::from_hours(25));
    let late = wear(forgotten.id.to_string(), world.token("ana", &[])).await;
    assert_eq!(pointers(&late), ["/avatar_photo_id"]);
}

#[tokio::test]
async fn of_avatars_put_on_at_once_one_stays_and_the_others_go() {
    let (world, http) = world().await;
    let ana = world.member("ana").await;
    let mut photos = Vec::new();
    for _ in 0..4 {
        photos.push(world.ready_photo("ana").await.id);
    }
    let wear = |id: &PhotoId| {
        let patch = http.patch("/v1/me").token(&ana.token);
        patch
            .json(json!({"avatar_photo_id": id.to_string()}))
            .send()
    };
    for answer in futures::future::join_all(photos.iter().map(wear)).await {
        assert!(
            matches!(answer.status.as_u16(), 200 | 503),
            "{}",
            answer.status
        );
    }
    let profile = world.store().profile(&ana.id).await.unwrap().unwrap();
    let worn = profile.avatar.unwrap().photo;
    for id in photos {
        let photo = world.store().photo(id).await.unwrap();
        assert_eq!(photo.is_some_and(|photo| photo.avatar), id == worn);
    }
}

#[tokio::test]
async fn who_has_not_joined_has_nothing_to_change() {
    let (world, http) = world().await;
    let patch = http.patch("/v1/me").token(world.token("ana", &[]));
    assert_eq!(
        problem(&patch.json(json!({"bio": 1})).send().await),
        is(403, "not-joined")
    );
}

#[tokio::test]
async fn a_profile_is_public_and_tells_a_viewer_whether_they_follow() {
    let (world, http) = world().await;
    let (ana, ben) = (world.member("Ana").await, world.member("ben").await);
    let read = |token: Option<&str>| {
        let get = http.get("/v1/users/aNa");
        token.map_or(get.clone(), |token| get.token(token)).send()
    };
    let public = read(None).await.json();
    assert_eq!(
        (&public["handle"], &public["id"]),
        (&json!("Ana"), &json!(ana.id.as_str()))
    );
    for secret in ["viewer", "notify", "interests", "prime"] {
        assert_eq!(public.get(secret), None, "{secret}");
    }
    assert_eq!(
        read(Some(&ben.token)).await.json()["viewer"],
        json!({"following": false})
    );
    world.follow("ben", "Ana").await;
    let followed = read(Some(&ben.token)).await.json();
    assert_eq!(followed["viewer"], json!({"following": true}));
    assert_eq!(followed["counts"]["followers"], 1);
    assert_eq!(
        read(Some(&ana.token)).await.json()["viewer"],
        json!({"following": false})
    );
}

#[tokio::test]
async fn a_handle_that_nobody_has_is_not_found() {
    let (world, http) = world().await;
    world.member("ana").await;
    assert_eq!(http.get("/v1/users/ana").send().await.status, 200);
    for path in [
        "ben",
        "admin",
        "a%00b",
        "ana%23",
        "%ff",
        "a",
        &"x".repeat(3000),
    ] {
        let answer = http.get(&format!("/v1/users/{path}")).send().await;
        assert_eq!(problem(&answer), is(404, "not-found"), "{path:.20}");
    }
    assert_eq!(http.delete("/v1/users/ana").send().await.status, 405);
    assert_eq!(http.get("/v1/nothing").send().await.status, 404);
}

#[tokio::test]
async fn counts_of_others_do_not_move_when_a_profile_changes() {
    let (world, http) = world().await;
    let ana = world.member("ana").await;
    world.member("ben").await;
    world.follow("ben", "ana").await;
    let answer = http
        .patch("/v1/me")
        .token(&ana.token)
        .json(json!({"bio": "new"}))
        .send()
        .await;
    assert_eq!(answer.json()["counts"]["followers"], 1);
    world.advance(SignedDuration::from_mins(30));
    let id = harness::user("ana");
    assert_eq!(
        world.store().profile(&id).await.unwrap().unwrap().followers,
        1
    );
}
