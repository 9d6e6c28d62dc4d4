//! `GET /r/{code}` (MONEY 12, 13, 15).

use std::time::Duration;

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use domain::{
    ids::{ProductId, UserId},
    money::{
        links::{ClickId, Link, Visitor},
        noted::NotedClick,
    },
};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use shared::{
    aws::deadline,
    error::{Error, Refusal},
    http::{IsHead, MaybeViewer, Path},
    seal,
    store::Led,
};
use url::Url;
use utoipa::ToSchema;

use crate::{App, person, target::with_click};

/// Nobody waits longer for a click to be noted.
const PATIENCE: Duration = Duration::from_secs(1);

/// Where a link leads.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LinkTarget {
    /// The product in the store, with the click's id.
    #[schema(format = "uri")]
    url: String,
}

/// Who clicks.
enum Clicker {
    /// Somebody with a browser, who is given a cookie or not.
    Browser { visitor: Visitor, cookie: bool },
    /// Somebody signed in to an app.
    User(UserId),
}

/// Where a link leads, which is no click.
#[utoipa::path(
    head,
    path = "/r/{code}",
    tag = "links",
    params(("code" = String, Path, description = "Of the link.")),
    security((), ("bearer" = [])),
    responses(
        (status = 302, description = "To the store.",
            headers(("Location" = String, description = "Where the product is."))),
        (status = 403, description = "To what is fetched before anybody wants it."))
)]
pub(crate) async fn look_at_link(
    app: State<App>,
    viewer: MaybeViewer,
    head: IsHead,
    code: Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    Box::pin(follow_link(app, viewer, head, code, headers)).await
}

/// Follows a tracked link to the store, and notes the click where a person makes it. An app that sends its user's token and
/// accepts JSON is told where to go instead: at most one click a minute.
#[utoipa::path(
    get,
    path = "/r/{code}",
    tag = "links",
    params(("code" = String, Path, description = "Of the link.")),
    security((), ("bearer" = [])),
    responses(
        (status = 200, description = "To an app: where to go.", body = LinkTarget),
        (status = 302, description = "To the store.",
            headers(("Location" = String, description = "Where the product is."))),
        (status = 403, description = "To what is fetched before anybody wants it."))
)]
pub(crate) async fn follow_link(
    State(app): State<App>,
    MaybeViewer(viewer): MaybeViewer,
    IsHead(head): IsHead,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    if person::is_prefetch(&headers) {
        return Err(Error::Refused(Refusal::Prefetch));
    }
    let link = app.seal.link(&code).ok_or(Error::NotFound)?;
    let user = viewer.filter(|_| person::wants_json(&headers) && !head);
    let user = user.map(|viewer| viewer.id);
    let asks_for_json = user.is_some();
    let clicker = match user {
        Some(user) => Some(Clicker::User(user)),
        None if !head && person::navigates(&headers) => Some(app.browser(&headers)),
        None => None,
    };
    let now = app.clock.now();
    let found = app.store.linked(&link, now).await?;
    let led = found.leads_to().and_then(|product| {
        let url = app.hosts.admit(&product.url)?;
        Some((url, product.id.clone()))
    });
    let Some((url, product)) = led else {
        let own = format!("{}/products/{}", app.api_url, link.product.public());
        return answer(asks_for_json, &own, None);
    };
    let noted = match (clicker, app.click(&link, &found, product)) {
        (Some(clicker), Some(click)) => app.note(&code, clicker, click).await,
        (Some(_), None) | (None, _) => None,
    };
    match noted {
        Some((id, cookie)) => answer(asks_for_json, with_click(url, &id).as_str(), cookie),
        None => answer(asks_for_json, Url::as_str(&url), None),
    }
}

fn answer(json: bool, to: &str, cookie: Option<HeaderValue>) -> Result<Response, Error> {
    let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    if json {
        let url = to.to_owned();
        return Ok(([no_store], Json(LinkTarget { url })).into_response());
    }
    let to = HeaderValue::try_from(to).map_err(Error::internal)?;
    let mut response = (StatusCode::FOUND, [no_store, (header::LOCATION, to)]).into_response();
    if let Some(cookie) = cookie {
        response.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    Ok(response)
}

impl App {
    /// Whoever uses this browser.
    fn browser(&self, headers: &HeaderMap) -> Clicker {
        let fresh = || Visitor(self.ids.bits().to_be_bytes());
        match self.cookies && !person::wants_privacy(headers) {
            true => Clicker::Browser {
                visitor: person::known(headers).unwrap_or_else(fresh),
                cookie: true,
            },
            false => Clicker::Browser {
                visitor: fresh(),
                cookie: false,
            },
        }
    }

    /// What is noted of a click that leads to this product; `None` where none counts.
    fn click(&self, link: &Link, found: &Led, product: ProductId) -> Option<NotedClick> {
        let (owner, tagged_at) = found.shown()?;
        found.is_active().then(|| NotedClick {
            account: link.account.clone(),
            owner: self.salt.hash(owner.as_str()),
            source: link.source,
            product,
            tagged_at,
        })
    }

    /// Notes a click: its id outside, and a cookie for whoever made it. Where that fails, whoever clicked is sent on all the
    /// same.
    async fn note(
        &self,
        code: &str,
        clicker: Clicker,
        click: NotedClick,
    ) -> Option<(String, Option<HeaderValue>)> {
        let (now, new) = (self.clock.now(), self.ids.ulid());
        let (visitor, set, noted) = match clicker {
            Clicker::Browser { visitor, cookie } => {
                let noted = self.store.note_click(visitor, new, &click, now);
                let noted = deadline::within(PATIENCE, noted).await.flatten();
                (visitor, cookie, noted.map(|()| new))
            }
            Clicker::User(user) => {
                let visitor = Visitor(self.salt.bits(&format!("visitor {user}")));
                let hash = seal::digest(code);
                let once = self.store.note_click_once(visitor, &hash, new, &click, now);
                let noted = deadline::within(PATIENCE, Box::pin(once)).await.flatten();
                (visitor, false, noted)
            }
        };
        let click = match noted {
            Ok(click) => click,
            Err(error) => {
                let cause = error.cause().map(tracing::field::display);
                tracing::error!(cause, "a click was not noted");
                return None;
            }
        };
        let id = self.seal.click_id(ClickId { visitor, click })?;
        let cookie = set.then(|| person::cookie(visitor)).flatten();
        Some((id, cookie))
    }
}
