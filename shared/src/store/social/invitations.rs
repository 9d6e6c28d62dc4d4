//! Invitations to be an Onsite Associate: the candidates, one by one, and who is asked (MONEY 10).

use domain::{
    engagement::{Count, Shards, Thing},
    ids::{InvitationId, UserId},
    money::{
        Account, Programme,
        invitations::{Answer, Candidate, Invitation, LATEST, Round, Shown},
    },
    posts::Post,
};
use futures::future::try_join_all;
use jiff::Timestamp;

use crate::{
    error::{Conflict, Error},
    keys::{self, Item as Kind, Key},
    store::Store,
    table::{Expression, Found, Range, encode, put_if, put_new, readable, value},
};

impl Store {
    /// Some influencers after one, in no order that says anything.
    pub async fn influencers_after(
        &self,
        after: Option<&UserId>,
        most: usize,
    ) -> Result<Vec<UserId>, Error> {
        let range = Range {
            after: after.map(|user| user.as_str().to_owned()),
            limit: Some(most),
            consistent: true,
            ..Range::all(keys::INFLUENCERS.to_owned())
        };
        let found = self.table.query_all(range).await?;
        let keys = found.iter().filter_map(Key::of);
        let users = keys.filter_map(|key| match Kind::at(&key) {
            Some(Kind::Influencer(user)) => Some(user),
            Some(_) | None => None,
        });
        Ok(users.collect())
    }

    /// What is known of an influencer who may be invited; `None` of whoever is none any more.
    pub async fn candidate(&self, user: &UserId) -> Result<Option<Candidate>, Error> {
        let (profile, engaged, strikes, (invitations, _)) = futures::try_join!(
            self.profile(user),
            self.engaged(user),
            self.strikes(user),
            self.invitations_of(user, None, 100)
        )?;
        let since = engaged.as_ref().and_then(|engaged| engaged.since);
        let (Some(mut profile), Some(engaged), Some(since)) = (profile, engaged, since) else {
            return Ok(None);
        };
        if profile.heat().is_hot() {
            let thing = Thing::Person(user.clone());
            profile.plus(&self.shards(&thing, profile.heat(), true).await?);
        }
        let mut posts = Box::pin(self.latest_posts(user)).await?;
        posts.truncate(LATEST);
        let named: Vec<_> = posts.iter().flat_map(Post::product_ids).collect();
        let products = self.products(named).await?;
        let shown = posts.iter().map(async |post| {
            let shards = match post.heat().is_hot() {
                true => {
                    self.shards(&Thing::Post(post.id), post.heat(), true)
                        .await?
                }
                false => Shards::default(),
            };
            let mut ids = post.product_ids().into_iter();
            let buyable = ids.any(|id| products.get(id).is_some_and(|one| one.can_be_bought()));
            let photo = post.photos.iter().any(|photo| photo.image.is_some());
            Ok::<_, Error>(Shown {
                published_at: post.published_at.unwrap_or(post.created_at),
                has_both: photo && buyable,
                acts: shards.plus(Count::Smiles, post.smiles)
                    + 2 * shards.plus(Count::Comments, post.comments)
                    + 3 * shards.plus(Count::Saves, post.saves),
            })
        });
        Ok(Some(Candidate {
            user: user.clone(),
            handle: profile.handle.clone(),
            since,
            is_in: engaged.is_in(Programme::OnsiteAssociate),
            followers: profile.followers,
            posts: try_join_all(shown).await?,
            hidden_at: strikes.last(),
            invitations,
        }))
    }

    /// How far this month's round has come.
    pub async fn round(&self, month: &str) -> Result<Round, Error> {
        let found = self.table.read(&keys::round(month), true).await?;
        Ok(found.unwrap_or_default())
    }

    /// Writes how far it has come, if it is as it was read. `false` when it is not.
    pub async fn keep_round(
        &self,
        month: &str,
        before: &Round,
        after: &Round,
    ) -> Result<bool, Error> {
        let after = Round {
            edition: before.edition + 1,
            ..after.clone()
        };
        let item = encode(&keys::round(month), &after)?;
        let write = match before.edition {
            0 => put_new(item),
            edition => {
                let as_read = Expression::new("edition = :edition");
                put_if(item, as_read.value(":edition", value(edition)?))
            }
        };
        self.table.transact(true, vec![write.unless(false)]).await
    }

    /// Invites somebody, once by this id.
    pub async fn invite(&self, user: &UserId, invitation: &Invitation) -> Result<(), Error> {
        let item = encode(&keys::invitation(user, invitation.id), invitation)?;
        self.table
            .transact((), vec![put_new(item).unless(())])
            .await
    }

    /// One invitation of somebody's.
    pub async fn invitation(
        &self,
        user: &UserId,
        id: InvitationId,
    ) -> Result<Option<Invitation>, Error> {
        self.table.read(&keys::invitation(user, id), true).await
    }

    /// Up to `limit` of somebody's invitations before one, newest first, and whether there are more.
    pub async fn invitations_of(
        &self,
        user: &UserId,
        before: Option<InvitationId>,
        limit: usize,
    ) -> Result<(Vec<Invitation>, bool), Error> {
        let range = Range {
            after: before.map(|id| id.to_string()),
            descending: true,
            limit: Some(limit),
            consistent: true,
            ..Range::all(keys::invitations_of(user))
        };
        let Found { items, more } = self.table.query(&range).await?;
        Ok((readable(items), more))
    }

    /// Answers an invitation as it was read, with what follows. `false` when something is not as it was read.
    ///
    /// # Errors
    /// [`Conflict::InvitationClosed`] when it is open no more.
    pub async fn answer_invitation(
        &self,
        user: &UserId,
        before: &Invitation,
        accepted: bool,
        fresh: &Account,
        now: Timestamp,
    ) -> Result<bool, Error> {
        if !before.is_open(now) {
            return Err(Error::Conflict(Conflict::InvitationClosed));
        }
        let after = Invitation {
            answer: match accepted {
                true => Answer::Accepted,
                false => Answer::Declined,
            },
            ..before.clone()
        };
        let open = Expression::new("answer = :open").value(":open", value(Answer::Open)?);
        let item = encode(&keys::invitation(user, before.id), &after)?;
        let mut writes = vec![put_if(item, open).unless(false)];
        if accepted {
            let entered = (Programme::OnsiteAssociate, true);
            writes.extend(self.entered(user, entered, fresh, now).await?);
        }
        self.table.transact(true, writes).await
    }
}
