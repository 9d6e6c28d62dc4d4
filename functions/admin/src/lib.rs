//! Doors of the store's staff: what became of its files, the moderators' queue and their decisions, the filter, what is
//! featured, what sponsors have shown, and influencers, with their money.

mod decisions;
mod filter;
mod finds;
mod imports;
mod influencers;
mod invitations;
mod money;
mod queue;
mod sellers;
mod sponsored;
mod strikes;

use axum::Router;
use money::{accounts, conflicts, ledger, lines, payouts, rates};
use shared::{
    bucket::{Objects, Sheets},
    http::{Cursors, edge},
    queue::Queue,
    read::Reads,
    runtime::{Clock, Context, Ids, function::Http},
    seal::{People, Salt},
    store::Store,
    views::Presenter,
};

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    clock: Clock,
    ids: Ids,
    /// Where the API is, for `Location`.
    api_url: String,
    store: Store,
    objects: Objects,
    /// Tables that are too large for an answer.
    sheets: Sheets,
    reads: Reads,
    cursors: Cursors,
    present: Presenter,
    /// How many strikes suspend; none do where the setting is no number.
    strikes: u64,
    /// The queue of `attribution`.
    ledger: Queue,
    salt: Salt,
    people: People,
}

impl App {
    /// An app on the context's clients.
    pub fn new(context: &Context) -> Self {
        let config = &context.config;
        let store = Store::new(context.dynamodb.clone(), config.table());
        let objects = Objects::new(&context.sdk, config.bucket(), Clock::real);
        Self {
            reads: Reads::fresh(store.clone()),
            sheets: Sheets::new(objects.clone()),
            objects,
            store,
            cursors: Cursors::new(context),
            present: Presenter::new(config.media_url()),
            ledger: Queue::new(context.sqs(), config.attribution_queue()),
            salt: Salt::new(config.ledger_salt()),
            people: People::new(config.token_issuer(), config.people_key()),
            strikes: config.strikes().parse().unwrap_or(u64::MAX),
            clock: context.clock.clone(),
            ids: context.ids.clone(),
            api_url: config.api_url().to_owned(),
        }
    }
}

shared::routes! {
    App:
    filter::set_filter;
    finds::list_finds;
    finds::feature_list;
    finds::feature_no_more;
    imports::list_imports;
    imports::read_import;
    influencers::decide_programme;
    accounts::set_payee;
    accounts::set_hold;
    accounts::set_payee_of_account;
    accounts::set_hold_of_account;
    rates::list_all_rates, rates::add_rate;
    lines::read_telling;
    conflicts::list_conflicts;
    ledger::sum_ledger;
    payouts::run_payouts;
    payouts::list_run;
    payouts::export_run;
    payouts::return_payout;
    invitations::invite;
    sellers::map_seller;
    queue::read_queue;
    decisions::decide;
    sponsored::list_sponsored, sponsored::sponsor;
    sponsored::end_sponsorship;
}

/// Every route of this function, within the edge.
pub fn router(context: &Context) -> Router {
    edge(routes().with_state(App::new(context)), context)
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> Http {
    Http::new(router(context)).warmed_by(context.warm_up())
}
