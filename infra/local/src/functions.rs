//! The composition root: every function's `App`, made from its context.

use shared::http::merge_openapi;
use utoipa::openapi::OpenApi;

use crate::function::{Contexts, Function, Functions};

/// All functions of the template, as their `main`s wire them.
pub fn compose(contexts: &Contexts<'_>) -> Functions {
    let catalogue = catalogue::App::new(&contexts("catalogue"));
    let engagement = engagement::App::new(&contexts("engagement"));
    let fanout = fanout::App::new(&contexts("fanout"));
    let feed = feed::App::new(&contexts("feed"));
    let janitor = janitor::App::new(&contexts("janitor"));
    let onboarding = onboarding::App::new(&contexts("onboarding"));
    let pages = pages::App::new(&contexts("pages"));
    let photos = photos::App::new(&contexts("photos"));
    let posting = posting::App::new(&contexts("posting"));
    let relay = relay::App::new(&contexts("relay"));
    Functions::default()
        .with("engagement", Function::Http(engagement::router(engagement)))
        .with("feed", Function::Http(feed::router(feed)))
        .with("onboarding", Function::Http(onboarding::router(onboarding)))
        .with("pages", Function::Http(pages::router(pages)))
        .with("posting", Function::Http(posting::router(posting)))
        .with(
            "catalogue",
            Function::queue(move |event| {
                let app = catalogue.clone();
                async move { catalogue::handle(&app, event).await }
            }),
        )
        .with(
            "fanout",
            Function::queue(move |event| {
                let app = fanout.clone();
                async move { fanout::handle(&app, event).await }
            }),
        )
        .with(
            "janitor",
            Function::schedule(move |_| {
                let app = janitor.clone();
                // It says itself what it could not do, and looks again.
                async move { drop(janitor::handle(&app).await) }
            }),
        )
        .with(
            "photos",
            Function::queue(move |event| {
                let app = photos.clone();
                async move { photos::handle(&app, event).await }
            }),
        )
        .with(
            "relay",
            Function::stream(move |event| {
                let app = relay.clone();
                async move { relay::handle(&app, event).await }
            }),
        )
}

/// What each HTTP function says of its own routes, beside its name.
pub fn descriptions() -> [(&'static str, OpenApi); 5] {
    [
        ("onboarding", onboarding::openapi()),
        ("posting", posting::openapi()),
        ("engagement", engagement::openapi()),
        ("feed", feed::openapi()),
        ("pages", pages::openapi()),
    ]
}

/// The description of the whole API, merged from those of the functions: what
/// `functions/pages/openapi.json` must hold.
///
/// # Errors
/// The description cannot be written as JSON.
pub fn openapi() -> serde_json::Result<String> {
    let api = merge_openapi(descriptions().map(|(_, description)| description));
    Ok(serde_json::to_string_pretty(&api)? + "\n")
}
