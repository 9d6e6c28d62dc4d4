//! `/products/{id}`: what a product costs, who saved it, who shows it, what is like it.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::ids::ProductId;
use shared::{error::Error, views::ProductCard};

use crate::{
    App,
    answer::page,
    asked::Asked,
    card::{Card, Cards},
    frame::{DESCRIBED, Frame, Image},
    goods::{Line, Shelf},
    ld,
    site::Here,
    text::beginning,
    words::{When, Words},
};

/// So many posts that show it stand on its page.
const POSTS: usize = 12;

#[derive(Template)]
#[template(path = "product.html", whitespace = "minimize")]
struct ProductPage {
    f: Frame,
    w: &'static Words,
    line: Line,
    brand: Option<String>,
    confirmed: Option<When>,
    about: String,
    lists: Vec<Shelf>,
    wall: Vec<Card>,
    goods: Vec<Line>,
}

/// `GET /products/{id}`.
pub(crate) async fn read_product(
    State(app): State<App>,
    Path(id): Path<String>,
    asked: Asked,
) -> Response {
    let made = Box::pin(app.product_page(&asked, &id)).await;
    app.answer(&asked, made)
}

impl App {
    async fn product_page(&self, asked: &Asked, id: &str) -> Result<Response, Error> {
        let here = Here::new(&self.site, asked);
        let (w, now) = (here.w, self.clock.now());
        let id = ProductId::from_public(id).ok_or(Error::NotFound)?;
        let (found, (posts, read)) = futures::try_join!(
            Box::pin(self.reads.product(None, &id, now)),
            Box::pin(self.reads.posts_with(&id, POSTS, now)),
        )?;
        let found = found.ok_or(Error::NotFound)?;
        let product = ProductCard::of(&found.id, &found.read);
        let path = format!("/products/{}", product.id);
        let mut cards = Cards::new(&here, "h3", false);
        let posts = posts.iter().map(|post| {
            let post = self.present.post(post, &read, now);
            let reason = cards.dated(&post);
            cards.card(&post, reason)
        });
        let wall = posts.collect();
        let lists = found.lists.iter();
        let lists = lists.filter_map(|list| self.present.list_card(list, &found.shelf));
        let lists = lists.map(|list| Shelf::new(&list, &here)).collect();
        let goods = found.similar.iter().map(ProductCard::alone);
        let goods = goods.map(|card| Line::new(&card, false, &here)).collect();
        let line = Line::new(&product, false, &here);
        let about = found.details.description;
        let described = match about.is_empty() {
            true => line.said(),
            false => beginning(&about, DESCRIBED),
        };
        let mut f = Frame::new(&here, &path, line.title.clone(), described);
        f.kind = "product";
        f.style = cards.sheet.into_text();
        f.ld = ld::product(&product, &about, &here);
        if let Some(url) = &line.image {
            // How large it is nobody has said: what cards are drawn for is a square.
            f.image = Image {
                url: url.clone(),
                width: 640,
                height: 640,
                alt: line.title.clone(),
            };
        }
        let style = f.style.clone();
        let shown = ProductPage {
            f,
            w,
            brand: product.brand,
            confirmed: product.price_confirmed_at.map(|at| w.at(at.0)),
            line,
            about,
            lists,
            wall,
            goods,
        };
        page(&here, &shown, &style, "'none'")
    }
}
