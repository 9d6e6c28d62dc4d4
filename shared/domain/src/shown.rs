//! What somebody may be shown. The rules hand it out, nothing else can make it, and whatever presents
//! takes nothing else: a surface that forgets to ask them does not compile.

use std::{collections::HashMap, ops::Deref};

use jiff::Timestamp;

use crate::{
    engagement::{Acts, Comment, IdeaList},
    ids::{PostId, UserId},
    people::{Actor, Profile, Rules},
    posts::{Post, PostStatus},
};

/// Something that the rules let through for whoever looks. Only this crate makes one:
///
/// ```compile_fail
/// fn forget(post: domain::posts::Post) -> domain::shown::Shown<domain::posts::Post> {
///     domain::shown::Shown(post)
/// }
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Shown<T>(T);

impl<T> Shown<T> {
    /// For the rules alone.
    pub(crate) fn by_rule(thing: T) -> Self {
        Self(thing)
    }
}

impl<T> Deref for Shown<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// Who looks, with all that decides what they are shown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Onlooker {
    id: Option<UserId>,
    rules: Rules,
    acts: HashMap<PostId, Acts>,
    moderator: bool,
}

impl From<&Actor> for Onlooker {
    /// Whoever acts, as one who looks.
    fn from(actor: &Actor) -> Self {
        Self::new(actor.id().clone(), actor.rules().clone())
    }
}

impl Onlooker {
    /// A person signed in, with their rules as they are when the call begins.
    pub fn new(id: UserId, rules: Rules) -> Self {
        Self {
            id: Some(id),
            rules,
            acts: HashMap::new(),
            moderator: false,
        }
    }

    /// The same, who sees by address what is hidden if they are one of the moderators, across blocks too.
    #[must_use]
    pub fn moderating(self, moderator: bool) -> Self {
        Self { moderator, ..self }
    }

    /// Somebody who is not signed in.
    pub fn nobody() -> Self {
        Self::default()
    }

    /// Who; `None` when nobody is signed in.
    pub fn id(&self) -> Option<&UserId> {
        self.id.as_ref()
    }

    /// What they may not do, and whom they do not see.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// Takes over what was read of what they did at posts.
    pub fn did(&mut self, acts: impl IntoIterator<Item = (PostId, Acts)>) {
        self.acts.extend(acts);
    }

    /// What they did at a post; nothing when nobody is signed in.
    pub fn acts(&self, post: PostId) -> Option<&Acts> {
        self.acts.get(&post)
    }

    /// Whether they hid a post from themselves.
    pub fn hid(&self, post: PostId) -> bool {
        self.acts(post).is_some_and(|acts| acts.hide.is_some())
    }

    /// Whether they want a post out of their home feed: they hid it, or want less like it.
    pub fn turned_down(&self, post: PostId) -> bool {
        self.acts(post).is_some_and(Acts::turn_down)
    }

    /// Whether anything of this person's is there for them: all but what lies across a block.
    pub fn sees(&self, other: &UserId) -> bool {
        !self.rules.part_from(other)
    }

    /// Whether they may come across this person without having asked for them.
    pub fn wants(&self, other: &UserId) -> bool {
        self.sees(other) && !self.rules.mute(other)
    }

    /// A post that they ask for by its id: one that has appeared, or their own; a moderator, one that is hidden.
    pub fn opens(&self, post: Post) -> Option<Shown<Post>> {
        let visible = post.visible_to(self.id()) && self.sees(&post.author);
        let moderated = self.moderator && post.status == PostStatus::Hidden;
        (visible || moderated).then(|| Shown::by_rule(post))
    }

    /// A post in the list of the person whose it is, or of one who put it there: one that has appeared.
    pub fn looks_through(&self, post: Post) -> Option<Shown<Post>> {
        let visible = post.visible_to(None) && self.sees(&post.author);
        visible.then(|| Shown::by_rule(post))
    }

    /// A post that they come across: one that has appeared, that they did not hide, by nobody whom they mute.
    pub fn finds(&self, post: Post) -> Option<Shown<Post>> {
        let visible = post.visible_to(None) && self.wants(&post.author) && !self.hid(post.id);
        visible.then(|| Shown::by_rule(post))
    }

    /// Whether they see how the poll of a post stands: who voted in it, its author, and all once it has closed
    /// (ENGAGEMENT 18).
    pub fn sees_results(&self, post: &Post, now: Timestamp) -> bool {
        let closed = post.poll.as_ref().is_some_and(|poll| poll.is_closed(now));
        let voted = self.acts(post.id).is_some_and(|acts| acts.vote.is_some());
        closed || voted || self.id() == Some(&post.author)
    }

