//! Uploads that arrive in the bucket, against a real table, bucket and queue.
#![expect(
    clippy::expect_used,
    reason = "a test fails by panicking, and says what it stood on"
)]

use aws_lambda_events::sqs::SqsEvent;
use domain::{
    ids::{PhotoId, PostId},
    posts::{
        Post, PostStatus,
        photo::{Photo, PhotoStatus, Rejection, rendition_key},
    },
};
use harness::{Fault, Faults, Meter, World, hurried, sqs_event};
use image::{
    ExtendedColorType, ImageEncoder,
    codecs::{jpeg::JpegEncoder, png::PngEncoder},
};
use jiff::SignedDuration;
use photos::{App, handle};
use serde_json::json;
use sha2::{Digest, Sha256};
use shared::{
    bucket::{MediaNames, original_key, upload_key},
    keys,
    runtime::Context,
};

const SIZE: (u32, u32) = (700, 350);

fn pixels() -> Vec<u8> {
    [200, 120, 40].repeat((SIZE.0 * SIZE.1) as usize)
}

fn jpeg() -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = JpegEncoder::new(&mut file);
    let encoded = encoder.write_image(&pixels(), SIZE.0, SIZE.1, ExtendedColorType::Rgb8);
    encoded.expect("a JPEG");
    file
}

fn png() -> Vec<u8> {
    let mut file = Vec::new();
    let encoder = PngEncoder::new(&mut file);
    let encoded = encoder.write_image(&pixels(), SIZE.0, SIZE.1, ExtendedColorType::Rgb8);
    encoded.expect("a PNG");
    file
}

/// A PNG that claims 60,000 pixels each way, and has none.
fn bomb() -> Vec<u8> {
    let side = 60_000_u32.to_be_bytes();
    [
        b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR",
        &side[..],
        &side,
        b"\x08\x02\0\0\0crc?",
    ]
    .concat()
}

/// A ticket of Ana's that was not given out yet.
async fn another(world: &World) -> Photo {
    let (context, like) = (world.context(), world.awaited_photo("ana").await);
    let id = PhotoId(context.ids.ulid());
    Photo {
        id,
        media: MediaNames::new(context.config.media_key()).of(id),
        ..like
    }
}

/// Ana's ticket for a file of this type.
async fn ticket(world: &World, content_type: &str) -> Photo {
    let photo = Photo {
        content_type: content_type.to_owned(),
        ..another(world).await
    };
    world
        .store()
        .give_ticket(&photo, None, None)
        .await
        .expect("the table takes a ticket");
    photo
}

/// Puts the file where the ticket says; the bucket tells the queue.
async fn upload(world: &World, photo: &Photo, file: Vec<u8>) {
    world
        .put_object(&upload_key(photo.id), &photo.content_type, file)
        .await;
}

/// Runs the worker; the ids of the messages that stay in the queue.
async fn run_in(context: &Context, event: &SqsEvent) -> Vec<String> {
    let response = handle(&App::new(context), event.clone()).await;
    response
        .batch_item_failures
        .into_iter()
        .map(|failure| failure.item_identifier)
        .collect()
}

async fn run(world: &World, event: &SqsEvent) -> Vec<String> {
    run_in(&world.context(), event).await
}

/// Everything on the queue, worked off.
async fn work_off(world: &World) {
    let event = world.receive_event("photos").await;
    assert!(run(world, &event).await.is_empty());
}

async fn photo(world: &World, id: PhotoId) -> Photo {
    let found = world.store().photo(id).await.expect("the table answers");
    found.expect("a photo")
}

async fn post(world: &World, id: PostId) -> Post {
    let found = world.store().post_now(id).await.expect("the table answers");
    found.expect("a post")
}

/// How many posts Ana's profile counts, are listed as hers, and are being delivered.
async fn appearances(world: &World) -> (u64, usize, usize) {
    let (store, ana) = (world.store(), harness::user("ana"));
    let profile = store
        .profile(&ana)
        .await
        .expect("the table answers")
        .expect("a member");
    let (listed, _) = store
        .posts_by(&ana, None, 10)
        .await
        .expect("the table answers");
    let later = world.now() + SignedDuration::from_secs(1);
    let open = store.open_posts(later).await.expect("the table answers");
    (profile.posts, listed.len(), open.len())
}

