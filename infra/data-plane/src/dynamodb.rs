//! DynamoDB: the template's table, its stream, and the expiry of its items.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};
use dynoxide::actions::describe_table::DescribeTableRequest;
use dynoxide::actions::get_records::GetRecordsRequest;
use dynoxide::actions::get_shard_iterator::GetShardIteratorRequest;
use dynoxide::{Database, streams};
use serde::Deserialize;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::contention::{self, Contention};
use crate::serve::Service;
use crate::template::Table;

/// Without this index every write reads the whole stream to find its sequence number.
const STREAM_INDEX: &str = "CREATE INDEX IF NOT EXISTS _stream_records_by_sequence
    ON _stream_records (table_name, CAST(sequence_number AS INTEGER))";
/// What the engine adds to a stored sequence number to make the one it shows.
const SEQUENCE_OFFSET: i128 = 100_000_000_000_000_000_000;
/// Rows of the stream removed in one go, so that writers wait a few milliseconds at most.
const TRIM_PAGE: usize = 1_000;

/// What the table is kept in, in a data directory.
const FILE: &str = "dynamodb.sqlite";

/// Whether a data directory has a table.
pub fn has_table(dir: &Path) -> bool {
    dir.join(FILE).exists()
}

/// The table, asked directly rather than through its port.
#[derive(Clone)]
pub struct Tables {
    database: Database,
    table: Table,
    stream: Option<String>,
    file: Option<PathBuf>,
}

/// A record of the stream.
#[derive(Debug, Clone)]
pub struct StreamRecord {
    /// Its place: 21 digits, in string order.
    pub sequence: String,
    /// The record as a function gets it in an event's `Records`.
    pub record: Value,
}

impl Tables {
    /// Up to `limit` (≤ 1000) records after a sequence number, or from the first on; oldest first.
    ///
    /// # Errors
    /// The table has no stream, or the engine failed.
    pub fn records_after(&self, sequence: Option<&str>, limit: usize) -> Result<Vec<StreamRecord>> {
        let stream = self.stream.clone().context("the table has no stream")?;
        let iterator = self.database.get_shard_iterator(GetShardIteratorRequest {
            stream_arn: stream.clone(),
            shard_id: streams::shard_id(&self.table.name),
            shard_iterator_type: if sequence.is_some() {
                "AFTER_SEQUENCE_NUMBER"
            } else {
                "TRIM_HORIZON"
            }
            .to_owned(),
            sequence_number: sequence.map(str::to_owned),
        })?;
        let page = self.database.get_records(GetRecordsRequest {
            shard_iterator: iterator.shard_iterator.unwrap_or_default(),
            limit: Some(limit),
        })?;
        let records = page.records.into_iter().map(|record| {
            let sequence = record.dynamodb.sequence_number.clone();
            let mut record = serde_json::to_value(record)?;
            record["awsRegion"] = json!(crate::REGION);
            record["eventSourceARN"] = json!(stream);
            Ok(StreamRecord { sequence, record })
        });
        records.collect()
    }

    /// Answers a call as the engine does over its port, with its status, in no time: of those that the functions make at
    /// single items and collections.
    ///
    /// # Errors
    /// The request cannot be read, or is another.
    pub fn answer(&self, operation: &str, body: &[u8]) -> Result<(u16, String)> {
        fn read<'b, T: Deserialize<'b>>(body: &'b [u8]) -> Result<T> {
            Ok(serde_json::from_slice(body)?)
        }
        fn told<T: serde::Serialize>(answer: dynoxide::Result<T>) -> Result<(u16, String)> {
            Ok(match answer {
                Ok(answer) => (200, serde_json::to_string(&answer)?),
                Err(error) => (error.status_code(), error.to_json()),
            })
        }
        match operation {
            "GetItem" => told(self.database.get_item(read(body)?)),
            "Query" => told(self.database.query(read(body)?)),
            "UpdateItem" => told(self.database.update_item(read(body)?)),
            "TransactWriteItems" => told(self.database.transact_write_items(read(body)?)),
            other => anyhow::bail!("{other} is not answered so"),
        }
    }

