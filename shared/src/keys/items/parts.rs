//! What differs between two keys of one kind, and how it is read from them.

use domain::{
    engagement::{Idea, Place, Subject, Thing, Visibility},
    feeds::{HotList, Position},
    ids::{
        AppealId, BriefId, ExportId, InvitationId, ListId, NoticeId, PhotoId, PostId, ProductId,
        ReviewId, SponsorshipId, StatementId, TopicId, UserId,
    },
    money::{Account, insights::Week, social::Network},
};
use jiff::{Timestamp, civil::Date};
use ulid::Ulid;

use super::super::{Key, Month, parse_at, parse_spread};

/// A reader as they stand among those of an author.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spread(pub UserId);

/// Which page of whom a reader follows: the first of the 16 digits of the authors' hashes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FollowingPage(pub u8);

/// Which page of the heads of chains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HeadPage(pub u8);

/// What differs between two keys of one kind.
pub(super) trait Part: Sized {
    /// That which is spelled so.
    fn read(text: &str) -> Option<Self>;
}

macro_rules! parts {
    ($($part:ty: $read:expr;)*) => {
        $(impl Part for $part {
            fn read(text: &str) -> Option<Self> {
                let read: fn(&str) -> Option<Self> = $read;
                read(text)
            }
        })*
    };
}

parts! {
    String: |text| Some(text.to_owned());
    Spread: |text| parse_spread(text).map(Spread);
    FollowingPage: |text| sixteenth(text).map(FollowingPage);
    HeadPage: |text| sixteenth(text).map(HeadPage);
    Timestamp: |text| text.parse().ok();
    Date: |text| text.parse().ok();
    Account: Account::parse;
    Network: Network::parse;
    u8: |text| text.parse().ok();
    u32: |text| text.parse().ok();
    u64: |text| text.parse().ok();
    Month: |text| text.parse().ok();
    Position: parse_at;
    HotList: HotList::parse;
    Thing: Thing::parse;
    Idea: Idea::parse;
    Place: Place::parse;
    Visibility: Visibility::parse;
    ListId: |text| text.parse().ok();
    Subject: Subject::parse;
    StatementId: |text| text.parse().ok();
    AppealId: |text| text.parse().ok();
    SponsorshipId: |text| text.parse().ok();
    UserId: UserId::parse;
    TopicId: TopicId::parse;
    ProductId: ProductId::parse;
    ReviewId: ReviewId::parse;
    PostId: |text| text.parse().ok();
    Ulid: |text| text.parse::<PostId>().ok().map(|id| id.0);
    PhotoId: |text| text.parse().ok();
    NoticeId: |text| text.parse().ok();
    ExportId: |text| text.parse().ok();
    InvitationId: |text| text.parse().ok();
    BriefId: |text| text.parse().ok();
    Week: Week::parse;
}

/// One of sixteen, by its digit.
fn sixteenth(text: &str) -> Option<u8> {
    (0..16).find(|page| format!("{page:x}") == text)
}

/// What stands in a key in the place of the names of these patterns; `None` where it is not of their
/// shape.
pub(super) fn parts_of<'k>(pk: &str, sk: &str, key: &'k Key) -> Option<Vec<&'k str>> {
    let mut parts = parts(pk, &key.pk)?;
    parts.extend(self::parts(sk, &key.sk)?);
    Some(parts)
}

/// As [`parts_of`], for one of the two; the last name stands for all that is left.
fn parts<'k>(pattern: &str, mut text: &'k str) -> Option<Vec<&'k str>> {
    let mut parts = Vec::new();
    let mut pieces = pattern.split('{');
    text = text.strip_prefix(pieces.next()?)?;
    for piece in pieces {
        let (_name, literal) = piece.split_once('}')?;
        let part = if literal.is_empty() {
            std::mem::take(&mut text)
        } else {
            let (part, rest) = text.split_once(literal)?;
            text = rest;
            part
        };
        if part.is_empty() {
            return None;
        }
        parts.push(part);
    }
    text.is_empty().then_some(parts)
}
