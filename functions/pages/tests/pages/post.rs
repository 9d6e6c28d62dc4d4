//! A post's page: photos with dots, products, polls, comments, and what is answered when it is gone.

use domain::{
    ids::ProductId,
    money::{Account, Programme},
    posts::{Hotspot, Poll, PollOption, Post, PostKind},
};
use harness::{World, actor};
use jiff::SignedDuration;

use crate::{http, open, read, say, text};

/// Pins products at these points of a post's first photo.
fn pin(post: &mut Post, spots: &[(&str, f64, f64)]) {
    let spots = spots.iter().map(|(id, x, y)| Hotspot {
        product: ProductId::parse(id).unwrap(),
        x: *x,
        y: *y,
    });
    post.photos[0].hotspots = spots.collect();
}

async fn shown(world: &World, spots: &[(&str, f64, f64)]) -> Post {
    for (id, ..) in spots {
        world.product(id).await;
    }
    world.member("ana").await;
    let photo = world.ready_photo("ana").await;
    let post = world.published_post("ana").photo(&photo, &[]);
    post.with(|post| pin(post, spots)).await
}

#[tokio::test]
async fn a_dot_is_the_link_to_the_store_itself_named_with_price_and_stars_in_reading_order() {
    let (world, http) = http().await;
    let post = shown(
        &world,
        &[("low", 0.2, 0.9), ("right", 0.8, 0.2), ("left", 0.1, 0.2)],
    )
    .await;
    let page = open(&http, &format!("/p/{}", post.id)).await;
    let names = page.attributes(".dot", "aria-label");
    let stars = "4.5 of 5 from 12 reviews";
    let name = |number: usize, id: &str| format!("{number}: Product {id}, $12.99, {stars}");
    assert_eq!(names, [name(1, "left"), name(2, "right"), name(3, "low")]);
    let hrefs = page.attributes(".dot", "href");
    assert_eq!(hrefs[0], "https://store.test/left");
    assert_eq!(page.attributes(".dot", "rel"), ["nofollow"; 3]);
    // Each has its line beneath, with its number.
    assert_eq!(page.texts(".lines .num"), ["1", "2", "3"]);
    assert_eq!(page.attributes(".lines .what > a", "href"), hrefs);
    let sheet = page.one("style").inner_html();
    assert!(sheet.contains("#photo-1-1{--x:10.0%;--y:20.0%}"), "{sheet}");
}

#[tokio::test]
async fn of_two_dots_that_are_near_each_gets_half_the_gap_and_one_product_has_one_number() {
    let (world, http) = http().await;
    let post = shown(&world, &[("mug", 0.5, 0.5), ("pot", 0.58, 0.5)]).await;
    let page = open(&http, &format!("/p/{}", post.id)).await;
    let sheet = page.one("style").inner_html();
    assert_eq!(sheet.matches("--g:8.0cqi").count(), 2, "{sheet}");
    let twice = world.ready_photo("ana").await;
    let post = world.published_post("ana").photo(&twice, &[]);
    let spots = [("mug", 0.1, 0.1), ("mug", 0.9, 0.9), ("pot", 0.5, 0.5)];
    let post = post.with(|post| pin(post, &spots)).await;
    let page = open(&http, &format!("/p/{}", post.id)).await;
    assert_eq!(page.texts(".dot > span:first-child"), ["1", "2", "1"]);
    assert_eq!(page.texts(".lines .num"), ["1", "2"]);
}

#[tokio::test]
async fn the_bag_says_how_many_can_be_bought_and_leads_to_the_lines_or_to_the_only_one() {
    let (world, http) = http().await;
    let post = shown(&world, &[("mug", 0.5, 0.5), ("pot", 0.2, 0.5)]).await;
    let page = open(&http, &format!("/p/{}", post.id)).await;
    let bag = page.one(".bag");
    assert_eq!(
        (bag.attr("href"), bag.attr("aria-label")),
        (Some("#products"), Some("2 things to buy"))
    );
    assert_eq!(page.all("#products").len(), 1);
    world.product("mug").sold_out().await;
    world.product("pot").sold_out().await;
    world.advance(SignedDuration::from_secs(10));
    let page = open(&http, &format!("/p/{}", post.id)).await;
    assert_eq!(page.all(".bag").len(), 0);
    assert_eq!(page.all(".dot.off").len(), 2);
    assert!(page.attributes(".dot", "aria-label")[0].contains("Sold out"));
    let photo = world.ready_photo("ana").await;
    world.product("pan").await;
    let post = world.published_post("ana").photo(&photo, &["pan"]).await;
    let page = open(&http, &format!("/p/{}", post.id)).await;
    assert_eq!(page.one(".bag").attr("href"), Some("#product-1"));
    assert_eq!(page.all("#product-1").len(), 1);
}

