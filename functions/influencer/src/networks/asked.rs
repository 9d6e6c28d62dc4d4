//! What each network is asked, and how it tells of an account (MONEY 4).

use aws_smithy_types::body::SdkBody;
use domain::money::social::{Network, SocialHandle, Told};
use http::{Request, header};
use oauth2::AuthType;
use serde_json::Value;
use shared::error::Cause;
use url::form_urlencoded;

use super::Failure;

/// The longest name that is taken over, in characters.
const NAME: usize = 200;
/// The longest id, in bytes: it stands in a key.
const ID: usize = 256;

/// What may be read: nothing but the account.
pub(super) fn scopes(network: Network) -> &'static [&'static str] {
    match network {
        Network::Youtube => &["https://www.googleapis.com/auth/youtube.readonly"],
        Network::Twitter => &["users.read", "tweet.read"],
        Network::Facebook => &["pages_show_list", "pages_read_engagement"],
        Network::Instagram => &["instagram_business_basic"],
    }
}

/// How Spark says who it is.
pub(super) fn auth_type(network: Network) -> AuthType {
    match network {
        Network::Twitter => AuthType::BasicAuth,
        Network::Youtube | Network::Facebook | Network::Instagram => AuthType::RequestBody,
    }
}

/// Path and query of the one read.
pub(super) fn question(network: Network) -> &'static str {
    match network {
        Network::Youtube => "/channels?part=snippet,statistics&mine=true",
        Network::Twitter => "/users/me?user.fields=public_metrics",
        Network::Facebook => {
            "/me/accounts?fields=id,name,username,followers_count,fan_count&limit=100"
        }
        Network::Instagram => "/me?fields=user_id,username,name,followers_count",
    }
}

/// The request by which a token ends (RFC 7009), by whom.
pub(super) fn revocation(
    url: &str,
    token: &str,
    client: Option<(&str, &str)>,
) -> Result<Request<SdkBody>, Cause> {
    let mut form = form_urlencoded::Serializer::new(String::new());
    form.append_pair("token", token);
    let mut request = Request::post(url);
    if let Some((id, secret)) = client {
        request = request.header(header::AUTHORIZATION, basic(id, secret));
    }
    let request = request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    Ok(request.body(SdkBody::from(form.finish()))?)
}

/// RFC 6749, section 2.3.1: both are encoded as in a form first.
fn basic(id: &str, secret: &str) -> String {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let both = format!("{}:{}", encode(id), encode(secret));
    format!("Basic {}", aws_smithy_types::base64::encode(both))
}

/// The account that a network tells of.
///
/// # Errors
/// [`Failure::NoAccount`] where it tells of none, [`Failure::Unavailable`] where that cannot be read.
pub(super) fn account(network: Network, told: &Value) -> Result<Told, Failure> {
    let found = match network {
        Network::Youtube => channel(told),
        Network::Twitter => told.get("data").and_then(user),
        Network::Facebook => page(told),
        Network::Instagram => professional(told),
    };
    match found {
        Some(found) => Ok(found),
        // A list that has nothing in it, which is an answer; or none at all.
        None if is_empty(network, told) => Err(Failure::NoAccount),
        None => {
            tracing::warn!(network = network.name(), "an account that cannot be read");
            Err(Failure::Unavailable)
        }
    }
}

fn is_empty(network: Network, told: &Value) -> bool {
    let list = match network {
        // YouTube leaves the list out where there is nothing in it.
        Network::Youtube if told.is_object() && told.get("items").is_none() => return true,
        Network::Youtube => told.get("items"),
        Network::Facebook => told.get("data"),
        Network::Twitter | Network::Instagram => return false,
    };
    list.and_then(Value::as_array).is_some_and(Vec::is_empty)
}

fn channel(told: &Value) -> Option<Told> {
    let channel = told.pointer("/items/0")?;
    let hidden = channel.pointer("/statistics/hiddenSubscriberCount") == Some(&Value::Bool(true));
    let audience = count(channel, "/statistics/subscriberCount").filter(|_| !hidden);
    of(
        text(channel, "/id")?,
        text(channel, "/snippet/customUrl"),
        text(channel, "/snippet/title"),
        audience,
    )
}

fn user(told: &Value) -> Option<Told> {
    of(
        text(told, "/id")?,
        text(told, "/username"),
        text(told, "/name"),
        count(told, "/public_metrics/followers_count"),
    )
}

