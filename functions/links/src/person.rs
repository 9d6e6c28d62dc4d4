//! Whether a person clicks, and who, as far as that is known (MONEY 13, 14).

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::money::links::{Visitor, is_browser};
use http::{HeaderMap, HeaderValue, header};

/// A visitor is known for 90 days.
const COOKIE: &str = "Path=/r; Secure; HttpOnly; SameSite=Lax; Max-Age=7776000";
const NAME: &str = "spark_v";

/// Whether a page is fetched before anybody wants it.
pub(crate) fn is_prefetch(headers: &HeaderMap) -> bool {
    let early = |value: &HeaderValue| {
        let text = value.to_str().unwrap_or_default().to_ascii_lowercase();
        text.contains("prefetch") || text.contains("preview")
    };
    let names = ["sec-purpose", "purpose", "x-purpose", "x-moz"];
    names
        .into_iter()
        .any(|name| headers.get_all(name).iter().any(early))
}

/// Whether a person goes where a link leads, in a window of their own.
pub(crate) fn navigates(headers: &HeaderMap) -> bool {
    let absent_or = |name: &str, wanted: &str| {
        let mut sent = headers.get_all(name).iter();
        sent.all(|value| value.as_bytes() == wanted.as_bytes())
    };
    let agent = headers.get(header::USER_AGENT).map(HeaderValue::as_bytes);
    let agent = agent.map(String::from_utf8_lossy);
    absent_or("sec-fetch-mode", "navigate")
        && absent_or("sec-fetch-dest", "document")
        && is_browser(agent.as_deref())
}

/// Whether what is asked for is JSON.
pub(crate) fn wants_json(headers: &HeaderMap) -> bool {
    let sent = headers.get_all(header::ACCEPT).iter();
    let types = sent.filter_map(|value| value.to_str().ok());
    let mut types = types.flat_map(|value| value.split(','));
    types.any(|one| {
        let name = one.split(';').next().unwrap_or_default().trim();
        name.eq_ignore_ascii_case("application/json")
    })
}

/// Whether whoever clicks wants not to be followed (Global Privacy Control).
pub(crate) fn wants_privacy(headers: &HeaderMap) -> bool {
    headers.get("sec-gpc").is_some_and(|value| value == "1")
}

/// The visitor of a request's cookie; `None` where it has none that is whole.
pub(crate) fn known(headers: &HeaderMap) -> Option<Visitor> {
    let sent = headers.get_all(header::COOKIE).iter();
    let sent = sent.filter_map(|value| value.to_str().ok());
    let mut pairs = sent.flat_map(|value| value.split(';'));
    let value = pairs.find_map(|pair| {
        let (name, value) = pair.trim().split_once('=')?;
        (name == NAME).then_some(value)
    })?;
    let bytes = URL_SAFE_NO_PAD.decode(value).ok()?;
    bytes.try_into().ok().map(Visitor)
}

/// The cookie by which a visitor is known from now on.
pub(crate) fn cookie(Visitor(bits): Visitor) -> Option<HeaderValue> {
    let text = format!("{NAME}={}; {COOKIE}", URL_SAFE_NO_PAD.encode(bits));
    HeaderValue::try_from(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cookie_is_twenty_two_characters_or_nothing() {
        let visitor = Visitor([7; 16]);
        let set = cookie(visitor).unwrap();
        let set = set.to_str().unwrap();
        let (pair, rest) = set.split_once("; ").unwrap();
        assert_eq!((pair.len(), rest), ("spark_v=".len() + 22, COOKIE));
        let read = |cookie: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, HeaderValue::try_from(cookie).unwrap());
            known(&headers)
        };
        assert_eq!(read(&format!("a=b; {pair}; c=d")), Some(visitor));
        for odd in [
            "spark_v=",
            "spark_v=short",
            "spark_v",
            "x=y",
            &format!("{pair}A"),
        ] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
