//! What is told of what people do at things, and of things that a crowd acts on.

use std::collections::BTreeSet;

use domain::{
    engagement::{Comment, Heat, Idea, Thing},
    ids::{CommentId, PostId, UserId},
    money::insights::Response,
};
use jiff::Timestamp;
use serde::{Deserialize, de::Error as _};
use serde_json::Error;
use shared::queue::messages::{
    ActKind, Acted, Heated, MarksChanged, NotifierMessage, RollupMessage, Voted,
};
use ulid::Ulid;

use crate::{
    insights::responded,
    lists,
    message::{Image, Message},
};

/// What of a thing says over how many shards its counts are spread.
#[derive(Deserialize)]
struct Spread {
    #[serde(default)]
    heat: u64,
    #[serde(default, rename = "gen")]
    generation: u64,
}

/// What a person did at a comment.
#[derive(Default, Deserialize)]
struct AtComment {
    smile: Option<Timestamp>,
    /// Of a reply at which they smiled: what it answers.
    reply_to: Option<Ulid>,
}

/// A thing that became hot.
pub fn heated(
    thing: Thing,
    old: Option<&Image>,
    new: Option<&Image>,
) -> Result<Option<Message>, Error> {
    let spread = |image: Option<&Image>| {
        let spread = image.map(|image| serde_dynamo::from_item::<_, Spread>(image.clone()));
        let spread = spread.transpose().map_err(Error::custom)?;
        Ok::<_, Error>(spread.map_or_else(Heat::default, |spread| Heat {
            shards: spread.heat,
            generation: spread.generation,
        }))
    };
    let (before, now) = (spread(old)?, spread(new)?);
    let heated = Heated {
        thing,
        generation: now.generation,
        acts: 0,
    };
    let became = now.is_hot() && now.generation != before.generation;
    Ok(became.then(|| RollupMessage::Heated(heated).into()))
}

/// What a person did at a post, or took back.
pub fn acted(
    (user, post): (UserId, PostId),
    old: Option<Image>,
    new: Option<Image>,
    at: Timestamp,
) -> Result<Vec<Message>, Error> {
    let (before, now) = (lists::acts(old)?, lists::acts(new)?);
    let told = |kind, at| {
        let acted = Acted {
            kind,
            actor: user.clone(),
            subject: post.to_string(),
            owner: None,
            handle: None,
            at,
        };
        Message::from(NotifierMessage::Acted(acted))
    };
    let idea = Idea::Post(post);
    let mut messages: Vec<_> = lists::saved(&user, &idea, &before, &now).collect();
    let smiles = [before.smile, now.smile];
    let response = Response::Smile {
        user: user.clone(),
        post,
    };
    messages.extend(responded(smiles, response));
    if before.smile.is_some() != now.smile.is_some() {
        let smiled = now.smile.or(before.smile).unwrap_or(at);
        messages.push(told(ActKind::Smile, smiled));
    }
    if before.vote.is_some() != now.vote.is_some() {
        messages.push(told(ActKind::Vote, at));
    }
    if before.vote != now.vote {
        messages.push(RollupMessage::Voted(Voted { user, post }).into());
    }
    Ok(messages)
}

/// Whether an image is of a comment that says something to others.
fn says(image: Option<&Image>) -> bool {
    let silenced = ["deleted", "moderation"];
    image.is_some_and(|image| !silenced.iter().any(|name| image.contains_key(*name)))
}

/// A comment that is new, gone, or says nothing any more: the order of the comments of its post has changed. What is
/// smiled at is told by who smiled.
pub fn said(
    comment: CommentId,
    old: Option<&Image>,
    new: Option<&Image>,
) -> Result<Vec<Message>, Error> {
    let heated = heated(Thing::Comment(comment), old, new)?;
    let changed = says(old) != says(new) || old.is_some() != new.is_some();
    let marks = MarksChanged::of(comment.post);
    let marks = changed.then(|| RollupMessage::MarksChanged(marks).into());
    let mut messages: Vec<_> = heated.into_iter().chain(marks).collect();
    if says(old) != says(new) {
        let image = [new, old]
            .into_iter()
            .flatten()
            .find(|image| says(Some(*image)));
        if let Some(image) = image {
            let said: Comment = serde_dynamo::from_item(image.clone()).map_err(Error::custom)?;
            messages.extend(concerns(&said, says(new)));
            let response = Response::Comment {
                comment,
                user: said.author.clone(),
            };
            let stands = says(new).then_some(said.created_at);
            let stood = says(old).then_some(said.created_at);
            messages.extend(responded([stood, stands], response));
        }
    }
    Ok(messages)
}

/// Whom a comment concerns that is new, or says nothing any more. Whose the post is its reader knows.
fn concerns(said: &Comment, stands: bool) -> impl Iterator<Item = Message> {
    let acted = |kind, owner: Option<&UserId>| {
        Message::from(NotifierMessage::Acted(Acted {
            kind,
            actor: said.author.clone(),
            subject: said.id.to_string(),
            owner: owner.cloned(),
            handle: None,
            at: said.created_at,
        }))
    };
    let mentioned: BTreeSet<_> = said.mentions.values().collect();
    let mut told: Vec<_> = mentioned
        .into_iter()
        .map(|who| acted(ActKind::Mention, Some(who)))
        .collect();
    if let Some(under) = &said.under {
        told.push(acted(ActKind::Reply, Some(under)));
    }
    told.push(acted(ActKind::Comment, None));
    if !stands {
        told.push(acted(ActKind::Gone, Some(&said.author)));
    }
    told.into_iter()
}

/// A smile at a comment, or one taken back.
pub fn smiled_at_comment(
    (user, post, own): (UserId, PostId, Ulid),
    old: Option<&Image>,
    new: Option<&Image>,
    at: Timestamp,
) -> Result<Vec<Message>, Error> {
    let acts = |image: Option<&Image>| {
        let acts = image.map(|image| serde_dynamo::from_item::<_, AtComment>(image.clone()));
        let acts = acts.transpose().map_err(Error::custom)?;
        Ok::<_, Error>(acts.unwrap_or_default())
    };
    let (before, now) = (acts(old)?, acts(new)?);
    if before.smile.is_some() == now.smile.is_some() {
        return Ok(Vec::new());
    }
    let parent = now.reply_to.or(before.reply_to);
    let comment = CommentId { post, parent, own };
    let acted = Acted {
        kind: ActKind::Smile,
        actor: user,
        subject: comment.to_string(),
        owner: None,
        handle: None,
        at: now.smile.or(before.smile).unwrap_or(at),
    };
    let marks = RollupMessage::MarksChanged(MarksChanged::of(post));
    Ok(vec![NotifierMessage::Acted(acted).into(), marks.into()])
}
