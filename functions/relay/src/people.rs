//! What is told of people: that they follow somebody, or no more, whether they have the badge, what they got, and how
//! often they come.

use domain::{
    engagement::Badge,
    feeds::{Bucket, Findable, History, bucket},
    ids::UserId,
};
use jiff::Timestamp;
use serde::{Deserialize, de::Error as _};
use serde_json::Error;
use shared::queue::messages::{
    ActKind, Acted, Bought, FanoutMessage, FindableChanged, Followed, JanitorMessage,
    NotifierMessage, ReaderRated, RollupMessage,
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

/// What of a rate tells in which bucket its reader stands.
#[derive(Deserialize)]
struct Rated {
    #[serde(default)]
    bucket: Option<Bucket>,
}

/// A reader who stands in another bucket, or has fallen asleep.
pub fn rated(
    reader: UserId,
    old: Option<Image>,
    new: Option<Image>,
) -> Result<Option<Message>, Error> {
    let stands = |image: Option<Image>| {
        let rated = image.map(serde_dynamo::from_item::<_, Rated>).transpose();
        Ok::<_, Error>(rated.map_err(Error::custom)?.and_then(|rated| rated.bucket))
    };
    let swept = new.is_none();
    if !swept && stands(old)? == stands(new)? {
        return Ok(None);
    }
    let rated = JanitorMessage::ReaderRated(ReaderRated { reader });
    Ok(Some(rated.into()))
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

#[cfg(test)]
mod tests {
    use domain::feeds::Rate;
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_rate_is_told_of_once_its_bucket_changes_or_it_is_swept() {
        let now = Timestamp::UNIX_EPOCH;
        let rate = |bucket| {
            let rate = Rate {
                bucket,
                ..Rate::noted(None, 0, now + SignedDuration::from_hours(1))
            };
            Some(serde_dynamo::to_item(rate).unwrap())
        };
        let (none, seldom, often) = (
            rate(None),
            rate(Some(Bucket::Seldom)),
            rate(Some(Bucket::Often)),
        );
        let reader = UserId::parse("ana").unwrap();
        for (old, new, told) in [
            (None, none.clone(), false),
            (None, seldom.clone(), true),
            (none.clone(), none.clone(), false),
            (none.clone(), often.clone(), true),
            (seldom.clone(), seldom.clone(), false),
            (seldom.clone(), often.clone(), true),
            (often, None, true),
            (none, None, true),
        ] {
            let message = rated(reader.clone(), old, new).unwrap();
            let expected = JanitorMessage::ReaderRated(ReaderRated {
                reader: reader.clone(),
            });
            assert_eq!(message, told.then(|| expected.into()));
        }
    }
}
