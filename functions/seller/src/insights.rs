//! How what shows a brand's products is received, week by week, in figures that tell of nobody (MONEY 35).

use axum::{Json, extract::State};
use domain::money::insights::{Counted, Figure, Week};
use serde::Serialize;
use shared::{
    error::{Error, Invalid},
    http::{Params, Seller},
};
use utoipa::ToSchema;

use crate::{App, brands::BrandQuery};

/// How what shows a brand's products is received.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Insights {
    /// The last 26 weeks, the current one first.
    #[schema(min_items = 26, max_items = 26)]
    weeks: Vec<InsightsWeek>,
}

/// How it was received in a week. A figure of fewer than ten people is `null`.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InsightsWeek {
    /// The ISO week, by UTC.
    #[schema(pattern = "^[0-9]{4}-W[0-9]{2}$", example = "2026-W48")]
    week: String,
    /// How many smiles at posts that show its products were given, and stand.
    #[schema(required)]
    smiles: Option<u64>,
    /// How often such posts, or its products, were saved, and are.
    #[schema(required)]
    saves: Option<u64>,
    /// How many comments on such posts were written, and stand.
    #[schema(required)]
    comments: Option<u64>,
    /// How many clicks on tracked links led to its products.
    #[schema(required)]
    clicks: Option<u64>,
}

/// How what shows a brand's products is received, by week; no figure is of fewer than ten people.
#[utoipa::path(
    get,
    path = "/v1/sellers/insights",
    tag = "sellers",
    params(BrandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, description = "The weeks.", body = Insights),
        (status = 404, description = "The brand is not the caller's."))
)]
pub(crate) async fn read_insights(
    State(app): State<App>,
    Seller(viewer): Seller,
    params: Params,
) -> Result<Json<Insights>, Error> {
    let asked = app.asked_for(&viewer, &params, Invalid::default());
    let (_, brand) = asked.await?;
    let weeks = Week::latest(app.clock.now());
    let figures = match weeks.last() {
        Some(first) => app.store.figures_since(&brand, *first).await?,
        None => return Err(Error::internal("no week is told")),
    };
    let weeks = weeks.into_iter().map(|week| {
        let told = |figure: Figure| {
            let counted = figures.get(&(week, figure)).copied();
            counted.and_then(Counted::told)
        };
        InsightsWeek {
            week: week.to_string(),
            smiles: told(Figure::Smiles),
            saves: told(Figure::Saves),
            comments: told(Figure::Comments),
            clicks: told(Figure::Clicks),
        }
    });
    Ok(Json(Insights {
        weeks: weeks.collect(),
    }))
}
