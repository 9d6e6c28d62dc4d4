//! The reference page: what ARCHITECTURE's budgets are said of.

use anyhow::{Context as _, Result, anyhow};
use domain::{
    feeds::Entry,
    ids::TopicId,
    people::{Handle, Profile, interests},
    posts::Post,
};
use harness::{World, user};
use jiff::SignedDuration;

/// Posts of a page.
pub(crate) const PAGE: usize = 20;
/// Distinct products of a page.
const PRODUCTS: usize = 30;
/// Whom the reader follows.
const FOLLOWEES: usize = 200;
/// How many of them are pulled.
const PULLED: usize = 10;
/// Which topics the reader follows.
const TOPICS: usize = 8;
/// Brings a post's item close to 2 KB.
const TEXT: usize = 1_050;

/// The reader of the reference page.
pub(crate) const READER: &str = "reader";

/// The first topics of the catalogue.
pub(crate) fn topics(count: usize) -> Vec<TopicId> {
    let all = interests::groups()
        .iter()
        .flat_map(|group| &group.interests);
    all.filter_map(|interest| TopicId::parse(&interest.id))
        .take(count)
        .collect()
}

/// The subject of a followee.
pub(crate) fn author(index: usize) -> String {
    format!("author{:03}", index % FOLLOWEES)
}

/// The id of a product.
pub(crate) fn product(index: usize) -> String {
    format!("SPK-{:04}", index % PRODUCTS)
}

/// A text of this many bytes.
pub(crate) fn text(bytes: usize) -> String {
    "A thing that I like, and why. "
        .chars()
        .cycle()
        .take(bytes)
        .collect()
}

/// A profile such as people fill in.
pub(crate) fn profile(world: &World, sub: &str, following: usize) -> Result<Profile> {
    let handle = Handle::parse(sub).map_err(|error| anyhow!("{sub} {error}"))?;
    let (name, interests) = (
        format!("Person {sub}"),
        topics(TOPICS).into_iter().collect(),
    );
    Ok(Profile {
        bio: text(200),
        followers: 1,
        following: following as u64,
        ..Profile::new(user(sub), handle, name, interests, world.now())
    })
}

/// A world with the reader, whom they follow, the products, and three pages of posts, newest
/// first; all delivered.
pub(crate) async fn world() -> Result<(World, Vec<Post>)> {
    let world = World::new().await;
    let mut people = vec![profile(&world, READER, FOLLOWEES)?];
    let mut edges = Vec::new();
    for index in 0..FOLLOWEES {
        people.push(profile(&world, &author(index), 0)?);
        if index < FOLLOWEES - PULLED {
            edges.push((user(READER), user(&author(index))));
        }
    }
    let store = world.store();
    store.load_people(&people, &edges, world.now()).await?;
    for index in FOLLOWEES - PULLED..FOLLOWEES {
        world.follow(READER, &author(index)).await;
    }
    for index in 0..PRODUCTS {
        let id = product(index);
        world.product(&id).await;
    }
    let posts = publish(&world, 0, 3 * PAGE).await?;
    Ok((world, posts))
}

/// Publishes and delivers posts number `from` to `to`, each a minute older than the one before.
pub(crate) async fn publish(world: &World, from: usize, to: usize) -> Result<Vec<Post>> {
    let store = world.store();
    let mut posts = Vec::new();
    for index in from..to {
        let photo = world.ready_photo(&author(index)).await;
        let (first, second) = (product(2 * index), product(2 * index + 1));
        let topic = topics(TOPICS)[index % TOPICS].clone();
        let age = SignedDuration::from_mins(i64::try_from(index)? + 1);
        let post = world
            .published_post(&author(index))
            .text(&text(TEXT))
            .topics(&[topic.as_str()])
            .photo(&photo, &[&first, &second])
            .at(world.now() - age)
            .await;
        let entry = Entry::of(&post).context("a published post")?;
        store.deliver(&[(user(READER), entry.clone())]).await?;
        store.put_on_topics(entry.at, &post.topics).await?;
        store.put_into_head(&entry, world.now()).await?;
        store.close(entry.at).await?;
        posts.push(post);
    }
    Ok(posts)
}
