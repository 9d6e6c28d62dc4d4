//! What people have earned by what they shared, and what is hottest, kept in step with how it is liked.

use domain::{engagement::Thresholds, ids::PostId};
use shared::{error::Error, queue::messages::MarksChanged, runtime::Config};

use crate::App;

/// From when on the badge is given, and below what it is taken; never, where a setting is no number.
pub(crate) fn thresholds(config: &Config) -> Thresholds {
    let number = |setting: &str| setting.parse().unwrap_or(u64::MAX);
    Thresholds {
        points: number(config.badge_points()),
        posts: number(config.badge_posts()),
        least_points: config.badge_least_points().parse().unwrap_or_default(),
        least_posts: config.badge_least_posts().parse().unwrap_or_default(),
    }
}

/// The marks of a post have changed.
pub(crate) async fn changed(app: &App, changed: MarksChanged) -> Result<(), Error> {
    app.store.mark(changed.post, &app.badge, false).await?;
    for person in &changed.people {
        app.store.weigh(person, &app.badge).await?;
    }
    match changed.walls {
        Some(walls) => {
            app.store
                .keep_hottest(changed.post, &walls, app.clock.now())
                .await
        }
        None => Ok(()),
    }
}

/// A post on which a crowd acts was looked at.
pub(crate) async fn looked_at(app: &App, post: PostId) -> Result<(), Error> {
    app.store.mark(post, &app.badge, true).await?;
    let Some(post) = app.store.post(post).await? else {
        return Ok(());
    };
    let walls = post.topics.into_iter().collect();
    app.store
        .keep_hottest(post.id, &walls, app.clock.now())
        .await
}
