//! `/t/{topic}`: a topic's wall, and as an Atom feed; `/`: what is hot now; `/explore`: all topics with their covers.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use domain::{
    feeds::{HotList, WallSort, WallSpot},
    posts::PostKind,
};
use jiff::Timestamp;
use shared::{
    error::Error,
    read::{WallAsked, WallPage},
    views::PostView,
};

use crate::{
    App,
    answer::{all_topics, page, topic_way},
    asked::Asked,
    atom::{Feed, entry},
    card::{Card, Cards},
    frame::{Frame, Way},
    goods::Shelf,
    ld,
    photo::Photo,
    sheet::Sheet,
    site::Here,
    words::{Words, fill},
};

/// So many posts stand on a page.
const POSTS: usize = 24;
/// So many open polls stand on the first page of all.
const POLLS: usize = 4;
/// Polls that close soonest are not looked for: so many of the special wall are looked at.
const RISING: usize = 30;

#[derive(Template)]
#[template(path = "wall.html", whitespace = "minimize")]
struct TopicPage {
    f: Frame,
    w: &'static Words,
    name: String,
    sorts: Vec<Way>,
    wall: Vec<Card>,
}

#[derive(Template)]
#[template(path = "home.html", whitespace = "minimize")]
struct HomePage {
    f: Frame,
    w: &'static Words,
    wall: Vec<Card>,
    polls: Vec<Card>,
    all_polls: String,
    lists: Vec<Shelf>,
    topics: Vec<Way>,
}

#[derive(Template)]
#[template(path = "explore.html", whitespace = "minimize")]
struct ExplorePage {
    f: Frame,
    w: &'static Words,
    lists: Vec<Shelf>,
    covered: Vec<Covered>,
    topics: Vec<Way>,
}

/// A topic with photos.
struct Covered {
    href: String,
    name: String,
    covers: Vec<Photo>,
}

/// `GET /t/{topic}`, and `/t/{topic}.atom`.
pub(crate) async fn read_wall(
    State(app): State<App>,
    Path(topic): Path<String>,
    asked: Asked,
) -> Response {
    let made = match topic.strip_suffix(".atom") {
        Some(topic) => Box::pin(app.wall_feed(&asked, topic)).await,
        None => Box::pin(app.wall_page(&asked, &topic)).await,
    };
    app.answer(&asked, made)
}

/// `GET /`.
pub(crate) async fn read_home(State(app): State<App>, asked: Asked) -> Response {
    let made = Box::pin(app.home_page(&asked)).await;
    app.answer(&asked, made)
}

/// `GET /explore`.
pub(crate) async fn read_explore(State(app): State<App>, asked: Asked) -> Response {
    let made = Box::pin(app.explore_page(&asked)).await;
    app.answer(&asked, made)
}

/// What a wall is called.
fn name_of(wall: &HotList, w: &Words) -> String {
    match wall {
        HotList::Topic(topic) => topic.name().to_owned(),
        HotList::Store | HotList::Rising => w.trending_and_polls.to_owned(),
    }
}

/// The wall of this id; that of the whole store is none.
fn wall_of(id: &str) -> Result<HotList, Error> {
    let wall = HotList::parse(id).filter(|wall| *wall != HotList::Store);
    wall.ok_or(Error::NotFound)
}

impl App {
    /// Posts of a wall's page as everybody sees them, each with whether it is shown for a sponsor.
    fn shown(&self, found: &WallPage, now: Timestamp) -> Vec<(PostView, bool)> {
        let posts = found.posts();
        let shown =
            posts.map(|(post, sponsored)| (self.present.post(post, found.read(), now), sponsored));
        shown.collect()
    }

    async fn wall(
        &self,
        wall: HotList,
        sort: WallSort,
        spot: Option<WallSpot>,
        limit: usize,
        now: Timestamp,
    ) -> Result<WallPage, Error> {
        let asked = WallAsked {
            wall,
            sort,
            kind: None,
            spot,
            limit,
        };
        Box::pin(self.reads.whole_wall(asked, None, now)).await
    }

