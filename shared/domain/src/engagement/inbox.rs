//! The inbox (ENGAGEMENT 42-44): what others did, in groups, as it is told to the one whom it concerns.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use ulid::Ulid;

use super::{Comment, Fact, Subject};
use crate::{
    ids::{NoticeId, PersonHash, UserId},
    people::Notify,
    shown::Onlooker,
};

/// A group names this many of its people, the newest.
pub const NEWEST: usize = 10;
/// A notice shows this many of its people.
pub const NAMED: usize = 3;
/// A group knows this many people; who comes after them is not counted.
const KNOWN: usize = 500;
/// For so long after its first act one more goes into the same group.
pub const WITHIN: SignedDuration = SignedDuration::from_hours(24);
/// For so long an inbox keeps what it tells.
pub const KEPT: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Unread notices are counted up to so many.
pub const UNREAD: u64 = 100;
/// So many former groups of a slot are remembered.
const FORMER: usize = 20;

/// What a notice tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NoticeKind {
    /// Smiles at a post, or at a comment.
    Smile,
    /// Comments on a post.
    Comment,
    /// Votes in a poll: how many, never who.
    Vote,
    /// Replies to a comment.
    Reply,
    /// Followers.
    Follow,
    /// A mention in a post or in a comment.
    Mention,
    /// An answer that was accepted.
    Accepted,
    /// A badge, given or taken.
    Badge,
    /// What a moderator, reports or the filter did to what one wrote.
    Moderation,
    /// What came of one's report.
    ReportDecided,
    /// What happens in the influencer programme.
    Programme,
    /// Posts by somebody whom one follows, of one day.
    Post,
}

impl NoticeKind {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Smile,
        Self::Comment,
        Self::Vote,
        Self::Reply,
        Self::Follow,
        Self::Mention,
        Self::Accepted,
        Self::Badge,
        Self::Moderation,
        Self::ReportDecided,
        Self::Programme,
        Self::Post,
    ];

    /// As the contract spells it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Smile => "smile",
            Self::Comment => "comment",
            Self::Vote => "vote",
            Self::Reply => "reply",
            Self::Follow => "follow",
            Self::Mention => "mention",
            Self::Accepted => "accepted",
            Self::Badge => "badge",
            Self::Moderation => "moderation",
            Self::ReportDecided => "report_decided",
            Self::Programme => "programme",
            Self::Post => "post",
        }
    }
}

/// As what somebody is told of a comment on a post by `author`, and of which subject: one act, one kind. `None` where it
/// does not concern them.
pub fn concerns(said: &Comment, who: &UserId, author: &UserId) -> Option<(NoticeKind, Subject)> {
    if said.mentions.values().any(|mentioned| mentioned == who) {
        return Some((NoticeKind::Mention, Subject::Comment(said.id)));
    }
    if let Some(answered) = said.id.answers()
        && said.under.as_ref() == Some(who)
    {
        return Some((NoticeKind::Reply, Subject::Comment(answered)));
    }
    (who == author).then_some((NoticeKind::Comment, Subject::Post(said.id.post)))
}

/// Where acts of one kind at one thing go: whose inbox, and which groups of it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Slot {
    /// Whose inbox.
    pub owner: UserId,
    /// What was done.
    pub kind: NoticeKind,
    /// At what.
    pub subject: Subject,
}

impl Slot {
    /// Whether its owner has switched on that they are told.
    pub fn is_on(&self, switches: Notify) -> bool {
        match (self.kind, &self.subject) {
            (NoticeKind::Smile | NoticeKind::Comment | NoticeKind::Vote, Subject::Post(_)) => {
                switches.posts
            }
            (NoticeKind::Smile | NoticeKind::Comment | NoticeKind::Vote, _)
            | (NoticeKind::Reply, _) => switches.replies,
            (NoticeKind::Post, _) => switches.follows,
            (
                NoticeKind::Follow
                | NoticeKind::Mention
                | NoticeKind::Accepted
                | NoticeKind::Badge
                | NoticeKind::Moderation
                | NoticeKind::ReportDecided
                | NoticeKind::Programme,
                _,
            ) => true,
        }
    }
}

