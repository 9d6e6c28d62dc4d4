//! What people write is data, whatever it looks like (PAGES 2.9).

use domain::people::Profile;
use harness::World;

use crate::{http, open, say};

const HOSTILE: &[&str] = &[
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)",
    "<svg/onload=alert(1)>",
    "{{ 7 * 7 }} {% raw %} ${7*7}",
    "javascript:alert(1)",
    "--></style><b>",
    "\u{202e}evil\u{2066}",
    "&lt;b&gt; &amp;amp;",
];

/// Names that only markup of ours has.
fn is_ours(name: &str) -> bool {
    !name.starts_with("on") && name != "style" && name != "srcdoc"
}

async fn rename(world: &World, profile: &Profile, name: &str) {
    let change = shared::store::ProfileChange {
        display_name: Some(name.to_owned()),
        bio: Some(name.to_owned()),
        ..shared::store::ProfileChange::default()
    };
    let store = world.store();
    store
        .change_profile(&profile.id, change, None)
        .await
        .unwrap();
}

#[tokio::test]
async fn hostile_names_titles_texts_and_alts_are_shown_as_they_were_written_and_do_nothing() {
    for hostile in HOSTILE {
        let (world, http) = http().await;
        let ana = world.member("ana").await;
        rename(&world, &ana.profile, hostile).await;
        let photo = world.ready_photo("ana").await;
        let product = world.product("mug").with(|product| {
            product.title = (*hostile).to_owned();
            product.brand = Some((*hostile).to_owned());
            product.url = "https://store.test/\"onclick='x'".to_owned();
            product.image_url = Some("https://evil.test/x.jpg".to_owned());
        });
        product.await;
        let post = world
            .published_post("ana")
            .text(hostile)
            .photo(&photo, &["mug"]);
        let post = post
            .with(|post| post.photos[0].alt = (*hostile).to_owned())
            .await;
        say(&world, &ana.id, post.id, None, hostile).await;
        for path in [
            format!("/p/{}", post.id),
            format!("/embed/p/{}", post.id),
            "/@ana".to_owned(),
            "/products/mug".to_owned(),
            format!("/search?q={}", url(hostile)),
        ] {
            let page = open(&http, &path).await;
            let body = String::from_utf8(page.answer.body.clone()).unwrap();
            for element in page.all("*") {
                let name = element.value().name();
                assert!(
                    element.value().attrs().all(|(name, _)| is_ours(name)),
                    "{path}: {body}"
                );
                let scheme = element.attr("href").unwrap_or_default();
                assert!(!scheme.starts_with("javascript:"), "{path}");
                if name == "script" {
                    let ours = element.attr("src").is_some()
                        || element.attr("type") == Some("application/ld+json");
                    assert!(ours, "{path}: {body}");
                }
                let source = element.attr("src").unwrap_or_default();
                assert!(!source.contains("evil.test") && source != "x", "{path}");
            }
            // It all parses, and is what was written.
            for data in page.data() {
                assert!(data["@context"].is_string());
            }
            if path.starts_with("/p/") {
                let shown = page.attributes(".photo > img", "alt");
                assert_eq!(shown, [*hostile]);
                let said = page.all(".c .txt")[0].text().collect::<String>();
                assert_eq!(said, *hostile);
            }
        }
        let feed = http.get("/@ana.atom").send().await.expect(200);
        let feed = feed_rs::parser::parse(feed.body.as_slice()).unwrap();
        assert_eq!(feed.entries[0].authors[0].name.as_deref(), Some(*hostile));
    }
}

fn url(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}
