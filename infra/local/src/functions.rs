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

impl Listed {
    /// The function, made of this context.
    pub fn of(&self, context: &Context) -> Function {
        (self.make)(context)
    }
}

macro_rules! functions {
    ($($name:ident $sample:literal $($openapi:path)?;)+) => {
        /// Every function, by name.
        pub const ALL: &[Listed] = &[$(
            Listed {
                name: stringify!($name),
                sample: $sample,
                openapi: functions!(@option $($openapi)?),
                make: |context| $name::function(context).into(),
            },
        )+];
    };
    (@option) => { None };
    (@option $openapi:path) => { Some($openapi) };
}

functions! {
    admin "admin-list-imports" admin::openapi;
    attribution "attribution-entries-posted.v1";
    catalogue "catalogue-s3-object-created";
    engagement "engagement-follow-topic" engagement::openapi;
    fanout "fanout-post-published.v1";
    feed "feed-read-feed" feed::openapi;
    influencer "influencer-ask-for-proof" influencer::openapi;
    janitor "janitor-scheduled";
    links "links-not-found" links::openapi;
    notifier "notifier-acted.v1";
    onboarding "onboarding-join" onboarding::openapi;
    pages "pages-not-found" pages::openapi;
    photos "photos-s3-object-created";
    posting "posting-create-post" posting::openapi;
    relay "relay-stream";
    rollup "rollup-heated.v1";
    seller "seller-list-briefs" seller::openapi;
    store "store-read-badges" store::openapi;
}

/// All functions of the template, as their `main`s wire them.
pub fn compose(contexts: &Contexts<'_>) -> Functions {
    let all = ALL.iter();
    all.fold(Functions::default(), |functions, listed| {
        functions.with(listed.name, listed.of(&contexts(listed.name)))
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
    Ok(serde_json::to_string_pretty(&api?)? + "\n")
}
