//! People as everything that they did shows them.

use domain::{
    money::Programme,
    people::{Avatar, Profile},
    shown::Shown,
};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Presenter, RenditionView, words};

/// The badge of whoever contributes much.
const ENTHUSIAST: &str = "enthusiast";

/// A person, as everything that they did shows them.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct UserCard {
    /// Opaque, and always theirs: never the `sub` of their tokens.
    pub id: String,
    /// As its owner spells it.
    pub handle: String,
    /// 1 to 50 characters.
    pub display_name: String,
    /// Their picture, if they have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub avatar: Option<AvatarView>,
    /// What they are known for.
    #[schema(value_type = Vec<words::Badge>)]
    pub badges: Vec<String>,
}

/// A person's picture.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct AvatarView {
    /// Thumbhash, base64.
    pub placeholder: String,
    /// Smallest first.
    pub renditions: Vec<RenditionView>,
}

impl Presenter {
    /// A person's card.
    pub fn user(&self, profile: &Shown<Profile>) -> UserCard {
        self.card(profile)
    }

    /// The card of whoever made what is shown.
    pub(super) fn card(&self, profile: &Profile) -> UserCard {
        UserCard {
            id: profile.id.to_string(),
            handle: profile.handle.as_str().to_owned(),
            display_name: profile.display_name.clone(),
            avatar: profile
                .avatar
                .as_ref()
                .map(|Avatar { image, .. }| AvatarView {
                    placeholder: image.placeholder.clone(),
                    renditions: self.renditions(image),
                }),
            badges: badges(profile),
        }
    }
}

/// What a person is known for: what they earned, and the programmes that they are in.
pub fn badges(profile: &Profile) -> Vec<String> {
    let earned = profile.enthusiast.then_some(ENTHUSIAST);
    let programmes = profile.programmes().map(Programme::name);
    earned
        .into_iter()
        .chain(programmes)
        .map(str::to_owned)
        .collect()
}