/// A group of an inbox, as it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// Which, and where it stands: after all that began before.
    pub id: NoticeId,
    /// What was done.
    pub kind: NoticeKind,
    /// At what.
    pub subject: Subject,
    /// What is told, where that names nobody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fact: Option<Fact>,
    /// How many people did so, up to 500.
    pub n: u64,
    /// The last of them, up to ten, newest first. Taking back makes it shorter.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub newest: Vec<UserId>,
    /// Whether all of them stand in an item beside it: there were more than it names.
    #[serde(default, skip_serializing_if = "is_false")]
    pub spilled: bool,
    /// Whether somebody came when it knew as many as it can.
    #[serde(default, skip_serializing_if = "is_false")]
    pub more: bool,
    /// How often it was changed.
    #[serde(default)]
    pub edition: u64,
    /// When the sweep takes it.
    pub expires_at: i64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(flag: &bool) -> bool {
    !*flag
}

/// When what was first told then is kept no longer.
fn swept(from: Timestamp) -> i64 {
    from.as_second() + KEPT.as_secs()
}

impl NoticeId {
    /// When what it tells began.
    pub fn time(self) -> Timestamp {
        let ms = i64::try_from(self.0.timestamp_ms()).unwrap_or(i64::MAX);
        Timestamp::from_millisecond(ms).unwrap_or(Timestamp::MAX)
    }

    /// The first id of what began then.
    pub fn start_of(at: Timestamp) -> Self {
        let ms = u64::try_from(at.as_millisecond()).unwrap_or_default();
        Self(Ulid::from_parts(ms, 0))
    }

    /// The one after it.
    pub fn next(self) -> Self {
        Self(Ulid(self.0.0.saturating_add(1)))
    }

    /// That of what began then, the same whenever it is asked for.
    fn of(at: Timestamp, said: &str) -> Self {
        let digest = Sha256::digest(said);
        let random = digest.iter().take(10);
        let random = random.fold(0, |all, byte| (all << 8) | u128::from(*byte));
        Self(Ulid(Self::start_of(at).0.0 | random))
    }
}

impl Notice {
    /// A group that begins with this act, nobody in it yet. It stands after what its owner has read: what is told late
    /// is not read for all that.
    pub fn begun(slot: &Slot, actor: &UserId, at: Timestamp, read_to: Option<NoticeId>) -> Self {
        Self::beginning(slot, actor.as_str(), at, read_to)
    }

    /// What begins a group, by whatever tells it apart from others of its slot and time.
    fn beginning(slot: &Slot, with: &str, at: Timestamp, read_to: Option<NoticeId>) -> Self {
        let next = read_to.map(|read| read.time() + SignedDuration::from_millis(1));
        let at = next.map_or(at, |next| at.max(next));
        let said = format!("{} {} {with}", slot.kind.name(), slot.subject);
        Self {
            id: NoticeId::of(at, &said),
            kind: slot.kind,
            subject: slot.subject.clone(),
            fact: None,
            n: 0,
            newest: Vec::new(),
            spilled: false,
            more: false,
            edition: 0,
            expires_at: swept(at),
        }
    }

    /// A fact about its owner, of that time.
    pub fn of(slot: &Slot, fact: Fact, at: Timestamp, read_to: Option<NoticeId>) -> Self {
        let begun = Self::beginning(slot, &fact.tag(), at, read_to);
        Self {
            fact: Some(fact),
            ..begun
        }
    }

    /// The person whom its owner reported, where it tells what came of that.
    pub fn reported(&self) -> Option<&UserId> {
        match (&self.subject, self.kind) {
            (Subject::Person(person), NoticeKind::ReportDecided) => Some(person),
            _ => None,
        }
    }

    /// Whether its owner has read it.
    pub fn is_read(&self, read_to: Option<NoticeId>) -> bool {
        Some(self.id) <= read_to
    }

    /// Whether an act of that time is too late for it, read or not.
    pub fn is_over(&self, at: Timestamp) -> bool {
        at.duration_since(self.id.time()) >= WITHIN
    }

