//! What pages load besides photos: a sheet of styles, a script, an icon, a picture for cards. Each has its digest in its
//! address, so that it never changes there.

use axum::{
    extract::Path,
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use http::header;
use sha2::{Digest, Sha256};
use shared::error::Error;

/// A file: its name, how it ends, its type, and what it holds.
struct File(&'static str, &'static str, &'static str, &'static [u8]);

const CSS: File = File(
    "spark",
    "css",
    "text/css; charset=utf-8",
    include_bytes!("../assets/spark.css"),
);
const JS: File = File(
    "spark",
    "js",
    "text/javascript; charset=utf-8",
    include_bytes!("../assets/spark.js"),
);
const ICON: File = File(
    "icon",
    "svg",
    "image/svg+xml",
    include_bytes!("../assets/icon.svg"),
);
const CARD: File = File(
    "card",
    "png",
    "image/png",
    include_bytes!("../assets/card.png"),
);

/// For as long as browsers keep anything.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// A page of the release before may name another digest: what it is given is not kept.
const NOT_KEPT: &str = "no-cache";

impl File {
    fn path(&self) -> String {
        let digest = URL_SAFE_NO_PAD.encode(&Sha256::digest(self.3)[..9]);
        format!("/assets/{}-{digest}.{}", self.0, self.1)
    }
}

/// Where they are.
#[derive(Debug, Clone)]
pub(crate) struct Assets {
    pub css: String,
    pub js: String,
    pub icon: String,
    /// 1,200 by 630 pixels.
    pub card: String,
}

impl Assets {
    /// By the digests of what they hold.
    pub fn new() -> Self {
        Self {
            css: CSS.path(),
            js: JS.path(),
            icon: ICON.path(),
            card: CARD.path(),
        }
    }
}

/// `GET /assets/{file}`.
pub(crate) async fn read_asset(Path(name): Path<String>) -> Response {
    let named = |file: &&File| {
        let rest = name.strip_prefix(file.0);
        let rest = rest.and_then(|rest| rest.strip_prefix('-'));
        rest.is_some_and(|rest| rest.rsplit('.').next() == Some(file.1))
    };
    let Some(file) = [CSS, JS, ICON, CARD]
        .iter()
        .find(named)
        .map(|file| File(file.0, file.1, file.2, file.3))
    else {
        return Error::NotFound.into_response();
    };
    let exact = file.path().rsplit('/').next() == Some(name.as_str());
    let kept = if exact { FOR_EVER } else { NOT_KEPT };
    let headers = [
        (header::CONTENT_TYPE, file.2),
        (header::CACHE_CONTROL, kept),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    (headers, file.3).into_response()
}
