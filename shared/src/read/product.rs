//! One product with all that its page shows.

use domain::{
    catalogue::product::Product,
    engagement::{Idea, IdeaList, Shelf},
    feeds::Position,
    ids::{ProductId, UserId},
    posts::{Hydrated, Post},
    shown::{Onlooker, Shown},
};
use jiff::Timestamp;

use super::{
    Reads,
    shelves::{known_of, topic_of},
};
use crate::{error::Error, store::Details};

/// A product is shown with at most this many like it.
const SIMILAR: usize = 12;
/// And with at most this many of the lists that hold it.
const SAVED_IN: usize = 12;

/// What the page of a product shows.
#[derive(Debug)]
pub struct ProductPage {
    /// Which.
    pub id: ProductId,
    /// The product at the price of now, with what can be bought in its stead.
    pub read: Hydrated,
    /// What is only said here.
    pub details: Details,
    /// Public lists that hold it, the latest to do so first.
    pub lists: Vec<Shown<IdeaList>>,
    /// What stands on their cards.
    pub shelf: Shelf,
    /// Whether it is in a list of whoever looks; `None` where nobody is signed in.
    pub saved: Option<bool>,
    /// What is like it: first what those got who got it, then what is nearest in price.
    pub similar: Vec<Product>,
}

impl Reads {
    /// A product of the catalogue with what stands beside it, whoever looks; `None` when there is none.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn product(
        &self,
        viewer: Option<&UserId>,
        id: &ProductId,
        now: Timestamp,
    ) -> Result<Option<ProductPage>, Error> {
        let idea = Idea::Product(id.clone());
        let saves = async {
            match viewer {
                Some(viewer) => self.store.saves(viewer, &idea, false).await.map(Some),
                None => Ok(None),
            }
        };
        let (found, onlooker, (lists, _), saves) = futures::try_join!(
            self.store.product(id),
            self.onlooker(viewer),
            self.store.lists_with(&idea, None, SAVED_IN),
            saves
        )?;
        let Some((mut product, details)) = found else {
            return Ok(None);
        };
        self.saved([&mut product], true).await?;
        let product = product.priced_at(now);
        let missed = (!product.can_be_bought()).then_some(&product);
        let lists: Vec<_> = lists.into_iter().map(|(_, list)| list).collect();
        let similar = async {
            let shop = self.shop(topic_of(&product).as_ref(), now).await?;
            let had = known_of(&shop, &details.had, SIMILAR);
            let mut found = self.alike(vec![(&product, had)], SIMILAR, now).await?;
            Ok(found.remove(&product.id).unwrap_or_default())
        };
        let (similar, mut substitutes, (lists, shelf)) = futures::try_join!(
            similar,
            self.store.substitutes(missed, now),
            self.lists(&lists, &onlooker, |list| onlooker.is_told_of(list), now)
        )?;
        self.saved(substitutes.values_mut(), false).await?;
        let read = Hydrated {
            products: [(id.clone(), product)].into(),
            substitutes,
            onlooker,
            ..Hydrated::default()
        };
        Ok(Some(ProductPage {
            id: id.clone(),
            read,
            details,
            lists,
            shelf,
            saved: saves.map(|saves| !saves.is_empty()),
            similar,
        }))
    }

    /// The latest posts that show a product, at most so many, with what stands around them: three rounds, as
    /// [`Reads::around`] says.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn posts_with(
        &self,
        id: &ProductId,
        limit: usize,
        now: Timestamp,
    ) -> Result<(Vec<Shown<Post>>, Hydrated), Error> {
        let (newest, oldest) = (Position::end_of(now), Position::start_of(Timestamp::MIN));
        let places = self.store.shows(id, newest, oldest, limit).await?;
        let ids: Vec<_> = places.iter().map(|at| at.post).collect();
        let (mut found, read) = Box::pin(self.found(Onlooker::nobody(), &ids, now)).await?;
        // It may be out of a post since.
        let shows = |post: &Shown<Post>| post.product_ids().contains(&id);
        let posts = ids.iter().filter_map(|post| found.remove(post));
        Ok((posts.filter(shows).collect(), read))
    }
}
