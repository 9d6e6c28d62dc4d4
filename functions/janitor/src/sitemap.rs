//! Once a day files are made of which pages there are, for search engines (PAGES 1): topics, storefronts, and every published
//! post that is on a wall. What is hidden, or of who leaves, is in none.

use std::fmt::Write;

use domain::{
    feeds::{Position, WALL_HORIZON},
    ids::{PostId, TopicId, UserId},
    people::interests,
    posts::{Post, PostStatus},
};
use futures::future::try_join_all;
use jiff::{Timestamp, tz::TimeZone};
use serde::{Deserialize, Serialize};
use shared::{
    bucket::{Bucket, SITEMAP_INDEX, SITEMAP_STATE, SITEMAPS, sitemap_key, sitemap_name},
    error::Error,
    keys::Month,
    queue::is_late,
};

use crate::App;

/// A file names so many pages at most; the protocol allows five times as many.
const MOST: usize = 10_000;
/// So many posts, or people, are looked at at once.
const PAGE: usize = 100;

/// How far a day's files have come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct State {
    /// Of which day, `2026-11-28`.
    day: String,
    done: bool,
    /// So many files are made.
    files: usize,
    /// Which of the catalogue's topics is next.
    topic: usize,
    /// And before which place on its wall; `None` at the newest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    before: Option<Position>,
}

/// Goes on with the files of today. Safe to do at any time, and twice at once.
///
/// # Errors
/// Something could not be read or written; it is gone on with at the next look.
pub async fn make(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    let day = now.to_zoned(TimeZone::UTC).strftime("%Y-%m-%d").to_string();
    while !is_late() {
        let (state, tag) = match app.bucket.read_tagged::<State>(SITEMAP_STATE).await? {
            Some((state, tag)) => (state, tag),
            None => (State::default(), None),
        };
        if state.day == day && state.done {
            return Ok(());
        }
        let mut state = match state.day == day {
            true => state,
            false => State {
                day: day.clone(),
                ..State::default()
            },
        };
        Box::pin(app.further(&mut state, now)).await?;
        if !app.bucket.write_over(SITEMAP_STATE, &state, tag).await? {
            // Somebody else goes on with it.
            return Ok(());
        }
        if state.done {
            return tidy(&app.bucket, &state).await;
        }
    }
    Ok(())
}

/// Takes away the files of other days.
async fn tidy(bucket: &Bucket, state: &State) -> Result<(), Error> {
    for key in bucket.list(&format!("{SITEMAPS}2")).await? {
        let of_today = key.strip_prefix(SITEMAPS);
        if !of_today.is_some_and(|name| name.starts_with(&state.day)) {
            bucket.delete(&key).await?;
        }
    }
    Ok(())
}

/// A file in the making.
struct File<'a> {
    base: &'a str,
    xml: String,
    pages: usize,
}

impl<'a> File<'a> {
    fn new(base: &'a str) -> Self {
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n";
        Self {
            base,
            xml: head.to_owned(),
            pages: 0,
        }
    }

    /// A page by its path, which holds nothing that XML would read.
    fn add(&mut self, path: &str, changed: Option<Timestamp>) {
        let changed = changed.map(|at| format!("<lastmod>{at:.0}</lastmod>"));
        // To write to a text does not fail.
        let _infallible = writeln!(
            self.xml,
            "<url><loc>{}{path}</loc>{}</url>",
            self.base,
            changed.unwrap_or_default()
        );
        self.pages += 1;
    }

    fn end(self) -> String {
        self.xml + "</urlset>\n"
    }
}

fn topics() -> Vec<TopicId> {
    let all = interests::groups()
        .iter()
        .flat_map(|group| &group.interests);
    all.filter_map(|interest| TopicId::parse(&interest.id))
        .collect()
}

