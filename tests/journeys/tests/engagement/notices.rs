//! From what people do to what others are told of it, through relay and notifier (ENGAGEMENT 42-44).

use domain::{ids::PostId, people::Notify, posts::PostKind};
use harness::{Http, Member, World};
use serde_json::{Value, json};

use crate::talk::{answer, delete, say, smile, try_to_say};

/// The stream read so far, and what stands behind it.
struct Street {
    world: World,
    http: Http,
    seen: Option<String>,
}

impl Street {
    async fn begin() -> (Self, Vec<Member>) {
        let world = World::new().await;
        let mut people = Vec::new();
        let switches = Notify {
            posts: true,
            replies: true,
            follows: false,
        };
        for sub in ["ana", "ben", "cleo", "dan"] {
            let member = world.member(sub).prime().await;
            world.switch(&member.id, switches).await;
            people.push(member);
        }
        let http = world.serve(engagement::router(&world.context()));
        let seen = None;
        (Self { world, http, seen }, people)
    }

    /// Works off what was done.
    async fn settle(&mut self) {
        let context = self.world.context();
        let (event, last) = self.world.stream_after(self.seen.as_deref());
        self.seen = last;
        let told = relay::handle(&relay::App::new(&context), event).await;
        assert!(told.batch_item_failures.is_empty(), "{told:?}");
        let app = notifier::App::new(&context);
        let event = self.world.receive_event("notifier").await;
        let taken = notifier::handle(&app, event).await;
        assert!(taken.batch_item_failures.is_empty(), "{taken:?}");
        for queue in ["fanout", "photos", "rollup", "janitor"] {
            self.world.receive_all(queue).await;
        }
    }

    /// What somebody is told now, oldest first.
    async fn told(&mut self, who: &Member) -> Vec<Value> {
        self.settle().await;
        let get = self.http.get("/v1/notifications").token(&who.token);
        let page = get.send().await.expect(200).json();
        page["items"]
            .as_array()
            .unwrap()
            .iter()
            .rev()
            .cloned()
            .collect()
    }

    /// In words alone.
    async fn words(&mut self, who: &Member) -> Vec<String> {
        let told = self.told(who).await.into_iter();
        told.map(|item| item["text"].as_str().unwrap().to_owned())
            .collect()
    }

    async fn question(&self) -> PostId {
        let post = self.world.published_post("ana");
        post.with(|post| post.kind = PostKind::Question).await.id
    }
}

#[tokio::test]
async fn a_comment_is_told_the_author_of_the_post_a_reply_whom_it_answers_and_a_mention_whom_it_names()
 {
    let (mut street, people) = Street::begin().await;
    let [ana, ben, cleo, dan] = &people[..] else {
        panic!()
    };
    let post = street.question().await;
    let said = say(&street.http, ben, post, "Hm").await;
    assert_eq!(street.words(ana).await, ["ben commented on your post"]);
    let reply = answer(&street.http, cleo, post, &said).await;
    assert_eq!(
        street.words(ana).await,
        ["cleo and ben commented on your post"]
    );
    assert_eq!(street.words(ben).await, ["cleo replied to your comment"]);
    let told = street.told(ben).await.remove(0);
    assert_eq!(told["subject"], json!({"type": "comment", "id": said}));
    // One act, one kind.
    let body = json!({"text": "@BEN @dan so it is", "reply_to": said});
    let mention = try_to_say(&street.http, ana, post, body)
        .await
        .expect(201)
        .json();
    assert_eq!(
        street.words(ben).await,
        [
            "cleo replied to your comment",
            "ana mentioned you in a comment"
        ]
    );
    let told = street.told(dan).await.remove(0);
    assert_eq!(
        (&told["kind"], &told["subject"]["id"]),
        (&json!("mention"), &mention["id"])
    );
    assert_eq!(street.words(ana).await.len(), 1);

    // Taken back, it is told no more.
    delete(&street.http, cleo, &reply, 204).await;
    assert_eq!(street.words(ben).await, ["ana mentioned you in a comment"]);
    assert_eq!(street.words(ana).await, ["ben commented on your post"]);
    delete(&street.http, ana, mention["id"].as_str().unwrap(), 204).await;
    assert_eq!(street.words(ben).await, [""; 0]);
    assert_eq!(street.words(dan).await, [""; 0]);
}

