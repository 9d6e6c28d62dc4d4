//! Pages as a browser, a search engine and a site that embeds them see them.
#![expect(
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

mod api;
mod hostile;
mod machines;
mod post;
mod site;
mod walls;

use domain::{
    engagement::Comment,
    ids::{CommentId, PostId, UserId},
    quota::Quota,
};
use harness::{Answer, Http, World};
use scraper::{ElementRef, Html, Selector};
use serde_json::Value;
use shared::store::{Said, Saying};

/// A world and its pages.
async fn http() -> (World, Http) {
    let world = World::new().await;
    let http = world.serve(pages::router(&world.context()));
    (world, http)
}

/// A page that was read.
struct Page {
    answer: Answer,
    html: Html,
}

/// The page at an address, which is there.
async fn open(http: &Http, path: &str) -> Page {
    read(http.get(path).send().await.expect(200))
}

fn read(answer: Answer) -> Page {
    let text = String::from_utf8(answer.body.clone()).unwrap();
    assert_eq!(
        answer.header("content-type"),
        Some("text/html; charset=utf-8"),
        "{text}"
    );
    let html = Html::parse_document(&text);
    Page { answer, html }
}

impl Page {
    /// What a selector finds.
    fn all(&self, selector: &str) -> Vec<ElementRef<'_>> {
        let selector = Selector::parse(selector).unwrap();
        self.html.select(&selector).collect()
    }

    /// The one element of a selector.
    fn one(&self, selector: &str) -> ElementRef<'_> {
        let found = self.all(selector);
        assert_eq!(found.len(), 1, "{selector}");
        found[0]
    }

    /// The texts of what a selector finds, each in one line.
    fn texts(&self, selector: &str) -> Vec<String> {
        let found = self.all(selector).into_iter();
        found.map(|one| text(one)).collect()
    }

    /// An attribute of each that a selector finds.
    fn attributes(&self, selector: &str, name: &str) -> Vec<String> {
        let found = self.all(selector).into_iter();
        found
            .filter_map(|one| one.attr(name).map(str::to_owned))
            .collect()
    }

    /// What it is for machines.
    fn data(&self) -> Vec<Value> {
        let scripts = self.all("script[type='application/ld+json']").into_iter();
        scripts
            .map(|script| serde_json::from_str(&script.inner_html()).unwrap())
            .collect()
    }

    /// Its Open Graph property, or its meta element of this name.
    fn meta(&self, name: &str) -> String {
        let selector = format!("meta[property='{name}'], meta[name='{name}']");
        self.one(&selector).attr("content").unwrap().to_owned()
    }
}

fn text(element: ElementRef<'_>) -> String {
    let words = element.text().flat_map(str::split_whitespace);
    words.collect::<Vec<_>>().join(" ")
}

/// Has somebody say something of a post, or answer a comment.
async fn say(
    world: &World,
    who: &UserId,
    post: PostId,
    parent: Option<CommentId>,
    text: &str,
) -> CommentId {
    let (store, now) = (world.store(), world.now());
    let random = u32::try_from(world.context().ids.ulid().random() & 0xffff_ffff).unwrap();
    let parent_own = parent.map(|parent| parent.own);
    let id = CommentId::new(post, parent_own, now, random);
    let mut comment = Comment::new(id, who.clone(), text.to_owned(), now);
    let acts = store.acts_at(who, post).await.unwrap();
    comment.voted = acts.vote;
    let read = store.post_now(post).await.unwrap().unwrap();
    let answered = match parent {
        Some(parent) => store.comment_now(parent).await.unwrap(),
        None => None,
    };
    let quota = Quota {
        user: who.clone(),
        kind: "comments",
        limit: 1_000,
    };
    let saying = Saying {
        comment: &comment,
        post: &read,
        parent: answered.as_ref(),
        claim: None,
        quota: &quota,
    };
    assert_eq!(store.create_comment(saying, now).await.unwrap(), Said::Done);
    id
}
