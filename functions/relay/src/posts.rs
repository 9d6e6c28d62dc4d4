//! What is told of posts: that they appear, mention somebody, come to other walls, and are shown no more.

use std::collections::BTreeSet;

use domain::{
    engagement::Accepted,
    feeds::{Findable, Reception, Wording, step},
    ids::{CommentId, PostId, ProductId, TopicId, UserId},
    posts::{self, PostStatus, entities},
};
use jiff::Timestamp;
use serde::{Deserialize, de::Error as _};
use serde_json::Error;
use shared::queue::messages::{
    ActKind, Acted, FanoutMessage, FindableChanged, JanitorMessage, MarksChanged, NotifierMessage,
    PostDeleted, Published, RollupMessage, TopicsChanged, WallsLeft,
};

use crate::message::{Image, Message};

/// So many of those whom a post mentions are told of it.
const NAMED: usize = 50;
/// Of more smiles than that none counts towards the badge: twenty of others, and the author's own.
const TOWARDS_BADGE: u64 = 22;

/// What of a post, as it was, tells whether it had appeared, whose it was, and whose answer it accepts.
#[derive(Deserialize)]
struct Before {
    author: UserId,
    status: PostStatus,
    published_at: Option<Timestamp>,
    accepted: Option<Accepted>,
    #[serde(default)]
    sponsored: bool,
    #[serde(default)]
    topics: Vec<TopicId>,
    #[serde(default)]
    heat: u64,
    #[serde(default, rename = "gen")]
    generation: u64,
}

impl Before {
    fn of(image: Option<&Image>) -> Result<Option<Self>, Error> {
        let before = image.map(|image| serde_dynamo::from_item(image.clone()));
        before.transpose().map_err(Error::custom)
    }
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
    let before = Before::of(old)?;
    if before.is_some_and(|before| before.published_at.is_some()) {
        return Ok(None);
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

/// A post whose marks have changed for whoever keeps what follows from them: others see it from now on, or no more; it
/// came to other walls; it is liked notably more or less, or by another number of those few who count towards a badge; or
/// it is shown for a sponsor, and earns nothing any more. Whose it is is told of one that is gone, since nothing else
/// tells any more; and who earns by an answer that is accepted, or is no more.
pub fn marked(
    post: PostId,
    old: Option<&Image>,
    new: Option<&Image>,
) -> Result<Option<RollupMessage>, Error> {
    let (before, now) = (Before::of(old)?, Before::of(new)?);
    let shown = |read: &Option<Before>| {
        let read = read.as_ref();
        read.is_some_and(|read| read.status == PostStatus::Published)
    };
    let (liked_before, liked) = (reception(old)?, reception(new)?);
    let appears = shown(&before) != shown(&now);
    let topics = |read: &Option<Before>| {
        let topics = read.iter().flat_map(|read| &read.topics);
        topics.cloned().collect::<BTreeSet<_>>()
    };
    let (left, walls) = (topics(&before), topics(&now));
    let steps = step(liked_before.marks()) != step(liked.marks());
    let hot = appears || (shown(&now) && (steps || left != walls));
    let counted = |liked: &Reception| liked.smiles.min(TOWARDS_BADGE);
    let counts = shown(&now) && counted(&liked_before) != counted(&liked);
    let sponsored = match (&before, &now) {
        (Some(was), Some(is)) => was.sponsored != is.sponsored,
        (Some(_) | None, Some(_) | None) => false,
    };
    let mut people = Vec::new();
    match (before, now) {
        (Some(was), None) if appears => people.push(was.author),
        (Some(was), Some(is)) if was.accepted != is.accepted => {
            let answers = [was.accepted, is.accepted].into_iter().flatten();
            people.extend(answers.map(|answer| answer.by));
        }
        (Some(_) | None, Some(_) | None) => {}
    }
    if !hot && !counts && !sponsored && people.is_empty() {
        return Ok(None);
    }
    let changed = MarksChanged {
        post,
        people,
        walls: hot.then(|| left.union(&walls).cloned().collect()),
    };
    Ok(Some(RollupMessage::MarksChanged(changed)))
}

/// How a post is received, as an image says.
fn reception(image: Option<&Image>) -> Result<Reception, Error> {
    let read = image.map(|image| serde_dynamo::from_item(image.clone()));
    Ok(read.transpose().map_err(Error::custom)?.unwrap_or_default())
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

/// A post that appears, says something else, asks about something else, is marked twice or half as much, or is shown no
/// more.
pub fn findable(
    post: PostId,
    old: Option<&Image>,
    new: Option<&Image>,
) -> Result<Option<RollupMessage>, Error> {
    let found = |image: Option<&Image>| {
        let post = image.map(|image| serde_dynamo::from_item::<_, posts::Post>(image.clone()));
        let post = post.transpose().map_err(Error::custom)?;
        let asks = post.as_ref().filter(|post| post.asks());
        let about = asks.map(|post| {
            (
                post.product_ids().into_iter().cloned().collect(),
                post.topics.clone(),
            )
        });
        let about: Option<(BTreeSet<ProductId>, Vec<TopicId>)> = about;
        Ok::<_, Error>((post.as_ref().and_then(Wording::of_post), about))
    };
    let thing = Findable::Post(post);
    let changed = found(old)? != found(new)?;
    Ok(changed.then_some(RollupMessage::FindableChanged(FindableChanged { thing })))
}

/// Walls that an edit took a post off.
#[derive(Deserialize)]
struct Left {
    #[serde(default)]
    left: Vec<TopicId>,
}

/// A post that an edit brought to other walls, or took off some.
pub fn came_to(new: Option<Image>) -> Result<Vec<Message>, Error> {
    let Some(new) = new else {
        return Ok(Vec::new());
    };
    let Left { left } = serde_dynamo::from_item(new.clone()).map_err(Error::custom)?;
    let changed: TopicsChanged = serde_dynamo::from_item(new).map_err(Error::custom)?;
    let left = (!left.is_empty()).then_some(WallsLeft {
        post: changed.post,
        published_at: changed.published_at,
        topics: left,
    });
    let left = left.map(|left| JanitorMessage::WallsLeft(left).into());
    let came = (!changed.topics.is_empty()).then_some(changed);
    let came = came.map(|came| FanoutMessage::TopicsChanged(came).into());
    Ok(came.into_iter().chain(left).collect())
}
