//! What is remembered of an import in the bucket: each slice once it is taken over, and which
//! files' products are in the catalogue.
//!
//! `catalogue-state/<file>/<version>/<part>`, `catalogue-state/<file>/retiring` and
//! `catalogue-state/<file>/current`, where file and version are digests: a name may be of any length.

use aws_sdk_s3::operation::get_object::GetObjectOutput;
use domain::catalogue::report::Tally;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use shared::{error::Error, queue::messages::StoreFile, store::classify::classify};

use crate::{App, feed::Place};

/// A slice of a file that was taken over.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Part {
    pub tally: Tally,
    /// Where the next slice begins.
    pub offset: u64,
    pub line: u64,
    /// Whether it was the last.
    pub ended: bool,
    /// Whether the file seems to end before its end.
    pub cut_off: bool,
    /// The products that it names, on good lines and bad.
    pub ids: Vec<String>,
    /// Whether they are in the table; noted before with `false`, so that none is there unknown.
    pub written: bool,
}

impl Part {
    /// Nothing yet, from there on.
    pub(crate) fn at(place: Place) -> Self {
        Self {
            tally: Tally::default(),
            offset: place.offset,
            line: place.line,
            ended: false,
            cut_off: false,
            ids: Vec::new(),
            written: false,
        }
    }
}

/// How far a file has come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Current {
    /// When the latest version arrived that was taken over as a whole.
    pub at: Timestamp,
    /// Whether it was not believed for naming too few products.
    pub doubted: bool,
}

fn hex(bytes: &[u8], digits: usize) -> String {
    let digest = Sha256::digest(bytes);
    let text: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    text[..digits].to_owned()
}

/// What the names of versions that arrived then begin with.
fn arrived(at: Timestamp) -> String {
    format!("{:014}", at.as_millisecond())
}

/// A version's name, which sorts by when it arrived.
pub(crate) fn version(file: &StoreFile) -> String {
    let etag = hex(file.etag.as_bytes(), 8);
    format!("{}-{etag}", arrived(file.at))
}

/// What a file's report is named by.
pub(crate) fn report_id(file: &StoreFile) -> String {
    hex(format!("{}\0{}", file.key, version(file)).as_bytes(), 26)
}

fn folder(file: &StoreFile) -> String {
    format!("catalogue-state/{}", hex(file.key.as_bytes(), 32))
}

/// Where a slice of a file is noted.
pub(crate) fn part_key(file: &StoreFile, part: u32) -> String {
    format!("{}/{}/{part:05}", folder(file), version(file))
}

fn current_key(file: &StoreFile) -> String {
    format!("{}/current", folder(file))
}

fn retiring_key(file: &StoreFile) -> String {
    format!("{}/retiring", folder(file))
}

impl App {
    /// An object, from this byte on; `None` where there is none.
    pub(crate) async fn open(
        &self,
        key: &str,
        range: Option<String>,
    ) -> Result<Option<GetObjectOutput>, Error> {
        let get = self.s3.get_object().bucket(&self.bucket).key(key);
        match get.set_range(range).send().await {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.as_service_error().is_some_and(|e| e.is_no_such_key()) => Ok(None),
            Err(error) => Err(classify(error)),
        }
    }

    async fn read<T: DeserializeOwned>(&self, key: &str) -> Result<Option<T>, Error> {
        let Some(object) = self.open(key, None).await? else {
            return Ok(None);
        };
        let body = object.body.collect().await.map_err(Error::unavailable)?;
        serde_json::from_slice(&body.into_bytes()).map_err(Error::internal)
    }

    pub(crate) async fn write<T: Serialize>(&self, key: &str, value: &T) -> Result<(), Error> {
        let body = serde_json::to_vec_pretty(value).map_err(Error::internal)?;
        let put = self.s3.put_object().bucket(&self.bucket).key(key);
        let put = put.content_type("application/json").body(body.into());
        put.send().await.map_err(classify)?;
        Ok(())
    }

    /// A slice, if it was taken over.
    pub(crate) async fn part(&self, key: &str) -> Result<Option<Part>, Error> {
        self.read(key).await
    }

    /// A slice that was taken over before what follows was asked for.
    pub(crate) async fn known_part(&self, key: &str) -> Result<Part, Error> {
        let found = self.part(key).await?;
        found.ok_or_else(|| Error::internal(format!("{key} is lost")))
    }

    /// The products that a slice of an earlier version names; none, once it has forgotten itself.
    pub(crate) async fn named_earlier(&self, key: &str) -> Result<Vec<String>, Error> {
        Ok(self.part(key).await?.map_or_else(Vec::new, |part| part.ids))
    }

