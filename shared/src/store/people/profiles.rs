//! People: who joined, under which handle, and what they say of themselves.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use domain::{
    claim::Claim,
    ids::{TopicId, UserId},
    people::{Avatar, Handle, Profile},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    gate::accepted,
    interests::list_interests,
    rules::{is_there, none_yet},
};
use crate::{
    error::{Conflict, Error, Refusal},
    keys,
    store::{
        Store,
        idempotency::note_made,
        posts::{claim_avatar, remove_photo},
    },
    table::{
        Anew, Conditional, EXISTS, Expression, Item, check, decode, encode, put, put_if, put_new,
        readable, string_set, update_if,
    },
};

#[derive(Serialize, Deserialize)]
pub(super) struct HandleClaim {
    /// Nobody's since its owner has left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) user: Option<UserId>,
    /// The second from which others may claim it then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) free_from: Option<i64>,
}

/// What of a profile is to change; `None` stays as it is.
#[derive(Debug, Clone, Default)]
pub struct ProfileChange {
    /// New name.
    pub display_name: Option<String>,
    /// New bio, empty to have none.
    pub bio: Option<String>,
    /// New avatar, or none.
    pub avatar: Option<Option<Avatar>>,
    /// New interests.
    pub interests: Option<BTreeSet<TopicId>>,
    /// The switches to turn.
    pub notify: NotifyChange,
    /// The version of the store's terms that they accept, which stands in their rules.
    pub terms: Option<String>,
}

/// Which switches to turn; `None` stays as it is, whatever else is turned at the same time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct NotifyChange {
    /// What happens on my posts.
    pub posts: Option<bool>,
    /// Replies to my comments.
    pub replies: Option<bool>,
    /// New posts by people I follow.
    pub follows: Option<bool>,
}

/// The items of a member: the profile, the claim on the handle, and their rules, with the terms that they accepted.
pub(in crate::store) fn member_items(
    profile: &Profile,
    terms: Option<&str>,
) -> Result<[Item; 3], Error> {
    let mut member = encode(&keys::profile(&profile.id), profile)?;
    member.insert("interests".to_owned(), string_set(&profile.interests));
    let claim = HandleClaim {
        user: Some(profile.id.clone()),
        free_from: None,
    };
    let owner = encode(&keys::handle(&profile.handle), &claim)?;
    Ok([member, owner, none_yet(&profile.id, terms)])
}

/// Moves a count of a profile that must be there.
pub(in crate::store) fn count(user: &UserId, what: &str, by: i64) -> Conditional {
    let update = Expression::new("ADD #count :by")
        .name("#count", what)
        .number(":by", by);
    update_if(keys::profile(user), update, EXISTS)
}

impl Store {
    /// Makes a person a member, who accepts the store's terms of this version: the handle is claimed and the profile
    /// written, or neither.
    ///
    /// # Errors
    /// [`Conflict::Leaving`], [`Conflict::AlreadyJoined`] and [`Conflict::HandleTaken`], in this order.
    pub async fn join(
        &self,
        profile: &Profile,
        terms: Option<&str>,
        claim: Option<&Claim>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut anew = Anew::standing_on("the rules of somebody who left");
        while !self.put_member(profile, terms, claim, now).await? {
            anew.begin().await?;
        }
        Ok(())
    }

    /// `false` when the rules that somebody left behind are not as they were read.
    async fn put_member(
        &self,
        profile: &Profile,
        terms: Option<&str>,
        claim: Option<&Claim>,
        now: Timestamp,
    ) -> Result<bool, Error> {
        let left = self.left_behind(&profile.id).await?;
        if let Some(left) = &left {
            let pages = left.pages_kept(&profile.id);
            if !pages.is_empty() {
                self.table.transact((), pages).await?;
            }
            let kept = Expression::new("REMOVE expires_at").when(Some(EXISTS));
            self.table.update(&keys::badge(&profile.id), kept).await?;
        }
        let version = left.as_ref().map(|left| left.rules.version);
        let profile = &Profile {
            version: version.unwrap_or_default(),
            ..profile.clone()
        };
        let [member, owner, rules] = member_items(profile, terms)?;
        let free = Expression::new("attribute_not_exists(PK) OR free_from <= :now")
            .number(":now", now.as_second());
        let conflict = Error::Conflict;
        let none = Expression::new("attribute_not_exists(PK)");
        let mut writes = vec![
            check(keys::deletion(&profile.id), none).or_fail(conflict(Conflict::Leaving)),
            put_new(member).or_fail(conflict(Conflict::AlreadyJoined)),
            put_if(owner, free).or_fail(conflict(Conflict::HandleTaken)),
            match left {
                Some(left) => left.taken_up(&profile.id).unless(false),
                None => put(rules),
            },
        ];
        if let Some(claim) = claim {
            let made = note_made(claim, profile.id.to_string(), now)?;
            writes.push(made.or_fail(conflict(Conflict::IdempotencyInProgress)));
        }
        writes.extend(list_interests(profile, &profile.interests, []));
        self.table.transact(true, writes).await
    }

