//! The answer that a question's author accepts (ENGAGEMENT 15): one pointer in the post, which moves with what the
//! answerers earn their badge by.

use domain::{
    engagement::{Accepted, Comment},
    ids::UserId,
    posts::{Post, PostStatus},
};

use super::standing::{STANDS, not_deleted};
use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Conditional, Expression, Write, check, update, update_if, value},
};

impl Store {
    /// Accepts an answer to a published question of its author's, in the stead of the one that was accepted when the
    /// post was read. `false` when the question or the answer is not as it was read.
    pub async fn accept(&self, post: &Post, answer: &Comment) -> Result<bool, Error> {
        let accepted = Accepted {
            own: answer.id.own,
            by: answer.author.clone(),
        };
        let set = Expression::new("SET #accepted = :accepted");
        let set = set.value(":accepted", value(&accepted)?);
        let stands = not_deleted().saying(STANDS);
        let mut writes = vec![
            points(post, set)?.unless(false),
            check(keys::comment(answer.id), stands).unless(false),
        ];
        let before = post.accepted.as_ref().map(|before| &before.by);
        if before != Some(&accepted.by) {
            writes.extend(moved(post, &accepted.by, 1));
            writes.extend(before.and_then(|before| moved(post, before, -1)));
        }
        self.table.transact(true, writes).await
    }

    /// Accepts the answer no longer that was accepted when the post was read. `false` when the post is not as it was
    /// read.
    pub async fn accept_no_more(&self, post: &Post) -> Result<bool, Error> {
        let Some(before) = &post.accepted else {
            return Ok(true);
        };
        let mut writes = vec![points(post, Expression::new("REMOVE #accepted"))?.unless(false)];
        writes.extend(moved(post, &before.by, -1));
        self.table.transact(true, writes).await
    }
}

/// The write that moves the pointer of a published post, where it points as it was read.
fn points(post: &Post, change: Expression) -> Result<Conditional, Error> {
    let change = change
        .name("#accepted", "accepted")
        .name("#status", "status")
        .value(":published", value(PostStatus::Published)?);
    let (change, points) = match &post.accepted {
        None => (change, "attribute_not_exists(#accepted)"),
        Some(before) => {
            let change = change.name("#own", "own");
            let change = change.value(":before", value(before.own)?);
            (change, "#accepted.#own = :before")
        }
    };
    let condition = format!("#status = :published AND {points}");
    Ok(update_if(keys::post(post.id), change, condition))
}

/// The write that moves what an answerer earns their badge by; none for who answers their own question.
pub(in crate::store) fn moved<T>(post: &Post, who: &UserId, by: i64) -> Option<Write<T>> {
    let count = Expression::new("ADD answers :by").number(":by", by);
    (post.author != *who).then(|| update(keys::badge(who), count))
}
