//! Where each part of an export is read, a page at a time.

use std::collections::HashMap;

use domain::{
    engagement::{Comment, Count, Feedback, Thing},
    ids::{ExportId, NoticeId, PhotoId, PostId, UserId},
    people::Profile,
    posts::{Post, photo::Photo},
};
use jiff::Timestamp;
use serde_json::{Value, json};
use shared::{
    error::Error,
    keys::{self, Item},
    store::Did,
};

use super::{
    shapes::{self, time},
    told,
};
use crate::App;

/// So many items are a page,
const PAGE: usize = 100;
/// or so many posts whose photos are read.
const WITH_PHOTOS: usize = 20;

/// Whose export it is, as it was when the message came.
pub(super) struct Whose {
    pub(super) profile: Profile,
    pub(super) export: ExportId,
    pub(super) asked_at: Timestamp,
    pub(super) now: Timestamp,
}

/// A page of a part.
#[derive(Default)]
pub(super) struct Page {
    pub(super) elements: Vec<Value>,
    /// Where it ends, if there is more.
    pub(super) last: Option<String>,
}

impl Page {
    fn whole(elements: impl IntoIterator<Item = Value>) -> Self {
        Self {
            elements: elements.into_iter().collect(),
            last: None,
        }
    }
}

/// What is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// When it was asked for.
    Time,
    Profile,
    Posts,
    Waiting,
    Comments,
    Smiles,
    Votes,
    People,
    Topics,
    Blocks,
    Mutes,
    Hides,
    Feedback,
    Lists,
    Reports,
    Appeals,
    Decisions,
    Notifications,
    Activity,
    Reviews,
    SocialAccounts,
    /// Whom money is owed.
    Account,
    Applications,
    /// What sellers asked of them,
    Briefs,
    /// and what they asked of influencers as sellers,
    SentBriefs,
    /// for which brands.
    Brands,
    Badges,
    PhotosOfPosts,
    PhotosOfWaiting,
    OtherPhotos,
    /// Nothing of the kind is kept.
    None,
}

impl Part {
    /// A page of it after a place.
    pub(super) async fn page(
        self,
        app: &App,
        whose: &Whose,
        after: Option<String>,
    ) -> Result<Page, Error> {
        let (me, user) = (&whose.profile, &whose.profile.id);
        match self {
            Self::None => Ok(Page::default()),
            Self::Time => Ok(Page::whole([json!(time(whose.asked_at))])),
            Self::Profile => Ok(Page::whole([profile(app, me).await?])),
            Self::Topics => Ok(Page::whole(me.interests.iter().map(|topic| json!(topic)))),
            Self::Posts | Self::Waiting => {
                let (found, last) = posts(app, user, self, after, PAGE).await?;
                let elements = found.iter().map(shapes::post).collect();
                Ok(Page { elements, last })
            }
            Self::Comments => comments(app, user, after).await,
            Self::Smiles | Self::Votes | Self::Hides | Self::Feedback => {
                let (did, last) = app.store.did(user, after, PAGE).await?;
                let elements = did.iter().filter_map(|did| self.of_act(did)).collect();
                Ok(Page { elements, last })
            }
            Self::People => people(app, keys::follows_of(user), after).await,
            Self::Blocks => people(app, keys::blocked_by(user), after).await,
            Self::Mutes => people(app, keys::muted_by(user), after).await,
            Self::Lists => told::lists(app, user, after).await,
            Self::Reports => told::reports(app, user, after).await,
            Self::Appeals => told::appeals(app, user, after).await,
            Self::Decisions => told::decisions(app, user, after).await,
            Self::Notifications => notifications(app, whose, after).await,
            Self::Reviews => {
                let (reviews, last) = app.store.reviews_by(user, after, PAGE).await?;
                let elements = reviews.iter().map(shapes::review).collect();
                Ok(Page { elements, last })
            }
            Self::Activity => {
                let history = app.store.history(user).await?;
                Ok(Page::whole(shapes::activity(&history)))
            }
            Self::SocialAccounts => {
                let accounts = app.store.social_accounts(user).await?;
                Ok(Page::whole(accounts.iter().map(shapes::social_account)))
            }
            Self::Account => {
                let engaged = app.store.engaged(user).await?;
                let account = engaged.map(|engaged| engaged.account);
                Ok(Page::whole([json!(account)]))
            }
            Self::Applications => {
                let application = app.store.application(user).await?;
                Ok(Page::whole(application.iter().map(shapes::application)))
            }
            Self::Briefs => told::briefs(app, user, after).await,
            Self::SentBriefs => told::sent_briefs(app, user, after).await,
            Self::Brands => {
                let brands = app.store.brands_of(user).await?;
                Ok(Page::whole(brands.iter().map(|brand| json!(brand))))
            }
            Self::Badges => {
                let badge = app.store.badge(user).await?;
                Ok(Page::whole(shapes::badge(&badge)))
            }
            Self::PhotosOfPosts | Self::PhotosOfWaiting => {
                let list = if self == Self::PhotosOfPosts {
                    Self::Posts
                } else {
                    Self::Waiting
                };
                let (found, last) = posts(app, user, list, after, WITH_PHOTOS).await?;
                let ids = found.iter().flat_map(Post::photo_ids).collect();
                let elements = photos(app, whose, ids, |photo| photo.post.is_some()).await?;
                Ok(Page { elements, last })
            }
            Self::OtherPhotos => {
                let first = after.is_none();
                let (uploads, last) = app.store.uploads(user, after, PAGE).await?;
                let mut ids: Vec<_> = uploads.into_iter().map(|(photo, _)| photo).collect();
                let worn = me.avatar.as_ref().map(|avatar| avatar.photo);
                ids.retain(|photo| Some(*photo) != worn);
                ids.extend(worn.filter(|_| first));
                let elements = photos(app, whose, ids, |photo| photo.post.is_none()).await?;
                Ok(Page { elements, last })
            }
        }
    }

