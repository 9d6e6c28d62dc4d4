//! The order of refusals (PRODUCT 1), of every operation that is described: 401, then 403, then 404, then 422.

use domain::money::{Account, Programme};
use harness::{Answer, Forgery, Request, World};
use serde_json::json;

use crate::described::{Operation, operations};

/// What a caller has to be, beside signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tier {
    /// A member.
    Member,
    /// A member with the Prime tier.
    Prime,
    /// One of the store's moderators, joined or not.
    Moderator,
    /// One of the store's admins, joined or not.
    Admin,
    /// A seller, joined or not.
    Seller,
}

impl Tier {
    fn of(operation: &str) -> Self {
        let prime = PRIME.contains(&operation);
        match operation.split_once(' ') {
            _ if prime => Self::Prime,
            Some((_, path)) if path.starts_with("/v1/admin/") => Self::Admin,
            Some((_, path)) if path.starts_with("/v1/moderation/") => Self::Moderator,
            Some((_, path)) if path.starts_with("/v1/sellers/") => Self::Seller,
            _ => Self::Member,
        }
    }

    /// What somebody is told who signed in, and is nothing else.
    fn missing(self) -> &'static str {
        match self {
            Self::Member => "not-joined",
            Self::Prime => "prime-required",
            Self::Moderator => "moderator-required",
            Self::Admin => "admin-required",
            Self::Seller => "seller-required",
        }
    }
}

/// The calls that are for Prime members alone.
const PRIME: &[&str] = &[
    "DELETE /v1/social-accounts/{provider}",
    "GET /v1/influencer/application",
    "GET /v1/social-accounts",
    "POST /v1/influencer/application",
    "POST /v1/social-accounts/{provider}/link",
    "POST /v1/social-accounts/{provider}/link/complete",
    "POST /v1/social-accounts/{provider}/proof",
    "POST /v1/social-accounts/{provider}/proof/check",
    "GET /v1/me/reviews",
    "POST /v1/lists",
    "POST /v1/posts",
    "POST /v1/posts/{post_id}/comments",
    "PUT /v1/comments/{comment_id}/smile",
    "PUT /v1/posts/{post_id}/heart",
    "PUT /v1/posts/{post_id}/smile",
    "PUT /v1/products/{product_id}/heart",
];

/// What answers somebody who has not joined otherwise, and how: to join is what they may.
const BEFORE_JOINING: &[(&str, u16)] = &[("GET /v1/me", 404), ("POST /v1/me", 422)];

/// A run that paid nobody is one as well.
const NEVER_UNKNOWN: &[(&str, u16)] = &[
    ("GET /v1/admin/payouts/{id}", 422),
    ("GET /v1/admin/payouts/{id}/export", 200),
];

/// What is taken away by whoever may, there or not.
const HOWEVER_OFTEN: &[&str] = &["DELETE /v1/admin/finds/{list_id}"];

/// Something of the right kind that is not there, by its name in paths.
fn unknown(name: &str, operation: &str) -> String {
    let id = match name {
        "post_id" | "list_id" | "item_id" | "photo_id" => "01KAKGXV3C8Z2M4N6P8R0T1V3W",
        "comment_id" => "01KAKGXV3C8Z2M4N6P8R0T1V3W01KAKGXV3C8Z2M4N6P8R0T1V3W",
        "handle" => "nobody_at_all",
        "topic_id" => "no-such-topic",
        "product_id" => "NO-SUCH-PRODUCT",
        "kind" => "product",
        "provider" => "no-such-network",
        "code" => "no-such-code",
        "month" => "2026-13",
        "account" => "0000000000000000",
        "id" if operation.contains("/products/") => "NO-SUCH-PRODUCT",
        "id" => "01KAKGXV3C8Z2M4N6P8R0T1V3W",
        other => panic!("what is {{{other}}} of {operation}?"),
    };
    id.to_owned()
}

