//! What readers want more and less of (FEEDS 3): it moves with what they say of a post, in one transaction.

use std::collections::HashMap;

use aws_sdk_dynamodb::{primitives::Blob, types::AttributeValue};
use domain::{
    engagement::{Acts, Feedback},
    feeds::Taste,
    ids::{PersonHash, PostId, TopicId, UserId},
    posts::{Post, PostStatus},
};
use jiff::Timestamp;

use crate::{
    error::Error,
    keys,
    store::Store,
    table::{Anew, Conditional, Expression, Item, Write, put_if, update_if, value},
};

/// A weight is kept in so many parts of one.
const PARTS: f64 = 1_000.0;

/// What a reader's word on a post stands on, as it was read.
#[derive(Debug, Default)]
pub struct Stance {
    acts: Acts,
    taste: Taste,
    /// How often the taste was written.
    edition: i64,
    /// Whether it is as of every write acknowledged before.
    now: bool,
}

/// A reader's word on a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Word {
    /// They want more like it, or less.
    Feedback {
        /// More.
        more: bool,
    },
    /// They hide it, or do so no longer.
    Hide(bool),
}

impl Word {
    /// What they did at the post once it is said; `None` where it says nothing new.
    fn said(self, before: &Acts, now: Timestamp) -> Option<Acts> {
        let mut acts = before.clone();
        match self {
            Self::Feedback { more } if before.taste.is_none_or(|said| said.more != more) => {
                acts.taste = Some(Feedback { more, at: now });
            }
            Self::Hide(true) if before.hide.is_none() => acts.hide = Some(now),
            Self::Hide(false) if before.hide.is_some() => acts.hide = None,
            Self::Feedback { .. } | Self::Hide(_) => return None,
        }
        Some(acts)
    }

    /// The write by which it is noted what they did, as that was read.
    fn noted(
        self,
        user: &UserId,
        post: PostId,
        before: &Acts,
        after: &Acts,
    ) -> Result<Write<bool>, Error> {
        let (name, before, after) = match self {
            Self::Feedback { .. } => ("taste", before.taste.map(value), after.taste.map(value)),
            Self::Hide(_) => ("hide", before.hide.map(value), after.hide.map(value)),
        };
        let mut change = match after {
            Some(after) => Expression::new("SET #said = :after").value(":after", after?),
            None => Expression::new("REMOVE #said"),
        };
        let condition = match before {
            Some(before) => {
                change = change.value(":before", before?);
                "#said = :before"
            }
            None => "attribute_not_exists(#said)",
        };
        let change = change.name("#said", name);
        Ok(update_if(keys::acts(user, post), change, condition).unless(false))
    }
}

impl Store {
    /// A published post that a reader sees, and what their word on it stands on: one round. `None` asks for a post that
    /// there is not.
    ///
    /// # Errors
    /// Those of [`Store::rules`]; [`Error::NotFound`].
    pub async fn to_say_of(
        &self,
        reader: &UserId,
        post: Option<PostId>,
    ) -> Result<(Post, Stance), Error> {
        let read = async {
            match post {
                Some(post) => {
                    let (post, stance) = (self.post_now(post), self.stance(reader, post));
                    futures::try_join!(post, stance).map(Some)
                }
                None => Ok(None),
            }
        };
        let (rules, read) = futures::join!(self.rules(reader), read);
        let (rules, (post, stance)) = (rules?, read?.ok_or(Error::NotFound)?);
        let post = post
            .filter(|post| post.status == PostStatus::Published)
            .filter(|post| !rules.part_from(&post.author))
            .ok_or(Error::NotFound)?;
        Ok((post, stance))
    }

    /// What a reader's word on a post stands on: one read unit.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn stance(&self, user: &UserId, post: PostId) -> Result<Stance, Error> {
        self.stance_as(user, post, false).await
    }

    async fn stance_as(&self, user: &UserId, post: PostId, now: bool) -> Result<Stance, Error> {
        let acts = async {
            match now {
                true => self.acts_now(user, post).await,
                false => self.acts_at(user, post).await,
            }
        };
        let key = keys::taste(user);
        let (acts, taste) = futures::try_join!(acts, self.table.get(&key, now))?;
        let taste = taste.unwrap_or_default();
        Ok(Stance {
            acts,
            edition: edition(&taste),
            taste: read_taste(&taste),
            now,
        })
    }

    /// Says something of a post, once: what they want more and less of moves by what that changes. The last word on a
    /// post stands.
    ///
    /// # Errors
    /// Those of the table.
    pub async fn say_of_post(
        &self,
        user: &UserId,
        post: &Post,
        word: Word,
        mut stance: Stance,
        now: Timestamp,
    ) -> Result<(), Error> {
        let mut anew = Anew::standing_on("a taste");
        loop {
            let Some(acts) = word.said(&stance.acts, now) else {
                if stance.now {
                    return Ok(());
                }
                // It may have been said otherwise since what was read.
                stance = self.stance_as(user, post.id, true).await?;
                continue;
            };
            let mut writes = vec![word.noted(user, post.id, &stance.acts, &acts)?];
            let (before, after) = (stance.acts.feedback(), acts.feedback());
            if before != after {
                stance.taste.hears(post, before, after, now);
                writes.push(kept(user, &stance.taste, stance.edition).unless(false));
            }
            if self.table.transact(true, writes).await? {
                return Ok(());
            }
            anew.begin().await?;
            stance = self.stance_as(user, post.id, true).await?;
        }
    }
}

