//! Things that a crowd acts on, looked at each minute until it has left.

use domain::{engagement::Thing, feeds::Findable};
use shared::{
    error::Error,
    queue::messages::{Heated, LOOK, RollupMessage},
    store::Look,
};

use crate::{App, marks};

/// Looks at a thing that became hot: folds its counts, or looks again. What follows from its marks is looked at too,
/// which is not done at each act of a crowd.
pub(crate) async fn look(app: &App, heated: Heated) -> Result<(), Error> {
    let now = app.clock.now();
    let (thing, generation) = (&heated.thing, heated.generation);
    let look = app.store.look_at(thing, generation, heated.acts, now);
    let look = look.await?;
    if let Thing::Post(post) = *thing {
        marks::looked_at(app, post).await?;
    }
    match look {
        Look::Over => match heated.thing {
            // Nobody is told of a product that changes, but of how it is saved.
            Thing::Product(product) => {
                let product = Findable::Product(product);
                app.store.keep_findable(&product).await
            }
            Thing::Post(_) | Thing::Person(_) | Thing::Comment(_) => Ok(()),
        },
        Look::Hot(acts) => {
            let next = RollupMessage::Heated(Heated { acts, ..heated });
            app.queue.send_later(&[next], LOOK).await
        }
    }
}
