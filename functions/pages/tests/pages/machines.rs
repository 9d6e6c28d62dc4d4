//! What machines read: schema.org, Atom, oEmbed, and what stands at the door.

use domain::{
    catalogue::product::{Availability, News},
    ids::ProductId,
    posts::PostKind,
};
use harness::World;
use jiff::SignedDuration;
use serde_json::{Value, json};

use crate::{http, open, read, say};

/// The data of this type.
fn typed<'a>(data: &'a [Value], kind: &str) -> &'a Value {
    let found = data.iter().find(|one| one["@type"] == kind);
    found.unwrap_or_else(|| panic!("no {kind} in {data:?}"))
}

/// That all of these are there, and not empty.
fn has(value: &Value, pointers: &[&str]) {
    for pointer in pointers {
        let found = value.pointer(pointer);
        let there = found.is_some_and(|found| !found.is_null() && *found != json!(""));
        assert!(there, "{pointer} of {value}");
    }
}

#[tokio::test]
async fn a_post_is_a_posting_with_what_is_asked_of_one() {
    let (world, http) = http().await;
    let ana = world.member("ana").await;
    let photo = world.ready_photo("ana").await;
    let post = world.published_post("ana").photo(&photo, &[]).await;
    say(&world, &ana.id, post.id, None, "So it is.").await;
    let page = open(&http, &format!("/p/{}", post.id)).await;
    let data = page.data();
    let posting = typed(&data, "DiscussionForumPosting");
    has(
        posting,
        &[
            "/headline",
            "/text",
            "/datePublished",
            "/author/name",
            "/author/url",
            "/image/0",
            "/url",
            "/comment/0/text",
            "/comment/0/author/name",
            "/comment/0/datePublished",
        ],
    );
    assert_eq!(
        (&posting["@context"], &posting["commentCount"]),
        (&json!("https://schema.org"), &json!(1))
    );
    assert_eq!(posting["url"], format!("https://pages.test/p/{}", post.id));
}

#[tokio::test]
async fn a_question_that_has_an_answer_is_a_page_of_questions_and_answers() {
    let (world, http) = http().await;
    let (ana, ben) = (world.member("ana").await, world.member("ben").await);
    let post = world.published_post("ana").text("Which mug?");
    let post = post.with(|post| post.kind = PostKind::Question).await;
    let path = format!("/p/{}", post.id);
    typed(&open(&http, &path).await.data(), "DiscussionForumPosting");
    let good = say(&world, &ben.id, post.id, None, "The red one.").await;
    say(&world, &ana.id, post.id, None, "The blue one.").await;
    let store = world.store();
    let (read, answer) = (
        store.post_now(post.id).await.unwrap().unwrap(),
        store.comment(good).await.unwrap().unwrap(),
    );
    assert!(store.accept(&read, &answer).await.unwrap());
    let page = open(&http, &path).await;
    let data = page.data();
    let question = &typed(&data, "QAPage")["mainEntity"];
    has(
        question,
        &[
            "/name",
            "/answerCount",
            "/acceptedAnswer/text",
            "/acceptedAnswer/author/name",
            "/acceptedAnswer/url",
            "/suggestedAnswer/0/text",
            "/author/name",
            "/datePublished",
        ],
    );
    assert_eq!(question["acceptedAnswer"]["text"], "The red one.");
    // It is the first that people read, too.
    assert_eq!(
        page.texts(".thread > li:first-child .yes"),
        ["Accepted answer"]
    );
    assert_eq!(page.texts("h2#talk"), ["2 answers"]);
}

#[tokio::test]
async fn a_product_has_an_offer_and_a_rating_from_one_review_on_and_neither_once_it_is_gone() {
    let (world, http) = http().await;
    let mug = world.product("mug").await;
    let page = open(&http, "/products/mug").await;
    let data = page.data();
    let product = typed(&data, "Product");
    has(product, &["/name", "/image", "/brand/name", "/description"]);
    assert_eq!(product["offers"]["price"], "12.99");
    assert_eq!(
        product["offers"]["availability"],
        "https://schema.org/InStock"
    );
    assert_eq!(product["aggregateRating"]["reviewCount"], 12);
    world
        .product("mug")
        .with(|mug| (mug.stars, mug.review_count) = (0, 0))
        .await;
    world.advance(SignedDuration::from_secs(10));
    let data = open(&http, "/products/mug").await.data();
    assert_eq!(typed(&data, "Product").get("aggregateRating"), None);
    world
        .product("mug")
        .with(|mug| mug.availability = Availability::Gone)
        .await;
    world.advance(SignedDuration::from_secs(10));
    let page = open(&http, "/products/mug").await;
    assert_eq!(page.data(), Vec::<Value>::new());
    assert!(
        page.texts(".side .small")
            .concat()
            .contains("No longer in the store")
    );
    http.get("/products/never").send().await.expect(404);
    assert_eq!(mug.id, ProductId::parse("mug").unwrap());
}

