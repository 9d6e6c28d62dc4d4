//! The store's files in the bucket, and what is remembered of taking them over.
//!
//! `catalogue-state/<file>/<version>/<part>`, `catalogue-state/<file>/retiring` and
//! `catalogue-state/<file>/current`, where file and version are digests: a name may be of any length.

use domain::catalogue::file::StoreFile;
use jiff::Timestamp;
use sha2::{Digest, Sha256};

fn hex(bytes: &[u8], digits: usize) -> String {
    let digest = Sha256::digest(bytes);
    let text: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    text[..digits].to_owned()
}

/// What the names of versions that arrived then begin with.
pub fn arrived(at: Timestamp) -> String {
    format!("{:014}", at.as_millisecond())
}

/// A version's name, which sorts by when it arrived.
pub fn version(file: &StoreFile) -> String {
    let etag = hex(file.etag.as_bytes(), 8);
    format!("{}-{etag}", arrived(file.at))
}

/// What a file's report is named by.
pub fn report_id(file: &StoreFile) -> String {
    hex(format!("{}\0{}", file.key, version(file)).as_bytes(), 26)
}

/// Where all that is remembered of a file lies.
pub fn folder(file: &StoreFile) -> String {
    format!("catalogue-state/{}", hex(file.key.as_bytes(), 32))
}

/// Where a slice of a file is noted.
pub fn part_key(file: &StoreFile, part: u32) -> String {
    format!("{}/{}/{part:05}", folder(file), version(file))
}

/// Where it is noted how far a file has come.
pub fn current_key(file: &StoreFile) -> String {
    format!("{}/current", folder(file))
}

/// Where it is noted which version retires what it does not name.
pub fn retiring_key(file: &StoreFile) -> String {
    format!("{}/retiring", folder(file))
}

/// The version that a slice is of.
pub fn version_of(key: &str) -> Option<&str> {
    let mut names = key.rsplit('/').skip(1);
    names
        .next()
        .filter(|_| names.next().is_some() && key.matches('/').count() == 3)
}
