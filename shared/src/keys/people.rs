//! Keys of people, of whom they follow, and of what they are interested in.

use domain::{
    feeds::HashRange,
    ids::{ExportId, PersonHash, TopicId, UserId},
    people::Handle,
};
use jiff::Timestamp;

use super::Key;

/// A person who has joined.
pub fn profile(user: &UserId) -> Key {
    Key::new(format!("USER#{user}"), "PROFILE")
}

/// What a person has earned by what they shared, and whether that gives them the badge.
pub fn badge(user: &UserId) -> Key {
    Key::new(format!("USER#{user}"), "BADGE")
}

/// What a person wants more and less of.
pub fn taste(user: &UserId) -> Key {
    Key::new(format!("USER#{user}"), "TASTE")
}

/// Which sponsored posts a person was shown today.
pub fn ads(user: &UserId) -> Key {
    Key::new(format!("USER#{user}"), "ADS")
}

/// Whom a person blocks and mutes, and who blocks them.
pub fn rules(user: &UserId) -> Key {
    Key::new(format!("USER#{user}"), RULES)
}

/// What a person's stream goes by.
pub fn history(user: &UserId) -> Key {
    Key::new(format!("USER#{user}"), "HISTORY")
}

/// What the sort keys of a person's rules begin with.
pub const RULES: &str = "RULES";

/// One of the 64 pages of the rules of a person in which very many stand.
pub fn rules_page(user: &UserId, other: PersonHash) -> Key {
    let page = other.0[0] % 64;
    Key::new(format!("USER#{user}"), format!("{RULES}#{page}"))
}

/// That `user` blocks `other`.
pub fn blocked(user: &UserId, other: &UserId) -> Key {
    Key::new(blocked_by(user), other.as_str())
}

/// The collection of whom a person blocks.
pub fn blocked_by(user: &UserId) -> String {
    format!("BLOCKED#{user}")
}

/// That `user` mutes `other`.
pub fn muted(user: &UserId, other: &UserId) -> Key {
    Key::new(muted_by(user), other.as_str())
}

/// The collection of whom a person mutes.
pub fn muted_by(user: &UserId) -> String {
    format!("MUTED#{user}")
}

/// That an account is being deleted, and how far that has come.
pub fn deletion(user: &UserId) -> Key {
    Key::new(format!("DELETION#{user}"), "JOB")
}

/// An export of an account.
pub fn export(user: &UserId, export: ExportId) -> Key {
    Key::new(exports_of(user), export.to_string())
}

/// Which export of a person's is not finished.
pub fn unfinished_export(user: &UserId) -> Key {
    Key::new(exports_of(user), "UNFINISHED")
}

/// The collection of a person's exports.
pub fn exports_of(user: &UserId) -> String {
    format!("EXPORTS#{user}")
}

/// The claim on a handle, whatever its case.
pub fn handle(handle: &Handle) -> Key {
    Key::new(format!("HANDLE#{}", handle.folded()), "HANDLE")
}

/// That `reader` follows `author`, as the reader sees it.
pub fn follows(reader: &UserId, author: &UserId) -> Key {
    Key::new(follows_of(reader), author.as_str())
}

/// The collection of whom a reader follows.
pub fn follows_of(reader: &UserId) -> String {
    format!("FOLLOWS#{reader}")
}

/// That posts of `author` are pushed to `reader`.
pub fn fan(author: &UserId, reader: &UserId) -> Key {
    Key::new(fans_of(author), spread(reader))
}

/// The collection of those whom an author's posts are pushed to.
pub fn fans_of(author: &UserId) -> String {
    format!("FANS#{author}")
}

/// That `reader` pulls the posts of `author`.
pub fn pull(author: &UserId, reader: &UserId) -> Key {
    Key::new(pulls_of(author), spread(reader))
}

/// The collection of those who pull an author's posts.
pub fn pulls_of(author: &UserId) -> String {
    format!("PULLS#{author}")
}

/// The sort key of a reader among those of an author: four digits of their hash before the id, so that any author's
/// readers are cut into equal parts unread.
pub fn spread(reader: &UserId) -> String {
    format!("{}{reader}", digits(reader.hash().slot()))
}

/// The reader of such a sort key.
pub fn parse_spread(sk: &str) -> Option<UserId> {
    let reader = UserId::parse(sk.get(SLOT_DIGITS..)?)?;
    (spread(&reader) == sk).then_some(reader)
}

/// The sort keys of the readers in a part, from the first to the last; `None` of a part without slots.
pub fn spread_in(range: HashRange) -> Option<(String, String)> {
    let slots = range.slots();
    let last = slots
        .end
        .checked_sub(1)
        .filter(|last| slots.contains(last))?;
    // No id has a character above `~`.
    Some((digits(slots.start), format!("{}~", digits(last))))
}

/// So many digits are a slot.
const SLOT_DIGITS: usize = 4;

/// A slot in base 32: Crockford's digits, whose text order is that of the numbers.
fn digits(slot: u32) -> String {
    const DIGITS: [char; 32] = [
        '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H',
        'J', 'K', 'M', 'N', 'P', 'Q', 'R', 'S', 'T', 'V', 'W', 'X', 'Y', 'Z',
    ];
    let digit = |place: usize| DIGITS[(slot >> (5 * (SLOT_DIGITS - 1 - place))) as usize % 32];
    (0..SLOT_DIGITS).map(digit).collect()
}

/// One of the 16 pages of whom a reader follows: that of this author.
pub fn following(reader: &UserId, author: PersonHash) -> Key {
    following_page(reader, author.0[0] >> 4)
}

/// All of them.
pub fn following_pages(reader: &UserId) -> impl Iterator<Item = Key> {
    (0..16).map(|page| following_page(reader, page))
}

fn following_page(reader: &UserId, page: u8) -> Key {
    Key::new(own(reader), format!("{FOLLOWING}{page:x}"))
}

/// What the sort keys of whom a reader follows begin with.
pub const FOLLOWING: &str = "FOLLOWING#";

/// How often a reader opens their feed.
pub fn rate(reader: &UserId) -> Key {
    Key::new(own(reader), "RATE")
}

/// The collection of everything that a reader's feed goes by.
pub fn own(reader: &UserId) -> String {
    format!("USER#{reader}")
}

/// That a person chose a topic; the latest to join come last.
pub fn interested(topic: &TopicId, joined_at: Timestamp, user: &UserId) -> Key {
    Key::new(interested_in(topic), format!("{joined_at:.3}#{user}"))
}

/// The collection of those who chose a topic.
pub fn interested_in(topic: &TopicId) -> String {
    format!("INTERESTED#{topic}")
}
