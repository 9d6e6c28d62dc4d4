//! Many writes at once, without conditions; what was left unprocessed is written again.

use aws_sdk_dynamodb::types::{PutRequest, WriteRequest};
use futures::{StreamExt, TryStreamExt, stream};

use super::{Item, PARALLEL_BATCHES, Table};
use crate::{
    aws::{Tries, call, classify, is_transient},
    error::Error,
};

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
        let mut tries = Tries::new();
        loop {
            let request = self.client.batch_write_item();
            let request = request.request_items(&self.name, std::mem::take(&mut writes));
            let answer = call(|| request.clone().send(), is_transient).await;
            let unprocessed = answer.map_err(classify)?.unprocessed_items;
            let left = unprocessed.into_iter().flatten();
            writes.extend(left.flat_map(|(_, left)| left));
            if writes.is_empty() {
                return Ok(());
            }
            tries.after("writes were left unprocessed").await?;
        }
    }
}