#[tokio::test]
async fn an_upload_becomes_a_photo_and_the_post_that_waited_appears() {
    let world = World::new().await;
    world.member("ana").prime().await;
    let ticket = ticket(&world, "image/jpeg").await;
    let waiting = world.published_post("ana").photo(&ticket, &[]).await;
    assert_eq!(waiting.status, PostStatus::Processing);
    assert_eq!(appearances(&world).await, (0, 0, 0));
    world.advance(SignedDuration::from_mins(5));
    let before = world.now();

    upload(&world, &ticket, jpeg()).await;
    assert!(world.objects("media/").await.is_empty());
    work_off(&world).await;

    let photo = photo(&world, ticket.id).await;
    assert_eq!((photo.status, photo.reason), (PhotoStatus::Ready, None));
    let image = photo.image.expect("an image");
    assert_eq!((image.width, image.height), SIZE);
    let sizes: Vec<_> = image
        .renditions
        .iter()
        .map(|one| (one.width, one.height))
        .collect();
    assert_eq!(sizes, [(320, 160), (640, 320), SIZE]);
    for (width, _) in sizes {
        let object = world.object(&rendition_key(&ticket.media, width)).await;
        let file = object.expect("a rendition");
        assert!(file.starts_with(b"\xff\xd8\xff"));
    }
    let post = post(&world, waiting.id).await;
    assert_eq!(post.status, PostStatus::Published);
    assert!(post.published_at >= Some(before), "new when it appears");
    assert_eq!(
        post.photos[0].image.as_ref().map(|image| image.width),
        Some(SIZE.0)
    );
    assert_eq!(appearances(&world).await, (1, 1, 1));
    assert!(
        world.object(&upload_key(ticket.id)).await.is_some(),
        "the upload stays"
    );
}

/// The JPEG, with where it was taken.
fn located() -> Vec<u8> {
    let block = b"Exif\0\0MM\0*\0\0\0\x08\0\0\0\0\0\0GPS 52.5200 N 13.4050 E";
    let length = u16::try_from(block.len() + 2).expect("a segment");
    let jpeg = jpeg();
    let (start, rest) = jpeg.split_at(2);
    [start, b"\xff\xe1", &length.to_be_bytes(), block, rest].concat()
}

#[tokio::test]
async fn the_original_is_kept_without_where_it_was_taken_and_off_the_cdn() {
    let world = World::new().await;
    let ticket = ticket(&world, "image/jpeg").await;
    let file = located();
    upload(&world, &ticket, file.clone()).await;
    work_off(&world).await;

    let original = photo(&world, ticket.id)
        .await
        .original
        .expect("an original");
    let kept = world.object(&original_key(ticket.id)).await;
    let kept = kept.expect("the file");
    assert!(kept == jpeg(), "as it was before");
    assert_eq!(original.bytes, kept.len() as u64);
    let digest: String = Sha256::digest(&kept)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(original.sha256, digest);
    let shown = world.objects("media/").await;
    assert!(
        shown
            .iter()
            .all(|key| !key.contains(&ticket.id.to_string()))
    );

    // A file that cannot be shown leaves none.
    let bad = self::ticket(&world, "image/jpeg").await;
    upload(&world, &bad, png()).await;
    work_off(&world).await;
    assert_eq!(photo(&world, bad.id).await.original, None);
    assert_eq!(world.objects("originals/").await, [original_key(ticket.id)]);
}

#[tokio::test]
async fn a_post_waits_for_the_last_of_its_photos() {
    let world = World::new().await;
    world.member("ana").prime().await;
    let first = ticket(&world, "image/jpeg").await;
    let last = ticket(&world, "image/png").await;
    let waiting = world
        .published_post("ana")
        .photo(&first, &[])
        .photo(&last, &[])
        .await;

    upload(&world, &last, png()).await;
    work_off(&world).await;
    assert_eq!(
        post(&world, waiting.id).await.status,
        PostStatus::Processing
    );
    assert_eq!(photo(&world, last.id).await.status, PhotoStatus::Ready);

    upload(&world, &first, jpeg()).await;
    work_off(&world).await;
    let post = post(&world, waiting.id).await;
    assert_eq!(post.status, PostStatus::Published);
    assert!(post.photos.iter().all(|photo| photo.image.is_some()));
    assert_eq!(appearances(&world).await, (1, 1, 1));
}