    /// Whether it tells the onlooker, whose inbox it is in, of anybody whom they come across; or names nobody.
    pub fn tells(&self, onlooker: &Onlooker) -> bool {
        self.newest.is_empty() || self.newest.iter().any(|actor| onlooker.wants(actor))
    }

    /// Whom it tells the onlooker of; `everybody` are those who stand beside it. `None` where there is nobody whom they
    /// come across.
    pub fn people(&self, onlooker: &Onlooker, everybody: &BTreeSet<PersonHash>) -> Option<People> {
        if !self.tells(onlooker) {
            return None;
        }
        let newest = self.newest.iter().filter(|actor| onlooker.wants(actor));
        let newest: Vec<_> = newest.cloned().collect();
        let total = if self.spilled {
            let rules = onlooker.rules();
            let out = everybody.iter().filter(|who| rules.keep_out(**who)).count();
            self.n.saturating_sub(out as u64).max(newest.len() as u64)
        } else {
            newest.len() as u64
        };
        let more = self.more || self.n >= KNOWN as u64;
        Some(People {
            newest,
            total,
            more,
        })
    }
}

/// Whom a notice tells of, to one who comes across them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct People {
    /// The newest, newest first.
    pub newest: Vec<UserId>,
    /// How many in all.
    pub total: u64,
    /// Whether there are more than are known.
    pub more: bool,
}

/// A group with everybody in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// What is kept of it in the inbox.
    pub notice: Notice,
    /// Everybody, where there were more than it names.
    pub everybody: BTreeSet<PersonHash>,
}

impl Group {
    /// Whether this person is in it.
    pub fn holds(&self, actor: &UserId) -> bool {
        self.notice.newest.contains(actor) || self.everybody.contains(&actor.hash())
    }

    /// Takes in somebody who is not in it.
    pub fn join(&mut self, actor: &UserId) {
        let notice = &mut self.notice;
        if notice.n >= KNOWN as u64 {
            notice.more = true;
        } else {
            notice.n += 1;
            if !notice.spilled && notice.newest.len() >= NEWEST {
                notice.spilled = true;
                self.everybody = notice.newest.iter().map(UserId::hash).collect();
            }
            if notice.spilled {
                self.everybody.insert(actor.hash());
            }
        }
        notice.newest.insert(0, actor.clone());
        notice.newest.truncate(NEWEST);
    }

    /// Lets somebody go who is in it.
    pub fn leave(&mut self, actor: &UserId) {
        let notice = &mut self.notice;
        let named = notice.newest.contains(actor);
        notice.newest.retain(|other| other != actor);
        let counted = if notice.spilled {
            self.everybody.remove(&actor.hash())
        } else {
            named
        };
        if counted {
            notice.n = notice.n.saturating_sub(1);
        }
    }

    /// Whether there is nobody left.
    pub fn is_empty(&self) -> bool {
        self.notice.n == 0 && self.notice.newest.is_empty()
    }
}

/// Which group of a slot the next act goes into, and which it had before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pointer {
    /// The last one.
    pub group: NoticeId,
    /// When it was made: acts of before may stand in a former one.
    pub opened_at: Timestamp,
    /// Those before it, newest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub former: Vec<NoticeId>,
    /// When the sweep takes it.
    pub expires_at: i64,
}

impl Pointer {
    /// To a group that is made now, after the one that was pointed to.
    pub fn to(group: NoticeId, now: Timestamp, before: Option<&Self>) -> Self {
        let before = before.into_iter();
        let former = before.flat_map(|before| [&before.group].into_iter().chain(&before.former));
        Self {
            group,
            opened_at: now,
            former: former.take(FORMER).copied().collect(),
            expires_at: swept(group.time()),
        }
    }