    async fn wall_page(&self, asked: &Asked, id: &str) -> Result<Response, Error> {
        let here = Here::new(&self.site, asked);
        let (w, now) = (here.w, self.clock.now());
        let wall = wall_of(id)?;
        let sort = match asked.get("sort") {
            Some("new") => WallSort::New,
            _hot => WallSort::Hot,
        };
        let base = format!("/t/{wall}");
        let newest = format!("{base}?sort=new");
        let path = match sort {
            WallSort::Hot => &base,
            WallSort::New => &newest,
        };
        let name = format!("page of {wall} {}", sort.name());
        let (list, params) = (self.cursors.list(&name, None), asked.page(POSTS));
        let spot = list.place(&params)?;
        let found = self.wall(wall.clone(), sort, spot, POSTS, now).await?;
        let posts = self.shown(&found, now);
        let mut cards = Cards::new(&here, "h2", true);
        let mut cards_of = |(post, sponsored): &(PostView, bool)| {
            let reason = match sponsored {
                true => Some(w.sponsored.to_owned()),
                false => cards.dated(post),
            };
            cards.card(post, reason)
        };
        let wall_cards: Vec<_> = posts.iter().map(&mut cards_of).collect();
        let views: Vec<_> = posts.into_iter().map(|(post, _)| post).collect();
        let next = list.page(views, |shown| found.after(shown))?;
        let called = name_of(&wall, w);
        let title = fill(w.wall_of, &[("topic", &called)]);
        let mut f = Frame::new(&here, path, title, w.about_store.to_owned());
        f.style = cards.sheet.into_text();
        f.feed = Some(here.whole(&format!("{base}.atom")));
        f.next = next.next_cursor.map(|cursor| here.after(path, &cursor));
        if let Some(post) = next.items.first() {
            f.pictured(post);
        }
        f.ld.push(ld::list(
            wall_cards.iter().map(|card| card.href.as_str()),
            &here,
        ));
        let steps = [
            ("/", "Spark"),
            ("/explore", w.explore),
            (base.as_str(), called.as_str()),
        ];
        let steps = steps.map(|(href, name)| Way {
            href: href.to_owned(),
            name: name.to_owned(),
            here: false,
        });
        f.ld.push(ld::trail(&steps, &here));
        if params.cursor.is_some() {
            f.unlisted();
        }
        let sorts = match wall {
            HotList::Topic(_) => vec![
                (&base, w.hot, WallSort::Hot),
                (&newest, w.new, WallSort::New),
            ],
            HotList::Store | HotList::Rising => Vec::new(),
        };
        let sorts = sorts.into_iter().map(|(to, name, of)| Way {
            href: here.to(to),
            name: name.to_owned(),
            here: of == sort,
        });
        let style = f.style.clone();
        let shown = TopicPage {
            f,
            w,
            name: called,
            sorts: sorts.collect(),
            wall: wall_cards,
        };
        page(&here, &shown, &style, "'none'")
    }

    async fn wall_feed(&self, asked: &Asked, id: &str) -> Result<Response, Error> {
        let here = Here::new(&self.site, asked);
        let now = self.clock.now();
        let wall = wall_of(id)?;
        let found = self
            .wall(wall.clone(), WallSort::New, None, POSTS, now)
            .await?;
        let posts = self.shown(&found, now);
        let posts = posts.iter().filter(|(_, sponsored)| !sponsored);
        let entries = posts.filter_map(|(post, _)| entry(post, &here)).collect();
        let title = fill(here.w.wall_of, &[("topic", &name_of(&wall, here.w))]);
        Feed::new(&title, &format!("/t/{wall}"), now, entries, &here).answer()
    }