#[tokio::test]
async fn a_post_with_a_bad_photo_goes_back_to_its_author() {
    let world = World::new().await;
    world.member("ana").prime().await;
    let bad = ticket(&world, "image/jpeg").await;
    let good = ticket(&world, "image/jpeg").await;
    let waiting = world
        .published_post("ana")
        .photo(&bad, &[])
        .photo(&good, &[])
        .await;

    upload(&world, &bad, png()).await;
    work_off(&world).await;
    upload(&world, &good, jpeg()).await;
    work_off(&world).await;

    let post = post(&world, waiting.id).await;
    assert_eq!(post.status, PostStatus::NeedsAttention);
    assert_eq!(post.photos[0].rejected, Some(Rejection::TypeMismatch));
    assert_eq!(post.published_at, None);
    assert_eq!(appearances(&world).await, (0, 0, 0));
}

#[tokio::test]
async fn every_bad_file_is_rejected_with_its_reason_and_the_queue_goes_on() {
    let world = World::new().await;
    let cut = |file: Vec<u8>| file[..file.len() / 2].to_vec();
    let mut damaged = png();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0xff;
    let too_large = [jpeg(), vec![0; 20_000_000]].concat();
    let cases = [
        ("image/jpeg", cut(jpeg()), Rejection::Truncated),
        ("image/png", cut(png()), Rejection::Truncated),
        ("image/jpeg", png(), Rejection::TypeMismatch),
        (
            "image/png",
            b"#!/bin/sh\necho hello".to_vec(),
            Rejection::TypeMismatch,
        ),
        ("image/png", bomb(), Rejection::TooManyPixels),
        ("image/jpeg", too_large, Rejection::TooLarge),
        ("image/png", damaged, Rejection::Unreadable),
    ];
    let mut expected = Vec::new();
    for (content_type, file, reason) in cases {
        let ticket = ticket(&world, content_type).await;
        upload(&world, &ticket, file).await;
        expected.push((ticket.id, reason));
    }
    let good = ticket(&world, "image/png").await;
    upload(&world, &good, png()).await;

    work_off(&world).await;

    for (id, reason) in expected {
        let photo = photo(&world, id).await;
        assert_eq!(
            (photo.status, photo.reason),
            (PhotoStatus::Rejected, Some(reason))
        );
        assert_eq!(photo.image, None);
    }
    assert_eq!(photo(&world, good.id).await.status, PhotoStatus::Ready);
    let media = world.objects("media/").await;
    assert!(
        media.iter().all(|key| key.contains(&good.media)) && media.len() == 3,
        "{media:?}"
    );
}

#[tokio::test]
async fn an_upload_told_of_twice_is_settled_once() {
    let world = World::new().await;
    world.member("ana").prime().await;
    let ticket = ticket(&world, "image/jpeg").await;
    let waiting = world.published_post("ana").photo(&ticket, &[]).await;
    upload(&world, &ticket, jpeg()).await;
    let event = world.receive_event("photos").await;

    assert!(run(&world, &event).await.is_empty());
    let (first, media) = (
        post(&world, waiting.id).await,
        world.objects("media/").await,
    );
    let settled = photo(&world, ticket.id).await;
    world.advance(SignedDuration::from_mins(1));
    let meter = Meter::new();
    assert!(
        run_in(&meter.attach(&world.context()), &event)
            .await
            .is_empty()
    );

    let again = meter.take();
    assert_eq!(
        (again.s3, again.wcu),
        (0, 0.0),
        "nothing is read or written"
    );
    assert_eq!(post(&world, waiting.id).await, first);
    assert_eq!(photo(&world, ticket.id).await, settled);
    assert_eq!(world.objects("media/").await, media);
    assert_eq!(appearances(&world).await, (1, 1, 1));
}

