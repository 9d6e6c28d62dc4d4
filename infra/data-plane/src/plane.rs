//! The whole plane: three services, started together from one template.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig};
use aws_sdk_s3::config::{Credentials, SharedCredentialsProvider};
use aws_types::service_config::{LoadServiceConfig, ServiceConfigKey};
use tempfile::TempDir;

use crate::contention::Contention;
use crate::dynamodb::{self, Tables};
use crate::journal::Journal;
use crate::serve::Service;
use crate::sqs::{self, Queues};
use crate::taken::Taken;
use crate::{Template, s3};

/// How to start a [`DataPlane`].
#[derive(Debug, Clone)]
pub struct Options {
    /// What is to be made.
    pub template: Template,
    /// Where table and objects are kept; `None` for memory and a folder that goes with the plane.
    pub data_dir: Option<PathBuf>,
    /// The loopback ports.
    pub ports: Ports,
    /// How unkind the table is; `None` for an engine to which nothing ever comes too fast or at once.
    pub contention: Option<Contention>,
}

impl Options {
    /// Nothing kept, any free ports: what a test wants.
    pub fn ephemeral(template: Template) -> Self {
        Self {
            template,
            data_dir: None,
            ports: Ports::default(),
            contention: None,
        }
    }
}

/// The loopback ports of the services; 0 for any that is free.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ports {
    /// DynamoDB and its streams.
    pub dynamodb: u16,
    /// S3.
    pub s3: u16,
    /// SQS.
    pub sqs: u16,
}

/// Where the services are, as `http://127.0.0.1:port`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoints {
    /// DynamoDB and its streams.
    pub dynamodb: String,
    /// S3, addressed by path.
    pub s3: String,
    /// SQS.
    pub sqs: String,
}

impl Endpoints {
    /// The environment by which an SDK finds the services.
    pub fn environment(&self) -> [(&'static str, &str); 7] {
        [
            ("AWS_ENDPOINT_URL_DYNAMODB", &self.dynamodb),
            ("AWS_ENDPOINT_URL_DYNAMODB_STREAMS", &self.dynamodb),
            ("AWS_ENDPOINT_URL_S3", &self.s3),
            ("AWS_ENDPOINT_URL_SQS", &self.sqs),
            ("AWS_REGION", crate::REGION),
            ("AWS_ACCESS_KEY_ID", crate::ACCESS_KEY),
            ("AWS_SECRET_ACCESS_KEY", crate::SECRET_KEY),
        ]
    }
}

impl LoadServiceConfig for Endpoints {
    fn load_config(&self, key: ServiceConfigKey<'_>) -> Option<String> {
        if key.env() != "AWS_ENDPOINT_URL" {
            return None;
        }
        match key.service_id() {
            "DynamoDB" | "DynamoDB Streams" => Some(self.dynamodb.clone()),
            "S3" => Some(self.s3.clone()),
            "SQS" => Some(self.sqs.clone()),
            _ => None,
        }
    }
}

/// DynamoDB, S3 and SQS with the template's table, buckets and queues in them. Dropping it
/// stops it at once, as a killed process would.
pub struct DataPlane {
    endpoints: Endpoints,
    template: Template,
    table: String,
    bucket: String,
    tables: Tables,
    queues: Queues,
    contended: bool,
    journal: Arc<Journal>,
    /// Last, and in this order, since the services use the folder until they are stopped.
    services: Vec<Service>,
    _folder: Option<TempDir>,
}

impl DataPlane {
    /// Starts the services and makes what the template declares. With a data directory that was
    /// used before, objects that were not worked off then are told to their queues again.
    ///
    /// # Errors
    /// The template is incomplete, a port is taken, or the directory cannot be used.
    pub async fn start(options: Options) -> Result<Self> {
        let Options {
            template,
            data_dir,
            ports,
            contention,
        } = options;
        if let Some(dir) = &data_dir {
            std::fs::create_dir_all(dir).with_context(|| format!("{}", dir.display()))?;
        }
        let table = template.table()?;
        let (name, buckets) = (table.name.clone(), template.buckets());
        let bucket = buckets
            .first()
            .context("the template has no bucket")?
            .name
            .clone();
        let folder = data_dir.is_none().then(tempfile::tempdir).transpose()?;
        let root = match (&data_dir, &folder) {
            (Some(dir), _) => dir.join("s3"),
            (None, Some(folder)) => folder.path().to_owned(),
            (None, None) => anyhow::bail!("no folder for objects"),
        };
        std::fs::create_dir_all(&root)?;
        let contended = contention.is_some();
        let (dynamodb, (dynamodb_port, tables)) =
            dynamodb::start(table, data_dir.as_deref(), ports.dynamodb, contention)?;
        let taken = Taken::open(data_dir.as_ref().map(|dir| dir.join("taken")))?;
        let (sqs, (sqs_port, queues)) = sqs::start(template.queues()?, ports.sqs, taken)?;
        let (journal, left) = Journal::open(data_dir.map(|dir| dir.join("told")))?;
        for (owner, key) in left {
            let owner = buckets.iter().find(|bucket| bucket.name == owner);
            let told = owner.filter(|owner| root.join(&owner.name).join(&key).is_file());
            if let Some(owner) = told {
                s3::tell(&queues, &root, owner, &key, "ObjectCreated:Put").await?;
            }
        }
        let journal = Arc::new(journal);
        let (s3, s3_port) = s3::start(
            buckets,
            root,
            queues.clone(),
            Arc::clone(&journal),
            ports.s3,
        )?;
        let address = |port: u16| format!("http://127.0.0.1:{port}");
        Ok(Self {
            endpoints: Endpoints {
                dynamodb: address(dynamodb_port),
                s3: address(s3_port),
                sqs: address(sqs_port),
            },
            template,
            table: name,
            bucket,
            tables,
            queues,
            contended,
            journal,
            services: vec![s3, sqs, dynamodb],
            _folder: folder,
        })
    }

