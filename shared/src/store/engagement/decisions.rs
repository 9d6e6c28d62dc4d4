//! What moderators decide (ENGAGEMENT 35-36): case, statement, and what is done, in one transaction.

use domain::{
    claim::Claim,
    engagement::{Badge, Case, Moderation, Statement, Strikes},
    ids::UserId,
    posts::Post,
};
use jiff::Timestamp;

use super::{
    Act, Filed, Piece,
    badge::stripped,
    cases::{case_written, on_edition, stated},
};
use crate::{
    error::Error,
    keys,
    store::{Store, idempotency::note_made, people::suspends},
    table::{EXISTS, Write, encode, update_if},
};

/// A decision that is to be, with what it stands on, as it was read.
#[derive(Debug)]
pub struct Deciding<'a> {
    /// What was said of the subject before.
    pub before: Option<&'a Case>,
    /// And with this decision.
    pub after: &'a Case,
    /// What is decided, and why.
    pub statement: &'a Statement,
    /// What is done by it.
    pub deed: Deed<'a>,
    /// The strikes of whose it is, before and after, where they change.
    pub strikes: Option<(&'a Strikes, Strikes)>,
    /// The suspension that follows from them, or ends.
    pub suspension: Option<Suspension>,
    /// The request's claim on what it makes.
    pub claim: Option<&'a Claim>,
}

/// What a decision does.
#[derive(Debug)]
pub enum Deed<'a> {
    /// A post or a comment is hidden for this reason, or shown.
    Turned(&'a Piece, Option<Moderation>),
    /// What is shown stays so.
    Kept,
    /// A person, whose badge was read so, has it no more.
    Stripped(Badge),
    /// A person is suspended.
    Suspended(Timestamp),
    /// A person, whose badge was read so, has again what was taken.
    Restored(Badge),
}

/// A suspension that follows from strikes, or ends with one, which nobody decided on.
#[derive(Debug)]
pub struct Suspension {
    /// What was said of the person before.
    pub before: Option<Case>,
    /// And with it.
    pub after: Case,
    /// What they are told.
    pub statement: Statement,
    /// Until when; `None` where it ends now.
    pub until: Option<Timestamp>,
}

impl Store {
    /// Decides on something.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn decide(&self, new: &Deciding<'_>) -> Result<Filed, Error> {
        let paid = match &new.deed {
            // What the filter held appears now.
            Deed::Turned(Piece::Post(post), None) if !post.has_appeared() => {
                let mut post = Post::clone(post);
                self.label_paid(&mut post, new.statement.decided_at).await?;
                post.sponsored
            }
            Deed::Turned(..)
            | Deed::Kept
            | Deed::Stripped(_)
            | Deed::Suspended(_)
            | Deed::Restored(_) => false,
        };
        let relation = || new.writes(paid);
        let mut counted = match &new.deed {
            Deed::Turned(piece, why) => piece.counts(why.is_some()),
            Deed::Kept | Deed::Stripped(_) | Deed::Suspended(_) | Deed::Restored(_) => Vec::new(),
        };
        let act = Box::pin(self.act(Filed::Done, relation, &mut counted)).await?;
        Ok(match act {
            Act::Came(filed) => filed,
            Act::Moved => Filed::Moved,
        })
    }
}

impl Deciding<'_> {
    fn writes(&self, paid: bool) -> Result<Vec<Write<Act<Filed>>>, Error> {
        let (statement, moved) = (self.statement, Act::Moved);
        let mut writes = case_written(self.before, self.after, moved)?;
        writes.push(stated(statement)?);
        let author = &statement.author;
        match &self.deed {
            Deed::Turned(piece, why) => {
                writes.extend(piece.turned(why.as_ref(), paid, statement.decided_at)?);
            }
            Deed::Kept => {}
            Deed::Stripped(badge) => writes.extend(stripped(author, badge, true, moved)?),
            Deed::Suspended(until) => writes.push(suspended(author, Some(*until))?),
            Deed::Restored(badge) => {
                writes.push(suspended(author, None)?);
                writes.extend(stripped(author, badge, false, moved)?);
            }
        }
        if let Some((before, after)) = &self.strikes {
            let edition = Some(before.edition).filter(|edition| *edition > 0);
            let item = encode(&keys::strikes(author), after)?;
            writes.push(on_edition(item, edition).unless(moved));
        }
        if let Some(suspension) = &self.suspension {
            let before = suspension.before.as_ref();
            writes.extend(case_written(before, &suspension.after, moved)?);
            writes.push(stated(&suspension.statement)?);
            writes.push(suspended(author, suspension.until)?);
        }
        if let Some(claim) = self.claim {
            let made = format!("{author}/{}", statement.id);
            let made = note_made(claim, made, statement.decided_at)?;
            writes.push(made.unless(Act::Came(Filed::KeyUsed)));
        }
        Ok(writes)
    }
}

/// The write by which a member is suspended until then, or not any more. Whoever has left is neither.
fn suspended(user: &UserId, until: Option<Timestamp>) -> Result<Write<Act<Filed>>, Error> {
    let suspends = update_if(keys::rules(user), suspends(until)?, EXISTS);
    Ok(suspends.unless(Act::Moved))
}
