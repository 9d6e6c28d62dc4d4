//! Many writes at once, without conditions; what was left unprocessed is written again.

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use futures::{StreamExt, TryStreamExt, stream};

use super::{ATTEMPTS, Item, PARALLEL_BATCHES, Table, pause};
use crate::{aws::classify, error::Error};

/// BatchWriteItem takes at most this many writes.
const WRITE_BATCH: usize = 25;

impl Table {
    /// Puts many items, overwriting; what comes back unprocessed is written again until nothing does.
    pub(crate) async fn put_all(&self, items: Vec<Item>) -> Result<(), Error> {
        let batches = items
            .chunks(WRITE_BATCH)
            .map(<[Item]>::to_vec)
            .collect::<Vec<_>>();
        stream::iter(batches)
            .map(|batch| self.put_batch(batch))
            .buffer_unordered(PARALLEL_BATCHES)
            .try_collect::<()>()
            .await
    }

    async fn put_batch(&self, items: Vec<Item>) -> Result<(), Error> {
        let mut writes = Vec::with_capacity(items.len());
        for item in items {
            let put = PutRequest::builder()
                .set_item(Some(item))
                .build()
                .map_err(Error::internal)?;
            writes.push(WriteRequest::builder().put_request(put).build());
        }
        for attempt in 0..ATTEMPTS {
            let answer = self
                .client
                .batch_write_item()
                .request_items(&self.name, std::mem::take(&mut writes))
                .send()
                .await
                .map_err(classify)?;
            writes = answer
                .unprocessed_items
                .into_iter()
                .flatten()
                .flat_map(|(_, left)| left)
                .collect();
            if writes.is_empty() {
                return Ok(());
            }
            pause(attempt).await;
        }
        Err(Error::unavailable(
            "writes were left unprocessed after every retry",
        ))
    }
}