    /// Forgets the stream's records before a sequence number, which is kept itself, so that
    /// numbers go on from it. Nothing to do for a table in memory.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn trim_stream(&self, before: &str) -> Result<()> {
        let Some(file) = &self.file else {
            return Ok(());
        };
        let stored = i64::try_from(before.parse::<i128>()? - SEQUENCE_OFFSET)?;
        let connection = rusqlite::Connection::open(file)?;
        let statement = "DELETE FROM _stream_records WHERE id IN (SELECT id FROM _stream_records
            WHERE table_name = ?1 AND CAST(sequence_number AS INTEGER) < ?2 LIMIT ?3)";
        let page = i64::try_from(TRIM_PAGE)?;
        loop {
            let gone =
                connection.execute(statement, rusqlite::params![self.table.name, stored, page])?;
            if gone < TRIM_PAGE {
                return Ok(());
            }
        }
    }

    /// Removes what has expired at `now` (seconds since 1970), and says how many items.
    /// An item that expired by the system's clock is removed as the service itself would;
    /// one that only a turned clock calls expired is a plain removal in the stream.
    ///
    /// # Errors
    /// The engine failed.
    pub fn sweep_expired(&self, now: i64) -> Result<usize> {
        let Some(attribute) = &self.table.ttl_attribute else {
            return Ok(0);
        };
        let mut gone = self.database.sweep_ttl()?;
        let mut start: Option<Value> = None;
        loop {
            let mut scan = json!({
                "TableName": self.table.name,
                "FilterExpression": "#ttl <= :now",
                "ExpressionAttributeNames": {"#ttl": attribute},
                "ExpressionAttributeValues": {":now": {"N": now.to_string()}},
            });
            if let Some(start) = start.take() {
                scan["ExclusiveStartKey"] = start;
            }
            let page = serde_json::to_value(self.database.scan(Deserialize::deserialize(scan)?)?)?;
            for item in page["Items"].as_array().into_iter().flatten() {
                gone += usize::from(self.remove_expired(item, attribute)?);
            }
            match page.get("LastEvaluatedKey") {
                Some(key) => start = Some(key.clone()),
                None => return Ok(gone),
            }
        }
    }

    /// Removes an item unless its expiry was moved since it was read.
    fn remove_expired(&self, item: &Value, attribute: &str) -> Result<bool> {
        let mut key = serde_json::Map::new();
        for name in [
            Some(&self.table.partition_key),
            self.table.sort_key.as_ref(),
        ] {
            key.extend(name.map(|name| (name.clone(), item[name].clone())));
        }
        let request = json!({
            "TableName": self.table.name,
            "Key": key,
            "ConditionExpression": "#ttl = :seen",
            "ExpressionAttributeNames": {"#ttl": attribute},
            "ExpressionAttributeValues": {":seen": item[attribute]},
        });
        match self
            .database
            .delete_item(Deserialize::deserialize(request)?)
        {
            Ok(_) => Ok(true),
            Err(dynoxide::DynoxideError::ConditionalCheckFailedException(..)) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }
}

/// Starts DynamoDB with the table in `dir`, or in memory; gives the port and the table.
pub(crate) fn start(
    table: Table,
    dir: Option<&Path>,
    port: u16,
    contention: Option<Contention>,
) -> Result<(Service, (u16, Tables))> {
    let (database, file) = match dir {
        Some(dir) => {
            let file = dir.join(FILE);
            (open(&table, &file)?, Some(file))
        }
        None => (copy_of_empty(&table)?, None),
    };
    let described = database.describe_table(DescribeTableRequest {
        table_name: table.name.clone(),
    })?;
    let tables = Tables {
        database: database.clone(),
        stream: described.table.latest_stream_arn,
        table,
        file,
    };
    Service::start("dynamodb", port, move |listener| {
        Box::pin(async move {
            let port = listener.local_addr()?.port();
            let Some(contention) = contention else {
                return Ok(((port, tables), Box::pin(engine(listener, database)) as _));
            };
            let behind = TcpListener::bind(("127.0.0.1", 0)).await?;
            let engine_port = behind.local_addr()?.port();
            let table = tables.table.clone();
            let front = async move {
                let front = contention::serve(contention, &table, listener, engine_port);
                if let Err(error) = front.await {
                    tracing::error!(%error, "what stands in front of DynamoDB stopped");
                }
            };
            let both = async move {
                tokio::join!(engine(behind, database), front);
            };
            Ok(((port, tables), Box::pin(both) as _))
        })
    })
}

