//! The inbox: groups as they are kept, and posts by those whom its owner follows, put among them at read.

use std::{
    cmp::Reverse,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
};

use domain::{
    engagement::{Comment, Day, KEPT, NAMED, Notice, NoticeKind, People, Subject, Told, UNREAD},
    feeds::{Delivered, Position},
    ids::{CommentId, NoticeId, PostId, UserId},
    people::Profile,
    posts::{Post, PostStatus, entities},
    shown::{Onlooker, Shown},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::Reads;
use crate::error::Error;

/// Posts by those whom one follows are told for so long.
const RECENT: SignedDuration = SignedDuration::from_hours(7 * 24);
/// They are taken from this many posts of the timeline, the newest.
const TIMELINE: usize = 100;
/// Of those of a day so many are looked at until one is there.
const LOOKED_AT: usize = 10;

/// A page of an inbox.
#[derive(Debug)]
pub struct Inbox {
    /// Newest first.
    pub items: Vec<Told>,
    /// How many are not read, up to 100.
    pub unread: u64,
    /// Whose it is.
    pub owner: Profile,
    /// As of when it is paged through.
    as_of: Timestamp,
    /// The last of what was looked at, if there is more.
    last: Option<NoticeId>,
}

/// How far an inbox has been paged through, and as of when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxPlace {
    before: NoticeId,
    as_of: Timestamp,
}

impl Inbox {
    /// Where the next page begins after so many of the items.
    pub fn after(&self, shown: usize) -> Option<InboxPlace> {
        let cut = shown.checked_sub(1).filter(|_| shown < self.items.len());
        let cut = cut.and_then(|last| self.items.get(last));
        let before = cut.map(|last| last.id).or(self.last)?;
        let as_of = self.as_of;
        Some(InboxPlace { before, as_of })
    }
}

/// What is told in one line.
enum Row {
    Group(Notice),
    Day(Day),
}

impl Row {
    fn id(&self) -> NoticeId {
        match self {
            Self::Group(notice) => notice.id,
            Self::Day(day) => day.id,
        }
    }
}

/// The owner of an inbox.
struct Owner {
    profile: Profile,
    onlooker: Onlooker,
    /// Whose posts are not in their timeline.
    pulled: BTreeSet<UserId>,
}

/// What stands around the groups of a page.
#[derive(Default)]
struct Around {
    people: HashMap<NoticeId, People>,
    profiles: HashMap<UserId, Profile>,
    posts: HashMap<PostId, Post>,
    comments: BTreeMap<CommentId, Comment>,
}

impl Reads {
    /// A page of the inbox of a member, from a place on: three rounds.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`](crate::error::Refusal::NotJoined).
    pub async fn inbox(
        &self,
        me: &UserId,
        place: Option<InboxPlace>,
        limit: usize,
        now: Timestamp,
    ) -> Result<Inbox, Error> {
        let (before, as_of) = (
            place.map(|place| place.before),
            place.map_or(now, |place| place.as_of),
        );
        let oldest = NoticeId::start_of(now.saturating_sub(KEPT).unwrap_or(now));
        let (own, (groups, more)) = futures::try_join!(
            self.store.own(me),
            self.store.notices(me, before, oldest, limit),
        )?;
        let owner = Owner {
            profile: own.profile,
            onlooker: Onlooker::new(me.clone(), own.rules),
            pulled: own.following.pulled,
        };
        let (unread, mut around, days) = futures::try_join!(
            self.unread(&owner, before, (&groups, more), oldest),
            self.around_groups(&owner, &groups, now),
            self.days(&owner, as_of, now),
        )?;
        let days = days.into_iter().map(Row::Day);
        let days = days.filter(|day| before.is_none_or(|before| day.id() < before));
        let mut rows: Vec<_> = groups.into_iter().map(Row::Group).chain(days).collect();
        rows.sort_by_key(|row| Reverse(row.id()));
        let more = more || rows.len() > limit;
        rows.truncate(limit);
        let last = rows.last().map(Row::id).filter(|_| more);
        let found = self.complete_rows(&owner, &rows, now, &mut around).await?;
        let items = rows.iter().filter_map(|row| match row {
            Row::Group(notice) => around.told(&owner, notice),
            Row::Day(day) => {
                let author = around.profiles.get(&day.author).cloned();
                day.told(&found, author, &owner.onlooker, owner.profile.read_to)
            }
        });
        Ok(Inbox {
            items: items.collect(),
            unread,
            as_of,
            last,
            owner: owner.profile.clone(),
        })
    }

