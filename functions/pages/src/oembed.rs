//! `/oembed`: how other sites embed a post (oEmbed 1.0, https://oembed.com).

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use http::{StatusCode, header};
use serde::Serialize;
use shared::error::Error;
use url::Url;

use crate::{App, answer::guard, asked::Asked, card, site::Here, words::fill};

/// How wide and how high a card is, in pixels, where there is room.
const WIDTH: u64 = 544;
const HEIGHT: u64 = 640;
/// Narrower or lower no card is drawn.
const LEAST: u64 = 240;

/// An answer of the type `rich`.
#[derive(Serialize)]
struct Rich {
    #[serde(rename = "type")]
    kind: &'static str,
    version: &'static str,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    author_name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author_url: Option<String>,
    provider_name: &'static str,
    provider_url: String,
    cache_age: u32,
    html: String,
    width: u64,
    height: u64,
}

/// `GET /oembed?url=&maxwidth=&maxheight=&format=`.
pub(crate) async fn read_oembed(State(app): State<App>, asked: Asked) -> Response {
    let mut response = match Box::pin(app.oembed(&asked)).await {
        Ok(response) => response,
        Err(error) => error.into_response(),
    };
    guard(response.headers_mut());
    response
}

impl App {
    async fn oembed(&self, asked: &Asked) -> Result<Response, Error> {
        if asked.get("format").is_some_and(|format| format != "json") {
            return Ok(StatusCode::NOT_IMPLEMENTED.into_response());
        }
        let here = Here::new(&self.site, asked);
        let id = self.post_at(asked.get("url").unwrap_or_default());
        let post = self.post(&id.ok_or(Error::NotFound)?).await?;
        let side = |name: &str, most: u64| {
            let asked = asked.get(name).and_then(|text| text.parse().ok());
            asked.unwrap_or(most).clamp(LEAST, most)
        };
        let (width, height) = (side("maxwidth", WIDTH), side("maxheight", HEIGHT));
        let src = here.whole(&here.to(&format!("/embed/p/{}", post.id)));
        let name = post
            .author
            .as_ref()
            .map(|author| author.display_name.clone());
        let called = fill(
            here.w.embedded,
            &[("name", name.as_deref().unwrap_or_default())],
        );
        let rich = Rich {
            kind: "rich",
            version: "1.0",
            title: card::title(&post, &here),
            author_url: post
                .author
                .as_ref()
                .map(|author| here.whole(&format!("/@{}", author.handle))),
            author_name: name,
            provider_name: "Spark",
            provider_url: here.whole("/"),
            cache_age: 3_600,
            html: format!(
                "<iframe src=\"{}\" width=\"{width}\" height=\"{height}\" title=\"{}\" loading=\"lazy\" frameborder=\"0\" sandbox=\"allow-popups allow-popups-to-escape-sandbox\"></iframe>",
                attribute(&src),
                attribute(&called)
            ),
            width,
            height,
        };
        // Sites that embed may read it from their own pages.
        let open = [(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")];
        Ok((open, Json(rich)).into_response())
    }

    /// The post whose page is at this address of ours.
    fn post_at(&self, address: &str) -> Option<String> {
        let (url, own) = (Url::parse(address).ok()?, Url::parse(&self.site.url).ok()?);
        let path = url.path().strip_prefix("/p/");
        path.filter(|_| url.origin() == own.origin())
            .map(str::to_owned)
    }
}

/// A text as it stands between double quotes.
fn attribute(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => safe.push_str("&amp;"),
            '"' => safe.push_str("&quot;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            plain => safe.push(plain),
        }
    }
    safe
}
