//! Atom 1.0 feeds (RFC 4287) of walls and people, with each post's photo as an enclosure.

use askama::Template;
use axum::response::{IntoResponse, Response};
use http::header;
use jiff::Timestamp;
use shared::{
    error::Error,
    views::{PhotoView, PostView},
};

use crate::{
    answer::{CACHED, guard},
    card,
    site::Here,
};

/// A feed.
#[derive(Template)]
#[template(path = "feed.xml", whitespace = "minimize")]
pub(crate) struct Feed {
    id: String,
    title: String,
    updated: String,
    own: String,
    page: String,
    entries: Vec<Entry>,
}

/// A post in a feed.
pub(crate) struct Entry {
    href: String,
    title: String,
    text: String,
    published: String,
    updated: String,
    author: String,
    author_page: String,
    photo: Option<String>,
}

/// A post as an entry; `None` for what has not appeared, or has no author.
pub(crate) fn entry(post: &PostView, here: &Here<'_>) -> Option<Entry> {
    let (author, published) = (post.author.as_ref()?, post.published_at?);
    let photo = post.photos.iter().find_map(|photo| match photo {
        PhotoView::Ready { renditions, .. } => Some(renditions.last()?.url.clone()),
        PhotoView::Processing { .. } | PhotoView::Rejected { .. } => None,
    });
    let paid = card::paid(post, here);
    let paid = paid.map(|paid| format!("({}) ", paid.label));
    let updated = post.edited_at.unwrap_or(published);
    Some(Entry {
        href: here.whole(&format!("/p/{}", post.id)),
        title: plain(&card::title(post, here)),
        text: plain(&(paid.unwrap_or_default() + card::said(post))),
        published: format!("{:.3}", published.0),
        updated: format!("{:.3}", updated.0),
        author: plain(&author.display_name),
        author_page: here.whole(&format!("/@{}", author.handle)),
        photo,
    })
}

/// Without what no XML document holds (XML 1.0, section 2.2).
fn plain(text: &str) -> String {
    let held = |c: &char| !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}');
    text.chars()
        .filter(|c| matches!(c, '\t' | '\n' | '\r') || held(c))
        .collect()
}

impl Feed {
    /// A feed of what is at this path, which began then.
    pub fn new(
        title: &str,
        path: &str,
        began: Timestamp,
        entries: Vec<Entry>,
        here: &Here<'_>,
    ) -> Self {
        let newest = entries.iter().map(|entry| entry.updated.clone()).max();
        Self {
            id: here.whole(path),
            title: plain(title),
            updated: newest.unwrap_or_else(|| format!("{began:.3}")),
            own: here.whole(&format!("{path}.atom")),
            page: here.whole(path),
            entries,
        }
    }

    /// As an answer.
    pub fn answer(&self) -> Result<Response, Error> {
        let headers = [
            (header::CONTENT_TYPE, "application/atom+xml; charset=utf-8"),
            (header::CACHE_CONTROL, CACHED),
            (header::VARY, "Accept, Accept-Language"),
        ];
        let xml = self.render().map_err(Error::internal)?;
        let mut response = (headers, xml).into_response();
        guard(response.headers_mut());
        Ok(response)
    }
}
