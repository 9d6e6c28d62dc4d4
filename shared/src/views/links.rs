//! Tracked links (MONEY 11): what a product in an influencer's post or list leads to.

use std::{fmt, sync::Arc};

use domain::{
    ids::ProductId,
    money::{Account, Source, links::Link},
};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::{Presenter, ProductCard};
use crate::seal::LinkSeal;

/// That somebody pays for something, said by the store.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct DisclosureView {
    /// For people to read.
    pub text: String,
}

impl DisclosureView {
    /// That a link in it pays.
    pub(super) fn paid() -> Self {
        Self {
            text: "(paid link)".to_owned(),
        }
    }
}

/// Makes the addresses of tracked links.
#[derive(Clone)]
pub(super) struct Links {
    seal: Arc<LinkSeal>,
    api_url: String,
}

impl fmt::Debug for Links {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Links")
    }
}

/// Where the products of one post or list lead, and whose that is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lead<'l> {
    links: &'l Links,
    source: Source,
    account: &'l Account,
}

impl Presenter {
    /// The same, which sees to it that influencers' products lead where clicks are noted.
    #[must_use]
    pub fn linking(mut self, secrets: &str, api_url: &str) -> Self {
        self.links = Some(Links {
            seal: Arc::new(LinkSeal::new(secrets)),
            api_url: api_url.to_owned(),
        });
        self
    }

    /// Where products of what is of this account lead; `None` where they lead to the store as any.
    pub(super) fn lead<'l>(
        &'l self,
        source: Source,
        account: Option<&'l Account>,
    ) -> Option<Lead<'l>> {
        Some(Lead {
            links: self.links.as_ref()?,
            source,
            account: account?,
        })
    }
}

impl Lead<'_> {
    /// The card of a product that came onto the post or list then, as it leads there; so does what can be bought in its stead.
    pub(super) fn through(
        lead: Option<Self>,
        mut card: ProductCard,
        product: &ProductId,
        tagged_at: Timestamp,
    ) -> ProductCard {
        let url = lead.and_then(|lead| {
            let code = lead.links.seal.code(&Link {
                source: lead.source,
                product: product.clone(),
                account: lead.account.clone(),
                tagged_at,
            })?;
            Some(format!("{}/r/{code}", lead.links.api_url))
        });
        if let Some(url) = url {
            if let Some(substitute) = &mut card.substitute {
                substitute.url = Some(url.clone());
            }
            card.url = Some(url);
        }
        card
    }
}
