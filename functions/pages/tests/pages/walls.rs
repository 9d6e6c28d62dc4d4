//! Walls, lists, products and what is found: posts as cards, and the ways between them.

use domain::{
    engagement::{Idea, IdeaList, Visibility},
    ids::{ListId, ProductId},
    posts::PostKind,
};
use harness::{World, actor};
use jiff::SignedDuration;
use shared::store::{Putting, Spot};

use crate::{http, open};

#[tokio::test]
async fn a_walk_along_a_wall_repeats_nothing() {
    let (world, http) = http().await;
    world.member("ana").await;
    for n in 0..60 {
        world.advance(SignedDuration::from_secs(1));
        world
            .published_post("ana")
            .topics(&["coffee"])
            .text(&format!("post {n}"))
            .await;
    }
    let (mut path, mut seen) = (Some("/t/coffee?sort=new".to_owned()), Vec::new());
    while let Some(here) = path {
        let page = open(&http, &here).await;
        assert_eq!(page.texts(".sorts a[aria-current]"), ["New"]);
        seen.extend(page.attributes(".card .go", "href"));
        path = page.attributes("a[rel=next]", "href").into_iter().next();
    }
    assert_eq!(seen.len(), 60);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 60);
}

#[tokio::test]
async fn a_card_shows_the_photo_the_bag_and_the_disclosure_and_a_text_without_a_photo_is_read() {
    let (world, http) = http().await;
    world.member("ana").await;
    world.product("mug").await;
    let photo = world.ready_photo("ana").await;
    let sponsored = world
        .published_post("ana")
        .topics(&["coffee"])
        .photo(&photo, &["mug"]);
    sponsored.with(|post| post.sponsored = true).await;
    world.advance(SignedDuration::from_secs(1));
    world
        .published_post("ana")
        .topics(&["coffee"])
        .text("Only words")
        .await;
    let page = open(&http, "/t/coffee?sort=new").await;
    assert_eq!(page.all(".card").len(), 2);
    assert_eq!(page.texts(".card .words .said-big"), ["Only words"]);
    assert_eq!(page.texts(".card .bag .vh"), ["1 thing to buy"]);
    assert_eq!(page.texts(".card .paid"), ["Sponsored"]);
    assert_eq!(page.attributes(".card img", "fetchpriority"), ["high"]);
    http.get("/t/nothing").send().await.expect(404);
    http.get("/t/*").send().await.expect(404);
}

async fn listed(world: &World, visibility: Visibility) -> ListId {
    let (ana, store, now) = (world.member("ana").await, world.store(), world.now());
    let id = ListId(world.context().ids.ulid());
    let name = "Small kitchens".to_owned();
    let list = IdeaList::new(id, ana.id.clone(), name, visibility, now);
    let actor = actor(&ana.id);
    store.create_list(&actor, &list, None, now).await.unwrap();
    for n in 0..32 {
        let product = format!("p{n:02}");
        world.product(&product).await;
        let put = Putting {
            owner: ana.id.clone(),
            list: id,
            idea: Idea::Product(ProductId::parse(&product).unwrap()),
            note: Some(Some(format!("note {n}"))),
            spot: Spot::End,
        };
        let mut ground = store.ground(&put, true).await.unwrap();
        ground.heat = store.savable(&put.idea).await.unwrap();
        store
            .put_into_list(&actor, &put, ground, now)
            .await
            .unwrap();
    }
    id
}

#[tokio::test]
async fn a_public_list_says_what_its_owner_says_and_a_private_one_is_not_there() {
    let (world, http) = http().await;
    let list = listed(&world, Visibility::Public).await;
    let page = open(&http, &format!("/lists/{list}")).await;
    assert_eq!(
        (page.texts("h1"), page.all(".items > li").len()),
        (vec!["Small kitchens".to_owned()], 30)
    );
    assert_eq!(page.texts(".items .quote")[0], "note 0");
    let next = page.attributes("a[rel=next]", "href");
    let rest = open(&http, &next[0]).await;
    assert_eq!(rest.texts(".items .quote"), ["note 30", "note 31"]);
    let owner = open(&http, "/@ana").await;
    assert_eq!(
        owner.attributes(".lists a", "href"),
        [format!("/lists/{list}")]
    );
    let (other, http) = crate::http().await;
    let private = listed(&other, Visibility::Private).await;
    http.get(&format!("/lists/{private}"))
        .send()
        .await
        .expect(404);
}

#[tokio::test]
async fn a_product_is_shown_with_its_price_and_the_way_to_the_store_and_pictures_of_strangers_are_drawn()
 {
    let (world, http) = http().await;
    let strange = |product: &mut domain::catalogue::product::Product| {
        product.image_url = Some("https://evil.test/x.jpg".to_owned());
    };
    world.product("mug").with(strange).await;
    let page = open(&http, "/products/mug").await;
    assert_eq!(
        (page.texts("h1"), page.texts(".price")),
        (vec!["Product mug".to_owned()], vec!["$12.99".to_owned()])
    );
    assert_eq!(page.attributes(".btn", "href"), ["https://store.test/mug"]);
    assert_eq!(page.texts(".pic .none"), ["P"]);
    assert_eq!(page.all("main img").len(), 0);
    assert_eq!(page.all("time[datetime]").len(), 1);
    assert_eq!(page.meta("og:image:width"), "1200");
}

#[tokio::test]
async fn what_is_looked_for_is_found_and_the_page_is_not() {
    let (world, http) = http().await;
    world.member("ana").await;
    let page = open(&http, "/search?q=coffee").await;
    assert_eq!(page.meta("robots"), "noindex");
    assert!(
        page.texts(".tags a").iter().any(|name| name == "Coffee"),
        "{:?}",
        page.texts(".tags a")
    );
    let none = open(&http, "/search?q=%3Cb%3Exyzzy").await;
    assert!(
        none.texts("main p")
            .iter()
            .any(|text| text.contains("“<b>xyzzy”"))
    );
    for nothing in ["/search", "/search?q=", "/search?q=a", "/search?q=%00"] {
        open(&http, nothing).await;
    }
    assert!(PostKind::ALL.len() > 3);
}
