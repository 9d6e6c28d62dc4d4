//! What somebody may be shown. The rules hand it out, nothing else can make it, and whatever presents
//! takes nothing else: a surface that forgets to ask them does not compile.

use std::ops::Deref;

use crate::{ids::UserId, people::Profile, posts::Post};

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
}

impl Onlooker {
    /// A person signed in, or nobody.
    pub fn new(id: Option<UserId>) -> Self {
        Self { id }
    }

    /// Who; `None` when nobody is signed in.
    pub fn id(&self) -> Option<&UserId> {
        self.id.as_ref()
    }

    /// A post that they ask for by its id: one that has appeared, or their own.
    pub fn opens(&self, post: Post) -> Option<Shown<Post>> {
        let visible = post.visible_to(self.id());
        visible.then(|| Shown::by_rule(post))
    }

    /// A post that they come across in a list: one that has appeared.
    pub fn finds(&self, post: Post) -> Option<Shown<Post>> {
        post.visible_to(None).then(|| Shown::by_rule(post))
    }

    /// A person whose profile they ask for.
    pub fn meets(&self, profile: Profile) -> Shown<Profile> {
        Shown::by_rule(profile)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use ulid::Ulid;

    use super::*;
    use crate::{
        ids::PostId,
        posts::{PostKind, PostStatus},
    };

    #[test]
    fn a_post_that_waits_is_shown_to_its_author_alone_and_in_no_list() {
        let person = |id: &str| UserId::parse(id).unwrap();
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
        let onlookers = [None, Some("ben"), Some("ana")].map(|id| Onlooker::new(id.map(person)));
        let opened = onlookers
            .each_ref()
            .map(|who| who.opens(waiting.clone()).is_some());
        assert_eq!(opened, [false, false, true]);
        for who in onlookers {
            assert!(who.finds(waiting.clone()).is_none());
            assert!(who.finds(published.clone()).is_some());
            assert!(who.opens(published.clone()).is_some());
        }
    }
}
