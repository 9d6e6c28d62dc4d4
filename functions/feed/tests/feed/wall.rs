//! Walls of topics, and the special wall.

use domain::{
    feeds::Position,
    ids::PostId,
    posts::{Poll, PollOption, PostKind},
};
use shared::store::Uploads;

use super::*;

fn wall(query: &str) -> String {
    format!("/v1/topics/{}/posts?{query}", first_topic())
}

async fn read(http: &Http, path: &str) -> Answer {
    http.get(path).send().await.expect(200)
}

/// Reads a whole wall in pages, doing something between them.
async fn read_through(http: &Http, path: &str, mut between: impl AsyncFnMut(usize)) -> Vec<String> {
    let (mut all, mut cursor, mut page) = (Vec::new(), String::new(), 0);
    loop {
        let answer = read(http, &format!("{path}{cursor}")).await;
        all.extend(ids(&answer));
        match next(&answer) {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return all,
        }
        between(page).await;
        page += 1;
        assert!(page < 100, "no end");
    }
}

/// Does what the workers would, with so many smiles at the post.
async fn liked(world: &World, post: &Post, smiles: usize) {
    for fan in 0..smiles {
        world
            .smile(&harness::user(&format!("fan{fan}")), post.id)
            .await;
    }
    let (store, walls) = (world.store(), post.topics.iter().cloned().collect());
    store
        .keep_hottest(post.id, &walls, world.now())
        .await
        .unwrap();
}

/// A post of Ana's that is on its walls.
async fn delivered(world: &World) -> Post {
    world.advance(SignedDuration::from_secs(1));
    let post = world.published_post("ana").await;
    deliver(world, &post, &[]).await;
    post
}

fn poll(closes_at: Option<Timestamp>) -> impl FnOnce(&mut Post) {
    let option = |text: &str| PollOption {
        text: text.to_owned(),
        photo: None,
        product: None,
    };
    let poll = Poll {
        question: "Which?".to_owned(),
        options: vec![option("This"), option("That")],
        closes_at,
    };
    |post: &mut Post| {
        post.kind = PostKind::Poll;
        post.poll = Some(poll);
        post.votes = vec![0, 0];
    }
}

#[tokio::test]
async fn a_wall_is_newest_first_in_pages_and_can_be_narrowed_to_a_kind() {
    let world = World::new().await;
    let http = feeds(&world);
    world.member("ana").await;
    let mut newest_first = Vec::new();
    for _ in 0..7 {
        newest_first.insert(0, delivered(&world).await.id.to_string());
    }
    // Also the hottest first, while nothing is known of how hot they are.
    for sort in ["sort=new&limit=3", "limit=3"] {
        let seen = read_through(&http, &wall(sort), async |_| {}).await;
        assert_eq!(seen, newest_first, "{sort}");
    }
    let photos = read(&http, &wall("kind=photo")).await;
    assert_eq!(ids(&photos), Vec::<String>::new());
    let stories = read(&http, &wall("kind=story&sort=new")).await;
    assert_eq!(ids(&stories).len(), 7);
    assert_eq!(stories.json()["items"][0]["reason"]["kind"], "topic");
}

#[tokio::test]
async fn the_hottest_come_first_unless_the_newest_are_asked_for_and_new_ones_are_among_them_at_once()
 {
    let world = World::new().await;
    let http = feeds(&world);
    world.member("ana").await;
    let mut posts = Vec::new();
    for _ in 0..4 {
        posts.push(delivered(&world).await);
        liked(&world, &posts[posts.len() - 1], 0).await;
    }
    liked(&world, &posts[1], 3).await;
    liked(&world, &posts[0], 1).await;
    posts.push(delivered(&world).await);
    let expected = |order: &[usize]| {
        let order = order.iter().map(|place| posts[*place].id.to_string());
        order.collect::<Vec<_>>()
    };
    let hot = expected(&[1, 0, 4, 3, 2]);
    for query in ["", "sort=hot", "sort=hot&kind=story"] {
        assert_eq!(ids(&read(&http, &wall(query)).await), hot, "{query}");
    }
    let new = expected(&[4, 3, 2, 1, 0]);
    assert_eq!(ids(&read(&http, &wall("sort=new")).await), new);
    // A post that its author took off the wall, or deleted, is gone at once.
    let gone = world.store().post_now(posts[1].id).await.unwrap().unwrap();
    assert!(
        world
            .store()
            .delete_post(&gone.author, &gone)
            .await
            .unwrap()
    );
    assert_eq!(ids(&read(&http, &wall("")).await), hot[1..]);
}

