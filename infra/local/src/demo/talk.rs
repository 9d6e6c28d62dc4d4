//! What the demo's people say to each other: votes and their reasons, answers, and which of them were the right ones.

use std::collections::HashMap;

use anyhow::{Context as _, Result};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Tokens,
    api::{Api, string},
    progress::Steps,
    token,
};

/// All of it; posts are named by their places in the demo, from 0.
#[derive(Deserialize)]
pub(super) struct Talk {
    votes: Vec<Vote>,
    /// Polls that their authors have ended.
    ended: Vec<usize>,
    said: Vec<Said>,
}

#[derive(Deserialize)]
struct Vote {
    post: usize,
    author: String,
    option: String,
}

#[derive(Deserialize)]
struct Said {
    post: usize,
    author: String,
    text: String,
    #[serde(default)]
    accepted: bool,
    replies: Vec<Reply>,
}

#[derive(Deserialize)]
struct Reply {
    author: String,
    text: String,
}

/// Those who speak, at which posts.
pub(super) struct Stage<'a> {
    pub(super) api: &'a Api,
    /// Whose each post is.
    pub(super) authors: Vec<&'a str>,
    pub(super) ids: &'a [String],
    pub(super) tokens: &'a Tokens,
}

/// Has people vote, say what they say, and accept what helped; what was said before is known again by its text.
pub(super) async fn have(stage: &Stage<'_>, talk: &Talk, steps: &Steps) -> Result<()> {
    let of = talk.votes.len() + talk.said.len() + talk.ended.len();
    for (number, vote) in talk.votes.iter().enumerate() {
        steps.say("votes and comments", number, of);
        if !stage.is_ended(vote.post).await? {
            let path = format!("/v1/posts/{}/vote", stage.post(vote.post)?);
            let body = json!({ "option": vote.option });
            stage
                .call(
                    Method::PUT,
                    &path,
                    &vote.author,
                    Some(&body),
                    StatusCode::OK,
                )
                .await?;
        }
    }
    for (number, said) in talk.said.iter().enumerate() {
        steps.say("votes and comments", talk.votes.len() + number, of);
        stage.say(said).await?;
    }
    for (number, post) in talk.ended.iter().enumerate() {
        steps.say(
            "votes and comments",
            talk.votes.len() + talk.said.len() + number,
            of,
        );
        if !stage.is_ended(*post).await? {
            let path = format!("/v1/posts/{}", stage.post(*post)?);
            // What is over already is over at once.
            let body = json!({ "poll": { "closes_at": "2000-01-01T00:00:00Z" } });
            let author = stage.author(*post)?;
            stage
                .call(Method::PATCH, &path, author, Some(&body), StatusCode::OK)
                .await?;
        }
    }
    Ok(())
}

impl Stage<'_> {
    fn post(&self, number: usize) -> Result<&str> {
        let id = self.ids.get(number).map(String::as_str);
        id.context("a post of the demo")
    }

    fn author(&self, number: usize) -> Result<&str> {
        let author = self.authors.get(number).copied();
        author.context("a post of the demo")
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        who: &str,
        body: Option<&Value>,
        status: StatusCode,
    ) -> Result<Value> {
        let token = token(self.tokens, who)?;
        let call = self.api.call(method, path, token, body).await?;
        call.expect(status)
    }

    async fn is_ended(&self, number: usize) -> Result<bool> {
        let path = format!("/v1/posts/{}", self.post(number)?);
        let post = self.api.call(Method::GET, &path, "", None).await?;
        Ok(post.expect(StatusCode::OK)?["poll"]["closed"] == true)
    }

    /// The ids of what is said of a post, or answered, by its text.
    async fn known(&self, post: &str, query: &str) -> Result<HashMap<String, String>> {
        let path = format!("/v1/posts/{post}/comments?limit=100{query}");
        let page = self.api.call(Method::GET, &path, "", None).await?;
        let page = page.expect(StatusCode::OK)?;
        let items = page["items"].as_array().context("a page without items")?;
        let known = items.iter().map(|item| {
            let text = item["text"].as_str().unwrap_or_default();
            Ok((text.to_owned(), string(item, "/id")?))
        });
        known.collect()
    }

    /// Something is said of a post, and answered; its author accepts it, if it was what they asked for.
    async fn say(&self, said: &Said) -> Result<()> {
        let post = self.post(said.post)?;
        let path = format!("/v1/posts/{post}/comments");
        let before = self.known(post, "&sort=new").await?;
        let (id, answers) = match before.get(&said.text) {
            Some(id) => (
                id.clone(),
                self.known(post, &format!("&reply_to={id}")).await?,
            ),
            None => {
                let body = json!({ "text": said.text });
                let made = self.call(
                    Method::POST,
                    &path,
                    &said.author,
                    Some(&body),
                    StatusCode::CREATED,
                );
                (string(&made.await?, "/id")?, HashMap::new())
            }
        };
        for reply in &said.replies {
            if !answers.contains_key(&reply.text) {
                let body = json!({ "text": reply.text, "reply_to": id });
                self.call(
                    Method::POST,
                    &path,
                    &reply.author,
                    Some(&body),
                    StatusCode::CREATED,
                )
                .await?;
            }
        }
        if said.accepted {
            let path = format!("/v1/comments/{id}/accepted");
            let asker = self.author(said.post)?;
            self.call(Method::PUT, &path, asker, None, StatusCode::NO_CONTENT)
                .await?;
        }
        Ok(())
    }
}
