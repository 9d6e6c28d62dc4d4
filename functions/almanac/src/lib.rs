//! Says once a day that a day has begun.

use serde_json::Value;
use shared::{
    error::Error,
    runtime::{Clock, Context, function},
    store::Store,
};

/// What the almanac needs.
#[derive(Debug, Clone)]
pub struct App {
    store: Store,
    clock: Clock,
}

impl App {
    /// Of the function's context.
    pub fn new(context: &Context) -> Self {
        Self {
            store: Store::new(context.dynamodb.clone(), context.config.table()),
            clock: context.clock.clone(),
        }
    }
}

/// The function, as Lambda and the local cloud run it.
pub fn function(context: &Context) -> function::Schedule {
    let work = async |app: App, _: Value| handle(&app).await;
    function::Schedule::new(App::new(context), work).warmed_by(context.warm_up_by_query())
}

/// Says so, and how many posts are open.
///
/// # Errors
/// Those of the table.
pub async fn handle(app: &App) -> Result<(), Error> {
    let now = app.clock.now();
    let open = app.store.open_posts(now).await?.len();
    tracing::info!(posts = open, "a day has begun");
    Ok(())
}