#[tokio::test]
async fn an_influencers_links_are_tracked_and_told_apart_and_the_disclosure_comes_before_the_text()
{
    let (world, http) = http().await;
    let post = shown(&world, &[("mug", 0.5, 0.5)]).await;
    let (store, account) = (world.store(), Account::of_random(1));
    let entered = store.enter_programme(
        &post.author,
        (Programme::Influencer, true),
        &account,
        world.now(),
    );
    assert!(entered.await.unwrap());
    let page = open(&http, &format!("/p/{}", post.id)).await;
    for link in [".dot", ".lines .what > a"] {
        let href = page.one(link).attr("href").unwrap().to_owned();
        assert!(href.starts_with("https://api.test/r/"), "{href}");
        assert_eq!(page.one(link).attr("rel"), Some("sponsored nofollow"));
    }
    let side = text(page.one(".side"));
    let (paid, said) = (side.find("Paid links"), side.find("A story by ana"));
    assert!(paid.is_some() && paid < said, "{side}");
    assert!(page.meta("og:description").starts_with("(Paid links)"));
    let embed = open(&http, &format!("/embed/p/{}", post.id)).await;
    assert_eq!(embed.texts(".paid"), ["Paid links"]);
}

#[tokio::test]
async fn photos_have_their_sizes_and_a_placeholder_and_only_the_first_is_fetched_at_once() {
    let (world, http) = http().await;
    world.member("ana").await;
    let (one, two) = (
        world.ready_photo("ana").await,
        world.ready_photo("ana").await,
    );
    let post = world
        .published_post("ana")
        .photo(&one, &[])
        .photo(&two, &[]);
    let post = post.with(|post| post.photos[1].alt.clear()).await;
    let page = open(&http, &format!("/p/{}", post.id)).await;
    let photos = page.all(".photo > img");
    assert_eq!(photos.len(), 2);
    for photo in &photos {
        assert_eq!(
            (photo.attr("width"), photo.attr("height")),
            (Some("1080"), Some("720"))
        );
        let sizes = photo.attr("srcset").unwrap();
        assert!(
            sizes.contains("320.jpg 320w") && sizes.contains("1080.jpg 1080w"),
            "{sizes}"
        );
        assert!(photo.attr("sizes").is_some() && photo.attr("style").is_none());
    }
    assert_eq!(page.attributes(".photo > img", "fetchpriority"), ["high"]);
    assert_eq!(page.attributes(".photo > img", "loading"), ["lazy"]);
    assert_eq!(
        page.attributes(".photo > img", "alt"),
        ["A photo", "Photo by ana"]
    );
    assert_eq!(
        page.attributes(".steps a", "href"),
        ["#photo-1", "#photo-2"]
    );
    let sheet = page.one("style").inner_html();
    assert_eq!(sheet.matches("--ph:url(data:image/png;base64,").count(), 2);
    assert!(
        sheet
            .split("url(")
            .skip(1)
            .all(|url| url.find(')').unwrap() < 300)
    );
    // The photo on cards: as large as there is, with what it shows.
    assert!(page.meta("og:image").ends_with("/1080.jpg"));
    assert_eq!(
        (page.meta("og:image:width"), page.meta("og:image:alt")),
        ("1080".to_owned(), "A photo".to_owned())
    );
}

#[tokio::test]
async fn a_text_is_linked_where_it_marks_something_and_says_nothing_for_us() {
    let (world, http) = http().await;
    world.member("ana").await;
    let text = "😀 see #mugs by @Ben at https://shop.com/a?b=1&c <b>now</b>";
    let post = world.published_post("ana").text(text).await;
    let page = open(&http, &format!("/p/{}", post.id)).await;
    let heading = page.one("h1");
    assert_eq!(heading.text().collect::<String>(), text);
    let links = page.attributes("h1 a", "href");
    assert_eq!(
        links,
        ["/search?q=mugs", "/@Ben", "https://shop.com/a?b=1&c"]
    );
    let last = page.all("h1 a").pop().unwrap();
    assert_eq!(last.attr("rel"), Some("nofollow ugc noopener"));
    assert_eq!(heading.attr("dir"), Some("auto"));
}

fn poll(closes_in: i64, world: &World) -> impl FnOnce(&mut Post) {
    let closes_at = world.now() + SignedDuration::from_hours(closes_in);
    move |post| {
        let option = |text: &str| PollOption {
            text: text.to_owned(),
            photo: None,
            product: None,
        };
        post.kind = PostKind::Poll;
        post.poll = Some(Poll {
            question: "Which mug?".to_owned(),
            options: vec![option("Red"), option("Blue")],
            closes_at: Some(closes_at),
        });
        post.votes = vec![0, 0];
    }
}

