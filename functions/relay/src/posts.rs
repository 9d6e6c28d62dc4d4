//! What is told of posts: that they appear, and that they come to other walls.

use domain::{
    ids::{PostId, TopicId, UserId},
    posts::PostStatus,
};
use jiff::Timestamp;
use serde::{Deserialize, de::Error as _};
use serde_json::Error;
use shared::queue::messages::{FanoutMessage, Published};

use crate::message::Image;

/// What of a post, as it was, tells whether it had appeared.
#[derive(Deserialize)]
struct Before {
    status: PostStatus,
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
pub fn appeared(old: Option<Image>, new: Option<Image>) -> Result<Option<FanoutMessage>, Error> {
    let Some(new) = new else { return Ok(None) };
    let post: Post = serde_dynamo::from_item(new).map_err(Error::custom)?;
    if post.status != PostStatus::Published {
        return Ok(None);
    }
    if let Some(old) = old {
        let before: Before = serde_dynamo::from_item(old).map_err(Error::custom)?;
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

/// A post that an edit brought to other walls.
pub fn came_to(new: Option<Image>) -> Result<Option<FanoutMessage>, Error> {
    let Some(new) = new else { return Ok(None) };
    let changed: Published = serde_dynamo::from_item(new).map_err(Error::custom)?;
    Ok(Some(FanoutMessage::TopicsChanged(changed)))
}
