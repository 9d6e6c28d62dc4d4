//! What is told of people: that they follow somebody, or no more, and whether they have the badge.

use domain::{engagement::Badge, ids::UserId};
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

/// Somebody who has the badge from now on, or no more.
pub fn weighed(
    user: UserId,
    old: Option<Image>,
    new: Option<Image>,
    at: Timestamp,
) -> Result<Option<Message>, Error> {
    let shown = |image: Option<Image>| {
        let badge = image.map(serde_dynamo::from_item::<_, Badge>);
        let badge = badge.transpose().map_err(Error::custom)?;
        Ok::<_, Error>(badge.is_some_and(|badge| badge.is_shown()))
    };
    let kind = match (shown(old)?, shown(new)?) {
        (false, true) => ActKind::BadgeGiven,
        (true, false) => ActKind::BadgeTaken,
        (true, true) | (false, false) => return Ok(None),
    };
    let acted = NotifierMessage::Acted(Acted {
        kind,
        actor: user.clone(),
        subject: user.to_string(),
        owner: Some(user),
        handle: None,
        at,
    });
    Ok(Some(acted.into()))
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
