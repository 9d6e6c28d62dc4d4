//! The only place with status codes: an [`Error`] becomes an RFC 9457 problem, and is logged once.

use std::{borrow::Cow, error::Error as StdError, fmt::Write};

use axum::response::{IntoResponse, Response};
use http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

use crate::error::{Conflict, Error, Malformed, Refusal, Unproved};

/// The media type of every refusal (RFC 9457).
const PROBLEM_JSON: &str = "application/problem+json";

/// An RFC 9457 problem: the body of every refusal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Problem {
    /// Stable: `/problems/` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// The same for every problem of the type.
    #[schema(value_type = String)]
    pub title: Cow<'static, str>,
    /// The HTTP status, again.
    pub status: u16,
    /// Written for the person who sent the request.
    pub detail: String,
    /// The type's last word, such as `prime-required`.
    #[schema(value_type = String)]
    pub code: Cow<'static, str>,
    /// With `suspended`: until when.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub until: Option<String>,
    /// With `reapply-later`: from when on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(format = DateTime)]
    pub retry_at: Option<String>,
    /// With a 422: every bad field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

/// One bad field of a request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// RFC 6901 JSON pointer into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// What is wrong with it.
    pub detail: String,
}

/// Which problem an answer was, for the request's line in the log.
#[derive(Debug, Clone, Copy)]
pub(super) struct Code(pub &'static str);

/// Status, code and title of each error.
fn kind(error: &Error) -> (StatusCode, &'static str, &'static str) {
    use StatusCode as S;
    match error {
        Error::Malformed(Malformed::Body, _) => (
            S::BAD_REQUEST,
            "malformed-body",
            "The request cannot be read",
        ),
        Error::Malformed(Malformed::Header, _) => (
            S::BAD_REQUEST,
            "malformed-header",
            "A header cannot be read",
        ),
        Error::Malformed(Malformed::Cursor, _) => (
            S::BAD_REQUEST,
            "bad-cursor",
            "The cursor is not one of this list",
        ),
        Error::Malformed(Malformed::CursorExpired, _) => {
            (S::BAD_REQUEST, "cursor-expired", "The cursor has expired")
        }
        Error::Unauthenticated => (S::UNAUTHORIZED, "unauthenticated", "Sign in"),
        Error::BadToken => (S::UNAUTHORIZED, "unauthenticated", "Sign in"),
        Error::Unsigned => (S::UNAUTHORIZED, "bad-signature", "Sign the call"),
        Error::Refused(Refusal::PrimeRequired) => {
            (S::FORBIDDEN, "prime-required", "Prime members only")
        }
        Error::Refused(Refusal::NotJoined) => (S::FORBIDDEN, "not-joined", "Join first"),
        Error::Refused(Refusal::NotOwner) => (S::FORBIDDEN, "not-owner", "Not yours"),
        Error::Refused(Refusal::AdminRequired) => (S::FORBIDDEN, "admin-required", "Admins only"),
        Error::Refused(Refusal::VoteFirst) => (S::FORBIDDEN, "vote-first", "Vote first"),
        Error::Refused(Refusal::Suspended(_)) => (S::FORBIDDEN, "suspended", "Suspended"),
        Error::Refused(Refusal::TermsRequired) => {
            (S::FORBIDDEN, "terms-required", "Accept the terms first")
        }
        Error::Refused(Refusal::ModeratorRequired) => {
            (S::FORBIDDEN, "moderator-required", "Moderators only")
        }
        Error::Refused(Refusal::SellerRequired) => {
            (S::FORBIDDEN, "seller-required", "Sellers only")
        }
        Error::Refused(Refusal::OwnDecision) => {
            (S::FORBIDDEN, "own-decision", "Decided by you before")
        }
        Error::Refused(Refusal::Prefetch) => (S::FORBIDDEN, "prefetch", "Not before it is wanted"),
        Error::NotFound => (S::NOT_FOUND, "not-found", "Not found"),
        Error::Conflict(Conflict::HandleTaken) => {
            (S::CONFLICT, "handle-taken", "The handle is taken")
        }
        Error::Conflict(Conflict::Leaving) => (S::CONFLICT, "leaving", "Leaving still"),
        Error::Conflict(Conflict::ExportRunning) => {
            (S::CONFLICT, "export-running", "An export is running")
        }
        Error::Conflict(Conflict::AlreadyJoined) => {
            (S::CONFLICT, "already-joined", "Joined already")
        }
        Error::Conflict(Conflict::IdempotencyInProgress) => (
            S::CONFLICT,
            "idempotency-in-progress",
            "The first request is still running",
        ),
        Error::Conflict(Conflict::PhotoTaken) => {
            (S::CONFLICT, "photo-taken", "A photo is in another post")
        }
        Error::Conflict(Conflict::ReviewShared) => (
            S::CONFLICT,
            "review-already-shared",
            "The review is shared already",
        ),
        Error::Conflict(Conflict::BlockLimit) => {
            (S::CONFLICT, "block-limit", "As many as there may be")
        }
        Error::Conflict(Conflict::FollowLimit) => {
            (S::CONFLICT, "follow-limit", "As many as there may be")
        }
        Error::Conflict(Conflict::NotAPoll) => (S::CONFLICT, "not-a-poll", "No poll"),
        Error::Conflict(Conflict::PollClosed) => (S::CONFLICT, "poll-closed", "Voting has ended"),
        Error::Conflict(Conflict::NotAQuestion) => (S::CONFLICT, "not-a-question", "No question"),
        Error::Conflict(Conflict::IsAReply) => (S::CONFLICT, "is-a-reply", "A reply"),
        Error::Conflict(Conflict::ListLimit) => {
            (S::CONFLICT, "list-limit", "As many as there may be")
        }
        Error::Conflict(Conflict::ListFull) => (S::CONFLICT, "list-full", "The list is full"),
        Error::Conflict(Conflict::FindsLimit) => {
            (S::CONFLICT, "finds-limit", "As many as there may be")
        }
        Error::Conflict(Conflict::DefaultList) => {
            (S::CONFLICT, "default-list", "The list of hearts")
        }
        Error::Conflict(Conflict::NothingToAppeal) => {
            (S::CONFLICT, "nothing-to-appeal", "Nothing to appeal")
        }
        Error::Conflict(Conflict::AlreadyAppealed) => {
            (S::CONFLICT, "already-appealed", "Appealed already")
        }
        Error::Conflict(Conflict::AccountTaken) => {
            (S::CONFLICT, "account-taken", "The account is another's")
        }
        Error::Conflict(Conflict::AlreadyLinked) => {
            (S::CONFLICT, "already-linked", "Another is linked")
        }
        Error::Conflict(Conflict::NotLinked) => (S::CONFLICT, "not-linked", "Not linked"),
        Error::Conflict(Conflict::TooFewPosts) => (S::CONFLICT, "too-few-posts", "Too few posts"),
        Error::Conflict(Conflict::InReview) => (S::CONFLICT, "in-review", "Being looked at"),
        Error::Conflict(Conflict::AlreadyApproved) => {
            (S::CONFLICT, "already-approved", "Approved already")
        }
        Error::Conflict(Conflict::ReapplyLater(_)) => {
            (S::CONFLICT, "reapply-later", "Declined lately")
        }
        Error::Conflict(Conflict::InvitationClosed) => {
            (S::CONFLICT, "invitation-closed", "Open no more")
        }
        Error::Conflict(Conflict::BriefAnswered) => {
            (S::CONFLICT, "brief-answered", "Answered already")
        }
        Error::Conflict(Conflict::BriefLimit) => {
            (S::CONFLICT, "brief-limit", "As many as there may be")
        }
        Error::Gone => (S::GONE, "gone", "Gone"),
        Error::PreconditionFailed => (
            S::PRECONDITION_FAILED,
            "precondition-failed",
            "Changed meanwhile",
        ),
        Error::TooLarge => (S::PAYLOAD_TOO_LARGE, "too-large", "The body is too large"),
        Error::UnsupportedMediaType => (
            S::UNSUPPORTED_MEDIA_TYPE,
            "unsupported-media-type",
            "The body must be plain JSON",
        ),
        Error::Invalid(_) => (
            S::UNPROCESSABLE_ENTITY,
            "invalid-fields",
            "Fields are not valid",
        ),
        Error::Unproved(Unproved::NotFound) => (
            S::UNPROCESSABLE_ENTITY,
            "proof-not-found",
            "The code was not found",
        ),
        Error::Unproved(Unproved::Unreadable) => (
            S::UNPROCESSABLE_ENTITY,
            "proof-unreadable",
            "The profile cannot be read",
        ),
        Error::IdempotencyMismatch => (
            S::UNPROCESSABLE_ENTITY,
            "idempotency-mismatch",
            "The key came with another body",
        ),
        Error::TooMany(_) => (
            S::TOO_MANY_REQUESTS,
            "too-many-requests",
            "Too many requests",
        ),
        Error::Unavailable(_) => (S::SERVICE_UNAVAILABLE, "unavailable", "Busy"),
        Error::Internal(_) => (S::INTERNAL_SERVER_ERROR, "internal", "Our fault"),
    }
}

impl From<&Error> for Problem {
    fn from(error: &Error) -> Self {
        let (status, code, title) = kind(error);
        let mut problem = Self::new(status, code, title, error.to_string());
        if let Error::Invalid(invalid) = error {
            problem.errors = invalid
                .fields()
                .iter()
                .map(|field| FieldProblem {
                    pointer: field.pointer.clone(),
                    detail: field.detail.clone(),
                })
                .collect();
        }
        if let Error::Refused(Refusal::Suspended(until)) = error {
            problem.until = Some(format!("{until:.3}"));
        }
        if let Error::Conflict(Conflict::ReapplyLater(from)) = error {
            problem.retry_at = Some(format!("{from:.3}"));
        }
        problem
    }
}

impl Problem {
    fn new(status: StatusCode, code: &'static str, title: &'static str, detail: String) -> Self {
        Self {
            kind: format!("/problems/{code}"),
            title: title.into(),
            status: status.as_u16(),
            detail,
            code: code.into(),
            until: None,
            retry_at: None,
            errors: Vec::new(),
        }
    }

    fn answer(&self, status: StatusCode, code: &'static str) -> Response {
        let body = serde_json::to_vec(self).unwrap_or_default();
        let mut response = (status, body).into_response();
        response
            .headers_mut()
            .insert(header::CONTENT_TYPE, HeaderValue::from_static(PROBLEM_JSON));
        response.extensions_mut().insert(Code(code));
        response
    }
}

/// 405, for a path that exists with other methods; who answers so adds `Allow`, as axum does by itself.
pub fn method_not_allowed() -> Response {
    const CODE: &str = "method-not-allowed";
    let status = StatusCode::METHOD_NOT_ALLOWED;
    let detail = "This address does not take this method.".to_owned();
    Problem::new(status, CODE, "Another method is needed", detail).answer(status, CODE)
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code, _) = kind(&self);
        if let Some(cause) = self.cause() {
            tracing::error!(problem = code, cause = %chain(cause.as_ref()), "request failed");
        }
        let mut response = Problem::from(&self).answer(status, code);
        add_headers(&self, response.headers_mut());
        response
    }
}

