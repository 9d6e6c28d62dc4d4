//! What machines ask for at the door: `robots.txt`, which pages there are, and the files by which the store's app opens these pages itself.

use axum::{
    Json,
    extract::{Path, State},
    response::{IntoResponse, Response},
};
use http::header;
use serde_json::json;
use shared::{
    bucket::{SITEMAP_INDEX, sitemap_key},
    error::Error,
    runtime::Config,
};

use crate::{App, answer::guard};

/// A day.
const DAILY: &str = "public, max-age=86400";
/// An hour.
const HOURLY: &str = "public, max-age=3600";
/// What of the site an app opens: pages alone.
const PAGES: [&str; 6] = ["/", "/p/*", "/@*", "/t/*", "/products/*", "/lists/*"];

/// The store's apps.
#[derive(Debug, Clone)]
pub(crate) struct Apps {
    /// Apple's: team and bundle, `TEAM.com.example.app`.
    apple: Vec<String>,
    /// Android's: package and the digest of its certificate, `com.example.app=AA:BB:…`.
    android: Vec<(String, String)>,
}

impl Apps {
    /// As a function is configured.
    pub fn new(config: &Config) -> Self {
        let listed = |text: &str| {
            let listed = text.split(',').map(str::trim);
            let listed = listed.filter(|one| !one.is_empty());
            listed.map(str::to_owned).collect::<Vec<_>>()
        };
        let android = listed(config.android_apps());
        let android = android.iter().filter_map(|app| app.split_once('='));
        Self {
            apple: listed(config.apple_apps()),
            android: android
                .map(|(package, digest)| (package.to_owned(), digest.to_owned()))
                .collect(),
        }
    }
}

/// `GET /robots.txt`.
pub(crate) async fn read_robots(State(app): State<App>) -> Response {
    let robots = format!(
        "User-agent: *\nDisallow: /r/\nDisallow: /v1/\nDisallow: /search\n\nSitemap: {}/sitemap.xml\n",
        app.site.url
    );
    let kind = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::CACHE_CONTROL, DAILY),
    ];
    let mut response = (kind, robots).into_response();
    guard(response.headers_mut());
    response
}

/// `GET /sitemap.xml`: the index of those files.
pub(crate) async fn read_sitemaps(State(app): State<App>) -> Response {
    app.sitemap(SITEMAP_INDEX).await
}

/// `GET /sitemaps/{file}`: one of them.
pub(crate) async fn read_sitemap(State(app): State<App>, Path(name): Path<String>) -> Response {
    match sitemap_key(&name) {
        Some(key) => app.sitemap(&key).await,
        None => Error::NotFound.into_response(),
    }
}

impl App {
    /// A file of which pages there are, as the janitor made it.
    async fn sitemap(&self, key: &str) -> Response {
        let found = match self.bucket.text(key).await {
            Ok(found) => found.ok_or(Error::NotFound),
            Err(error) => Err(error),
        };
        let kind = [
            (header::CONTENT_TYPE, "application/xml"),
            (header::CACHE_CONTROL, HOURLY),
        ];
        let mut response = match found {
            Ok(xml) => (kind, xml).into_response(),
            Err(error) => error.into_response(),
        };
        guard(response.headers_mut());
        response
    }
}

/// `GET /.well-known/apple-app-site-association`.
pub(crate) async fn read_apple(State(app): State<App>) -> Response {
    let apple = &app.apps.apple;
    if apple.is_empty() {
        return Error::NotFound.into_response();
    }
    let components: Vec<_> = PAGES.iter().map(|path| json!({"/": path})).collect();
    let details = json!([{"appIDs": apple, "components": components}]);
    known(json!({"applinks": {"details": details}}))
}

/// `GET /.well-known/assetlinks.json`. Which paths it opens an app says itself.
pub(crate) async fn read_android(State(app): State<App>) -> Response {
    let android = &app.apps.android;
    if android.is_empty() {
        return Error::NotFound.into_response();
    }
    let apps = android.iter().map(|(package, digest)| {
        json!({
            "relation": ["delegate_permission/common.handle_all_urls"],
            "target": {"namespace": "android_app", "package_name": package, "sha256_cert_fingerprints": [digest]},
        })
    });
    known(apps.collect())
}

fn known(value: serde_json::Value) -> Response {
    let kept = [(header::CACHE_CONTROL, DAILY)];
    let mut response = (kept, Json(value)).into_response();
    guard(response.headers_mut());
    response
}
