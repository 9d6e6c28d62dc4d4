//! `/p/{post}`: a post whole, `/embed/p/{post}`: its card for other sites.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::{
    engagement::order::Place,
    ids::{PostId, TopicId},
    shown::Onlooker,
};
use shared::{error::Error, read::Wanted, views::PostView};

use crate::{
    App,
    answer::{page, topic_way},
    asked::{Asked, encoded},
    card::{self, Person, paid},
    frame::{DESCRIBED, Frame, Way},
    goods::{Line, Paid, Review},
    ld,
    photo::{Photo, Shots},
    poll::Poll,
    said::{Said, thread},
    sheet::Sheet,
    site::{Here, web},
    text::{Piece, beginning, pieces},
    words::{Counted, When, Words, fill},
};

/// So many comments stand on a page.
const COMMENTS: usize = 20;
/// A text of so many characters at most is the heading.
const SHORT: usize = 140;

/// A post whole.
#[derive(Template)]
#[template(path = "post.html", whitespace = "minimize")]
struct PostPage {
    f: Frame,
    w: &'static Words,
    photos: Vec<Photo>,
    who: Option<Person>,
    at: When,
    edited: bool,
    paid: Option<Paid>,
    short: bool,
    heading: String,
    pieces: Vec<Piece>,
    review: Option<Review>,
    link: Option<Link>,
    poll: Option<Poll>,
    counts: Vec<Counted>,
    lines: Vec<Line>,
    confirmed: Option<When>,
    topics: Vec<Way>,
    talk: String,
    reasons: Vec<Reasons>,
    thread: Vec<Said>,
}

/// The card of a post for other sites.
#[derive(Template)]
#[template(path = "embed.html", whitespace = "minimize")]
struct EmbedPage {
    f: Frame,
    photo: Option<Photo>,
    who: Option<Person>,
    at: When,
    paid: Option<Paid>,
    href: String,
    text: String,
    counts: Vec<Counted>,
}

/// Where a link leads, and how that is told.
struct Link {
    href: String,
    said: String,
}

/// Why some chose an option.
struct Reasons {
    id: String,
    title: String,
    thread: Vec<Said>,
}

/// `GET /p/{post}`.
pub(crate) async fn read_post(
    State(app): State<App>,
    Path(post): Path<String>,
    asked: Asked,
) -> Response {
    let made = Box::pin(app.post_page(&asked, &post)).await;
    app.answer(&asked, made)
}

/// `GET /embed/p/{post}`.
pub(crate) async fn read_embed(
    State(app): State<App>,
    Path(post): Path<String>,
    asked: Asked,
) -> Response {
    let made = Box::pin(app.embed_page(&asked, &post)).await;
    app.answer(&asked, made)
}

impl App {
    /// A post as everybody sees it; one that was published and is gone is known for a month.
    pub(crate) async fn post(&self, id: &str) -> Result<PostView, Error> {
        let id: PostId = id.parse().map_err(|_not_one| Error::NotFound)?;
        let now = self.clock.now();
        match self.reads.opened(None, false, id, now).await {
            Ok((post, read)) => Ok(self.present.post(&post, &read, now)),
            Err(Error::NotFound) => Err(self.missing(id).await?),
            Err(error) => Err(error),
        }
    }

    /// What a post is that is not there.
    async fn missing(&self, id: PostId) -> Result<Error, Error> {
        let was_there = self.store.was_there(id, self.clock.now()).await?;
        Ok(if was_there {
            Error::Gone
        } else {
            Error::NotFound
        })
    }

    async fn post_page(&self, asked: &Asked, id: &str) -> Result<Response, Error> {
        let here = Here::new(&self.site, asked);
        let w = here.w;
        let id: PostId = id.parse().map_err(|_not_one| Error::NotFound)?;
        let now = self.clock.now();
        let name = format!("comments of {id}, on its page");
        let (list, params) = (self.cursors.list(&name, None), asked.page(COMMENTS));
        let wanted = Wanted {
            post: id,
            best_first: true,
            reply_to: None,
            voted: None,
            place: list.place::<Place>(&params)?,
            limit: COMMENTS,
        };
        let (of, lines) = futures::try_join!(self.reads.post(None, id), self.reads.lines(&wanted))?;
        let (post, mut read) = of;
        let nobody = Onlooker::nobody();
        let Some(post) = post.and_then(|post| nobody.opens(post)) else {
            return Err(self.missing(id).await?);
        };
        let around = self.reads.around([&*post], now, &mut read);
        let talk = self.reads.talk(&wanted, &post, nobody, lines, now);
        let ((), talk) = futures::try_join!(around, Box::pin(talk))?;
        if !read.knows_author(&post) {
            return Err(Error::NotFound);
        }
        let view = self.present.post(&post, &read, now);
        let (mut thread, comments) = thread(&talk, &self.present, &here);
        let next = list.page(vec![(); thread.len()], |shown| talk.leaf.after(shown))?;

        let mut sheet = Sheet::default();
        let shots = Shots::of(&view, &here, &mut sheet);
        let mut f = framed(&view, &here);
        f.style = sheet.into_text();
        f.ld = ld::post(&view, &comments, &here);
        let path = format!("/p/{id}");
        f.next = next.next_cursor.map(|cursor| here.after(&path, &cursor));
        if params.cursor.is_some() {
            f.unlisted();
        }
        let said = pieces(&view.text, &view.entities, &here);
        let short = (1..=SHORT).contains(&view.text.chars().count());
        let is_paid = view.disclosure.is_some();
        let reasons = reasons(&view, &mut thread, &here);
        let confirmed = shots.lines.iter().any(|line| line.price.is_some());
        let confirmed = confirmed.then(|| confirmed_at(&view, &here)).flatten();
        let unit = match view.kind.as_str() {
            "question" => &w.answers,
            _any => &w.comments,
        };
        let shown = PostPage {
            w,
            photos: shots.photos,
            lines: shots.lines,
            who: view
                .author
                .as_ref()
                .map(|author| Person::new(author, &here)),
            at: w.on(view.published_at.unwrap_or(view.created_at).0),
            edited: view.edited_at.is_some(),
            paid: paid(&view, &here),
            short,
            heading: card::title(&view, &here),
            pieces: said,
            review: view
                .review
                .as_ref()
                .map(|review| Review::new(review, &here)),
            link: view.link.as_ref().and_then(|link| Link::new(&link.url)),
            poll: view
                .poll
                .as_ref()
                .map(|poll| Poll::new(poll, is_paid, &here)),
            counts: counts(&view, w),
            confirmed,
            topics: topics(&view, &here),
            talk: w.many(unit, view.counts.comments),
            reasons,
            thread,
            f,
        };
        let style = shown.f.style.clone();
        page(&here, &shown, &style, "'none'")
    }

