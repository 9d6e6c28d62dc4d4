//! `/@{handle}`: a person's profile, or an influencer's storefront; and their posts as an Atom feed.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::{feeds::Position, money::storefront::Storefront};
use http::StatusCode;
use shared::{error::Error, store::ListPlace};

use crate::{
    App,
    answer::{lead, page},
    asked::Asked,
    atom::{Feed, entry},
    card::{Card, Cards, Person},
    frame::{DESCRIBED, Frame},
    goods::{Paid, Shelf},
    ld,
    site::Here,
    text::beginning,
    words::{Counted, Words, fill},
};

/// So many posts stand on a page,
const POSTS: usize = 20;
/// and so many lists.
const LISTS: usize = 10;

/// A person's page.
#[derive(Template)]
#[template(path = "person.html", whitespace = "minimize")]
struct PersonPage {
    f: Frame,
    w: &'static Words,
    who: Person,
    header: String,
    bio: String,
    paid: Option<Paid>,
    counts: Vec<Counted>,
    /// Whether it is a storefront.
    front: bool,
    lists: Vec<Shelf>,
    wall: Vec<Card>,
}

/// `GET /@{handle}`, and `/@{handle}.atom`.
pub(crate) async fn read_person(
    State(app): State<App>,
    Path(handle): Path<String>,
    asked: Asked,
) -> Response {
    let made = match handle.strip_suffix(".atom") {
        Some(handle) => Box::pin(app.person_feed(&asked, handle)).await,
        None => Box::pin(app.person_page(&asked, &handle)).await,
    };
    app.answer(&asked, made)
}

impl App {
    async fn person_page(&self, asked: &Asked, handle: &str) -> Result<Response, Error> {
        let here = Here::new(&self.site, asked);
        let (w, now) = (here.w, self.clock.now());
        let (profile, onlooker) = self.reads.met(None, handle).await?;
        let path = format!("/@{}", profile.handle.as_str());
        if profile.handle.as_str() != handle {
            return Ok(lead(StatusCode::MOVED_PERMANENTLY, &asked.at(&path)));
        }
        let name = format!("page of {}", profile.id);
        let (list, params) = (self.cursors.list(&name, None), asked.page(POSTS));
        let before: Option<Position> = list.place(&params)?;
        let front = profile.influencer;
        let arranged = async {
            match front {
                true => self.store.storefront(&profile.id).await,
                false => {
                    let place: Option<ListPlace> = None;
                    let found = self.store.lists_of(&profile.id, place, LISTS).await?;
                    let lists = found.0.into_iter().map(|(_, list)| list);
                    Ok(Storefront {
                        featured: lists.collect(),
                        ..Storefront::default()
                    })
                }
            }
        };
        let arranged = arranged.await?;
        let found = self
            .reads
            .front(&profile.id, &arranged, onlooker, (before, POSTS), now);
        let found = Box::pin(found).await?;
        let card = self.present.user(&profile);

        let mut cards = Cards::new(&here, "h3", true);
        let read = &found.posts.read;
        let posts = found.posts.posts.iter();
        let posts = posts.map(|post| self.present.post(post, read, now));
        let posts: Vec<_> = posts.collect();
        let wall: Vec<_> = posts
            .iter()
            .map(|post| cards.card(post, cards.dated(post)))
            .collect();
        let next = list.page(posts, |shown| found.posts.after(shown))?;
        let lists = found.featured.iter();
        let lists = lists.filter_map(|list| self.present.list_card(list, &found.shelf));
        let lists: Vec<_> = lists.map(|list| Shelf::new(&list, &here)).collect();

        let title = format!("{} (@{})", card.display_name, card.handle);
        let said = [arranged.header.as_str(), profile.bio.as_str()];
        let said = said.into_iter().find(|text| !text.is_empty());
        let said = beginning(said.unwrap_or(&title), DESCRIBED);
        let mut f = Frame::new(&here, &path, title, said);
        f.kind = "profile";
        f.style = cards.sheet.into_text();
        f.feed = Some(here.whole(&format!("{path}.atom")));
        f.next = next.next_cursor.map(|cursor| here.after(&path, &cursor));
        if let Some(post) = next.items.first() {
            f.pictured(post);
        }
        f.ld = vec![ld::profile(
            &ld::Known {
                card: &card,
                bio: &profile.bio,
                followers: profile.followers,
                posts: profile.posts,
            },
            &here,
        )];
        if !front || params.cursor.is_some() {
            f.unlisted();
        }
        let style = f.style.clone();
        let shown = PersonPage {
            f,
            w,
            who: Person::new(&card, &here),
            header: arranged.header,
            bio: profile.bio.clone(),
            paid: front.then(|| Paid {
                label: w.paid_links,
                said: fill(w.earns_storefront, &[("name", &card.display_name)]),
            }),
            counts: vec![
                w.counted(&w.followers, profile.followers),
                w.counted(&w.posts_unit, profile.posts),
            ],
            front,
            lists,
            wall,
        };
        page(&here, &shown, &style, "'none'")
    }

    async fn person_feed(&self, asked: &Asked, handle: &str) -> Result<Response, Error> {
        let here = Here::new(&self.site, asked);
        let now = self.clock.now();
        let (profile, onlooker) = self.reads.met(None, handle).await?;
        let found = self.reads.authored(&profile.id, onlooker, None, POSTS, now);
        let found = found.await?;
        let path = format!("/@{}", profile.handle.as_str());
        let entries = found.posts.iter();
        let entries = entries.map(|post| self.present.post(post, &found.read, now));
        let entries: Vec<_> = entries.filter_map(|post| entry(&post, &here)).collect();
        Feed::new(
            &profile.display_name,
            &path,
            profile.joined_at,
            entries,
            &here,
        )
        .answer()
    }
}
