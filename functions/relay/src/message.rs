//! What a change comes to, and what is seen of it.

use shared::queue::messages::{
    FanoutMessage, JanitorMessage, LedgerMessage, NotifierMessage, PhotosMessage, RollupMessage,
};

/// An item as it was, or is.
pub type Image = serde_dynamo::Item;

/// A message, with the function that it is for.
#[derive(Debug, PartialEq, Eq)]
pub enum Message {
    /// To `fanout`.
    Fanout(FanoutMessage),
    /// To `photos`.
    Photos(PhotosMessage),
    /// To `rollup`.
    Rollup(RollupMessage),
    /// To `notifier`.
    Notifier(NotifierMessage),
    /// To `janitor`.
    Janitor(JanitorMessage),
    /// To `attribution`.
    Ledger(LedgerMessage),
}

impl Message {
    /// How long it is kept back, in seconds.
    pub fn delay(&self) -> u16 {
        match self {
            Self::Rollup(message) => message.delay(),
            Self::Fanout(_)
            | Self::Photos(_)
            | Self::Notifier(_)
            | Self::Janitor(_)
            | Self::Ledger(_) => 0,
        }
    }
}

impl From<FanoutMessage> for Message {
    fn from(message: FanoutMessage) -> Self {
        Self::Fanout(message)
    }
}

impl From<PhotosMessage> for Message {
    fn from(message: PhotosMessage) -> Self {
        Self::Photos(message)
    }
}

impl From<RollupMessage> for Message {
    fn from(message: RollupMessage) -> Self {
        Self::Rollup(message)
    }
}

impl From<NotifierMessage> for Message {
    fn from(message: NotifierMessage) -> Self {
        Self::Notifier(message)
    }
}

impl From<JanitorMessage> for Message {
    fn from(message: JanitorMessage) -> Self {
        Self::Janitor(message)
    }
}

impl From<LedgerMessage> for Message {
    fn from(message: LedgerMessage) -> Self {
        Self::Ledger(message)
    }
}
