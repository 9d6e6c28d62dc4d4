//! Polls: options alike whatever they got or paid (PAGES 2.3).

use shared::views::{PollOptionView, PollView};

use crate::{
    goods::Line,
    photo::Photo,
    site::Here,
    words::{When, fill},
};

/// A poll.
#[derive(Debug)]
pub(crate) struct Poll {
    pub question: String,
    pub voters: String,
    pub ends: Option<When>,
    pub options: Vec<Opt>,
}

/// An option of it.
#[derive(Debug)]
pub(crate) struct Opt {
    pub letter: String,
    pub text: String,
    pub image: Option<String>,
    pub alt: String,
    pub thing: Option<Thing>,
    pub share: Option<Share>,
}

/// The product of an option.
#[derive(Debug)]
pub(crate) struct Thing {
    pub href: String,
    pub rel: Option<&'static str>,
    pub said: String,
}

/// How many voted for it.
#[derive(Debug)]
pub(crate) struct Share {
    pub percent: String,
    pub said: String,
    pub votes: String,
}

impl Poll {
    /// A poll, the links of which pay somebody or nobody.
    pub fn new(poll: &PollView, paid: bool, here: &Here<'_>) -> Self {
        let w = here.w;
        let ends = poll.closes_at.map(|at| {
            let when = w.at(at.0);
            let text = if poll.closed {
                w.closed_at
            } else {
                w.closes_at
            };
            let said = fill(text, &[("when", &when.said)]);
            When { said, ..when }
        });
        let letters = ('A'..='Z').map(String::from);
        let options = poll.options.iter().zip(letters);
        Self {
            question: poll.question.clone(),
            voters: w.many(&w.voters, poll.voters),
            ends,
            options: options
                .map(|(option, letter)| Opt::new(option, letter, paid, here))
                .collect(),
        }
    }
}

impl Opt {
    fn new(option: &PollOptionView, letter: String, paid: bool, here: &Here<'_>) -> Self {
        let w = here.w;
        let line = option
            .product
            .as_ref()
            .map(|product| Line::new(product, paid, here));
        let photo = option.photo.as_ref().and_then(Photo::smallest);
        let of_the_product = line.as_ref().and_then(|line| line.image.clone());
        let alt = photo
            .as_ref()
            .map(|(_, alt)| alt.clone())
            .unwrap_or_default();
        Self {
            letter,
            text: option.text.clone(),
            image: photo.map(|(url, _)| url).or(of_the_product),
            alt,
            thing: line.and_then(|line| {
                Some(Thing {
                    said: line.said(),
                    rel: line.rel,
                    href: line.href?,
                })
            }),
            share: option.votes.zip(option.share).map(|(votes, share)| {
                let percent = format!("{:.0}", share * 100.0);
                Share {
                    said: fill(w.share, &[("percent", &percent)]),
                    percent,
                    votes: w.many(&w.votes, votes),
                }
            }),
        }
    }
}
