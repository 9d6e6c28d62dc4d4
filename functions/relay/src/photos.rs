//! What is told of photos: that they are gone.

use domain::ids::PhotoId;
use serde::{Deserialize, de::Error as _};
use serde_json::Error;
use shared::queue::messages::{PhotoRemoved, PhotosMessage};

use crate::message::{Image, Message};

/// What of a photo, as it was, says where it lay.
#[derive(Deserialize)]
struct Photo {
    id: PhotoId,
    media: String,
}

/// A photo that is gone, whatever it had come to.
pub fn removed(old: Option<Image>) -> Result<Option<Message>, Error> {
    let Some(old) = old else { return Ok(None) };
    let Photo { id, media } = serde_dynamo::from_item(old).map_err(Error::custom)?;
    let removed = PhotoRemoved { photo: id, media };
    Ok(Some(Message::Photos(PhotosMessage::PhotoRemoved(removed))))
}
