//! What moderators look at: cases, with what they are about and whose that is.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use domain::{
    engagement::{Case, CaseState, Comment, Docket, Statement, Strikes, Subject},
    ids::{CommentId, PostId, StatementId, UserId},
    people::Profile,
    posts::{Post, PostStatus},
    shown::Onlooker,
    text::beginning,
};
use jiff::Timestamp;

use super::Reads;
use crate::error::Error;

/// Of what somebody said moderators read so many characters at once.
const EXCERPT: usize = 300;
/// Of what was decided before, so much, the last.
const DECISIONS: usize = 20;

/// Where a page of cases begins.
pub type QueuePlace = (Timestamp, Subject);

/// What stands around cases.
struct Around {
    posts: HashMap<PostId, Post>,
    comments: BTreeMap<CommentId, Comment>,
    people: HashMap<UserId, Profile>,
    strikes: HashMap<UserId, Strikes>,
    statements: HashMap<StatementId, Statement>,
}

impl Reads {
    /// A page of the cases in this state after a place, by when they are due, and where the next page begins: three
    /// rounds. What is gone since is not to be looked at any more.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn queue(
        &self,
        state: CaseState,
        after: Option<&QueuePlace>,
        limit: usize,
        now: Timestamp,
    ) -> Result<(Vec<Docket>, Option<QueuePlace>), Error> {
        let store = &self.store;
        let (cases, more) = store.queue(state, after, limit).await?;
        let posts = cases.iter().filter_map(|case| match case.subject {
            Subject::Post(post) => Some(post),
            Subject::Comment(_) | Subject::Person(_) => None,
        });
        let comments = cases.iter().filter_map(|case| match case.subject {
            Subject::Comment(comment) => Some(comment),
            Subject::Post(_) | Subject::Person(_) => None,
        });
        let (posts, comments): (Vec<_>, Vec<_>) = (posts.collect(), comments.collect());
        let authors: BTreeSet<_> = cases.iter().map(|case| &case.author).collect();
        let decided = cases.iter().flat_map(|case| {
            let last = case.decisions.iter().rev().take(DECISIONS);
            last.map(|id| (&case.author, *id))
        });
        let decided: Vec<_> = decided.collect();
        let authors: Vec<_> = authors.into_iter().collect();
        let (posts, comments, people, strikes, statements) = futures::try_join!(
            store.posts(posts),
            store.comments(comments),
            store.profiles(authors.clone()),
            store.strikes_of(&authors),
            store.statements(&decided),
        )?;
        let around = Around {
            posts,
            comments,
            people,
            strikes,
            statements,
        };
        let end = cases.last().filter(|_| more);
        let end = end.map(|case| (case.due_at, case.subject.clone()));
        let cases = cases.into_iter();
        let cases = cases.filter(|case| state == CaseState::Decided || !around.lacks(case));
        Ok((cases.map(|case| around.docket(case, now)).collect(), end))
    }
}

impl Around {
    /// Whether what a case is about is gone.
    fn lacks(&self, case: &Case) -> bool {
        match &case.subject {
            Subject::Post(post) => !self.posts.contains_key(post),
            Subject::Comment(comment) => {
                let said = self.comments.get(comment);
                said.is_none_or(|said| said.deleted)
            }
            Subject::Person(person) => !self.people.contains_key(person),
        }
    }

    fn docket(&self, case: Case, now: Timestamp) -> Docket {
        let author = self.people.get(&case.author);
        let (said, hidden) = match &case.subject {
            Subject::Post(post) => match self.posts.get(post) {
                Some(post) => (post.texts().collect(), post.status == PostStatus::Hidden),
                None => (Vec::new(), false),
            },
            Subject::Comment(comment) => match self.comments.get(comment) {
                Some(said) => (vec![said.text.as_str()], said.moderation.is_some()),
                None => (Vec::new(), false),
            },
            Subject::Person(_) => {
                let said = author.map(|one| vec![one.display_name.as_str(), one.bio.as_str()]);
                (said.unwrap_or_default(), false)
            }
        };
        let said: Vec<_> = said.into_iter().filter(|text| !text.is_empty()).collect();
        let strikes = self.strikes.get(&case.author);
        let decisions = case.decisions.iter();
        let decisions = decisions.filter_map(|id| self.statements.get(id).cloned());
        Docket {
            excerpt: beginning(&said.join("\n"), EXCERPT),
            hidden,
            // Moderators see everybody.
            author: author.and_then(|author| Onlooker::nobody().meets(author.clone())),
            strikes: strikes.map_or(0, |strikes| strikes.count(now)),
            decisions: decisions.collect(),
            case,
        }
    }
}
