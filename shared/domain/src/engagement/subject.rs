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

/// A subject as people name it, as far as it can be told without looking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// A post.
    Post(PostId),
    /// A comment.
    Comment(CommentId),
    /// Whoever may have this handle.
    Handle(String),
    /// What cannot be: its id is none.
    Nothing,
}

/// What is wrong with a name: where in it, and why.
pub type Faults = Vec<(&'static str, &'static str)>;

impl Named {
    /// What is named by this kind and id.
    ///
    /// # Errors
    /// Says all that is wrong, for the person who named it.
    pub fn read(kind: Option<&str>, id: Option<&str>) -> Result<Self, Faults> {
        let mut faults = Faults::new();
        match kind {
            Some("post" | "comment" | "user") => {}
            Some(_) => faults.push(("/type", "is none of post, comment, user")),
            None => faults.push(("/type", "is required")),
        }
        let Some(id) = id else {
            faults.push(("/id", "is required"));
            return Err(faults);
        };
        match kind {
            Some("post") => Ok(id.parse().map_or(Self::Nothing, Self::Post)),
            Some("comment") => Ok(id.parse().map_or(Self::Nothing, Self::Comment)),
            Some("user") => Ok(Self::Handle(id.to_owned())),
            Some(_) | None => Err(faults),
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
        let named = |kind: &str, id: &str| Named::read(Some(kind), Some(id));
        assert_eq!(
            named("post", &top.post.to_string()),
            Ok(Named::Post(top.post))
        );
        assert_eq!(named("comment", &top.to_string()), Ok(Named::Comment(top)));
        assert_eq!(named("user", "ana"), Ok(Named::Handle("ana".to_owned())));
        assert_eq!(named("post", "ana"), Ok(Named::Nothing));
        let faults = |kind, id| {
            let faults = Named::read(kind, id).unwrap_err().into_iter();
            faults.map(|(pointer, _)| pointer).collect::<Vec<_>>()
        };
        assert_eq!(faults(None, None), ["/type", "/id"]);
        assert_eq!(faults(Some("list"), Some("1")), ["/type"]);
        for none in ["post", "post:x", "user:", "list:1"] {
            assert_eq!(Subject::parse(none), None, "{none}");
        }
    }
}
