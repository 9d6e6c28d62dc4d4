//! Photos with the dots in them, each of which is the link itself (PAGES 2.2).

use shared::views::{PhotoView, PostView, ProductCard, RenditionView};

use crate::{
    goods::Line,
    placeholder,
    sheet::Sheet,
    site::Here,
    words::{Plural, fill},
};

/// A dot is so wide to touch where there is room, in CSS pixels, on the narrowest screen, of so many.
const TOUCHED: f64 = 44.0;
const NARROWEST: f64 = 320.0;
/// Dots of one row by so many rows are read from left to right.
const ROWS: f64 = 8.0;

/// How large a photo is on its own page,
pub(crate) const WHOLE: &str = "(min-width: 60em) 860px, 100vw";
/// and on a wall.
pub(crate) const SMALL: &str = "(min-width: 60em) 360px, (min-width: 40em) 50vw, 100vw";

/// A link at a point of a photo.
#[derive(Debug)]
pub(crate) struct Dot {
    pub id: String,
    pub number: usize,
    pub href: String,
    pub rel: Option<&'static str>,
    pub label: String,
    pub title: String,
    pub price: Option<String>,
    /// Whether it cannot be bought.
    pub off: bool,
}

/// How many things of a post can be bought.
#[derive(Debug)]
pub(crate) struct Bag {
    pub href: String,
    pub label: String,
    pub count: String,
}

/// A photo.
#[derive(Debug)]
pub(crate) struct Photo {
    pub id: String,
    pub src: String,
    pub srcset: String,
    pub sizes: &'static str,
    pub width: u32,
    pub height: u32,
    pub alt: String,
    /// Whether it is what one sees first.
    pub first: bool,
    /// Whether a dot lies where the bag would.
    pub low: bool,
    pub dots: Vec<Dot>,
    pub bag: Option<Bag>,
    /// As the link to it among others says.
    pub step: String,
}

/// The photos of a post, and the products in it: each once, numbered as it is met.
#[derive(Debug)]
pub(crate) struct Shots {
    pub photos: Vec<Photo>,
    pub lines: Vec<Line>,
}

/// A photo that is ready.
struct Ready<'a> {
    alt: &'a str,
    width: u32,
    height: u32,
    placeholder: &'a str,
    renditions: &'a [RenditionView],
}

fn ready(photo: &PhotoView) -> Option<Ready<'_>> {
    match photo {
        PhotoView::Ready {
            alt,
            width,
            height,
            placeholder,
            renditions,
            ..
        } => Some(Ready {
            alt,
            width: *width,
            height: *height,
            placeholder,
            renditions,
        }),
        PhotoView::Processing { .. } | PhotoView::Rejected { .. } => None,
    }
}

impl Photo {
    fn new(
        photo: &Ready<'_>,
        id: String,
        by: &str,
        here: &Here<'_>,
        sheet: &mut Sheet,
    ) -> Option<Self> {
        let (smallest, largest) = (photo.renditions.first()?, photo.renditions.last()?);
        let middle = photo.renditions.iter().find(|one| one.width >= 640);
        let ratio = photo.width as f32 / photo.height.max(1) as f32;
        let placeholder = placeholder::address(photo.placeholder, ratio);
        sheet.photo(&id, ratio, placeholder.as_deref());
        let sizes = photo.renditions.iter();
        let sizes = sizes.map(|one| format!("{} {}w", one.url, one.width));
        Some(Self {
            id,
            src: middle.unwrap_or(smallest).url.clone(),
            srcset: sizes.collect::<Vec<_>>().join(", "),
            sizes: WHOLE,
            width: largest.width,
            height: largest.height,
            alt: match photo.alt.is_empty() {
                true => fill(here.w.photo_by, &[("name", by)]),
                false => photo.alt.to_owned(),
            },
            first: false,
            low: false,
            dots: Vec::new(),
            bag: None,
            step: String::new(),
        })
    }

    /// The address of the smallest rendition, and what the photo shows.
    pub fn smallest(photo: &PhotoView) -> Option<(String, String)> {
        let ready = ready(photo)?;
        Some((ready.renditions.first()?.url.clone(), ready.alt.to_owned()))
    }

    /// The products in a photo.
    pub fn products(photo: &PhotoView) -> impl Iterator<Item = &ProductCard> {
        let spots = match photo {
            PhotoView::Ready { hotspots, .. } => hotspots.as_slice(),
            PhotoView::Processing { .. } | PhotoView::Rejected { .. } => &[],
        };
        spots.iter().map(|spot| &spot.product)
    }

    /// The first photo of a post that is ready, for a card of this id.
    pub fn first_of(
        post: &PostView,
        id: String,
        here: &Here<'_>,
        sheet: &mut Sheet,
    ) -> Option<Self> {
        let by = post
            .author
            .as_ref()
            .map_or("", |author| &author.display_name);
        let options = post.poll.iter().flat_map(|poll| &poll.options);
        let options = options.filter_map(|option| option.photo.as_ref());
        let first = post.photos.iter().chain(options).find_map(ready)?;
        let mut photo = Self::new(&first, id, by, here, sheet)?;
        photo.sizes = SMALL;
        photo.bag = bag(post, String::new(), here);
        Some(photo)
    }
}

