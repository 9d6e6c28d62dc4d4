//! What is told of posts: that they appear, come to other walls, and are shown no more.

use domain::{
    ids::{PostId, TopicId, UserId},
    posts::PostStatus,
};
use jiff::Timestamp;
use serde::{Deserialize, de::Error as _};
use serde_json::Error;
use shared::queue::messages::{FanoutMessage, MarksChanged, Published, RollupMessage};

use crate::message::Image;

/// What of a post, as it was, tells whether it had appeared, and whose it was.
#[derive(Deserialize)]
struct Before {
    author: UserId,
    status: PostStatus,
    published_at: Option<Timestamp>,
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

/// A post that is published now and was not before, or was not there.
pub fn appeared(old: Option<&Image>, new: Option<&Image>) -> Result<Option<FanoutMessage>, Error> {
    let Some(new) = new else { return Ok(None) };
    let post: Post = serde_dynamo::from_item(new.clone()).map_err(Error::custom)?;
    if post.status != PostStatus::Published {
        return Ok(None);
    }
    if let Some(old) = old {
        let before: Before = serde_dynamo::from_item(old.clone()).map_err(Error::custom)?;
        if before.status == PostStatus::Published {
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
/// is gone, since nothing else tells any more.
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
        Some(new) if old.published_at.is_some() && shown(&old) != shown(&new) => Vec::new(),
        None | Some(_) => return Ok(None),
    };
    let changed = MarksChanged { post, people };
    Ok(Some(RollupMessage::MarksChanged(changed)))
}

/// A post that an edit brought to other walls.
pub fn came_to(new: Option<Image>) -> Result<Option<FanoutMessage>, Error> {
    let Some(new) = new else { return Ok(None) };
    let changed: Published = serde_dynamo::from_item(new).map_err(Error::custom)?;
    Ok(Some(FanoutMessage::TopicsChanged(changed)))
}
