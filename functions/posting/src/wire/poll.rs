//! Polls as they are sent.

use std::collections::HashSet;

use domain::{
    ids::{PhotoId, ProductId},
    posts::poll::{MAX_OPTIONS, MIN_OPTIONS},
    text, time,
};
use jiff::Timestamp;
use serde::Deserialize;
use shared::error::Invalid;
use utoipa::ToSchema;

use super::{
    REQUIRED,
    fields::{at_most, photo_id, product},
};

/// A poll of a new post.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPoll {
    /// 1 to 300 characters, a single line.
    #[schema(required, nullable = false, min_length = 1, max_length = 300)]
    question: Option<String>,
    /// Two to four, in the order to show.
    #[schema(required, nullable = false, min_items = 2, max_items = 4)]
    options: Option<Vec<NewOption>>,
    /// When voting ends, 5 minutes to 30 days from now; left out, it does not.
    #[schema(format = DateTime)]
    closes_at: Option<String>,
}

/// An answer that can be voted for.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewOption {
    /// 1 to 100 characters, a single line.
    #[schema(required, nullable = false, min_length = 1, max_length = 100)]
    text: Option<String>,
    /// A photo of one's own, in no other post.
    #[schema(pattern = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    photo_id: Option<String>,
    /// A product of the catalogue, instead of a photo.
    product_id: Option<String>,
}

/// A poll as far as it can be read without the table and the clock.
#[derive(Debug)]
pub struct DraftPoll {
    pub question: String,
    pub options: Vec<DraftOption>,
    pub closes_at: Option<Timestamp>,
}

/// An answer of a draft.
#[derive(Debug)]
pub struct DraftOption {
    /// Its place in the body.
    pub index: usize,
    pub text: String,
    pub photo: Option<PhotoId>,
    pub product: Option<ProductId>,
}

impl NewPoll {
    /// Whether it says when voting ends, and nothing else.
    pub fn only_ends(&self) -> bool {
        self.question.is_none() && self.options.is_none() && self.closes_at.is_some()
    }

    /// When voting ends, if it says so.
    pub fn end(&self, invalid: &mut Invalid) -> Option<Timestamp> {
        let sent = time::sent(self.closes_at.as_deref()?);
        let sent = sent.ok_or_else(|| "must be a time such as 2026-11-21T18:00:00Z".to_owned());
        invalid.check("/poll/closes_at", sent)
    }

    /// Reads the fields, noting each bad one; what is good of it. `seen` are the photos that the
    /// body named before.
    pub fn read(self, seen: &mut HashSet<PhotoId>, invalid: &mut Invalid) -> DraftPoll {
        let closes_at = self.end(invalid);
        let question = self.question.ok_or_else(|| REQUIRED.to_owned());
        let question = question.and_then(|text| text::line(&text, text::QUESTION));
        let question = invalid.check("/poll/question", question);
        let sent = match self.options {
            None => {
                invalid.add("/poll/options", REQUIRED);
                Vec::new()
            }
            Some(sent) if sent.len() < MIN_OPTIONS => {
                let least = format!("has {}; at least {MIN_OPTIONS}", sent.len());
                invalid.add("/poll/options", least);
                sent
            }
            Some(sent) => sent,
        };
        let options = at_most(sent, MAX_OPTIONS, "/poll/options", invalid);
        DraftPoll {
            question: question.unwrap_or_default(),
            options: options
                .map(|(index, option)| option.read(index, seen, invalid))
                .collect(),
            closes_at,
        }
    }
}

impl NewOption {
    fn read(self, index: usize, seen: &mut HashSet<PhotoId>, invalid: &mut Invalid) -> DraftOption {
        let at = format!("/poll/options/{index}");
        let text = self.text.ok_or_else(|| REQUIRED.to_owned());
        let text = text.and_then(|text| text::line(&text, text::OPTION));
        let text = invalid.check(&format!("{at}/text"), text);
        if self.photo_id.is_some() && self.product_id.is_some() {
            let both = "an option has a photo or a product, not both";
            invalid.add(format!("{at}/product_id"), both);
        }
        let photo = self.photo_id.map(|id| photo_id(Some(&id), seen));
        let photo = photo.and_then(|id| invalid.check(&format!("{at}/photo_id"), id));
        let named = self.product_id.map(|id| product(Some(&id)));
        let named = named.and_then(|id| invalid.check(&format!("{at}/product_id"), id));
        DraftOption {
            index,
            text: text.unwrap_or_default(),
            photo,
            product: named,
        }
    }
}
