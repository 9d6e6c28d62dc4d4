//! What is told of what people do that sellers see figures of.

use domain::money::{insights::Response, noted::NotedClick};
use jiff::Timestamp;
use serde::de::Error as _;
use serde_json::Error;
use shared::queue::messages::{Responded, RollupMessage};
use ulid::Ulid;

use crate::message::{Image, Message};

/// What is told where something that somebody did stands since another time than it did: of the week that it stood in, and
/// of the one that it stands in.
pub fn responded(
    [before, now]: [Option<Timestamp>; 2],
    response: Response,
) -> impl Iterator<Item = Message> {
    let changed = if before == now {
        [None, None]
    } else {
        [before, now]
    };
    changed.into_iter().flatten().map(move |at| {
        let response = response.clone();
        RollupMessage::Responded(Responded { response, at }).into()
    })
}

/// A click, which sellers are told a figure of.
pub fn clicked(visitor: String, click: Ulid, new: Option<Image>) -> Result<Vec<Message>, Error> {
    let Some(new) = new else {
        return Ok(Vec::new());
    };
    let noted: NotedClick = serde_dynamo::from_item(new).map_err(Error::custom)?;
    let time = i64::try_from(click.timestamp_ms()).map_err(Error::custom)?;
    let at = Timestamp::from_millisecond(time).map_err(Error::custom)?;
    let response = Response::Click {
        visitor,
        click: click.to_string(),
        product: noted.product,
    };
    Ok(vec![
        RollupMessage::Responded(Responded { response, at }).into(),
    ])
}
