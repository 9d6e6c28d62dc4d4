//! The lists of the demo's people, which everybody sees, and what they heart.

use anyhow::{Context as _, Result};
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    Person, Post, Tokens,
    api::{Api, string},
    progress::Steps,
    token,
};

/// A list of somebody's.
#[derive(Deserialize)]
pub(super) struct List {
    owner: String,
    name: String,
    items: Vec<Item>,
}

#[derive(Deserialize)]
struct Item {
    product: Option<String>,
    /// The place of a post of the demo, from 0.
    post: Option<usize>,
    #[serde(default)]
    note: Option<String>,
}

/// Makes the lists and puts into them what they hold; a list is known again by its name. Then about one in six of the
/// Prime people hearts a post, and the first product in it.
pub(super) async fn keep(
    api: &Api,
    lists: &[List],
    (people, posts): (&[Person], &[Post]),
    ids: &[String],
    tokens: &Tokens,
    steps: &Steps,
) -> Result<()> {
    for (number, list) in lists.iter().enumerate() {
        steps.say("lists and hearts", number, lists.len() + people.len());
        let token = token(tokens, &list.owner)?;
        let id = made(api, list, token).await?;
        for item in &list.items {
            let (kind, thing) = match (&item.product, item.post) {
                (Some(product), _) => ("product", product),
                (None, Some(post)) => ("post", ids.get(post).context("a post of the demo")?),
                (None, None) => continue,
            };
            let path = format!("/v1/lists/{id}/items/{kind}/{thing}");
            let body = json!({ "note": item.note });
            put(api, &path, token, Some(&body)).await?;
        }
    }
    for (seat, person) in people.iter().enumerate() {
        steps.say(
            "lists and hearts",
            lists.len() + seat,
            lists.len() + people.len(),
        );
        for (number, (post, id)) in posts.iter().zip(ids).enumerate() {
            let loves_it = (number * 5 + seat * 7) % 6 == 0 && post.author != person.handle;
            if person.prime && loves_it {
                let token = token(tokens, &person.handle)?;
                put(api, &format!("/v1/posts/{id}/heart"), token, None).await?;
                let first = post.hotspots.first().map(|spot| &spot["product_id"]);
                if let Some(product) = first.and_then(Value::as_str) {
                    put(api, &format!("/v1/products/{product}/heart"), token, None).await?;
                }
            }
        }
    }
    Ok(())
}

async fn put(api: &Api, path: &str, token: &str, body: Option<&Value>) -> Result<()> {
    let call = api.call(Method::PUT, path, token, body).await?;
    call.expect(StatusCode::NO_CONTENT)?;
    Ok(())
}

/// The id of a list, which is made where its owner has none of that name.
async fn made(api: &Api, list: &List, token: &str) -> Result<String> {
    let mine = api.call(Method::GET, "/v1/lists?limit=100", token, None);
    let mine = mine.await?.expect(StatusCode::OK)?;
    let mine = mine["items"].as_array().context("a page without items")?;
    if let Some(known) = mine
        .iter()
        .find(|known| known["name"] == list.name.as_str())
    {
        return string(known, "/id");
    }
    let new = json!({ "name": list.name, "visibility": "public" });
    let made = api.call(Method::POST, "/v1/lists", token, Some(&new));
    string(&made.await?.expect(StatusCode::CREATED)?, "/id")
}