    /// Notes that a slice was taken over.
    pub(crate) async fn put_part(
        &self,
        file: &StoreFile,
        part: u32,
        done: &Part,
    ) -> Result<(), Error> {
        self.write(&part_key(file, part), done).await
    }

    pub(crate) async fn current(&self, file: &StoreFile) -> Result<Option<Current>, Error> {
        self.read(&current_key(file)).await
    }

    pub(crate) async fn put_current(
        &self,
        file: &StoreFile,
        current: &Current,
    ) -> Result<(), Error> {
        self.write(&current_key(file), current).await
    }

    /// When the latest version arrived that retires what it does not name, or did.
    pub(crate) async fn retiring(&self, file: &StoreFile) -> Result<Option<Timestamp>, Error> {
        self.read(&retiring_key(file)).await
    }

    /// Notes that this version is about to retire, unless a newer one is.
    pub(crate) async fn put_retiring(&self, file: &StoreFile) -> Result<(), Error> {
        match self.retiring(file).await? {
            Some(at) if at >= file.at => Ok(()),
            Some(_) | None => self.write(&retiring_key(file), &file.at).await,
        }
    }

    /// The keys of the slices of this version and of those that arrived before it, the oldest first.
    /// One of the same moment is none of them: of what it wrote nothing is older than this.
    async fn parts(&self, file: &StoreFile) -> Result<Vec<String>, Error> {
        let own = version(file);
        let arrived = arrived(file.at);
        let mut parts = self.listed(&format!("{}/", folder(file))).await?;
        parts.retain(|key| version_of(key).is_some_and(|found| found == own || *found < *arrived));
        parts.sort();
        Ok(parts)
    }

    /// All keys that begin so.
    async fn listed(&self, prefix: &str) -> Result<Vec<String>, Error> {
        let (mut keys, mut after) = (Vec::new(), None);
        loop {
            let list = self.s3.list_objects_v2().bucket(&self.bucket);
            let list = list.prefix(prefix).set_start_after(after);
            let page = list.send().await.map_err(classify)?;
            let found = page.contents.into_iter().flatten();
            keys.extend(found.filter_map(|object| object.key));
            if page.is_truncated != Some(true) {
                return Ok(keys);
            }
            after = keys.last().cloned();
        }
    }

    /// The keys of the slices of earlier versions whose products may not all be retired.
    pub(crate) async fn earlier_parts(&self, file: &StoreFile) -> Result<Vec<String>, Error> {
        let own = version(file);
        let mut parts = self.parts(file).await?;
        parts.retain(|key| version_of(key) != Some(&own));
        Ok(parts)
    }

    /// Forgets the slices of all versions up to this one, save the oldest `first`, the newest
    /// `last`, and those still being written: of versions that arrived after the one taken over
    /// before, which their messages look after.
    pub(crate) async fn forget(
        &self,
        file: &StoreFile,
        first: usize,
        last: usize,
        since: Option<Timestamp>,
    ) -> Result<(), Error> {
        let parts = self.parts(file).await?;
        let mut versions: Vec<_> = parts.iter().filter_map(|key| version_of(key)).collect();
        versions.dedup();
        versions.truncate(versions.len().saturating_sub(last));
        versions.drain(..first.min(versions.len()));
        let stale = parts
            .iter()
            .filter(|key| version_of(key).is_some_and(|version| versions.contains(&version)));
        let since = since.map(|at| arrived(at) + "~");
        for key in stale {
            let overtaken = since.as_deref() < version_of(key);
            let begun = overtaken && self.part(key).await?.is_some_and(|part| !part.written);
            if !begun {
                self.forget_part(key).await?;
            }
        }
        Ok(())
    }

    /// The slices being written of what arrived at that time. Who was told of it first knew another
    /// entity tag than who is told again, once a newer version lies in its place.
    pub(crate) async fn begun(&self, file: &StoreFile) -> Result<Vec<(String, Part)>, Error> {
        let folder = format!("{}/{}-", folder(file), arrived(file.at));
        let mut begun = Vec::new();
        for key in self.listed(&folder).await? {
            if let Some(part) = self.part(&key).await?.filter(|part| !part.written) {
                begun.push((key, part));
            }
        }
        Ok(begun)
    }

    /// Forgets a slice.
    pub(crate) async fn forget_part(&self, key: &str) -> Result<(), Error> {
        let delete = self.s3.delete_object().bucket(&self.bucket).key(key);
        delete.send().await.map_err(classify)?;
        Ok(())
    }
}

/// The version that a slice is of.
fn version_of(key: &str) -> Option<&str> {
    let mut names = key.rsplit('/').skip(1);
    names
        .next()
        .filter(|_| names.next().is_some() && key.matches('/').count() == 3)
}