    /// What this part says of what was done at a thing, if anything.
    fn of_act(self, did: &Did) -> Option<Value> {
        match (self, did) {
            (Self::Smiles, Did::AtPost(post, acts)) => {
                acts.smile.map(|at| json!({"post": post, "at": time(at)}))
            }
            (Self::Smiles, Did::AtComment(id, at)) => {
                at.smile.map(|at| json!({"comment": id, "at": time(at)}))
            }
            (Self::Votes, Did::AtPost(post, acts)) => acts
                .vote
                .map(|option| json!({"post": post, "option": shapes::option(option)})),
            (Self::Hides, Did::AtPost(post, acts)) => {
                acts.hide.map(|at| json!({"post": post, "at": time(at)}))
            }
            (Self::Feedback, Did::AtPost(post, acts)) => {
                let said =
                    |said: Feedback| json!({"post": post, "more": said.more, "at": time(said.at)});
                acts.taste.map(said)
            }
            _other => None,
        }
    }
}

async fn profile(app: &App, me: &Profile) -> Result<Value, Error> {
    let mut me = me.clone();
    if me.heat().is_hot() {
        let thing = Thing::Person(me.id.clone());
        me.plus(&app.store.shards(&thing, me.heat(), true).await?);
    }
    Ok(shapes::profile(&me))
}

/// A page of the posts that have appeared, or of those that have not, with exact counts.
async fn posts(
    app: &App,
    user: &UserId,
    which: Part,
    after: Option<String>,
    limit: usize,
) -> Result<(Vec<Post>, Option<String>), Error> {
    let list = if which == Part::Posts {
        keys::authored_by(user)
    } else {
        keys::waiting_of(user)
    };
    let (keys, last) = app.store.keys_in(list, after, limit).await?;
    let ids: Vec<PostId> = keys.iter().filter_map(post_of).collect();
    let mut found = app.store.posts(ids.iter().copied()).await?;
    let mut posts = Vec::with_capacity(ids.len());
    for mut post in ids.iter().filter_map(|id| found.remove(id)) {
        if post.heat().is_hot() {
            let thing = Thing::Post(post.id);
            let shards = app.store.shards(&thing, post.heat(), true).await?;
            post.smiles = shards.plus(Count::Smiles, post.smiles);
            post.comments = shards.plus(Count::Comments, post.comments);
            post.saves = shards.plus(Count::Saves, post.saves);
            for (option, votes) in (0..).zip(&mut post.votes) {
                *votes = shards.plus(Count::Votes(option), *votes);
            }
        }
        posts.push(post);
    }
    Ok((posts, last))
}

