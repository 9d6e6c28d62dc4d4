//! `/lists/{id}`: a public idea list, with what is said of each thing in it.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::{engagement::Place, ids::ListId};
use shared::{
    error::Error,
    views::{ListItemView, PhotoView},
};

use crate::{
    App,
    answer::page,
    asked::Asked,
    card::{self, Person},
    frame::{DESCRIBED, Frame, Image},
    goods::{Line, Paid, rel},
    ld,
    photo::Photo,
    site::Here,
    text::{beginning, letter},
    words::{Words, fill},
};

/// So many things stand on a page.
const ITEMS: usize = 30;

#[derive(Template)]
#[template(path = "list.html", whitespace = "minimize")]
struct ListPage {
    f: Frame,
    w: &'static Words,
    name: String,
    who: Person,
    count: String,
    paid: Option<Paid>,
    items: Vec<Item>,
}

/// A thing in a list.
struct Item {
    image: Option<String>,
    letter: String,
    title: String,
    href: Option<String>,
    rel: Option<&'static str>,
    facts: Vec<String>,
    note: Option<String>,
    /// Its page here.
    own: Option<String>,
}

/// `GET /lists/{id}`.
pub(crate) async fn read_list(
    State(app): State<App>,
    Path(id): Path<String>,
    asked: Asked,
) -> Response {
    let made = Box::pin(app.list_page(&asked, &id)).await;
    app.answer(&asked, made)
}

impl Item {
    fn new(view: &ListItemView, paid: bool, here: &Here<'_>) -> Self {
        let w = here.w;
        match view {
            ListItemView::Product { product, note, .. } => {
                let line = Line::new(product, paid, here);
                let stars = line.stars.as_ref().map(|stars| stars.said.clone());
                let facts = [line.price.clone(), stars, Some(line.stock.to_owned())];
                Self {
                    image: line.image,
                    letter: line.letter,
                    title: line.title,
                    href: line.href,
                    rel: rel(paid),
                    facts: facts.into_iter().flatten().collect(),
                    note: note.clone(),
                    own: line.more,
                }
            }
            ListItemView::Post { post, note, .. } => {
                let by = post.author.as_ref();
                let by = by.map(|by| fill(w.post_by, &[("name", &by.display_name)]));
                let things = u64::try_from(post.shoppable_count).unwrap_or_default();
                let things = (things > 0).then(|| w.many(&w.to_buy, things));
                let photo = post
                    .photos
                    .iter()
                    .find_map(|photo: &PhotoView| Photo::smallest(photo));
                let href = here.to(&format!("/p/{}", post.id));
                let title = card::title(post, here);
                Self {
                    image: photo.map(|(url, _)| url),
                    letter: letter(&title),
                    title,
                    href: Some(href.clone()),
                    rel: None,
                    facts: [by, things].into_iter().flatten().collect(),
                    note: note.clone(),
                    own: Some(href),
                }
            }
        }
    }
}

impl App {
    async fn list_page(&self, asked: &Asked, id: &str) -> Result<Response, Error> {
        let here = Here::new(&self.site, asked);
        let (w, now) = (here.w, self.clock.now());
        let id: ListId = id.parse().map_err(|_not_one| Error::NotFound)?;
        let name = format!("page of list {id}");
        let (list, params) = (self.cursors.list(&name, None), asked.page(ITEMS));
        let after: Option<Place> = list.place(&params)?;
        let nobody = self.reads.onlooker(None);
        let found = self.reads.ideas(id, nobody, after.as_ref(), ITEMS, now);
        let found = Box::pin(found).await?.ok_or(Error::NotFound)?;
        let card = self.present.list_card(&found.list, &found.shelf);
        let card = card.ok_or(Error::NotFound)?;
        let views = found.items.iter().filter_map(|(_, listed)| {
            let post = found.post(listed);
            self.present
                .list_item(&found.list, listed, post, &found.read, now)
        });
        let views: Vec<_> = views.collect();
        let is_paid = card.disclosure.is_some();
        let items = views.iter().map(|view| Item::new(view, is_paid, &here));
        let items: Vec<_> = items.collect();
        let next = list.page(views, |shown| found.after(shown))?;
        let path = format!("/lists/{id}");
        let count = w.many(&w.things, card.count);
        let owner = &card.owner.display_name;
        let title = fill(w.quoted, &[("name", owner), ("text", &card.name)]);
        let notes = items.iter().filter_map(|item| item.note.as_deref());
        let described = notes.into_iter().next().unwrap_or(&count);
        let mut f = Frame::new(&here, &path, title, beginning(described, DESCRIBED));
        f.next = next.next_cursor.map(|cursor| here.after(&path, &cursor));
        f.ld = vec![ld::list(
            items.iter().filter_map(|item| item.own.as_deref()),
            &here,
        )];
        let cover = items.iter().find_map(|item| item.image.clone());
        if let Some(url) = cover {
            f.image = Image {
                url,
                width: 640,
                height: 640,
                alt: card.name.clone(),
            };
        }
        if params.cursor.is_some() {
            f.unlisted();
        }
        let paid = is_paid.then(|| Paid {
            label: w.paid_links,
            said: fill(w.earns_list, &[("name", owner)]),
        });
        let shown = ListPage {
            f,
            w,
            who: Person::new(&card.owner, &here),
            name: card.name.clone(),
            count,
            paid,
            items,
        };
        page(&here, &shown, "", "'none'")
    }
}
