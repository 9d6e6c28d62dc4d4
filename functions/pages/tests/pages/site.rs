//! What holds for every page: languages, addresses, headers, files.

use http::Method;
use sha2::{Digest, Sha256};

use crate::{http, open, read};

#[tokio::test]
async fn the_language_is_the_browsers_unless_the_address_says_one_which_links_then_keep() {
    let (_world, http) = http().await;
    let chinese = http
        .get("/explore")
        .header("accept-language", "zh-CN,zh;q=0.9");
    let page = read(chinese.send().await.expect(200));
    assert_eq!(page.one("html").attr("lang"), Some("zh-Hans"));
    assert_eq!(page.texts("h1"), ["探索"]);
    assert_eq!(
        page.attributes("link[rel=canonical]", "href"),
        ["https://pages.test/explore"]
    );
    assert!(
        page.answer
            .header("vary")
            .unwrap()
            .contains("Accept-Language")
    );
    let page = open(&http, "/explore?lang=zh&other=1").await;
    assert_eq!(page.texts("h1"), ["探索"]);
    assert_eq!(
        page.attributes("link[rel=canonical]", "href"),
        ["https://pages.test/explore?lang=zh"]
    );
    let tongues = page.attributes("link[hreflang]", "hreflang");
    assert_eq!(tongues, ["en", "zh", "x-default"]);
    let links = page.attributes("main a, nav a", "href");
    assert!(
        links.len() > 50 && links.iter().all(|link| link.contains("lang=zh")),
        "{links:?}"
    );
    let page = open(&http, "/explore").await;
    assert!(
        page.attributes("main a, nav a", "href")
            .iter()
            .all(|link| !link.contains("lang"))
    );
}

#[tokio::test]
async fn a_handle_that_is_spelled_otherwise_leads_to_its_own_spelling() {
    let (world, http) = http().await;
    world.member("Ana_B").await;
    let led = http.get("/@aNA_b?lang=zh").send().await;
    assert_eq!(
        (led.status.as_u16(), led.header("location")),
        (301, Some("/@Ana_B?lang=zh"))
    );
    let page = open(&http, "/@Ana_B").await;
    // Whoever has no storefront is not to be found.
    assert_eq!(page.meta("robots"), "noindex");
    http.get("/@nobody").send().await.expect(404);
}

#[tokio::test]
async fn every_page_is_kept_by_the_cdn_alone_and_guarded_by_a_policy_without_exceptions() {
    let (world, http) = http().await;
    world.member("ana").await;
    let photo = world.ready_photo("ana").await;
    let post = world.published_post("ana").photo(&photo, &[]).await;
    for path in [
        format!("/p/{}", post.id),
        "/".to_owned(),
        "/explore".to_owned(),
        "/@ana".to_owned(),
        "/search?q=ana".to_owned(),
    ] {
        let page = open(&http, &path).await;
        let header = |name| page.answer.header(name).unwrap_or_default().to_owned();
        assert_eq!(header("cache-control"), "public, max-age=0, s-maxage=30");
        assert_eq!(header("x-content-type-options"), "nosniff");
        assert_eq!(header("referrer-policy"), "strict-origin-when-cross-origin");
        assert!(header("strict-transport-security").contains("max-age=31536000"));
        assert_eq!(page.answer.header("set-cookie"), None);
        let policy = header("content-security-policy");
        assert!(
            policy.contains("default-src 'none'") && policy.ends_with("frame-ancestors 'none'")
        );
        assert!(
            !policy.contains("unsafe") && policy.contains("https://media.test store.test"),
            "{policy}"
        );
        for style in page.all("style") {
            let digest = Sha256::digest(style.inner_html());
            let digest = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, digest);
            assert!(
                policy.contains(&format!("'sha256-{digest}'")),
                "{path}: {policy}"
            );
        }
        assert!(page.all("[style]").is_empty() && page.all("base").is_empty());
        // It is not sent again to who has it.
        let again = http.get(&path).header("if-none-match", &header("etag"));
        again.send().await.expect(304);
    }
}

#[tokio::test]
async fn a_page_in_the_middle_of_a_list_has_one_tag_though_each_cursor_differs() {
    let (world, http) = http().await;
    world.member("ana").await;
    for _ in 0..25 {
        world.advance(jiff::SignedDuration::from_secs(1));
        world.published_post("ana").await;
    }
    let (one, two) = (open(&http, "/@ana").await, open(&http, "/@ana").await);
    let next = |page: &crate::Page| page.attributes("a[rel=next]", "href");
    assert_eq!(next(&one).len(), 1);
    assert_ne!(next(&one), next(&two));
    assert_eq!(one.answer.header("etag"), two.answer.header("etag"));
    let page = open(&http, &next(&one)[0]).await;
    assert_eq!(
        (page.all(".card").len(), page.meta("robots").as_str()),
        (5, "noindex")
    );
}

#[tokio::test]
async fn files_have_their_digest_in_their_address_and_are_kept_for_ever_there() {
    let (_world, http) = http().await;
    let page = open(&http, "/").await;
    let links = [
        page.one("link[rel=stylesheet]").attr("href"),
        page.one("script[src]").attr("src"),
        page.one("link[rel=icon]").attr("href"),
    ];
    let card = page.meta("og:image");
    let card = card.strip_prefix("https://pages.test");
    for path in links.into_iter().chain([card]) {
        let path = path.unwrap();
        let file = http.get(path).send().await.expect(200);
        assert_eq!(
            file.header("cache-control"),
            Some("public, max-age=31536000, immutable"),
            "{path}"
        );
        let (before, after) = path.rsplit_once('.').unwrap();
        let digest = before.rsplit_once('-').unwrap().0;
        let other = http
            .get(&format!("{digest}-AAAAAAAAAAAA.{after}"))
            .send()
            .await
            .expect(200);
        assert_eq!(other.header("cache-control"), Some("no-cache"));
    }
    http.get("/assets/other.css").send().await.expect(404);
    let size = |path: &str| {
        let get = http.get(path).header("accept-encoding", "gzip");
        async { get.send().await.expect(200).body.len() }
    };
    assert!(size(links[0].unwrap()).await <= 12 * 1_024);
    assert!(size(links[1].unwrap()).await <= 5 * 1_024);
}

#[tokio::test]
async fn pages_are_read_and_nothing_else_is_done_to_them() {
    let (_world, http) = http().await;
    for path in ["/", "/explore", "/@ana", "/p/x"] {
        let answer = http.post(path).send().await;
        assert_eq!(answer.status, 405, "{path}");
    }
    let head = http.call(Method::HEAD, "/explore").send().await.expect(200);
    assert!(head.body.is_empty() && head.header("etag").is_some());
}

#[tokio::test]
async fn the_foot_of_every_page_says_whom_to_turn_to() {
    let (world, _http) = http().await;
    let mut context = world.context();
    let config = context.config.with("TERMS_VERSION", "1");
    context.config = config
        .with("APP_DOWNLOAD_URL", "https://shop.example/app")
        .into();
    let http = world.serve(pages::router(&context));
    let page = open(&http, "/explore").await;
    let links = page.attributes(".foot a", "href");
    assert_eq!(links[0], "https://shop.example/terms");
    assert_eq!(links[1], "https://shop.example/contact");
    assert!(links[2].starts_with("mailto:contact@shop.example?subject=Report%20this%20page&body=https%3A%2F%2Fpages.test%2Fexplore"), "{links:?}");
    assert_eq!(
        links[3..],
        [
            "https://shop.example/app",
            "/explore?lang=en",
            "/explore?lang=zh"
        ]
    );
}
