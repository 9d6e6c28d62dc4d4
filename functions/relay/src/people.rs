//! What is told of people: that they follow somebody, or no more, whether they have the badge, and what they got.

use domain::{
    engagement::Badge,
    feeds::{Findable, History, bucket},
    ids::UserId,
};
use jiff::Timestamp;
use serde::{Deserialize, de::Error as _};
use serde_json::Error;
use shared::queue::messages::{
    ActKind, Acted, Bought, FanoutMessage, FindableChanged, Followed, NotifierMessage,
    RollupMessage,
};

use crate::message::{Image, Message};

/// What of an edge tells since when it is there.
#[derive(Deserialize)]
struct Edge {
    since: Timestamp,
}

/// What of a person tells by what they are found, and before whom.
#[derive(Deserialize)]
struct Known {
    #[serde(default)]
    handle: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    followers: u64,
    #[serde(default)]
    leaving: bool,
}

/// Somebody who joined, is called otherwise, is followed by twice or half as many, or leaves.
pub fn findable(
    user: UserId,
    old: Option<&Image>,
    new: Option<&Image>,
) -> Result<Option<RollupMessage>, Error> {
    let known = |image: Option<&Image>| {
        let known = image.map(|image| serde_dynamo::from_item::<_, Known>(image.clone()));
        let known = known.transpose().map_err(Error::custom)?;
        let there = known.filter(|known| !known.leaving);
        Ok::<_, Error>(there.map(|one| (one.handle, one.display_name, bucket(one.followers))))
    };
    let thing = Findable::Person(user);
    let changed = known(old)? != known(new)?;
    Ok(changed.then_some(RollupMessage::FindableChanged(FindableChanged { thing })))
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

/// What a person got and had not, as their history tells.
pub fn got(user: &UserId, old: Option<Image>, new: Option<Image>) -> Result<Vec<Message>, Error> {
    let history = |image: Option<Image>| {
        let history = image.map(serde_dynamo::from_item::<_, History>);
        let history = history.transpose().map_err(Error::custom)?;
        Ok::<_, Error>(history.unwrap_or_default())
    };
    let (before, now) = (history(old)?, history(new)?);
    let got = now.got_since(&before).map(|used| {
        let bought = Bought {
            user: user.clone(),
            product: used.product.clone(),
            at: used.last(),
        };
        RollupMessage::Bought(bought).into()
    });
    Ok(got.collect())
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
