//! What is kept of comments beside them: which are the best of very many (ENGAGEMENT 13), and what their authors voted
//! for (19).

use std::collections::BTreeMap;

use domain::{
    engagement::{
        Comment, Thing,
        order::{BEST, RANKED, score},
    },
    ids::{CommentId, PostId, UserId},
    posts::Post,
};
use futures::future::try_join_all;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::comments::votes_so;
use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Anew, Expression, Range, delete_if, encode, put_if, readable, update_if, value},
};

/// The best comments of a post that has more than are ranked exactly.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Best {
    /// Their own parts, each with its score.
    pub best: BTreeMap<Ulid, u64>,
    /// How often it was written: it is written anew on what was read.
    pub edition: u64,
}

impl Store {
    /// Which comments of a post are known to be the best; nothing where all are ranked exactly.
    pub async fn best_comments(&self, post: PostId) -> Result<Option<Best>, Error> {
        self.table.read(&keys::best(post), false).await
    }

    /// Keeps which comments of a post are the best, as they are now: of a post that has more than are ranked exactly.
    pub async fn keep_best(&self, post: PostId) -> Result<(), Error> {
        let mut anew = Anew::standing_on("the best comments");
        let key = keys::best(post);
        loop {
            let (kept, of) =
                futures::try_join!(self.table.read::<Best>(&key, true), self.post(post))?;
            let few = |of: Post| !of.heat().is_hot() && of.comments <= RANKED as u64;
            if kept.is_none() && of.is_none_or(few) {
                return Ok(());
            }
            let edition = kept.as_ref().map(|kept| kept.edition);
            let best = self.best_now(post).await?;
            if kept.map(|kept| kept.best) == best || self.put_best(post, edition, best).await? {
                return Ok(());
            }
            anew.begin().await?;
        }
    }

    /// The best comments of a post as they are, where it has more than are ranked exactly.
    async fn best_now(&self, post: PostId) -> Result<Option<BTreeMap<Ulid, u64>>, Error> {
        let range = Range {
            from: Some(keys::SAID.to_owned()),
            to: Some(format!("{}~", keys::SAID)),
            consistent: true,
            ..Range::all(keys::comments_of(post))
        };
        let all = self.table.query_all(range).await?;
        if all.len() <= RANKED {
            return Ok(None);
        }
        let mut comments = readable::<Comment>(all);
        let hot = comments.iter_mut().filter(|said| said.heat().is_hot());
        let summed = hot.map(async |said| {
            let thing = Thing::Comment(said.id);
            let shards = self.shards(&thing, said.heat(), false).await?;
            said.plus(&shards);
            Ok::<_, Error>(())
        });
        try_join_all(summed).await?;
        let shown = comments
            .iter()
            .filter(|said| said.stands() || said.replies > 0);
        let scores = shown.map(|said| (score(said.smiles, said.replies), said.id.own));
        let mut scores: Vec<_> = scores.collect();
        scores.sort_unstable_by(|one, other| other.cmp(one));
        let best = scores.into_iter().take(BEST);
        Ok(Some(best.map(|(score, own)| (own, score)).collect()))
    }

    /// Writes them, or that there are none, on the edition that was read. `false` when it is another.
    async fn put_best(
        &self,
        post: PostId,
        edition: Option<u64>,
        best: Option<BTreeMap<Ulid, u64>>,
    ) -> Result<bool, Error> {
        let key = keys::best(post);
        let as_read = match edition {
            Some(edition) => {
                Expression::new("edition = :edition").value(":edition", value(edition)?)
            }
            None => Expression::new("attribute_not_exists(PK)"),
        };
        let write = match best {
            Some(best) => {
                let edition = edition.map_or(1, |edition| edition + 1);
                put_if(encode(&key, &Best { best, edition })?, as_read)
            }
            None => delete_if(key, as_read),
        };
        self.table.transact(true, vec![write.unless(false)]).await
    }

    /// Has a person's comments at a post say what they voted for, as the vote stands now.
    pub async fn keep_voted(&self, user: &UserId, post: PostId) -> Result<(), Error> {
        let mut anew = Anew::standing_on("the vote");
        loop {
            let vote = self.table.get(&keys::acts(user, post), true).await?;
            let vote = vote.as_ref().and_then(|acts| acts.get("vote")?.as_n().ok());
            let vote = vote.and_then(|vote| vote.parse().ok());
            let within = keys::acts_in(post);
            let range = Range {
                from: Some(within.clone()),
                to: Some(format!("{within}~")),
                consistent: true,
                ..Range::all(keys::acts_of(user))
            };
            let acts = self.table.query_all(range).await?;
            let mine = acts.iter().filter_map(|acts| acts.get("mine")?.as_s().ok());
            let mut stood = true;
            for comment in mine.filter_map(|id| id.parse().ok()) {
                stood = stood && self.note_voted(comment, user, vote).await?;
            }
            if stood {
                return Ok(());
            }
            anew.begin().await?;
        }
    }

    /// Has a comment say what its author voted for, if they vote so. `false` when they do not.
    async fn note_voted(
        &self,
        comment: CommentId,
        author: &UserId,
        vote: Option<u8>,
    ) -> Result<bool, Error> {
        let own = Expression::default()
            .text(":author", author.as_str())
            .name("#deleted", "deleted");
        let theirs = "author = :author AND attribute_not_exists(#deleted)";
        let (own, change, differs) = match vote {
            Some(vote) => (
                own.number(":vote", vote.into()),
                "SET voted = :vote",
                "(attribute_not_exists(voted) OR voted <> :vote)",
            ),
            None => (own, "REMOVE voted", "attribute_exists(voted)"),
        };
        let noted = update_if(
            keys::comment(comment),
            own.saying(change),
            format!("{theirs} AND {differs}"),
        );
        let writes = vec![
            votes_so(author, comment.post, vote).unless(false),
            // Refused, it says so already, or is gone.
            noted.unless(true),
        ];
        self.table.transact(true, writes).await
    }
}