    /// A comment that they ask for by its id: one that says something still, neither by nor beneath somebody whom they
    /// do not see.
    pub fn hears(&self, comment: Comment) -> Option<Shown<Comment>> {
        let under = comment.under.as_ref();
        let seen = self.sees(&comment.author) && under.is_none_or(|under| self.sees(under));
        (seen && comment.stands()).then(|| Shown::by_rule(comment))
    }

    /// A comment of their own, which they are told of as they write it.
    pub fn said(&self, comment: Comment) -> Option<Shown<Comment>> {
        (self.id() == Some(&comment.author)).then(|| Shown::by_rule(comment))
    }

    /// A comment that they come across: neither by nor beneath somebody whom they mute; one that says nothing any more
    /// while there are replies to it, without what it said. One of their own that is hidden they see.
    pub fn reads(&self, comment: Comment) -> Option<Shown<Comment>> {
        let under = comment.under.as_ref();
        let wanted = self.wants(&comment.author) && under.is_none_or(|under| self.wants(under));
        let mine = self.id() == Some(&comment.author) && !comment.deleted;
        let shown = if comment.stands() || mine {
            Some(comment)
        } else {
            (comment.replies > 0).then(|| comment.silenced())
        };
        shown.filter(|_| wanted).map(Shown::by_rule)
    }

    /// A list: a public one, or their own.
    pub fn leafs(&self, list: IdeaList) -> Option<Shown<IdeaList>> {
        let visible = list.visible_to(self.id()) && self.sees(&list.owner);
        visible.then(|| Shown::by_rule(list))
    }

    /// A list of which everybody is told: a public one.
    pub fn is_told_of(&self, list: IdeaList) -> Option<Shown<IdeaList>> {
        let visible = list.visible_to(None) && self.sees(&list.owner);
        visible.then(|| Shown::by_rule(list))
    }

    /// The person who looks, as they see themselves.
    pub fn oneself(profile: Profile) -> Shown<Profile> {
        Shown::by_rule(profile)
    }

    /// A person in the list of those whom they block: nobody else is in it.
    pub fn keeps_out(&self, profile: Profile) -> Option<Shown<Profile>> {
        let blocked = self.rules.blocks(&profile.id);
        blocked.then(|| Shown::by_rule(profile))
    }

