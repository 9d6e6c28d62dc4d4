//! That things are found otherwise is told when they change so.

use domain::{engagement::Moderation, ids::UserId};
use serde_json::json;

use super::{tests::is_of_finding, *};

/// Whether it is told that something is found otherwise when an item of ours changes so.
fn tells_of_finding(key: &Key, old: Option<Value>, new: Option<Value>) -> bool {
    let image = |item: Value| serde_dynamo::to_item::<_, Image>(item).unwrap();
    let record = json!({"eventName": "MODIFY", "dynamodb": {
        "Keys": image(json!({"PK": key.pk, "SK": key.sk})),
        "OldImage": old.map(image), "NewImage": new.map(image),
        "ApproximateCreationDateTime": 1_795_251_600.0,
    }});
    messages(&record).unwrap().iter().any(is_of_finding)
}

#[test]
fn what_somebody_is_found_by_is_told_of_when_it_changes_and_only_then() {
    let ana = UserId::parse("ana").unwrap();
    let key = keys::profile(&ana);
    let person = |name: &str, followers: u64, leaving: bool| {
        let mut person = json!({
            "handle": "ana", "display_name": name, "followers": followers, "bio": followers,
        });
        if leaving {
            person["leaving"] = json!(true);
        }
        Some(person)
    };
    let was = || person("Ana", 3, false);
    for (new, told) in [
        (was(), false),
        (person("Ana", 6, false), false),
        (person("Ana", 7, false), true),
        (person("Ana", 2, false), true),
        (person("Anna", 3, false), true),
        (person("Ana", 3, true), true),
        (None, true),
    ] {
        assert_eq!(tells_of_finding(&key, was(), new.clone()), told, "{new:?}");
    }
    assert!(tells_of_finding(&key, None, was()));
    assert!(!tells_of_finding(&key, person("Ana", 3, true), None));
}

#[test]
fn what_a_post_is_found_by_is_told_of_when_it_changes_and_only_then() {
    let id = "01KAJ6Z7S0000000000000000A".parse().unwrap();
    let key = keys::post(id);
    let post = |change: &dyn Fn(&mut domain::posts::Post)| {
        let author = UserId::parse("ana").unwrap();
        let kind = domain::posts::PostKind::Story;
        let now = Timestamp::UNIX_EPOCH;
        let mut post = domain::posts::Post::new(id, author, kind, now);
        post.text = "A red cup".to_owned();
        post.settle(now);
        change(&mut post);
        Some(serde_json::to_value(post).unwrap())
    };
    let was = || post(&|post| post.smiles = 3);
    for (new, told) in [
        (was(), false),
        (post(&|post| post.smiles = 6), false),
        (post(&|post| post.smiles = 7), true),
        (
            post(&|post| (post.smiles, post.text) = (3, "A RED CUP!".to_owned())),
            false,
        ),
        (
            post(&|post| (post.smiles, post.text) = (3, "A blue cup".to_owned())),
            true,
        ),
        (
            post(&|post| post.hide(Moderation::by_reports(Timestamp::UNIX_EPOCH))),
            true,
        ),
        (None, true),
    ] {
        assert_eq!(tells_of_finding(&key, was(), new.clone()), told, "{new:?}");
    }
    assert!(tells_of_finding(&key, None, was()));
    let waits = || post(&|post| post.status = domain::posts::PostStatus::Processing);
    assert!(!tells_of_finding(&key, None, waits()));
}
