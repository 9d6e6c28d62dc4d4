//! What can be reported, and decided on.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::ids::{CommentId, PostId, UserId};

/// A thing of somebody's that others see, or a person.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A post.
    Post(PostId),
    /// A comment, or a reply to one.
    Comment(CommentId),
    /// A person, with what they say of themselves.
    Person(UserId),
}

impl Subject {
    /// What the contract calls its kind.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Post(_) => "post",
            Self::Comment(_) => "comment",
            Self::Person(_) => "user",
        }
    }

    /// The post that it is, or is said of.
    pub fn post(&self) -> Option<PostId> {
        match self {
            Self::Post(post) => Some(*post),
            Self::Comment(comment) => Some(comment.post),
            Self::Person(_) => None,
        }
    }

    /// The subject that is spelled so.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, id) = text.split_once(':')?;
        match kind {
            "post" => id.parse().ok().map(Self::Post),
            "comment" => id.parse().ok().map(Self::Comment),
            "user" => UserId::parse(id).map(Self::Person),
            _ => None,
        }
    }
}

impl fmt::Display for Subject {
    /// As keys spell it, without `#`: the kind, and the id in its one safe spelling.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Post(post) => write!(f, "{}:{post}", self.kind()),
            Self::Comment(comment) => write!(f, "{}:{comment}", self.kind()),
            Self::Person(user) => write!(f, "{}:{user}", self.kind()),
        }
    }
}

impl Serialize for Subject {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Subject {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("no subject"))
    }
}

#[cfg(test)]
mod tests {
    use ulid::Ulid;

    use super::*;

    #[test]
    fn a_subject_is_read_as_it_is_spelled() {
        let post = Subject::Post(PostId(Ulid::from_parts(7, 7)));
        let person = Subject::Person(UserId::parse("Khz7TtxGdApEIxhTZeGt4w").unwrap());
        let top = CommentId::top(PostId(Ulid::from_parts(7, 7)), Ulid::from_parts(8, 8));
        let comment = Subject::Comment(top);
        assert_eq!(comment.post(), post.post());
        for subject in [post, comment, person] {
            let spelled = subject.to_string();
            assert!(!spelled.contains('#'), "{spelled}");
            assert_eq!(Subject::parse(&spelled), Some(subject));
        }
        for none in ["post", "post:x", "user:", "list:1"] {
            assert_eq!(Subject::parse(none), None, "{none}");
        }
    }
}
