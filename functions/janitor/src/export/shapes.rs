//! What an export says of each thing.

use std::collections::HashMap;

use domain::{
    catalogue::review::Review,
    engagement::{Badge, Comment, Notice, NoticeKind},
    feeds::History,
    ids::{NoticeId, UserId},
    money::{briefs::Brief, programmes::Application, social::Linked},
    people::Profile,
    posts::{Post, PostPhoto, photo::Photo, poll},
};
use jiff::Timestamp;
use serde_json::{Value, json};

/// A time as the API tells it.
pub(super) fn time(at: Timestamp) -> String {
    format!("{at:.3}")
}

/// An option of a poll, as a vote names it.
pub(super) fn option(place: u8) -> String {
    poll::option_id(place)
}

pub(super) fn profile(me: &Profile) -> Value {
    json!({
        "id": me.id, "handle": me.handle, "display_name": me.display_name, "bio": me.bio,
        "avatar": me.avatar.as_ref().map(|avatar| avatar.photo),
        "interests": me.interests, "notify": me.notify,
        "counts": {"followers": me.followers, "following": me.following, "posts": me.posts},
        "joined_at": time(me.joined_at),
    })
}

/// What was used, the last first, and what was searched for.
pub(super) fn activity(history: &History) -> impl Iterator<Item = Value> {
    let products = history.products().iter().map(|used| {
        json!({
            "product": used.product, "views": used.views, "purchases": used.purchases,
            "hearted": used.hearted, "last_at": time(used.last()),
        })
    });
    let queries = history.queries().iter();
    products.chain(queries.map(|asked| json!({"query": asked.query, "at": time(asked.at())})))
}

fn of_post(photo: &PostPhoto) -> Value {
    let spots = photo.hotspots.iter();
    let spots = spots.map(|spot| json!({"product_id": spot.product, "x": spot.x, "y": spot.y}));
    json!({"id": photo.id, "alt": photo.alt, "hotspots": spots.collect::<Vec<_>>()})
}

pub(super) fn post(post: &Post) -> Value {
    let photos: Vec<_> = post.photos.iter().map(of_post).collect();
    let asked = post.poll.as_ref().map(|poll| {
        let options = (0..).zip(&poll.options).map(|(place, option)| {
            let votes = post.votes.get(usize::from(place));
            json!({
                "id": self::option(place), "text": option.text,
                "photo": option.photo.as_ref().map(|photo| photo.id), "product_id": option.product,
                "votes": votes.copied().unwrap_or_default(),
            })
        });
        json!({
            "question": poll.question, "options": options.collect::<Vec<_>>(),
            "closes_at": poll.closes_at.map(time),
        })
    });
    json!({
        "id": post.id, "kind": post.kind.name(), "status": post.status.name(), "text": post.text,
        "photos": photos, "products": post.products, "link": post.link, "poll": asked,
        "review": post.review.as_ref().map(|review| json!({
            "id": review.id, "product_id": review.product, "rating": review.rating,
            "title": review.title, "body": review.body, "written_at": time(review.written_at),
        })),
        "topics": post.topics,
        "counts": {"smiles": post.smiles, "comments": post.comments, "saves": post.saves},
        "created_at": time(post.created_at), "published_at": post.published_at.map(time),
        "edited_at": post.edited_at.map(time),
    })
}

pub(super) fn comment(comment: &Comment) -> Value {
    json!({
        "id": comment.id, "post": comment.id.post, "reply_to": comment.id.answers(),
        "text": comment.text, "voted": comment.voted.map(option),
        "counts": {"smiles": comment.smiles, "replies": comment.replies},
        "created_at": time(comment.created_at),
    })
}

/// A notice, which names others by their handles alone; of votes nobody.
pub(super) fn notice(
    notice: &Notice,
    profiles: &HashMap<UserId, Profile>,
    read_to: Option<NoticeId>,
) -> Value {
    let named = notice.newest.iter();
    let named = named.filter(|_| notice.kind != NoticeKind::Vote);
    let named: Vec<_> = named
        .filter_map(|actor| profiles.get(actor))
        .map(|actor| &actor.handle)
        .collect();
    let subject = notice.subject.to_string();
    let subject = subject
        .split_once(':')
        .map(|(kind, id)| json!({"type": kind, "id": id}));
    json!({
        "id": notice.id, "kind": notice.kind, "subject": subject,
        "fact": notice.fact, "actors": named, "people": notice.n,
        "created_at": time(notice.id.time()), "read": notice.is_read(read_to),
    })
}

pub(super) fn review(review: &Review) -> Value {
    json!({
        "id": review.id, "product_id": review.product, "rating": review.rating,
        "title": review.title, "body": review.body, "written_at": time(review.written_at),
        "verified_purchase": review.verified_purchase, "shared_as": review.shared_as,
    })
}

pub(super) fn social_account(linked: &Linked) -> Value {
    json!({
        "provider": linked.provider, "name": linked.name, "handle": linked.handle, "audience": linked.audience,
        "verified_by": linked.verified_by, "linked_at": time(linked.linked_at),
    })
}

pub(super) fn application(application: &Application) -> Value {
    json!({
        "status": application.status, "provider": application.provider, "handle": application.handle,
        "audience": application.audience, "applied_at": time(application.applied_at),
        "decided_at": application.decided_at.map(time), "reason": application.reason, "criteria": application.criteria,
    })
}

/// A brief, without what the seller wrote in it.
pub(super) fn brief(brief: &Brief) -> Value {
    json!({
        "id": brief.id, "brand": brief.brand, "product_ids": brief.products, "status": brief.status,
        "sent_at": time(brief.sent_at), "answered_at": brief.answered_at.map(time),
    })
}

/// A brief that they sent themselves, with whom they sent it to.
pub(super) fn sent_brief(sent: &Brief, to: Option<&Profile>) -> Value {
    let mut said = brief(sent);
    said["influencer"] = json!(to.map(|to| &to.handle));
    said["text"] = json!(sent.text);
    said
}

/// What somebody has earned; nothing where they have earned nothing.
pub(super) fn badge(badge: &Badge) -> Option<Value> {
    (*badge != Badge::default()).then(|| {
        json!({
            "badge": "enthusiast", "shown": badge.is_shown(), "points": badge.points,
            "posts": badge.posts, "answers": badge.answers,
        })
    })
}

/// An upload of which an original is kept, with where to fetch that.
pub(super) fn photo(photo: &Photo, at: &str) -> Option<Value> {
    let original = photo.original.as_ref()?;
    Some(json!({
        "id": photo.id, "post": photo.post, "sha256": original.sha256, "bytes": original.bytes,
        "url": format!("{at}/{}", photo.id),
    }))
}
