//! Saying something, and reading what was said, as an app does.

use domain::ids::PostId;
use harness::{Answer, Http, Member, World, sqs_event};
use serde_json::{Value, json};
use shared::queue::messages::{MarksChanged, RollupMessage, Voted};

/// The address of the comments of a post.
pub fn of(post: PostId) -> String {
    format!("/v1/posts/{post}/comments")
}

/// What comes of a comment.
pub async fn try_to_say(http: &Http, who: &Member, post: PostId, body: Value) -> Answer {
    let say = http.post(&of(post)).token(&who.token);
    say.json(body).send().await
}

/// A comment's id.
pub async fn say(http: &Http, who: &Member, post: PostId, text: &str) -> String {
    let said = try_to_say(http, who, post, json!({ "text": text })).await;
    id(&said.expect(201).json())
}

/// The id of an answer to a comment.
pub async fn answer(http: &Http, who: &Member, post: PostId, to: &str) -> String {
    let body = json!({"text": "Indeed", "reply_to": to});
    let said = try_to_say(http, who, post, body).await;
    id(&said.expect(201).json())
}

pub fn id(comment: &Value) -> String {
    comment["id"].as_str().unwrap().to_owned()
}

/// Smiles at a comment.
pub async fn smile(http: &Http, who: &Member, comment: &str) {
    let path = format!("/v1/comments/{comment}/smile");
    http.put(&path).token(&who.token).send().await.expect(204);
}

/// Takes a comment back, or tries to: the problem, if there is one.
pub async fn delete(http: &Http, who: &Member, comment: &str, status: u16) -> String {
    let path = format!("/v1/comments/{comment}");
    let answer = http.delete(&path).token(&who.token).send().await;
    let answer = answer.expect(status);
    if answer.body.is_empty() {
        String::new()
    } else {
        answer.problem()
    }
}

/// A page, as somebody reads it.
pub async fn page(http: &Http, who: Option<&Member>, path: &str) -> Value {
    let get = http.get(path);
    let get = match who {
        Some(who) => get.token(&who.token),
        None => get,
    };
    get.send().await.expect(200).json()
}

/// What is on the first page.
pub async fn read(http: &Http, who: Option<&Member>, path: &str) -> Vec<Value> {
    page(http, who, path).await["items"]
        .as_array()
        .unwrap()
        .clone()
}

/// The ids of a list, five a page, to its end; `between` is done after each page.
pub async fn read_on(
    http: &Http,
    who: Option<&Member>,
    path: &str,
    mut between: impl AsyncFnMut(usize),
) -> Vec<String> {
    let mark = if path.contains('?') { '&' } else { '?' };
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    for turn in 0..200 {
        let page = page(http, who, &format!("{path}{mark}limit=5{cursor}")).await;
        let items = page["items"].as_array().unwrap();
        assert!(items.len() <= 5, "{page}");
        ids.extend(items.iter().map(id));
        between(turn).await;
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
        assert!(cursor.len() <= 2_048 + 8, "{} bytes", cursor.len());
    }
    panic!("a list without an end")
}

/// Has the worker take a message.
pub async fn roll_up(world: &World, message: &RollupMessage) {
    let app = rollup::App::new(&world.context());
    let event = sqs_event(&[serde_json::to_string(message).unwrap()]);
    let taken = rollup::handle(&app, event).await;
    assert!(taken.batch_item_failures.is_empty(), "{taken:?}");
}

/// Has the worker know that the comments of a post have changed.
pub async fn marks_changed(world: &World, post: PostId) {
    let message = RollupMessage::MarksChanged(MarksChanged::of(post));
    roll_up(world, &message).await;
}

/// Has the worker know that somebody voted.
pub async fn voted(world: &World, who: &Member, post: PostId) {
    let user = who.id.clone();
    roll_up(world, &RollupMessage::Voted(Voted { user, post })).await;
}
