//! The description of the API as a browser and a code generator see it, and what no route takes.

use harness::World;
use pages::router;
use tower::ServiceExt;

use crate::http;

#[tokio::test]
async fn the_description_is_openapi_3_1_and_names_every_path_once() {
    let (_world, http) = http().await;
    let answer = http.get("/openapi.json").send().await;
    assert_eq!(answer.header("content-type"), Some("application/json"));
    let api = answer.json();
    assert!(api["openapi"].as_str().unwrap().starts_with("3.1."));
    for path in [
        "/v1/me",
        "/v1/posts",
        "/v1/feed",
        "/v1/posts/{post_id}/smile",
    ] {
        assert!(api["paths"][path].is_object(), "{path}");
    }
    assert_eq!(
        api["servers"],
        serde_json::json!([{"url": "https://api.test"}])
    );
    assert_eq!(
        api["components"]["securitySchemes"]["bearer"]["scheme"],
        "bearer"
    );
}

#[tokio::test]
async fn every_reference_of_the_description_leads_somewhere() {
    let (_world, http) = http().await;
    let api = http.get("/openapi.json").send().await.json();
    let text = api.to_string();
    let references: Vec<_> = text.split("\"$ref\":\"#").skip(1).collect();
    assert!(!references.is_empty());
    for rest in references {
        let pointer = rest.split('"').next().unwrap();
        assert!(api.pointer(pointer).is_some(), "{pointer}");
    }
}

#[tokio::test]
async fn the_docs_are_a_page_that_reads_the_description() {
    let (_world, http) = http().await;
    let redirect = http.get("/docs").send().await;
    assert_eq!(
        (redirect.status.as_u16(), redirect.header("location")),
        (303, Some("/docs/"))
    );
    let page = http.get("/docs/").send().await;
    assert_eq!(page.status, 200);
    assert!(
        page.header("content-type")
            .unwrap()
            .starts_with("text/html")
    );
    let script = http.get("/docs/swagger-initializer.js").send().await;
    assert!(
        String::from_utf8(script.body)
            .unwrap()
            .contains("/openapi.json")
    );
    for file in ["swagger-ui-bundle.js", "swagger-ui.css"] {
        assert_eq!(
            http.get(&format!("/docs/{file}")).send().await.status,
            200,
            "{file}"
        );
    }
}

#[tokio::test]
async fn what_no_route_takes_is_a_problem() {
    let (_world, http) = http().await;
    for path in [
        "/nothing",
        "/p",
        "/p/x/y",
        "/v1/nothing",
        "/docs/nothing",
        "/%00",
        "/..%2f",
    ] {
        let answer = http.get(path).send().await;
        assert_eq!(answer.status, 404, "{path}");
        // Of the docs the page itself says so.
        if path.starts_with("/docs/") {
            continue;
        }
        let json = http.get(path).header("accept", "application/json");
        let problem = json.send().await.expect(404);
        assert_eq!(problem.problem(), "not-found", "{path}");
    }
    let answer = http.get("/v1/nothing").send().await;
    assert_eq!(answer.problem(), "not-found");
    let answer = http.post("/v1/nothing").send().await;
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(answer.json()["type"], "/problems/not-found");
    assert_eq!(http.delete("/openapi.json").send().await.status, 405);
}

#[tokio::test]
async fn a_path_of_the_api_says_which_methods_it_takes() {
    let (_world, http) = http().await;
    for (answer, allow) in [
        (http.delete("/v1/interests"), "GET"),
        (http.post("/v1/feed"), "GET"),
        (
            http.put("/v1/posts/01JD8Y6Q3Z9X7W5V4T3S2R1P0N"),
            "DELETE,GET,PATCH",
        ),
        (http.get("/v1/posts/x/smile"), "DELETE,PUT"),
    ] {
        let answer = answer.send().await;
        assert_eq!(answer.status, 405);
        assert_eq!(answer.header("allow"), Some(allow));
        assert_eq!(answer.json()["type"], "/problems/method-not-allowed");
    }
}

#[tokio::test]
async fn a_bad_token_is_refused_here_too() {
    let (_world, http) = http().await;
    assert_eq!(
        http.get("/openapi.json").token("bad").send().await.status,
        401
    );
}

#[tokio::test]
async fn the_sample_event_is_not_found() {
    let world = World::new().await;
    let event = include_str!("../../../../events/pages-not-found.json");
    let request: lambda_http::Request = lambda_http::request::from_str(event).unwrap();
    let Ok(response) = router(&world.context()).oneshot(request).await;
    assert_eq!(response.status(), 404);
}
