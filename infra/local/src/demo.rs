//! Loads the demo store through the public API, as apps and the store itself would.

use std::{
    collections::{HashMap, HashSet},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, ensure};
use aws_lc_rs::digest;
use reqwest::{Method, StatusCode};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Value, json};
use shared::runtime::Context;

use api::{Api, string};
pub use progress::{Step, Steps, Told, steps, tell};

mod api;
mod lists;
mod money;
mod progress;
mod shop;
mod talk;

/// The files that the store drops into the bucket, and their keys there. Reviews are of products,
/// so these come first.
const DROPPED: [(&str, &str, &str); 2] = [
    ("products", "products.tsv", "catalogue/demo.tsv"),
    ("reviews", "reviews.jsonl", "reviews/demo.jsonl"),
];

/// Where the demo's products are, as its files say.
const STORE: &str = "https://store.example/";

#[derive(Deserialize)]
struct Person {
    sub: String,
    handle: String,
    display_name: String,
    bio: String,
    avatar: String,
    interests: Vec<String>,
    prime: bool,
    /// That everybody smiles at what they post.
    #[serde(default)]
    liked: bool,
    follows: Vec<String>,
}

#[derive(Deserialize)]
struct Post {
    author: String,
    kind: String,
    text: String,
    topics: Vec<String>,
    photo: Option<String>,
    alt: Option<String>,
    hotspots: Vec<Value>,
    products: Vec<String>,
    #[serde(default)]
    link: Option<Value>,
    #[serde(default)]
    poll: Option<Value>,
    #[serde(default)]
    review_id: Option<String>,
}

/// Puts the demo store's files into the bucket and plays its people against the API at `base_url`;
/// what is there already is left alone, so it may be called again. Says each of its `steps`, and in
/// the end where to look.
///
/// # Errors
/// A file of the demo that cannot be read, or a call that is not answered as it should be.
pub async fn load(base_url: &str, context: &Context, steps: &Steps) -> Result<String> {
    let files = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
    let api = Api {
        base: base_url.trim_end_matches('/').to_owned(),
        http: reqwest::Client::new(),
    };
    let people: Vec<Person> = read(&files.join("people.json"))?;
    let posts: Vec<Post> = read(&files.join("posts.json"))?;
    let kept: Vec<lists::List> = read(&files.join("lists.json"))?;
    let talk: talk::Talk = read(&files.join("talk.json"))?;

    for (what, file, key) in DROPPED {
        steps.begin(what, 0);
        drop_file(context, &files.join(file), key, &api.base).await?;
        api.drain().await?;
    }
    let tokens = join_all(&api, &people, steps).await?;
    let files = files.join("photos");
    let ids = publish_all(&api, &files, &people, &posts, &tokens, steps).await?;
    follow_and_smile(&api, &people, &posts, &ids, &tokens, steps).await?;
    let stage = talk::Stage {
        api: &api,
        authors: posts.iter().map(|post| post.author.as_str()).collect(),
        ids: &ids,
        tokens: &tokens,
    };
    talk::have(&stage, &talk, steps).await?;
    lists::keep(&api, &kept, (&people, &posts), &ids, &tokens, steps).await?;
    let now = context.clock.now();
    shop::use_it(&api, &people, &tokens, now, steps).await?;
    shop::show(&api, &ids, now, steps).await?;
    let order = money::earn(&api, &tokens, now, steps).await?;
    steps.begin("timelines, walls and books", 0);
    api.drain().await?;
    Ok(where_to_look(&api, &people, &tokens, order.as_deref()))
}

fn read<T: DeserializeOwned>(path: &Path) -> Result<T> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {path:?}"))?;
    serde_json::from_str(&text).with_context(|| format!("reading {path:?}"))
}

/// Puts a file of the store's into the bucket; its addresses lead to the store that the local cloud plays.
async fn drop_file(context: &Context, file: &Path, key: &str, base: &str) -> Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("reading {file:?}"))?;
    let text = text.replace(STORE, &format!("{base}/store/"));
    let put = context.s3().put_object().bucket(context.config.bucket());
    let put = put.key(key).body(text.into_bytes().into());
    put.send().await.with_context(|| format!("putting {key}"))?;
    Ok(())
}

/// Tokens by handle.
type Tokens = HashMap<String, String>;

