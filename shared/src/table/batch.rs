//! Many writes at once, without conditions; what was left unprocessed is written again.

use aws_sdk_dynamodb::types::{DeleteRequest, PutRequest, WriteRequest};
use futures::{StreamExt, TryStreamExt, stream};

use super::{Item, PARALLEL_BATCHES, Table};
use crate::{
    aws::{Tries, call, classify, is_transient},
    error::Error,
    keys::Key,
};

/// BatchWriteItem takes at most this many writes.
const WRITE_BATCH: usize = 25;

impl Table {
    /// Puts many items, overwriting; what comes back unprocessed is written again until nothing does.
    pub(crate) async fn put_all(&self, items: Vec<Item>) -> Result<(), Error> {
        let put = |item| -> Result<_, Error> {
            let put = PutRequest::builder().set_item(Some(item)).build();
            let put = put.map_err(Error::internal)?;
            Ok(WriteRequest::builder().put_request(put).build())
        };
        let writes = items.into_iter().map(put).collect::<Result<Vec<_>, _>>();
        self.write_all(writes?).await
    }

    /// Deletes many items, there or not; likewise.
    pub(crate) async fn delete_all(&self, keys: &[Key]) -> Result<(), Error> {
        let delete = |key: &Key| -> Result<_, Error> {
            let delete = DeleteRequest::builder().set_key(Some(key.attributes()));
            let delete = delete.build().map_err(Error::internal)?;
            Ok(WriteRequest::builder().delete_request(delete).build())
        };
        let writes = keys.iter().map(delete).collect::<Result<Vec<_>, _>>();
        self.write_all(writes?).await
    }

    async fn write_all(&self, writes: Vec<WriteRequest>) -> Result<(), Error> {
        let batches = writes
            .chunks(WRITE_BATCH)
            .map(<[WriteRequest]>::to_vec)
            .collect::<Vec<_>>();
        stream::iter(batches)
            .map(|batch| self.write_batch(batch))
            .buffer_unordered(PARALLEL_BATCHES)
            .try_collect::<()>()
            .await
    }

    async fn write_batch(&self, mut writes: Vec<WriteRequest>) -> Result<(), Error> {
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