/// The Page that most follow.
fn page(told: &Value) -> Option<Told> {
    let pages = told.get("data")?.as_array()?;
    let audience =
        |page: &Value| count(page, "/followers_count").or_else(|| count(page, "/fan_count"));
    let largest = pages.iter().max_by_key(|page| audience(page))?;
    of(
        text(largest, "/id")?,
        text(largest, "/username"),
        text(largest, "/name"),
        audience(largest),
    )
}

fn professional(told: &Value) -> Option<Told> {
    of(
        text(told, "/user_id").or_else(|| text(told, "/id"))?,
        text(told, "/username"),
        text(told, "/name"),
        count(told, "/followers_count"),
    )
}

/// An account without a handle goes by its id, one without a name by its handle.
fn of(
    id: String,
    handle: Option<String>,
    name: Option<String>,
    audience: Option<u64>,
) -> Option<Told> {
    if id.len() > ID {
        return None;
    }
    let handle = handle.and_then(|handle| SocialHandle::parse(&handle).ok());
    let handle = match handle {
        Some(handle) => handle,
        None => SocialHandle::parse(&id).ok()?,
    };
    let name = name.map(|name| {
        name.chars()
            .filter(|c| !c.is_control())
            .take(NAME)
            .collect()
    });
    let name = name.filter(|name: &String| !name.trim().is_empty());
    Some(Told {
        name: name.unwrap_or_else(|| handle.as_str().to_owned()),
        id,
        handle,
        audience,
    })
}

/// Ids are told as text, and by some as numbers.
fn text(value: &Value, pointer: &str) -> Option<String> {
    let found = value.pointer(pointer)?;
    let number = || found.as_u64().map(|number| number.to_string());
    let text = found.as_str().map(str::to_owned).or_else(number);
    text.filter(|text| !text.is_empty())
}

/// Counts are told as numbers, and by some as text.
fn count(value: &Value, pointer: &str) -> Option<u64> {
    let found = value.pointer(pointer)?;
    let text = || found.as_str()?.parse().ok();
    found.as_u64().or_else(text)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(
        network: Network,
        told: &Value,
    ) -> Result<(String, String, String, Option<u64>), Failure> {
        let read = account(network, told)?;
        let handle = read.handle.as_str().to_owned();
        Ok((read.id, read.name, handle, read.audience))
    }

    fn ana(audience: Option<u64>) -> Result<(String, String, String, Option<u64>), Failure> {
        Ok(("7".to_owned(), "Ana".to_owned(), "ana".to_owned(), audience))
    }

    #[test]
    fn each_network_tells_of_an_account_in_its_own_way() {
        let youtube = |hidden: bool| {
            json!({"items": [{"id": "7", "snippet": {"title": "Ana", "customUrl": "@ana"},
                "statistics": {"subscriberCount": "12", "hiddenSubscriberCount": hidden}}]})
        };
        assert_eq!(read(Network::Youtube, &youtube(false)), ana(Some(12)));
        assert_eq!(read(Network::Youtube, &youtube(true)), ana(None));
        let twitter = json!({"data": {"id": "7", "name": "Ana", "username": "ana", "public_metrics": {"followers_count": 12}}});
        assert_eq!(read(Network::Twitter, &twitter), ana(Some(12)));
        let facebook = json!({"data": [
            {"id": "1", "name": "Small", "followers_count": 3},
            {"id": "7", "name": "Ana", "username": "ana", "followers_count": 12},
            {"id": "9", "name": "Hidden"}]});
        assert_eq!(read(Network::Facebook, &facebook), ana(Some(12)));
        let instagram = json!({"user_id": 7, "username": "ana", "name": "Ana"});
        assert_eq!(read(Network::Instagram, &instagram), ana(None));
    }

    #[test]
    fn nothing_in_a_list_is_no_account_and_what_cannot_be_read_is_the_networks_fault() {
        for (network, none) in [
            (Network::Youtube, json!({"items": []})),
            (
                Network::Youtube,
                json!({"kind": "youtube#channelListResponse"}),
            ),
            (Network::Facebook, json!({"data": []})),
        ] {
            assert_eq!(read(network, &none), Err(Failure::NoAccount), "{none}");
        }
        for network in Network::ALL {
            for odd in [
                json!(7),
                json!({"items": {}, "data": {}}),
                json!({"items": [7], "data": [7]}),
            ] {
                assert_eq!(
                    read(network, &odd),
                    Err(Failure::Unavailable),
                    "{network} {odd}"
                );
            }
        }
    }
}
