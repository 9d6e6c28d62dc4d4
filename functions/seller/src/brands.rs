//! Which brand is asked for, by whom it may be, and which topics are its own.

use std::{cmp::Reverse, collections::BTreeMap};

use domain::{
    catalogue::brand::Brand,
    feeds::{FindableKind, search::Query},
    ids::{ProductId, TopicId},
    posts::topics,
};
use shared::{
    error::{Error, Invalid},
    http::{Params, Viewer},
    store::Thorough,
};
use utoipa::IntoParams;

use crate::App;

/// By so many of its products, the most popular, it is known what a brand is about.
const PRODUCTS: usize = 100;
/// A brand has so many topics at most: those that most of its products are of.
const TOPICS: usize = 8;

/// Which brand is asked for.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct BrandQuery {
    /// One of those that the caller's account is mapped to, as the store's products have it.
    #[param(min_length = 1, max_length = 70)]
    #[expect(dead_code, reason = "it describes what the handler reads")]
    brand: String,
}

impl App {
    /// The brand of a query, once it is known that its caller may see it.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is not theirs; 422 where none is named, or anything else is wrong with the query.
    pub(crate) async fn asked_for(
        &self,
        viewer: &Viewer,
        params: &Params,
        mut invalid: Invalid,
    ) -> Result<(String, Brand), Error> {
        let before = invalid.fields().len();
        let name = params.get("brand", &mut invalid);
        let brand = name.and_then(Brand::of);
        if brand.is_none() && invalid.fields().len() == before {
            invalid.add("?brand", "is required");
        }
        let own = match &brand {
            Some(brand) => Some(self.own_brand(viewer, brand).await?),
            None => None,
        };
        invalid.finish()?;
        own.zip(brand).ok_or(Error::NotFound)
    }

    /// As the store spells a brand that is this seller's.
    ///
    /// # Errors
    /// [`Error::NotFound`] where it is not theirs.
    pub(crate) async fn own_brand(&self, viewer: &Viewer, brand: &Brand) -> Result<String, Error> {
        let own = self.store.brands_of(&viewer.id).await?;
        let mut own = own.into_iter();
        let own = own.find(|name| Brand::of(name).as_ref() == Some(brand));
        own.ok_or(Error::NotFound)
    }

    /// What a brand is about: the topics of its products' categories, those first that most are of.
    pub(crate) async fn topics(&self, name: &str, brand: &Brand) -> Result<Vec<TopicId>, Error> {
        let Ok(query) = Query::parse(name) else {
            return Ok(Vec::new());
        };
        let kind = FindableKind::Product;
        let found = self
            .store
            .looked_for(kind, &query, None, PRODUCTS, Thorough::Glance, |_| None);
        let found = found.await?.hits.into_iter().take(PRODUCTS);
        let ids: Vec<_> = found
            .filter_map(|hit| ProductId::parse(&hit.place.id))
            .collect();
        let products = self.store.products(&ids).await?;
        let own = products.values();
        let own = own.filter(|product| product.brand().as_ref() == Some(brand));
        let mut counted: BTreeMap<TopicId, usize> = BTreeMap::new();
        for product in own {
            for topic in topics::work_out([], product.category.as_deref()) {
                *counted.entry(topic).or_default() += 1;
            }
        }
        let mut topics: Vec<_> = counted.into_iter().collect();
        topics.sort_by_key(|(_, products)| Reverse(*products));
        topics.truncate(TOPICS);
        Ok(topics.into_iter().map(|(topic, _)| topic).collect())
    }
}
