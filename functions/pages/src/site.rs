//! The site: its addresses, whose pictures it shows, what it says of itself; and a place on it, from which links lead.

use shared::runtime::Config;
use url::Url;

use crate::{
    asked::{Asked, encoded},
    assets::Assets,
    words::{Lang, Words},
};

/// What holds for every page.
#[derive(Debug, Clone)]
pub(crate) struct Site {
    /// The public base address of pages.
    pub url: String,
    /// Hosts whose pictures of products are shown.
    hosts: Vec<String>,
    pub terms: Option<String>,
    pub contact: String,
    pub email: String,
    /// Where the store's app can be had.
    pub app: Option<String>,
    pub assets: Assets,
    /// What a page may load, save for its own sheet and who may frame it.
    policy: String,
}

/// A place on the site: who asks for which page, in which language.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Here<'a> {
    pub site: &'a Site,
    pub w: &'static Words,
    pub lang: Lang,
    /// The language, where the address itself says it.
    pub said: Option<Lang>,
}

impl Site {
    /// As a function is configured.
    pub fn new(config: &Config) -> Self {
        let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        let (url, media) = (config.pages_url().to_owned(), config.media_url().to_owned());
        let has_terms = !config.terms_version().is_empty();
        let hosts = config.image_hosts().split(',').map(str::trim);
        let hosts: Vec<_> = hosts.filter_map(some).collect();
        let mut images = vec!["'self'".to_owned(), "data:".to_owned()];
        if origin(&media) != origin(&url) {
            images.extend(origin(&media));
        }
        images.extend(hosts.iter().cloned());
        let policy = format!(
            "default-src 'none'; img-src {}; script-src 'self'; form-action 'self'; base-uri 'none'; style-src 'self'",
            images.join(" ")
        );
        Self {
            terms: some(config.terms_url()).filter(|_| has_terms),
            contact: config.contact_url().to_owned(),
            email: config.contact_email().to_owned(),
            app: some(config.app_download_url()),
            assets: Assets::new(),
            url,
            hosts,
            policy,
        }
    }

    /// The policy of a page with a sheet of this digest, framed by these.
    pub fn policy(&self, sheet: Option<&str>, framed_by: &str) -> String {
        let sheet = sheet.map(|digest| format!(" '{digest}'"));
        format!(
            "{}{}; frame-ancestors {framed_by}",
            self.policy,
            sheet.unwrap_or_default()
        )
    }

    /// The address of a picture in the store, if it is of a host that is configured.
    pub fn picture(&self, address: Option<&str>) -> Option<String> {
        let url = Url::parse(address?).ok()?;
        let host = url.host_str()?;
        let named = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        let known = matches!(url.scheme(), "http" | "https") && self.hosts.contains(&named);
        known.then(|| url.into())
    }
}

/// Scheme, host and port.
fn origin(address: &str) -> Option<String> {
    let url = Url::parse(address).ok()?;
    Some(url.origin().ascii_serialization())
}

/// An address of the web, and nothing else that a browser would open.
pub(crate) fn web(address: Option<&str>) -> Option<String> {
    let address = address?;
    let web = ["http://", "https://"];
    let is_web = web.iter().any(|scheme| address.starts_with(scheme));
    is_web.then(|| address.to_owned())
}

impl<'a> Here<'a> {
    /// Where somebody is who asked so.
    pub fn new(site: &'a Site, asked: &Asked) -> Self {
        Self {
            site,
            w: asked.lang().words(),
            lang: asked.lang(),
            said: asked.said,
        }
    }

    /// The address of a path, which keeps to the language that was chosen.
    pub fn to(&self, path: &str) -> String {
        self.with(path, self.said)
    }

    /// The same in this language, or in the reader's own.
    pub fn with(&self, path: &str, lang: Option<Lang>) -> String {
        let sign = if path.contains('?') { '&' } else { '?' };
        match lang {
            Some(lang) => format!("{path}{sign}lang={}", lang.code()),
            None => path.to_owned(),
        }
    }

    /// Where it is looked for something.
    pub fn search(&self, query: &str) -> String {
        self.to(&format!("/search?q={}", encoded(query)))
    }

    /// The page after a cursor.
    pub fn after(&self, path: &str, cursor: &str) -> String {
        let sign = if path.contains('?') { '&' } else { '?' };
        self.to(&format!("{path}{sign}cursor={cursor}"))
    }

    /// The whole address of a path, in nobody's language.
    pub fn whole(&self, path: &str) -> String {
        format!("{}{path}", self.site.url)
    }
}