    /// Where the services are.
    pub fn endpoints(&self) -> &Endpoints {
        &self.endpoints
    }

    /// What was made.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// The table's name.
    pub fn table(&self) -> &str {
        &self.table
    }

    /// The bucket's name.
    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// Whether the table refuses writes that meet, as the real one does.
    pub fn is_contended(&self) -> bool {
        self.contended
    }

    /// A queue's address, by its logical id.
    ///
    /// # Errors
    /// The template has no such queue.
    pub fn queue_url(&self, logical_id: &str) -> Result<String> {
        let url = self.queues.url(logical_id);
        Ok(url
            .with_context(|| format!("the template has no queue {logical_id}"))?
            .to_owned())
    }

    /// The variables of the template's functions that name what was made here, table, bucket and
    /// queues, and those that have a default.
    pub fn settings(&self) -> BTreeMap<String, String> {
        let functions = self.template.functions().into_iter().flatten();
        let named = functions.flat_map(|function| function.environment);
        let made = named.filter_map(|(name, value)| {
            let id = value["Ref"].as_str()?;
            if let Some(default) = self.template.default_of(id) {
                return Some((name, default));
            }
            let made = match self.template.resource(id)["Type"].as_str()? {
                "AWS::DynamoDB::Table" => self.table.clone(),
                "AWS::S3::Bucket" => self.bucket.clone(),
                "AWS::SQS::Queue" => self.queues.url(id)?.to_owned(),
                _ => return None,
            };
            Some((name, made))
        });
        made.collect()
    }

    /// The table and its stream, asked directly.
    pub fn tables(&self) -> &Tables {
        &self.tables
    }

    /// The queues, asked directly.
    pub fn queues(&self) -> &Queues {
        &self.queues
    }

    /// The objects told to queues so far and not [settled](Self::settle_objects).
    pub fn told_objects(&self) -> Vec<u64> {
        self.journal.told_so_far()
    }

    /// These objects are worked off: they are not told again at the next start.
    pub fn settle_objects(&self, told: &[u64]) {
        self.journal.settle(told);
    }

    /// What SDK clients of these services are built from: fixed credentials, standard retries,
    /// an HTTP client of its own without TLS. S3 must be addressed by path.
    pub fn sdk_config(&self) -> SdkConfig {
        let credentials =
            Credentials::new(crate::ACCESS_KEY, crate::SECRET_KEY, None, None, "local");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::from_static(crate::REGION))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .retry_config(RetryConfig::standard())
            .http_client(aws_smithy_http_client::Builder::new().build_http())
            .service_config(self.endpoints.clone())
            .build()
    }

    /// Stops the services and waits until they have let go of their files.
    pub fn stop(mut self) {
        self.services.clear();
    }
}
