//! Two versions of a file, of which the newer overtakes the older: wherever either stands then.

use aws_lambda_events::sqs::SqsBatchResponse;
use catalogue::{App, handle};
use domain::{catalogue::product::Availability, ids::ProductId};
use harness::{Faults, World, sqs_event};
use shared::bucket::Bucket;

use crate::{arrival, availability, feed};

/// One of many cases in one world: two versions of a file of its own, of which the older names
/// another product besides.
struct Case<'w> {
    world: &'w World,
    name: String,
}

impl Case<'_> {
    fn file(&self) -> String {
        format!("catalogue/{}.tsv", self.name)
    }

    fn stays(&self) -> String {
        format!("A{}", self.name)
    }

    fn goes(&self) -> String {
        format!("X{}", self.name)
    }

    /// The store drops the older version; what is told of it.
    async fn drop_older(&self) -> Vec<String> {
        self.drop_file(&[self.stays(), self.goes()], 0).await
    }

    /// The store drops the newer version; what is told of it.
    async fn drop_newer(&self) -> Vec<String> {
        self.drop_file(&[self.stays()], 1).await
    }

    async fn drop_file(&self, ids: &[String], minute: i64) -> Vec<String> {
        let (key, file) = (self.file(), feed(ids).into_bytes());
        self.world.put_object(&key, "text/plain", file).await;
        vec![arrival(&key, minute)]
    }

    /// A worker of its own on messages of a slice each.
    async fn work(&self, faults: &Faults, bodies: Vec<String>) -> SqsBatchResponse {
        let app = App::new(&faults.attach(&self.world.context()));
        handle(&app, sqs_event(&bodies)).await
    }

    /// A worker that nothing happens to.
    async fn work_off(&self, bodies: Vec<String>) {
        let answer = handle(&App::new(&self.world.context()), sqs_event(&bodies)).await;
        assert!(answer.batch_item_failures.is_empty(), "{answer:?}");
    }

    async fn assert_newer_holds(&self) {
        let stays = availability(self.world, &self.stays()).await;
        assert_eq!(stays, Availability::InStock, "{}", self.name);
        let goes = ProductId::parse(&self.goes()).unwrap();
        let found = self.world.store().product(&goes).await.unwrap();
        let gone = found.is_none_or(|(found, _)| found.availability == Availability::Gone);
        assert!(gone, "{}", self.name);
    }
}

#[tokio::test]
async fn what_a_worker_wrote_of_an_overtaken_version_goes_also_when_it_dies_over_it() {
    let world = World::new().await;
    for before in 0.. {
        let mut ended = false;
        for more in (0..).step_by(3) {
            let name = format!("{before}-{more}");
            let case = Case {
                world: &world,
                name,
            };
            let old = case.drop_older().await;
            let faults = Faults::held_after(before);
            let mut worker = Box::pin(case.work(&faults, old.clone()));
            ended = faults.run(&mut worker).await.is_some();
            let new = case.drop_newer().await;
            case.work_off(new).await;
            faults.go_on(more);
            let lived = ended || faults.run(&mut worker).await.is_some();
            drop(worker);
            case.work_off(old).await;
            case.assert_newer_holds().await;
            if lived {
                break;
            }
        }
        if ended {
            assert!(before > 10, "{before}");
            break;
        }
    }
    world.receive_all("catalogue").await;
}

#[tokio::test]
async fn of_two_versions_taken_over_at_the_same_time_the_newer_holds() {
    let world = World::new().await;
    for before in (0..).step_by(2) {
        let mut old_ended = false;
        for between in (0..).step_by(4) {
            let name = format!("{before}-{between}");
            let case = Case {
                world: &world,
                name,
            };
            let (old_faults, new_faults) =
                (Faults::held_after(before), Faults::held_after(between));
            let old = case.drop_older().await;
            let mut old_worker = Box::pin(case.work(&old_faults, old.clone()));
            old_ended = old_faults.run(&mut old_worker).await.is_some();
            let new = case.drop_newer().await;
            let mut new_worker = Box::pin(case.work(&new_faults, new.clone()));
            let new_ended = new_faults.run(&mut new_worker).await.is_some();
            let mut failed = Vec::new();
            old_faults.go_on(usize::MAX);
            if !old_ended && !old_worker.await.batch_item_failures.is_empty() {
                failed.extend(old);
            }
            new_faults.go_on(usize::MAX);
            if !new_ended && !new_worker.await.batch_item_failures.is_empty() {
                failed.extend(new);
            }
            case.work_off(failed).await;
            case.assert_newer_holds().await;
            if new_ended {
                assert!(between > 10, "{between}");
                break;
            }
        }
        if old_ended {
            break;
        }
    }
    world.receive_all("catalogue").await;
}

#[tokio::test]
async fn of_many_who_write_over_what_they_read_one_does() {
    let world = World::new().await;
    let context = world.context();
    let bucket = Bucket::new(context.s3(), context.config.bucket());
    let key = "catalogue-state/x/current";
    for round in 0..3 {
        let read = bucket.read_tagged::<u32>(key).await.unwrap();
        assert_eq!(read.is_some(), round > 0);
        let tag = read.and_then(|(_, tag)| tag);
        let values: Vec<u32> = (0..16).map(|writer| 100 * round + writer).collect();
        let write = |value| bucket.write_over(key, value, tag.clone());
        let writes = values.iter().map(write);
        let wrote = futures::future::try_join_all(writes).await.unwrap();
        let winners: Vec<_> = values
            .iter()
            .zip(wrote)
            .filter(|(_, wrote)| *wrote)
            .collect();
        assert_eq!(winners.len(), 1, "{winners:?}");
        let lies = bucket.read::<u32>(key).await.unwrap();
        assert_eq!(lies.as_ref(), Some(winners[0].0));
    }
}
