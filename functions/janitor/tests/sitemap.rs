//! The files that tell search engines which pages there are.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use domain::{
    feeds::Position,
    money::{Account, Programme},
    posts::{Post, PostStatus},
};
use harness::World;
use janitor::{App, make_sitemap};
use jiff::SignedDuration;

async fn look(world: &World) {
    make_sitemap(&App::new(&world.context())).await.unwrap();
}

async fn text(world: &World, key: &str) -> String {
    String::from_utf8(world.object(key).await.unwrap()).unwrap()
}

/// Puts a post onto the walls of its topics.
async fn walled(world: &World, post: &Post) {
    let at = Position {
        published_at: post.published_at.unwrap(),
        post: post.id,
    };
    world.store().put_on_topics(at, &post.topics).await.unwrap();
    world.store().close(at).await.unwrap();
}

#[tokio::test]
async fn every_published_post_storefront_and_topic_is_named_once_and_nothing_hidden() {
    let world = World::new().await;
    let (ana, ben) = (world.member("ana").await, world.member("ben").await);
    let (store, account) = (world.store(), Account::of_random(1));
    let programme = (Programme::Influencer, true);
    let entered = store.enter_programme(&ana.id, programme, &account, world.now());
    assert!(entered.await.unwrap());
    let twice = world.published_post("ana").topics(&["coffee", "tea"]).await;
    let hidden = world.published_post("ben").topics(&["coffee"]);
    let hidden = hidden.with(|post| post.status = PostStatus::Hidden).await;
    let older = world
        .published_post("ben")
        .topics(&["tea"])
        .at(world.now() - SignedDuration::from_hours(100 * 24))
        .await;
    for post in [&twice, &hidden, &older] {
        walled(&world, post).await;
    }
    look(&world).await;
    let index = text(&world, "sitemaps/index.xml").await;
    let day = world.now().to_string()[..10].to_owned();
    let name = format!("sitemaps/{day}-1.xml");
    assert!(
        index.contains(&format!("<loc>https://pages.test/{name}</loc>")),
        "{index}"
    );
    let file = text(&world, &name).await;
    let named = |path: &str| {
        file.matches(&format!("<loc>https://pages.test{path}</loc>"))
            .count()
    };
    for path in [
        format!("/p/{}", twice.id),
        format!("/p/{}", older.id),
        "/t/coffee".to_owned(),
        "/@ana".to_owned(),
        "/".to_owned(),
    ] {
        assert_eq!(named(&path), 1, "{path}");
    }
    // Whoever has no storefront is nobody's to find.
    assert_eq!(
        (named(&format!("/p/{}", hidden.id)), named("/@ben")),
        (0, 0)
    );
    assert!(file.ends_with("</urlset>\n") && !ben.handle.is_empty());
}

#[tokio::test]
async fn files_are_made_once_a_day_and_those_of_the_day_before_go() {
    let world = World::new().await;
    look(&world).await;
    let first = world.objects("sitemaps/2").await;
    assert_eq!(first.len(), 1);
    world.member("ana").await;
    let post = world.published_post("ana").await;
    walled(&world, &post).await;
    look(&world).await;
    assert!(!text(&world, &first[0]).await.contains("/p/"));
    world.advance(SignedDuration::from_hours(24));
    look(&world).await;
    let second = world.objects("sitemaps/2").await;
    assert_eq!(second.len(), 1);
    assert_ne!(first, second);
    assert!(
        text(&world, &second[0])
            .await
            .contains(&format!("/p/{}", post.id))
    );
}
