//! What the demo's people do in the shop, by which their streams go; and what the store shows of its own accord.

use anyhow::{Context as _, Result};
use jiff::{SignedDuration, Timestamp};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use super::{
    Person, Tokens,
    api::{Api, string},
    progress::Steps,
    token,
};

/// Products are numbered from here on,
const FIRST: usize = 1_001;
/// so many of them.
const PRODUCTS: usize = 56;
/// So many products are viewed by each, and so many of these bought.
const VIEWED: usize = 9;
const BOUGHT: usize = 3;
/// Lists that are shown to whoever looks around.
const FINDS: [(&str, &str); 3] = [
    ("mara_pours", "The whole bench"),
    ("gil_grows", "A lawn that feeds bees"),
    ("orbit_ines", "First nights out"),
];
/// The place of the post that is shown for a sponsor, from 0.
const SPONSORED: usize = 8;
/// For how long.
const MONTH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Everybody views products, buys some and searches once, a few minutes before `now`; whoever is known to have done
/// something is left alone.
pub(super) async fn use_it(
    api: &Api,
    people: &[Person],
    tokens: &Tokens,
    now: Timestamp,
    steps: &Steps,
) -> Result<()> {
    for (seat, person) in people.iter().enumerate() {
        steps.say("views and purchases", seat, people.len());
        let token = token(tokens, &person.handle)?;
        let known = api.call(Method::GET, "/v1/me/activity", token, None);
        let known = known.await?.expect(StatusCode::OK)?;
        if known["products"]
            .as_array()
            .is_some_and(|all| !all.is_empty())
        {
            continue;
        }
        let at = |number: usize| {
            let before = SignedDuration::from_mins(i64::try_from(30 - number)?);
            anyhow::Ok((now - before).to_string())
        };
        let mut events = Vec::new();
        for number in 0..VIEWED {
            // Neighbours view what is alike, and some of what their neighbours do.
            let product = format!("SPK-{}", FIRST + (seat * 7 + number) % PRODUCTS);
            events.push(json!({
                "type": "product_view", "product_id": product, "at": at(number)?,
            }));
            if number < BOUGHT {
                events.push(json!({
                    "type": "purchase", "product_id": product, "at": at(number + VIEWED)?,
                }));
            }
        }
        let interest = person.interests.first().context("an interest")?;
        events.push(json!({ "type": "search", "query": interest, "at": at(2 * VIEWED)? }));
        let told = json!({ "events": events });
        let told = api.call(Method::POST, "/v1/activity", token, Some(&told));
        told.await?.expect(StatusCode::OK)?;
    }
    Ok(())
}

/// The store shows some lists to whoever looks around, and a post for a sponsor, unless it does already.
pub(super) async fn show(api: &Api, ids: &[String], now: Timestamp, steps: &Steps) -> Result<()> {
    steps.begin("finds and a sponsored post", 0);
    let admin = api.token("demo-store", &["admin"]).await?;
    for (position, (owner, name)) in FINDS.iter().enumerate() {
        let lists = format!("/v1/users/{owner}/lists?limit=100");
        let lists = api.call(Method::GET, &lists, &admin, None).await?;
        let lists = lists.expect(StatusCode::OK)?;
        let list = items(&lists)?.iter().find(|list| list["name"] == *name);
        let id = string(
            list.with_context(|| format!("{owner} has no {name}"))?,
            "/id",
        )?;
        let place = json!({ "position": position + 1 });
        let path = format!("/v1/admin/finds/{id}");
        let put = api.call(Method::PUT, &path, &admin, Some(&place)).await?;
        put.expect(StatusCode::NO_CONTENT)?;
    }
    let post = ids.get(SPONSORED).context("a post of the demo")?;
    let running = api.call(Method::GET, "/v1/admin/sponsored", &admin, None);
    let running = running.await?.expect(StatusCode::OK)?;
    if items(&running)?
        .iter()
        .any(|one| one["post_id"] == post.as_str())
    {
        return Ok(());
    }
    let sponsored = json!({
        "post_id": post, "places": ["home", "wall"],
        "starts_at": now.to_string(), "ends_at": (now + MONTH).to_string(), "per_reader_day": 5,
    });
    let path = "/v1/admin/sponsored";
    let begun = api.call(Method::POST, path, &admin, Some(&sponsored));
    begun.await?.expect(StatusCode::CREATED)?;
    Ok(())
}

fn items(page: &Value) -> Result<&Vec<Value>> {
    page["items"].as_array().context("a page without items")
}
