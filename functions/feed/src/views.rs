//! Views of posts of Onsite Associates: what a purchase of the same category may be credited to (MONEY 20, 21).

use std::collections::{BTreeSet, HashMap};

use domain::{
    ids::{PostId, UserId},
    money::Programme,
    posts::Post,
    shown::Shown,
};
use jiff::{SignedDuration, Timestamp};
use shared::{error::Error, store::KeptView};

use crate::App;

/// A view is of what was shown so long ago at most.
const FRESH: SignedDuration = SignedDuration::from_hours(24);

impl App {
    /// Whether a token says that a post was shown to somebody within a day.
    pub(crate) fn was_shown(&self, to: &UserId, post: PostId, token: &str, now: Timestamp) -> bool {
        let shown = self.views.open::<(String, PostId, i64)>("view", token);
        shown.is_some_and(|(whom, what, at)| {
            let ago = now.as_second().saturating_sub(at);
            whom == to.as_str() && what == post && (0..=FRESH.as_secs()).contains(&ago)
        })
    }

    /// Notes that somebody viewed these posts now, of each that is another's who is an active Onsite Associate.
    pub(crate) async fn note_views(
        &self,
        viewer: &UserId,
        posts: &HashMap<PostId, &Shown<Post>>,
        now: Timestamp,
    ) -> Result<(), Error> {
        let others = posts.values().filter(|post| post.author != *viewer);
        let others: Vec<_> = others
            .filter(|post| post.named_products().next().is_some())
            .collect();
        let authors: BTreeSet<_> = others.iter().map(|post| &post.author).collect();
        let mut accounts = HashMap::new();
        for author in authors {
            let Some(account) = self.store.account_of(author).await? else {
                continue;
            };
            let state = self.store.account_state(&account).await?;
            if state.is_some_and(|state| state.programmes.contains(&Programme::OnsiteAssociate)) {
                accounts.insert(author, account);
            }
        }
        for post in others {
            let Some(account) = accounts.get(&post.author) else {
                continue;
            };
            let products = self.store.products(post.named_products()).await?;
            let shows = products.into_iter().map(|(id, product)| {
                let category = product.category.unwrap_or_default();
                let since = post.tagged_at(&id);
                (id, (since, category))
            });
            let view = KeptView {
                account: account.clone(),
                shows: shows.collect(),
            };
            self.store.note_view(viewer, post.id, now, &view).await?;
        }
        Ok(())
    }
}
