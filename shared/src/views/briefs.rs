//! Briefs, as who sent them and whom they were sent to see them.

use domain::{ids::ProductId, money::briefs::Brief, people::Handle};
use serde::Serialize;
use utoipa::ToSchema;

use super::{Time, words};

/// What a seller asks an influencer to show.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Brief)]
pub struct BriefView {
    /// Which.
    #[schema(pattern = "^[0-7][0-9A-HJKMNP-TV-Z]{25}$")]
    id: String,
    /// For which brand.
    brand: String,
    /// To whom it was sent, by their handle; for who sent it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    influencer: Option<String>,
    /// What is to be shown.
    #[schema(min_items = 1, max_items = 20)]
    product_ids: Vec<String>,
    /// What is asked.
    text: String,
    /// How it stands.
    #[schema(value_type = words::BriefStatus)]
    status: &'static str,
    /// When it was sent.
    sent_at: Time,
    /// When it was accepted, or declined.
    #[serde(skip_serializing_if = "Option::is_none")]
    answered_at: Option<Time>,
}

impl BriefView {
    /// As whoever it was sent to sees it.
    pub fn received(brief: &Brief) -> Self {
        Self {
            id: brief.id.to_string(),
            brand: brief.brand.clone(),
            influencer: None,
            product_ids: brief.products.iter().map(ProductId::public).collect(),
            text: brief.text.clone(),
            status: brief.status.name(),
            sent_at: Time(brief.sent_at),
            answered_at: brief.answered_at.map(Time),
        }
    }

    /// As who sent it sees it.
    pub fn sent(brief: &Brief, to: &Handle) -> Self {
        Self {
            influencer: Some(to.as_str().to_owned()),
            ..Self::received(brief)
        }
    }
}
