//! Bodies in, views out.

use std::collections::BTreeSet;

use domain::{
    ids::{PhotoId, TopicId},
    people::{Handle, Notify, Profile, choose_interests},
    text,
};
use serde::{Deserialize, Serialize};
use shared::{
    error::Invalid,
    http::{Patch, Wire},
    store::NotifyChange,
    views::UserCard,
};
use utoipa::ToSchema;

/// What joining needs.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct Join {
    /// 1 to 50 characters.
    #[schema(value_type = String, min_length = 1, max_length = 50)]
    display_name: Option<String>,
    /// 2 to 20 of a-z, A-Z, 0-9 and _; unique whatever the case, and fixed.
    #[schema(value_type = String, pattern = "^[A-Za-z0-9_]{2,20}$")]
    handle: Option<String>,
    /// At least five ids of interests.
    #[schema(value_type = Vec<String>, min_items = 5)]
    interests: Option<Vec<String>>,
    /// Which notifications to send; none unless asked for.
    notify: Option<Switches>,
    /// The version of the store's terms that is accepted: needed where `GET /v1/about` tells of terms.
    #[schema(value_type = String, required = false)]
    terms_version: Option<String>,
}

/// Which notifications to send.
#[derive(Debug, Default, Deserialize, ToSchema)]
pub(crate) struct Switches {
    /// What happens on my posts: smiles, comments, votes.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    posts: Patch<bool>,
    /// Replies to my comments.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    replies: Patch<bool>,
    /// New posts by people I follow.
    #[serde(default)]
    #[schema(value_type = Option<bool>)]
    follows: Patch<bool>,
}

impl Switches {
    /// What is not named stays, what is null goes back to off.
    fn change(self) -> NotifyChange {
        let turn = |switch: Patch<bool>| match switch {
            Patch::Keep => None,
            Patch::Clear => Some(false),
            Patch::Set(on) => Some(on),
        };
        NotifyChange {
            posts: turn(self.posts),
            replies: turn(self.replies),
            follows: turn(self.follows),
        }
    }
}

/// Somebody about to join.
#[derive(Debug, Default)]
pub(crate) struct Joining {
    /// `None` where something of it is wrong.
    pub person: Option<Person>,
    /// The version of the terms that they accept.
    pub terms: Option<String>,
    /// What others are to call them, if that is good.
    pub name: Option<String>,
    /// Under which handle others are to find them, likewise.
    pub handle: Option<String>,
}

/// As whom they join.
#[derive(Debug)]
pub(crate) struct Person {
    pub display_name: String,
    pub handle: Handle,
    pub interests: BTreeSet<TopicId>,
    pub notify: Notify,
}

impl Wire for Join {
    type Parsed = Joining;

    /// Always the terms, so that they are looked at even where other fields are bad.
    fn parse(mut self, invalid: &mut Invalid) -> Option<Joining> {
        let mut joining = Joining {
            terms: self.terms_version.take(),
            ..Joining::default()
        };
        joining.person = self.person(&mut joining, invalid);
        Some(joining)
    }
}

impl Join {
    fn person(self, joining: &mut Joining, invalid: &mut Invalid) -> Option<Person> {
        let required = || "is required".to_owned();
        let name = self.display_name.ok_or_else(required);
        let name = name.and_then(|name| text::name(&name, text::DISPLAY_NAME));
        let name = invalid.check("/display_name", name);
        let handle = self
            .handle
            .ok_or_else(required)
            .and_then(|text| Handle::parse(&text));
        let handle = invalid.check("/handle", handle);
        joining.name.clone_from(&name);
        let spelled = handle.as_ref().map(Handle::as_str);
        joining.handle = spelled.map(str::to_owned);
        let interests = chosen(&self.interests.unwrap_or_default(), invalid);
        let notify = self.notify.unwrap_or_default().change();
        Some(Person {
            display_name: name?,
            handle: handle?,
            interests: interests?,
            notify: Notify {
                posts: notify.posts.unwrap_or_default(),
                replies: notify.replies.unwrap_or_default(),
                follows: notify.follows.unwrap_or_default(),
            },
        })
    }
}

fn removed<T>(invalid: &mut Invalid, pointer: &str) -> Option<T> {
    invalid.add(pointer, "cannot be removed");
    None
}

fn chosen(interests: &[String], invalid: &mut Invalid) -> Option<BTreeSet<TopicId>> {
    match choose_interests(interests) {
        Ok(topics) => Some(topics),
        Err(wrong) => {
            for (index, detail) in wrong {
                let pointer = index.map(|index| format!("/{index}")).unwrap_or_default();
                invalid.add(format!("/interests{pointer}"), detail);
            }
            None
        }
    }
}

/// A merge patch of my profile.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct ChangeMe {
    /// 1 to 50 characters.
    #[serde(default)]
    #[schema(value_type = String, required = false, min_length = 1, max_length = 50)]
    display_name: Patch<String>,
    /// Up to 500 characters; null for none.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 500)]
    bio: Patch<String>,
    /// A photo of mine that is ready; null for none.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    avatar_photo_id: Patch<String>,
    /// All interests from now on, at least five.
    #[serde(default)]
    #[schema(value_type = Vec<String>, required = false, min_items = 5)]
    interests: Patch<Vec<String>>,
    /// The switches to turn; null turns all off.
    #[serde(default)]
    #[schema(value_type = Option<Switches>)]
    notify: Patch<Switches>,
    /// The version of the store's terms that is accepted, as `GET /v1/about` tells it.
    #[serde(default)]
    #[schema(value_type = String, required = false)]
    terms_version: Patch<String>,
}