    async fn home_page(&self, asked: &Asked) -> Result<Response, Error> {
        let here = Here::new(&self.site, asked);
        let (w, now) = (here.w, self.clock.now());
        let onlooker = domain::shown::Onlooker::nobody();
        let finds = async {
            let finds = self.store.finds().await?;
            let lists = finds.lists();
            self.reads.featured(lists, POLLS * 2, &onlooker, now).await
        };
        let (hot, rising, (finds, shelf)) = futures::try_join!(
            self.wall(HotList::Store, WallSort::Hot, None, POSTS, now),
            self.wall(HotList::Rising, WallSort::Hot, None, RISING, now),
            Box::pin(finds),
        )?;
        let is_open = |post: &PostView| post.poll.as_ref().is_some_and(|poll| !poll.closed);
        let rising = self.shown(&rising, now);
        let polls = rising.iter().map(|(post, _)| post);
        let polls: Vec<_> = polls.filter(|post| is_open(post)).take(POLLS).collect();
        let hot = self.shown(&hot, now);
        let hot = hot
            .iter()
            .filter(|(post, _)| post.kind != PostKind::Poll.name());
        let mut cards = Cards::new(&here, "h2", true);
        let hot = hot.map(|(post, sponsored)| {
            let topic = post
                .topics
                .first()
                .and_then(|id| domain::ids::TopicId::parse(id));
            let topic = topic.map(|topic| topic.name().to_owned());
            let reason = if *sponsored {
                Some(w.sponsored.to_owned())
            } else {
                topic
            };
            cards.card(post, reason)
        });
        let wall: Vec<_> = hot.collect();
        let polls = polls.into_iter().map(|post| {
            let reason = cards.dated(post);
            cards.card(post, reason)
        });
        let polls: Vec<_> = polls.collect();
        let lists = finds.iter();
        let lists = lists.filter_map(|list| self.present.list_card(list, &shelf));
        let lists = lists.map(|list| Shelf::new(&list, &here)).collect();
        let title = w.home_title.to_owned();
        let mut f = Frame::new(&here, "/", title, w.about_store.to_owned());
        f.style = cards.sheet.into_text();
        f.ld = vec![
            ld::site(&here),
            ld::list(wall.iter().map(|card| card.href.as_str()), &here),
        ];
        let style = f.style.clone();
        let shown = HomePage {
            f,
            w,
            wall,
            polls,
            all_polls: here.to("/t/trending-and-polls"),
            lists,
            topics: all_topics(&here),
        };
        page(&here, &shown, &style, "'none'")
    }

    async fn explore_page(&self, asked: &Asked) -> Result<Response, Error> {
        let here = Here::new(&self.site, asked);
        let (w, now) = (here.w, self.clock.now());
        let found = Box::pin(self.reads.explore(None, now)).await?;
        let mut sheet = Sheet::default();
        let (mut covered, mut topics, mut made) = (Vec::new(), Vec::new(), 0);
        for (topic, covers) in &found.topics {
            let way = topic_way(topic, &here);
            let posts = covers.iter().filter_map(|post| found.posts.get(post));
            let photos = posts.filter_map(|post| {
                made += 1;
                let post = self.present.post(post, &found.read, now);
                Photo::first_of(&post, format!("cover-{made}"), &here, &mut sheet)
            });
            let covers: Vec<_> = photos.collect();
            match covers.is_empty() {
                true => topics.push(way),
                false => covered.push(Covered {
                    href: way.href,
                    name: way.name,
                    covers,
                }),
            }
        }
        let lists = found.finds.iter();
        let lists = lists.filter_map(|list| self.present.list_card(list, &found.shelf));
        let lists = lists.map(|list| Shelf::new(&list, &here)).collect();
        let mut f = Frame::new(
            &here,
            "/explore",
            w.explore.to_owned(),
            w.about_store.to_owned(),
        );
        f.style = sheet.into_text();
        f.ld = vec![ld::list(
            covered.iter().map(|topic| topic.href.as_str()),
            &here,
        )];
        let style = f.style.clone();
        let shown = ExplorePage {
            f,
            w,
            lists,
            covered,
            topics,
        };
        page(&here, &shown, &style, "'none'")
    }
}
