//! What is told of posts: that they appear, mention somebody, come to other walls, and are shown no more.

use std::collections::BTreeSet;

use domain::{
    engagement::Accepted,
    ids::{CommentId, PostId, ProductId, TopicId, UserId},
    posts::{self, PostStatus, entities},
};
use jiff::Timestamp;
use serde::{Deserialize, de::Error as _};
use serde_json::Error;
use shared::queue::messages::{
    ActKind, Acted, FanoutMessage, JanitorMessage, MarksChanged, NotifierMessage, PostDeleted,
    Published, RollupMessage, TopicsChanged,
};

use crate::message::Image;

/// So many of those whom a post mentions are told of it.
const NAMED: usize = 50;

/// What of a post, as it was, tells whether it had appeared, whose it was, and whose answer it accepts.
#[derive(Deserialize)]
struct Before {
    author: UserId,
    status: PostStatus,
    published_at: Option<Timestamp>,
    accepted: Option<Accepted>,
    #[serde(default)]
    topics: Vec<TopicId>,
    #[serde(default)]
    heat: u64,
    #[serde(default, rename = "gen")]
    generation: u64,
}

/// What of a post, as it is, goes into its message.
#[derive(Deserialize)]
struct Post {
    id: PostId,
    author: UserId,
    status: PostStatus,
    published_at: Option<Timestamp>,
    topics: Vec<TopicId>,
}

/// A post that is published now and was not ever before: one that is shown again has been told of.
pub fn appeared(old: Option<&Image>, new: Option<&Image>) -> Result<Option<FanoutMessage>, Error> {
    let Some(new) = new else { return Ok(None) };
    let post: Post = serde_dynamo::from_item(new.clone()).map_err(Error::custom)?;
    if post.status != PostStatus::Published {
        return Ok(None);
    }
    if let Some(old) = old {
        let before: Before = serde_dynamo::from_item(old.clone()).map_err(Error::custom)?;
        if before.published_at.is_some() {
            return Ok(None);
        }
    }
    let published_at = post
        .published_at
        .ok_or_else(|| Error::custom("published, but not known when"))?;
    Ok(Some(FanoutMessage::PostPublished(Published {
        post: post.id,
        author: post.author,
        published_at,
        topics: post.topics,
    })))
}

/// A post that others saw, and see no more: it is gone, or hidden. Or they see it again. Whose it is is told of one that
/// is gone, since nothing else tells any more; and who earns by an answer that is accepted, or is no more.
pub fn marked(
    post: PostId,
    old: Option<&Image>,
    new: Option<&Image>,
) -> Result<Option<RollupMessage>, Error> {
    let read = |image: Option<&Image>| {
        let before = image.map(|image| serde_dynamo::from_item::<_, Before>(image.clone()));
        before.transpose().map_err(Error::custom)
    };
    let shown = |before: &Before| before.status == PostStatus::Published;
    let Some(old) = read(old)? else {
        return Ok(None);
    };
    let people = match read(new)? {
        None if shown(&old) => vec![old.author],
        Some(new) if old.accepted != new.accepted => {
            let answers = [old.accepted, new.accepted].into_iter().flatten();
            answers.map(|answer| answer.by).collect()
        }
        Some(new) if old.published_at.is_some() && shown(&old) != shown(&new) => Vec::new(),
        None | Some(_) => return Ok(None),
    };
    let changed = MarksChanged { post, people };
    Ok(Some(RollupMessage::MarksChanged(changed)))
}

/// A post that is there no more.
pub fn gone(
    post: PostId,
    old: Option<&Image>,
    new: Option<&Image>,
) -> Result<Option<JanitorMessage>, Error> {
    let (Some(old), None) = (old, new) else {
        return Ok(None);
    };
    let before: Before = serde_dynamo::from_item(old.clone()).map_err(Error::custom)?;
    Ok(Some(JanitorMessage::PostDeleted(PostDeleted {
        post,
        published_at: before.published_at,
        topics: before.topics,
        products: shown(old),
        generation: if before.heat > 0 {
            before.generation
        } else {
            0
        },
    })))
}

/// The products that a post showed; of one that is not of its shape, none: what is noted of them goes by itself.
fn shown(old: &Image) -> Vec<ProductId> {
    let post = serde_dynamo::from_item::<_, posts::Post>(old.clone());
    let post = post.iter();
    post.flat_map(|post| post.product_ids().into_iter().cloned())
        .collect()
}

/// What of a post says whom it tells of.
#[derive(Deserialize)]
struct Said {
    author: UserId,
    status: PostStatus,
    #[serde(default)]
    text: String,
    published_at: Option<Timestamp>,
    edited_at: Option<Timestamp>,
    accepted: Option<Accepted>,
}

impl Said {
    fn of(image: Option<&Image>) -> Result<Option<Self>, Error> {
        let said = image.map(|image| serde_dynamo::from_item::<_, Self>(image.clone()));
        let said = said.transpose().map_err(Error::custom)?;
        Ok(said.filter(|said| said.status == PostStatus::Published))
    }

    fn mentions(said: Option<&Self>) -> BTreeSet<String> {
        let mentions = said.map(|said| entities::mentions(&said.text));
        mentions
            .unwrap_or_default()
            .into_iter()
            .take(NAMED)
            .collect()
    }
}

/// Whom a post mentions that it did not mention, or mentions no more; whose answer is accepted, or no longer; and that
/// the post is shown no more.
pub fn told_of(
    post: PostId,
    old: Option<&Image>,
    new: Option<&Image>,
    committed: Timestamp,
) -> Result<Vec<NotifierMessage>, Error> {
    let (old, new) = (Said::of(old)?, Said::of(new)?);
    let Some(said) = new.as_ref().or(old.as_ref()) else {
        return Ok(Vec::new());
    };
    let acted = |kind, owner, handle| {
        NotifierMessage::Acted(Acted {
            kind,
            actor: said.author.clone(),
            subject: post.to_string(),
            owner,
            handle,
            at: said.edited_at.or(said.published_at).unwrap_or(committed),
        })
    };
    let (before, now) = (Said::mentions(old.as_ref()), Said::mentions(new.as_ref()));
    let mentions = before.symmetric_difference(&now);
    let mentions = mentions.map(|handle| acted(ActKind::Mention, None, Some(handle.clone())));
    let mut told: Vec<_> = mentions.collect();
    let accepted = |said: Option<&Said>| said.and_then(|said| said.accepted.clone());
    let (before, now) = (accepted(old.as_ref()), accepted(new.as_ref()));
    if before != now {
        let answers = before.into_iter().chain(now);
        told.extend(answers.map(|answer| {
            NotifierMessage::Acted(Acted {
                kind: ActKind::Accepted,
                actor: said.author.clone(),
                subject: CommentId::top(post, answer.own).to_string(),
                owner: Some(answer.by),
                handle: None,
                at: committed,
            })
        }));
    }
    if new.is_none() {
        told.push(acted(ActKind::Gone, Some(said.author.clone()), None));
    }
    Ok(told)
}

/// A post that an edit brought to other walls.
pub fn came_to(new: Option<Image>) -> Result<Option<FanoutMessage>, Error> {
    let Some(new) = new else { return Ok(None) };
    let changed: TopicsChanged = serde_dynamo::from_item(new).map_err(Error::custom)?;
    Ok(Some(FanoutMessage::TopicsChanged(changed)))
}