fn post_of(key: &keys::Key) -> Option<PostId> {
    let item = Item::at(key)?;
    if let Item::Authored(_, at) = item {
        return Some(at.post);
    }
    let Item::Waiting(_, post) = item else {
        return None;
    };
    Some(post)
}

async fn comments(app: &App, user: &UserId, after: Option<String>) -> Result<Page, Error> {
    // What was done at comments stands after what was done at posts.
    let after = after.unwrap_or_else(|| "C".to_owned());
    let (did, last) = app.store.did(user, Some(after), PAGE).await?;
    let mine = did.into_iter().filter_map(|did| match did {
        Did::AtComment(_, at) => at.mine,
        Did::AtPost(..) | Did::AtProduct(..) => None,
    });
    let mut said = Vec::new();
    for mut comment in app.store.comments(mine).await?.into_values() {
        if !comment.stands() || comment.author != *user {
            continue;
        }
        if comment.heat().is_hot() {
            let thing = Thing::Comment(comment.id);
            comment.plus(&app.store.shards(&thing, comment.heat(), true).await?);
        }
        said.push(comment);
    }
    let elements = said.iter().map(|said: &Comment| shapes::comment(said));
    Ok(Page {
        elements: elements.collect(),
        last,
    })
}

/// A page of the people in a list, by their handles; without those who are gone.
async fn people(app: &App, list: String, after: Option<String>) -> Result<Page, Error> {
    let (keys, last) = app.store.keys_in(list, after, PAGE).await?;
    let ids: Vec<_> = keys
        .iter()
        .filter_map(|key| UserId::parse(&key.sk))
        .collect();
    let profiles = app.store.profiles(&ids).await?;
    let handles = ids.iter().filter_map(|id| profiles.get(id));
    let elements = handles.map(|profile| json!(profile.handle)).collect();
    Ok(Page { elements, last })
}

async fn notifications(app: &App, whose: &Whose, after: Option<String>) -> Result<Page, Error> {
    let me = &whose.profile;
    let before = after.and_then(|after| after.parse::<NoticeId>().ok());
    let oldest = NoticeId::start_of(Timestamp::UNIX_EPOCH);
    let found = app.store.notices(&me.id, before, oldest, PAGE).await?;
    let (notices, more) = found;
    let actors = notices.iter().flat_map(|notice| &notice.newest);
    let profiles: HashMap<UserId, Profile> = app.store.profiles(unique(actors)).await?;
    let last = notices.last().map(|notice| notice.id.to_string());
    let elements = notices
        .iter()
        .map(|notice| shapes::notice(notice, &profiles, me.read_to))
        .collect();
    Ok(Page {
        elements,
        last: last.filter(|_| more),
    })
}

fn unique<'a>(people: impl Iterator<Item = &'a UserId>) -> Vec<&'a UserId> {
    let people: std::collections::BTreeSet<_> = people.collect();
    people.into_iter().collect()
}

/// Those of these photos of which an original is kept.
async fn photos(
    app: &App,
    whose: &Whose,
    ids: Vec<PhotoId>,
    wanted: impl Fn(&Photo) -> bool,
) -> Result<Vec<Value>, Error> {
    let found = app.store.photos(&ids).await?.into_iter().flatten();
    let mine = found.filter(|photo| {
        let mine = photo.owner == whose.profile.id && !photo.is_forgotten(whose.now);
        mine && wanted(photo)
    });
    let at = format!("{}/v1/me/exports/{}/photos", app.api_url, whose.export);
    Ok(mine
        .filter_map(|photo| shapes::photo(&photo, &at))
        .collect())
}
