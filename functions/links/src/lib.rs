//! Tracked links (MONEY 11-15): a code is opened, a click noted where a person clicks, and the shopper sent on to the store.

mod follow;
mod person;
mod target;

use std::sync::Arc;

use axum::Router;
use domain::money::links::read_robots;
use shared::{
    http::edge,
    runtime::{Clock, Context, Ids, function::Http},
    seal::{LinkSeal, Salt},
    store::Store,
};

use crate::target::Hosts;

/// What the handler needs.
#[derive(Debug, Clone)]
pub struct App {
    clock: Clock,
    ids: Ids,
    /// Where a product is shown that the store has no page of.
    api_url: String,
    /// Whether browsers are given a cookie.
    cookies: bool,
    hosts: Hosts,
    seal: Arc<LinkSeal>,
    salt: Salt,
    store: Store,
}

impl App {
    /// An app on the context's clients.
    pub fn new(context: &Context) -> Self {
        let config = &context.config;
        Self {
            store: Store::new(context.dynamodb.clone(), config.table()),
            clock: context.clock.clone(),
            ids: context.ids.clone(),
            api_url: config.api_url().to_owned(),
            cookies: config.visitor_cookie() != "off",
            hosts: Hosts::read(config.store_hosts()),
            seal: Arc::new(LinkSeal::new(config.link_key())),
            salt: Salt::new(config.ledger_salt()),
        }
    }
}

shared::routes! {
    App:
    follow::follow_link, follow::look_at_link;
}

/// Every route of this function, within the edge.
pub fn router(context: &Context) -> Router {
    edge(routes().with_state(App::new(context)), context)
}

/// The function, as Lambda and the local cloud run it. It knows robots before the first request.
pub fn function(context: &Context) -> Http {
    read_robots();
    Http::new(router(context)).warmed_by(context.warm_up())
}
