//! What the networks tell of an account, in the shape of each.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use domain::money::social::Network;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::tokens::bearer;
use super::{Account, Networks};
use crate::gateway::plain;

pub(super) async fn read(
    State(networks): State<Arc<Networks>>,
    Path((provider, question)): Path<(String, String)>,
    headers: HeaderMap,
) -> Response {
    let Some(network) = Network::parse(&provider) else {
        return plain(StatusCode::NOT_FOUND, "Not Found");
    };
    let token = bearer(&headers).unwrap_or_default();
    let who = networks.state().tokens.get(token).cloned();
    let Some((_, who)) = who.filter(|(of, _)| *of == network) else {
        return plain(StatusCode::UNAUTHORIZED, "Unauthorized");
    };
    let account = who.and_then(|id| Some((id.clone(), networks.account(network, &id)?)));
    let asked = match network {
        Network::Youtube => "channels",
        Network::Twitter => "users/me",
        Network::Facebook => "me/accounts",
        Network::Instagram => "me",
    };
    let told = (question == asked).then(|| shape(network, account));
    match told.flatten() {
        Some(told) => Json(told).into_response(),
        None => plain(StatusCode::NOT_FOUND, "Not Found"),
    }
}

fn shape(network: Network, account: Option<(String, Account)>) -> Option<Value> {
    let account = account.map(|(id, account)| {
        let Account {
            name,
            handle,
            audience,
            ..
        } = account;
        match network {
            Network::Youtube => json!({
                "kind": "youtube#channel",
                "id": id,
                "snippet": {"title": name, "customUrl": format!("@{handle}")},
                "statistics": {
                    "subscriberCount": audience.unwrap_or_default().to_string(),
                    "hiddenSubscriberCount": audience.is_none(),
                },
            }),
            Network::Twitter => {
                let mut user = json!({"id": id, "name": name, "username": handle});
                if let Some(audience) = audience {
                    user["public_metrics"] = json!({"followers_count": audience});
                }
                user
            }
            Network::Facebook | Network::Instagram => {
                let mut page = json!({"id": id, "name": name, "username": handle});
                if let Some(audience) = audience {
                    page["followers_count"] = audience.into();
                }
                page
            }
        }
    });
    match network {
        Network::Youtube => {
            let items: Vec<_> = account.into_iter().collect();
            Some(json!({"kind": "youtube#channelListResponse", "items": items}))
        }
        Network::Twitter => account.map(|user| json!({"data": user})),
        // A Page that nearly nobody follows stands beside it, as many have one.
        Network::Facebook => {
            let small = json!({"id": "1", "name": "A small Page", "followers_count": 0});
            let pages: Vec<_> = account.map(|page| vec![small, page]).unwrap_or_default();
            Some(json!({"data": pages, "paging": {}}))
        }
        Network::Instagram => account,
    }
}
