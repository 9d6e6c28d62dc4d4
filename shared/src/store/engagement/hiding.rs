//! Hiding a post or a comment from others, and showing it again (ENGAGEMENT 33): with the counts that it is in, in the
//! transaction of whoever does so.

use domain::{
    engagement::{Comment, Count, Moderation, Subject, Thing},
    ids::{CommentId, UserId},
    posts::{Post, PostStatus},
};
use jiff::Timestamp;

use super::{
    Act, Counted,
    comments::taken_off,
    standing::{NOT_DELETED, not_deleted},
};
use crate::{
    error::Error,
    keys,
    store::{
        Store,
        posts::{change, shown_or_not},
    },
    table::{Conditional, Write, encode, put_new, update_if, value},
};

/// A post or a comment as it was read, with what stands around it.
#[derive(Debug, Clone)]
pub enum Piece {
    /// A post.
    Post(Box<Post>),
    /// A comment.
    Comment(Box<Remark>),
}

/// A comment as it was read, with what stands around it.
#[derive(Debug, Clone)]
pub struct Remark {
    /// What is said.
    pub comment: Comment,
    /// Of which post; `None` where that is gone.
    pub post: Option<Post>,
    /// What it answers, if it is a reply and that is there.
    pub parent: Option<Comment>,
}

impl Piece {
    /// What it is.
    pub fn subject(&self) -> Subject {
        match self {
            Self::Post(post) => Subject::Post(post.id),
            Self::Comment(remark) => Subject::Comment(remark.comment.id),
        }
    }

    /// Whose.
    pub fn author(&self) -> &UserId {
        match self {
            Self::Post(post) => &post.author,
            Self::Comment(remark) => &remark.comment.author,
        }
    }

    /// What it says.
    pub fn text(&self) -> &str {
        match self {
            Self::Post(post) => post.texts().find(|text| !text.is_empty()).unwrap_or(""),
            Self::Comment(remark) => &remark.comment.text,
        }
    }

    /// Whether it is hidden.
    pub fn is_hidden(&self) -> bool {
        match self {
            Self::Post(post) => post.status == PostStatus::Hidden,
            Self::Comment(remark) => remark.comment.moderation.is_some(),
        }
    }

    /// When it was changed last, if ever: a comment is not.
    pub fn edited_at(&self) -> Option<Timestamp> {
        match self {
            Self::Post(post) => post.edited_at,
            Self::Comment(_) => None,
        }
    }

    /// Whether others see it, or did until it was hidden.
    pub fn has_been_seen(&self) -> bool {
        match self {
            Self::Post(post) => matches!(post.status, PostStatus::Published | PostStatus::Hidden),
            Self::Comment(remark) => !remark.comment.deleted,
        }
    }

    /// The writes by which it is hidden for this reason, or shown again, as paid for or not; [`Act::Moved`] where anything
    /// is not as it was read.
    pub(in crate::store) fn turned<T>(
        &self,
        why: Option<&Moderation>,
        paid: bool,
        now: Timestamp,
    ) -> Result<Vec<Write<Act<T>>>, Error> {
        match self {
            Self::Post(post) => post_turned(post, why, paid, now),
            Self::Comment(remark) => remark.turned(why),
        }
    }

    /// The counts that move with that.
    pub(in crate::store) fn counts(&self, hidden: bool) -> Vec<Counted> {
        match self {
            // That of its author's posts is never hot.
            Self::Post(_) => Vec::new(),
            Self::Comment(remark) => remark.counts(hidden),
        }
    }
}

fn post_turned<T>(
    before: &Post,
    why: Option<&Moderation>,
    paid: bool,
    now: Timestamp,
) -> Result<Vec<Write<Act<T>>>, Error> {
    let mut after = before.clone();
    match why {
        Some(why) => after.hide(why.clone()),
        None => after.show(now),
    }
    after.sponsored |= paid;
    let mut writes = vec![change(before, &after)?.unless(Act::Moved)];
    writes.extend(shown_or_not(before, &after)?);
    Ok(writes)
}

