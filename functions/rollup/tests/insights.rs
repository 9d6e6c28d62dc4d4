//! How what shows a brand's products is received, over a real table and the relay.
#![expect(
    clippy::unwrap_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use aws_lambda_events::sqs::SqsEvent;
use domain::{
    catalogue::brand::Brand,
    ids::{PostId, ProductId},
    money::insights::{Counted, Figure, Response, Week},
};
use harness::{Fault, Faults, Member, World, sqs_event};
use jiff::{SignedDuration, Timestamp};
use rollup::{App, handle};
use shared::queue::messages::{Responded, RollupMessage};

const WEEK: SignedDuration = SignedDuration::from_hours(7 * 24);

async fn work(app: &App, event: SqsEvent) {
    let answer = handle(app, event).await;
    assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
}

/// What is told of somebody's smile, as it was given or taken back at that time.
fn smiled(who: &Member, post: PostId, at: Timestamp) -> String {
    let (user, response) = (who.id.clone(), |user| Response::Smile { user, post });
    let message = RollupMessage::Responded(Responded {
        response: response(user),
        at,
    });
    serde_json::to_string(&message).unwrap()
}

async fn figure(world: &World, brand: &str, figure: Figure, at: Timestamp) -> (u64, u64) {
    let (brand, week) = (Brand::of(brand).unwrap(), Week::of(at));
    let all = world.store().figures_since(&brand, week).await.unwrap();
    let Counted { times, people } = all.get(&(week, figure)).copied().unwrap_or_default();
    (times, people)
}

/// A world with Ana's post that shows two things of Acme and one of another brand.
async fn begin() -> (World, PostId) {
    let world = World::contended().await;
    world.member("ana").await;
    for (product, brand) in [("mug", "Acme"), ("pot", "ACME"), ("pan", "Other")] {
        let made = world.product(product).with(|product| {
            product.brand = Some(brand.to_owned());
        });
        made.await;
    }
    let post = world.published_post("ana").products(&["mug", "pot", "pan"]);
    let post = post.await.id;
    (world, post)
}

#[tokio::test]
async fn a_smile_counts_once_for_each_brand_however_often_and_late_it_is_told() {
    let (world, post) = begin().await;
    let app = App::new(&world.context());
    let (ben, cleo) = (world.member("ben").await, world.member("cleo").await);
    let at = world.now();
    for who in [&ben, &cleo] {
        world.smile(&who.id, post).await;
    }
    let told = [&ben, &cleo, &ben].map(|who| smiled(who, post, at));
    work(&app, sqs_event(&told)).await;
    for brand in ["acme", "other"] {
        assert_eq!(figure(&world, brand, Figure::Smiles, at).await, (2, 2));
    }
    // It was taken back by the time that it is told of, and is told in disorder.
    world.take_back_smile(&ben.id, post).await;
    let back = smiled(&ben, post, at);
    work(&app, sqs_event(&[&back, &back])).await;
    assert_eq!(figure(&world, "acme", Figure::Smiles, at).await, (1, 1));
    world.advance(WEEK);
    world.smile(&ben.id, post).await;
    work(&app, sqs_event(&[&back, &smiled(&ben, post, world.now())])).await;
    assert_eq!(figure(&world, "acme", Figure::Smiles, at).await, (1, 1));
    let later = world.now();
    assert_eq!(figure(&world, "acme", Figure::Smiles, later).await, (1, 1));
}

#[tokio::test]
async fn one_person_who_acts_often_is_one_person() {
    let (world, post) = begin().await;
    let app = App::new(&world.context());
    let ben = world.member("ben").await;
    let another = world.published_post("ana").products(&["mug"]).await.id;
    let bare = world.published_post("ana").await.id;
    let at = world.now();
    for post in [post, another, bare] {
        world.smile(&ben.id, post).await;
        work(&app, sqs_event(&[smiled(&ben, post, at)])).await;
    }
    assert_eq!(figure(&world, "acme", Figure::Smiles, at).await, (2, 1));
    world.take_back_smile(&ben.id, post).await;
    work(&app, sqs_event(&[smiled(&ben, post, at)])).await;
    assert_eq!(figure(&world, "acme", Figure::Smiles, at).await, (1, 1));
    world.take_back_smile(&ben.id, another).await;
    work(&app, sqs_event(&[smiled(&ben, another, at)])).await;
    assert_eq!(figure(&world, "acme", Figure::Smiles, at).await, (0, 0));
}

#[tokio::test]
async fn what_is_cut_short_anywhere_counts_once() {
    let (world, post) = begin().await;
    let ben = world.member("ben").await;
    let at = world.now();
    world.smile(&ben.id, post).await;
    for calls in 0..12 {
        let faults = Faults::after(calls, Fault::Killed);
        let app = App::new(&faults.attach(&world.context()));
        let told = sqs_event(&[smiled(&ben, post, at)]);
        let _cut_short = faults.run(handle(&app, told)).await;
    }
    let app = App::new(&world.context());
    work(&app, sqs_event(&[smiled(&ben, post, at)])).await;
    for brand in ["acme", "other"] {
        assert_eq!(figure(&world, brand, Figure::Smiles, at).await, (1, 1));
    }
}

#[tokio::test]
async fn clicks_count_for_the_brand_of_what_they_led_to() {
    let (world, _) = begin().await;
    let app = App::new(&world.context());
    let at = world.now();
    let clicked = |visitor: u8, click: &str, product: &str| {
        let response = Response::Click {
            visitor: format!("{visitor:032x}"),
            click: click.to_owned(),
            product: ProductId::parse(product).unwrap(),
        };
        let message = RollupMessage::Responded(Responded { response, at });
        serde_json::to_string(&message).unwrap()
    };
    let told = [
        clicked(1, "a", "mug"),
        clicked(1, "b", "pot"),
        clicked(2, "c", "mug"),
        clicked(2, "c", "mug"),
        clicked(3, "d", "pan"),
        clicked(4, "e", "unknown"),
    ];
    work(&app, sqs_event(&told)).await;
    assert_eq!(figure(&world, "acme", Figure::Clicks, at).await, (3, 2));
    assert_eq!(figure(&world, "other", Figure::Clicks, at).await, (1, 1));
}
