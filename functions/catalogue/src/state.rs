//! What is remembered of an import in the bucket: each slice once it is taken over, and which
//! files' products are in the catalogue.

use domain::catalogue::{file::StoreFile, report::Tally};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use shared::{
    bucket::files::{arrived, current_key, folder, part_key, retiring_key, version, version_of},
    error::Error,
};

use crate::{App, feed::Spot};

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
    /// Records, at most, whose ids could not be read.
    #[serde(default)]
    pub hidden: u64,
    /// Words in those: their ids may be among them.
    #[serde(default)]
    pub hints: Vec<String>,
    /// The ids that were read last before each, empty where it was the first.
    #[serde(default)]
    pub gaps: Vec<String>,
    /// Whether they are in the table; noted before with `false`, so that none is there unknown.
    pub written: bool,
}

impl Part {
    /// What a version counts as naming besides what its own slices do.
    pub(crate) fn naming(ids: Vec<String>) -> Self {
        Self {
            ids,
            written: true,
            ..Self::at(Spot { offset: 0, line: 1 })
        }
    }

    /// Nothing yet, from there on.
    pub(crate) fn at(place: Spot) -> Self {
        Self {
            tally: Tally::default(),
            offset: place.offset,
            line: place.line,
            ended: false,
            cut_off: false,
            ids: Vec::new(),
            hidden: 0,
            hints: Vec::new(),
            gaps: Vec::new(),
            written: false,
        }
    }
}

/// So often what somebody else has replaced meanwhile is looked at again.
const ATTEMPTS: usize = 8;

/// How far a file has come.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Current {
    /// When the latest version arrived that was taken over as a whole.
    pub at: Timestamp,
    /// Whether it was not believed for naming too few products.
    pub doubted: bool,
}

impl App {
    /// A slice, if it was taken over.
    pub(crate) async fn part(&self, key: &str) -> Result<Option<Part>, Error> {
        self.bucket.read(key).await
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
        self.bucket.write(&part_key(file, part), done).await
    }

    pub(crate) async fn current(&self, file: &StoreFile) -> Result<Option<Current>, Error> {
        self.bucket.read(&current_key(file)).await
    }

    /// Notes how far a file has come, unless a newer version has come further.
    pub(crate) async fn put_current(
        &self,
        file: &StoreFile,
        current: &Current,
    ) -> Result<(), Error> {
        let key = current_key(file);
        self.put_newer(&key, current, |current| current.at).await
    }

    /// Replaces what lies at `key`, if it is of an earlier time: by the time of what was read, and
    /// not of what somebody put there meanwhile.
    async fn put_newer<T: Serialize + DeserializeOwned>(
        &self,
        key: &str,
        new: &T,
        at: impl Fn(&T) -> Timestamp,
    ) -> Result<(), Error> {
        for _ in 0..ATTEMPTS {
            let (old, tag) = self.bucket.read_tagged::<T>(key).await?.unzip();
            if old.is_some_and(|old| at(&old) >= at(new)) {
                return Ok(());
            }
            if self.bucket.write_over(key, new, tag.flatten()).await? {
                return Ok(());
            }
        }
        Err(Error::unavailable(format!("{key} changes again and again")))
    }

    /// When the latest version arrived that retires what it does not name, or did.
    pub(crate) async fn retiring(&self, file: &StoreFile) -> Result<Option<Timestamp>, Error> {
        self.bucket.read(&retiring_key(file)).await
    }

    /// Notes that this version is about to retire, unless a newer one is.
    pub(crate) async fn put_retiring(&self, file: &StoreFile) -> Result<(), Error> {
        self.put_newer(&retiring_key(file), &file.at, |at| *at)
            .await
    }

    /// The keys of the slices of this version and of those that arrived before it, the oldest first.
    /// One of the same moment is none of them: of what it wrote nothing is older than this.
    async fn parts(&self, file: &StoreFile) -> Result<Vec<String>, Error> {
        let own = version(file);
        let arrived = arrived(file.at);
        let mut parts = self.bucket.list(&format!("{}/", folder(file))).await?;
        parts.retain(|key| version_of(key).is_some_and(|found| found == own || *found < *arrived));
        parts.sort();
        Ok(parts)
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
        for key in self.bucket.list(&folder).await? {
            if let Some(part) = self.part(&key).await?.filter(|part| !part.written) {
                begun.push((key, part));
            }
        }
        Ok(begun)
    }

    /// Forgets a slice.
    pub(crate) async fn forget_part(&self, key: &str) -> Result<(), Error> {
        self.bucket.delete(key).await
    }
}
