//! The inbox as its owner is told of it: people and posts that they come across (ENGAGEMENT 44).

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap},
};

use ulid::Ulid;

use super::{
    Fact, Subject,
    inbox::{NAMED, Notice, NoticeKind, People},
};
use crate::{
    feeds::{Delivered, Position},
    ids::{NoticeId, PostId, UserId},
    people::Profile,
    posts::Post,
    shown::{Onlooker, Shown},
};

/// A notice as its owner is told of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Told {
    /// Which.
    pub id: NoticeId,
    /// What was done.
    pub kind: NoticeKind,
    /// At what.
    pub subject: Subject,
    /// What is told, where that names nobody.
    pub fact: Option<Fact>,
    /// Of a report on a person: them.
    pub person: Option<Shown<Profile>>,
    /// Who did so last, newest first.
    pub actors: Vec<Shown<Profile>>,
    /// How many others did.
    pub others: u64,
    /// Whether there are more than are known.
    pub more: bool,
    /// Whether its owner has read it.
    pub read: bool,
}

impl Told {
    /// A notice of these people, of whom those who are still there have profiles: all of the newest are looked for, until
    /// there are as many as are named. `None` where none of them is there any more.
    pub fn of(
        notice: &Notice,
        people: &People,
        profiles: &HashMap<UserId, Profile>,
        onlooker: &Onlooker,
        read_to: Option<NoticeId>,
    ) -> Option<Self> {
        let (mut actors, mut total) = (Vec::new(), people.total);
        if notice.kind != NoticeKind::Vote {
            for actor in &people.newest {
                if actors.len() == NAMED {
                    break;
                }
                let profile = profiles.get(actor).cloned();
                match profile.and_then(|profile| onlooker.meets(profile)) {
                    Some(profile) => actors.push(profile),
                    None => total = total.saturating_sub(1),
                }
            }
            if actors.is_empty() && !notice.newest.is_empty() {
                return None;
            }
        }
        Some(Self {
            id: notice.id,
            kind: notice.kind,
            subject: notice.subject.clone(),
            fact: notice.fact.clone(),
            person: reported(notice, profiles),
            others: total.saturating_sub(actors.len() as u64),
            actors,
            more: people.more,
            read: notice.is_read(read_to),
        })
    }
}

/// The person of a notice about a report on them, whoever blocks whom: its reader named them.
fn reported(notice: &Notice, profiles: &HashMap<UserId, Profile>) -> Option<Shown<Profile>> {
    let person = notice.reported()?;
    profiles.get(person).cloned().map(Shown::by_rule)
}

/// Posts of one day by somebody whom one follows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Day {
    /// Which: where its first post stands.
    pub id: NoticeId,
    /// Whose.
    pub author: UserId,
    /// Newest first.
    pub posts: Vec<PostId>,
}

impl Day {
    /// The days of a timeline, newest first, of its posts by these people whom the onlooker comes across.
    pub fn of(
        timeline: impl IntoIterator<Item = Delivered>,
        followees: &BTreeSet<UserId>,
        onlooker: &Onlooker,
    ) -> Vec<Self> {
        let wanted = followees.iter().filter(|author| onlooker.wants(author));
        let wanted: HashMap<_, _> = wanted.map(|author| (author.hash(), author)).collect();
        let mut days: BTreeMap<(i64, &UserId), Vec<Position>> = BTreeMap::new();
        for Delivered { at, author } in timeline {
            if let Some(author) = wanted.get(&author) {
                let day = at.published_at.as_second().div_euclid(24 * 60 * 60);
                days.entry((day, author)).or_default().push(at);
            }
        }
        let days = days.into_iter().filter_map(|((_, author), mut posts)| {
            posts.sort_by_key(|at| Reverse(*at));
            Some(Self {
                id: Self::id(*posts.last()?),
                author: author.clone(),
                posts: posts.iter().map(|at| at.post).collect(),
            })
        });
        let mut days: Vec<_> = days.collect();
        days.sort_by_key(|day| Reverse(day.id));
        days
    }

