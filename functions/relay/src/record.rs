//! What a record of the table's stream says, and which messages it comes to.

use domain::{
    engagement::{Idea, Subject, Thing},
    ids::CommentId,
};
use jiff::Timestamp;
use serde::{Deserialize, de::Error as _};
use serde_json::{Error, Value};
use shared::{
    keys::{self, Item, Key, Relayed},
    queue::messages::{AccountLeaving, EntriesPosted, ExportAsked, JanitorMessage, LedgerMessage},
    telemetry::{Trace, metrics},
};

use crate::{
    engagement, insights, lists,
    message::{Image, Message},
    moderation, people, photos, posts,
};

/// The part of a record that the relay goes by.
#[derive(Deserialize)]
struct Record {
    #[serde(rename = "eventName")]
    event: Event,
    dynamodb: Change,
}

#[derive(Deserialize, PartialEq, Eq)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Event {
    Insert,
    Modify,
    Remove,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Change {
    keys: Keys,
    new_image: Option<Image>,
    old_image: Option<Image>,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Keys {
    pk: Text,
    sk: Text,
}

#[derive(Deserialize)]
#[serde(rename_all = "UPPERCASE")]
struct Text {
    s: String,
}

/// The record's place in its shard; empty when it has none.
pub fn sequence(record: &Value) -> &str {
    record["dynamodb"]["SequenceNumber"]
        .as_str()
        .unwrap_or_default()
}

/// The trace that made the change, as it is noted on the item.
pub fn trace(record: &Value) -> Option<Trace> {
    let images = ["NewImage", "OldImage"].map(|image| &record["dynamodb"][image][keys::TRACE]["S"]);
    let noted = images.into_iter().find_map(Value::as_str)?;
    Trace::from_traceparent(noted)
}

/// When the change was committed, to the second.
///
/// # Errors
/// The record does not say so.
fn committed_at(record: &Value) -> Result<Timestamp, Error> {
    committed(record).ok_or_else(|| Error::custom("not known when"))
}

/// As [`committed_at`], where it is said.
fn committed(record: &Value) -> Option<Timestamp> {
    let seconds = record["dynamodb"]["ApproximateCreationDateTime"].as_f64()?;
    Timestamp::from_second(seconds as i64).ok()
}

/// How long ago the change was committed, in milliseconds, to the second.
pub fn age(record: &Value) -> Option<f64> {
    committed(record).map(|committed| metrics::milliseconds(metrics::since(committed)))
}

/// The messages that a record comes to. Which changes are told is on their items' lines.
///
/// # Errors
/// Says what cannot be read.
pub fn messages(record: &Value) -> Result<Vec<Message>, Error> {
    let Record { event, dynamodb } = Record::deserialize(record)?;
    let (old, new) = (dynamodb.old_image, dynamodb.new_image);
    let key = Key {
        pk: dynamodb.keys.pk.s,
        sk: dynamodb.keys.sk.s,
    };
    let Some(item) = Relayed::at(&key) else {
        let untold = Item::at(&key).map(|_untold| Vec::new());
        return untold.ok_or_else(|| Error::custom("no item of ours"));
    };
    let said = |message: Option<Message>| message.into_iter().collect();
    match item {
        Relayed::Post(post) => {
            let (old, new) = (old.as_ref(), new.as_ref());
            let appeared = posts::appeared(old, new)?.map(Message::from);
            let marked = posts::marked(post, old, new)?.map(Message::from);
            let heated = engagement::heated(Thing::Post(post), old, new)?;
            let committed = committed_at(record)?;
            let told = posts::told_of(post, old, new, committed)?;
            let told = told.into_iter().map(Message::from);
            let gone = posts::gone(post, old, new)?.map(Message::from);
            let closed = moderation::gone(Subject::Post(post), old, new, committed);
            let findable = posts::findable(post, old, new)?.map(Message::from);
            let first = [appeared, marked, heated, gone, closed, findable]
                .into_iter()
                .flatten();
            Ok(first.chain(told).collect())
        }
        Relayed::CameTo(..) if event == Event::Insert => posts::came_to(new),
        Relayed::Photo(_) if event == Event::Remove => photos::removed(old).map(said),
        Relayed::Follows(reader, author) => people::followed((reader, author), old, new),
        Relayed::Acts(user, post) => {
            let committed = committed_at(record)?;
            engagement::acted((user, post), old, new, committed)
        }
        Relayed::ActsAtProduct(user, product) => {
            lists::at_product(&user, &Idea::Product(product), old, new)
        }
        Relayed::Rate(reader) => people::rated(reader, old, new).map(said),
        Relayed::History(user) => people::got(&user, old, new),
        Relayed::List(_) => lists::changed(old, new),
        Relayed::Product(product) => {
            let thing = Thing::Product(product);
            engagement::heated(thing, old.as_ref(), new.as_ref()).map(said)
        }
        Relayed::ActsAtComment(user, post, own) => {
            let at = committed_at(record)?;
            let comment = (user, post, own);
            engagement::smiled_at_comment(comment, old.as_ref(), new.as_ref(), at)
        }
        Relayed::Comment(post, own) => {
            let comment = CommentId::top(post, own);
            said_or_gone(comment, old.as_ref(), new.as_ref(), record)
        }
        Relayed::Reply(post, parent, own) => {
            let parent = Some(parent);
            let comment = CommentId { post, parent, own };
            said_or_gone(comment, old.as_ref(), new.as_ref(), record)
        }
        Relayed::Report(..) => moderation::reported(old, new).map(said),
        Relayed::Statement(user, id) if event == Event::Insert => moderation::stated(user, id, new),
        Relayed::Deletion(user) if event == Event::Insert => {
            let leaving = JanitorMessage::Deletion(AccountLeaving { user });
            Ok(vec![leaving.into()])
        }
        Relayed::Unsealed(account, _) if event == Event::Insert => {
            let posted = LedgerMessage::Posted(EntriesPosted { account });
            Ok(vec![posted.into()])
        }
        Relayed::VisitorClick(visitor, click) if event == Event::Insert => {
            insights::clicked(visitor, click, new)
        }
        Relayed::Export(user, export) if event == Event::Insert => {
            let asked = JanitorMessage::Export(ExportAsked { user, export });
            Ok(vec![asked.into()])
        }
        Relayed::Badge(user) => {
            let at = committed_at(record)?;
            people::weighed(user, old, new, at).map(said)
        }
        Relayed::Profile(user) => {
            let (old, new) = (old.as_ref(), new.as_ref());
            let heated = engagement::heated(Thing::Person(user.clone()), old, new)?;
            let findable = people::findable(user, old, new)?.map(Message::from);
            Ok(heated.into_iter().chain(findable).collect())
        }
        Relayed::CameTo(..)
        | Relayed::Photo(_)
        | Relayed::Statement(..)
        | Relayed::Deletion(_)
        | Relayed::Unsealed(..)
        | Relayed::VisitorClick(..)
        | Relayed::Export(..) => Ok(Vec::new()),
    }
}

/// What of a comment concerns those around it, and that it is gone.
fn said_or_gone(
    comment: CommentId,
    old: Option<&Image>,
    new: Option<&Image>,
    record: &Value,
) -> Result<Vec<Message>, Error> {
    let mut messages = engagement::said(comment, old, new)?;
    let at = committed_at(record)?;
    messages.extend(moderation::gone(Subject::Comment(comment), old, new, at));
    Ok(messages)
}

#[cfg(test)]
#[path = "finding_tests.rs"]
mod finding_tests;

#[cfg(test)]
#[path = "insights_tests.rs"]
mod insights_tests;

#[cfg(test)]
#[path = "money_tests.rs"]
mod money_tests;

#[cfg(test)]
mod tests {
    use domain::{
        engagement::{Case, Moderation, Outcome, Report, ReportReason, Statement, Weight},
        ids::{ReportId, StatementId, TopicId, UserId},
    };
    use serde_json::json;
    use shared::queue::messages::{
        ActKind, Acted, Decided, FanoutMessage, Followed, Heated, JanitorMessage, NotifierMessage,
        PhotoRemoved, PhotosMessage, ReportDecided, RollupMessage, Stated,
    };
    use ulid::Ulid;

    use super::*;

    const SAMPLE: &str = include_str!("../../../events/relay-stream.json");

    /// A post's record, of the images with these states.
    fn of_post(old: Option<&str>, new: Option<&str>) -> Value {
        let sample: Value = serde_json::from_str(SAMPLE).unwrap();
        let mut record = sample["Records"][0].clone();
        let published = record["dynamodb"]["NewImage"].take();
        let image = |status: &str| {
            let mut image = published.clone();
            image["status"]["S"] = json!(status);
            if status != "published" {
                image.as_object_mut().unwrap().remove("published_at");
            }
            image
        };
        record["dynamodb"]["OldImage"] = json!(old.map(image));
        record["dynamodb"]["NewImage"] = json!(new.map(image));
        record
    }

    /// Whether it is told that something is found otherwise.
    pub(super) fn is_of_finding(message: &Message) -> bool {
        matches!(message, Message::Rollup(RollupMessage::FindableChanged(_)))
    }

    #[test]
    fn a_post_is_told_of_when_it_appears_and_only_then() {
        let told = [
            (None, Some("published")),
            (Some("processing"), Some("published")),
            (Some("needs_attention"), Some("published")),
        ];
        for (old, new) in told {
            let mut messages = messages(&of_post(old, new)).unwrap();
            messages.retain(|message| !is_of_finding(message));
            assert!(
                matches!(
                    messages[..],
                    [
                        Message::Fanout(FanoutMessage::PostPublished(_)),
                        Message::Rollup(RollupMessage::MarksChanged(_)),
                    ]
                ),
                "{old:?} {new:?}"
            );
        }
        let untold = [
            (None, Some("processing")),
            (Some("processing"), Some("needs_attention")),
            (Some("published"), Some("published")),
        ];
        for (old, new) in untold {
            assert_eq!(messages(&of_post(old, new)).unwrap(), [], "{old:?} {new:?}");
        }
    }

    #[test]
    fn a_post_that_is_shown_no_more_is_told_to_who_adds_up_marks() {
        for new in [None, Some("needs_attention")] {
            let mut messages = messages(&of_post(Some("published"), new)).unwrap();
            messages.retain(|message| {
                let gone = matches!(message, Message::Rollup(RollupMessage::Gone(_)));
                !gone && !matches!(message, Message::Janitor(_))
            });
            messages.retain(|message| !is_of_finding(message));
            let [
                Message::Rollup(RollupMessage::MarksChanged(told)),
                Message::Notifier(NotifierMessage::Acted(acted)),
            ] = &messages[..]
            else {
                panic!("{messages:?}");
            };
            // Whose it was nothing else tells of one that is gone.
            assert_eq!(told.people.len(), usize::from(new.is_none()));
            assert_eq!(acted.kind, ActKind::Gone);
        }
    }

    #[test]
    fn a_post_that_is_gone_is_told_to_who_takes_away_what_is_left_of_it() {
        for (status, appeared) in [("published", true), ("processing", false)] {
            let messages = messages(&of_post(Some(status), None)).unwrap().into_iter();
            let mut told = messages.filter_map(|message| match message {
                Message::Janitor(JanitorMessage::PostDeleted(gone)) => Some(gone),
                Message::Fanout(_)
                | Message::Photos(_)
                | Message::Rollup(_)
                | Message::Notifier(_)
                | Message::Janitor(_)
                | Message::Ledger(_) => None,
            });
            let gone = told.next().unwrap();
            assert_eq!(gone.published_at.is_some(), appeared, "{status}");
            assert!(!gone.topics.is_empty());
            assert_eq!(told.next(), None);
        }
    }

    #[test]
    fn what_is_there_no_more_is_told_once_to_who_closes_its_case() {
        let top = |deleted: bool| {
            let mut image = json!({
                "PK": {"S": "COMMENTS#01KAJ6Z7S0000000000000000A"}, "SK": {"S": "C#01KAJ6Z7S0000000000000000B"},
                "id": {"S": "01KAJ6Z7S0000000000000000A01KAJ6Z7S0000000000000000B"}, "author": {"S": "bo"},
                "created_at": {"S": "2026-11-21T21:56:00.123Z"}, "text": {"S": "So"},
            });
            if deleted {
                image["deleted"] = json!({"BOOL": true});
            }
            image
        };
        let hidden = {
            let mut image = top(false);
            image["moderation"] = json!({"M": {"by": {"S": "filter"}, "reason": {"S": "!"}}});
            image
        };
        let none = Value::Null;
        for (old, new, told) in [
            (none.clone(), top(false), false),
            (top(false), top(true), true),
            (top(false), none.clone(), true),
            (hidden.clone(), none.clone(), true),
            (top(true), none.clone(), false),
            (top(false), hidden, false),
        ] {
            let record = json!({"eventName": "MODIFY", "dynamodb": {
                "ApproximateCreationDateTime": 1_795_251_601,
                "Keys": {"PK": top(false)["PK"], "SK": top(false)["SK"]}, "OldImage": old, "NewImage": new,
            }});
            let messages = messages(&record).unwrap().into_iter();
            let gone = messages
                .filter(|message| matches!(message, Message::Rollup(RollupMessage::Gone(_))));
            assert_eq!(gone.count(), usize::from(told), "{record}");
        }
    }

    #[test]
    fn what_is_asked_for_of_an_account_is_told_once() {
        let user = UserId::parse("Khz7TtxGdApEIxhTZeGt4w").unwrap();
        let export = "01KAKGXV3C8Z2M4N6P8R0T1V3W".parse().unwrap();
        let record = |event: &str, pk: String, sk: &str| {
            let key = json!({"PK": {"S": pk}, "SK": {"S": sk}});
            json!({"eventName": event, "dynamodb": {"Keys": key, "NewImage": key}})
        };
        let leaving = |event: &str| record(event, format!("DELETION#{user}"), "JOB");
        let asked = |event: &str| {
            record(
                event,
                format!("EXPORTS#{user}"),
                "01KAKGXV3C8Z2M4N6P8R0T1V3W",
            )
        };
        let user = || user.clone();
        let deletion = JanitorMessage::Deletion(AccountLeaving { user: user() });
        let export = ExportAsked {
            user: user(),
            export,
        };
        assert_eq!(messages(&leaving("INSERT")).unwrap(), [deletion.into()]);
        let export = JanitorMessage::Export(export);
        assert_eq!(messages(&asked("INSERT")).unwrap(), [export.into()]);
        for event in ["MODIFY", "REMOVE"] {
            assert_eq!(messages(&leaving(event)).unwrap(), []);
            assert_eq!(messages(&asked(event)).unwrap(), []);
        }
        let other = record("INSERT", format!("EXPORTS#{}", user()), "UNFINISHED");
        assert_eq!(messages(&other).unwrap(), []);
    }

    #[test]
    fn a_post_that_is_shown_again_did_not_appear_again() {
        let mut record = of_post(Some("needs_attention"), Some("published"));
        let since = record["dynamodb"]["NewImage"]["published_at"].clone();
        record["dynamodb"]["OldImage"]["published_at"] = since;
        let messages = messages(&record).unwrap();
        let appeared = |message: &Message| matches!(message, Message::Fanout(_));
        assert!(!messages.iter().any(appeared), "{messages:?}");
    }

    #[test]
    fn how_a_post_is_liked_is_told_where_it_is_notably_more_or_counts_towards_the_badge() {
        let told = |old: (&str, u64), new: (&str, u64)| {
            let mut record = of_post(Some("published"), Some("published"));
            for (image, (what, count)) in [("OldImage", old), ("NewImage", new)] {
                let image = &mut record["dynamodb"][image];
                image["published_at"] = json!({"S": "2026-11-21T21:56:00.123Z"});
                image[what] = json!({"N": count.to_string()});
            }
            let mut told = messages(&record).unwrap();
            told.retain(|message| !is_of_finding(message));
            match &told[..] {
                [] => None,
                [Message::Rollup(RollupMessage::MarksChanged(told))] => Some(told.walls.is_some()),
                _ => panic!("{told:?}"),
            }
        };
        for (old, new, expected) in [
            (0, 1, Some(true)),
            (1, 0, Some(true)),
            (1, 1, None),
            // From 20 to 21 is no step, and the badge may hang on it.
            (20, 21, Some(false)),
            (21, 20, Some(false)),
            (21, 22, Some(true)),
            (22, 23, None),
            (1_000, 1_001, None),
            (1_000, 2_000, Some(true)),
        ] {
            let said = told(("smiles", old), ("smiles", new));
            assert_eq!(said, expected, "{old} {new}");
        }
        assert_eq!(told(("saves", 0), ("saves", 1)), Some(true));
        // Nobody likes it: what more is said of it counts for nothing.
        assert_eq!(told(("comments", 3), ("comments", 4)), None);
    }

    #[test]
    fn a_post_on_other_walls_is_told_of_with_those_that_it_left() {
        let mut record = of_post(Some("published"), Some("published"));
        for (image, topic) in [("OldImage", "cats"), ("NewImage", "coffee")] {
            let image = &mut record["dynamodb"][image];
            image["published_at"] = json!({"S": "2026-11-21T21:56:00.123Z"});
            image["topics"] = json!({"L": [{"S": topic}]});
        }
        let told = messages(&record).unwrap();
        let [Message::Rollup(RollupMessage::MarksChanged(changed))] = &told[..] else {
            panic!("{told:?}");
        };
        let walls = changed.walls.iter().flatten().map(TopicId::as_str);
        assert_eq!(walls.collect::<Vec<_>>(), ["cats", "coffee"]);
    }

    #[test]
    fn whose_answer_is_accepted_and_whose_is_no_more_are_told_to_who_weighs_badges() {
        let mut record = of_post(Some("published"), Some("published"));
        for (image, by) in [("OldImage", "ben"), ("NewImage", "cleo")] {
            record["dynamodb"][image]["accepted"] = json!({"M": {
                "own": {"S": "01KAJ6Z7S0000000000000000C"}, "by": {"S": by},
            }});
        }
        let told = messages(&record).unwrap().into_iter();
        let mut weighed = told.filter_map(|message| match message {
            Message::Rollup(RollupMessage::MarksChanged(changed)) => Some(changed.people),
            Message::Fanout(_)
            | Message::Photos(_)
            | Message::Rollup(_)
            | Message::Notifier(_)
            | Message::Janitor(_)
            | Message::Ledger(_) => None,
        });
        let [ben, cleo] = ["ben", "cleo"].map(|id| UserId::parse(id).unwrap());
        assert_eq!(weighed.next(), Some(vec![ben, cleo]));
        assert_eq!(weighed.next(), None);
    }

    #[test]
    fn whom_a_post_mentions_is_told_of_when_it_begins_and_when_it_ends() {
        let saying = |old: Option<&str>, new: Option<&str>| {
            let published = |text: Option<&str>| text.map(|_| "published");
            let mut record = of_post(published(old), published(new));
            for (image, text) in [("OldImage", old), ("NewImage", new)] {
                if let Some(text) = text {
                    record["dynamodb"][image]["text"] = json!({"S": text});
                }
            }
            let messages = messages(&record).unwrap().into_iter();
            let handles = messages.filter_map(|message| match message {
                Message::Notifier(NotifierMessage::Acted(acted)) => acted.handle,
                Message::Notifier(
                    NotifierMessage::Stated(_) | NotifierMessage::ReportDecided(_),
                )
                | Message::Fanout(_)
                | Message::Photos(_)
                | Message::Rollup(_)
                | Message::Janitor(_)
                | Message::Ledger(_) => None,
            });
            handles.collect::<Vec<_>>()
        };
        for (old, new, told) in [
            (
                None,
                Some("Hi @Ben, @ben and @cleo_1"),
                &["ben", "cleo_1"][..],
            ),
            (Some("Hi @ben"), Some("Hi @ben, dear"), &[]),
            (Some("Hi @ben"), Some("Hi @cleo"), &["ben", "cleo"]),
            (Some("Hi @ben"), None, &["ben"]),
            (None, Some("Hi"), &[]),
        ] {
            assert_eq!(saying(old, new), told, "{old:?} {new:?}");
        }
        let many: Vec<_> = (10..90).map(|n| format!("@ben{n}")).collect();
        assert_eq!(saying(None, Some(&many.join(" "))).len(), 50);
    }

    #[test]
    fn a_thing_is_told_of_when_it_becomes_hot_and_only_then() {
        let person = |heat: &str, generation: &str| {
            json!({
                "PK": {"S": "USER#ana"}, "SK": {"S": "PROFILE"},
                "heat": {"N": heat}, "gen": {"N": generation},
            })
        };
        let record = |old: Value, new: Value| {
            json!({"eventName": "MODIFY", "dynamodb": {
                "Keys": {"PK": new["PK"], "SK": new["SK"]}, "OldImage": old, "NewImage": new,
            }})
        };
        let heated = Message::Rollup(RollupMessage::Heated(Heated {
            thing: Thing::Person(UserId::parse("ana").unwrap()),
            generation: 2,
            acts: 0,
        }));
        let became = record(person("0", "1"), person("8", "2"));
        assert_eq!(messages(&became).unwrap(), [heated]);
        for (old, new) in [(("8", "2"), ("64", "2")), (("64", "2"), ("0", "2"))] {
            let record = record(person(old.0, old.1), person(new.0, new.1));
            assert_eq!(messages(&record).unwrap(), [], "{old:?} {new:?}");
        }
    }

    /// A record of an item of ours.
    fn of(key: &Key, old: Option<&impl serde::Serialize>, new: &impl serde::Serialize) -> Value {
        let keys: Image = serde_dynamo::to_item(json!({"PK": key.pk, "SK": key.sk})).unwrap();
        let event = if old.is_none() { "INSERT" } else { "MODIFY" };
        let old = old.map(|old| serde_dynamo::to_item::<_, Image>(old).unwrap());
        let new: Image = serde_dynamo::to_item(new).unwrap();
        json!({"eventName": event, "dynamodb": {
            "Keys": keys, "OldImage": old, "NewImage": new,
            "ApproximateCreationDateTime": 1_795_251_600.0,
        }})
    }

    #[test]
    fn a_statement_is_told_whoever_it_is_to_and_a_decision_to_its_reports() {
        let (ana, now) = (UserId::parse("ana").unwrap(), Timestamp::UNIX_EPOCH);
        let subject = Subject::Person(ana.clone());
        let case = Case::new(subject, ana.clone(), now);
        let automatic = Statement::automatic(&case, &Moderation::by_reports(now), now);
        let decision = Statement {
            automated: false,
            ..automatic.clone()
        };
        let key = keys::statement(&ana, automatic.id);
        let stated = || {
            Message::Notifier(NotifierMessage::Stated(Stated {
                author: ana.clone(),
                statement: automatic.id,
            }))
        };
        let none = None::<&Statement>;
        let told = messages(&of(&key, none, &automatic)).unwrap();
        assert_eq!(told, [stated()]);
        let told = messages(&of(&key, none, &decision)).unwrap();
        let decided = Message::Rollup(RollupMessage::Decided(Decided {
            author: ana.clone(),
            statement: automatic.id,
            after: None,
        }));
        assert_eq!(told, [stated(), decided]);
        assert_eq!(
            messages(&of(&key, Some(&automatic), &decision)).unwrap(),
            []
        );
    }

    #[test]
    fn of_a_report_is_told_what_came_of_it() {
        let ben = UserId::parse("ben").unwrap();
        let subject = Subject::Person(UserId::parse("ana").unwrap());
        let report = Report {
            id: ReportId(Ulid::nil()),
            reporter: ben.clone(),
            subject: subject.clone(),
            reason: ReportReason::Spam,
            detail: None,
            weight: Weight(4),
            round: 0,
            created_at: Timestamp::UNIX_EPOCH,
            outcome: None,
        };
        let upheld = |upheld| Report {
            outcome: Some(Outcome {
                by: StatementId(Ulid::nil()),
                upheld: Some(upheld),
                at: Timestamp::UNIX_EPOCH,
            }),
            ..report.clone()
        };
        let key = keys::report(&subject, &ben);
        assert_eq!(messages(&of(&key, None::<&Report>, &report)).unwrap(), []);
        for (old, new) in [(&report, &upheld(true)), (&upheld(true), &upheld(false))] {
            let told = messages(&of(&key, Some(old), new)).unwrap();
            let decided = NotifierMessage::ReportDecided(ReportDecided {
                reporter: ben.clone(),
                subject: subject.clone(),
            });
            assert_eq!(told, [Message::Notifier(decided)]);
        }
        let same = of(&key, Some(&upheld(true)), &upheld(true));
        assert_eq!(messages(&same).unwrap(), []);
    }

    #[test]
    fn what_was_done_at_a_post_is_told_of_when_it_is_there_or_gone_and_not_when_it_stays() {
        let acts = |fields: Value| {
            let mut image = json!({
                "PK": {"S": "ACTS#bo"}, "SK": {"S": "01KAJ6Z7S0000000000000000A"},
            });
            let fields = fields.as_object().unwrap().clone();
            image.as_object_mut().unwrap().extend(fields);
            image
        };
        let smile = json!({"smile": {"S": "2026-11-21T21:56:00.123Z"}});
        let vote = |option: &str| json!({"vote": {"N": option}});
        let none = json!({});
        for (old, new, expected) in [
            (&none, &smile, vec!["responded.v1", "acted.v1"]),
            (&smile, &none, vec!["responded.v1", "acted.v1"]),
            (&none, &vote("1"), vec!["acted.v1", "voted.v1"]),
            (&vote("1"), &vote("2"), vec!["voted.v1"]),
            (&smile, &smile, vec![]),
        ] {
            let (old, new) = (acts(old.clone()), acts(new.clone()));
            let record = json!({"eventName": "MODIFY", "dynamodb": {
                "ApproximateCreationDateTime": 1_795_251_601,
                "Keys": {"PK": new["PK"], "SK": new["SK"]}, "OldImage": old, "NewImage": new,
            }});
            let told: Vec<_> = messages(&record).unwrap();
            let told = told.iter().map(|message| match message {
                Message::Rollup(message) => serde_json::to_value(message).unwrap(),
                Message::Notifier(message) => serde_json::to_value(message).unwrap(),
                Message::Fanout(_)
                | Message::Photos(_)
                | Message::Janitor(_)
                | Message::Ledger(_) => {
                    panic!("{message:?}")
                }
            });
            let told: Vec<_> = told.map(|message| message["type"].clone()).collect();
            assert_eq!(told, expected, "{record}");
        }
    }

    /// A photo's record, of this kind of change.
    fn of_photo(event: &str) -> Value {
        let image = json!({
            "PK": {"S": "PHOTO#01KAKGXV3C8Z2M4N6P8R0T1V3W"},
            "SK": {"S": "PHOTO"},
            "id": {"S": "01KAKGXV3C8Z2M4N6P8R0T1V3W"},
            "media": {"S": "7b1f0c53a6f04a579f0e2b7f6f1f3c11"},
        });
        json!({"eventName": event, "dynamodb": {
            "Keys": {"PK": image["PK"], "SK": image["SK"]},
            "OldImage": if event == "INSERT" { Value::Null } else { image.clone() },
            "NewImage": if event == "REMOVE" { Value::Null } else { image },
        }})
    }

    #[test]
    fn a_photo_is_told_of_when_it_goes_and_only_then() {
        let removed = PhotosMessage::PhotoRemoved(PhotoRemoved {
            photo: "01KAKGXV3C8Z2M4N6P8R0T1V3W".parse().unwrap(),
            media: "7b1f0c53a6f04a579f0e2b7f6f1f3c11".to_owned(),
        });
        let told = messages(&of_photo("REMOVE")).unwrap();
        assert_eq!(told, [Message::Photos(removed)]);
        for event in ["INSERT", "MODIFY"] {
            assert_eq!(messages(&of_photo(event)).unwrap(), [], "{event}");
        }
        let mut record = of_photo("REMOVE");
        record["dynamodb"]["OldImage"]["media"] = json!({"N": "7"});
        assert!(messages(&record).is_err());
    }

    #[test]
    fn a_follow_is_told_of_when_it_begins_and_when_it_ends() {
        let image = json!({
            "PK": {"S": "FOLLOWS#bo"}, "SK": {"S": "ana"},
            "since": {"S": "2026-11-21T21:56:00.123Z"},
        });
        let record = |event: &str| {
            json!({"eventName": event, "dynamodb": {
                "Keys": {"PK": image["PK"], "SK": image["SK"]},
                "OldImage": if event == "INSERT" { Value::Null } else { image.clone() },
                "NewImage": if event == "REMOVE" { Value::Null } else { image.clone() },
            }})
        };
        let [reader, author] = ["bo", "ana"].map(|id| UserId::parse(id).unwrap());
        let acted = || {
            Message::Notifier(NotifierMessage::Acted(Acted {
                kind: ActKind::Follow,
                actor: reader.clone(),
                subject: author.to_string(),
                owner: Some(author.clone()),
                handle: None,
                at: "2026-11-21T21:56:00.123Z".parse().unwrap(),
            }))
        };
        let (reader, author) = (reader.clone(), author.clone());
        let followed = FanoutMessage::Followed(Followed { reader, author });
        let told = messages(&record("INSERT")).unwrap();
        assert_eq!(told, [acted(), Message::Fanout(followed)]);
        assert_eq!(messages(&record("REMOVE")).unwrap(), [acted()]);
        assert_eq!(messages(&record("MODIFY")).unwrap(), []);
    }

    #[test]
    fn a_post_that_comes_to_other_walls_is_told_of_with_the_new_ones() {
        let mut record = of_post(None, Some("published"));
        record["dynamodb"]["Keys"]["SK"]["S"] = json!("CAME-TO#3");
        let image = &mut record["dynamodb"]["NewImage"];
        image["post"] = image["id"].clone();
        image["topics"] = json!({"L": [{"S": "coffee"}]});
        image["edited_at"] = json!({"S": "2026-11-21T22:56:00.123Z"});
        let told = messages(&record);
        let Ok([Message::Fanout(FanoutMessage::TopicsChanged(changed))]) = told.as_deref() else {
            panic!("{told:?}");
        };
        let named: Vec<_> = changed.topics.iter().map(TopicId::as_str).collect();
        assert_eq!(named, ["coffee"]);
        // Its time to live is over.
        record["eventName"] = json!("REMOVE");
        record["dynamodb"]["NewImage"] = json!(null);
        assert_eq!(messages(&record).unwrap(), []);
    }

    #[test]
    fn what_cannot_be_read_is_an_error_and_not_silence() {
        let changes: [fn(&mut Value); 7] = [
            |record| record["dynamodb"]["NewImage"]["status"]["S"] = json!("unheard-of"),
            |record| record["dynamodb"]["NewImage"]["topics"] = json!({"S": "cats"}),
            |record| record["dynamodb"]["NewImage"]["published_at"] = json!({"NULL": true}),
            |record| record["dynamodb"]["Keys"]["PK"]["S"] = json!("POST#no-id"),
            |record| record["dynamodb"]["Keys"]["SK"]["S"] = json!("NO-ITEM-OF-OURS"),
            |record| record["dynamodb"]["Keys"] = json!({}),
            |record| *record = json!("not a record"),
        ];
        for change in changes {
            let mut record = of_post(None, Some("published"));
            assert!(messages(&record).is_ok());
            change(&mut record);
            assert!(messages(&record).is_err(), "{record}");
        }
    }
}
