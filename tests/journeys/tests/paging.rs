//! Paging through a feed while posts keep arriving.

use std::collections::BTreeSet;

use jiff::SignedDuration;

use crate::{
    places::everywhere,
    spark::{Spark, ids, topics},
};

everywhere!(
    pages_of_five_repeat_nothing_and_skip_nothing_while_posts_arrive,
    a_cursor_that_was_changed_or_is_anothers_is_refused,
);

pub async fn pages_of_five_repeat_nothing_and_skip_nothing_while_posts_arrive(spark: &Spark) {
    let reader = spark.member(&spark.name("reader")).await;
    let mut authors = Vec::new();
    for name in ["ana", "ben", "cleo"] {
        let name = spark.name(name);
        authors.push(spark.member(&name).await);
        let path = format!("/v1/users/{name}/follow");
        spark.put(&path, &reader).await.expect(204);
    }
    let mut held = BTreeSet::new();
    for number in 0..33 {
        let author = &authors[number % authors.len()];
        held.insert(spark.story(author, &format!("Story {number}")).await);
        spark.let_pass(SignedDuration::from_mins(7)).await;
        if number == 20 {
            // Some are delivered, some may still be open when the first page is read.
            spark.settle().await;
        }
    }
    let (mut seen, mut late) = (Vec::new(), BTreeSet::new());
    let mut path = "/v1/feed?limit=5".to_owned();
    loop {
        let page = spark.get(&path, &reader).await.expect(200);
        assert!(page["items"].as_array().unwrap().len() <= 5);
        let posts = spark.ours(&page);
        seen.extend(ids(&posts).into_iter().map(str::to_owned));
        let author = &authors[seen.len() % authors.len()];
        late.insert(spark.story(author, "Late").await);
        // What was smiled at would rank higher, had it not been ranked already.
        for post in held.iter().take(3) {
            let smile = format!("/v1/posts/{post}/smile");
            spark.put(&smile, author).await.expect(204);
        }
        spark.let_pass(SignedDuration::from_secs(5)).await;
        match page["next_cursor"].as_str() {
            Some(cursor) => path = format!("/v1/feed?limit=5&cursor={cursor}"),
            None => break,
        }
    }
    let distinct: BTreeSet<_> = seen.iter().cloned().collect();
    assert_eq!(distinct.len(), seen.len(), "a post came twice");
    assert_eq!(distinct, held, "a post was skipped, or came late");
    assert!(late.len() >= 7);
    let fresh = spark.all_ours("/v1/feed", &reader).await;
    assert!(ids(&fresh).iter().any(|id| late.contains(*id)));
}

pub async fn a_cursor_that_was_changed_or_is_anothers_is_refused(spark: &Spark) {
    let reader = spark.member(&spark.name("reader")).await;
    let other = spark.member(&spark.name("other")).await;
    let author = spark.member(&spark.name("ana")).await;
    for number in 0..8 {
        spark.story(&author, &format!("Story {number}")).await;
    }
    let page = spark.get("/v1/feed?limit=5", &reader).await.expect(200);
    let cursor = page["next_cursor"].as_str().unwrap();
    let with = |cursor: &str| format!("/v1/feed?limit=5&cursor={cursor}");
    spark.get(&with(cursor), &reader).await.expect(200);

    let middle = cursor.len() / 2;
    let letter = if &cursor[middle..=middle] == "A" {
        "B"
    } else {
        "A"
    };
    let changed = format!("{}{letter}{}", &cursor[..middle], &cursor[middle + 1..]);
    for (cursor, token) in [
        (changed.as_str(), &reader),
        ("nonsense", &reader),
        (cursor, &other),
    ] {
        let answer = spark.get(&with(cursor), token).await;
        assert_eq!(answer.problem(), "bad-cursor");
        answer.expect(400);
    }
    let elsewhere = format!("/v1/topics/{}/posts?cursor={cursor}", topics(1)[0]);
    spark.get(&elsewhere, &reader).await.expect(400);
}
