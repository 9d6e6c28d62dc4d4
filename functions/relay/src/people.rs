//! What is told of people: that they follow somebody, or no more.

use domain::ids::UserId;
use jiff::Timestamp;
use serde::{Deserialize, de::Error as _};
use serde_json::Error;
use shared::queue::messages::{ActKind, Acted, FanoutMessage, Followed, NotifierMessage};

use crate::message::{Image, Message};

/// What of an edge tells since when it is there.
#[derive(Deserialize)]
struct Edge {
    since: Timestamp,
}

/// A reader who follows an author from now on, or does no more.
pub fn followed(
    (reader, author): (UserId, UserId),
    old: Option<Image>,
    new: Option<Image>,
) -> Result<Vec<Message>, Error> {
    let begins = old.is_none();
    let Some(image) = (match (old, new) {
        (None, some) | (some, None) => some,
        (Some(_), Some(_)) => None,
    }) else {
        return Ok(Vec::new());
    };
    let edge: Edge = serde_dynamo::from_item(image).map_err(Error::custom)?;
    let acted = NotifierMessage::Acted(Acted {
        kind: ActKind::Follow,
        actor: reader.clone(),
        subject: author.to_string(),
        owner: Some(author.clone()),
        handle: None,
        at: edge.since,
    });
    let mut messages = vec![acted.into()];
    if begins {
        messages.push(FanoutMessage::Followed(Followed { reader, author }).into());
    }
    Ok(messages)
}
