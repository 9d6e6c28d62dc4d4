//! Saying something of a post, taking it back, and smiling at what others said (ENGAGEMENT 9-14): each with the counts
//! that it moves, in one transaction.

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    claim::Claim,
    engagement::{Comment, Count, Heat, Moderation, Subject, Thing},
    ids::{CommentId, PostId, UserId},
    people::Actor,
    posts::{Post, PostKind, PostStatus},
    quota::Quota,
};
use jiff::Timestamp;
use ulid::Ulid;

use super::{
    Act, Counted,
    answers::moved,
    cases::held,
    standing::{NOT_DELETED, STANDS, not_deleted},
};
use crate::{
    error::Error,
    keys,
    store::{Store, idempotency::note_made, quota::spend},
    table::{
        Anew, Conditional, EXISTS, Expression, Write, check, delete, delete_if, encode, put_new,
        traced, update, update_if, value,
    },
};

/// A comment that is to be, with what it stands on, as it was read.
#[derive(Debug, Clone, Copy)]
pub struct Saying<'a> {
    /// What is said, and what its author voted for.
    pub comment: &'a Comment,
    /// Of which post.
    pub post: &'a Post,
    /// What it answers.
    pub parent: Option<&'a Comment>,
    /// The request's claim on what it makes.
    pub claim: Option<&'a Claim>,
    /// How many comments a person may write in an hour.
    pub quota: &'a Quota,
}

/// What came of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Said {
    /// It is there.
    Done,
    /// The `Idempotency-Key` was used meanwhile. Read what it made.
    KeyUsed,
    /// The post, what it answers, or its author's vote is not as it was read; or its id is taken. Read again.
    Moved,
}

impl Store {
    /// Creates a comment on a published post.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the quota is spent.
    pub async fn create_comment(&self, new: Saying<'_>, now: Timestamp) -> Result<Said, Error> {
        /// What was found instead, where the comment was not made.
        #[derive(Clone, Copy)]
        enum Made {
            Now,
            There,
            KeyUsed,
        }
        let (comment, post) = (new.comment, new.post);
        let open = post.poll.as_ref().is_some_and(|poll| !poll.is_closed(now));
        let item = traced(encode(&keys::comment(comment.id), comment)?);
        let relation = || {
            let mut writes = vec![put_new(item.clone()).unless(Act::Came(Made::There))];
            let mine = Expression::new("SET mine = :id").text(":id", comment.id.to_string());
            let acts = keys::acts_at_comment(&comment.author, comment.id.post, comment.id.own);
            writes.push(update(acts, mine));
            if let Some(claim) = new.claim {
                let made = note_made(claim, comment.id.to_string(), now)?;
                writes.push(made.unless(Act::Came(Made::KeyUsed)));
            }
            if let Some(why) = &comment.moderation {
                writes.extend(held_back(&new, why, now)?);
            }
            if open {
                writes.push(votes_so(&comment.author, post.id, comment.voted).unless(Act::Moved));
            }
            writes.push(spend(new.quota, now));
            Ok(writes)
        };
        let mut counted = Vec::new();
        if comment.moderation.is_none() {
            let moves = vec![(Count::Comments, 1)];
            counted.push(Counted::post(Thing::Post(post.id), post.heat(), moves)?);
            counted.extend(new.parent.map(|parent| {
                let moves = vec![(Count::Replies, 1)];
                at_comment(parent, parent.heat(), moves)
            }));
        }
        Ok(match self.act(Made::Now, relation, &mut counted).await? {
            Act::Came(Made::Now) => Said::Done,
            Act::Came(Made::KeyUsed) => Said::KeyUsed,
            Act::Moved => Said::Moved,
            // By a try of ours whose answer was lost; else two were given one id.
            Act::Came(Made::There) => match self.comment_now(comment.id).await? {
                Some(there) if there.author == comment.author && there.text == comment.text => {
                    Said::Done
                }
                _ => Said::Moved,
            },
        })
    }

