//! Accounts with the networks that the cloud plays: linked by who signs in to them, and by nobody else (MONEY 1-5, 42).

use jiff::SignedDuration;
use reqwest::Method;
use serde_json::{Value, json};
use url::Url;

use crate::{Person, Town};

fn ana() -> Value {
    json!({"name": "Ana Makes", "handle": "AnaMakes", "audience": 1_200})
}

#[tokio::test]
async fn an_account_of_each_network_is_linked_by_who_went_there_and_came_back() {
    let town = Town::new().await;
    let person = town.join("ana").await;
    for provider in ["youtube", "twitter", "facebook", "instagram"] {
        town.account(provider, "77", ana()).await;
        let begun = town.begin(provider, &person).await;
        let asked = Url::parse(&begun).unwrap();
        let asked: std::collections::BTreeMap<_, _> = asked.query_pairs().collect();
        let callback = format!("{}/v1/oauth/{provider}/callback", town.cloud.url());
        assert_eq!(asked["redirect_uri"], callback);
        assert_eq!(
            (&*asked["response_type"], &*asked["code_challenge_method"]),
            ("code", "S256")
        );
        let (name, code) = town.told(&begun, "login_hint=77").await;
        assert_eq!(name, "code", "{provider}: {code}");
        let linked_now = town.linked(&person).await;
        assert!(
            linked_now.iter().all(|one| one["provider"] != provider),
            "coming back links nothing"
        );
        let (status, linked) = town.complete(provider, &person, &code).await;
        assert_eq!(status, 201, "{provider} {linked}");
        let told = json!({"provider": provider, "name": "Ana Makes", "handle": "AnaMakes", "audience": 1_200,
            "verified_by": "oauth", "linked_at": linked["linked_at"]});
        assert_eq!(linked, told);
        // A code is good once.
        assert_eq!(town.complete(provider, &person, &code).await.0, 404);
    }
    assert_eq!(town.linked(&person).await.len(), 4);
    // Linked again it is read anew, and what is hidden is null.
    town.account(
        "youtube",
        "77",
        json!({"name": "Ana", "handle": "ana2", "audience": null}),
    )
    .await;
    let code = town.code("youtube", &person, "77").await;
    let (status, linked) = town.complete("youtube", &person, &code).await;
    assert_eq!(
        (status, &linked["handle"], &linked["audience"]),
        (201, &json!("ana2"), &Value::Null)
    );
    assert_eq!(town.linked(&person).await.len(), 4);
    // The handle that it had is another's to take.
    let ben = town.join("ben").await;
    town.account("youtube", "78", ana()).await;
    let code = town.code("youtube", &ben, "78").await;
    assert_eq!(town.complete("youtube", &ben, &code).await.0, 201);
    for _ in 0..2 {
        let gone = town
            .call(
                Method::DELETE,
                "/v1/social-accounts/youtube",
                Some(&person),
                None,
            )
            .await;
        assert_eq!(gone.status(), 204);
    }
    assert_eq!(town.linked(&person).await.len(), 3);
}