    /// The profile of someone who joined and does not leave, as of every write acknowledged before.
    pub async fn profile(&self, user: &UserId) -> Result<Option<Profile>, Error> {
        let item = self.table.get(&keys::profile(user), true).await?;
        item.filter(is_there).map(decode).transpose()
    }

    /// The profile of the caller of an API function.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`] when there is none.
    pub async fn member(&self, user: &UserId) -> Result<Profile, Error> {
        self.profile(user)
            .await?
            .ok_or(Error::Refused(Refusal::NotJoined))
    }

    /// Profiles of many, for their cards.
    pub async fn profiles(
        &self,
        users: impl IntoIterator<Item = &UserId>,
    ) -> Result<HashMap<UserId, Profile>, Error> {
        let wanted = users.into_iter().map(keys::profile).collect();
        let found = self.table.get_all(wanted).await?;
        let found = found.into_iter().filter(is_there);
        let found = readable::<Profile>(found).into_iter();
        Ok(found.map(|profile| (profile.id.clone(), profile)).collect())
    }

    /// Who has this handle, whatever its case.
    pub async fn user_by_handle(&self, handle: &Handle) -> Result<Option<UserId>, Error> {
        let claim = self
            .table
            .read::<HandleClaim>(&keys::handle(handle), false)
            .await?;
        Ok(claim.and_then(|claim| claim.user))
    }

    /// Changes a profile; answers with what it is now. A new avatar's photo is claimed, and the
    /// former one's goes, or nothing is changed at all.
    ///
    /// # Errors
    /// [`Refusal::NotJoined`] when there is none; [`Conflict::PhotoTaken`] when the photo is a
    /// post's, or no ready photo of theirs any more.
    pub async fn change_profile(
        &self,
        user: &UserId,
        change: ProfileChange,
        seen: Option<&Profile>,
    ) -> Result<Profile, Error> {
        if let (Some(terms), None) = (&change.terms, change.update()?) {
            self.accept_terms(user, terms).await?;
            return self.member(user).await;
        }
        let alone = change.interests.is_none() && change.avatar.is_none() && change.terms.is_none();
        if alone && seen.is_none() {
            let Some(update) = change.update()? else {
                return self.member(user).await;
            };
            let key = keys::profile(user);
            let changed = self.table.update(&key, update.when(Some(EXISTS))).await?;
            let changed = changed.map(decode).transpose()?;
            return changed.ok_or(Error::Refused(Refusal::NotJoined));
        }
        let mut anew = Anew::standing_on("the profile");
        loop {
            let now = self.member(user).await?;
            if seen.is_some_and(|seen| !now.says_as(seen)) {
                return Err(Error::PreconditionFailed);
            }
            if self.change_from(&now, change.clone(), seen).await? {
                return self.member(user).await;
            }
            anew.begin().await?;
        }
    }

