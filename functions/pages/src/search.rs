//! `/search`: products, people, topics and posts that are found by words.

use askama::Template;
use axum::{extract::State, response::Response};
use domain::feeds::{search::Query, topics_named};
use shared::{error::Error, read::GLANCE, views::ProductCard};

use crate::{
    App,
    answer::{page, topic_way},
    asked::{Asked, encoded},
    card::{Card, Cards, Person},
    frame::{Frame, Way},
    goods::Line,
    site::Here,
    words::{Words, fill},
};

#[derive(Template)]
#[template(path = "search.html", whitespace = "minimize")]
struct SearchPage {
    f: Frame,
    w: &'static Words,
    query: String,
    nothing: Option<String>,
    goods: Vec<Line>,
    people: Vec<Person>,
    topics: Vec<Way>,
    wall: Vec<Card>,
}

/// `GET /search`.
pub(crate) async fn search(State(app): State<App>, asked: Asked) -> Response {
    let made = Box::pin(app.search_page(&asked)).await;
    app.answer(&asked, made)
}

impl App {
    async fn search_page(&self, asked: &Asked) -> Result<Response, Error> {
        let here = Here::new(&self.site, asked);
        let (w, now) = (here.w, self.clock.now());
        let text = asked.get("q").unwrap_or_default();
        let path = match text {
            "" => "/search".to_owned(),
            text => format!("/search?q={}", encoded(text)),
        };
        let mut f = Frame::new(&here, &path, w.search.to_owned(), w.about_store.to_owned());
        f.unlisted();
        let mut shown = SearchPage {
            f,
            w,
            query: text.to_owned(),
            nothing: None,
            goods: Vec::new(),
            people: Vec::new(),
            topics: Vec::new(),
            wall: Vec::new(),
        };
        let mut cards = Cards::new(&here, "h3", true);
        if let Ok(query) = Query::parse(text) {
            let found = Box::pin(self.reads.glance(&query, None, now)).await?;
            let (products, posts) = (&found.products, &found.posts);
            let goods = products.found.items.iter();
            let goods = goods.map(|id| ProductCard::of(id, &products.read));
            shown.goods = goods.map(|card| Line::new(&card, false, &here)).collect();
            let people = found.people.items.iter();
            let people = people.map(|profile| self.present.user(profile));
            shown.people = people.map(|card| Person::new(&card, &here)).collect();
            let topics = topics_named(&query);
            let topics = topics.iter().take(GLANCE);
            shown.topics = topics.map(|topic| topic_way(topic, &here)).collect();
            let posts = posts.found.items.iter().map(|post| {
                let post = self.present.post(post, &posts.read, now);
                let reason = cards.dated(&post);
                cards.card(&post, reason)
            });
            shown.wall = posts.collect();
        }
        let found = [
            shown.goods.is_empty(),
            shown.people.is_empty(),
            shown.topics.is_empty(),
            shown.wall.is_empty(),
        ];
        if !text.is_empty() && found == [true; 4] {
            shown.nothing = Some(fill(w.nothing_found, &[("query", text)]));
        }
        let style = cards.sheet.into_text();
        shown.f.style = style.clone();
        page(&here, &shown, &style, "'none'")
    }
}