#[tokio::test]
async fn whoever_comes_back_otherwise_than_they_were_sent_is_told_so_and_nothing_is_linked() {
    let town = Town::new().await;
    let (ana_, ben) = (town.join("ana").await, town.join("ben").await);
    town.account("twitter", "77", ana()).await;
    let begun = town.begin("twitter", &ana_).await;
    let callback = town.on_from(&format!("{begun}&login_hint=77"), 302).await;
    let callback = callback.as_str();
    // Another network's, another issuer's, changed, sent twice, without.
    let other = callback.replace("/oauth/twitter/", "/oauth/youtube/");
    let issuer = callback.replace("%2Flocal%2Fnetworks", "%2Fevil");
    assert_ne!(issuer, callback);
    let changed = callback.replace("state=", "state=A");
    let without = callback.replace("state=", "other=");
    let twice = format!("{callback}&state=x");
    for odd in [&other, &issuer, &changed, &without, &twice] {
        assert_eq!(town.error(odd).await, "state-invalid", "{odd}");
    }
    // None of these used it up.
    let (name, code) = town.come_back(callback).await;
    assert_eq!(name, "code", "{code}");
    assert_eq!(town.error(callback).await, "state-invalid", "used");
    // A code is of whoever went, of that network, for ten minutes; its owner still can.
    assert_eq!(town.complete("twitter", &ben, &code).await.0, 404);
    assert_eq!(town.complete("youtube", &ana_, &code).await.0, 404);
    assert_eq!(town.complete("twitter", &ana_, "unknown").await.0, 404);
    assert_eq!(town.complete("twitter", &ana_, &code).await.0, 201);

    let begun = town.begin("youtube", &ana_).await;
    assert_eq!(town.told(&begun, "deny=1").await.1, "denied");
    for provider in ["youtube", "facebook"] {
        let begun = town.begin(provider, &ana_).await;
        assert_eq!(town.told(&begun, "login_hint=nobody").await.1, "no-account");
    }
    // Too late on either way.
    town.account("youtube", "7", ana()).await;
    let begun = town.begin("youtube", &ana_).await;
    let callback = town.on_from(&format!("{begun}&login_hint=7"), 302).await;
    town.cloud
        .advance(SignedDuration::from_secs(601))
        .await
        .unwrap();
    assert_eq!(town.error(callback.as_str()).await, "state-invalid");
    let code = town.code("youtube", &ana_, "7").await;
    town.cloud
        .advance(SignedDuration::from_secs(602))
        .await
        .unwrap();
    assert_eq!(town.complete("youtube", &ana_, &code).await.0, 404);
    town.cloud.drain().await.unwrap();
}

#[tokio::test]
async fn an_account_is_one_persons_by_its_id_and_by_its_handle_and_a_person_has_one_a_network() {
    let town = Town::new().await;
    let (first, second) = (town.join("ana").await, town.join("ben").await);
    town.account("twitter", "77", ana()).await;
    town.account(
        "twitter",
        "78",
        json!({"name": "Other", "handle": "other", "audience": 3}),
    )
    .await;
    let code = town.code("twitter", &first, "77").await;
    assert_eq!(town.complete("twitter", &first, &code).await.0, 201);
    let refused = |told: (u16, Value)| {
        (
            told.0,
            told.1["code"].as_str().unwrap_or_default().to_owned(),
        )
    };
    let code = town.code("twitter", &second, "77").await;
    let told = town.complete("twitter", &second, &code).await;
    assert_eq!(refused(told), (409, "account-taken".to_owned()));
    let code = town.code("twitter", &first, "78").await;
    let told = town.complete("twitter", &first, &code).await;
    assert_eq!(refused(told), (409, "already-linked".to_owned()));
    // By another id and the same handle, whatever its case.
    town.account(
        "twitter",
        "79",
        json!({"name": "Third", "handle": "ANAMAKES", "audience": 3}),
    )
    .await;
    let code = town.code("twitter", &second, "79").await;
    let told = town.complete("twitter", &second, &code).await;
    assert_eq!(refused(told), (409, "account-taken".to_owned()));
}