    /// Whether this is the id of something that is told in a member's inbox.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn is_told(&self, me: &UserId, id: NoticeId) -> Result<bool, Error> {
        let at = id.time();
        let (before, oldest) = (Position::end_of(at), Position::start_of(at));
        let (group, posts, following) = futures::try_join!(
            self.store.has_notice(me, id),
            self.store.timeline(me, before, oldest, TIMELINE),
            self.store.following(me),
        )?;
        let is_day = |posts: &[Delivered]| posts.iter().any(|post| Day::id(post.at) == id);
        if group || is_day(&posts) {
            return Ok(true);
        }
        let pulled = self.pulled(&following.pulled, (before, oldest), TIMELINE);
        Ok(is_day(&pulled.await?))
    }

    /// How many groups are not read and tell of somebody, up to [`UNREAD`]: of this page, if it is the first, and of what
    /// it does not hold.
    async fn unread(
        &self,
        owner: &Owner,
        before: Option<NoticeId>,
        (page, more): (&[Notice], bool),
        oldest: NoticeId,
    ) -> Result<u64, Error> {
        let read_to = owner.profile.read_to;
        let oldest = read_to.map_or(oldest, |read| oldest.max(read.next()));
        let tell = |groups: &[Notice]| {
            let unread = groups.iter().filter(|group| group.id >= oldest);
            unread.filter(|group| group.tells(&owner.onlooker)).count() as u64
        };
        let (mut count, mut last, mut more) = match before {
            None => (tell(page), page.last().map(|last| last.id), more),
            Some(_) => (0, None, true),
        };
        while more && count < UNREAD && last.is_none_or(|last| last > oldest) {
            let missing = usize::try_from(UNREAD - count).unwrap_or_default();
            let id = &owner.profile.id;
            let (groups, further) = self.store.notices(id, last, oldest, missing).await?;
            count += tell(&groups);
            more = further;
            last = groups.last().map(|last| last.id).or(last);
            if groups.is_empty() {
                break;
            }
        }
        Ok(count.min(UNREAD))
    }

    /// What stands around groups: everybody in them, their subjects, and the cards of those whom they name.
    async fn around_groups(
        &self,
        owner: &Owner,
        groups: &[Notice],
        now: Timestamp,
    ) -> Result<Around, Error> {
        let posts: BTreeSet<_> = groups
            .iter()
            .filter_map(|notice| notice.subject.post())
            .collect();
        let comments = groups.iter().filter_map(|notice| match notice.subject {
            Subject::Comment(comment) => Some(comment),
            Subject::Post(_) | Subject::Person(_) => None,
        });
        let comments: BTreeSet<_> = comments.collect();
        let mut profiles = HashMap::new();
        let named = groups
            .iter()
            .filter(|notice| notice.kind != NoticeKind::Vote);
        let named = named.flat_map(|notice| {
            let wanted = notice.newest.iter();
            wanted.filter(|who| owner.onlooker.wants(who)).take(NAMED)
        });
        let named = named.chain(groups.iter().filter_map(Notice::reported));
        let named: BTreeSet<_> = named.collect();
        // Of whom a notice tells matters only where somebody is to be left out.
        let nobody = owner.onlooker.rules().is_empty();
        let everybody = groups.iter().filter(|_| !nobody);
        let ((), mut everybody, posts, comments) = futures::try_join!(
            self.people(named, now, &mut profiles),
            self.store.told(&owner.profile.id, everybody),
            self.store.posts(posts),
            self.store.comments(comments),
        )?;
        let people = groups.iter().filter_map(|notice| {
            let everybody = everybody.remove(&notice.id).unwrap_or_default();
            Some((notice.id, notice.people(&owner.onlooker, &everybody)?))
        });
        Ok(Around {
            people: people.collect(),
            profiles,
            posts,
            comments,
        })
    }

    /// Posts of the last days by those whom the owner follows, if they want to be told.
    async fn days(
        &self,
        owner: &Owner,
        as_of: Timestamp,
        now: Timestamp,
    ) -> Result<Vec<Day>, Error> {
        if !owner.profile.notify.follows {
            return Ok(Vec::new());
        }
        let me = &owner.profile.id;
        let oldest = Position::start_of(now.saturating_sub(RECENT).unwrap_or(now));
        let newest = Position::end_of(as_of);
        let (mut posts, pulled, followees): (Vec<Delivered>, _, _) = futures::try_join!(
            self.store.timeline(me, newest, oldest, TIMELINE),
            self.pulled(&owner.pulled, (newest, oldest), TIMELINE),
            self.store.followees(me),
        )?;
        // Some may have come both ways.
        let known: HashSet<_> = posts.iter().map(|post| post.at).collect();
        let more = pulled.into_iter();
        posts.extend(more.filter(|post| !known.contains(&post.at)));
        posts.sort_by_key(|post| Reverse(post.at));
        posts.truncate(TIMELINE);
        Ok(Day::of(posts, &followees, &owner.onlooker))
    }

    /// Reads what is still missing of a page: posts of days, of which those that the owner finds are answered, and people
    /// in the stead of those who are not there any more.
    async fn complete_rows(
        &self,
        owner: &Owner,
        rows: &[Row],
        now: Timestamp,
        around: &mut Around,
    ) -> Result<HashMap<PostId, Shown<Post>>, Error> {
        let (mut people, mut ids) = (BTreeSet::new(), Vec::new());
        for row in rows {
            match row {
                Row::Day(day) => {
                    people.insert(&day.author);
                    ids.extend(day.posts.iter().take(LOOKED_AT).copied());
                }
                Row::Group(notice) if notice.kind != NoticeKind::Vote => {
                    let named = around.people.get(&notice.id);
                    let newest = named.map(|named| &named.newest[..]).unwrap_or_default();
                    let gone = newest.iter().take(NAMED);
                    let gone = gone.filter(|who| !around.profiles.contains_key(who));
                    if gone.count() > 0 {
                        people.extend(newest.iter().skip(NAMED));
                    }
                }
                Row::Group(_) => {}
            }
        }
        let onlooker = owner.onlooker.clone();
        let ((), (posts, read)) = futures::try_join!(
            self.people(people, now, &mut around.profiles),
            self.posts(onlooker, &ids),
        )?;
        let mut onlooker = read.onlooker;
        let rest = self.rest(onlooker.id(), read.unread).await?;
        onlooker.did(rest);
        let found = posts
            .into_iter()
            .filter_map(|(id, post)| Some((id, onlooker.finds(post)?)));
        Ok(found.collect())
    }
}

