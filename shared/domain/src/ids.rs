//! What things are called: one type an id, so that none is taken for another.

use std::{fmt, str::FromStr};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use sha2::{Digest, Sha256};
use ulid::Ulid;

macro_rules! ulid_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Ulid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = ulid::DecodeError;

            /// Only the canonical spelling is an id: 26 upper-case Crockford digits.
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let id = Ulid::from_string(text)?;
                if id.to_string() == text { Ok(Self(id)) } else { Err(ulid::DecodeError::InvalidChar) }
            }
        }
    };
}

ulid_id!(
    /// A post.
    PostId
);
ulid_id!(
    /// A photo, from its upload ticket on.
    PhotoId
);
ulid_id!(
    /// A notice in somebody's inbox: in the order of what it first told of.
    NoticeId
);

ulid_id!(
    /// A list of products and posts.
    ListId
);

ulid_id!(
    /// What is looked at by moderators: all that was reported, appealed and decided of one subject.
    CaseId
);
ulid_id!(
    /// A report.
    ReportId
);
ulid_id!(
    /// A statement of reasons, in the order of time.
    StatementId
);
ulid_id!(
    /// An appeal.
    AppealId
);
ulid_id!(
    /// An export of an account.
    ExportId
);
ulid_id!(
    /// An invitation to a programme.
    InvitationId
);
ulid_id!(
    /// What a seller asks an influencer to show, in the order of time.
    BriefId
);
ulid_id!(
    /// That a post is shown for a sponsor: in the order of when that ends.
    SponsorshipId
);

/// A comment: its post, for a reply the comment that it answers, and its own part, so that its key needs no look-up
/// (ENGAGEMENT 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommentId {
    /// What it is said of.
    pub post: PostId,
    /// The own part of the comment that it answers; `None` at the top level.
    pub parent: Option<Ulid>,
    /// Its own part: comments of one post are in the order of these.
    pub own: Ulid,
}

impl CommentId {
    /// The id of a new comment. Of its own part the time and 32 random bits are its own, and the rest is the post's, so
    /// that [`CommentId::short`] tells it whole.
    pub fn new(post: PostId, parent: Option<Ulid>, time: Timestamp, random: u32) -> Self {
        let time = u64::try_from(time.as_millisecond()).unwrap_or_default();
        let random = (u128::from(random) << SHARED_BITS) | shared(post);
        let own = Ulid::from_parts(time, random);
        Self { post, parent, own }
    }

    /// A comment at the top level of a post.
    pub fn top(post: PostId, own: Ulid) -> Self {
        let parent = None;
        Self { post, parent, own }
    }

    /// The comment that it answers.
    pub fn answers(self) -> Option<Self> {
        self.parent.map(|parent| Self::top(self.post, parent))
    }

    /// What tells the own parts of the comments of one post apart: 10 bytes, in their order.
    pub fn short(own: Ulid) -> [u8; 10] {
        let bytes = own.to_bytes();
        let (short, _) = bytes.split_at(10);
        short.try_into().unwrap_or_default()
    }

    /// The own part of a comment of this post that is told so.
    pub fn of_short(post: PostId, short: [u8; 10]) -> Ulid {
        let told = short
            .iter()
            .fold(0_u128, |all, byte| (all << 8) | u128::from(*byte));
        Ulid((told << SHARED_BITS) | shared(post))
    }
}

/// So many bits of a comment's own part are its post's.
const SHARED_BITS: u32 = 48;

fn shared(post: PostId) -> u128 {
    post.0.0 & ((1 << SHARED_BITS) - 1)
}

impl fmt::Display for CommentId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.post)?;
        if let Some(parent) = self.parent {
            write!(f, "{parent}")?;
        }
        write!(f, "{}", self.own)
    }
}

impl FromStr for CommentId {
    type Err = ulid::DecodeError;

    /// Two or three ids, one after another, each in its canonical spelling.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let part = |at: usize| {
            let part = text.get(at..at + ulid::ULID_LEN);
            let part = part.ok_or(ulid::DecodeError::InvalidLength)?;
            part.parse::<PostId>()
        };
        let post = part(0)?;
        let second = part(ulid::ULID_LEN)?.0;
        match text.len() / ulid::ULID_LEN {
            2 if text.len() == 2 * ulid::ULID_LEN => Ok(Self::top(post, second)),
            3 if text.len() == 3 * ulid::ULID_LEN => Ok(Self {
                post,
                parent: Some(second),
                own: part(2 * ulid::ULID_LEN)?.0,
            }),
            _ => Err(ulid::DecodeError::InvalidLength),
        }
    }
}

impl Serialize for CommentId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CommentId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// A person: opaque, 1 to 64 of `[A-Za-z0-9_-]`; those of people who signed in have 22. Never the `sub` of their tokens.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserId(String);

impl UserId {
    /// An id as it is kept and told.
    pub fn parse(id: &str) -> Option<Self> {
        let fits = (1..=64).contains(&id.len())
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"_-".contains(&b));
        fits.then(|| Self(id.to_owned()))
    }

    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What stands for the id where very many do.
    pub fn hash(&self) -> PersonHash {
        let digest = Sha256::digest(&self.0);
        let (first, _) = digest.split_at(8);
        PersonHash(first.try_into().unwrap_or_default())
    }
}

/// The first 8 bytes of the SHA-256 of a person's id: two of a million people share one with a chance of 3 in 10⁸.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PersonHash(pub [u8; 8]);

impl fmt::Debug for PersonHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", u64::from_be_bytes(self.0))
    }
}

impl fmt::Display for UserId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A product: the `id` of its line in the store's feed, 1 to 50 characters
/// (Google Merchant's limit), printable, without spaces.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ProductId(String);