#[tokio::test]
async fn a_code_in_a_profile_proves_an_account_until_somebody_signs_in_to_it() {
    let town = Town::new().await;
    let (first, second) = (town.join("ana").await, town.join("ben").await);
    let at = |rest: &str| format!("/v1/social-accounts/instagram/proof{rest}");
    let (status, proof) = town
        .post(&at(""), &first, json!({"handle": "@Ana Mäkes/x"}))
        .await;
    assert_eq!(status, 200, "{proof}");
    let code = proof["code"].as_str().unwrap();
    assert_eq!((&code[..6], code.len()), ("spark-", 22));
    let check = async |who: &Person| {
        let answer = town
            .call(Method::POST, &at("/check"), Some(who), None)
            .await;
        let status = answer.status().as_u16();
        (status, answer.json::<Value>().await.unwrap())
    };
    let profile =
        |bio: &str| json!({"name": "Ana", "handle": "ana mäkes/x", "audience": 9, "bio": bio});
    for bio in ["", "spark-0000000000000000"] {
        town.account("instagram", "5", profile(bio)).await;
        let (status, told) = check(&first).await;
        assert_eq!((status, &told["code"]), (422, &json!("proof-not-found")));
    }
    town.account("instagram", "5", profile(&format!("Hi <b> {code}!")))
        .await;
    let (status, linked) = check(&first).await;
    assert_eq!(status, 201, "{linked}");
    assert_eq!(
        (&linked["verified_by"], &linked["audience"]),
        (&json!("bio"), &Value::Null)
    );
    // It is used up, and nobody else can by a profile.
    assert_eq!(check(&first).await.0, 422);
    let (_, other) = town
        .post(&at(""), &second, json!({"handle": "ana mäkes/x"}))
        .await;
    town.account("instagram", "5", profile(other["code"].as_str().unwrap()))
        .await;
    let (status, told) = check(&second).await;
    assert_eq!((status, &told["code"]), (409, &json!("account-taken")));
    // Whoever signs in has it.
    let code = town.code("instagram", &second, "5").await;
    let (status, linked) = town.complete("instagram", &second, &code).await;
    assert_eq!(
        (status, &linked["verified_by"]),
        (201, &json!("oauth")),
        "{linked}"
    );
    assert_eq!(town.linked(&first).await, Vec::<Value>::new());
    for odd in [json!({}), json!({"handle": ".."}), json!({"handle": 7})] {
        assert_eq!(town.post(&at(""), &second, odd).await.0, 422);
    }
}

#[tokio::test]
async fn a_network_sends_nobody_to_strangers_and_turns_a_code_into_a_token_once_for_who_can_prove_it()
 {
    let town = Town::new().await;
    let person = town.join("ana").await;
    town.account("youtube", "77", ana()).await;
    let begun = town.begin("youtube", &person).await;
    let swap = |name: &str, value: &str| {
        let mut url = Url::parse(&begun).unwrap();
        let pairs: Vec<_> = url.query_pairs().into_owned().collect();
        let pairs = pairs.into_iter().map(|(key, old)| {
            let value = if key == name { value.to_owned() } else { old };
            (key, value)
        });
        let pairs: Vec<_> = pairs.collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
        format!("{url}&login_hint=77")
    };
    for (name, value) in [
        ("client_id", "other"),
        ("redirect_uri", "https://evil.test/"),
    ] {
        let answer = town.call(Method::GET, &swap(name, value), None, None).await;
        assert_eq!(answer.status(), 400, "{name}");
    }
    for (name, value) in [
        ("code_challenge_method", "plain"),
        ("response_type", "token"),
    ] {
        let back = town.on_from(&swap(name, value), 302).await;
        assert!(
            back.query().unwrap().contains("error=invalid_request"),
            "{back}"
        );
    }
    let page = town
        .call(Method::GET, &begun, None, None)
        .await
        .text()
        .await
        .unwrap();
    assert!(
        page.contains("Ana Makes") && page.contains("login_hint=77") && page.contains("deny=1")
    );
    // Somebody who saw the code, and does not know the verifier.
    let callback = town.on_from(&format!("{begun}&login_hint=77"), 302).await;
    let pairs: std::collections::BTreeMap<_, _> = callback.query_pairs().into_owned().collect();
    let token = format!("{}/local/networks/youtube/token", town.cloud.url());
    let redirect = format!("{}/v1/oauth/youtube/callback", town.cloud.url());
    let form = url::form_urlencoded::Serializer::new(String::new())
        .append_pair("grant_type", "authorization_code")
        .append_pair("code", &pairs["code"])
        .append_pair("redirect_uri", &redirect)
        .append_pair("client_id", "spark-local")
        .append_pair("code_verifier", "guessed")
        .finish();
    let asked = town
        .client
        .post(&token)
        .header("content-type", "application/x-www-form-urlencoded");
    let stolen = asked.body(form).send().await.unwrap();
    assert_eq!(stolen.status(), 401, "no secret");
    let (name, code) = town.come_back(callback.as_str()).await;
    assert_eq!(name, "code", "{code}");
}
