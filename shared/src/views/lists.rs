//! Idea lists: their cards, and what is in them.

use domain::{
    engagement::{Cover, Idea, IdeaList, Listed, Shelf, Visibility},
    money::Source,
    posts::{Hydrated, Post},
    shown::Shown,
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{
    DisclosureView, PostView, Presenter, ProductCard, Time, UserCard, address::uri, links::Lead,
    words,
};

/// The picture that stands for a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct CoverView {
    /// Absolute.
    #[schema(format = "uri")]
    pub url: String,
    /// Of a photo: its thumbhash, base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub placeholder: Option<String>,
}

/// A list, as everything that names it shows it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ListCard {
    /// Which.
    pub id: String,
    /// 1 to 80 characters.
    pub name: String,
    /// Whose.
    pub owner: UserCard,
    /// How many things are in it, whoever sees them.
    pub count: u64,
    /// The picture of the first of its first things that has one; absent where none has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cover: Option<CoverView>,
    /// Who sees it.
    #[schema(value_type = words::Visibility)]
    pub visibility: &'static str,
    /// What is to be drawn with it, where a link in it pays.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disclosure: Option<DisclosureView>,
    /// Present, and true, for the list to which hearts go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<bool>,
}

/// A thing in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ListItemView {
    /// A product.
    Product {
        /// Which.
        product: Box<ProductCard>,
        /// What the list's owner says of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// Since when it is there.
        added_at: Time,
    },
    /// A post.
    Post {
        /// Which.
        post: Box<PostView>,
        /// What the list's owner says of it.
        #[serde(skip_serializing_if = "Option::is_none")]
        note: Option<String>,
        /// Since when it is there.
        added_at: Time,
    },
}

/// A list with a page of what is in it.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct IdeaListView {
    /// As everywhere.
    #[serde(flatten)]
    pub card: ListCard,
    /// Those of the page that whoever looks sees, in the list's order.
    #[schema(max_items = 100)]
    pub items: Vec<ListItemView>,
    /// What to ask on with; `null` at the end of the list.
    #[schema(required)]
    pub next_cursor: Option<String>,
}

impl Presenter {
    /// A list's card; `None` where its owner is gone.
    pub fn list_card(&self, list: &Shown<IdeaList>, shelf: &Shelf) -> Option<ListCard> {
        let owner = shelf.people.get(&list.owner)?;
        let cover = shelf.covers.get(&list.id);
        Some(ListCard {
            id: list.id.to_string(),
            name: list.name.clone(),
            owner: self.card(owner),
            count: list.count,
            cover: cover.and_then(|cover| self.cover(cover)),
            visibility: list.visibility.name(),
            disclosure: shelf.paid.contains(&list.id).then(DisclosureView::paid),
            default: list.default.then_some(true),
        })
    }

    fn cover(&self, cover: &Cover) -> Option<CoverView> {
        match cover {
            Cover::Picture(url) => Some(CoverView {
                url: uri(url),
                placeholder: None,
            }),
            Cover::Photo(image) => {
                let smallest = self.renditions(image).into_iter().next()?;
                Some(CoverView {
                    url: smallest.url,
                    placeholder: Some(image.placeholder.clone()),
                })
            }
        }
    }

    /// A thing in this list as it is `now`, with what was read for it; of a post, what is shown of it.
    pub fn list_item(
        &self,
        list: &IdeaList,
        listed: &Listed,
        post: Option<&Shown<Post>>,
        read: &Hydrated,
        now: Timestamp,
    ) -> Option<ListItemView> {
        let (note, added_at) = (listed.note.clone(), listed.added_at.into());
        let public = list.visibility == Visibility::Public;
        let account = read.accounts.get(&list.owner).filter(|_| public);
        let lead = self.lead(Source::List(list.id), account);
        Some(match &listed.idea {
            Idea::Product(product) => ListItemView::Product {
                product: Box::new(Lead::through(
                    lead,
                    ProductCard::of(product, read),
                    product,
                    listed.added_at,
                )),
                note,
                added_at,
            },
            Idea::Post(_) => ListItemView::Post {
                post: Box::new(self.post(post?, read, now)),
                note,
                added_at,
            },
        })
    }
}
