//! Influencers who fit a brand: those with most of its topics among their interests, of these whom most follow (PRODUCT
//! 6.10). They are gone through some at a time, and each of these in order.

use std::cmp::Reverse;

use axum::{Json, extract::State};
use domain::{
    engagement::Thing,
    ids::{TopicId, UserId},
    people::Profile,
    shown::{Onlooker, Shown},
};
use serde::{Deserialize, Serialize};
use shared::{
    error::{Error, Invalid},
    http::{Page, PageQuery, Params, Seller},
    views::UserCard,
};
use utoipa::ToSchema;

use crate::{App, brands::BrandQuery};

/// So many are put in order at once.
const AT_ONCE: usize = 200;

/// An influencer who fits a brand.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FittingInfluencer {
    /// Who.
    user: UserCard,
    /// How many follow them.
    followers: u64,
    /// The topics of the brand that are among their interests.
    #[schema(min_items = 1, max_items = 8)]
    shared_topics: Vec<String>,
}

/// Somebody with what they share with a brand.
struct Fit {
    profile: Shown<Profile>,
    shared: Vec<TopicId>,
}

/// Where somebody stands among those that were put in order: the best are the least.
type Rank = (Reverse<usize>, Reverse<u64>, UserId);

impl Fit {
    fn of(profile: Profile, topics: &[TopicId], onlooker: &Onlooker) -> Option<Self> {
        let shared = topics.iter();
        let shared = shared.filter(|topic| profile.interests.contains(topic));
        let shared: Vec<_> = shared.cloned().collect();
        let fits = profile.influencer && !shared.is_empty();
        let profile = onlooker.meets(profile).filter(|_| fits)?;
        Some(Self { profile, shared })
    }

    fn rank(&self) -> Rank {
        let Profile { followers, id, .. } = &*self.profile;
        (Reverse(self.shared.len()), Reverse(*followers), id.clone())
    }
}

/// How far they were gone through.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Place {
    /// After whom those begin that are put in order.
    begin: Option<UserId>,
    /// The last of these that was shown: how much they share, who follow them, and who they are.
    last: Option<(usize, u64, UserId)>,
}

/// Influencers whose interests fit a brand's topics, those that fit best first.
#[utoipa::path(
    get,
    path = "/v1/sellers/influencers",
    tag = "sellers",
    params(BrandQuery, PageQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "A page of influencers.", body = Page<FittingInfluencer>),
        (status = 404, description = "The brand is not the caller's."))
)]
pub(crate) async fn list_fitting_influencers(
    State(app): State<App>,
    Seller(viewer): Seller,
    params: Params,
) -> Result<Json<Page<FittingInfluencer>>, Error> {
    let mut invalid = Invalid::default();
    let page = params.page_into(&mut invalid);
    let (name, brand) = app.asked_for(&viewer, &params, invalid).await?;
    let list = format!("influencers for {}", brand.as_str());
    let list = app.cursors.list(&list, Some(&viewer.id));
    let place: Place = list.place(&page)?.unwrap_or_default();
    let (topics, onlooker, some) = futures::try_join!(
        app.topics(&name, &brand),
        app.reads.onlooker(Some(&viewer.id)),
        app.store.influencers_after(place.begin.as_ref(), AT_ONCE)
    )?;
    let profiles = app.store.profiles(&some).await?.into_values();
    let mut fits: Vec<_> = profiles
        .filter_map(|profile| Fit::of(profile, &topics, &onlooker))
        .collect();
    fits.sort_by_key(Fit::rank);
    if let Some((shared, followers, user)) = place.last {
        let last = (Reverse(shared), Reverse(followers), user);
        fits.retain(|fit| fit.rank() > last);
    }
    let more = fits.len() > page.limit;
    fits.truncate(page.limit);
    let mut items = Vec::with_capacity(fits.len());
    for fit in &fits {
        items.push(app.fitting(fit).await?);
    }
    let after = |shown: usize| {
        let last = shown.checked_sub(1).and_then(|last| fits.get(last));
        if let Some(last) = last.filter(|_| more || shown < fits.len()) {
            let (Reverse(shared), Reverse(followers), user) = last.rank();
            return Some(Place {
                begin: place.begin.clone(),
                last: Some((shared, followers, user)),
            });
        }
        let last = some.last().filter(|_| some.len() == AT_ONCE)?;
        Some(Place {
            begin: Some(last.clone()),
            last: None,
        })
    };
    list.page(items, after).map(Json)
}

impl App {
    async fn fitting(&self, fit: &Fit) -> Result<FittingInfluencer, Error> {
        let mut counted = Profile::clone(&fit.profile);
        if counted.heat().is_hot() {
            let thing = Thing::Person(counted.id.clone());
            counted.plus(&self.store.shards(&thing, counted.heat(), false).await?);
        }
        Ok(FittingInfluencer {
            user: self.present.user(&fit.profile),
            followers: counted.followers,
            shared_topics: fit.shared.iter().map(ToString::to_string).collect(),
        })
    }
}
