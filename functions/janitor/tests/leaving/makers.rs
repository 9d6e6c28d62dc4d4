//! Somebody who is an influencer, with an account elsewhere, and what stays of that when they leave (MONEY 41).

use domain::{
    ids::{BriefId, InvitationId, ProductId},
    money::{
        Account, Programme,
        briefs::{Brief, Status},
        invitations::Invitation,
        programmes::{Application, Measured, Thresholds},
        social::{Linked, Network, Proof, SocialHandle, Told},
        storefront::Storefront,
    },
    quota::Quota,
};
use harness::{Member, World};
use janitor::App;
use shared::{
    keys,
    store::{Decision, Returned},
};

use crate::street::{QUOTA, Street, settle, ulid};

const ASKED: Thresholds = Thresholds {
    audience: 500,
    posts: 3,
    shoppable: 0.5,
    engagement: 0.01,
    hours: 120,
};

/// That of whoever is made an influencer here.
fn account() -> Account {
    Account::of_random(7)
}

/// Makes somebody one, in every way that leaves something of theirs in the table.
pub async fn makes(world: &World, who: &Member) {
    let (store, now) = (world.store(), world.now());
    let handle = SocialHandle::parse("ana_makes").unwrap();
    let told = Told {
        id: "7".to_owned(),
        name: "Makes".to_owned(),
        handle: handle.clone(),
        audience: Some(640),
    };
    let linked = Linked::signed_in(Network::Facebook, told, now);
    let returned = Returned {
        user: who.id.clone(),
        account: linked.clone(),
    };
    store.note_returned("f00d", &returned, now).await.unwrap();
    let link = store.link_returned(&who.id, "f00d", &linked, None, now);
    link.await.unwrap();
    let quota = Quota {
        user: who.id.clone(),
        kind: "links",
        limit: QUOTA,
    };
    let proof = Proof::of_random(handle, 7, now);
    let asked = store.ask_for_proof(&who.id, Network::Twitter, &proof, &quota, now);
    asked.await.unwrap();
    let measured = Measured {
        audience: Some(640),
        posts: 3,
        ..Measured::default()
    };
    let waits = Application::made(Network::Facebook, None, &measured, &ASKED, now, None);
    assert!(waits.decide_at.is_some());
    let decision = Decision {
        user: &who.id,
        before: None,
        after: &waits,
        fresh: &account(),
    };
    let applied = store.decide_application(decision, None, now).await;
    assert!(applied.unwrap());
    for programme in Programme::ALL {
        let fresh = account();
        let entered = store.enter_programme(&who.id, (programme, true), &fresh, now);
        assert!(entered.await.unwrap());
    }
    let front = Storefront {
        header: "Hello".to_owned(),
        featured: Vec::new(),
        edition: 1,
    };
    let none = Storefront::default();
    let put = store.put_storefront(&who.id, &none, &front);
    assert!(put.await.unwrap());
    let invitation = Invitation::new(InvitationId(ulid()), now);
    store.invite(&who.id, &invitation).await.unwrap();
    sells(world, who).await;
}

/// Makes somebody a seller who sends a brief, and who accepts one.
async fn sells(world: &World, who: &Member) {
    let (store, now) = (world.store(), world.now());
    let brands = vec!["Acme".to_owned()];
    store.map_seller(&who.id, brands).await.unwrap();
    let brief = Brief {
        id: BriefId(ulid()),
        brand: "Acme".to_owned(),
        products: vec![ProductId::parse("p").unwrap()],
        text: "Show it".to_owned(),
        sent_at: now,
        status: Status::Sent,
        answered_at: None,
    };
    let quota = Quota {
        user: who.id.clone(),
        kind: "briefs",
        limit: QUOTA,
    };
    let sent = store.send_brief(&brief, &who.id, None, &quota, now);
    assert!(sent.await.unwrap());
    let answered = store.answer_brief(&who.id, &brief, Status::Accepted, now);
    assert!(answered.await.unwrap());
}

#[tokio::test]
async fn the_account_of_whoever_leaves_stays_in_no_programme_and_another_may_link_what_was_theirs()
{
    let street = Box::pin(Street::new()).await;
    let (world, store) = (&street.world, street.world.store());
    let engaged = store.engaged(&street.ana.id).await.unwrap().unwrap();
    assert_eq!(engaged.account, account());
    settle(world, &App::new(&world.context()), &street.ana).await;
    assert_eq!(store.engaged(&street.ana.id).await.unwrap(), None);
    let items = street.items().await;
    let state = items
        .iter()
        .find(|item| keys::Key::of(item) == Some(keys::account_state(&account())));
    assert!(!state.unwrap().contains_key("programmes"));
    let known = store.accounts_after(None, 10).await.unwrap();
    assert_eq!(known, [account()]);

    let now = world.now();
    let told = Told {
        id: "7".to_owned(),
        name: "Makes".to_owned(),
        handle: SocialHandle::parse("ana_makes").unwrap(),
        audience: None,
    };
    let ben = harness::user("ben");
    let returned = Returned {
        user: ben.clone(),
        account: Linked::signed_in(Network::Facebook, told, now),
    };
    store.note_returned("beef", &returned, now).await.unwrap();
    let link = store.link_returned(&ben, "beef", &returned.account, None, now);
    link.await.unwrap();
}
