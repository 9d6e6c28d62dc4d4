//! Where one looks around: the topics, each with its hottest pictures, and the lists that editors feature.

use std::collections::{BTreeSet, HashMap};

use domain::{
    engagement::{IdeaList, Shelf},
    feeds::{FINDS_SHOWN, Generation},
    ids::{ListId, PostId, TopicId, UserId},
    people::interests,
    posts::{Hydrated, Post},
    shown::{Onlooker, Shown},
};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::Reads;
use crate::error::Error;

/// The first so many topics
const IN_FRONT: usize = 12;
/// have so many covers at most.
const COVERS: usize = 3;
/// And the others so many.
const COVERS_BEHIND: usize = 1;
/// So many lists are read beyond those that are shown, for those of which not everybody is told any more.
const SPARE: usize = 5;

/// What one finds there.
#[derive(Debug)]
pub struct Explore {
    /// Every topic, those first that whoever looks follows, with the posts that are its covers.
    pub topics: Vec<(TopicId, Vec<PostId>)>,
    /// Those posts, where they may be shown.
    pub posts: HashMap<PostId, Shown<Post>>,
    /// What stands in them and around them.
    pub read: Hydrated,
    /// The lists that are featured, in their order.
    pub finds: Vec<Shown<IdeaList>>,
    /// What stands on their cards.
    pub shelf: Shelf,
}

impl Reads {
    /// Where whoever looks may look around. Three rounds.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn explore(&self, viewer: Option<&UserId>, now: Timestamp) -> Result<Explore, Error> {
        let (onlooker, followed, hottest, finds) = futures::try_join!(
            self.onlooker(viewer),
            self.followed_topics(viewer),
            self.all_hottest(now),
            self.store.finds()
        )?;
        let (first, others): (Vec<_>, Vec<_>) = hottest
            .into_iter()
            .partition(|(topic, _)| followed.contains(topic));
        let topics = first.into_iter().chain(others).enumerate();
        let topics = topics.map(|(index, (topic, generation))| {
            let covers = if index < IN_FRONT {
                COVERS
            } else {
                COVERS_BEHIND
            };
            let hottest = generation.iter().flat_map(|it| it.hottest(now));
            let hottest = hottest.filter(|entry| entry.photo);
            (
                topic,
                hottest.take(covers).map(|entry| entry.at.post).collect(),
            )
        });
        let mut topics: Vec<(TopicId, Vec<PostId>)> = topics.collect();
        let ids: BTreeSet<_> = topics
            .iter()
            .flat_map(|(_, covers)| covers)
            .copied()
            .collect();
        let ids: Vec<_> = ids.into_iter().collect();
        let (covers, (mut finds, shelf)) = futures::try_join!(
            Box::pin(self.found(onlooker.clone(), &ids, now)),
            Box::pin(self.featured(finds.lists(), FINDS_SHOWN + SPARE, &onlooker, now))
        )?;
        let (posts, read) = covers;
        finds.truncate(FINDS_SHOWN);
        for (topic, covers) in &mut topics {
            let on_it = |post: &Shown<Post>| post.topics.contains(topic);
            covers.retain(|post| posts.get(post).is_some_and(on_it));
        }
        Ok(Explore {
            topics,
            posts,
            read,
            finds,
            shelf,
        })
    }

    /// Those of these featured lists that everybody sees, the first of them, with what stands on their cards.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn featured(
        &self,
        finds: &[ListId],
        limit: usize,
        onlooker: &Onlooker,
        now: Timestamp,
    ) -> Result<(Vec<Shown<IdeaList>>, Shelf), Error> {
        // Few of them are gone, or seen by their owners alone, and editors take those out.
        let finds = finds.get(..limit).unwrap_or(finds);
        let show = |list| {
            onlooker
                .is_told_of(list)
                .filter(|list| onlooker.wants(&list.owner))
        };
        self.lists(finds, onlooker, show, now).await
    }

    /// Those of these posts that whoever looks may come across.
    pub(super) async fn found(
        &self,
        onlooker: Onlooker,
        ids: &[PostId],
        now: Timestamp,
    ) -> Result<(HashMap<PostId, Shown<Post>>, Hydrated), Error> {
        let (posts, mut read) = self.posts(onlooker, ids).await?;
        let posts = posts.into_values();
        let shown = posts.filter_map(|post| read.onlooker.finds(post));
        let mut shown: HashMap<_, _> = shown.map(|post| (post.id, post)).collect();
        self.around(shown.values().map(|post| &**post), now, &mut read)
            .await?;
        shown.retain(|_, post| !read.onlooker.hid(post.id) && read.knows_author(post));
        Ok((shown, read))
    }

    async fn followed_topics(&self, viewer: Option<&UserId>) -> Result<BTreeSet<TopicId>, Error> {
        let Some(viewer) = viewer else {
            return Ok(BTreeSet::new());
        };
        let mut profiles = self.store.profiles([viewer]).await?;
        let profile = profiles.remove(viewer);
        Ok(profile.map(|profile| profile.interests).unwrap_or_default())
    }

    /// What is hottest on every topic, in the order of the catalogue.
    async fn all_hottest(
        &self,
        now: Timestamp,
    ) -> Result<Vec<(TopicId, Option<Generation>)>, Error> {
        let all = interests::groups()
            .iter()
            .flat_map(|group| &group.interests);
        let all = all.filter_map(|interest| TopicId::parse(&interest.id));
        self.hottest_on(all, now).await
    }

    /// What is hottest on these topics, as of two seconds ago at most.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn hottest_on(
        &self,
        topics: impl IntoIterator<Item = TopicId>,
        now: Timestamp,
    ) -> Result<Vec<(TopicId, Option<Generation>)>, Error> {
        let cards = self.cards.as_deref();
        let hottest = topics.into_iter().map(async |topic| {
            if let Some(known) = cards.and_then(|cards| cards.hottest.get(&topic, now)) {
                return Ok::<_, Error>((topic, known));
            }
            let hottest = self.store.hottest(Some(&topic)).await?;
            if let Some(cards) = cards {
                cards.hottest.put(topic.clone(), hottest.clone(), now);
            }
            Ok((topic, hottest))
        });
        try_join_all(hottest).await
    }
}
