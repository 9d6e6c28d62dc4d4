//! Calls of the API, as an app makes them.

use anyhow::{Context as _, Result, bail, ensure};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

/// The API at its address.
pub(super) struct Api {
    pub(super) base: String,
    pub(super) http: reqwest::Client,
}

/// An answer, and to what.
pub(super) struct Call {
    what: String,
    pub(super) status: StatusCode,
    body: Value,
}

impl Call {
    /// The body, if this is the status.
    pub(super) fn expect(self, status: StatusCode) -> Result<Value> {
        if self.status == status {
            return Ok(self.body);
        }
        bail!(
            "{}: {} instead of {status}: {}",
            self.what,
            self.status,
            self.body
        )
    }
}

impl Api {
    /// A request to be added to.
    pub(super) fn request(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> reqwest::RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.base));
        let request = if token.is_empty() {
            request
        } else {
            request.bearer_auth(token)
        };
        match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .json(body),
            None => request,
        }
    }

    /// Sends it; any status is an answer.
    pub(super) async fn send(&self, request: reqwest::RequestBuilder) -> Result<Call> {
        let request = request.build()?;
        let what = format!("{} {}", request.method(), request.url().path());
        let answer = self
            .http
            .execute(request)
            .await
            .with_context(|| what.clone())?;
        let status = answer.status();
        let text = answer.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::String(text));
        Ok(Call { what, status, body })
    }

    /// Sends a request as it is.
    pub(super) async fn call(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> Result<Call> {
        self.send(self.request(method, path, token, body)).await
    }

    /// A token of the local issuer.
    pub(super) async fn token(&self, sub: &str, groups: &[&str]) -> Result<String> {
        let body = json!({ "sub": sub, "groups": groups });
        let call = self
            .call(Method::POST, "/local/token", "", Some(&body))
            .await?;
        ensure!(call.status.is_success(), "{}: {}", call.what, call.status);
        string(&call.body, "/token")
    }

    /// Waits until queues and stream are worked off.
    pub(super) async fn drain(&self) -> Result<()> {
        let call = self.call(Method::POST, "/local/drain", "", None).await?;
        ensure!(
            call.status.is_success(),
            "{}: {} {}",
            call.what,
            call.status,
            call.body
        );
        Ok(())
    }
}

/// The text at that JSON pointer.
pub(super) fn string(value: &Value, pointer: &str) -> Result<String> {
    let text = value.pointer(pointer).and_then(Value::as_str);
    Ok(text
        .with_context(|| format!("no {pointer} in {value}"))?
        .to_owned())
}