#[tokio::test]
async fn a_person_is_a_profile_and_a_wall_a_list_with_the_way_to_it() {
    let (world, http) = http().await;
    world.member("ana").await;
    let post = world.published_post("ana").topics(&["coffee"]).await;
    let page = open(&http, "/@ana").await;
    let data = page.data();
    has(
        typed(&data, "ProfilePage"),
        &[
            "/mainEntity/name",
            "/mainEntity/alternateName",
            "/mainEntity/interactionStatistic/userInteractionCount",
        ],
    );
    let page = open(&http, "/t/coffee?sort=new").await;
    let data = page.data();
    let items = typed(&data, "ItemList");
    assert_eq!(
        items["itemListElement"][0]["url"],
        format!("https://pages.test/p/{}", post.id)
    );
    has(
        typed(&data, "BreadcrumbList"),
        &["/itemListElement/2/name", "/itemListElement/2/item"],
    );
    has(
        typed(&open(&http, "/").await.data(), "WebSite"),
        &["/url", "/potentialAction/target/urlTemplate"],
    );
}

#[tokio::test]
async fn feeds_read_back_with_the_photo_as_an_enclosure() {
    let (world, http) = http().await;
    world.member("ana").await;
    let photo = world.ready_photo("ana").await;
    let post = world
        .published_post("ana")
        .topics(&["coffee"])
        .text("One & <two>")
        .photo(&photo, &[])
        .await;
    for (path, page) in [("/@ana.atom", "/@ana"), ("/t/coffee.atom", "/t/coffee")] {
        let answer = http.get(path).send().await.expect(200);
        assert_eq!(
            answer.header("content-type"),
            Some("application/atom+xml; charset=utf-8")
        );
        let feed = feed_rs::parser::parse(answer.body.as_slice()).unwrap();
        assert_eq!(feed.id, format!("https://pages.test{page}"));
        let entry = &feed.entries[0];
        assert_eq!(entry.id, format!("https://pages.test/p/{}", post.id));
        assert_eq!(
            entry.content.as_ref().unwrap().body.as_deref(),
            Some("One & <two>")
        );
        let enclosure = entry
            .links
            .iter()
            .find(|link| link.rel.as_deref() == Some("enclosure"));
        assert!(enclosure.unwrap().href.ends_with("/1080.jpg"));
        let alternate = open(&http, page).await;
        let feeds = alternate.attributes("link[type='application/atom+xml']", "href");
        assert_eq!(feeds, [format!("https://pages.test{path}")]);
    }
    http.get("/@nobody.atom").send().await.expect(404);
    http.get("/t/nothing.atom").send().await.expect(404);
}

#[tokio::test]
async fn a_post_is_embedded_as_oembed_says() {
    let (world, http) = http().await;
    world.member("ana").await;
    let post = world.published_post("ana").await;
    let page = open(&http, &format!("/p/{}", post.id)).await;
    let address = page
        .one("link[type='application/json+oembed']")
        .attr("href")
        .unwrap()
        .to_owned();
    let path = address.strip_prefix("https://pages.test").unwrap();
    let rich = http
        .get(&format!("{path}&maxwidth=400&format=json"))
        .send()
        .await
        .expect(200)
        .json();
    assert_eq!(
        (&rich["type"], &rich["version"], &rich["width"]),
        (&json!("rich"), &json!("1.0"), &json!(400))
    );
    has(
        &rich,
        &[
            "/title",
            "/author_name",
            "/author_url",
            "/provider_name",
            "/height",
        ],
    );
    let html = rich["html"].as_str().unwrap();
    assert!(
        html.contains(&format!("src=\"https://pages.test/embed/p/{}\"", post.id)),
        "{html}"
    );
    assert!(html.contains("sandbox=\"allow-popups allow-popups-to-escape-sandbox\""));
    http.get(&format!("{path}&format=xml"))
        .send()
        .await
        .expect(501);
    for foreign in [
        "https://elsewhere.test/p/x",
        "https://pages.test/@ana",
        "no address",
        "",
    ] {
        let url: String = foreign.bytes().map(|byte| format!("%{byte:02X}")).collect();
        http.get(&format!("/oembed?url={url}"))
            .send()
            .await
            .expect(404);
    }
    let embed = open(&http, &format!("/embed/p/{}", post.id)).await;
    for link in embed.all("a") {
        assert_eq!(
            (link.attr("target"), link.attr("rel")),
            (Some("_blank"), Some("sponsored nofollow noopener"))
        );
    }
    let policy = embed.answer.header("content-security-policy").unwrap();
    assert!(policy.ends_with("frame-ancestors *"), "{policy}");
}

