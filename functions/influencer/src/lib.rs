//! Influencers: their accounts with other networks, applications, storefronts, and what they earn.

mod accounts;
mod applications;
mod briefs;
mod invitations;
mod linking;
mod money;
mod networks;
mod proofs;
mod storefronts;

use axum::Router;
use domain::{
    ids::UserId,
    money::{payable::Minimum, programmes::Thresholds, social::Network},
    people::Gate,
    quota::Quota,
};
use jiff::tz::TimeZone;
use money::{earnings, ledger, lines, payouts, rates, statements};
use shared::{
    bucket::{KeptFilter, Objects, Sheets},
    error::Error,
    http::{Cursors, edge},
    read::Reads,
    runtime::{Clock, Context, Ids, function::Http},
    seal::Seal,
    store::Store,
    views::Presenter,
};

use crate::networks::Networks;

/// What the handlers need.
#[derive(Debug, Clone)]
pub struct App {
    clock: Clock,
    ids: Ids,
    /// Where the API is, for `Location`.
    api_url: String,
    /// Where whoever comes back from a network is sent to.
    app_url: String,
    /// How many links and proofs a person may begin in an hour.
    links_an_hour: u32,
    gate: Gate,
    thresholds: Thresholds,
    networks: Networks,
    filter: KeptFilter,
    /// Tables that are too large for an answer.
    sheets: Sheets,
    store: Store,
    reads: Reads,
    present: Presenter,
    cursors: Cursors,
    seal: Seal,
    /// By which months of statements and days of earnings go.
    zone: TimeZone,
    minimum: Minimum,
}

impl App {
    /// An app on the context's clients.
    pub fn new(context: &Context) -> Self {
        let config = &context.config;
        let store = Store::new(context.dynamodb.clone(), config.table());
        let objects = Objects::new(&context.sdk, config.bucket(), Clock::real);
        let (networks, secrets) = (config.networks(), config.network_secrets());
        Self {
            networks: Networks::new(networks, secrets, config.api_url()),
            gate: Gate::new(config.terms_version()),
            thresholds: Thresholds::read(
                config.least_audience(),
                config.least_posts(),
                config.least_shoppable(),
                config.least_engagement(),
                config.vetting_hours(),
            ),
            filter: KeptFilter::new(objects.clone()),
            sheets: Sheets::new(objects),
            reads: Reads::fresh(store.clone()),
            store,
            present: Presenter::new(config.media_url())
                .linking(config.link_key(), config.api_url()),
            cursors: Cursors::new(context),
            seal: Seal::new(config.cursor_key()),
            clock: context.clock.clone(),
            ids: context.ids.clone(),
            api_url: config.api_url().to_owned(),
            app_url: config.app_url().to_owned(),
            zone: TimeZone::get(config.statement_time_zone()).unwrap_or(TimeZone::UTC),
            minimum: config.payout_minimum().parse().unwrap_or_default(),
            links_an_hour: config.links_an_hour().parse().unwrap_or_default(),
        }
    }

    /// The network that a path names, once its caller is known to be a member.
    async fn network(&self, me: &UserId, name: &str) -> Result<Network, Error> {
        self.store.rules(me).await?;
        Network::parse(name).ok_or(Error::NotFound)
    }

    /// Of links and proofs together.
    fn quota(&self, me: &UserId) -> Quota {
        Quota {
            user: me.clone(),
            kind: "links",
            limit: self.links_an_hour,
        }
    }
}

shared::routes! {
    App:
    linking::begin_link;
    linking::come_back;
    linking::complete_link;
    accounts::list_accounts;
    accounts::unlink;
    proofs::ask_for_proof;
    proofs::check_proof;
    applications::apply, applications::read_application;
    invitations::list_invitations;
    invitations::accept_invitation;
    invitations::decline_invitation;
    briefs::list_briefs;
    briefs::accept_brief;
    briefs::decline_brief;
    storefronts::read_storefront, storefronts::change_storefront;
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

/// The function, as Lambda and the local cloud run it. Its filter is read before the first request.
pub fn function(context: &Context) -> Http {
    let app = App::new(context);
    let (filter, table) = (app.filter.clone(), context.warm_up());
    let now = context.clock.now();
    let router = edge(routes().with_state(app), context);
    Http::new(router).warmed_by(filter.warm_up(now, table))
}
