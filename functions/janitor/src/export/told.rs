//! Lists, and what was told to moderators and by them, as an export gives them.

use std::collections::BTreeSet;

use domain::{
    engagement::{IDEAS, Idea, Listed, Subject},
    ids::UserId,
};
use serde_json::{Value, json};
use shared::{
    error::Error,
    keys::{self, Item},
};

use super::{
    parts::Page,
    shapes::{self, time},
};
use crate::App;

/// So many items are a page,
const PAGE: usize = 100;
/// or so many lists, each with all that is in it.
const LISTS: usize = 5;

fn idea(listed: &Listed) -> Value {
    let (kind, id) = match &listed.idea {
        Idea::Product(product) => ("product", json!(product)),
        Idea::Post(post) => ("post", json!(post)),
    };
    json!({"kind": kind, "id": id, "note": listed.note, "added_at": time(listed.added_at)})
}

/// What was reported or decided on: a person by their handle, as long as they have one.
async fn subject(app: &App, subject: &Subject) -> Result<Value, Error> {
    let id = match subject {
        Subject::Post(post) => json!(post),
        Subject::Comment(comment) => json!(comment),
        Subject::Person(user) => {
            let profile = app.store.profile(user).await?;
            json!(profile.map(|profile| profile.handle))
        }
    };
    Ok(json!({"type": subject.kind(), "id": id}))
}

/// A page of lists, the oldest first, each in its order.
pub(super) async fn lists(app: &App, user: &UserId, after: Option<String>) -> Result<Page, Error> {
    let (keys, last) = app
        .store
        .keys_in(keys::lists_of(user), after, LISTS)
        .await?;
    let ids = keys.iter().filter_map(|key| {
        let Item::OwnedList(_, _, list) = Item::at(key)? else {
            return None;
        };
        Some(list)
    });
    let ids: Vec<_> = ids.collect();
    let found = app.store.lists(ids.iter().copied()).await?;
    let mut elements = Vec::with_capacity(ids.len());
    for list in ids.iter().filter_map(|id| found.get(id)) {
        let most = usize::try_from(IDEAS).unwrap_or(usize::MAX);
        let (items, _) = app.store.ideas(list.id, None, most, true).await?;
        let items: Vec<_> = items.iter().map(|(_, listed)| idea(listed)).collect();
        elements.push(json!({
            "id": list.id, "name": list.name, "visibility": list.visibility, "default": list.default,
            "created_at": time(list.created_at), "items": items,
        }));
    }
    Ok(Page { elements, last })
}

/// A page of the briefs to somebody, newest first, without what sellers wrote in them.
pub(super) async fn briefs(app: &App, user: &UserId, after: Option<String>) -> Result<Page, Error> {
    let before = after.and_then(|after| after.parse().ok());
    let (found, more) = app.store.briefs_to(user, before, PAGE).await?;
    let last = found.last().filter(|_| more).map(|one| one.id.to_string());
    let elements = found.iter().map(shapes::brief).collect();
    Ok(Page { elements, last })
}

/// A page of the briefs that somebody sent, likewise, with whom they sent them to.
pub(super) async fn sent_briefs(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Page, Error> {
    let before = after.and_then(|after| after.parse().ok());
    let (sent, more) = app.store.briefs_by(user, before, PAGE).await?;
    let to: BTreeSet<_> = sent.iter().map(|sent| &sent.to).collect();
    let people = app.store.profiles(to).await?;
    let briefs = app.store.sent_briefs(&sent).await?;
    let last = sent.last().filter(|_| more).map(|one| one.id.to_string());
    let elements = sent.iter().filter_map(|sent| {
        let brief = briefs.iter().find(|brief| brief.id == sent.id)?;
        Some(shapes::sent_brief(brief, people.get(&sent.to)))
    });
    Ok(Page {
        elements: elements.collect(),
        last,
    })
}

/// A page of what was reported, without whose it is.
pub(super) async fn reports(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Page, Error> {
    let (keys, last) = app
        .store
        .keys_in(keys::reported_by(user), after, PAGE)
        .await?;
    let mut elements = Vec::new();
    for key in &keys {
        let Some(Item::Reported(_, subject)) = Item::at(key) else {
            continue;
        };
        if let Some(report) = app.store.report_on(&subject, user, true).await? {
            elements.push(json!({
                "id": report.id, "subject": self::subject(app, &subject).await?, "reason": report.reason.name(),
                "detail": report.detail, "created_at": time(report.created_at),
                "upheld": report.outcome.and_then(|outcome| outcome.upheld),
            }));
        }
    }
    Ok(Page { elements, last })
}

/// A page of appeals.
pub(super) async fn appeals(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Page, Error> {
    let (keys, last) = app
        .store
        .keys_in(keys::appeals_of(user), after, PAGE)
        .await?;
    let mut elements = Vec::new();
    for key in &keys {
        let Some(Item::Appealed(_, id)) = Item::at(key) else {
            continue;
        };
        if let Some(appeal) = app.store.appeal_of(user, id).await? {
            elements.push(json!({
                "id": appeal.id, "subject": subject(app, &appeal.subject).await?, "text": appeal.text,
                "created_at": time(appeal.created_at),
            }));
        }
    }
    Ok(Page { elements, last })
}

/// A page of what was decided on one, with its reasons.
pub(super) async fn decisions(
    app: &App,
    user: &UserId,
    after: Option<String>,
) -> Result<Page, Error> {
    let (keys, last) = app
        .store
        .keys_in(keys::statements_to(user), after, PAGE)
        .await?;
    let ids = keys.iter().filter_map(|key| {
        let Item::Statement(_, id) = Item::at(key)? else {
            return None;
        };
        Some((user, id))
    });
    let ids: Vec<_> = ids.collect();
    let found = app.store.statements(&ids).await?;
    let mut elements = Vec::with_capacity(ids.len());
    for statement in ids.iter().filter_map(|(_, id)| found.get(id)) {
        elements.push(json!({
            "id": statement.id, "subject": subject(app, &statement.subject).await?,
            "action": statement.action.name(), "reason": statement.reason,
            "ground": statement.ground.name(), "automated": statement.automated,
            "until": statement.until.map(time), "decided_at": time(statement.decided_at),
        }));
    }
    Ok(Page { elements, last })
}