#[tokio::test]
async fn of_a_batch_only_what_is_no_upload_stays_in_the_queue() {
    let world = World::new().await;
    let good = ticket(&world, "image/jpeg").await;
    upload(&world, &good, jpeg()).await;
    let mut bodies = world.receive_all("photos").await;
    let arrived = |key: &str| {
        json!({"Records": [{"eventName": "ObjectCreated:Put", "s3": {"object": {"key": key}}}]})
            .to_string()
    };
    bodies.insert(0, "not JSON".to_owned());
    bodies.push(arrived("catalogue/spring.tsv"));
    bodies.push(r#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#.to_owned());

    let mut failed = run(&world, &sqs_event(&bodies)).await;

    failed.sort();
    assert_eq!(failed, ["m0", "m2"]);
    assert_eq!(photo(&world, good.id).await.status, PhotoStatus::Ready);
}

#[tokio::test]
async fn an_upload_without_a_ticket_is_deleted() {
    let world = World::new().await;
    let stray = upload_key(PhotoId(world.context().ids.ulid()));
    for key in [stray.as_str(), "uploads/a cat (1).jpg"] {
        world.put_object(key, "image/jpeg", jpeg()).await;
        assert!(world.object(key).await.is_some());
    }
    work_off(&world).await;
    assert!(world.objects("uploads/").await.is_empty());
    assert!(world.objects("media/").await.is_empty());
}

/// What the relay says of a photo that is gone.
fn removed(photo: &Photo) -> String {
    json!({"type": "photo-removed.v1", "photo": photo.id, "media": photo.media}).to_string()
}

/// Takes a photo off the table, as a post's deletion does, or the sweep.
async fn forget(world: &World, photo: &Photo) {
    let context = world.context();
    let delete = context
        .dynamodb
        .delete_item()
        .table_name(context.config.table());
    let gone = delete.set_key(Some(keys::photo(photo.id).attributes()));
    gone.send().await.expect("deleted");
}

#[tokio::test]
async fn a_photo_that_is_gone_leaves_nothing_in_the_bucket_and_others_stay() {
    let world = World::new().await;
    let [gone, kept] = [
        ticket(&world, "image/jpeg").await,
        ticket(&world, "image/jpeg").await,
    ];
    for photo in [&gone, &kept] {
        upload(&world, photo, jpeg()).await;
    }
    work_off(&world).await;
    assert_eq!(world.objects("media/").await.len(), 6);
    forget(&world, &gone).await;

    // Twice, since a message may come twice.
    let event = sqs_event(&[removed(&gone), removed(&gone)]);
    assert!(run(&world, &event).await.is_empty());
    assert!(run(&world, &event).await.is_empty());

    assert_eq!(world.objects("uploads/").await, [upload_key(kept.id)]);
    assert_eq!(world.objects("originals/").await, [original_key(kept.id)]);
    let media = world.objects("media/").await;
    assert_eq!(media.len(), 3);
    assert!(
        media.iter().all(|key| key.contains(&kept.media)),
        "{media:?}"
    );
}

#[tokio::test]
async fn a_photo_that_goes_while_it_is_worked_on_leaves_nothing() {
    for calls in 0.. {
        let (world, ticket, _, event) = arrived().await;
        let faults = Faults::after(calls, Fault::Killed);
        let faulty = faults.attach(&world.context());
        let stopped = faults.run(run_in(&faulty, &event)).await;
        forget(&world, &ticket).await;
        // Told before the worker's rendition is there, and the upload's message comes again.
        let told = sqs_event(&[removed(&ticket)]);
        assert!(run(&world, &told).await.is_empty());
        let late = rendition_key(&ticket.media, 320);
        world.put_object(&late, "image/jpeg", jpeg()).await;
        assert!(run(&world, &event).await.is_empty());

        assert!(world.objects("uploads/").await.is_empty(), "{calls}");
        assert!(world.objects("media/").await.is_empty(), "{calls}");
        assert!(world.objects("originals/").await.is_empty(), "{calls}");
        if stopped.is_some() {
            assert!(calls >= 8, "{calls}");
            break;
        }
    }
}

#[tokio::test]
async fn a_deletion_that_fails_stays_in_the_queue_until_it_is_done() {
    for calls in 0.. {
        let world = World::new().await;
        let ticket = ticket(&world, "image/jpeg").await;
        upload(&world, &ticket, jpeg()).await;
        work_off(&world).await;
        forget(&world, &ticket).await;
        let faults = Faults::after(calls, Fault::NotReached);
        let told = sqs_event(&[removed(&ticket)]);
        let failed = hurried(run_in(&faults.attach(&world.context()), &told)).await;
        let met = faults.met(Fault::NotReached) > 0;
        assert_eq!(failed.is_empty(), !met, "{calls}");
        assert!(run(&world, &told).await.is_empty());
        assert!(world.objects("").await.is_empty());
        if !met {
            assert_eq!(calls, 6, "upload, original, the list, three renditions");
            break;
        }
    }
}

#[tokio::test]
async fn an_upload_that_is_gone_leaves_its_ticket_open() {
    let world = World::new().await;
    let ticket = ticket(&world, "image/jpeg").await;
    upload(&world, &ticket, jpeg()).await;
    let event = world.receive_event("photos").await;
    let context = world.context();
    let delete = context.s3().delete_object().bucket(context.config.bucket());
    delete
        .key(upload_key(ticket.id))
        .send()
        .await
        .expect("deleted");

    assert!(run(&world, &event).await.is_empty());
    assert_eq!(
        photo(&world, ticket.id).await.status,
        PhotoStatus::AwaitingUpload
    );
}

/// A world in which Ana's post waits for an upload that has arrived.
async fn arrived() -> (World, Photo, Post, SqsEvent) {
    let world = World::new().await;
    world.member("ana").prime().await;
    let ticket = ticket(&world, "image/jpeg").await;
    let waiting = world.published_post("ana").photo(&ticket, &[]).await;
    upload(&world, &ticket, jpeg()).await;
    let event = world.receive_event("photos").await;
    (world, ticket, waiting, event)
}

async fn assert_settled(world: &World, ticket: &Photo, waiting: &Post) {
    assert_eq!(photo(world, ticket.id).await.status, PhotoStatus::Ready);
    assert_eq!(post(world, waiting.id).await.status, PostStatus::Published);
    assert_eq!(world.objects("media/").await.len(), 3);
    assert_eq!(appearances(world).await, (1, 1, 1));
}

#[tokio::test]
async fn a_worker_stopped_after_any_of_its_calls_is_healed_by_redelivery() {
    for fault in [Fault::Killed, Fault::AnswerLost] {
        for calls in 0.. {
            let (world, ticket, waiting, event) = arrived().await;
            let faults = Faults::after(calls, fault);
            let faulty = faults.attach(&world.context());
            let stopped = faults.run(run_in(&faulty, &event)).await;
            let met = faults.met(fault) > 0;
            assert!(
                !met || stopped.is_none_or(|failed| failed == ["m0"]),
                "{fault:?} {calls}"
            );

            assert!(run(&world, &event).await.is_empty());
            assert_settled(&world, &ticket, &waiting).await;
            if !met {
                assert!(
                    calls >= 8,
                    "photo, object, three renditions, photo, post, photos, post"
                );
                break;
            }
        }
    }
}

#[tokio::test]
async fn whatever_goes_wrong_on_the_way_each_upload_is_settled_once() {
    for seed in 0..12 {
        let (world, ticket, waiting, event) = arrived().await;
        let faults = Faults::seeded(seed);
        let faulty = faults.attach(&world.context());
        for _delivery in 0..5 {
            let done = faults.run(run_in(&faulty, &event)).await;
            if done.is_some_and(|failed| failed.is_empty()) {
                break;
            }
        }
        faults.calm();
        assert!(run(&world, &event).await.is_empty(), "seed {seed}");
        assert_settled(&world, &ticket, &waiting).await;
    }
}

#[tokio::test]
async fn the_sample_event_is_handled() {
    let world = World::new().await;
    let sample = include_str!("../../../events/photos-s3-object-created.json");
    let event: SqsEvent = serde_json::from_str(sample).expect("an event of SQS");
    let id = "01KAKGXV3C8Z2M4N6P8R0T1V3W"
        .parse()
        .expect("the photo of the sample");
    let ticket = Photo {
        id,
        ..world.awaited_photo("ana").await
    };
    world
        .store()
        .give_ticket(&ticket, None, None)
        .await
        .expect("the table takes a ticket");
    upload(&world, &ticket, jpeg()).await;
    assert_eq!(world.receive_all("photos").await.len(), 1);

    assert!(run(&world, &event).await.is_empty());
    assert_eq!(photo(&world, id).await.status, PhotoStatus::Ready);
}
