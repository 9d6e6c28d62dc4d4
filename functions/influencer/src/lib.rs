//! What those whose posts lead to purchases are told of it: rates, earnings, statements, and the ledger itself.

mod money;

use axum::Router;
use jiff::tz::TimeZone;
use money::{earnings, ledger, lines, payouts, rates, statements};
use shared::{
    http::{Cursors, edge},
    runtime::{Clock, Context, function::Http},
    store::Store,
};

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    clock: Clock,
    cursors: Cursors,
    /// By which months of statements and days of earnings go.
    zone: TimeZone,
    minimum: domain::money::payable::Minimum,
}

impl App {
    /// An app on the context's clients.
    pub fn new(context: &Context) -> Self {
        let config = &context.config;
        Self {
            store: Store::new(context.dynamodb.clone(), config.table()),
            clock: context.clock.clone(),
            cursors: Cursors::new(context),
            zone: TimeZone::get(config.statement_time_zone()).unwrap_or(TimeZone::UTC),
            minimum: config.payout_minimum().parse().unwrap_or_default(),
        }
    }
}

shared::routes! {
    App:
    rates::list_rates;
    earnings::read_earnings;
    statements::read_statement;
    statements::list_statement_lines;
    payouts::list_payouts;
    ledger::read_ledger;
    lines::list_order_lines;
    lines::read_order_line;
}

/// Every route of this function, within the edge.
pub fn router(context: &Context) -> Router {
    edge(routes().with_state(App::new(context)), context)
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> Http {
    Http::new(router(context)).warmed_by(context.warm_up())
}
