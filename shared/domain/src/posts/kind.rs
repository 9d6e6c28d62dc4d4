//! Kinds of post, and what each must and must not carry (PRODUCT §3.1).

use serde::{Deserialize, Serialize};

/// What kind of post it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PostKind {
    /// Text, with photos or without.
    Story,
    /// At least one photo.
    Photo,
    /// A review that its author wrote in the store.
    Review,
    /// An address of the web.
    Link,
    /// A question with two to four answers to vote for.
    Poll,
    /// A text that asks for comments.
    Question,
}

/// Which parts a post has. Photos, products and topics may be in a post of any kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Parts {
    /// A text that is not blank.
    pub text: bool,
    /// At least one photo of its own; those of a poll's options are not counted.
    pub photos: bool,
    /// A link.
    pub link: bool,
    /// A poll.
    pub poll: bool,
    /// A review.
    pub review: bool,
}

impl PostKind {
    /// All of them, in the order in which they are listed for people.
    pub const ALL: [Self; 6] = [
        Self::Story,
        Self::Photo,
        Self::Review,
        Self::Link,
        Self::Poll,
        Self::Question,
    ];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Story => "story",
            Self::Photo => "photo",
            Self::Review => "review",
            Self::Link => "link",
            Self::Poll => "poll",
            Self::Question => "question",
        }
    }

    /// The kind of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// What is wrong with a post of this kind that has these parts: the field, and why.
    pub fn faults(self, parts: Parts) -> Vec<(&'static str, &'static str)> {
        let mut faults = Vec::new();
        match self {
            Self::Story if !parts.text && !parts.photos => {
                faults.push(("text", "a story needs a text or a photo"));
            }
            Self::Question if !parts.text => faults.push(("text", "a question needs a text")),
            Self::Photo if !parts.photos => {
                faults.push(("photos", "a photo post needs at least one"));
            }
            Self::Story | Self::Question | Self::Photo => {}
            Self::Link | Self::Poll | Self::Review => {}
        }
        let own = [
            ("link", Self::Link, parts.link),
            ("poll", Self::Poll, parts.poll),
            ("review_id", Self::Review, parts.review),
        ];
        for (field, kind, there) in own {
            if kind == self && !there {
                faults.push((field, "is required for a post of this kind"));
            } else if kind != self && there {
                faults.push((field, "belongs to posts of another kind"));
            }
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(kind: PostKind, parts: Parts) -> Vec<&'static str> {
        let faults = kind.faults(parts);
        faults.into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn each_kind_needs_what_makes_it_one() {
        let needed = [
            (PostKind::Story, "text"),
            (PostKind::Photo, "photos"),
            (PostKind::Review, "review_id"),
            (PostKind::Link, "link"),
            (PostKind::Poll, "poll"),
            (PostKind::Question, "text"),
        ];
        for (kind, field) in needed {
            assert_eq!(fields(kind, Parts::default()), [field], "{kind:?}");
        }
    }

    #[test]
    fn what_makes_one_kind_is_refused_to_all_others() {
        let all = Parts {
            text: true,
            photos: true,
            link: true,
            poll: true,
            review: true,
        };
        for kind in PostKind::ALL {
            let own = match kind {
                PostKind::Review => "review_id",
                PostKind::Link => "link",
                PostKind::Poll => "poll",
                PostKind::Story | PostKind::Photo | PostKind::Question => "",
            };
            let others = ["link", "poll", "review_id"];
            let others: Vec<_> = others.into_iter().filter(|field| *field != own).collect();
            assert_eq!(fields(kind, all), others, "{kind:?}");
        }
    }

    #[test]
    fn a_kind_has_one_name() {
        for kind in PostKind::ALL {
            assert_eq!(PostKind::named(kind.name()), Some(kind));
            let stored = serde_json::to_value(kind).unwrap();
            assert_eq!(stored, kind.name());
        }
        assert_eq!(PostKind::named("poem"), None);
    }
}
