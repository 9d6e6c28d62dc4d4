//! Comments.

use domain::{
    engagement::{Comment, Thread},
    posts::{
        entities::{self, Entity, Meaning},
        poll,
    },
    shown::Shown,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{EntityView, ModerationView, Presenter, Time, UserCard, words};

/// How a comment was received.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CommentCountsView {
    /// Exact.
    pub smiles: u64,
    /// Exact; always 0 for a reply.
    pub replies: u64,
}

/// What the viewer did at a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct CommentViewerView {
    /// Whether they smiled at it.
    pub smiled: bool,
}

/// A comment. Of one that was deleted while there were replies to it, `id`, `deleted`, `counts` and `created_at` alone
/// are left.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CommentView {
    /// Which.
    pub id: String,
    /// Present, and true, once it is deleted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deleted: Option<bool>,
    /// `hidden` where it is; to its author alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<words::CommentStatus>)]
    pub status: Option<&'static str>,
    /// Why it is hidden; to its author alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub moderation: Option<ModerationView>,
    /// Whose; absent when the account is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<UserCard>,
    /// NFC, as given; escape it where it is shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Hashtags, mentions and links in the text, in order.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entities: Option<Vec<EntityView>>,
    /// Of a reply: the comment that it answers.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
    /// Whether it is the answer that the question's author accepted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub accepted: Option<bool>,
    /// The id of the option of the post's poll that its author voted for; to whoever sees how the poll stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub voted: Option<String>,
    /// How it was received.
    pub counts: CommentCountsView,
    /// When it was written.
    pub created_at: Time,
    /// Present when a token was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewer: Option<CommentViewerView>,
}

impl Presenter {
    /// A comment, with what was read for it.
    pub fn comment(&self, comment: &Shown<Comment>, thread: &Thread) -> CommentView {
        let bare = CommentView {
            id: comment.id.to_string(),
            deleted: Some(true),
            status: None,
            moderation: None,
            author: None,
            text: None,
            entities: None,
            reply_to: None,
            accepted: None,
            voted: None,
            counts: CommentCountsView {
                smiles: comment.smiles,
                replies: comment.replies,
            },
            created_at: comment.created_at.into(),
            viewer: None,
        };
        if comment.deleted {
            return bare;
        }
        let own = comment.id.own;
        let is_reply = comment.id.parent.is_some();
        let voted = comment.voted.filter(|_| thread.results);
        let author = thread.people.get(&comment.author);
        // Whoever else comes across it is handed out what is left of it.
        let why = comment.moderation.as_ref();
        CommentView {
            deleted: None,
            status: why.map(|_| "hidden"),
            moderation: why.map(ModerationView::from),
            author: author.map(|profile| self.card(profile)),
            text: Some(comment.text.clone()),
            entities: Some(entities_of(comment, thread)),
            reply_to: comment.id.answers().map(|parent| parent.to_string()),
            accepted: Some(!is_reply && thread.accepted == Some(own)),
            voted: voted.map(poll::option_id),
            viewer: thread.onlooker.id().map(|_| CommentViewerView {
                smiled: thread.smiled.contains(&own),
            }),
            ..bare
        }
    }
}

/// What is marked in its text: of mentions, those of people across a block are plain text (ENGAGEMENT 22).
fn entities_of(comment: &Comment, thread: &Thread) -> Vec<EntityView> {
    let marked = |entity: &Entity| match &entity.meaning {
        Meaning::Mention(handle) => {
            let named = comment.mentions.get(&handle.to_ascii_lowercase());
            named.is_none_or(|person| thread.onlooker.sees(person))
        }
        Meaning::Hashtag(_) | Meaning::Url(_) => true,
    };
    let found = entities::of(&comment.text).into_iter();
    found.filter(marked).map(EntityView::from).collect()
}