impl Remark {
    /// Whether it is hidden and was not, or the other way round.
    fn turns(&self, hidden: bool) -> bool {
        self.comment.moderation.is_some() != hidden
    }

    fn turned<T>(&self, why: Option<&Moderation>) -> Result<Vec<Write<Act<T>>>, Error> {
        let mut writes = vec![self.own(why)?.unless(Act::Moved)];
        if why.is_some()
            && self.turns(true)
            && let Some(post) = &self.post
        {
            writes.extend(taken_off(&self.comment, post).0);
        }
        if let Some(lost) = self.lost_parent().filter(|_| why.is_none()) {
            let parent = put_new(encode(&keys::comment(lost.id), &lost)?);
            writes.push(parent.unless(Act::Moved));
        }
        Ok(writes)
    }

    /// The write of the comment itself, if it is as it was read.
    fn own(&self, why: Option<&Moderation>) -> Result<Conditional, Error> {
        let key = keys::comment(self.comment.id);
        let own = not_deleted();
        let was = match self.comment.moderation {
            Some(_) => "attribute_exists(moderation)",
            None => "attribute_not_exists(moderation)",
        };
        let own = match why {
            Some(why) => own
                .value(":why", value(why)?)
                .saying("SET moderation = :why"),
            None => own.saying("REMOVE moderation"),
        };
        Ok(update_if(key, own, format!("{NOT_DELETED} AND {was}")))
    }

    fn counts(&self, hidden: bool) -> Vec<Counted> {
        if !self.turns(hidden) {
            return Vec::new();
        }
        let by = if hidden { -1 } else { 1 };
        let mut counted = Vec::new();
        if let Some(post) = &self.post {
            counted.push(if hidden {
                taken_off::<()>(&self.comment, post).1
            } else {
                let moves = vec![(Count::Comments, by)];
                Counted::there(Thing::Post(post.id), post.heat(), moves)
            });
        }
        if let Some(parent) = &self.parent {
            let moves = vec![(Count::Replies, by)];
            counted.push(Counted::there(
                Thing::Comment(parent.id),
                parent.heat(),
                moves,
            ));
        }
        counted
    }

    /// What is left of what a reply answers, where that went while the reply was hidden.
    fn lost_parent(&self) -> Option<Comment> {
        let id = self.comment.id.answers()?;
        let author = self.comment.under.clone()?;
        if self.parent.is_some() {
            return None;
        }
        let ms = i64::try_from(id.own.timestamp_ms()).unwrap_or_default();
        let created_at = Timestamp::from_millisecond(ms).unwrap_or_default();
        Some(Comment {
            replies: 1,
            ..Comment::new(id, author, String::new(), created_at).silenced()
        })
    }
}

impl Store {
    /// A post or a comment with what stands around it, as of every write acknowledged before; `None` of a person, and
    /// where there is none that others ever saw.
    pub async fn piece(&self, subject: &Subject) -> Result<Option<Piece>, Error> {
        let piece = match subject {
            Subject::Person(_) => None,
            Subject::Post(post) => self.post_now(*post).await?.map(Box::new).map(Piece::Post),
            Subject::Comment(comment) => self.remark(*comment).await?,
        };
        Ok(piece.filter(Piece::has_been_seen))
    }

    async fn remark(&self, id: CommentId) -> Result<Option<Piece>, Error> {
        let parent = async {
            match id.answers() {
                Some(parent) => self.comment_now(parent).await,
                None => Ok(None),
            }
        };
        let (comment, post, parent) =
            futures::try_join!(self.comment_now(id), self.post(id.post), parent)?;
        Ok(comment.map(|comment| {
            Piece::Comment(Box::new(Remark {
                comment,
                post,
                parent,
            }))
        }))
    }
}