/// A taste as its item has it.
pub(in crate::store) fn read_taste(item: &Item) -> Taste {
    let authors = item.get("authors").and_then(|kept| kept.as_b().ok());
    let (authors, _) = authors
        .map_or(&[][..], |kept| kept.as_ref())
        .as_chunks::<10>();
    let authors = authors.iter().filter_map(|kept| {
        let (hash, weight) = kept.split_at(8);
        let weight = i16::from_be_bytes(weight.try_into().ok()?);
        Some((PersonHash(hash.try_into().ok()?), f64::from(weight) / PARTS))
    });
    let topics = item.get("topics").and_then(|kept| kept.as_m().ok());
    let topics = topics.into_iter().flatten().filter_map(|(topic, weight)| {
        let weight: i16 = weight.as_n().ok()?.parse().ok()?;
        Some((TopicId::parse(topic)?, f64::from(weight) / PARTS))
    });
    let at = item.get("at").and_then(|at| at.as_s().ok()?.parse().ok());
    Taste::kept(authors, topics, at.unwrap_or_default())
}

fn edition(item: &Item) -> i64 {
    let edition = item
        .get("edition")
        .and_then(|edition| edition.as_n().ok()?.parse().ok());
    edition.unwrap_or_default()
}

/// The write by which a taste is kept, where the one before is of this edition.
fn kept(user: &UserId, taste: &Taste, edition: i64) -> Conditional {
    let mut item = keys::taste(user).attributes();
    let parts = |weight: f64| {
        let most = f64::from(i16::MAX);
        (weight * PARTS).round().clamp(-most, most) as i16
    };
    let authors = taste.authors().flat_map(|(author, weight)| {
        let weight = parts(weight).to_be_bytes();
        author.0.into_iter().chain(weight)
    });
    let authors = Blob::new(authors.collect::<Vec<_>>());
    let topics = taste.topics().map(|(topic, weight)| {
        let weight = AttributeValue::N(parts(weight).to_string());
        (topic.to_string(), weight)
    });
    let topics = topics.collect::<HashMap<_, _>>();
    item.extend([
        ("authors".to_owned(), AttributeValue::B(authors)),
        ("topics".to_owned(), AttributeValue::M(topics)),
        ("at".to_owned(), AttributeValue::S(taste.at().to_string())),
        (
            "edition".to_owned(),
            AttributeValue::N((edition + 1).to_string()),
        ),
    ]);
    let as_read = match edition {
        0 => Expression::new("attribute_not_exists(edition)"),
        _ => Expression::new("edition = :edition").number(":edition", edition),
    };
    put_if(item, as_read)
}

#[cfg(test)]
mod tests {
    use domain::{feeds::MOST_AUTHORS, people::interests};

    use super::*;

    #[test]
    fn the_fullest_taste_is_kept_in_two_kilobytes_and_read_as_it_was() {
        let topics = interests::groups()
            .iter()
            .flat_map(|group| &group.interests);
        let topics = topics.filter_map(|interest| TopicId::parse(&interest.id));
        let authors = (0..MOST_AUTHORS).map(|number| {
            let author = UserId::parse(&format!("author{number}")).unwrap();
            (author.hash(), -2.625)
        });
        let at: Timestamp = "2026-11-21T21:56:00.123Z".parse().unwrap();
        let taste = Taste::kept(authors, topics.map(|topic| (topic, -2.875)), at);
        let user = UserId::parse("Khz7TtxGdApEIxhTZeGt4w").unwrap();
        let write = format!("{:?}", kept(&user, &taste, 999));
        assert!(write.contains("edition = :edition"));
        // https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html
        let names: usize = taste
            .topics()
            .map(|(topic, _)| topic.as_str().len() + 1 + 4)
            .sum();
        let size = 60 + 70 + MOST_AUTHORS * 10 + 3 + names;
        assert!(size <= 2_048, "{size}");
    }
}