    /// The groups in which an act of that time may stand besides the last; of an act that is taken back, any.
    pub fn others(&self, at: Option<Timestamp>) -> &[NoticeId] {
        match at {
            Some(at) if at >= self.opened_at => &[],
            _ => &self.former,
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::{
        ids::{CommentId, PostId},
        people::Rules,
    };

    pub(in super::super) fn person(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    fn slot() -> Slot {
        Slot {
            owner: person("ana"),
            kind: NoticeKind::Smile,
            subject: Subject::Post(PostId(Ulid::from_parts(7, 7))),
        }
    }

    pub(in super::super) fn at(ms: i64) -> Timestamp {
        Timestamp::from_millisecond(1_700_000_000_000 + ms).unwrap()
    }

    pub(in super::super) fn of(people: usize) -> Group {
        let notice = Notice::begun(&slot(), &person("p0"), at(0), None);
        let mut group = Group {
            notice,
            everybody: BTreeSet::new(),
        };
        for n in 0..people {
            assert!(!group.holds(&person(&format!("p{n}"))));
            group.join(&person(&format!("p{n}")));
        }
        group
    }

    #[test]
    fn a_group_counts_everybody_and_names_the_newest_ten() {
        for people in [1, 9, 10, 11, 200] {
            let group = of(people);
            assert_eq!(group.notice.n, people as u64);
            assert_eq!(group.notice.newest.len(), people.min(NEWEST));
            assert_eq!(group.notice.newest[0], person(&format!("p{}", people - 1)));
            assert_eq!(group.notice.spilled, people > NEWEST);
            assert!((0..people).all(|n| group.holds(&person(&format!("p{n}")))));
            assert!(!group.holds(&person("else")));
        }
    }

    #[test]
    fn who_takes_it_back_is_out_of_a_group_and_the_last_one_empties_it() {
        for people in [1, 10, 11, 30] {
            let mut group = of(people);
            for n in 0..people {
                let who = person(&format!("p{n}"));
                assert!(!group.is_empty());
                group.leave(&who);
                assert!(!group.holds(&who));
                assert_eq!(group.notice.n, (people - n - 1) as u64);
            }
            assert!(group.is_empty());
        }
    }

    #[test]
    fn a_group_knows_five_hundred_and_says_that_there_are_more() {
        let onlooker = Onlooker::new(person("ana"), Rules::default());
        let mut group = of(499);
        let told = |group: &Group| group.notice.people(&onlooker, &group.everybody).unwrap();
        assert!(!told(&group).more);
        for n in 499..503 {
            group.join(&person(&format!("p{n}")));
            assert_eq!((told(&group).total, told(&group).more), (500, true));
        }
        assert_eq!(group.notice.newest[0], person("p502"));
        assert_eq!(group.everybody.len(), 500);
        group.leave(&person("p502"));
        assert_eq!(told(&group).total, 500);
        group.leave(&person("p3"));
        assert_eq!((told(&group).total, told(&group).more), (499, true));
    }

    #[test]
    fn whom_one_does_not_come_across_is_neither_named_nor_counted() {
        let rules = Rules {
            blocks: [person("p0").hash()].into(),
            blocked_by: [person("p1").hash()].into(),
            mutes: [person("p29").hash()].into(),
            ..Rules::default()
        };
        let onlooker = Onlooker::new(person("ana"), rules);
        let group = of(30);
        let told = group.notice.people(&onlooker, &group.everybody).unwrap();
        assert_eq!(told.total, 27);
        assert_eq!(told.newest[0], person("p28"));
        let group = of(2);
        assert!(group.notice.people(&onlooker, &group.everybody).is_none());
        let group = of(3);
        let told = group.notice.people(&onlooker, &group.everybody).unwrap();
        assert_eq!((told.total, told.newest), (1, vec![person("p2")]));
    }

    #[test]
    fn a_group_begins_where_its_first_act_stands_and_after_what_is_read() {
        let begun = |read| Notice::begun(&slot(), &person("ben"), at(5), read);
        let first = begun(None);
        assert_eq!(first.id.time(), at(5));
        assert_eq!(begun(None).id, first.id);
        assert!(!first.is_read(None) && first.is_read(Some(first.id)));
        let late = begun(Some(NoticeId::start_of(at(9))));
        assert_eq!(late.id.time(), at(10));
        assert!(!late.is_read(Some(NoticeId::start_of(at(9)))));
        assert!(!first.is_over(at(5) + WITHIN - SignedDuration::from_millis(1)));
        assert!(first.is_over(at(5) + WITHIN));
    }

    #[test]
    fn a_pointer_remembers_where_acts_of_before_may_stand() {
        let id = |ms| NoticeId::start_of(at(ms));
        let first = Pointer::to(id(1), at(2), None);
        let second = Pointer::to(id(5), at(6), Some(&first));
        let third = Pointer::to(id(8), at(9), Some(&second));
        assert_eq!(third.others(None), [id(5), id(1)]);
        assert_eq!(third.others(Some(at(8))), [id(5), id(1)]);
        assert_eq!(third.others(Some(at(9))), []);
        assert_eq!(first.others(None), []);
        let mut long = first;
        for ms in 10..60 {
            long = Pointer::to(id(ms), at(ms), Some(&long));
        }
        assert_eq!(long.former.len(), FORMER);
    }

    #[test]
    fn each_switch_turns_off_what_it_is_for() {
        let slot = |kind| Slot { kind, ..slot() };
        let off = Notify::default();
        let on = |kind, switches| slot(kind).is_on(switches);
        let posts = Notify { posts: true, ..off };
        let replies = Notify {
            replies: true,
            ..off
        };
        let follows = Notify {
            follows: true,
            ..off
        };
        for kind in [NoticeKind::Smile, NoticeKind::Comment, NoticeKind::Vote] {
            assert!(on(kind, posts) && !on(kind, replies) && !on(kind, follows));
        }
        assert!(on(NoticeKind::Reply, replies) && !on(NoticeKind::Reply, posts));
        assert!(on(NoticeKind::Post, follows) && !on(NoticeKind::Post, posts));
        for kind in [
            NoticeKind::Follow,
            NoticeKind::Mention,
            NoticeKind::Accepted,
            NoticeKind::Badge,
            NoticeKind::Moderation,
            NoticeKind::ReportDecided,
        ] {
            assert!(on(kind, off));
        }
        let names: BTreeSet<_> = NoticeKind::ALL.map(NoticeKind::name).into();
        assert_eq!(names.len(), NoticeKind::ALL.len());
        for kind in NoticeKind::ALL {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.name());
        }
    }

    #[test]
    fn a_comment_concerns_each_once_as_a_mention_rather_than_a_reply_rather_than_a_comment() {
        let [ana, ben, cleo, dora] =
            ["ana", "ben", "cleo", "dora"].map(|id| UserId::parse(id).unwrap());
        let post = PostId(Ulid::from_parts(7, 7));
        let (top, own) = (Ulid::from_parts(8, 8), Ulid::from_parts(9, 9));
        let parent = Some(top);
        let id = CommentId { post, parent, own };
        let reply = |under: &UserId, mentions: &[&UserId]| Comment {
            under: Some(under.clone()),
            mentions: mentions
                .iter()
                .map(|who| (who.to_string(), (*who).clone()))
                .collect(),
            ..Comment::new(id, dora.clone(), "Hm".to_owned(), Timestamp::UNIX_EPOCH)
        };
        let kinds = |comment: &Comment| {
            [&ana, &ben, &cleo].map(|who| concerns(comment, who, &ana).map(|(kind, _)| kind))
        };
        let (comment, reply_to, mention) = (
            Some(NoticeKind::Comment),
            Some(NoticeKind::Reply),
            Some(NoticeKind::Mention),
        );
        assert_eq!(kinds(&reply(&ben, &[])), [comment, reply_to, None]);
        assert_eq!(kinds(&reply(&ana, &[])), [reply_to, None, None]);
        assert_eq!(
            kinds(&reply(&ben, &[&ben, &cleo])),
            [comment, mention, mention]
        );
        assert_eq!(kinds(&reply(&ana, &[&ana])), [mention, None, None]);
        let to = concerns(&reply(&ben, &[]), &ben, &ana).unwrap().1;
        assert_eq!(to, Subject::Comment(CommentId::top(post, top)));
    }
}