impl Around {
    /// What the owner is told of a group; `None` where its subject is gone, or none of its people is there any more.
    fn told(&self, owner: &Owner, notice: &Notice) -> Option<Told> {
        let post = notice.subject.post().map(|post| self.posts.get(&post));
        let shown = match (&notice.subject, notice.kind, post) {
            // Of what is hidden or gone, these tell.
            (_, NoticeKind::Moderation | NoticeKind::ReportDecided, _) => true,
            (Subject::Post(_), kind, Some(post)) => owner.sees_post(kind, post?),
            (Subject::Comment(comment), kind, Some(post)) => {
                owner.sees_comment(kind, post?, self.comments.get(comment)?)
            }
            (_, _, _) => true,
        };
        if !shown {
            return None;
        }
        // Whoever one reported may have left.
        let there = |person| self.profiles.contains_key(person);
        if !notice.reported().is_none_or(there) {
            return None;
        }
        let people = self.people.get(&notice.id)?;
        let read_to = owner.profile.read_to;
        Told::of(notice, people, &self.profiles, &owner.onlooker, read_to)
    }
}

impl Owner {
    /// Whether what was done at a post is still told.
    fn sees_post(&self, kind: NoticeKind, post: &Post) -> bool {
        let me = self.profile.handle.folded();
        let mentioned = || entities::mentions(&post.text).contains(&me);
        post.status == PostStatus::Published && (kind != NoticeKind::Mention || mentioned())
    }

    /// Whether what was done at a comment on a post is still told.
    fn sees_comment(&self, kind: NoticeKind, post: &Post, comment: &Comment) -> bool {
        let accepted = || {
            let accepted = post.accepted.as_ref();
            accepted.is_some_and(|accepted| accepted.own == comment.id.own)
        };
        post.status == PostStatus::Published
            && self.onlooker.sees(&post.author)
            && comment.stands()
            && (kind != NoticeKind::Accepted || accepted())
    }
}
