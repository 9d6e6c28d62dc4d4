//! What feeds answer with.

use domain::{
    feeds::Reason,
    posts::{Hydrated, Post},
};
use serde::Serialize;
use shared::views::{PostView, words};
use utoipa::ToSchema;

/// One item of a home feed.
#[derive(Debug, Serialize, ToSchema)]
pub struct FeedItem {
    /// What it is.
    #[schema(value_type = words::FeedItemKind)]
    pub kind: &'static str,
    /// The post.
    pub post: PostView,
    /// Why it is here.
    pub reason: ReasonView,
    /// Proves that this post was shown to this reader.
    pub view_token: String,
}

/// One item of a wall.
#[derive(Debug, Serialize, ToSchema)]
pub struct WallItem {
    /// The post.
    pub post: PostView,
    /// Why it is here.
    pub reason: ReasonView,
}

/// Why a post is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonView {
    /// What it is for.
    #[schema(value_type = words::ReasonKind)]
    pub kind: &'static str,
    /// For people to read.
    pub text: String,
    /// Which topic, when it is for a topic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
}

impl ReasonView {
    /// The reason in words; the author's name is known once they are read.
    pub fn new(reason: &Reason, post: &Post, read: &Hydrated) -> Self {
        match reason {
            Reason::Followed => {
                let author = read.people.get(&post.author);
                let name = author.map_or("someone", |author| author.display_name.as_str());
                Self {
                    kind: "followed",
                    text: format!("You follow {name}"),
                    topic: None,
                }
            }
            Reason::Topic(topic) => Self {
                kind: "topic",
                text: format!("In {}", topic.name()),
                topic: Some(topic.to_string()),
            },
        }
    }
}
