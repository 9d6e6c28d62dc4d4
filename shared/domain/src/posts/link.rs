//! Links: the address of the web that a post is about.

use serde::{Deserialize, Serialize};
use url::Url;

/// The longest address, in bytes, as sent and as normalised.
pub const MAX_URL: usize = 2_048;

/// An address of the web.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// `http` or `https`, normalised as browsers do (WHATWG URL), at most [`MAX_URL`] bytes.
    pub url: String,
}

impl Link {
    /// Reads an address.
    ///
    /// # Errors
    /// Says what is wrong, for the person who sent it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let too_long = || format!("is too long; at most {MAX_URL} bytes are allowed");
        if text.len() > MAX_URL {
            return Err(too_long());
        }
        let url = Url::parse(text.trim()).map_err(|error| format!("is no address: {error}"))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err("must begin with https:// or http://".to_owned());
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err("names no host".to_owned());
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err("must not carry a user name or a password".to_owned());
        }
        let url = String::from(url);
        if url.len() > MAX_URL {
            return Err(too_long());
        }
        Ok(Self { url })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_kept_as_browsers_would_ask_for_it() {
        let read = |text| Link::parse(text).map(|link| link.url);
        let shoes = read(" HTTPS://Shop.Example:443/a/../Schuhe für Ana?q=1#top ");
        let expected = "https://shop.example/Schuhe%20f%C3%BCr%20Ana?q=1#top";
        assert_eq!(shoes.as_deref(), Ok(expected));
        assert_eq!(
            read("http://日本.jp").as_deref(),
            Ok("http://xn--wgv71a.jp/")
        );
    }

    #[test]
    fn what_is_no_address_of_the_web_is_refused() {
        let long = format!("https://a.example/{}", "x".repeat(MAX_URL));
        let grows = format!("https://a.example/{}", "é".repeat(MAX_URL / 3));
        for text in [
            "",
            "shop.example",
            "javascript:alert(1)",
            "ftp://a.example/",
            "data:text/html,x",
            "https://",
            "https://ana@a.example/",
            "https://ana:secret@a.example/",
            &long,
            &grows,
        ] {
            assert!(Link::parse(text).is_err(), "{text}");
        }
    }
}