/// The bag of a post; none where nothing can be bought.
fn bag(post: &PostView, href: String, here: &Here<'_>) -> Option<Bag> {
    let count = u64::try_from(post.shoppable_count)
        .ok()
        .filter(|count| *count > 0)?;
    let things: &Plural = &here.w.to_buy;
    Some(Bag {
        href,
        label: here.w.many(things, count),
        count: here.w.number(count),
    })
}

/// The products of a post as they are met, each once.
#[derive(Debug)]
struct Met<'h> {
    here: &'h Here<'h>,
    paid: bool,
    ids: Vec<String>,
    lines: Vec<Line>,
}

impl Met<'_> {
    /// The number of a product, from 1.
    fn number(&mut self, product: &ProductCard) -> usize {
        if let Some(at) = self.ids.iter().position(|id| *id == product.id) {
            return at + 1;
        }
        let number = self.ids.len() + 1;
        self.ids.push(product.id.clone());
        self.lines.push(Line {
            id: format!("product-{number}"),
            number: Some(number),
            ..Line::new(product, self.paid, self.here)
        });
        number
    }
}

impl Shots {
    /// Those of a post, on its own page.
    pub fn of(post: &PostView, here: &Here<'_>, sheet: &mut Sheet) -> Self {
        let mut met = Met {
            here,
            paid: post.disclosure.is_some(),
            ids: Vec::new(),
            lines: Vec::new(),
        };
        let by = post
            .author
            .as_ref()
            .map_or("", |author| &author.display_name);
        let mut photos = Vec::new();
        for view in &post.photos {
            let id = format!("photo-{}", photos.len() + 1);
            let made = ready(view).and_then(|ready| Photo::new(&ready, id, by, here, sheet));
            let Some(mut photo) = made else { continue };
            photo.put_dots(view, &mut met, sheet);
            photo.first = photos.is_empty();
            photos.push(photo);
        }
        for product in &post.products {
            met.number(product);
        }
        if let Some(review) = &post.review {
            met.number(&review.product);
        }
        let href = match met.lines.as_slice() {
            [only] => format!("#{}", only.id),
            _several => "#products".to_owned(),
        };
        let count = photos.len().to_string();
        for (at, photo) in photos.iter_mut().enumerate() {
            let number = (at + 1).to_string();
            photo.bag = bag(post, href.clone(), here);
            photo.step = fill(here.w.photo_of, &[("number", &number), ("count", &count)]);
        }
        Self {
            photos,
            lines: met.lines,
        }
    }
}

impl Photo {
    fn put_dots(&mut self, view: &PhotoView, met: &mut Met<'_>, sheet: &mut Sheet) {
        let PhotoView::Ready { hotspots, .. } = view else {
            return;
        };
        let mut spots: Vec<_> = hotspots.iter().collect();
        // In reading order: by rows, and from left to right.
        let place = |x: f64, y: f64| ((y * ROWS).floor(), x);
        spots.sort_by(|one, other| {
            let (one, other) = (place(one.x, one.y), place(other.x, other.y));
            one.0.total_cmp(&other.0).then(one.1.total_cmp(&other.1))
        });
        let tall = f64::from(self.height) / f64::from(self.width.max(1));
        let apart =
            |one: (f64, f64), other: (f64, f64)| (one.0 - other.0).hypot((one.1 - other.1) * tall);
        let places: Vec<_> = spots.iter().map(|spot| (spot.x, spot.y)).collect();
        for (at, spot) in spots.iter().enumerate() {
            let number = met.number(&spot.product);
            let Some(line) = met.lines.get(number - 1) else {
                continue;
            };
            let id = format!("{}-{}", self.id, at + 1);
            let here = (spot.x, spot.y);
            let others = places.iter().enumerate().filter(|(other, _)| *other != at);
            let gap = others
                .map(|(_, other)| apart(here, *other))
                .reduce(f64::min);
            let gap = gap.filter(|gap| gap * NARROWEST < TOUCHED);
            sheet.dot(&id, here, gap.map(|gap| gap * 100.0));
            self.low |= spot.x > 0.78 && spot.y > 0.8;
            let said = line.said();
            let label = [("number", number.to_string()), ("said", said)];
            let label = label.each_ref().map(|(name, text)| (*name, text.as_str()));
            self.dots.push(Dot {
                id,
                number,
                href: line.href.clone().unwrap_or_else(|| format!("#{}", line.id)),
                rel: line.href.as_ref().and(line.rel),
                label: fill(met.here.w.dot_label, &label),
                title: line.title.clone(),
                price: line.price.clone().filter(|_| !line.off),
                off: line.off,
            });
        }
    }
}