    /// Takes a comment back that says something still, as it, its post if that is there, and what it answers were
    /// read. With replies to it, it stays without its text until the last of them goes. `false` when one of them is
    /// not as it was read.
    pub async fn delete_comment(
        &self,
        comment: &Comment,
        post: Option<&Post>,
        parent: Option<&Comment>,
    ) -> Result<bool, Error> {
        // While its counts are hot nobody knows that there are no replies: it stays, and without any is not shown.
        let hot = comment.heat().is_hot();
        let stays = hot || comment.replies > 0;
        let acts = keys::acts_at_comment(&comment.author, comment.id.post, comment.id.own);
        // What is hidden is counted nowhere, and no answer.
        let hidden = comment.moderation.is_some();
        let (post, parent) = (post.filter(|_| !hidden), parent.filter(|_| !hidden));
        let relation = || {
            let mut writes = vec![own_taken_back(comment, stays)?.unless(Act::Moved)];
            writes.push(if stays {
                update(acts.clone(), Expression::new("REMOVE mine"))
            } else {
                delete(acts.clone())
            });
            if let Some(post) = post {
                writes.extend(taken_off(comment, post).0);
            }
            writes.extend(parent.and_then(last_reply_gone));
            Ok(writes)
        };
        let mut counted: Vec<_> = post
            .map(|post| taken_off::<()>(comment, post).1)
            .into_iter()
            .collect();
        if let Some(parent) = parent.filter(|parent| is_counted(parent)) {
            let moves = vec![(Count::Replies, -1)];
            let thing = Thing::Comment(parent.id);
            counted.push(if parent.stands() {
                Counted::there(thing, parent.heat(), moves)
            } else {
                // One fewer than two at least: with the last it goes itself.
                let names = Expression::default().number(":last", 1);
                let condition = ("replies > :last".to_owned(), names);
                Counted::when(thing, parent.heat(), moves, condition).held()
            });
        }
        let act = self.act((), relation, &mut counted).await?;
        Ok(act == Act::Came(()))
    }

    /// Smiles at a comment that says something still, as it was read, once.
    ///
    /// # Errors
    /// [`Error::NotFound`] when it does not any more.
    pub async fn smile_at_comment(
        &self,
        by: &Actor,
        comment: &Comment,
        now: Timestamp,
    ) -> Result<(), Error> {
        let smile = || {
            // Of a reply the key here says only a part: deleting an account goes by this.
            let set = match comment.id.parent {
                Some(parent) => Expression::new("SET smile = :at, reply_to = :parent")
                    .text(":parent", parent.to_string()),
                None => Expression::new("SET smile = :at"),
            };
            Ok((set.value(":at", value(now)?), "attribute_not_exists(smile)"))
        };
        self.move_smiles_at(by.id(), comment, smile, 1).await
    }

    /// Takes a smile at a comment back, once.
    ///
    /// # Errors
    /// As [`Store::smile_at_comment`].
    pub async fn take_back_smile_at_comment(
        &self,
        user: &UserId,
        comment: &Comment,
    ) -> Result<(), Error> {
        let back = || {
            Ok((
                Expression::new("REMOVE smile, reply_to"),
                "attribute_exists(smile)",
            ))
        };
        self.move_smiles_at(user, comment, back, -1).await
    }

