//! A page of what is said of a post, each with the first answers to it.

use std::collections::{BTreeSet, HashMap};

use domain::{
    engagement::Comment,
    ids::CommentId,
    posts::Post,
    shown::{Onlooker, Shown},
};
use futures::future::try_join_all;
use jiff::Timestamp;

use super::{
    Reads,
    leaf::{Leaf, authors},
    thread::{Lines, Wanted},
};
use crate::error::Error;

/// Of each comment so many answers are shown with it.
const ANSWERS: usize = 10;

/// A page of comments with their answers.
#[derive(Debug)]
pub struct Talk {
    /// The comments; of the answers, too, it knows who wrote them.
    pub leaf: Leaf,
    /// The first answers to those that have some, oldest first.
    pub answers: HashMap<CommentId, Vec<Shown<Comment>>>,
}

impl Reads {
    /// The page of these lines for whoever looks, as [`Reads::leaf`], and the answers to them: two rounds, one where it is
    /// known who answered. What the onlooker did at them is not read.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn talk(
        &self,
        wanted: &Wanted,
        post: &Shown<Post>,
        onlooker: Onlooker,
        lines: Lines,
        now: Timestamp,
    ) -> Result<Talk, Error> {
        let mut picked = self.picked(wanted, post, &onlooker, lines, now).await?;
        let answered = picked.comments.iter().filter(|said| said.replies > 0);
        let answers = answered.map(async |said| {
            let (found, _more) = self.store.replies_to(said.id, None, ANSWERS).await?;
            let mut shown = Vec::new();
            for answer in found {
                shown.extend(onlooker.reads(self.heard(answer).await?));
            }
            Ok::<_, Error>((said.id, shown))
        });
        let mut people = HashMap::new();
        let known = self.people(authors(&picked.comments), now, &mut people);
        let (answers, ()) = futures::try_join!(try_join_all(answers), known)?;
        let mut answers: HashMap<_, _> = answers.into_iter().collect();
        let answerers = authors(answers.values().flatten());
        self.people(answerers, now, &mut people).await?;
        // Whoever leaves says nothing any more.
        let is_there = |said: &Shown<Comment>| !said.stands() || people.contains_key(&said.author);
        picked.comments.retain(is_there);
        for answers in answers.values_mut() {
            answers.retain(|said| said.stands() && people.contains_key(&said.author));
        }
        let leaf = picked.leaf(people, BTreeSet::new(), onlooker, now);
        Ok(Talk { leaf, answers })
    }
}