/// A call of an operation that is wrong in whatever it can be wrong in, but for what its path names.
fn wrong(operation: &Operation, path: &str) -> Request {
    let query = if operation.paged { "?limit=none" } else { "" };
    let path = format!("{path}{query}");
    let request = operation.http.call(operation.method.clone(), &path);
    if operation.body {
        request.json(json!({"subject": 1, "text": 1, "name": 1, "option": 1, "up_to": 1, "position": "x", "poll": 1,
            "more": 1, "events": 1, "refuse": 1, "display_name": 1, "kind": 1, "bytes": "x"}))
    } else {
        request
    }
}

fn told(answer: &Answer) -> String {
    let told = serde_json::from_slice::<serde_json::Value>(&answer.body).unwrap_or_default();
    told["code"].as_str().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn who_is_not_signed_in_is_told_so_before_all_else_and_a_foreign_token_is_refused_everywhere()
{
    let world = World::new().await;
    for operation in operations(&world, &world.context()) {
        let path = operation.filled(|name| unknown(name, &operation.name));
        if operation.needs_token {
            let answer = wrong(&operation, &path).send().await;
            assert_eq!(answer.status, 401, "{}", operation.name);
        }
        if operation.path.starts_with("/v1/") {
            let token = world.forged("ana", &["prime", "admin"], Forgery::OtherIssuer);
            let answer = wrong(&operation, &path).token(token).send().await;
            assert_eq!(answer.status, 401, "{}", operation.name);
        }
    }
}

#[tokio::test]
async fn who_lacks_a_tier_or_has_not_joined_is_told_so_before_what_is_not_there_or_wrong() {
    let world = World::new().await;
    for operation in operations(&world, &world.context()) {
        if !operation.needs_token {
            continue;
        }
        let name = &operation.name;
        let path = operation.filled(|part| unknown(part, name));
        let tier = Tier::of(name);
        let stranger = world.token("stranger", &[]);
        let answer = wrong(&operation, &path).token(&stranger).send().await;
        if let Some((_, status)) = BEFORE_JOINING.iter().find(|(one, _)| one == name) {
            assert_eq!(answer.status, *status, "{name}");
            continue;
        }
        let code = told(&answer);
        assert_eq!(
            (answer.status.as_u16(), code.as_str()),
            (403, tier.missing()),
            "{name}"
        );
        // With the tier, and no account.
        if tier == Tier::Prime {
            let stranger = world.token("stranger", &["prime"]);
            let answer = wrong(&operation, &path).token(&stranger).send().await;
            assert_eq!(
                (answer.status.as_u16(), told(&answer).as_str()),
                (403, "not-joined"),
                "{name}"
            );
        }
    }
}

#[tokio::test]
async fn what_is_not_there_is_told_before_what_is_wrong_and_all_that_is_wrong_is_a_422() {
    let world = World::new().await;
    let ana = world.member("ana").prime().group("admin");
    let ana = ana.group("seller").await;
    let account = Account::of_random(7);
    world
        .engage(&ana.id, &account, &[Programme::Influencer])
        .await;
    for operation in operations(&world, &world.context()) {
        let name = operation.name.as_str();
        if !operation.path.starts_with("/v1/") {
            continue;
        }
        for malformed in [false, true] {
            let path = operation.filled(|part| match malformed {
                true if part != "kind" => "%00-no".to_owned(),
                _ => unknown(part, name),
            });
            let named = operation.named().count() > 0;
            if malformed && !named {
                continue;
            }
            let known = NEVER_UNKNOWN.iter().find(|(one, _)| *one == name);
            let expected = match (named, operation.body || operation.paged) {
                (true, _) if !malformed && known.is_some() => known.unwrap().1,
                (true, _) if !malformed && HOWEVER_OFTEN.contains(&name) => 204,
                (true, _) => 404,
                // The store's doors look at its signature before all else.
                (false, true) if operation.path.starts_with("/v1/store/") => 401,
                (false, true) => 422,
                (false, false) => continue,
            };
            let answer = wrong(&operation, &path).token(&ana.token).send().await;
            assert_eq!(answer.status, expected, "{name} {path}");
        }
    }
}