#[tokio::test]
async fn pages_of_the_hottest_repeat_and_skip_nothing_while_posts_are_liked_and_published() {
    let world = World::new().await;
    let http = feeds(&world);
    world.member("ana").await;
    let mut posts = Vec::new();
    for place in 0..60 {
        let post = delivered(&world).await;
        if place < 50 {
            liked(&world, &post, place % 4).await;
        }
        posts.push(post);
    }
    let between = async |page: usize| {
        // Within the same minute, and in the next: what was shown, what was not, and what is new.
        for place in [page * 3, 59 - page] {
            liked(&world, &posts[place], 5 + page).await;
        }
        let new = delivered(&world).await;
        liked(&world, &new, 9).await;
        if page % 2 == 1 {
            world.advance(SignedDuration::from_mins(1));
        }
    };
    let seen = read_through(&http, &wall("limit=7"), between).await;
    let different: BTreeSet<_> = seen.iter().cloned().collect();
    assert_eq!(different.len(), seen.len(), "one came twice");
    let all: BTreeSet<_> = posts.iter().map(|post| post.id.to_string()).collect();
    assert_eq!(different, all);
}

#[tokio::test]
async fn a_cursor_is_of_one_wall_one_order_and_one_kind() {
    let world = World::new().await;
    let http = feeds(&world);
    world.member("ana").await;
    for _ in 0..3 {
        let post = delivered(&world).await;
        liked(&world, &post, 0).await;
    }
    let cursor = next(&read(&http, &wall("limit=1")).await).unwrap();
    let hot = format!("limit=1&cursor={cursor}");
    read(&http, &wall(&hot)).await;
    for other in [
        wall(&format!("{hot}&sort=new")),
        wall(&format!("{hot}&kind=story")),
        format!("/v1/topics/{}/posts?{hot}", other_topic()),
        format!("/v1/topics/trending-and-polls/posts?{hot}"),
    ] {
        let refused = http.get(&other).send().await.expect(400);
        assert!(refused.problem().ends_with("bad-cursor"), "{other}");
    }
    for none in ["*", "no-such-topic"] {
        http.get(&format!("/v1/topics/{none}/posts"))
            .send()
            .await
            .expect(404);
    }
    let refused = http.get(&wall("sort=best&kind=poem&limit=0")).send().await;
    let refused = refused.expect(422).json();
    assert_eq!(refused["errors"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn a_post_is_on_the_walls_that_it_names_now_also_with_an_old_cursor() {
    let world = World::new().await;
    let http = feeds(&world);
    world.member("ana").await;
    let older = world.published_post("ana").await;
    world.advance(SignedDuration::from_secs(1));
    let newer = world.published_post("ana").await;
    for post in [&older, &newer] {
        deliver(&world, post, &[]).await;
    }
    let first = read(&http, &wall("limit=1&sort=new")).await;
    assert_eq!(ids(&first), [newer.id.to_string()]);
    let rest = wall(&format!(
        "limit=1&sort=new&cursor={}",
        next(&first).unwrap()
    ));
    assert_eq!(ids(&read(&http, &rest).await), [older.id.to_string()]);

    let mut left = older.clone();
    left.topics = vec![TopicId::parse(&other_topic()).unwrap()];
    left.edition = 1;
    let (store, uploads) = (world.store(), Uploads::default());
    assert!(
        store
            .change_post(&older, &left, &uploads, world.now())
            .await
            .unwrap()
    );
    assert!(store.delete_post(&newer.author, &newer).await.unwrap());
    for path in [&wall("limit=1&sort=new"), &rest] {
        assert_eq!(ids(&read(&http, path).await), Vec::<String>::new());
    }
}

/// Deletes posts without anybody taking them off their walls.
async fn delete(world: &World, posts: &[PostId]) {
    for post in posts {
        let post = world.store().post_now(*post).await.unwrap().unwrap();
        assert!(
            world
                .store()
                .delete_post(&post.author, &post)
                .await
                .unwrap()
        );
    }
}

#[tokio::test]
async fn a_live_post_behind_many_that_are_gone_is_on_the_first_page_that_looks_so_far() {
    let world = World::new().await;
    let http = feeds(&world);
    world.member("ana").await;
    let live = delivered(&world).await;
    let mut gone = Vec::new();
    for _ in 0..120 {
        gone.push(delivered(&world).await.id);
    }
    let first = read(&http, &wall("sort=new")).await;
    assert_eq!(ids(&first).len(), 20);
    delete(&world, &gone[30..]).await;
    // Of ninety that are gone none costs the page a place.
    let page = read(&http, &wall("sort=new")).await;
    assert_eq!(ids(&page).len(), 10);
    delete(&world, &gone[..30]).await;
    let path = wall("sort=new&limit=20");
    let mut pages = 0;
    let seen = read_through(&http, &path, async |_| pages += 1).await;
    assert_eq!(seen, [live.id.to_string()]);
    assert_eq!(pages, 1, "a page looks at a hundred");
}

#[tokio::test]
async fn a_kind_is_looked_for_among_a_hundred_posts_a_page() {
    let world = World::new().await;
    let http = feeds(&world);
    world.member("ana").await;
    let question = world
        .published_post("ana")
        .with(|post| post.kind = PostKind::Question);
    let question = question.await;
    deliver(&world, &question, &[]).await;
    for _ in 0..99 {
        delivered(&world).await;
    }
    let page = read(&http, &wall("sort=new&kind=question")).await;
    assert_eq!(ids(&page), [question.id.to_string()]);
    for _ in 0..2 {
        delivered(&world).await;
    }
    let (http, meter) = metered(&world);
    let page = read(&http, &wall("sort=new&kind=question")).await;
    assert_eq!(ids(&page), Vec::<String>::new());
    assert!(meter.take().rcu < 70.0);
    let rest = wall(&format!(
        "sort=new&kind=question&cursor={}",
        next(&page).unwrap()
    ));
    assert_eq!(ids(&read(&http, &rest).await), [question.id.to_string()]);
}

#[tokio::test]
async fn a_wall_that_was_quiet_for_months_is_read_in_as_many_rounds_as_any() {
    let world = World::new().await;
    world.member("ana").await;
    let ago = |days: i64| world.now() - SignedDuration::from_hours(24 * days);
    let (mut posts, mut rounds) = (Vec::new(), Vec::new());
    for days in [1, 200, 330] {
        let post = world.published_post("ana").at(ago(days)).await;
        deliver(&world, &post, &[]).await;
        posts.push(post.id.to_string());
        let (http, meter) = metered(&world);
        for _ in 0..2 {
            assert_eq!(ids(&read(&http, &wall("sort=new")).await), posts);
            rounds.push(meter.take().rounds);
        }
    }
    let first = rounds[0];
    assert!(rounds.iter().all(|rounds| *rounds <= first), "{rounds:?}");
    // It goes back a year.
    let old = world.published_post("ana").at(ago(367)).await;
    deliver(&world, &old, &[]).await;
    assert_eq!(ids(&read(&feeds(&world), &wall("sort=new")).await), posts);
}

#[tokio::test]
async fn an_entry_of_a_wall_is_swept_when_it_is_too_old_for_it() {
    let world = World::new().await;
    world.member("ana").await;
    let post = delivered(&world).await;
    let at = Position::of(&post).unwrap();
    let swept_by = async |days: i64| {
        let then = world.now() + SignedDuration::from_hours(24 * days);
        let swept = world.plane().tables().sweep_expired(then.as_second());
        assert!(swept.is_ok());
        let month = shared::keys::Month::of(at.published_at);
        let (from, to) = (
            Position::start_of(at.published_at),
            Position::end_of(world.now()),
        );
        let store = world.store();
        let left = store.topic_month(&post.topics[0], month, to, from, 9).await;
        left.unwrap().is_empty()
    };
    assert!(!swept_by(365).await);
    assert!(swept_by(367).await);
}

#[tokio::test]
async fn the_special_wall_has_what_rises_and_open_polls_in_turn() {
    let world = World::new().await;
    let http = feeds(&world);
    world.member("ana").await;
    let now = world.now();
    let mut stories = Vec::new();
    for smiles in [0, 1, 3] {
        let post = delivered(&world).await;
        liked(&world, &post, smiles).await;
        stories.push(post.id.to_string());
    }
    let closes = now + SignedDuration::from_hours(2);
    let mut polls = Vec::new();
    for closes_at in [None, Some(closes)] {
        world.advance(SignedDuration::from_secs(1));
        let post = world.published_post("ana").with(poll(closes_at)).await;
        liked(&world, &post, 0).await;
        polls.push(post.id.to_string());
    }
    let special = "/v1/topics/trending-and-polls/posts?limit=1";
    let seen = read_through(&http, special, async |_| {}).await;
    let (stories, polls) = (&stories, &polls);
    assert_eq!(
        seen,
        [&stories[2], &polls[1], &stories[1], &polls[0]].map(Clone::clone)
    );
    let page = read(&http, "/v1/topics/trending-and-polls/posts?kind=poll").await;
    assert_eq!(ids(&page), [&polls[1], &polls[0]].map(Clone::clone));
    let reason = &page.json()["items"][0]["reason"];
    assert_eq!(
        (&reason["kind"], &reason["topic"]),
        (&"trending".into(), &first_topic().into())
    );
    // A poll that has closed leaves, and so does what does not rise any more.
    world.advance(SignedDuration::from_mins(121));
    let special = "/v1/topics/trending-and-polls/posts";
    let expected = [&stories[2], &polls[0], &stories[1]].map(Clone::clone);
    assert_eq!(ids(&read(&http, special).await), expected);
    world.advance(SignedDuration::from_hours(72));
    assert_eq!(
        ids(&read(&http, special).await),
        std::slice::from_ref(&polls[0])
    );
}
