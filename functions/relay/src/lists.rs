//! What is told of lists: that a thing came to one or left it, and that others are shown it, or are no more.

use std::collections::BTreeSet;

use domain::{
    engagement::{Acts, Idea, IdeaList},
    ids::{ListId, UserId},
    money::insights::Response,
};
use serde::de::Error as _;
use serde_json::Error;
use shared::queue::messages::{JanitorMessage, ListChanged, ListDeleted, RollupMessage, Since};

use crate::{
    insights::responded,
    message::{Image, Message},
};

/// What of a person's lists a thing came to, left, or moved in.
pub fn saved<'a>(
    owner: &'a UserId,
    idea: &'a Idea,
    before: &'a Acts,
    now: &'a Acts,
) -> impl Iterator<Item = Message> + 'a {
    let lists: BTreeSet<_> = before.save.keys().chain(now.save.keys()).collect();
    let changed = lists.into_iter().flat_map(|list| {
        let (was, is) = (before.save.get(list), now.save.get(list));
        let changed = if was == is { [None, None] } else { [was, is] };
        let since: BTreeSet<_> = changed.into_iter().flatten().map(|save| save.at).collect();
        since.into_iter().map(|since| (*list, since))
    });
    let told = changed.map(|(list, at)| {
        let what = Some(Since {
            idea: idea.clone(),
            at,
        });
        of_list(owner.clone(), list, what)
    });
    // It is saved since it came to the first of their lists.
    let first = |acts: &Acts| acts.save.values().map(|save| save.at).min();
    let response = Response::Save {
        user: owner.clone(),
        idea: idea.clone(),
    };
    told.chain(responded([first(before), first(now)], response))
}

/// What a person did at a product.
pub fn at_product(
    owner: &UserId,
    idea: &Idea,
    old: Option<Image>,
    new: Option<Image>,
) -> Result<Vec<Message>, Error> {
    let (before, now) = (acts(old)?, acts(new)?);
    Ok(saved(owner, idea, &before, &now).collect())
}

/// What a person did at a thing, as an image has it.
pub fn acts(image: Option<Image>) -> Result<Acts, Error> {
    let acts = image.map(serde_dynamo::from_item::<_, Acts>);
    Ok(acts.transpose().map_err(Error::custom)?.unwrap_or_default())
}

/// A list of which others are told from now on, or no more; or that is gone.
pub fn changed(old: Option<Image>, new: Option<Image>) -> Result<Vec<Message>, Error> {
    let list = |image: Option<Image>| {
        let list = image.map(serde_dynamo::from_item::<_, IdeaList>);
        list.transpose().map_err(Error::custom)
    };
    Ok(match (list(old)?, list(new)?) {
        (Some(was), Some(is)) if was.visibility != is.visibility => {
            vec![of_list(is.owner, is.id, None)]
        }
        (Some(was), None) => {
            let (list, owner) = (was.id, was.owner);
            vec![JanitorMessage::ListDeleted(ListDeleted { list, owner }).into()]
        }
        (Some(_) | None, Some(_)) | (None, None) => Vec::new(),
    })
}

fn of_list(owner: UserId, list: ListId, what: Option<Since>) -> Message {
    RollupMessage::ListChanged(ListChanged {
        owner,
        list,
        what,
        after: None,
    })
    .into()
}

#[cfg(test)]
mod tests {
    use domain::engagement::{Place, Save};

    use super::*;

    fn keeps(saves: &[(u128, &str, i64)]) -> Acts {
        let save = |(list, place, at): &(u128, &str, i64)| {
            let save = Save {
                order: Place::parse(place).unwrap(),
                at: jiff::Timestamp::from_second(*at).unwrap(),
                noted: false,
            };
            (ListId(list.to_owned().into()), save)
        };
        Acts {
            save: saves.iter().map(save).collect(),
            ..Acts::default()
        }
    }

    #[test]
    fn what_came_to_a_list_left_it_or_moved_is_told_and_nothing_else() {
        let owner = UserId::parse("ana").unwrap();
        let idea = Idea::from_path("product", "mug").unwrap();
        let one = (1, "V00000", 5);
        for (before, now, told) in [
            (vec![], vec![one], vec![(1, 5)]),
            (vec![one], vec![], vec![(1, 5)]),
            (vec![one], vec![one], vec![]),
            (vec![one], vec![(1, "V00001", 5)], vec![(1, 5)]),
            (vec![one], vec![(1, "V00000", 6)], vec![(1, 5), (1, 6)]),
            (vec![one], vec![one, (2, "V00000", 7)], vec![(2, 7)]),
        ] {
            let (before, now) = (keeps(&before), keeps(&now));
            let expected = told.into_iter().map(|(list, at)| {
                let at = jiff::Timestamp::from_second(at).unwrap();
                let idea = idea.clone();
                of_list(
                    owner.clone(),
                    ListId(u128::into(list)),
                    Some(Since { idea, at }),
                )
            });
            let mut said: Vec<_> = saved(&owner, &idea, &before, &now).collect();
            said.retain(|message| {
                let responded = matches!(message, Message::Rollup(RollupMessage::Responded(_)));
                !responded
            });
            assert_eq!(said, expected.collect::<Vec<_>>());
        }
    }
}
