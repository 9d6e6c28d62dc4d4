//! What `janitor` is told, beside what it does by the clock: that something is gone, and what is left of it is to go.

use domain::ids::{ExportId, ListId, PostId, ProductId, TopicId, UserId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

messages! {
    to "janitor",
    /// What `janitor` works on, beside what is due.
    JanitorMessage {
        "post-deleted.v1" PostDeleted(PostDeleted), from "relay" "janitor", "a post is gone; its comments go, it leaves lists and walls";
        "walls-left.v1" WallsLeft(WallsLeft), from "relay", "an edit took a post off walls";
        "list-deleted.v1" ListDeleted(ListDeleted), from "relay" "janitor", "a list is gone; what is in it is taken out, with all that tells of it";
        "deletion.v1" Deletion(AccountLeaving), from "relay" "janitor", "an account is being deleted; go on with what is left of it";
        "reader-rated.v1" ReaderRated(ReaderRated), from "relay", "a reader is there more often, or less, than was known; look at their edges";
        "moves-planned.v1" MovesPlanned(MovesPlanned), from "janitor", "edges of a reader go over from being pushed to being pulled, or back";
        "export.v1" Export(ExportAsked), from "relay" "janitor", "an export of an account was asked for; go on putting it together";
    }
}

/// An account is being deleted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountLeaving {
    /// Whose.
    pub user: UserId,
}

/// A reader stands in another bucket than was known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReaderRated {
    /// Who.
    pub reader: UserId,
}

/// Edges of a reader go over to the other way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MovesPlanned {
    /// Whose.
    pub reader: UserId,
    /// Whose posts are pulled from now on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pull: Vec<UserId>,
    /// Whose are pushed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub push: Vec<UserId>,
}

/// An export of an account was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExportAsked {
    /// Whose.
    pub user: UserId,
    /// Which.
    pub export: ExportId,
}

/// A post is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PostDeleted {
    /// Which.
    pub post: PostId,
    /// When it had appeared; `None` of one that had not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_at: Option<Timestamp>,
    /// On which topics it was.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub topics: Vec<TopicId>,
    /// Which products it showed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub products: Vec<ProductId>,
    /// Of one on which a crowd acted: how often it had become so hot; else 0.
    #[serde(default)]
    pub generation: u64,
}

/// An edit took a post off walls.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WallsLeft {
    /// Which post.
    pub post: PostId,
    /// When it appeared.
    pub published_at: Timestamp,
    /// The topics of those walls.
    pub topics: Vec<TopicId>,
}

/// A list is gone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListDeleted {
    /// Which.
    pub list: ListId,
    /// Whose it was.
    pub owner: UserId,
}