    /// A person whose profile they ask for, or in a list of people that they ask for; `None` across a block.
    pub fn meets(&self, profile: Profile) -> Option<Shown<Profile>> {
        self.sees(&profile.id).then(|| Shown::by_rule(profile))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use ulid::Ulid;

    use super::*;
    use crate::{
        engagement::Moderation,
        ids::{CommentId, PostId},
        posts::PostKind,
    };

    fn person(id: &str) -> UserId {
        UserId::parse(id).unwrap()
    }

    #[test]
    fn a_post_that_waits_is_shown_to_its_author_alone_and_in_no_list() {
        let waiting = Post::new(
            PostId(Ulid::nil()),
            person("ana"),
            PostKind::Story,
            Timestamp::UNIX_EPOCH,
        );
        let published = Post {
            status: PostStatus::Published,
            ..waiting.clone()
        };
        let somebody = |id| Onlooker::new(person(id), Rules::default());
        let onlookers = [Onlooker::nobody(), somebody("ben"), somebody("ana")];
        let opened = onlookers
            .each_ref()
            .map(|who| who.opens(waiting.clone()).is_some());
        assert_eq!(opened, [false, false, true]);
        for who in onlookers {
            assert!(who.finds(waiting.clone()).is_none());
            assert!(who.finds(published.clone()).is_some());
            assert!(who.opens(published.clone()).is_some());
            assert!(who.looks_through(waiting.clone()).is_none());
            assert!(who.looks_through(published.clone()).is_some());
        }
    }

    #[test]
    fn what_is_hidden_is_there_for_its_author_and_by_address_for_moderators_alone() {
        let why = Moderation::by_reports(Timestamp::UNIX_EPOCH);
        let post = Post {
            status: PostStatus::Hidden,
            published_at: Some(Timestamp::UNIX_EPOCH),
            moderation: Some(why.clone()),
            ..Post::new(
                PostId(Ulid::nil()),
                person("ana"),
                PostKind::Story,
                Timestamp::UNIX_EPOCH,
            )
        };
        let apart = Rules {
            blocked_by: [person("ana").hash()].into(),
            ..Rules::default()
        };
        let somebody = |id| Onlooker::new(person(id), Rules::default());
        let moderator = Onlooker::new(person("mo"), apart).moderating(true);
        let onlookers = [
            Onlooker::nobody(),
            somebody("ben"),
            somebody("ana"),
            moderator,
        ];
        let opened = onlookers
            .each_ref()
            .map(|who| who.opens(post.clone()).is_some());
        assert_eq!(opened, [false, false, true, true]);
        for who in &onlookers {
            assert!(who.finds(post.clone()).is_none());
            assert!(who.looks_through(post.clone()).is_none());
        }
        let id = CommentId::top(post.id, Ulid::from_parts(1, 1));
        let said = |replies| Comment {
            moderation: Some(why.clone()),
            replies,
            ..Comment::new(id, person("ana"), "!".to_owned(), Timestamp::UNIX_EPOCH)
        };
        for who in &onlookers {
            assert!(who.hears(said(1)).is_none());
        }
        let [nobody, ben, ana, _] = &onlookers;
        for who in [nobody, ben] {
            assert!(who.reads(said(0)).is_none());
            let left = who.reads(said(1)).unwrap();
            assert!(left.deleted && left.text.is_empty() && left.moderation.is_none());
        }
        let own = ana.reads(said(0)).unwrap();
        assert_eq!((own.text.as_str(), own.deleted), ("!", false));
    }

    #[test]
    fn a_comment_is_out_with_what_is_beneath_it_for_whom_its_author_is_out() {
        let post = PostId(Ulid::nil());
        let said = |by: &str| {
            let id = CommentId::top(post, Ulid::from_parts(1, 1));
            Comment::new(id, person(by), "!".to_owned(), Timestamp::UNIX_EPOCH)
        };
        let beneath = |under: &str| Comment {
            under: Some(person(under)),
            ..said("cleo")
        };
        let seen = |rules: Rules| {
            let who = Onlooker::new(person("ben"), rules);
            [said("ana"), beneath("ana"), said("cleo")].map(|comment| {
                (
                    who.hears(comment.clone()).is_some(),
                    who.reads(comment).is_some(),
                )
            })
        };
        let hash = || [person("ana").hash()].into();
        let (all, none, asked) = ((true, true), (false, false), (true, false));
        assert_eq!(seen(Rules::default()), [all, all, all]);
        let blocks = Rules {
            blocks: hash(),
            ..Rules::default()
        };
        assert_eq!(seen(blocks), [none, none, all]);
        let blocked_by = Rules {
            blocked_by: hash(),
            ..Rules::default()
        };
        assert_eq!(seen(blocked_by), [none, none, all]);
        let mutes = Rules {
            mutes: hash(),
            ..Rules::default()
        };
        assert_eq!(seen(mutes), [asked, asked, all]);
        let deleted = |replies| Comment {
            deleted: true,
            replies,
            ..said("ana")
        };
        let nobody = Onlooker::nobody();
        assert!(nobody.hears(deleted(1)).is_none());
        assert!(nobody.reads(deleted(1)).is_some() && nobody.reads(deleted(0)).is_none());
    }

    /// Each column of the table of ENGAGEMENT 22, for a post of ana's: asked for, in her list, come across, herself.
    #[test]
    fn a_block_hides_all_a_mute_what_one_did_not_ask_for_and_hiding_one_post() {
        let (ana, ben) = (person("ana"), person("ben"));
        let post = Post {
            status: PostStatus::Published,
            ..Post::new(
                PostId(Ulid::nil()),
                ana.clone(),
                PostKind::Story,
                Timestamp::UNIX_EPOCH,
            )
        };
        let seen = |who: &Onlooker| {
            [
                who.opens(post.clone()).is_some(),
                who.looks_through(post.clone()).is_some(),
                who.finds(post.clone()).is_some(),
                who.sees(&ana),
            ]
        };
        let with = |rules| Onlooker::new(ben.clone(), rules);
        let hash = || [ana.hash()].into();
        let blocks = Rules {
            blocks: hash(),
            ..Rules::default()
        };
        let blocked_by = Rules {
            blocked_by: hash(),
            ..Rules::default()
        };
        let mutes = Rules {
            mutes: hash(),
            ..Rules::default()
        };
        let mut hides = with(Rules::default());
        let hide = Acts {
            hide: Some(Timestamp::UNIX_EPOCH),
            ..Acts::default()
        };
        hides.did([(post.id, hide)]);
        assert_eq!(seen(&with(Rules::default())), [true, true, true, true]);
        assert_eq!(seen(&with(blocks)), [false, false, false, false]);
        assert_eq!(seen(&with(blocked_by)), [false, false, false, false]);
        assert_eq!(seen(&with(mutes)), [true, true, false, true]);
        assert_eq!(seen(&hides), [true, true, false, true]);
    }
}