/// What is to change, read.
#[derive(Debug, Default)]
pub(crate) struct MeChange {
    /// Whether it names what one says of oneself: name, bio or avatar.
    pub says: bool,
    /// The version of the terms that is accepted.
    pub terms: Option<String>,
    pub display_name: Option<String>,
    pub bio: Option<String>,
    pub avatar: Patch<PhotoId>,
    pub interests: Option<BTreeSet<TopicId>>,
    pub notify: NotifyChange,
}

impl Wire for ChangeMe {
    type Parsed = MeChange;

    const FIXED: &'static [&'static str] = &["id", "handle", "avatar", "prime", "badges", "counts"];

    fn parse(self, invalid: &mut Invalid) -> Option<MeChange> {
        let off = NotifyChange {
            posts: Some(false),
            replies: Some(false),
            follows: Some(false),
        };
        Some(MeChange {
            says: !(self.display_name.is_keep()
                && self.bio.is_keep()
                && self.avatar_photo_id.is_keep()),
            terms: match self.terms_version {
                Patch::Keep => None,
                Patch::Clear => removed(invalid, "/terms_version"),
                Patch::Set(version) => Some(version),
            },
            display_name: match self.display_name {
                Patch::Keep => None,
                Patch::Clear => removed(invalid, "/display_name"),
                Patch::Set(name) => {
                    invalid.check("/display_name", text::name(&name, text::DISPLAY_NAME))
                }
            },
            bio: match self.bio {
                Patch::Keep => None,
                Patch::Clear => Some(String::new()),
                Patch::Set(bio) => invalid.check("/bio", text::within(&bio, text::BIO)),
            },
            avatar: match self.avatar_photo_id {
                Patch::Keep => Patch::Keep,
                Patch::Clear => Patch::Clear,
                Patch::Set(id) => {
                    let id = id
                        .parse()
                        .map_err(|_no_id| "there is no such photo".to_owned());
                    invalid
                        .check("/avatar_photo_id", id)
                        .map_or(Patch::Keep, Patch::Set)
                }
            },
            interests: match self.interests {
                Patch::Keep => None,
                Patch::Clear => removed(invalid, "/interests"),
                Patch::Set(ids) => chosen(&ids, invalid),
            },
            notify: match self.notify {
                Patch::Keep => NotifyChange::default(),
                Patch::Clear => off,
                Patch::Set(switches) => switches.change(),
            },
        })
    }
}

/// The catalogue of interests.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterestsView {
    /// In the order to show.
    #[schema(value_type = Vec<GroupView>)]
    pub groups: Vec<GroupView>,
}

/// A group of interests.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct GroupView {
    /// Stable.
    #[schema(value_type = String)]
    pub id: &'static str,
    /// For people.
    #[schema(value_type = String)]
    pub name: &'static str,
    /// In the order to show.
    pub interests: Vec<InterestView>,
}

/// An interest, which is a topic too.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterestView {
    /// Stable.
    #[schema(value_type = String)]
    pub id: &'static str,
    /// For people.
    #[schema(value_type = String)]
    pub name: &'static str,
}

/// My profile.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct MeView {
    #[serde(flatten)]
    pub card: UserCard,
    /// Up to 500 characters.
    pub bio: String,
    /// Ids of the topics I follow.
    pub interests: Vec<String>,
    pub notify: NotifyView,
    /// Whether my token has the Prime tier.
    pub prime: bool,
    pub counts: ProfileCounts,
}

/// What is left of an account that is being deleted.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LeavingView {
    /// Of whoever was an influencer: the account by which the store pays what is owed still.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(pattern = "^[0-9A-HJKMNP-TV-Z]{16}$")]
    pub account: Option<String>,
}

/// Which notifications are sent.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct NotifyView {
    /// What happens on my posts.
    pub posts: bool,
    /// Replies to my comments.
    pub replies: bool,
    /// New posts by people I follow.
    pub follows: bool,
}

impl From<Notify> for NotifyView {
    fn from(
        Notify {
            posts,
            replies,
            follows,
        }: Notify,
    ) -> Self {
        Self {
            posts,
            replies,
            follows,
        }
    }
}

/// How many.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ProfileCounts {
    /// Who follow this person.
    pub followers: u64,
    /// Whom this person follows.
    pub following: u64,
    /// Published posts.
    pub posts: u64,
}

/// The counts of a profile.
pub(crate) fn counts(profile: &Profile) -> ProfileCounts {
    ProfileCounts {
        followers: profile.followers,
        following: profile.following,
        posts: profile.posts,
    }
}

/// Somebody's public profile.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserView {
    #[serde(flatten)]
    pub card: UserCard,
    /// Up to 500 characters.
    pub bio: String,
    pub counts: ProfileCounts,
    /// When a token was sent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewer: Option<FollowingView>,
}

/// What the viewer has to do with somebody.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FollowingView {
    /// Whether the viewer follows them.
    pub following: bool,
}

/// Somebody with the same interests.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SuggestedView {
    /// Who.
    pub user: UserCard,
    /// Which interests are shared.
    pub shared_interests: Vec<String>,
}
