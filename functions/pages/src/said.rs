//! Comments, with the answers to them.

use domain::engagement::Comment;
use shared::{
    read::Talk,
    views::{CommentView, Presenter},
};

use crate::{
    card::Person,
    site::Here,
    text::{Piece, pieces},
    words::{Counted, When},
};

/// What somebody said of a post.
#[derive(Debug)]
pub(crate) struct Said {
    /// `None` where it was taken back.
    pub who: Option<Person>,
    pub at: When,
    pub accepted: bool,
    pub pieces: Vec<Piece>,
    /// `None` where nobody smiled.
    pub smiles: Option<Counted>,
    pub answers: Vec<Said>,
    /// The place of the option that they voted for, where that is shown.
    pub voted: Option<String>,
}

impl Said {
    fn new(view: &CommentView, answers: Vec<Self>, here: &Here<'_>) -> Self {
        let w = here.w;
        let entities = view.entities.as_deref().unwrap_or_default();
        let text = view.text.as_deref().unwrap_or_default();
        let smiles = view.counts.smiles;
        Self {
            who: view.author.as_ref().map(|author| Person::new(author, here)),
            at: w.on(view.created_at.0),
            accepted: view.accepted == Some(true),
            pieces: pieces(text, entities, here),
            smiles: (smiles > 0).then(|| w.counted(&w.smiles_unit, smiles)),
            answers,
            voted: view.voted.clone(),
        }
    }
}

/// A page of comments as it is shown, and the same as views.
pub(crate) fn thread(
    talk: &Talk,
    present: &Presenter,
    here: &Here<'_>,
) -> (Vec<Said>, Vec<CommentView>) {
    let view =
        |comment: &domain::shown::Shown<Comment>| present.comment(comment, &talk.leaf.thread);
    let mut views = Vec::new();
    let mut thread = Vec::new();
    for comment in &talk.leaf.comments {
        let answers = talk.answers.get(&comment.id).into_iter().flatten();
        let answers = answers.map(|answer| Said::new(&view(answer), Vec::new(), here));
        let own = view(comment);
        thread.push(Said::new(&own, answers.collect(), here));
        views.push(own);
    }
    (thread, views)
}
