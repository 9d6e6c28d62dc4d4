//! Every write of every function meets a transaction on its item when it is first made: it is made again,
//! and nobody hears of it.

use domain::{
    catalogue::product::{Availability, Money},
    posts::{PostStatus, photo::PhotoStatus},
};
use harness::{Answer, Fault, Faults, Http, World, sqs_event};
use serde_json::{Value, json};
use shared::{
    bucket::upload_key,
    queue::messages::{CatalogueMessage, PriceChange, PriceChanged},
    runtime::Context,
};

use crate::uploads::jpeg;

/// Works off what is on the stream after a place, and on the queues.
async fn work(world: &World, context: &Context, seen: &mut Option<String>) {
    let (event, last) = world.stream_after(seen.as_deref());
    *seen = last;
    let told = relay::handle(&relay::App::new(context), event).await;
    assert!(told.batch_item_failures.is_empty());
    let failed = [
        photos::handle(
            &photos::App::new(context),
            world.receive_event("photos").await,
        )
        .await,
        fanout::handle(
            &fanout::App::new(context),
            world.receive_event("fanout").await,
        )
        .await,
        catalogue::handle(
            &catalogue::App::new(context),
            world.receive_event("catalogue").await,
        )
        .await,
        rollup::handle(
            &rollup::App::new(context),
            world.receive_event("rollup").await,
        )
        .await,
        notifier::handle(
            &notifier::App::new(context),
            world.receive_event("notifier").await,
        )
        .await,
        janitor::work_off(
            &janitor::App::new(context),
            world.receive_event("janitor").await,
        )
        .await,
    ];
    for response in failed {
        assert!(response.batch_item_failures.is_empty(), "{response:?}");
    }
}

async fn id_of(answer: Answer) -> String {
    let body = answer.json();
    body["id"].as_str().map(str::to_owned).expect("an id")
}

/// What people do, each once: the calls whose writes are walked.
async fn people(world: &World, context: &Context) -> (String, String) {
    let serve = |router| -> Http { world.serve(router) };
    let onboarding = serve(onboarding::router(context));
    let posting = serve(posting::router(context));
    let engagement = serve(engagement::router(context));
    let [ana, ben] = ["ana", "ben"].map(|sub| world.token(sub, &["prime"]));
    for (sub, token) in [("ana", &ana), ("ben", &ben)] {
        let interests = ["coffee", "cats", "gardening", "photography", "books"];
        let notify = json!({"posts": true, "replies": true});
        let joining = json!({"display_name": sub, "handle": sub, "interests": interests,
            "notify": notify});
        let join = onboarding.post("/v1/me").token(token).json(joining);
        join.send().await.expect(201);
    }
    for change in [
        json!({"display_name": "Ana Ng"}),
        json!({"interests": ["tea", "cats", "gardening", "photography", "books"]}),
    ] {
        let change = onboarding.patch("/v1/me").token(&ana).json(change);
        change.send().await.expect(200);
    }
    let file = jpeg();
    let ticket = json!({"content_type": "image/jpeg", "bytes": file.len(),
        "sha256": "0".repeat(64)});
    let ticket = posting.post("/v1/photos").token(&ana).json(ticket);
    let photo = id_of(ticket.send().await.expect(201)).await;
    let post = async |body: Value| {
        let post = posting.post("/v1/posts").token(&ana).json(body);
        id_of(post.send().await.expect(201)).await
    };
    let waiting =
        post(json!({"kind": "photo", "photos": [{"id": photo}], "topics": ["cats"]})).await;
    let story = post(json!({"kind": "story", "text": "Light", "topics": ["cats"]})).await;
    let short = post(json!({"kind": "story", "text": "Gone", "topics": ["cats"]})).await;
    let path = format!("/v1/posts/{story}");
    let edit = posting
        .patch(&path)
        .token(&ana)
        .json(json!({"topics": ["tea"]}));
    edit.send().await.expect(200);
    let delete = posting.delete(&format!("/v1/posts/{short}")).token(&ana);
    delete.send().await.expect(204);
    for path in [
        "/v1/users/ana/follow",
        "/v1/topics/tea/follow",
        &format!("{path}/smile"),
    ] {
        for request in [
            engagement.put(path),
            engagement.delete(path),
            engagement.put(path),
        ] {
            request.token(&ben).send().await.expect(204);
        }
    }
    let said = engagement.post(&format!("/v1/posts/{story}/comments"));
    let said = said.token(&ben).json(json!({"text": "Well lit"}));
    let said = id_of(said.send().await.expect(201)).await;
    let smile = engagement.put(&format!("/v1/comments/{said}/smile"));
    smile.token(&ana).send().await.expect(204);
    let delete = engagement.delete(&format!("/v1/comments/{said}"));
    delete.token(&ben).send().await.expect(204);
    let key = upload_key(photo.parse().expect("a photo's id"));
    world.put_object(&key, "image/jpeg", file).await;
    (photo, waiting)
}

async fn drop_feed(world: &World, rows: &str) {
    let feed = format!("id\ttitle\tlink\tavailability\tprice\n{rows}");
    let kind = "text/tab-separated-values";
    world
        .put_object("catalogue/all.tsv", kind, feed.into_bytes())
        .await;
}

#[tokio::test]
async fn every_write_that_meets_a_transaction_is_made_again() {
    let world = World::new().await;
    let faults = Faults::each(Fault::Conflict);
    let context = faults.attach(&world.context());
    let mut seen = None;
    let (photo, waiting) = people(&world, &context).await;
    drop_feed(&world, "A\tA\thttps://store.test/A\tin_stock\t5 USD\nB\tB\thttps://store.test/B\tin_stock\t5 USD\n").await;
    for _ in 0..4 {
        work(&world, &context, &mut seen).await;
    }
    let store = world.store();
    let photo = store
        .photo(photo.parse().expect("an id"))
        .await
        .expect("answered");
    assert_eq!(photo.expect("a photo").status, PhotoStatus::Ready);
    let waiting = store
        .post_now(waiting.parse().expect("an id"))
        .await
        .expect("answered");
    assert_eq!(waiting.expect("a post").status, PostStatus::Published);

    // Other prices, a product that its feed names no more, and a post that stays open.
    world.advance(jiff::SignedDuration::from_mins(11));
    drop_feed(&world, "A\tA\thttps://store.test/A\tin_stock\t6 USD\n").await;
    let open = world.published_post("ana").await;
    for _ in 0..3 {
        work(
            &world,
            &context,
            &mut Some(world.stream_after(None).1.expect("records")),
        )
        .await;
    }
    world.advance(jiff::SignedDuration::from_mins(11));
    janitor::handle(&janitor::App::new(&context))
        .await
        .expect("a look");
    assert!(
        !world.receive_all("fanout").await.is_empty(),
        "{open:?} is told of again"
    );
    let price = CatalogueMessage::PriceChanged(PriceChanged {
        changes: vec![PriceChange {
            product_id: "A".to_owned(),
            price: Money {
                amount: 700,
                currency: "USD".to_owned(),
            },
            sale_price: None,
            availability: Availability::InStock,
            at: world.now(),
        }],
    });
    let price = serde_json::to_string(&price).expect("JSON");
    let taken = catalogue::handle(&catalogue::App::new(&context), sqs_event(&[price])).await;
    assert!(taken.batch_item_failures.is_empty());

    let met = faults.operations();
    assert_eq!(
        met,
        ["DeleteItem", "TransactWriteItems", "UpdateItem"]
            .map(str::to_owned)
            .into()
    );
}