impl ProductId {
    /// A product id as the feed or an app spells it.
    pub fn parse(id: &str) -> Option<Self> {
        let fits = !id.is_empty()
            && id.chars().count() <= 50
            && !id.chars().any(|c| c.is_control() || c.is_whitespace());
        fits.then(|| Self(id.to_owned()))
    }

    /// The id as the store spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The id as the API spells it, so that it can stand in a path, which gateways decode: the store's where that is
    /// safe, else `~` and base64url of it.
    pub fn public(&self) -> String {
        if is_safe(&self.0) {
            self.0.clone()
        } else {
            format!("~{}", URL_SAFE_NO_PAD.encode(&self.0))
        }
    }

    /// What stands for the id where very many do.
    pub fn hash(&self) -> ProductHash {
        let digest = Sha256::digest(&self.0);
        let (first, _) = digest.split_at(8);
        ProductHash(first.try_into().unwrap_or_default())
    }

    /// The id of which this is the one public spelling.
    pub fn from_public(id: &str) -> Option<Self> {
        let Some(encoded) = id.strip_prefix('~') else {
            return Self::parse(id).filter(|id| is_safe(&id.0));
        };
        let bytes = URL_SAFE_NO_PAD.decode(encoded).ok()?;
        let id = Self::parse(std::str::from_utf8(&bytes).ok()?)?;
        (!is_safe(&id.0)).then_some(id)
    }
}

/// The first 8 bytes of the SHA-256 of a product's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductHash(pub [u8; 8]);

/// Whether an id means the same in a path, decoded or not.
fn is_safe(id: &str) -> bool {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"._-".contains(&b);
    id.bytes().all(unreserved) && id != "." && id != ".."
}

impl fmt::Display for ProductId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A review: the store's own id of it, 1 to 128 characters without `#` or controls.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ReviewId(String);

impl ReviewId {
    /// A review's id, if it is one that a key can hold.
    pub fn parse(id: &str) -> Option<Self> {
        let fits = !id.is_empty()
            && id.chars().count() <= 128
            && !id.chars().any(|c| c == '#' || c.is_control());
        fits.then(|| Self(id.to_owned()))
    }

    /// The id as the store spells it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ReviewId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A topic, which is an interest: the id of an entry of the interests catalogue.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TopicId(pub(crate) String);

impl TopicId {
    /// The id.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TopicId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let id = PostId(Ulid::from_parts(1_700_000_000_000, 7));
        assert_eq!(id.to_string().parse::<PostId>().ok(), Some(id));
        assert!(id.to_string().to_lowercase().parse::<PostId>().is_err());
        assert!("not-an-id".parse::<PostId>().is_err());
    }

    #[test]
    fn a_comments_id_is_those_of_its_post_its_parent_and_its_own_and_ten_bytes_tell_its_own() {
        let post = PostId(Ulid::from_parts(1_700_000_000_000, u128::MAX >> 50));
        let at = |ms| Timestamp::from_millisecond(ms).unwrap();
        let top = CommentId::new(post, None, at(1_700_000_000_001), 7);
        let reply = CommentId::new(post, Some(top.own), at(1_700_000_000_002), u32::MAX);
        for id in [top, reply] {
            let spelled = id.to_string();
            assert!(spelled.starts_with(&post.to_string()) && !spelled.contains('#'));
            assert_eq!(spelled.parse::<CommentId>().ok(), Some(id));
            assert!(spelled.to_lowercase().parse::<CommentId>().is_err());
            let short = CommentId::short(id.own);
            assert_eq!(CommentId::of_short(post, short), id.own);
        }
        assert_eq!((top.answers(), reply.answers()), (None, Some(top)));
        assert!(CommentId::short(top.own) < CommentId::short(reply.own));
        for none in [
            "",
            "x",
            &post.to_string(),
            &format!("{reply}0"),
            &format!("{top}é"),
        ] {
            assert!(none.parse::<CommentId>().is_err(), "{none}");
        }
    }

    #[test]
    fn a_products_id_is_safe_in_a_path_and_has_one_public_spelling() {
        for plain in ["SPK-0001", "a.b_c", "...", "x"] {
            let id = ProductId::parse(plain).unwrap();
            assert_eq!(id.public(), plain);
            assert_eq!(ProductId::from_public(plain), Some(id));
            let encoded = format!("~{}", URL_SAFE_NO_PAD.encode(plain));
            assert_eq!(ProductId::from_public(&encoded), None);
        }
        for odd in [
            "SHOE/RED",
            "50%OFF",
            "what?",
            "no#1",
            ".",
            "..",
            "~x",
            "Größe",
            "a+b",
            "\u{1f45f}",
        ] {
            let id = ProductId::parse(odd).unwrap();
            let public = id.public();
            let safe = |b: u8| b.is_ascii_alphanumeric() || b"~_-".contains(&b);
            assert!(public.bytes().all(safe), "{public}");
            assert_eq!(ProductId::from_public(&public), Some(id), "{public}");
            assert_eq!(ProductId::from_public(odd), None, "{odd}");
        }
        for none in ["", "~", "~!", "~YQ==", "~Zm9vIGJhcg", "a b"] {
            assert_eq!(ProductId::from_public(none), None, "{none}");
        }
    }

    #[test]
    fn an_id_cannot_forge_a_key() {
        assert!(UserId::parse("ana").is_some());
        for forged in ["", "ana#PROFILE", "a\u{0}", "é", &"x".repeat(65)] {
            assert_eq!(UserId::parse(forged), None, "{forged:?}");
        }
        assert!(ReviewId::parse("Trusted Shops/7").is_some());
        for forged in ["", "r#1", "r\u{0}", &"x".repeat(129)] {
            assert_eq!(ReviewId::parse(forged), None, "{forged:?}");
        }
    }
}
