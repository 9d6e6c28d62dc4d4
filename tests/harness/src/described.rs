//! What the API's description says that a route may answer: no test may see anything else.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

use http::{Method, StatusCode};
use serde_json::Value;

/// A path of the description by its segments, with the statuses of each of its methods.
struct Described {
    segments: Vec<String>,
    statuses: BTreeMap<String, BTreeSet<String>>,
}

/// All of them, those with fewer parameters first.
static DESCRIBED: LazyLock<Vec<Described>> = LazyLock::new(|| {
    let text = include_str!("../../../functions/pages/openapi.json");
    let api: Value = serde_json::from_str(text).expect("the description");
    let paths = api["paths"].as_object().expect("its paths").iter();
    let mut described: Vec<_> = paths
        .map(|(path, operations)| Described {
            segments: path.split('/').map(str::to_owned).collect(),
            statuses: operations
                .as_object()
                .expect("operations")
                .iter()
                .filter_map(|(method, operation)| {
                    let statuses = operation["responses"].as_object()?.keys();
                    Some((method.to_uppercase(), statuses.cloned().collect()))
                })
                .collect(),
        })
        .collect();
    described.sort_by_key(|path| {
        path.segments
            .iter()
            .filter(|part| part.starts_with('{'))
            .count()
    });
    described
});

/// That a route which is described may answer so.
pub(crate) fn check(method: &Method, path: &str, status: StatusCode) {
    let path = path.split('?').next().unwrap_or_default();
    let parts: Vec<_> = path.split('/').collect();
    let matches = |described: &&Described| {
        let segments = described.segments.iter();
        let mut pairs = segments.zip(&parts);
        described.segments.len() == parts.len()
            && pairs.all(|(segment, part)| segment.starts_with('{') || segment == part)
    };
    let described = DESCRIBED.iter().find(matches);
    let statuses = described.and_then(|path| path.statuses.get(method.as_str()));
    if let Some(statuses) = statuses {
        let said = statuses.contains(status.as_str());
        assert!(said, "{method} {path} is not described to answer {status}");
    }
}
