//! How a page is asked for: its address, the language, and whether a person or a machine reads the answer.

use std::convert::Infallible;

use axum::extract::FromRequestParts;
use http::{HeaderMap, HeaderName, header, request::Parts};
use shared::http::PageParams;
use url::form_urlencoded;

use crate::words::Lang;

/// What of a query makes a page another (PAGES 3); the rest is dropped.
const KEPT: [&str; 3] = ["q", "sort", "cursor"];

/// How a page is asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// The language that the address says.
    pub said: Option<Lang>,
    /// And the one that the browser wants most.
    spoken: Lang,
    /// Whether a problem is to be told to a machine.
    pub json: bool,
    /// The path.
    pub path: String,
    query: Vec<(String, String)>,
}

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Infallible> {
        let query = parts.uri.query().unwrap_or_default();
        let pairs = form_urlencoded::parse(query.as_bytes());
        let query: Vec<(String, String)> = pairs.into_owned().collect();
        let said = query.iter().find(|(name, _)| name == "lang");
        Ok(Self {
            said: said.and_then(|(_, lang)| Lang::parse(lang)),
            spoken: spoken(&parts.headers),
            json: wants_json(&parts.headers),
            path: parts.uri.path().to_owned(),
            query,
        })
    }
}

impl Asked {
    /// In which language it is answered.
    pub fn lang(&self) -> Lang {
        self.said.unwrap_or(self.spoken)
    }

    /// The first value of a parameter.
    pub fn get(&self, name: &str) -> Option<&str> {
        let mut query = self.query.iter();
        let found = query.find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    /// Which page of a list is asked for.
    pub fn page(&self, limit: usize) -> PageParams {
        PageParams {
            limit,
            cursor: self.get("cursor").map(str::to_owned),
        }
    }

    /// The path with these parameters of the query, and the language that it says.
    fn address(&self, path: &str, kept: &[&str]) -> String {
        let lang = self.said.map(|lang| ("lang", lang.code()));
        let kept = kept
            .iter()
            .filter_map(|name| Some((*name, self.get(name)?)));
        let mut address = path.to_owned();
        for (at, (name, value)) in kept.chain(lang).enumerate() {
            address.push(if at == 0 { '?' } else { '&' });
            address.push_str(&format!("{name}={}", encoded(value)));
        }
        address
    }

    /// The first page of the list.
    pub fn first_page(&self) -> String {
        self.address(&self.path, &["q", "sort"])
    }

    /// The same at this path.
    pub fn at(&self, path: &str) -> String {
        self.address(path, &KEPT)
    }
}

/// A text as it stands in a query.
pub(crate) fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn values(headers: &HeaderMap, name: &HeaderName) -> Vec<(String, f32)> {
    let lines = headers.get_all(name).iter();
    let listed = lines.filter_map(|line| line.to_str().ok());
    let listed = listed.flat_map(|line| line.split(','));
    let valued = listed.map(|one| {
        let (name, parameters) = one.split_once(';').unwrap_or((one, ""));
        let mut parameters = parameters.split(';').map(str::trim);
        let quality = parameters.find_map(|one| one.strip_prefix("q="));
        let quality = quality.map_or(1.0, |quality| quality.parse().unwrap_or_default());
        (name.trim().to_ascii_lowercase(), quality)
    });
    valued.collect()
}

/// The language that the browser wants most.
fn spoken(headers: &HeaderMap) -> Lang {
    let wanted = values(headers, &header::ACCEPT_LANGUAGE);
    let weight = |lang: Lang| {
        let own = |tag: &str| tag.split('-').next() == Some(lang.code());
        let own = wanted.iter().filter(|(tag, _)| own(tag));
        own.map(|(_, quality)| *quality).fold(0.0, f32::max)
    };
    if weight(Lang::Zh) > weight(Lang::En) {
        Lang::Zh
    } else {
        Lang::En
    }
}

/// Whether JSON is wanted, and no page.
fn wants_json(headers: &HeaderMap) -> bool {
    let wanted = values(headers, &header::ACCEPT);
    let html = wanted.iter().any(|(kind, quality)| {
        *quality > 0.0 && matches!(kind.as_str(), "text/html" | "application/xhtml+xml")
    });
    let json = wanted.iter().any(|(kind, _)| kind.ends_with("json"));
    json && !html
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_str(value).unwrap())])
    }

    #[test]
    fn the_language_is_the_one_that_the_browser_wants_most_of_those_there_are() {
        for (value, lang) in [
            ("", Lang::En),
            ("zh-CN,zh;q=0.9,en;q=0.8", Lang::Zh),
            ("de,en;q=0.5,zh;q=0.4", Lang::En),
            ("de, zh-Hant;q=0.1", Lang::Zh),
            ("en;q=0, ZH;q=0.1", Lang::Zh),
            ("*", Lang::En),
        ] {
            assert_eq!(
                spoken(&headers(header::ACCEPT_LANGUAGE, value)),
                lang,
                "{value}"
            );
        }
    }

    #[test]
    fn a_machine_asks_for_json_and_for_no_page() {
        for (value, json) in [
            ("", false),
            ("*/*", false),
            ("application/json", true),
            ("application/problem+json, */*", true),
            (
                "text/html,application/xhtml+xml,application/json;q=0.9",
                false,
            ),
        ] {
            assert_eq!(wants_json(&headers(header::ACCEPT, value)), json, "{value}");
        }
    }
}