    /// Makes a change to a profile as it was read: what lies elsewhere, the lists under topics and
    /// the avatar's photo, must follow from what is replaced. `false` when it is not as read.
    async fn change_from(
        &self,
        now: &Profile,
        mut change: ProfileChange,
        seen: Option<&Profile>,
    ) -> Result<bool, Error> {
        let worn = now.avatar.as_ref().map(|avatar| avatar.photo);
        let wanted = change.avatar.as_ref();
        if wanted.is_some_and(|new| new.as_ref().map(|avatar| avatar.photo) == worn) {
            change.avatar = None;
        }
        let Some(mut update) = change.update()? else {
            return Ok(true);
        };
        let (mut conditions, mut beside) = (vec![EXISTS], Vec::new());
        if let Some(seen) = seen {
            (conditions, update) = says_as(seen, update)?;
        }
        if let Some(chosen) = &change.interests {
            conditions.push("interests = :seen");
            update = update.value(":seen", string_set(&now.interests));
            let (added, left) = (chosen - &now.interests, &now.interests - chosen);
            beside.extend(list_interests(now, &added, &left));
        }
        if let Some(terms) = &change.terms {
            beside.push(accepted(&now.id, terms).or_fail(Error::Refused(Refusal::NotJoined)));
        }
        if let Some(avatar) = &change.avatar {
            if let Some(worn) = worn {
                conditions.push("avatar.photo = :worn");
                update = update.text(":worn", worn.to_string());
                beside.push(remove_photo(worn));
            } else {
                conditions.push("attribute_not_exists(avatar)");
            }
            if let Some(avatar) = avatar {
                let claimed = claim_avatar(avatar.photo, &now.id)?;
                beside.push(claimed.or_fail(Error::Conflict(Conflict::PhotoTaken)));
            }
        }
        let as_read = update_if(keys::profile(&now.id), update, conditions.join(" AND "));
        let mut writes = vec![as_read.unless(false)];
        writes.extend(beside);
        self.table.transact(true, writes).await
    }
}

/// The conditions that a profile says what it said when it was seen, under an update that gives them their values.
pub(super) fn says_as(
    seen: &Profile,
    update: Expression,
) -> Result<(Vec<&'static str>, Expression), Error> {
    let mut conditions = vec![
        "display_name = :seen_name",
        "interests = :seen_interests",
        "notify = :seen_notify",
    ];
    let notify = serde_dynamo::to_attribute_value(seen.notify).map_err(Error::internal)?;
    let mut update = update
        .text(":seen_name", &seen.display_name)
        .value(":seen_interests", string_set(&seen.interests))
        .value(":seen_notify", notify);
    if seen.bio.is_empty() {
        conditions.push("attribute_not_exists(bio)");
    } else {
        conditions.push("bio = :seen_bio");
        update = update.text(":seen_bio", &seen.bio);
    }
    match &seen.avatar {
        None => conditions.push("attribute_not_exists(avatar)"),
        Some(avatar) => {
            conditions.push("avatar.photo = :seen_avatar");
            update = update.text(":seen_avatar", avatar.photo.to_string());
        }
    }
    Ok((conditions, update))
}

impl ProfileChange {
    /// As an update of the item; `None` when nothing is to change.
    fn update(&self) -> Result<Option<Expression>, Error> {
        let (mut set, mut remove, mut values) = (Vec::new(), Vec::new(), Item::new());
        if let Some(name) = &self.display_name {
            set.push("display_name = :name");
            values.insert(":name".to_owned(), AttributeValue::S(name.clone()));
        }
        match self.bio.as_deref() {
            Some("") => remove.push("bio"),
            Some(bio) => {
                set.push("bio = :bio");
                values.insert(":bio".to_owned(), AttributeValue::S(bio.to_owned()));
            }
            None => {}
        }
        match &self.avatar {
            Some(None) => remove.push("avatar"),
            Some(Some(avatar)) => {
                let avatar = serde_dynamo::to_attribute_value(avatar).map_err(Error::internal)?;
                set.push("avatar = :avatar");
                values.insert(":avatar".to_owned(), avatar);
            }
            None => {}
        }
        if let Some(topics) = &self.interests {
            set.push("interests = :interests");
            values.insert(":interests".to_owned(), string_set(topics));
        }
        let switches = [
            (self.notify.posts, "notify.posts = :posts", ":posts"),
            (self.notify.replies, "notify.replies = :replies", ":replies"),
            (self.notify.follows, "notify.follows = :follows", ":follows"),
        ];
        for (switch, assignment, name) in switches {
            if let Some(on) = switch {
                set.push(assignment);
                values.insert(name.to_owned(), AttributeValue::Bool(on));
            }
        }
        let clause = |word: &str, parts: &[&str]| match parts {
            [] => String::new(),
            parts => format!("{word} {} ", parts.join(", ")),
        };
        let update = clause("SET", &set) + &clause("REMOVE", &remove);
        let expression = || {
            let empty = Expression::new(&update);
            values
                .iter()
                .fold(empty, |all, (name, value)| all.value(name, value.clone()))
        };
        Ok((!update.is_empty()).then(expression))
    }
}
