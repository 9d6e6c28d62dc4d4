//! What is said of a post, beside its budget (ENGAGEMENT 51).

use anyhow::{Result, ensure};
use domain::{
    engagement::Comment,
    ids::{CommentId, PostId},
    posts::PostKind,
    quota::Quota,
};
use harness::user;
use jiff::SignedDuration;
use serde_json::{Value, json};
use shared::store::{Said, Saying};

use crate::{
    capacity::{Bench, id},
    reference::{PAGE, author, text},
    report::Budget,
};

impl Bench {
    /// Comments of a question, each by somebody else.
    pub(crate) async fn comments(&mut self) -> Result<()> {
        let http = self.serve(engagement::router(&self.context));
        let posting = self.serve(posting::router(&self.world.context()));
        let question = json!({"kind": "question", "text": text(300)});
        let question = posting.post("/v1/posts").token(&self.token).json(question);
        let post: PostId = id(&question.send().await)?.parse()?;
        let path = format!("/v1/posts/{post}/comments");
        let name = "POST /v1/posts/{post_id}/comments";
        let budget = Budget::rounds(2).rcu(3.0).wcu(8.0);
        let body = json!({"text": text(300)});
        let say = http.post(&path).json(body.clone());
        let top = id(&self.call(name, say, 201, budget).await?)?;
        let body = |key: &str, value: Value| {
            let mut body = body.clone();
            body[key] = value;
            body
        };
        let reply = http.post(&path).json(body("reply_to", json!(top)));
        let name = format!("{name}, a reply");
        let reply = self.call(&name, reply, 201, budget.wcu(10.0)).await?;
        let reply = id(&reply)?;

        let smile = Budget::rounds(2).rcu(2.5).wcu(4.0);
        let accept = Budget::rounds(2).rcu(3.0).wcu(6.0);
        for (what, budget) in [("smile", smile), ("accepted", accept)] {
            let path = format!("/v1/comments/{top}/{what}");
            let name = format!("PUT /v1/comments/{{comment_id}}/{what}");
            self.call(&name, http.put(&path), 204, budget).await?;
            let name = format!("DELETE /v1/comments/{{comment_id}}/{what}");
            self.call(&name, http.delete(&path), 204, budget).await?;
        }
        let name = "DELETE /v1/comments/{comment_id}";
        for (what, comment) in [(", a reply", &reply), ("", &top)] {
            let delete = http.delete(&format!("/v1/comments/{comment}"));
            let name = format!("{name}{what}");
            self.call(&name, delete, 204, budget).await?;
        }

        let mut said = 0;
        for (count, what) in [(60, "60"), (130, "130")] {
            while said < count {
                self.say(post, said).await?;
                said += 1;
            }
            self.world.store().keep_best(post).await?;
            for (sort, rcu) in [("new", 15.0), ("top", 25.0)] {
                let get = http.get(&format!("{path}?sort={sort}"));
                let name = format!("GET /v1/posts/{{post_id}}/comments, {sort} of {what}");
                let budget = Budget::rounds(3).rcu(rcu);
                let page = self.call(&name, get, 200, budget).await?.json();
                let items = page["items"].as_array().map_or(0, Vec::len);
                ensure!(items == PAGE, "a page of {items}: {page}");
            }
        }
        Ok(())
    }

    /// One of very many comments.
    async fn say(&self, post: PostId, index: usize) -> Result<()> {
        let (store, now) = (self.world.store(), self.world.now());
        let post = store.post_now(post).await?;
        let Some(post) = post.filter(|post| post.kind == PostKind::Question) else {
            anyhow::bail!("no question");
        };
        let at = now - SignedDuration::from_secs(1_000 - i64::try_from(index)?);
        let id = CommentId::new(post.id, None, at, 1);
        let comment = Comment::new(id, user(&author(index)), text(100), at);
        let quota = Quota {
            user: comment.author.clone(),
            kind: "comments",
            limit: 1_000,
        };
        let saying = Saying {
            comment: &comment,
            post: &post,
            parent: None,
            claim: None,
            quota: &quota,
        };
        let made = store.create_comment(saying, now).await?;
        ensure!(made == Said::Done, "{made:?}");
        Ok(())
    }
}