async fn join_all(api: &Api, people: &[Person], steps: &Steps) -> Result<Tokens> {
    let mut tokens = Tokens::new();
    for (number, person) in people.iter().enumerate() {
        steps.say("people", number, people.len());
        let groups: &[_] = if person.prime { &["prime"] } else { &[] };
        let token = api.token(&person.sub, groups).await?;
        let body = json!({
            "display_name": person.display_name,
            "handle": person.handle,
            "interests": person.interests,
            "notify": { "posts": true, "replies": true },
        });
        let call = api
            .call(Method::POST, "/v1/me", &token, Some(&body))
            .await?;
        if call.status != StatusCode::CONFLICT {
            call.expect(StatusCode::CREATED)?;
        }
        tokens.insert(person.handle.clone(), token);
    }
    Ok(tokens)
}

fn token<'t>(tokens: &'t Tokens, handle: &str) -> Result<&'t str> {
    tokens
        .get(handle)
        .map(String::as_str)
        .with_context(|| format!("{handle} is not in the demo"))
}

/// Ids of the demo's posts, in its order. A post is known again by its author and text.
async fn publish_all(
    api: &Api,
    photos: &Path,
    people: &[Person],
    posts: &[Post],
    tokens: &Tokens,
    steps: &Steps,
) -> Result<Vec<String>> {
    let mut known = HashMap::new();
    let mut faceless = HashSet::new();
    for person in people {
        let token = token(tokens, &person.handle)?;
        known.extend(posts_of(api, &person.handle, token).await?);
        let me = api
            .call(Method::GET, "/v1/me", token, None)
            .await?
            .expect(StatusCode::OK)?;
        if me["avatar"].is_null() {
            faceless.insert(person.handle.as_str());
        }
    }

    // All uploads come first, so that every photo is ready, and the posts appear in their order.
    let mut avatars = Vec::new();
    for person in people
        .iter()
        .filter(|p| faceless.contains(p.handle.as_str()))
    {
        let token = token(tokens, &person.handle)?;
        avatars.push((
            person,
            token,
            upload(api, &photos.join(&person.avatar), token).await?,
        ));
    }
    let mut uploads = Vec::with_capacity(posts.len());
    for (number, post) in posts.iter().enumerate() {
        steps.say("photos", number, posts.len());
        let new = !known.contains_key(&(post.author.clone(), post.text.clone()));
        uploads.push(match &post.photo {
            Some(file) if new => {
                Some(upload(api, &photos.join(file), token(tokens, &post.author)?).await?)
            }
            Some(_) | None => None,
        });
    }
    steps.begin("renditions", 0);
    api.drain().await?;

    for (person, token, photo) in avatars {
        let patch = json!({ "bio": person.bio, "avatar_photo_id": photo });
        api.call(Method::PATCH, "/v1/me", token, Some(&patch))
            .await?
            .expect(StatusCode::OK)?;
    }
    let mut ids = Vec::with_capacity(posts.len());
    for (number, (post, photo)) in posts.iter().zip(uploads).enumerate() {
        steps.say("posts", number, posts.len());
        let before = known.get(&(post.author.clone(), post.text.clone()));
        ids.push(match before {
            Some(id) => id.clone(),
            None => publish(api, number, post, photo, token(tokens, &post.author)?).await?,
        });
    }
    Ok(ids)
}

async fn posts_of(api: &Api, handle: &str, token: &str) -> Result<Vec<((String, String), String)>> {
    let path = format!("/v1/users/{handle}/posts?limit=100");
    let page = api
        .call(Method::GET, &path, token, None)
        .await?
        .expect(StatusCode::OK)?;
    let posts = page["items"]
        .as_array()
        .context("a page without items")?
        .iter();
    posts
        .map(|post| {
            let text = post["text"].as_str().unwrap_or_default().to_owned();
            Ok(((handle.to_owned(), text), string(post, "/id")?))
        })
        .collect()
}

async fn upload(api: &Api, file: &PathBuf, token: &str) -> Result<String> {
    let bytes = std::fs::read(file).with_context(|| format!("reading {file:?}"))?;
    let sha256 = digest::digest(&digest::SHA256, &bytes);
    let hex: String = sha256
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let ticket = json!({ "content_type": "image/jpeg", "bytes": bytes.len(), "sha256": hex });
    let ticket = api
        .call(Method::POST, "/v1/photos", token, Some(&ticket))
        .await?
        .expect(StatusCode::CREATED)?;
    let method = Method::from_bytes(string(&ticket, "/upload/method")?.as_bytes())?;
    let mut put = api
        .http
        .request(method, string(&ticket, "/upload/url")?)
        .body(bytes);
    for (name, value) in ticket["upload"]["headers"]
        .as_object()
        .into_iter()
        .flatten()
    {
        put = put.header(name, value.as_str().context("a header that is no text")?);
    }
    let answer = put.send().await?;
    ensure!(
        answer.status().is_success(),
        "{file:?}: {}",
        answer.text().await?
    );
    string(&ticket, "/id")
}

