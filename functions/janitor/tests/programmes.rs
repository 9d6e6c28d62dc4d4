//! What of programmes is due by the clock: invitations once a month, and clicks the day after (MONEY 10, 15).
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use domain::{
    ids::{PostId, ProductId, UserId},
    money::{
        Account, Programme, Source,
        invitations::{Answer, Invitation},
        links::Visitor,
        noted::NotedClick,
    },
};
use harness::{Fault, Faults, World};
use jiff::{SignedDuration, tz::TimeZone};
use ulid::Ulid;

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Looks around as the schedule does, and takes what is told to others.
async fn look(world: &World) {
    let app = janitor::App::new(&world.context());
    janitor::handle(&app).await.unwrap();
    for queue in ["fanout", "photos"] {
        world.receive_all(queue).await;
    }
}

/// An influencer since 31 days, with so many posts that show a photo and a product.
async fn influencer(world: &World, name: &str, posts: usize) -> UserId {
    let member = world.member(name).prime().await;
    let account = Account::of_random(u128::from(world.context().ids.ulid()));
    let (store, entered) = (world.store(), (Programme::Influencer, true));
    let since = world.now() - DAY * 31;
    assert!(
        store
            .enter_programme(&member.id, entered, &account, since)
            .await
            .unwrap()
    );
    for _ in 0..posts {
        let photo = world.ready_photo(name).await;
        world.published_post(name).photo(&photo, &["SPK-1"]).await;
    }
    member.id
}

async fn invited(world: &World, user: &UserId) -> Vec<Invitation> {
    world
        .store()
        .invitations_of(user, None, 100)
        .await
        .unwrap()
        .0
}

#[tokio::test]
async fn once_a_month_those_are_invited_who_publish_what_others_can_buy() {
    let world = World::new().await;
    world.product("SPK-1").await;
    // The round of the month in which it begins finds nobody.
    look(&world).await;
    let to_next = {
        let now = world.now().to_zoned(TimeZone::UTC);
        let next = now.date().last_of_month().tomorrow().unwrap();
        let next = next.to_zoned(TimeZone::UTC).unwrap().timestamp();
        next.duration_since(world.now())
    };
    let early = to_next - SignedDuration::from_hours(1);
    if early.is_positive() {
        world.advance(early);
    }
    let ana = influencer(&world, "ana", 10).await;
    let ben = influencer(&world, "ben", 9).await;
    look(&world).await;
    assert_eq!(invited(&world, &ana).await, [], "not before the 1st");
    world.advance(to_next - early.max(SignedDuration::ZERO) + SignedDuration::from_mins(1));
    for _ in 0..2 {
        look(&world).await;
        let asked = invited(&world, &ana).await;
        assert_eq!(asked.len(), 1);
        assert_eq!(asked[0].answer, Answer::Open);
        assert_eq!(asked[0].until, asked[0].invited_at + DAY * 30);
    }
    assert_eq!(invited(&world, &ben).await, [], "nine posts are too few");
    // Open, then declined: not asked again.
    let store = world.store();
    let open = invited(&world, &ana).await.remove(0);
    let fresh = Account::of_random(1);
    assert!(
        store
            .answer_invitation(&ana, &open, false, &fresh, world.now())
            .await
            .unwrap()
    );
    world.advance(DAY * 32);
    look(&world).await;
    assert_eq!(invited(&world, &ana).await.len(), 1);
}

#[tokio::test]
async fn a_round_that_is_cut_short_anywhere_invites_nobody_twice() {
    for calls in 0..12 {
        let world = World::new().await;
        world.product("SPK-1").await;
        let ana = influencer(&world, "ana", 10).await;
        let faults = Faults::after(calls, Fault::Killed);
        let app = janitor::App::new(&faults.attach(&world.context()));
        let done = faults.run(Box::pin(janitor::handle(&app))).await;
        assert!(done.is_none() || calls > 0);
        look(&world).await;
        look(&world).await;
        assert_eq!(invited(&world, &ana).await.len(), 1, "killed after {calls}");
    }
}

#[tokio::test]
async fn the_clicks_of_a_day_are_added_up_the_day_after_and_stay_so() {
    let world = World::new().await;
    let ana = influencer(&world, "ana", 0).await;
    let store = world.store();
    let account = store.engaged(&ana).await.unwrap().unwrap().account;
    look(&world).await;
    let day = world.now().to_zoned(TimeZone::UTC).date();
    let after = day.tomorrow().unwrap();
    let (first, second) = (PostId(Ulid(1)), PostId(Ulid(2)));
    for (post, times) in [(first, 3_u64), (second, 1)] {
        for _ in 0..times {
            let noted = NotedClick {
                account: account.clone(),
                owner: "0".repeat(32),
                source: Source::Post(post),
                product: ProductId::parse("SPK-1").unwrap(),
                tagged_at: world.now(),
            };
            let click = world.context().ids.ulid();
            store
                .note_click(Visitor([1; 16]), click, &noted, world.now())
                .await
                .unwrap();
        }
    }
    look(&world).await;
    assert_eq!(
        store.day_totals(&account, day, day).await.unwrap(),
        BTreeMap::new(),
        "the day is not over"
    );
    world.advance(DAY * 3);
    for _ in 0..2 {
        look(&world).await;
        let totals = store.day_totals(&account, day, after).await.unwrap();
        assert_eq!(totals.len(), 1, "a day without clicks has none");
        let total = &totals[&day];
        let counts: Vec<_> = total
            .counts
            .iter()
            .map(|one| (one.source, one.clicks))
            .collect();
        assert_eq!(
            counts,
            [(Source::Post(first), 3), (Source::Post(second), 1)]
        );
    }
}