#[tokio::test]
async fn robots_are_told_what_is_not_for_them_and_apps_what_they_open() {
    let (world, http) = http().await;
    let robots = http.get("/robots.txt").send().await.expect(200);
    let robots = String::from_utf8(robots.body).unwrap();
    for line in [
        "Disallow: /r/",
        "Disallow: /v1/",
        "Disallow: /search",
        "Sitemap: https://pages.test/sitemap.xml",
    ] {
        assert!(robots.lines().any(|one| one == line), "{line}");
    }
    let (apple, android) = (
        "/.well-known/apple-app-site-association",
        "/.well-known/assetlinks.json",
    );
    http.get(apple).send().await.expect(404);
    http.get(android).send().await.expect(404);
    let mut context = world.context();
    let config = context.config.with("APPLE_APPS", "TEAM.com.shop");
    context.config = config.with("ANDROID_APPS", "com.shop=AA:BB").into();
    let http = world.serve(pages::router(&context));
    let told = http.get(apple).send().await.expect(200);
    assert_eq!(told.header("content-type"), Some("application/json"));
    let told = told.json();
    assert_eq!(
        told["applinks"]["details"][0]["appIDs"],
        json!(["TEAM.com.shop"])
    );
    let opened = told["applinks"]["details"][0]["components"].to_string();
    for never in ["/r/", "/v1/", "/embed/"] {
        assert!(!opened.contains(never), "{opened}");
    }
    let told = http.get(android).send().await.expect(200).json();
    assert_eq!(told[0]["target"]["package_name"], "com.shop");
    let missing = read(http.get("/nothing").send().await.expect(404));
    assert_eq!(missing.meta("robots"), "noindex");
}

#[tokio::test]
async fn the_files_of_pages_are_handed_out_as_they_were_made() {
    let (world, http) = http().await;
    http.get("/sitemap.xml").send().await.expect(404);
    for (key, path) in [
        ("sitemaps/index.xml", "/sitemap.xml"),
        ("sitemaps/2026-11-28-1.xml", "/sitemaps/2026-11-28-1.xml"),
    ] {
        world
            .put_object(key, "application/xml", b"<urlset/>".to_vec())
            .await;
        let file = http.get(path).send().await.expect(200);
        assert_eq!(
            (file.header("content-type"), file.body.as_slice()),
            (Some("application/xml"), &b"<urlset/>"[..])
        );
    }
    world
        .put_object("sitemaps/state.json", "application/json", b"{}".to_vec())
        .await;
    for other in [
        "state.json",
        "index.xml",
        "..%2fexports%2fx.xml",
        "2026-11-29-1.xml",
    ] {
        http.get(&format!("/sitemaps/{other}"))
            .send()
            .await
            .expect(404);
    }
}

#[tokio::test]
async fn a_review_says_which_product_was_judged_and_how() {
    let (world, http): (World, _) = http().await;
    world.member("ana").await;
    world.product("mug").await;
    let review = domain::posts::SharedReview {
        id: domain::ids::ReviewId::parse("r1").unwrap(),
        product: ProductId::parse("mug").unwrap(),
        rating: 4,
        title: "Good".to_owned(),
        body: "It holds tea.".to_owned(),
        written_at: world.now(),
        verified_purchase: Some(true),
    };
    let written = domain::catalogue::review::Review {
        id: review.id.clone(),
        customer: harness::user("ana"),
        product: review.product.clone(),
        rating: review.rating,
        title: review.title.clone(),
        body: review.body.clone(),
        written_at: review.written_at,
        verified_purchase: review.verified_purchase,
        category: None,
        shared_as: None,
    };
    let put = world.store();
    put.put_review(&written, News::of(world.now(), 1))
        .await
        .unwrap();
    let post = world.published_post("ana").text("");
    let post = post.with(|post| post.kind = PostKind::Review);
    let post = post.with(|post| post.review = Some(review)).await;
    let page = open(&http, &format!("/p/{}", post.id)).await;
    let data = page.data();
    let product = typed(&data, "Product");
    has(
        product,
        &["/name", "/review/author/name", "/review/reviewBody"],
    );
    assert_eq!(product["review"]["reviewRating"]["ratingValue"], 4);
    assert!(page.texts(".stars")[0].contains("4 of 5 stars"));
}