fn add_headers(error: &Error, headers: &mut HeaderMap) {
    let retry_after = match error {
        Error::Unauthenticated => {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            return;
        }
        // RFC 6750, section 3.1.
        Error::BadToken => {
            let invalid = HeaderValue::from_static("Bearer error=\"invalid_token\"");
            headers.insert(header::WWW_AUTHENTICATE, invalid);
            return;
        }
        Error::TooMany(after) => after.as_secs() + u64::from(after.subsec_nanos() > 0),
        Error::Unavailable(_) => 1,
        Error::Malformed(..)
        | Error::Unsigned
        | Error::Refused(_)
        | Error::NotFound
        | Error::Conflict(_)
        | Error::Gone
        | Error::PreconditionFailed
        | Error::TooLarge
        | Error::UnsupportedMediaType
        | Error::Invalid(_)
        | Error::IdempotencyMismatch
        | Error::Unproved(_)
        | Error::Internal(_) => return,
    };
    headers.insert(header::RETRY_AFTER, HeaderValue::from(retry_after.max(1)));
}

/// An error and all that lies under it, in one line.
pub(super) fn chain(error: &dyn StdError) -> String {
    let mut line = error.to_string();
    let mut under = error.source();
    while let Some(source) = under {
        if write!(line, ": {source}").is_err() {
            break;
        }
        under = source.source();
    }
    line
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::{Value, json};

    use super::*;
    use crate::error::Invalid;
    use crate::http::body::tests::read_json;

    async fn told(error: Error) -> (StatusCode, HeaderMap, Value) {
        let response = error.into_response();
        let (status, headers) = (response.status(), response.headers().clone());
        (status, headers, read_json(response).await)
    }

    #[tokio::test]
    async fn an_error_is_told_as_a_problem_with_a_stable_type() {
        let (status, headers, body) = told(Error::Refused(Refusal::PrimeRequired)).await;
        assert_eq!(status, 403);
        assert_eq!(headers["content-type"], "application/problem+json");
        assert_eq!(
            body,
            json!({
                "type": "/problems/prime-required",
                "title": "Prime members only",
                "status": 403,
                "detail": "This needs a Prime membership.",
                "code": "prime-required",
            })
        );
    }

    #[tokio::test]
    async fn who_is_suspended_is_told_until_when() {
        let until = "2026-11-27T18:00:00.120Z";
        let suspended = Refusal::Suspended(until.parse().unwrap());
        let (status, _, body) = told(Error::Refused(suspended)).await;
        assert_eq!(
            (status.as_u16(), &body["code"], &body["until"]),
            (403, &json!("suspended"), &json!(until))
        );
    }

    #[tokio::test]
    async fn a_422_names_every_bad_field() {
        let mut invalid = Invalid::default();
        invalid.add("/handle", "is too short");
        invalid.add("?limit", "is not a number");
        let (status, _, body) = told(Error::Invalid(invalid)).await;
        assert_eq!(status, 422);
        assert_eq!(
            body["errors"],
            json!([
                {"pointer": "/handle", "detail": "is too short"},
                {"pointer": "?limit", "detail": "is not a number"},
            ])
        );
    }

    #[tokio::test]
    async fn a_cause_is_never_told() {
        let (status, _, body) = told(Error::internal("table spark-1 is gone")).await;
        assert_eq!(status, 500);
        assert!(!body.to_string().contains("spark-1"));
    }

    #[tokio::test]
    async fn refusals_that_pass_say_when_to_come_back_and_a_401_how_to_sign_in() {
        let (status, headers, _) = told(Error::TooMany(Duration::from_millis(1500))).await;
        assert_eq!(
            (status.as_u16(), &headers["retry-after"]),
            (429, &HeaderValue::from(2))
        );
        let (status, headers, _) = told(Error::unavailable("throttled")).await;
        assert_eq!(
            (status.as_u16(), &headers["retry-after"]),
            (503, &HeaderValue::from(1))
        );
        for (error, challenge) in [
            (Error::Unauthenticated, "Bearer"),
            (Error::BadToken, "Bearer error=\"invalid_token\""),
        ] {
            let (status, headers, _) = told(error).await;
            assert_eq!(
                (status.as_u16(), headers["www-authenticate"].as_bytes()),
                (401, challenge.as_bytes())
            );
        }
    }
}