#[tokio::test]
async fn a_poll_says_how_many_voted_and_once_closed_how_in_bars_and_words_with_the_reasons() {
    let (world, http) = http().await;
    world.member("ana").await;
    let post = world.published_post("ana").with(poll(24, &world)).await;
    let store = world.store();
    for (name, option) in [("ben", 0), ("cal", 0), ("dora", 1), ("eli", 0)] {
        let voter = world.member(name).await;
        let read = store.post_now(post.id).await.unwrap().unwrap();
        let acts = store.acts_at(&voter.id, post.id).await.unwrap();
        store
            .vote(&actor(&voter.id), &read, &acts, option)
            .await
            .unwrap();
        if name != "eli" {
            say(
                &world,
                &voter.id,
                post.id,
                None,
                &format!("{name} has a reason"),
            )
            .await;
        }
    }
    let page = open(&http, &format!("/p/{}", post.id)).await;
    assert_eq!(page.texts(".opt h3"), ["A Red", "B Blue"]);
    assert!(text(page.one(".poll")).contains("4 voters"));
    assert_eq!((page.all(".bar").len(), page.all(".reasons").len()), (0, 0));
    world.advance(SignedDuration::from_hours(25));
    let page = open(&http, &format!("/p/{}", post.id)).await;
    assert_eq!(page.attributes(".bar rect", "width"), ["75", "25"]);
    assert_eq!(
        page.texts(".opt > div > .said"),
        ["75 % 3 votes", "25 % 1 vote"]
    );
    assert_eq!(page.texts(".reasons h3"), ["Why Red", "Why Blue"]);
    let reasons = page.texts(".reasons .thread .c > div > .txt");
    assert_eq!(reasons.len(), 3);
    assert_eq!(reasons[2], "dora has a reason");
}

#[tokio::test]
async fn comments_stand_with_their_answers_and_go_on_page_by_page_without_repeating_one() {
    let (world, http) = http().await;
    let ana = world.member("ana").await;
    let post = world.published_post("ana").await;
    let mut first = None;
    for n in 0..45 {
        world.advance(SignedDuration::from_secs(1));
        let said = say(&world, &ana.id, post.id, None, &format!("comment {n}")).await;
        first.get_or_insert(said);
    }
    say(&world, &ana.id, post.id, first, "an answer").await;
    let (mut path, mut said, mut pages) = (Some(format!("/p/{}", post.id)), Vec::new(), 0);
    while let Some(here) = path {
        let page = open(&http, &here).await;
        said.extend(page.texts(".thread > li > .c > div > .txt"));
        if pages == 0 {
            // The one that was answered is the best.
            assert_eq!(page.texts(".thread ol .c .txt"), ["an answer"]);
            assert_eq!(page.all("meta[name=robots]").len(), 0);
        } else {
            assert_eq!(page.meta("robots"), "noindex");
        }
        let next = page.attributes("a[rel=next]", "href");
        assert_eq!(page.attributes("link[rel=next]", "href"), next);
        path = next.into_iter().next();
        pages += 1;
    }
    assert_eq!((pages, said.len()), (3, 45));
    said.sort();
    said.dedup();
    assert_eq!(said.len(), 45);
    let page = open(&http, &format!("/p/{}", post.id)).await;
    assert_eq!(page.texts("h2#talk"), ["46 comments"]);
}

#[tokio::test]
async fn a_broken_cursor_leads_to_the_first_page() {
    let (world, http) = http().await;
    world.member("ana").await;
    let post = world.published_post("ana").await;
    for path in [
        format!("/p/{}", post.id),
        "/t/trending-and-polls".to_owned(),
        "/@ana".to_owned(),
    ] {
        let broken = http.get(&format!("{path}?cursor=x&lang=zh")).send().await;
        let led = format!("{path}?lang=zh");
        assert_eq!(
            (broken.status.as_u16(), broken.header("location")),
            (302, Some(led.as_str()))
        );
    }
}

#[tokio::test]
async fn what_is_deleted_is_gone_for_a_month_and_what_never_was_is_not_there() {
    let (world, http) = http().await;
    let ana = world.member("ana").await;
    let post = world.published_post("ana").await;
    let path = format!("/p/{}", post.id);
    open(&http, &path).await;
    let store = world.store();
    assert!(store.delete_post(&ana.id, &post).await.unwrap());
    http.get(&path).send().await.expect(404);
    store.note_gone(post.id, world.now()).await.unwrap();
    let gone = read(http.get(&path).send().await.expect(410));
    assert_eq!(gone.meta("robots"), "noindex");
    assert!(!gone.all("form[role=search]").is_empty() && gone.all(".tags a").len() > 50);
    assert_eq!(gone.answer.header("cache-control"), Some("no-store"));
    let json = http.get(&path).header("accept", "application/json");
    assert_eq!(json.send().await.expect(410).problem(), "gone");
    let embed = http.get(&format!("/embed{path}")).send().await;
    assert_eq!(embed.status, 410);
    world.advance(SignedDuration::from_hours(31 * 24));
    http.get(&path).send().await.expect(404);
    for never in ["01ARZ3NDEKTSV4RRFFQ69G5FAV", "x", "%00", "..", "%2e%2e%2f"] {
        http.get(&format!("/p/{never}")).send().await.expect(404);
    }
}
