//! Reading on: pages, their order, and cursors.

use super::*;

#[tokio::test]
async fn paging_repeats_and_skips_nothing_while_posts_arrive() {
    let world = World::new().await;
    let (http, reader) = (feeds(&world), world.member("ben").await);
    let authors = ["ana", "cleo", "dan"];
    for author in authors {
        world.member(author).await;
        world.follow("ben", author).await;
    }
    let mut held = BTreeSet::new();
    for n in 0..67 {
        world.advance(SignedDuration::from_secs(30));
        let post = world
            .published_post(authors[n % 3])
            .topics(&[&other_topic()])
            .await;
        // Every third stays open: nobody delivered it.
        if n % 3 != 0 {
            deliver(&world, &post, &["ben"]).await;
        }
        held.insert(post.id.to_string());
    }
    let (mut seen, mut cursor) = (Vec::new(), None::<String>);
    loop {
        let from = cursor
            .map(|cursor| format!("&cursor={cursor}"))
            .unwrap_or_default();
        let path = format!("/v1/feed?limit=5{from}");
        let answer = http
            .get(&path)
            .token(&reader.token)
            .send()
            .await
            .expect(200);
        seen.extend(ids(&answer));
        cursor = next(&answer);
        if cursor.is_none() {
            break;
        }
        assert!(cursor.as_ref().is_some_and(|cursor| cursor.len() <= 2_048));
        world.advance(SignedDuration::from_secs(1));
        let late = world.published_post("ana").topics(&[&other_topic()]).await;
        deliver(&world, &late, &["ben"]).await;
    }
    let unique: HashSet<_> = seen.iter().cloned().collect();
    assert_eq!(seen.len(), unique.len(), "a post came twice");
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), held);
}

#[tokio::test]
async fn no_author_has_three_posts_in_a_row_where_others_can_stand_between() {
    let world = World::new().await;
    let (http, reader) = (feeds(&world), world.member("ben").await);
    for author in ["ana", "cleo"] {
        world.member(author).await;
        world.follow("ben", author).await;
    }
    let mut authors = std::collections::HashMap::new();
    for author in [
        "cleo", "cleo", "cleo", "cleo", "ana", "ana", "ana", "ana", "ana", "ana",
    ] {
        world.advance(SignedDuration::from_secs(60));
        let post = world.published_post(author).topics(&[&other_topic()]).await;
        authors.insert(post.id.to_string(), author);
    }
    let order: Vec<_> = read_all(&http, &reader.token, 3)
        .await
        .iter()
        .map(|id| authors[id])
        .collect();
    assert_eq!(order.len(), 10);
    let runs_of_three: Vec<_> = order
        .windows(3)
        .enumerate()
        .filter(|(_, w)| w[0] == w[1] && w[1] == w[2])
        .collect();
    for (at, run) in runs_of_three {
        assert!(
            order[at..].iter().all(|author| *author == run[0]),
            "{order:?}"
        );
    }
}

#[tokio::test]
async fn a_feed_spans_the_turn_of_a_month_and_ends_at_thirty_days() {
    let world = World::new().await;
    let (http, reader) = (feeds(&world), world.member("ben").await);
    world.member("ana").await;
    let mut kept = BTreeSet::new();
    for days in [0, 10, 20, 29, 31] {
        let at: Timestamp = world.now() - SignedDuration::from_hours(24 * days);
        let post = world.published_post("ana").at(at).await;
        deliver(&world, &post, &[]).await;
        if days < 30 {
            kept.insert(post.id.to_string());
        }
    }
    let seen = read_all(&http, &reader.token, 2).await;
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), kept);
}

#[tokio::test]
async fn a_changed_cursor_another_viewers_or_another_lists_is_a_400_and_an_old_one_says_so() {
    let world = World::new().await;
    let (http, ben, cleo) = (
        feeds(&world),
        world.member("ben").await,
        world.member("cleo").await,
    );
    world.member("ana").await;
    for _ in 0..3 {
        let post = world.published_post("ana").await;
        deliver(&world, &post, &[]).await;
    }
    let first = http
        .get("/v1/feed?limit=1")
        .token(&ben.token)
        .send()
        .await
        .expect(200);
    let cursor = next(&first).unwrap();
    let at = |cursor: &str| format!("/v1/feed?limit=1&cursor={cursor}");
    http.get(&at(&cursor))
        .token(&ben.token)
        .send()
        .await
        .expect(200);

    let mut changed = cursor.clone();
    let last = if changed.pop() == Some('A') { 'B' } else { 'A' };
    changed.push(last);
    for (path, token) in [
        (at(&changed), &ben.token),
        (at(&cursor), &cleo.token),
        (
            format!("/v1/topics/{}/posts?cursor={cursor}", first_topic()),
            &ben.token,
        ),
    ] {
        let refused = http.get(&path).token(token).send().await.expect(400);
        assert!(refused.problem().ends_with("bad-cursor"), "{path}");
    }
    world.advance(SignedDuration::from_hours(25));
    let fresh = world.token("ben", &[]);
    let refused = http
        .get(&at(&cursor))
        .token(&fresh)
        .send()
        .await
        .expect(400);
    assert!(refused.problem().ends_with("cursor-expired"));
}