    /// The id of a day that begins with this post.
    pub fn id(first: Position) -> NoticeId {
        let start = NoticeId::start_of(first.published_at);
        NoticeId(Ulid(start.0.0 | first.post.0.random()))
    }

    /// As its reader is told of it, with those of its posts that they find and its author, if there are any.
    pub fn told(
        &self,
        found: &HashMap<PostId, Shown<Post>>,
        author: Option<Profile>,
        onlooker: &Onlooker,
        read_to: Option<NoticeId>,
    ) -> Option<Told> {
        let newest = self.posts.iter().find(|post| found.contains_key(post))?;
        Some(Told {
            id: self.id,
            kind: NoticeKind::Post,
            subject: Subject::Post(*newest),
            fact: None,
            person: None,
            actors: vec![onlooker.meets(author?)?],
            others: 0,
            more: false,
            read: Some(self.id) <= read_to,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::inbox::tests::{at, of, person};
    use super::*;
    use crate::people::Rules;

    #[test]
    fn who_is_not_there_any_more_is_neither_named_nor_counted() {
        let onlooker = Onlooker::new(person("ana"), Rules::default());
        let group = of(6);
        let people = group.notice.people(&onlooker, &group.everybody).unwrap();
        let profile = |id: &str| {
            let handle = crate::people::Handle::parse(id).unwrap();
            let profile = Profile::new(person(id), handle, id.to_owned(), BTreeSet::new(), at(0));
            (person(id), profile)
        };
        let told = |there: &[&str]| {
            let profiles = there.iter().map(|id| profile(id)).collect();
            Told::of(&group.notice, &people, &profiles, &onlooker, None)
        };
        let all = told(&["p5", "p4", "p3"]).unwrap();
        assert_eq!((all.actors.len(), all.others), (3, 3));
        let some = told(&["p5", "p3", "p2"]).unwrap();
        let named: Vec<_> = some.actors.iter().map(|actor| actor.id.clone()).collect();
        assert_eq!(named, [person("p5"), person("p3"), person("p2")]);
        assert_eq!(some.others, 2);
        let last = told(&["p0"]).unwrap();
        assert_eq!((last.actors.len(), last.others), (1, 0));
        assert_eq!(told(&[]), None);
        let vote = Notice {
            kind: NoticeKind::Vote,
            ..group.notice.clone()
        };
        let vote = Told::of(&vote, &people, &HashMap::new(), &onlooker, None).unwrap();
        assert_eq!((vote.actors.len(), vote.others), (0, 6));
    }

    #[test]
    fn posts_are_told_by_author_and_day_from_the_first_of_it() {
        let entry = |author: &str, hours: i64, n: u128| Delivered {
            at: Position {
                published_at: at(hours * 60 * 60 * 1_000),
                post: PostId(Ulid::from_parts(1, n)),
            },
            author: person(author).hash(),
        };
        // 22:13 of a day, UTC.
        let timeline = [
            entry("ben", 2, 3),
            entry("cleo", 2, 4),
            entry("ben", 1, 2),
            entry("ben", -1, 1),
            entry("dora", 0, 5),
        ];
        let rules = Rules {
            mutes: [person("dora").hash()].into(),
            ..Rules::default()
        };
        let onlooker = Onlooker::new(person("ana"), rules);
        let followees = ["ben", "dora"].map(person).into();
        let days = Day::of(timeline, &followees, &onlooker);
        let told: Vec<_> = days.iter().map(|day| day.posts.len()).collect();
        assert_eq!(told, [1, 2]);
        assert_eq!(days[0].id, Day::id(timeline[0].at));
        let first = timeline[3].at;
        assert_eq!(days[1].id, Day::id(first));
        assert_eq!(days[1].id.time(), first.published_at);
        assert_eq!(days[1].posts[0], PostId(Ulid::from_parts(1, 2)));
    }
}