    async fn embed_page(&self, asked: &Asked, id: &str) -> Result<Response, Error> {
        let here = Here::new(&self.site, asked);
        let view = self.post(id).await?;
        let mut sheet = Sheet::default();
        let photo = Photo::first_of(&view, "photo".to_owned(), &here, &mut sheet);
        let whole = |path: &str| here.whole(&here.to(path));
        let mut f = framed(&view, &here);
        f.style = sheet.into_text();
        f.home = whole("/");
        let who = view.author.as_ref().map(|author| Person {
            href: whole(&format!("/@{}", author.handle)),
            ..Person::new(author, &here)
        });
        let style = f.style.clone();
        let shown = EmbedPage {
            f,
            photo,
            who,
            at: here.w.on(view.published_at.unwrap_or(view.created_at).0),
            paid: paid(&view, &here),
            href: whole(&format!("/p/{}", view.id)),
            text: beginning(card::said(&view), DESCRIBED),
            counts: counts(&view, here.w),
        };
        page(&here, &shown, &style, "*")
    }
}

impl Link {
    fn new(url: &str) -> Option<Self> {
        let href = web(Some(url))?;
        let said = href.split("://").nth(1).unwrap_or_default();
        let said = beginning(said.trim_end_matches('/'), 60);
        Some(Self { said, href })
    }
}

/// The frame of a post's page.
fn framed(view: &PostView, here: &Here<'_>) -> Frame {
    let path = format!("/p/{}", view.id);
    let title = card::title(view, here);
    let name = view
        .author
        .as_ref()
        .map_or("", |author| &author.display_name);
    let title = fill(here.w.quoted, &[("name", name), ("text", &title)]);
    let described = beginning(card::said(view), DESCRIBED);
    let described = if described.is_empty() {
        title.clone()
    } else {
        described
    };
    // What is paid for says so wherever its card is drawn.
    let described = match paid(view, here) {
        Some(paid) => format!("({}) {described}", paid.label),
        None => described,
    };
    let mut f = Frame::new(here, &path, title, described);
    f.kind = "article";
    f.pictured(view);
    f.oembed = Some(format!(
        "{}?url={}",
        here.whole("/oembed"),
        encoded(&here.whole(&path))
    ));
    f
}

/// Takes the comments of who voted, by what they voted for, out of the others.
fn reasons(view: &PostView, thread: &mut Vec<Said>, here: &Here<'_>) -> Vec<Reasons> {
    let mut by_option: BTreeMap<String, Vec<Said>> = BTreeMap::new();
    for said in std::mem::take(thread) {
        match &said.voted {
            Some(option) => by_option.entry(option.clone()).or_default().push(said),
            None => thread.push(said),
        }
    }
    let options = view.poll.iter().flat_map(|poll| &poll.options);
    let reasons = options.filter_map(|option| {
        let thread = by_option.remove(&option.id)?;
        Some(Reasons {
            id: format!("why-{}", option.id),
            title: fill(here.w.reasons, &[("option", &option.text)]),
            thread,
        })
    });
    reasons.collect()
}

fn counts(view: &PostView, w: &Words) -> Vec<Counted> {
    vec![
        w.counted(&w.smiles_unit, view.counts.smiles),
        w.counted(&w.comments_unit, view.counts.comments),
        w.counted(&w.saves_unit, view.counts.saves),
    ]
}

/// When the oldest of the prices was confirmed.
fn confirmed_at(view: &PostView, here: &Here<'_>) -> Option<When> {
    let spots = view.photos.iter().flat_map(Photo::products);
    let reviewed = view.review.as_ref().map(|review| &review.product);
    let all = spots.chain(&view.products).chain(reviewed);
    let times = all.filter_map(|product| product.price_confirmed_at);
    let oldest = times.map(|time| time.0).min()?;
    Some(here.w.at(oldest))
}

fn topics(view: &PostView, here: &Here<'_>) -> Vec<Way> {
    let topics = view.topics.iter().filter_map(|id| TopicId::parse(id));
    topics.map(|topic| topic_way(&topic, here)).collect()
}
