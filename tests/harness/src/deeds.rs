//! What people do to each other and to posts, done beside the API; and what has been counted.

use domain::{
    engagement::{Count, Notice},
    ids::{BriefId, NoticeId, PostId, ProductId, UserId},
    money::briefs::{Brief, Status},
    people::{Actor, Gate, Notify, Profile, Rules},
    quota::Quota,
};
use jiff::Timestamp;
use shared::{
    read::Reads,
    store::{NotifyChange, ProfileChange, Word},
};

use crate::{World, issuer::user};

/// Somebody who may act, whatever their rules say.
///
/// # Panics
/// Never: no rules keep nobody.
pub fn actor(who: &UserId) -> Actor {
    let admitted = Gate::default().admit(who.clone(), Rules::default(), Timestamp::UNIX_EPOCH);
    admitted.expect("nothing keeps them")
}

impl World {
    /// Lets one member follow another.
    ///
    /// # Panics
    /// When one of them has not joined.
    pub async fn follow(&self, reader: &str, author: &str) {
        let (reader, author, store) = (user(reader), user(author), self.store());
        let actor = store.actor(&Gate::default(), &reader, self.now()).await;
        let actor = actor.expect("a member");
        let followed = store.follow(&actor, &author, self.now());
        followed.await.expect("both have joined");
    }

    /// Lets one member follow another no longer.
    ///
    /// # Panics
    /// When one of them has not joined.
    pub async fn unfollow(&self, reader: &UserId, author: &UserId) {
        let store = self.store();
        let rules = store.rules(reader).await.expect("a member");
        let unfollowed = store.unfollow(reader, author, rules);
        unfollowed.await.expect("both have joined");
    }

    /// Lets somebody say something of a post in their feed.
    ///
    /// # Panics
    /// When it is not published.
    pub async fn say(&self, who: &UserId, post: PostId, word: Word) {
        let store = self.store();
        let read = store.post_now(post).await.expect("the table answers");
        let post = read.expect("a post");
        let stance = store.stance(who, post.id).await;
        let stance = stance.expect("the table answers");
        let said = store.say_of_post(who, &post, word, stance, self.now());
        said.await.expect("the table answers");
    }

    /// Lets somebody hide a post from themselves, or no longer.
    ///
    /// # Panics
    /// When it is not published.
    pub async fn hide(&self, who: &UserId, post: PostId, hidden: bool) {
        self.say(who, post, Word::Hide(hidden)).await;
    }

    /// Lets somebody smile at a post.
    ///
    /// # Panics
    /// When it is not published.
    pub async fn smile(&self, who: &UserId, post: PostId) {
        let store = self.store();
        let read = store.post_now(post).await.expect("the table answers");
        let post = read.expect("a post");
        let who = actor(who);
        let smiled = store.smile(&who, &post, self.now());
        smiled.await.expect("a published post");
    }

    /// Lets somebody take their smile back.
    ///
    /// # Panics
    /// When the post is not published.
    pub async fn take_back_smile(&self, who: &UserId, post: PostId) {
        let store = self.store();
        let read = store.post_now(post).await.expect("the table answers");
        let post = read.expect("a post");
        let back = store.take_back_smile(who, &post).await;
        back.expect("a published post");
    }

    /// Turns the switches of what somebody wants to be told of.
    ///
    /// # Panics
    /// When they have not joined.
    pub async fn switch(&self, who: &UserId, switches: Notify) {
        let notify = NotifyChange {
            posts: Some(switches.posts),
            replies: Some(switches.replies),
            follows: Some(switches.follows),
        };
        let change = ProfileChange {
            notify,
            ..ProfileChange::default()
        };
        let changed = self.store().change_profile(who, change, None).await;
        changed.expect("a member");
    }

    /// What somebody is told of others in their inbox, newest first, as it is kept.
    ///
    /// # Panics
    /// When the table fails.
    pub async fn inbox(&self, who: &UserId) -> Vec<Notice> {
        let oldest = NoticeId::start_of(Timestamp::UNIX_EPOCH);
        let told = self.store().notices(who, None, oldest, 1_000).await;
        told.expect("the table answers").0
    }

    /// Has somebody accept a brief now that names these products.
    ///
    /// # Panics
    /// When the table fails.
    pub async fn accept_brief(&self, who: &UserId, products: &[&str]) -> BriefId {
        let (store, now) = (self.store(), self.now());
        let product = |id: &&str| ProductId::parse(id).expect("a product id");
        let brief = Brief {
            id: BriefId(self.context().ids.ulid()),
            brand: "Acme".to_owned(),
            products: products.iter().map(product).collect(),
            text: "Show it".to_owned(),
            sent_at: now,
            status: Status::Sent,
            answered_at: None,
        };
        let quota = Quota {
            user: user("seller"),
            kind: "briefs",
            limit: 1_000,
        };
        let sent = store.send_brief(&brief, who, None, &quota, now).await;
        assert!(sent.expect("the table answers"));
        let answered = store.answer_brief(who, &brief, Status::Accepted, now);
        assert!(answered.await.expect("the table answers"));
        brief.id
    }

    /// A count of a post, as of every act acknowledged before.
    ///
    /// # Panics
    /// When the post is not there.
    pub async fn counted(&self, post: PostId, count: Count) -> u64 {
        let reads = Reads::fresh(self.store());
        let (post, mut read) = reads.post(None, post).await.expect("the table answers");
        let post = post.expect("a post");
        let around = reads.around([&post], self.now(), &mut read);
        around.await.expect("the table answers");
        read.count(&post, count)
    }

    /// A person's profile, its counts as of every act acknowledged before.
    ///
    /// # Panics
    /// When they have not joined.
    pub async fn profile(&self, user: &UserId) -> Profile {
        let profile = Reads::fresh(self.store()).profile(user).await;
        profile.expect("the table answers").expect("a member")
    }

    /// Whether somebody smiled at a post.
    ///
    /// # Panics
    /// When the table fails.
    pub async fn smiled(&self, who: &UserId, post: PostId) -> bool {
        let acts = self.store().acts_at(who, post).await;
        acts.expect("the table answers").smile.is_some()
    }
}