async fn publish(
    api: &Api,
    number: usize,
    post: &Post,
    photo: Option<String>,
    token: &str,
) -> Result<String> {
    let photos: Vec<_> = photo
        .map(|id| json!({ "id": id, "alt": post.alt, "hotspots": post.hotspots }))
        .into_iter()
        .collect();
    let body = json!({
        "kind": post.kind,
        "text": post.text,
        "photos": photos,
        "products": post.products,
        "topics": post.topics,
        "link": post.link,
        "poll": post.poll,
        "review_id": post.review_id,
    });
    let request = api.request(Method::POST, "/v1/posts", token, Some(&body));
    let call = api
        .send(request.header("idempotency-key", format!("demo-post-{number}")))
        .await?;
    string(&call.expect(StatusCode::CREATED)?, "/id")
}

/// Everyone follows whom they follow, and about two in five of the Prime people smile at a post; at those of who is liked
/// all of them do.
async fn follow_and_smile(
    api: &Api,
    people: &[Person],
    posts: &[Post],
    ids: &[String],
    tokens: &Tokens,
    steps: &Steps,
) -> Result<()> {
    for (seat, person) in people.iter().enumerate() {
        steps.say("follows and smiles", seat, people.len());
        let token = token(tokens, &person.handle)?;
        for handle in &person.follows {
            let path = format!("/v1/users/{handle}/follow");
            api.call(Method::PUT, &path, token, None)
                .await?
                .expect(StatusCode::NO_CONTENT)?;
        }
        for (number, (post, id)) in posts.iter().zip(ids).enumerate() {
            let liked = people
                .iter()
                .any(|one| one.liked && one.handle == post.author);
            let likes_it = liked || (number * 7 + seat * 3) % 5 < 2;
            let likes_it = likes_it && post.author != person.handle;
            if person.prime && likes_it {
                let path = format!("/v1/posts/{id}/smile");
                api.call(Method::PUT, &path, token, None)
                    .await?
                    .expect(StatusCode::NO_CONTENT)?;
            }
        }
    }
    Ok(())
}

/// What to try first.
fn where_to_look(api: &Api, people: &[Person], tokens: &Tokens, order: Option<&str>) -> String {
    let base = &api.base;
    let mut lines = vec![
        "The demo store is loaded. Look first at".to_owned(),
        format!("  {base}/docs    the API, to read and to try"),
        "or ask it, such as for a wall of a topic, without a token:".to_owned(),
        format!("  curl -s {base}/v1/topics/coffee/posts"),
        "or for the lists that hold a product:".to_owned(),
        format!("  curl -s {base}/v1/products/SPK-1001/lists"),
        "or look for something:".to_owned(),
        format!("  curl -s '{base}/v1/search?q=espresso'"),
    ];
    let product = format!("  {base}/store/p/SPK-1032");
    lines.extend(["or buy something in its store:".to_owned(), product]);
    if let Some(order) = order {
        lines.push("what was earned by an order, and why:".to_owned());
        lines.push(format!("  {base}/store/orders/{order}"));
    }
    let prime = people.iter().find(|person| person.prime);
    let other = people.iter().find(|person| !person.prime);
    for person in prime.into_iter().chain(other) {
        let tier = if person.prime { "Prime" } else { "not Prime" };
        let (name, sub) = (&person.display_name, &person.sub);
        if let Some(token) = tokens.get(&person.handle) {
            lines.push(format!("the feed of {name} ({sub}, {tier}):"));
            lines.push(format!(
                "  curl -s {base}/v1/feed -H 'Authorization: Bearer {token}'"
            ));
            if person.prime {
                lines.push(format!(
                    "what {name} may like, by what they viewed and bought:"
                ));
                lines.push(format!(
                    "  curl -s {base}/v1/stream -H 'Authorization: Bearer {token}'"
                ));
                lines.push(format!("what others did at what {name} shared:"));
                lines.push(format!(
                    "  curl -s {base}/v1/notifications -H 'Authorization: Bearer {token}'"
                ));
            }
        }
    }
    lines.push("a token for somebody new:".to_owned());
    lines.push(format!(
        "  curl -s {base}/local/token -d '{{\"sub\":\"ana\",\"groups\":[\"prime\"]}}'"
    ));
    lines.join("\n")
}
