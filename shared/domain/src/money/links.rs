//! Tracked links (MONEY 11-15): what one says, what a click is called by, and who clicks.

use std::{fmt, sync::LazyLock};

use isbot::Bots;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use ulid::Ulid;

use super::{Account, Source};
use crate::ids::{ListId, PostId, ProductId};

/// Bytes of a link before those of its product: kind, id, account, time.
const HEAD: usize = 1 + 16 + 10 + 8;
/// The longest `User-Agent` that is looked at, in bytes.
const LOOKED_AT: usize = 1_024;

/// A link to a product, in a post or list of an influencer's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Where it stands.
    pub source: Source,
    /// To which product.
    pub product: ProductId,
    /// Whose it is.
    pub account: Account,
    /// When the product came onto the post or list.
    pub tagged_at: Timestamp,
}

impl Link {
    /// The link as bytes: the same for the same.
    pub fn to_bytes(&self) -> Vec<u8> {
        let (kind, id) = match self.source {
            Source::Post(post) => (0, post.0),
            Source::List(list) => (1, list.0),
        };
        let mut bytes = vec![kind];
        bytes.extend(id.to_bytes());
        bytes.extend(self.account.to_bytes());
        bytes.extend(self.tagged_at.as_millisecond().to_be_bytes());
        bytes.extend(self.product.as_str().as_bytes());
        bytes
    }

    /// The link of these bytes; `None` of others.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (head, product) = bytes.split_first_chunk::<HEAD>()?;
        let (kind, head) = head.split_first()?;
        let (id, head) = head.split_first_chunk::<16>()?;
        let (account, time) = head.split_first_chunk::<10>()?;
        let id = Ulid::from_bytes(*id);
        let time = i64::from_be_bytes(time.try_into().ok()?);
        Some(Self {
            source: match kind {
                0 => Source::Post(PostId(id)),
                1 => Source::List(ListId(id)),
                _ => return None,
            },
            product: ProductId::parse(std::str::from_utf8(product).ok()?)?,
            account: Account::of_bytes(*account),
            tagged_at: Timestamp::from_millisecond(time).ok()?,
        })
    }
}

/// Who clicks, as far as that is known: 128 bits that say nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Visitor(pub [u8; 16]);

impl fmt::Display for Visitor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl From<Visitor> for String {
    fn from(visitor: Visitor) -> Self {
        visitor.to_string()
    }
}

impl TryFrom<String> for Visitor {
    type Error = std::num::ParseIntError;

    fn try_from(digits: String) -> Result<Self, Self::Error> {
        u128::from_str_radix(&digits, 16).map(|bits| Self(bits.to_be_bytes()))
    }
}

/// What a click is called by outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ClickId {
    /// Whose.
    pub visitor: Visitor,
    /// Which.
    pub click: Ulid,
}

impl ClickId {
    /// As bytes.
    pub fn to_bytes(self) -> Vec<u8> {
        let Visitor(visitor) = self.visitor;
        visitor.into_iter().chain(self.click.to_bytes()).collect()
    }

    /// That of these bytes; `None` of others.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (visitor, click) = bytes.split_first_chunk::<16>()?;
        Some(Self {
            visitor: Visitor(*visitor),
            click: Ulid::from_bytes(click.try_into().ok()?),
        })
    }
}

/// The kept list: <https://crates.io/crates/isbot>.
static KNOWN: LazyLock<Bots> = LazyLock::new(Bots::default);
/// What it does not know yet: lower case, a line each.
const ROBOTS: &str = include_str!("../../data/robots.txt");

/// Reads the kept list, which takes some milliseconds of a processor: before the first click.
pub fn read_robots() {
    LazyLock::force(&KNOWN);
}

