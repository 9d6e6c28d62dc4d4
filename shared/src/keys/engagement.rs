//! Keys of what people do, and of how it is counted.

use domain::{
    engagement::{Heat, Thing},
    ids::{NoticeId, PostId, UserId},
};

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

/// The item that holds a thing, with its counts.
pub fn thing(thing: &Thing) -> Key {
    match thing {
        Thing::Post(post) => super::post(*post),
        Thing::Person(user) => super::profile(user),
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
