//! Pages as answers: their headers, and what is answered in their stead.

use askama::Template;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use domain::{ids::TopicId, people::interests};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use shared::error::{Error, Malformed};

use crate::{
    App,
    asked::Asked,
    frame::{Frame, Way},
    sheet::digest,
    site::Here,
    words::Words,
};

/// The CDN keeps a page for half a minute, browsers ask again each time (PAGES 2.7).
pub(crate) const CACHED: &str = "public, max-age=0, s-maxage=30";

/// What is answered where there is no page.
#[derive(Template)]
#[template(path = "sorry.html", whitespace = "minimize")]
struct Sorry {
    f: Frame,
    w: &'static Words,
    heading: &'static str,
    said: &'static str,
    topics: Vec<Way>,
}

/// A page, with the sheet that is its own and who may frame it.
pub(crate) fn page(
    here: &Here<'_>,
    template: &impl Template,
    style: &str,
    framed_by: &str,
) -> Result<Response, Error> {
    let html = template.render().map_err(Error::internal)?;
    let sheet = (!style.is_empty()).then(|| digest(style));
    let policy = here.site.policy(sheet.as_deref(), framed_by);
    let mut response = Response::new(Body::from(html));
    let headers = response.headers_mut();
    put(headers, header::CONTENT_TYPE, "text/html; charset=utf-8");
    put(headers, header::CACHE_CONTROL, CACHED);
    put(headers, header::CONTENT_LANGUAGE, here.w.tag);
    put(headers, header::CONTENT_SECURITY_POLICY, &policy);
    put(headers, header::VARY, "Accept, Accept-Language");
    guard(headers);
    Ok(response)
}

/// What every answer of pages carries.
pub(crate) fn guard(headers: &mut HeaderMap) {
    put(
        headers,
        header::STRICT_TRANSPORT_SECURITY,
        "max-age=31536000",
    );
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(
        headers,
        header::REFERRER_POLICY,
        "strict-origin-when-cross-origin",
    );
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    // None of them holds what no header does; what would is left out.
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// Leads somewhere else.
pub(crate) fn lead(status: StatusCode, to: &str) -> Response {
    let mut response = status.into_response();
    put(response.headers_mut(), header::LOCATION, to);
    put(response.headers_mut(), header::CACHE_CONTROL, "no-store");
    response
}

/// The topics of the catalogue, by name.
pub(crate) fn all_topics(here: &Here<'_>) -> Vec<Way> {
    let all = interests::groups()
        .iter()
        .flat_map(|group| &group.interests);
    let all = all.filter_map(|interest| TopicId::parse(&interest.id));
    all.map(|topic| topic_way(&topic, here)).collect()
}

/// The way to a topic's wall.
pub(crate) fn topic_way(topic: &TopicId, here: &Here<'_>) -> Way {
    Way {
        href: here.to(&format!("/t/{topic}")),
        name: topic.name().to_owned(),
        here: false,
    }
}

impl App {
    /// The page that was made, or what is answered in its stead.
    pub(crate) fn answer(&self, asked: &Asked, made: Result<Response, Error>) -> Response {
        match made {
            Ok(response) => response,
            // A broken cursor costs nobody the list.
            Err(Error::Malformed(Malformed::Cursor | Malformed::CursorExpired, _)) => {
                lead(StatusCode::FOUND, &asked.first_page())
            }
            Err(error) => self.sorry(asked, error),
        }
    }

    /// The page of who is told no; a problem, for a machine.
    pub(crate) fn sorry(&self, asked: &Asked, error: Error) -> Response {
        let here = Here::new(&self.site, asked);
        let w = here.w;
        let (heading, said) = if matches!(error, Error::Gone) {
            (w.gone_heading, w.gone_said)
        } else if matches!(error, Error::NotFound) {
            (w.missing_heading, w.missing_said)
        } else {
            (w.unwell_heading, w.unwell_said)
        };
        let mut problem = error.into_response();
        put(
            problem.headers_mut(),
            header::VARY,
            "Accept, Accept-Language",
        );
        if asked.json {
            return problem;
        }
        let mut f = Frame::new(&here, "/", heading.to_owned(), said.to_owned());
        (f.address, f.robots) = (None, Some("noindex"));
        let sorry = Sorry {
            f,
            w,
            heading,
            said,
            topics: all_topics(&here),
        };
        let Ok(page) = page(&here, &sorry, "", "'none'") else {
            return problem;
        };
        let (of_the_page, body) = page.into_parts();
        *problem.body_mut() = body;
        problem.headers_mut().remove(header::CONTENT_LENGTH);
        problem.headers_mut().extend(of_the_page.headers);
        problem
    }
}