    async fn move_smiles_at(
        &self,
        user: &UserId,
        comment: &Comment,
        act: impl Fn() -> Result<(Expression, &'static str), Error>,
        by: i64,
    ) -> Result<(), Error> {
        let (mut heat, mut anew) = (comment.heat(), Anew::standing_on("the comment"));
        let key = keys::acts_at_comment(user, comment.id.post, comment.id.own);
        loop {
            let relation = || {
                let (update, condition) = act()?;
                let noted = update_if(key.clone(), update, condition);
                Ok(vec![noted.unless(Act::Came(()))])
            };
            let counted = at_comment(comment, heat, vec![(Count::Smiles, by)]);
            if self.act((), relation, &mut [counted]).await? == Act::Came(()) {
                return Ok(());
            }
            let now = self.comment_now(comment.id).await?;
            let now = now.filter(Comment::stands).ok_or(Error::NotFound)?;
            (heat, _) = (now.heat(), anew.begin().await?);
        }
    }

    /// One comment, deleted or not.
    pub async fn comment(&self, comment: CommentId) -> Result<Option<Comment>, Error> {
        self.table.read(&keys::comment(comment), false).await
    }

    /// One comment, deleted or not, as of every write acknowledged before.
    pub async fn comment_now(&self, comment: CommentId) -> Result<Option<Comment>, Error> {
        self.table.read(&keys::comment(comment), true).await
    }
}

/// The writes of a comment that the filter holds: counted nowhere, and to be looked at.
fn held_back<T: Copy>(
    new: &Saying<'_>,
    why: &Moderation,
    now: Timestamp,
) -> Result<Vec<Write<Act<T>>>, Error> {
    let comment = new.comment;
    let published = Expression::new("#status = :published")
        .name("#status", "status")
        .value(":published", value(PostStatus::Published)?);
    let mut writes = vec![check(keys::post(comment.id.post), published).unless(Act::Moved)];
    if let Some(parent) = new.parent {
        let stands = check(keys::comment(parent.id), not_deleted().saying(STANDS));
        writes.push(stands.unless(Act::Moved));
    }
    let subject = Subject::Comment(comment.id);
    let held = held(subject, &comment.author, why, None, now, Act::Moved)?;
    writes.extend(held);
    Ok(writes)
}

/// The counts of a comment that must say something still.
fn at_comment(comment: &Comment, heat: Heat, moves: Vec<(Count, i64)>) -> Counted {
    let condition = (STANDS.to_owned(), not_deleted());
    Counted::when(Thing::Comment(comment.id), heat, moves, condition)
}

/// The check that somebody votes so at a post, or not at all.
pub(super) fn votes_so(author: &UserId, post: PostId, vote: Option<u8>) -> Conditional {
    let key = keys::acts(author, post);
    let condition = match vote {
        Some(vote) => Expression::new("vote = :vote").number(":vote", vote.into()),
        None => Expression::new("attribute_not_exists(vote)"),
    };
    check(key, condition)
}

/// The write by which its author's comment goes, or says nothing any more.
fn own_taken_back(comment: &Comment, stays: bool) -> Result<Conditional, Error> {
    let key = keys::comment(comment.id);
    let own = not_deleted().text(":author", comment.author.as_str());
    // Of what is hidden other counts move.
    let hidden = match comment.moderation {
        Some(_) => "attribute_exists(moderation)",
        None => "attribute_not_exists(moderation)",
    };
    let condition = format!("author = :author AND {NOT_DELETED} AND {hidden}");
    let cold = "attribute_not_exists(heat)";
    if !stays {
        let own = own.number(":none", 0);
        let alone = format!("{condition} AND replies = :none AND {cold}");
        return Ok(delete_if(key, own.saying(alone)));
    }
    let own = own
        .name("#text", "text")
        .value(":true", value(true)?)
        .saying("SET #deleted = :true REMOVE #text, mentions, voted, moderation");
    Ok(if comment.heat().is_hot() {
        update_if(key, own, format!("{condition} AND attribute_exists(heat)"))
    } else {
        let own = own.number(":none", 0);
        update_if(
            key,
            own,
            format!("{condition} AND replies > :none AND {cold}"),
        )
    })
}

/// What becomes of a post when a comment on it is seen no more: the writes by which it is its answer no longer, and the
/// count that it leaves.
pub(super) fn taken_off<T>(comment: &Comment, post: &Post) -> (Vec<Write<Act<T>>>, Counted) {
    let accepted = post.accepted.as_ref();
    let accepted = accepted.filter(|accepted| is(comment, accepted.own));
    let mut writes = Vec::new();
    if let Some(accepted) = accepted {
        writes.extend(moved(post, &accepted.by, -1));
    }
    let answers = can_answer(comment, post);
    let (condition, names) = match answers {
        true => pointer(comment, accepted.is_some()),
        false => <_>::default(),
    };
    let condition = format!("{EXISTS}{condition}");
    if answers && post.heat().is_hot() {
        // Its counts lie elsewhere then; the pointer is in it all the same.
        let key = keys::post(post.id);
        let write = match accepted {
            Some(_) => update_if(key, names.clone().saying("REMOVE #accepted"), &condition),
            None => check(key, names.clone().saying(&condition)),
        };
        writes.push(write.unless(Act::Moved));
    }
    let moves = vec![(Count::Comments, -1)];
    let thing = Thing::Post(post.id);
    let mut counted = Counted::when(thing, post.heat(), moves, (condition, names));
    if accepted.is_some() {
        counted = counted.removing("#accepted");
    }
    if answers {
        counted = counted.held();
    }
    (writes, counted)
}

/// Whether this is the comment of that own part at the top level.
fn is(comment: &Comment, own: Ulid) -> bool {
    comment.id.parent.is_none() && comment.id.own == own
}

/// Whether a comment may be the accepted answer of its post.
fn can_answer(comment: &Comment, post: &Post) -> bool {
    comment.id.parent.is_none() && post.kind == PostKind::Question
}

/// What is to hold of a post beside: that it points to this comment, or does not.
fn pointer(comment: &Comment, accepted: bool) -> (String, Expression) {
    let names = Expression::default()
        .name("#accepted", "accepted")
        .name("#own", "own")
        .value(":own", AttributeValue::S(comment.id.own.to_string()));
    let condition = if accepted {
        " AND #accepted.#own = :own"
    } else {
        " AND (attribute_not_exists(#accepted) OR #accepted.#own <> :own)"
    };
    (condition.to_owned(), names)
}

/// Whether a reply that goes leaves its comment there, with a reply fewer.
fn is_counted(parent: &Comment) -> bool {
    parent.stands() || parent.heat().is_hot() || parent.replies > 1
}

/// The write by which a comment goes with its last reply, of which nothing else was left.
fn last_reply_gone(parent: &Comment) -> Option<Write<Act<()>>> {
    let condition =
        "attribute_exists(#deleted) AND replies <= :last AND attribute_not_exists(heat)";
    let last = not_deleted().number(":last", 1).saying(condition);
    let gone = delete_if(keys::comment(parent.id), last);
    (!is_counted(parent)).then(|| gone.unless(Act::Moved))
}