async fn engine(listener: TcpListener, database: Database) {
    let never = std::future::pending();
    if let Err(error) = dynoxide::server::serve_with_shutdown(listener, database, never).await {
        tracing::error!(error, "DynamoDB stopped");
    }
}

/// Opens the file and makes the table in it, unless it is there. Writes are not forced to the
/// disk one by one: they outlive a killed process, though not a power cut. The engine's other setting, for
/// bulk loads, would keep 64 MB of pages and map 256 MB of the file: memory would grow with each write.
fn open(table: &Table, file: &Path) -> Result<Database> {
    let path = file.to_str().context("the path is not UTF-8")?;
    let database = Database::new(path)?;
    database.disable_bulk_loading()?;
    let names = serde_json::to_value(database.list_tables(Default::default())?)?;
    let made = names["TableNames"].as_array().into_iter().flatten();
    if !made.into_iter().any(|name| name == table.name.as_str()) {
        create(&database, table)?;
    }
    rusqlite::Connection::open(file)?.execute_batch(STREAM_INDEX)?;
    Ok(database)
}

fn create(database: &Database, table: &Table) -> Result<()> {
    let mut request = serde_json::Map::new();
    for name in [
        "AttributeDefinitions",
        "KeySchema",
        "GlobalSecondaryIndexes",
        "LocalSecondaryIndexes",
    ] {
        request.extend(
            table
                .properties
                .get(name)
                .map(|value| (name.to_owned(), value.clone())),
        );
    }
    request.insert("TableName".to_owned(), json!(table.name));
    request.insert("BillingMode".to_owned(), json!("PAY_PER_REQUEST"));
    if let Some(view) = &table.stream_view {
        let stream = json!({"StreamEnabled": true, "StreamViewType": view});
        request.insert("StreamSpecification".to_owned(), stream);
    }
    database.create_table(Deserialize::deserialize(Value::Object(request))?)?;
    if let Some(attribute) = &table.ttl_attribute {
        let request = json!({
            "TableName": table.name,
            "TimeToLiveSpecification": {"AttributeName": attribute, "Enabled": true},
        });
        database.update_time_to_live(Deserialize::deserialize(request)?)?;
    }
    Ok(())
}

/// A database in memory that begins as a copy of an empty one, made once a process for each
/// table: the engine lets no one add an index in memory.
fn copy_of_empty(table: &Table) -> Result<Database> {
    static EMPTY: Mutex<Option<(TempDir, HashMap<String, PathBuf>)>> = Mutex::new(None);
    let mut empty = EMPTY.lock().unwrap_or_else(PoisonError::into_inner);
    let (dir, files) = match &mut *empty {
        Some(empty) => empty,
        none @ None => none.insert((tempfile::tempdir()?, HashMap::new())),
    };
    let shape = format!(
        "{} {:?} {}",
        table.name, table.ttl_attribute, table.properties
    );
    let file = match files.get(&shape) {
        Some(file) => file,
        None => {
            let file = dir.path().join(format!("{}.sqlite", files.len()));
            drop(open(table, &file)?);
            let connection = rusqlite::Connection::open(&file)?;
            connection.pragma_update(None, "journal_mode", "DELETE")?;
            files.entry(shape).or_insert(file)
        }
    };
    let database = Database::memory()?;
    database.restore_from(file.to_str().context("the path is not UTF-8")?)?;
    Ok(database)
}