/// Whether it is a person's browser that calls itself so: it says what it is, and is no known crawler, preview or tool.
pub fn is_browser(user_agent: Option<&str>) -> bool {
    let Some(user_agent) = user_agent.map(str::trim).filter(|agent| !agent.is_empty()) else {
        return false;
    };
    let looked_at = user_agent.bytes().take(LOOKED_AT).collect::<Vec<_>>();
    let agent = String::from_utf8_lossy(&looked_at).to_ascii_lowercase();
    let marks = ROBOTS
        .lines()
        .filter(|line| !line.starts_with('#') && !line.is_empty());
    !KNOWN.is_bot(&agent)
        && !marks.into_iter().any(|mark| match mark.strip_prefix('^') {
            Some(begins) => agent.starts_with(begins),
            None => agent.contains(mark),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_and_a_click_are_what_their_bytes_say() {
        for source in [Source::Post(PostId(Ulid(7))), Source::List(ListId(Ulid(8)))] {
            let link = Link {
                source,
                product: ProductId::parse("SPK#10/1").unwrap(),
                account: Account::of_random(u128::MAX - 7),
                tagged_at: Timestamp::from_millisecond(1_700_000_000_123).unwrap(),
            };
            assert_eq!(Link::from_bytes(&link.to_bytes()), Some(link));
        }
        assert_eq!(Link::from_bytes(&[0; HEAD - 1]), None);
        assert_eq!(Link::from_bytes(&[2; HEAD + 3]), None);
        let click = ClickId {
            visitor: Visitor([7; 16]),
            click: Ulid(9),
        };
        assert_eq!(ClickId::from_bytes(&click.to_bytes()), Some(click));
        assert_eq!(ClickId::from_bytes(&[0; 31]), None);
    }

    #[test]
    fn browsers_are_told_from_crawlers_previews_and_tools() {
        for browser in [
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 18_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.1 Mobile/15E148 Safari/604.1",
            "Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0",
            "Mozilla/5.0 (Linux; Android 14; CUBOT X50) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36",
            "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/21F90 Instagram 335.0.0.28.92 (iPhone14,5; iOS 17_5)",
            "Opera/9.80 (Windows NT 6.1; U; en) Presto/2.10 Version/12.16",
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.0.0",
        ] {
            assert!(is_browser(Some(browser)), "{browser}");
        }
        for robot in [
            "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0",
            "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)",
            "Twitterbot/1.0",
            "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
            "WhatsApp/2.23.20.0",
            "TelegramBot (like TwitterBot)",
            "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
            "LinkedInBot/1.0 (compatible; Mozilla/5.0; Apache-HttpClient +http://www.linkedin.com)",
            "Mozilla/5.0 (Macintosh) AppleWebKit/600.1.15 (KHTML, like Gecko) Applebot/0.1",
            "Mozilla/5.0 (compatible; YandexImages/3.0; +http://yandex.com/bots)",
            "Mozilla/5.0 (compatible; Baiduspider/2.0)",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/120.0.0.0 Safari/537.36",
            "Mozilla/5.0 (X11; Linux x86_64) Chrome/120 Safari/537.36 Chrome-Lighthouse",
            "curl/8.14.1",
            "Wget/1.21.3",
            "python-requests/2.32.3",
            "python-httpx/0.27.0",
            "Python/3.11 aiohttp/3.9.1",
            "Python-urllib/3.11",
            "Go-http-client/2.0",
            "okhttp/4.12.0",
            "axios/1.7.2",
            "node-fetch/1.0",
            "node",
            "undici",
            "Java/17.0.1",
            "Apache-HttpClient/4.5.14 (Java/17.0.9)",
            "libwww-perl/6.67",
            "PostmanRuntime/7.39.0",
            "insomnia/9.2.0",
            "HTTPie/3.2.2",
            "GuzzleHttp/7",
            "Ruby",
            "Dart/3.4 (dart:io)",
            "CFNetwork/1494.0.7 Darwin/23.4.0",
            "Pinterest/0.2 (+https://www.pinterest.com/bot.html)",
            "Mozilla/5.0 (compatible; Embedly/0.2; +http://support.embed.ly/)",
            "SkypeUriPreview Preview/0.5",
            "GPTBot/1.2",
            "ClaudeBot/1.0",
            "Deno/1.45",
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko; compatible; Perplexity-User/1.0)",
            "",
            "   ",
        ] {
            assert!(!is_browser(Some(robot)), "{robot}");
        }
        assert!(!is_browser(None));
    }
}
