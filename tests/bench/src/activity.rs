//! What people's streams go by: telling it, seeing it, forgetting it; a stream; and what the worker counts for it.

use anyhow::{Context as _, Result, ensure};
use domain::{
    engagement::{Idea, IdeaList, Visibility},
    feeds::{
        Act, Event, History, PRODUCTS, nudge::NudgeAfter, pairs::Pairs, picks::Shelf, rows::Row,
    },
    ids::{ListId, ProductId},
    posts::topics,
};
use harness::{actor, sqs_event, user};
use serde_json::json;
use shared::{
    queue::messages::{Bought, RollupMessage},
    store::{Putting, Spot},
};

use crate::{
    capacity::Bench,
    reference::{self, PAGE, READER, product},
    report::Budget,
};

/// Products on the shelf.
const SHELVED: usize = 100;
/// Where they are in the catalogue: on none of the reader's topics.
const CATEGORY: &str = "Food, Beverages & Tobacco > Beverages > Coffee";
/// Public lists that hold some of them.
const LISTS: usize = 5;

fn id(text: &str) -> Result<ProductId> {
    ProductId::parse(text).context("a product's id")
}

impl Bench {
    /// Of a history that is full already.
    pub(crate) async fn activity(&mut self) -> Result<()> {
        let (http, now) = (self.serve(feed::router(&self.context)), self.world.now());
        let store = self.world.store();
        let mut history = History::default();
        for n in 0..PRODUCTS {
            let what = Act::Purchase(id(&format!("PRODUCT-{n:04}"))?);
            history
                .take(vec![Event { what, at: now }], now, NudgeAfter::default())
                .ok();
        }
        let kept = store.keep_history(&user(READER), &history, now).await?;
        ensure!(kept, "a first history");
        self.stream().await?;
        self.bought().await?;
        let view =
            |n| json!({"type": "product_view", "product_id": product(n), "at": now.to_string()});
        let call = http.post("/v1/activity");
        let call = call.json(json!({"events": [view(0), view(1)]}));
        let budget = Budget::rounds(2).rcu(3.0).wcu(5.0);
        self.call("POST /v1/activity, 2 products", call, 200, budget)
            .await?;
        for (what, request, status) in [
            ("GET /v1/me/activity", http.get("/v1/me/activity"), 200),
            (
                "DELETE /v1/me/activity",
                http.delete("/v1/me/activity"),
                204,
            ),
        ] {
            self.call(what, request, status, Budget::FREE).await?;
        }
        Ok(())
    }

    /// Of a shelf that the instance has read: no request does.
    async fn stream(&mut self) -> Result<()> {
        let store = self.world.store();
        let topic = topics::work_out([], [CATEGORY]).into_iter().next();
        let (mut rows, mut pairs) = (Vec::new(), Pairs::default());
        let had = (0..PRODUCTS).map(|n| id(&format!("PRODUCT-{n:04}")));
        let had = had.collect::<Result<Vec<_>>>()?;
        pairs.got(self.world.now(), &had);
        for n in 0..SHELVED {
            let shelved = self.world.product(&format!("SHELF-{n:04}"));
            let shelved = shelved.category(CATEGORY).await;
            rows.push(Row::of(&shelved.id, topic.clone(), &shelved.title, &pairs));
        }
        store.put_on_shelf(&Shelf::All, &rows).await?;
        self.save_some().await?;
        let http = self.serve(feed::router(&self.context));
        let interests = reference::topics(8);
        let interests: Vec<_> = interests.iter().map(|topic| topic.as_str()).collect();
        let other = self.world.member("passerby").interests(&interests).await;
        http.get("/v1/stream").token(&other.token).send().await;
        for (name, rcu) in [("cold", 110.0), ("warm", 60.0)] {
            let name = format!("GET /v1/stream, {name}");
            let budget = Budget::rounds(4).rcu(rcu);
            let page = http.get("/v1/stream?limit=20");
            let page = self.call(&name, page, 200, budget).await?.json();
            let items = page["items"].as_array().map(Vec::len).unwrap_or_default();
            ensure!(items == PAGE, "a page of {items}: {page}");
        }
        Ok(())
    }

    /// Public lists of somebody's that hold what is on the shelf.
    async fn save_some(&self) -> Result<()> {
        let (store, now) = (self.world.store(), self.world.now());
        let owner = self.world.member("collector").prime().await.id;
        for n in 0..LISTS {
            let list = ListId(self.world.context().ids.ulid());
            let name = format!("List {n}");
            let list = IdeaList::new(list, owner.clone(), name, Visibility::Public, now);
            let actor = actor(&owner);
            store.create_list(&actor, &list, None, now).await?;
            for thing in (n..SHELVED).step_by(LISTS) {
                let idea = Idea::Product(id(&format!("SHELF-{thing:04}"))?);
                let put = Putting {
                    owner: owner.clone(),
                    list: list.id,
                    idea: idea.clone(),
                    note: None,
                    spot: Spot::End,
                };
                let mut ground = store.ground(&put, true).await?;
                ground.heat = store.savable(&idea).await?;
                store.put_into_list(&actor, &put, ground, now).await?;
                store.tell_of_list((&owner, list.id), &idea, now).await?;
            }
        }
        Ok(())
    }

    /// Somebody of a full history got a product whose counters are full.
    async fn bought(&mut self) -> Result<()> {
        let (store, at) = (self.world.store(), self.world.now());
        let (user, product) = (user(READER), id(&product(0))?);
        let mut pairs = Pairs::default();
        let others = (0..300).map(|n| id(&format!("OTHER-{n:05}")));
        pairs.got(at, &others.collect::<Result<Vec<_>>>()?);
        ensure!(store.keep_pairs(&product, &pairs).await?, "first pairs");
        let app = rollup::App::new(&self.context);
        let bought = RollupMessage::Bought(Bought { user, product, at });
        let event = || Ok::<_, anyhow::Error>(sqs_event(&[serde_json::to_string(&bought)?]));
        // The first one reads the shelf.
        rollup::handle(&app, event()?).await;
        self.meter.take();
        let answer = rollup::handle(&app, event()?).await;
        ensure!(answer.batch_item_failures.is_empty(), "{answer:?}");
        let budget = Budget::FREE.rcu(2.0).wcu(5.0);
        let name = "rollup: somebody got a product, history and counters full";
        self.report.add(name, self.meter.take(), budget);
        Ok(())
    }
}
