//! How what shows a brand's products is received (MONEY 35): what somebody did counts once in its week, as long as it stands.

use domain::money::insights::Week;
use shared::{error::Error, queue::messages::Responded, table::Anew};

use crate::App;

/// Has what somebody did count in the week of this moment for each brand that it shows, or not, as it stands: however often
/// and in whatever order it is told.
pub(crate) async fn keep(app: &App, told: Responded) -> Result<(), Error> {
    let (store, response, week) = (&app.store, &told.response, Week::of(told.at));
    let brands = store.brands_shown(response).await?;
    if brands.is_empty() {
        return Ok(());
    }
    let mut anew = Anew::standing_on("what somebody did");
    loop {
        let since = store.stands(response, told.at).await?;
        let counts = since.is_some_and(|since| Week::of(since) == week);
        let mut settled = true;
        for brand in &brands {
            let counted = store.count_response(brand, week, response, counts).await?;
            if counted.is_none() {
                anew.begin().await?;
            }
            settled &= counted == Some(true);
        }
        // What changed while it was written is looked at once more.
        if settled {
            return Ok(());
        }
    }
}
