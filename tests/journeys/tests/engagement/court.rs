//! Reporting, deciding and appealing, as people and moderators do.

use domain::{ids::PostId, posts::Post};
use harness::{Answer, Http, Member, World};
use serde_json::{Value, json};

/// The functions of a world, and some of its people.
pub struct Court {
    pub world: World,
    /// Whose things are reported.
    pub ana: Member,
    pub engagement: Http,
    pub posting: Http,
    pub admin: Http,
}

pub async fn begin() -> Court {
    let world = World::contended().await;
    let context = world.context();
    Court {
        ana: world.member("ana").prime().await,
        engagement: world.serve(engagement::router(&context)),
        posting: world.serve(posting::router(&context)),
        admin: world.serve(admin::router(&context)),
        world,
    }
}

/// How a subject is named.
pub fn subject(kind: &str, id: &(impl ToString + ?Sized)) -> Value {
    json!({"type": kind, "id": id.to_string()})
}

/// Moderators, who have not joined.
pub const MO: &str = "mo";
pub const MIA: &str = "mia";
/// An admin, who may what they may.
pub const BOSS: &str = "boss";

impl Court {
    /// A token of a moderator's, good for some minutes.
    pub fn moderator(&self, name: &str) -> String {
        let group = if name == BOSS { "admin" } else { "moderator" };
        self.world.token(name, &[group])
    }

    /// A token of a member's, likewise.
    pub fn token(&self, who: &Member) -> String {
        self.world.token(&who.handle, &["prime"])
    }

    /// Somebody whose reports weigh 1.
    pub async fn reporter(&self, name: &str) -> Member {
        self.world.member(name).prime().await
    }

    pub async fn send(&self, who: &Member, subject: &Value, reason: &str) -> Answer {
        let report = self.engagement.post("/v1/reports").token(self.token(who));
        let body = json!({"subject": subject, "reason": reason});
        report.json(body).send().await
    }

    /// So many people, called so, report something, as spam.
    pub async fn reported_by(&self, name: &str, people: usize, subject: &Value) -> Vec<Member> {
        let mut reporters = Vec::new();
        for n in 0..people {
            let reporter = self.reporter(&format!("{name}{n}")).await;
            self.send(&reporter, subject, "spam").await.expect(201);
            reporters.push(reporter);
        }
        reporters
    }

    pub async fn decide(&self, moderator: &str, body: Value) -> Answer {
        let moderator = self.moderator(moderator);
        let decide = self.admin.post("/v1/moderation/decisions").token(moderator);
        decide.json(body).send().await
    }

    pub async fn decided(&self, moderator: &str, subject: &Value, action: &str) -> Value {
        let body = json!({"subject": subject, "action": action, "reason": "Because."});
        self.decide(moderator, body).await.expect(201).json()
    }

    pub async fn appeal(&self, who: &Member, subject: &Value) -> Answer {
        let appeal = self.engagement.post("/v1/appeals").token(self.token(who));
        let body = json!({"subject": subject, "text": "It is fine."});
        appeal.json(body).send().await
    }

    /// The cases in this state.
    pub async fn queue(&self, state: &str) -> Vec<Value> {
        let path = format!("/v1/moderation/queue?state={state}");
        let page = self.admin.get(&path).token(self.moderator(MO)).send().await;
        page.expect(200).json()["items"].as_array().unwrap().clone()
    }

    /// A post as somebody reads it by its address; without a token, as anybody.
    pub async fn look(&self, post: PostId, token: Option<&str>) -> Answer {
        let get = self.posting.get(&format!("/v1/posts/{post}"));
        match token {
            Some(token) => get.token(token).send().await,
            None => get.send().await,
        }
    }

    pub async fn post(&self, id: PostId) -> Post {
        self.world.store().post_now(id).await.unwrap().unwrap()
    }

    pub async fn listed(&self) -> usize {
        let list = self.posting.get("/v1/users/ana/posts").send().await;
        list.expect(200).json()["items"].as_array().unwrap().len()
    }

    pub async fn posts(&self) -> u64 {
        self.world.profile(&self.ana.id).await.posts
    }
}
