//! Keys of what people do, and of how it is counted.

use domain::{
    engagement::{Heat, Thing},
    ids::{CommentId, NoticeId, PostId, UserId},
};
use ulid::Ulid;

use super::Key;

/// The shards of a thing lie under this many keys, so that no partition takes all.
pub const COUNT_PAGES: u64 = 8;

/// What `user` did at `post`.
pub fn acts(user: &UserId, post: PostId) -> Key {
    Key::new(acts_of(user), post.to_string())
}

/// The collection of what a person did; sort keys begin with the post's id.
pub fn acts_of(user: &UserId) -> String {
    format!("ACTS#{user}")
}

/// What `user` did at a comment.
pub fn acts_at_comment(user: &UserId, post: PostId, own: Ulid) -> Key {
    Key::new(acts_of(user), format!("{}{own}", acts_in(post)))
}

/// What the sort keys of what a person did at the comments of a post begin with.
pub fn acts_in(post: PostId) -> String {
    format!("C{post}#")
}

/// A comment, or a reply to one.
pub fn comment(comment: CommentId) -> Key {
    let of = comments_of(comment.post);
    match comment.parent {
        None => Key::new(of, said(comment.own)),
        Some(parent) => Key::new(of, format!("{}{}", answers_to(parent), comment.own)),
    }
}

/// The sort key of a comment at the top level.
pub fn said(own: Ulid) -> String {
    format!("{SAID}{own}")
}

/// What the sort keys of comments at the top level begin with.
pub const SAID: &str = "C#";

/// What the sort keys of the replies to a comment begin with.
pub fn answers_to(parent: Ulid) -> String {
    format!("R#{parent}#")
}

/// The collection of the comments of a post.
pub fn comments_of(post: PostId) -> String {
    format!("COMMENTS#{post}")
}

/// The best comments of a post that has very many.
pub fn best(post: PostId) -> Key {
    Key::new(comments_of(post), "TOP")
}

/// The item that holds a thing, with its counts.
pub fn thing(thing: &Thing) -> Key {
    match thing {
        Thing::Post(post) => super::post(*post),
        Thing::Person(user) => super::profile(user),
        Thing::Comment(id) => comment(*id),
        Thing::Product(product) => super::product(product),
    }
}

/// A shard of the counts of a thing, from the time at which it became so hot.
pub fn shard(thing: &Thing, heat: Heat, number: u64) -> Key {
    let page = shard_page(thing, number % COUNT_PAGES);
    Key::new(page, format!("{}#{number}", heat.generation))
}

/// One of the [`COUNT_PAGES`] partitions of a thing's shards.
pub fn shard_page(thing: &Thing, page: u64) -> String {
    format!("COUNTS#{thing}#{page}")
}

/// A notice in a person's inbox.
pub fn notice(user: &UserId, notice: NoticeId) -> Key {
    Key::new(inbox_of(user), notice.to_string())
}

/// Which notice of a person's the next act of this kind at this thing goes to.
pub fn open_notice(user: &UserId, kind: &str, subject: &str) -> Key {
    Key::new(inbox_of(user), format!("GROUP#{kind}#{subject}"))
}

/// Everybody of whom a notice tells.
pub fn told(user: &UserId, notice: NoticeId) -> Key {
    Key::new(inbox_of(user), format!("WHO#{notice}"))
}

/// The collection of a person's notices, and of what keeps them.
pub fn inbox_of(user: &UserId) -> String {
    format!("INBOX#{user}")
}

/// No notice's sort key is after this one, and nothing else's is before.
pub const NEWEST_NOTICE: &str = "7ZZZZZZZZZZZZZZZZZZZZZZZZZ";