impl App {
    /// Makes the next file, and the index after the last.
    async fn further(&self, state: &mut State, now: Timestamp) -> Result<(), Error> {
        let mut file = File::new(&self.pages_url);
        let topics = topics();
        if state.files == 0 {
            for path in ["/", "/explore", "/t/trending-and-polls"] {
                file.add(path, None);
            }
            for topic in &topics {
                file.add(&format!("/t/{topic}"), None);
            }
            self.storefronts(&mut file).await?;
        }
        while let Some(topic) = topics.get(state.topic) {
            if file.pages >= MOST - PAGE || (is_late() && file.pages > 0) {
                break;
            }
            match self.posts_on(topic, state.before, now, &mut file).await? {
                Some(before) => state.before = Some(before),
                None => (state.topic, state.before) = (state.topic + 1, None),
            }
        }
        let name = sitemap_name(&state.day, state.files + 1);
        if let Some(key) = sitemap_key(&name) {
            self.bucket.put_xml(&key, file.end()).await?;
        }
        state.files += 1;
        if state.topic >= topics.len() {
            self.bucket
                .put_xml(SITEMAP_INDEX, self.index(state))
                .await?;
            state.done = true;
        }
        Ok(())
    }

    fn index(&self, state: &State) -> String {
        let mut xml = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n".to_owned();
        for number in 1..=state.files {
            let name = sitemap_name(&state.day, number);
            // As above.
            let _infallible = writeln!(
                xml,
                "<sitemap><loc>{}/{SITEMAPS}{name}</loc></sitemap>",
                self.pages_url
            );
        }
        xml + "</sitemapindex>\n"
    }

    /// The pages of influencers.
    async fn storefronts(&self, file: &mut File<'_>) -> Result<(), Error> {
        let mut after: Option<UserId> = None;
        loop {
            let some = self.store.influencers_after(after.as_ref(), PAGE).await?;
            let profiles = self.store.profiles(&some).await?;
            for profile in profiles.values().filter(|profile| profile.influencer) {
                file.add(&format!("/@{}", profile.handle.as_str()), None);
            }
            if some.len() < PAGE || file.pages >= MOST - PAGE {
                return Ok(());
            }
            after = some.last().cloned();
        }
    }

    /// Some of the posts on a topic's wall, newest first; where to go on, `None` at its end.
    async fn posts_on(
        &self,
        topic: &TopicId,
        before: Option<Position>,
        now: Timestamp,
        file: &mut File<'_>,
    ) -> Result<Option<Position>, Error> {
        let oldest = Position::start_of(now.saturating_sub(WALL_HORIZON).unwrap_or(now));
        let before = before.unwrap_or_else(|| Position::end_of(now));
        let (last, first) = (
            Month::of(oldest.published_at),
            Month::of(before.published_at),
        );
        let in_month = |month| self.store.topic_month(topic, month, before, oldest, PAGE);
        let mut found = in_month(first).await?;
        if found.is_empty() {
            // Quiet months are asked at once.
            let mut months = Vec::new();
            let mut month = first;
            while month > last {
                month = month.previous();
                months.push(month);
            }
            let others = try_join_all(months.into_iter().map(in_month)).await?;
            found = others.into_iter().flatten().collect();
            found.truncate(PAGE);
        }
        let end = found.last().copied();
        self.add_posts(topic, found.iter().map(|at| at.post), file)
            .await?;
        Ok(end)
    }

    /// Those of these posts that everybody sees, each on its first topic's turn, by authors who are there.
    async fn add_posts(
        &self,
        topic: &TopicId,
        ids: impl Iterator<Item = PostId>,
        file: &mut File<'_>,
    ) -> Result<(), Error> {
        let posts = self.store.posts(ids).await?;
        let wanted = |post: &&Post| {
            post.status == PostStatus::Published && post.topics.first() == Some(topic)
        };
        let mut posts: Vec<_> = posts.values().filter(wanted).collect();
        posts.sort_by_key(|post| std::cmp::Reverse(post.id));
        let mut authors: Vec<_> = posts.iter().map(|post| &post.author).collect();
        authors.sort();
        authors.dedup();
        let authors = self.store.profiles(authors).await?;
        for post in posts
            .into_iter()
            .filter(|post| authors.contains_key(&post.author))
        {
            let changed = post.edited_at.or(post.published_at);
            file.add(&format!("/p/{}", post.id), changed);
        }
        Ok(())
    }
}
