//! The settings of the functions in a local cloud.

use std::collections::BTreeMap;

use data_plane::DataPlane;

use crate::issuer::{AUDIENCE, ISSUER};
use crate::networks::Networks;

/// All variables of the functions, as the template would set them, but for the secrets.
pub(crate) fn of(plane: &DataPlane, url: &str) -> BTreeMap<String, String> {
    let of_this_cloud = [
        ("TABLE_NAME", plane.table().to_owned()),
        ("BUCKET_NAME", plane.bucket().to_owned()),
        ("API_URL", url.to_owned()),
        ("APP_URL", url.to_owned()),
        ("MEDIA_URL", url.to_owned()),
        ("NETWORKS", Networks::settings(url)),
        ("PAGES_URL", url.to_owned()),
        ("STORE_HOSTS", hosts(plane, url, "STORE_HOSTS")),
        ("IMAGE_HOSTS", hosts(plane, url, "IMAGE_HOSTS")),
        ("TOKEN_ISSUER", ISSUER.to_owned()),
        ("TOKEN_AUDIENCE", AUDIENCE.to_owned()),
        ("TOKEN_JWKS_URL", format!("{url}/.well-known/jwks.json")),
    ];
    let mut values = plane.settings();
    let own = of_this_cloud.map(|(name, value)| (name.to_owned(), value));
    values.extend(own);
    values
}

/// This cloud, which plays the store, and the hosts that the template names.
fn hosts(plane: &DataPlane, url: &str, setting: &str) -> String {
    let own = url.split("//").last().unwrap_or_default();
    let named = plane.settings().remove(setting);
    let named = named.iter().map(String::as_str);
    named.chain([own]).collect::<Vec<_>>().join(",")
}
