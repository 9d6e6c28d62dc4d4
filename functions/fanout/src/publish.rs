//! A post that appeared: it comes to its walls, to its author's head and to what it shows, and is delivered.

use domain::{
    engagement::Thing,
    feeds::{HashRange, Plan, Position, Ranges},
    ids::{TopicId, UserId},
    posts::Post,
};
use shared::{
    error::Error,
    queue::messages::{FanoutMessage, Published, RangeAsked, RangesAsked, TopicsChanged},
    store::Reach,
};

use crate::{
    App,
    ranges::{finish, serve},
};

/// Puts a post wherever it is looked for, and has all served to whom it is pushed: here where they are few, else by
/// ranges, of which those are asked for that were not served yet.
pub(crate) async fn appeared(app: &App, published: Published) -> Result<(), Error> {
    let (entry, now, store) = (published.entry(), app.clock.now(), &app.store);
    let post = put_on_topics(app, entry.at, &published.topics).await?;
    // Of one that is gone, or whose author leaves, nobody is shown anything.
    let Some(post) = post else {
        return store.close(entry.at).await;
    };
    let (followers, (), ()) = futures::try_join!(
        followers(app, &entry.author),
        store.put_into_head(&entry, now),
        store.note_shown(entry.at, post.product_ids()),
    )?;
    let Some(followers) = followers else {
        return store.close(entry.at).await;
    };
    let plan = Plan::of(followers, app.sizes);
    if plan.ranges == 1 {
        let delivered = serve(app, &entry, HashRange::WHOLE).await?;
        let reach = Reach {
            followers,
            delivered,
        };
        return finish(app, &entry, reach).await;
    }
    let plan = store.plan_delivery(published.post, plan, now).await?;
    let ranges = app.ranges(plan.ranges);
    let done = store.ranges_done(published.post, ranges, 0..ranges.blocks());
    let done = done.await?;
    let Published {
        post,
        author,
        published_at,
        topics: _,
    } = published;
    let Ranges { count: s, .. } = ranges;
    let (queue, asked): (_, Vec<_>) = if plan.followers > app.sizes.bulk {
        let parts = ranges.parts_left(app.sizes.asked, &done).into_iter();
        let asked = parts.map(|part| {
            let author = author.clone();
            let (from, to) = (part.start, part.end);
            FanoutMessage::RangesAsked(RangesAsked {
                post,
                author,
                published_at,
                s,
                from,
                to,
            })
        });
        (&app.bulk, asked.collect())
    } else {
        let left = ranges.left(0..s, &done).into_iter();
        let asked = left.map(|k| {
            let author = author.clone();
            FanoutMessage::RangeAsked(RangeAsked {
                post,
                author,
                published_at,
                s,
                k,
            })
        });
        (&app.own, asked.collect())
    };
    if asked.is_empty() {
        // Whoever served the last range did not live to say so.
        let delivered = done.iter().flat_map(|block| block.done.values()).sum();
        let reach = Reach {
            followers: plan.followers,
            delivered,
        };
        return finish(app, &entry, reach).await;
    }
    queue.send(&asked).await
}

/// Puts a post on the walls that an edit brought it to.
pub(crate) async fn came_to(app: &App, changed: TopicsChanged) -> Result<(), Error> {
    let at = changed.entry().at;
    put_on_topics(app, at, &changed.topics).await?;
    app.store.close(changed.marker()).await
}

/// Puts a post on its walls; the post, as it is now. Of one that is gone meanwhile, or on others, somebody else may have
/// looked there before: whoever comes last has it be where it says.
async fn put_on_topics(app: &App, at: Position, topics: &[TopicId]) -> Result<Option<Post>, Error> {
    app.store.put_on_topics(at, topics).await?;
    let post = app.store.post_now(at.post).await?;
    let mut left = topics.to_vec();
    left.retain(|topic| {
        let is_on = post.as_ref().map(|post| post.topics.contains(topic));
        is_on != Some(true)
    });
    app.store.take_off_topics(at, &left).await?;
    Ok(post)
}

/// How many follow an author; `None` of one who is gone.
async fn followers(app: &App, author: &UserId) -> Result<Option<u64>, Error> {
    let Some(mut profile) = app.store.profile(author).await? else {
        return Ok(None);
    };
    let heat = profile.heat();
    if heat.is_hot() {
        let thing = Thing::Person(author.clone());
        profile.plus(&app.store.shards(&thing, heat, false).await?);
    }
    Ok(Some(profile.followers))
}