#[tokio::test]
async fn who_says_several_things_is_told_of_once_until_the_last_of_them_is_gone() {
    let (mut street, people) = Street::begin().await;
    let [ana, ben, cleo, _] = &people[..] else {
        panic!()
    };
    let post = street.question().await;
    let said = say(&street.http, ben, post, "Hm").await;
    assert_eq!(street.words(ana).await, ["ben commented on your post"]);
    let mut replies = Vec::new();
    for _ in 0..2 {
        replies.push(answer(&street.http, cleo, post, &said).await);
        assert_eq!(street.words(ben).await, ["cleo replied to your comment"]);
    }
    for (reply, left) in replies.iter().zip([1, 0]) {
        delete(&street.http, cleo, reply, 204).await;
        assert_eq!(street.words(ben).await.len(), left);
        let of_two = [
            "ben commented on your post",
            "cleo and ben commented on your post",
        ];
        assert_eq!(street.words(ana).await, [of_two[left]]);
    }
}

#[tokio::test]
async fn smiles_at_a_comment_and_an_answer_that_is_accepted_are_told_its_author() {
    let (mut street, people) = Street::begin().await;
    let [ana, ben, cleo, dan] = &people[..] else {
        panic!()
    };
    let post = street.question().await;
    let said = say(&street.http, ben, post, "Hm").await;
    let reply = answer(&street.http, ben, post, &said).await;
    smile(&street.http, cleo, &said).await;
    smile(&street.http, dan, &said).await;
    smile(&street.http, dan, &reply).await;
    let path = format!("/v1/comments/{said}/accepted");
    let accept = street.http.put(&path).token(&ana.token);
    accept.send().await.expect(204);
    let told = street.told(ben).await;
    let subjects: Vec<_> = told
        .iter()
        .map(|item| {
            (
                item["kind"].as_str().unwrap(),
                item["subject"]["id"].as_str().unwrap(),
            )
        })
        .collect();
    assert!(subjects.contains(&("smile", &said)) && subjects.contains(&("smile", &reply)));
    assert!(subjects.contains(&("accepted", &said)), "{told:?}");
    assert_eq!(told.len(), 3);
    street
        .http
        .delete(&path)
        .token(&ana.token)
        .send()
        .await
        .expect(204);
    let back = format!("/v1/comments/{reply}/smile");
    street
        .http
        .delete(&back)
        .token(&dan.token)
        .send()
        .await
        .expect(204);
    let words = street.words(ben).await;
    assert_eq!(words.len(), 1, "{words:?}");
    assert!(words[0].ends_with("smiled at your comment"));
    // With a reply to it, it stays without its text; what was done at it goes.
    delete(&street.http, ben, &said, 204).await;
    assert_eq!(street.words(ben).await, [""; 0]);
    assert_eq!(street.world.inbox(&ben.id).await, []);
}

#[tokio::test]
async fn what_was_said_of_a_post_that_is_hidden_from_oneself_or_across_a_block_is_not_told() {
    let (mut street, people) = Street::begin().await;
    let [ana, ben, cleo, _] = &people[..] else {
        panic!()
    };
    let post = street.question().await;
    let said = say(&street.http, ben, post, "Hm").await;
    let store = street.world.store();
    street.world.hide(&ben.id, post, true).await;
    answer(&street.http, cleo, post, &said).await;
    assert_eq!(street.words(ben).await, [""; 0]);
    street.world.hide(&ben.id, post, false).await;
    answer(&street.http, cleo, post, &said).await;
    assert_eq!(street.words(ben).await, ["cleo replied to your comment"]);
    store
        .block(&ben.id, &ana.id, street.world.now())
        .await
        .unwrap();
    assert_eq!(street.words(ben).await, [""; 0]);
}

#[tokio::test]
async fn a_post_that_mentions_somebody_is_told_when_it_appears_and_as_its_text_says_since() {
    let (mut street, people) = Street::begin().await;
    let [ana, ben, cleo, _] = &people[..] else {
        panic!()
    };
    let posting = street.world.serve(posting::router(&street.world.context()));
    let body = json!({"kind": "story", "text": "Hello @Ben"});
    let made = posting.post("/v1/posts").token(&ana.token).json(body);
    let id = made.send().await.expect(201).json()["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let told = street.told(ben).await.remove(0);
    assert_eq!(told["text"], "ana mentioned you in a post");
    assert_eq!(told["subject"], json!({"type": "post", "id": id}));
    let path = format!("/v1/posts/{id}");
    let edit = posting.patch(&path).token(&ana.token);
    edit.json(json!({"text": "Hello @cleo"}))
        .send()
        .await
        .expect(200);
    assert_eq!(street.words(cleo).await, ["ana mentioned you in a post"]);
    assert_eq!(street.words(ben).await, [""; 0]);
    posting
        .delete(&path)
        .token(&ana.token)
        .send()
        .await
        .expect(204);
    assert_eq!(street.words(cleo).await, [""; 0]);
    assert_eq!(street.world.inbox(&cleo.id).await, []);
}
