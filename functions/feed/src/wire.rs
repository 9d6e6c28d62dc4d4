//! What feeds answer with.

use domain::{
    feeds::Reason,
    ids::{ProductId, UserId},
    posts::Hydrated,
};
use serde::Serialize;
use shared::views::{PostView, ProductCard, words};
use utoipa::ToSchema;

/// One item of a home feed.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum FeedItemView {
    /// A post.
    Post {
        /// What is shown.
        post: Box<PostView>,
        /// Why it is here.
        reason: ReasonView,
        /// Proves that this post was shown to this reader.
        view_token: String,
    },
    /// A product that is picked for the reader.
    Product {
        /// What is shown.
        product: Box<ProductCard>,
        /// Why it is here.
        reason: ReasonView,
        /// Proves that this product was shown to this reader.
        view_token: String,
    },
}

/// One item of a wall.
#[derive(Debug, Serialize, ToSchema)]
pub struct WallItem {
    /// The post.
    pub post: PostView,
    /// Why it is here.
    pub reason: ReasonView,
}

/// Why something is shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReasonView {
    /// What it is for.
    #[schema(value_type = words::ReasonKind)]
    pub kind: &'static str,
    /// For people to read.
    pub text: String,
    /// The handle of the author whom the reader follows, when it is for that.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<String>,
    /// Which topic, when it is for a topic, or for what is hottest on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub topic: Option<String>,
    /// Which product of those that the reader viewed, hearted or bought, when it is for one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub product_id: Option<String>,
}

impl ReasonView {
    /// The reason for a post of this author's in words; what they are called is known once they are read.
    pub fn new(reason: &Reason, author: &UserId, read: &Hydrated) -> Self {
        match reason {
            Reason::Sponsored => Self::plain("sponsored", "Sponsored"),
            Reason::Followed => {
                let author = read.people.get(author);
                let name = author.map_or("someone", |author| author.display_name.as_str());
                Self {
                    author: author.map(|author| author.handle.as_str().to_owned()),
                    ..Self::plain("followed", format!("You follow {name}"))
                }
            }
            Reason::Activity(product) => Self::activity(product, read),
            Reason::Trending(Some(topic)) => Self {
                topic: Some(topic.to_string()),
                ..Self::plain("trending", format!("Trending in {}", topic.name()))
            },
            Reason::Trending(None) => Self::plain("trending", "Trending now"),
            Reason::Topic(topic) => Self {
                topic: Some(topic.to_string()),
                ..Self::plain("topic", format!("In {}", topic.name()))
            },
        }
    }

    /// Because of a product that the reader looked at, liked or bought.
    pub fn activity(product: &ProductId, read: &Hydrated) -> Self {
        let title = read.products.get(product);
        let title = title.map_or("a product", |product| product.title.as_str());
        Self {
            product_id: Some(product.public()),
            ..Self::plain("activity", format!("Because of your interest in {title}"))
        }
    }

    /// A reason that names nothing beside its text.
    pub fn plain(kind: &'static str, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
            author: None,
            topic: None,
            product_id: None,
        }
    }
}
