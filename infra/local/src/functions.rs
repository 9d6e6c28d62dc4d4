//! The composition root: the list of functions, each with how it is made from its context.

use shared::http::merge_openapi;
use shared::runtime::Context;
use utoipa::openapi::OpenApi;

use crate::function::{Contexts, Function, Functions};

/// A function of the house.
#[derive(Debug, Clone, Copy)]
pub struct Listed {
    /// That of its crate, its binary and its folder.
    pub name: &'static str,
    /// The event of `events/` that shows it at work.
    pub sample: &'static str,
    /// What it says of its routes; `None` where it is not behind the gateway.
    pub openapi: Option<fn() -> OpenApi>,
    /// The function as its `main` wires it.
    make: fn(&Context) -> Function,
}

macro_rules! functions {
    ($($kind:ident $name:ident $sample:literal;)+) => {
        /// Every function, by name.
        pub const ALL: &[Listed] = &[$(
            Listed {
                name: stringify!($name),
                sample: $sample,
                openapi: functions!(@openapi $kind $name),
                make: |context| {
                    let app = $name::App::new(context);
                    functions!(@make $kind $name app)
                },
            },
        )+];
    };
    (@openapi http $name:ident) => { Some($name::openapi) };
    (@openapi $kind:ident $name:ident) => { None };
    (@make http $name:ident $app:ident) => { Function::Http($name::router($app)) };
    (@make schedule $name:ident $app:ident) => {
        Function::schedule(move |_| {
            let app = $app.clone();
            // It says itself what it could not do, and looks again.
            async move { drop($name::handle(&app).await) }
        })
    };
    (@make $kind:ident $name:ident $app:ident) => {
        Function::$kind(move |event| {
            let app = $app.clone();
            async move { $name::handle(&app, event).await }
        })
    };
}

functions! {
    queue catalogue "catalogue-s3-object-created";
    http engagement "engagement-follow-topic";
    queue fanout "fanout-post-published.v1";
    http feed "feed-read-feed";
    schedule janitor "janitor-scheduled";
    http onboarding "onboarding-join";
    http pages "pages-not-found";
    queue photos "photos-s3-object-created";
    http posting "posting-create-post";
    stream relay "relay-stream";
}

/// All functions of the template, as their `main`s wire them.
pub fn compose(contexts: &Contexts<'_>) -> Functions {
    let all = ALL.iter();
    all.fold(Functions::default(), |functions, listed| {
        functions.with(listed.name, (listed.make)(&contexts(listed.name)))
    })
}

/// What each HTTP function says of its own routes, beside its name.
pub fn descriptions() -> impl Iterator<Item = (&'static str, OpenApi)> {
    let all = ALL.iter();
    all.filter_map(|listed| Some((listed.name, listed.openapi?())))
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
