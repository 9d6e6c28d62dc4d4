//! What every page is framed by: its head for machines, its top and its foot for people.

use shared::views::{PhotoView, PostView};

use crate::{
    asked::encoded,
    site::Here,
    words::{Lang, Words, fill},
};

/// The addresses of a page.
#[derive(Debug, Clone)]
pub(crate) struct Address {
    /// As it was asked for.
    pub canonical: String,
    pub en: String,
    pub zh: String,
    /// In the language of whoever comes.
    pub any: String,
}

/// A picture for cards.
#[derive(Debug, Clone)]
pub(crate) struct Image {
    pub url: String,
    pub width: u32,
    pub height: u32,
    pub alt: String,
}

/// A link with a name.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub href: String,
    pub name: String,
    /// Whether it leads where one is.
    pub here: bool,
}

/// A language to choose.
#[derive(Debug, Clone)]
pub(crate) struct Tongue {
    pub href: String,
    pub tag: &'static str,
    pub name: &'static str,
    pub here: bool,
}

/// The frame of a page.
#[derive(Debug)]
pub(crate) struct Frame {
    pub w: &'static Words,
    pub title: String,
    pub description: String,
    pub robots: Option<&'static str>,
    pub css: String,
    pub js: String,
    pub icon: String,
    /// The page's own sheet.
    pub style: String,
    /// `None` for what has none that stays.
    pub address: Option<Address>,
    pub next: Option<String>,
    pub feed: Option<String>,
    pub oembed: Option<String>,
    /// As Open Graph calls it.
    pub kind: &'static str,
    pub image: Image,
    /// What it is for machines, as JSON-LD.
    pub ld: Vec<String>,
    pub home: String,
    pub seek: String,
    /// The language, where the address says it.
    pub lang: Option<&'static str>,
    pub ways: Vec<Way>,
    pub terms: Option<String>,
    pub contact: String,
    pub report: String,
    pub app: Option<String>,
    pub tongues: Vec<Tongue>,
}

/// Titles and descriptions are cut after so many characters.
pub(crate) const DESCRIBED: usize = 200;

impl Frame {
    /// The frame of the page at this path, its query included.
    pub fn new(here: &Here<'_>, path: &str, title: String, description: String) -> Self {
        let (site, w) = (here.site, here.w);
        let whole = |lang| format!("{}{}", site.url, here.with(path, lang));
        let ways = [
            ("/", w.hot),
            ("/explore", w.explore),
            ("/t/trending-and-polls", w.polls),
        ];
        let tongues = Lang::ALL.map(|lang| Tongue {
            href: here.with(path, Some(lang)),
            tag: lang.words().tag,
            name: lang.name(),
            here: lang == here.lang,
        });
        let report = format!(
            "mailto:{}?subject={}&body={}",
            site.email,
            encoded(w.report).replace('+', "%20"),
            encoded(&whole(None))
        );
        Self {
            w,
            robots: None,
            css: site.assets.css.clone(),
            js: site.assets.js.clone(),
            icon: site.assets.icon.clone(),
            style: String::new(),
            address: Some(Address {
                canonical: whole(here.said),
                en: whole(Some(Lang::En)),
                zh: whole(Some(Lang::Zh)),
                any: whole(None),
            }),
            next: None,
            feed: None,
            oembed: None,
            kind: "website",
            image: Image {
                url: format!("{}{}", site.url, site.assets.card),
                width: 1_200,
                height: 630,
                alt: w.what_it_is.to_owned(),
            },
            ld: Vec::new(),
            home: here.to("/"),
            seek: here.to("/search"),
            lang: here.said.map(Lang::code),
            ways: ways
                .map(|(to, name)| Way {
                    href: here.to(to),
                    name: name.to_owned(),
                    here: to == path,
                })
                .into(),
            terms: site.terms.clone(),
            contact: site.contact.clone(),
            report,
            app: site.app.clone(),
            tongues: tongues.into(),
            title,
            description,
        }
    }

    /// Not to be found by search engines.
    pub fn unlisted(&mut self) {
        self.robots = Some("noindex");
    }

    /// The picture of a post, where it has one.
    pub fn pictured(&mut self, post: &PostView) {
        let name = post
            .author
            .as_ref()
            .map_or("", |author| &author.display_name);
        let first = post.photos.iter().find_map(|photo| match photo {
            PhotoView::Ready {
                alt, renditions, ..
            } => {
                let largest = renditions.last()?;
                Some(Image {
                    url: largest.url.clone(),
                    width: largest.width,
                    height: largest.height,
                    alt: match alt.is_empty() {
                        true => fill(self.w.photo_by, &[("name", name)]),
                        false => alt.clone(),
                    },
                })
            }
            PhotoView::Processing { .. } | PhotoView::Rejected { .. } => None,
        });
        if let Some(image) = first {
            self.image = image;
        }
    }
}
