//! Pages: what a person with a link sees, rendered here of the same views that the API answers with; the API's description; and
//! what no route takes.
//!
//! A file a page, with its template in `templates`; `frame` is around each, `photo`, `goods`, `card` and `said` are parts of
//! several.

mod answer;
mod api;
mod asked;
mod assets;
mod atom;
mod card;
mod door;
mod frame;
mod goods;
mod ld;
mod list;
mod oembed;
mod person;
mod photo;
mod placeholder;
mod poll;
mod post;
mod product;
mod said;
mod search;
mod sheet;
mod site;
mod text;
mod wall;
mod words;

use std::sync::Arc;

use axum::{
    Router,
    extract::State,
    response::{IntoResponse, Response},
    routing::{any, get},
};
use http::Method;
use shared::{
    bucket::Bucket,
    error::Error,
    http::{Cursors, edge},
    read::Reads,
    runtime::{Clock, Context, function::Http},
    store::Store,
    views::Presenter,
};
use utoipa::openapi::OpenApi;

use asked::Asked;
use door::Apps;
use site::Site;

/// What the pages need.
#[derive(Debug, Clone)]
pub struct App {
    clock: Clock,
    store: Store,
    reads: Reads,
    present: Presenter,
    cursors: Cursors,
    bucket: Bucket,
    site: Arc<Site>,
    apps: Arc<Apps>,
}

impl App {
    /// An app on the context's clients.
    pub fn new(context: &Context) -> Self {
        let config = &context.config;
        let store = Store::new(context.dynamodb.clone(), config.table());
        Self {
            reads: Reads::caching(store.clone()),
            store,
            present: Presenter::new(config.media_url())
                .linking(config.link_key(), config.api_url()),
            cursors: Cursors::new(context),
            bucket: Bucket::new(context.s3(), config.bucket()),
            clock: context.clock.clone(),
            site: Arc::new(Site::new(config)),
            apps: Arc::new(Apps::new(config)),
        }
    }
}

fn pages() -> Router<App> {
    Router::new()
        .route("/", get(wall::read_home))
        .route("/explore", get(wall::read_explore))
        .route("/t/{topic}", get(wall::read_wall))
        .route("/p/{post}", get(post::read_post))
        .route("/embed/p/{post}", get(post::read_embed))
        .route("/@{handle}", get(person::read_person))
        .route("/products/{id}", get(product::read_product))
        .route("/lists/{id}", get(list::read_list))
        .route("/search", get(search::search))
        .route("/oembed", get(oembed::read_oembed))
        .route("/robots.txt", get(door::read_robots))
        .route("/sitemap.xml", get(door::read_sitemaps))
        .route("/sitemaps/{file}", get(door::read_sitemap))
        .route(
            "/.well-known/apple-app-site-association",
            get(door::read_apple),
        )
        .route("/.well-known/assetlinks.json", get(door::read_android))
        .route("/assets/{file}", get(assets::read_asset))
        .route("/{*rest}", any(nothing))
}

/// What no route takes: a page for people, a problem for machines and for whoever calls the API.
async fn nothing(State(app): State<App>, method: Method, asked: Asked) -> Response {
    let of_the_api = asked.path.starts_with("/v1/") || asked.path.starts_with("/docs/");
    if of_the_api || method != Method::GET {
        return Error::NotFound.into_response();
    }
    app.sorry(&asked, Error::NotFound)
}

/// Every route of this function, within the edge.
pub fn router(context: &Context) -> Router {
    let pages = pages().with_state(App::new(context));
    edge(api::router(context.config.api_url()).merge(pages), context)
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> Http {
    Http::new(router(context)).warmed_by(context.warm_up())
}

/// The description of this function's routes: pages are for people.
pub fn openapi() -> OpenApi {
    api::openapi()
}
