//! The one error type: what a caller may be told, and the cause that only the log sees.

use std::{error::Error as StdError, fmt, time::Duration};

use domain::people::Shut;
use jiff::Timestamp;

/// Whatever was underneath; logged, never sent to a client.
pub type Cause = Box<dyn StdError + Send + Sync>;

/// One bad field of a request body or query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// RFC 6901 JSON pointer into the body, or `?name` for a query parameter.
    pub pointer: String,
    /// What is wrong, written for the person who sent it.
    pub detail: String,
}

/// All that is wrong with one input, collected so that every bad field is named at once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Invalid(Vec<FieldError>);

impl Invalid {
    /// Notes one bad field.
    pub fn add(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.0.push(FieldError {
            pointer: pointer.into(),
            detail: detail.into(),
        });
    }

    /// The value, or `None` with the refusal noted at `pointer`.
    pub fn check<T>(&mut self, pointer: &str, parsed: Result<T, String>) -> Option<T> {
        match parsed {
            Ok(value) => Some(value),
            Err(detail) => {
                self.add(pointer, detail);
                None
            }
        }
    }

    /// Notes fields whose text the store's filter refuses.
    pub fn unwanted(&mut self, fields: impl IntoIterator<Item = impl Into<String>>) {
        for field in fields {
            self.add(field, "has words that the store does not want here");
        }
    }

    /// Whether nothing has been noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What has been noted, in order.
    pub fn fields(&self) -> &[FieldError] {
        &self.0
    }

    /// Adds another's findings, save those at or below a pointer that was noted before.
    pub fn merge(&mut self, other: Invalid) {
        let before = self.0.len();
        for field in other.0 {
            let known = self.0[..before].iter().any(|mine| {
                field.pointer == mine.pointer
                    || field.pointer.starts_with(&format!("{}/", mine.pointer))
            });
            if !known {
                self.0.push(field);
            }
        }
    }

    /// `Ok` when nothing was noted.
    ///
    /// # Errors
    /// [`Error::Invalid`] with all that was noted.
    pub fn finish(self) -> Result<(), Error> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Error::Invalid(self))
        }
    }
}

/// Why a well-formed request is refused to this person (403).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Signed in, without the Prime tier that the deed needs.
    PrimeRequired,
    /// Signed in, but has not joined.
    NotJoined,
    /// Somebody else's thing.
    NotOwner,
    /// Signed in, and not one of the store's admins.
    AdminRequired,
    /// How a poll stands is for who voted in it.
    VoteFirst,
    /// The caller is suspended until then, and may not act.
    Suspended(Timestamp),
    /// The caller has yet to accept the store's terms, and may not act.
    TermsRequired,
    /// Signed in, and not one of the store's moderators.
    ModeratorRequired,
    /// Signed in, and not one of the sellers.
    SellerRequired,
    /// Whoever decided before does not decide on the appeal.
    OwnDecision,
    /// A link is fetched before anybody follows it.
    Prefetch,
}

/// Why what is to prove an account of a network does not (422).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unproved {
    /// The profile does not show the code.
    NotFound,
    /// The profile cannot be read by who is not signed in.
    Unreadable,
}

/// Which state stands in the way (409).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// The handle belongs to someone, or did less than a year ago.
    HandleTaken,
    /// The caller has joined before.
    AlreadyJoined,
    /// The caller's account is still being deleted.
    Leaving,
    /// An export of the caller's is not finished.
    ExportRunning,
    /// A request with the same `Idempotency-Key` is still running.
    IdempotencyInProgress,
    /// A photo of the post is claimed by another post already.
    PhotoTaken,
    /// The review is shared by another post already.
    ReviewShared,
    /// The caller blocks, or mutes, as many people as one may.
    BlockLimit,
    /// The caller follows as many people as one may.
    FollowLimit,
    /// The post has no poll.
    NotAPoll,
    /// Voting in the poll has ended.
    PollClosed,
    /// The post asks no question.
    NotAQuestion,
    /// The comment is a reply, which answers no question.
    IsAReply,
    /// The caller has as many lists as one may.
    ListLimit,
    /// The list holds as many things as one may.
    ListFull,
    /// As many lists are featured as may be.
    FindsLimit,
    /// The list is that of hearts, which stays.
    DefaultList,
    /// Nothing weighs on the caller, or was kept that they reported; or that is too long ago.
    NothingToAppeal,
    /// An appeal is to be decided, or was.
    AlreadyAppealed,
    /// The account of a network is another person's.
    AccountTaken,
    /// Another account of that network is linked.
    AlreadyLinked,
    /// No account of that network is linked.
    NotLinked,
    /// The applicant has published too little to be judged by.
    TooFewPosts,
    /// An application is to be decided.
    InReview,
    /// The applicant is an influencer.
    AlreadyApproved,
    /// An application was declined, and another may be made from then on.
    ReapplyLater(Timestamp),
    /// An invitation was accepted, declined, or has run out.
    InvitationClosed,
    /// Something else was said to the brief.
    BriefAnswered,
    /// As many briefs run that the caller accepted as may.
    BriefLimit,
}

/// What is malformed before any field can be looked at (400).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Malformed {
    /// The body is not JSON, or not of a JSON media type.
    Body,
    /// The cursor is forged, foreign, or made for another route.
    Cursor,
    /// The cursor is older than 24 hours.
    CursorExpired,
    /// A header has a form that cannot be read.
    Header,
}

/// Everything that can go wrong, told apart only where a caller would act differently.
#[derive(Debug)]
pub enum Error {
    /// 400: could not be read at all.
    Malformed(Malformed, String),
    /// 401: a token is needed, and none was sent.
    Unauthenticated,
    /// 401: a token was sent that does not verify, or what is no token.
    BadToken,
    /// 401: the store did not sign the call, or not so that it verifies.
    Unsigned,
    /// 403.
    Refused(Refusal),
    /// 404: is not there, or may not be seen; the two are never told apart.
    NotFound,
    /// 409.
    Conflict(Conflict),
    /// 410: what the `Idempotency-Key` made is there no more.
    Gone,
    /// 412: the thing is another than `If-Match` says.
    PreconditionFailed,
    /// 413: the body is over the limit.
    TooLarge,
    /// 415: the body is not JSON, or is encoded.
    UnsupportedMediaType,
    /// 422: read, but wrong; names every bad field.
    Invalid(Invalid),
    /// 422: a profile does not prove an account.
    Unproved(Unproved),
    /// 422: the `Idempotency-Key` was used with another body.
    IdempotencyMismatch,
    /// 429: over a quota; try again after this long.
    TooMany(Duration),
    /// 503: throttled, timed out or not reached, after all retries.
    Unavailable(Cause),
    /// 500: a fault of ours.
    Internal(Cause),
}

impl Error {
    /// A fault of ours, with its cause.
    pub fn internal(cause: impl Into<Cause>) -> Self {
        Self::Internal(cause.into())
    }

    /// Throttling, a time-out or an unreachable service, with its cause.
    pub fn unavailable(cause: impl Into<Cause>) -> Self {
        Self::Unavailable(cause.into())
    }

    /// One bad field.
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let mut invalid = Invalid::default();
        invalid.add(pointer, detail);
        Self::Invalid(invalid)
    }

    /// Whether the same call may succeed later, unchanged.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Unavailable(_) | Self::TooMany(_) => true,
            Self::Malformed(..)
            | Self::Unauthenticated
            | Self::BadToken
            | Self::Unsigned
            | Self::Refused(_)
            | Self::NotFound
            | Self::Conflict(_)
            | Self::Gone
            | Self::PreconditionFailed
            | Self::TooLarge
            | Self::UnsupportedMediaType
            | Self::Invalid(_)
            | Self::IdempotencyMismatch
            | Self::Unproved(_)
            | Self::Internal(_) => false,
        }
    }

    /// What was underneath, for the log alone.
    pub fn cause(&self) -> Option<&Cause> {
        match self {
            Self::Unavailable(cause) | Self::Internal(cause) => Some(cause),
            Self::Malformed(..)
            | Self::Unauthenticated
            | Self::BadToken
            | Self::Unsigned
            | Self::Refused(_)
            | Self::NotFound
            | Self::Conflict(_)
            | Self::Gone
            | Self::PreconditionFailed
            | Self::TooLarge
            | Self::UnsupportedMediaType
            | Self::Invalid(_)
            | Self::IdempotencyMismatch
            | Self::Unproved(_)
            | Self::TooMany(_) => None,
        }
    }
}

impl fmt::Display for Error {
    /// Written for the client: no cause, key, table or token.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed(_, detail) => detail,
            Self::Unauthenticated => "A bearer token is needed.",
            Self::BadToken => "The bearer token is not valid, or not any more.",
            Self::Unsigned => "The store's signature is missing, too old, or not right.",
            Self::Refused(Refusal::PrimeRequired) => "This needs a Prime membership.",
            Self::Refused(Refusal::NotJoined) => "Join first: POST /v1/me.",
            Self::Refused(Refusal::NotOwner) => "Only its owner may do this.",
            Self::Refused(Refusal::AdminRequired) => "Only an admin of the store may do this.",
            Self::Refused(Refusal::VoteFirst) => "Vote first: then you see how it stands.",
            Self::Refused(Refusal::Suspended(_)) => "You are suspended.",
            Self::Refused(Refusal::TermsRequired) => {
                "Accept the store's terms first: GET /v1/about, then PATCH /v1/me."
            }
            Self::Refused(Refusal::ModeratorRequired) => "Only a moderator may do this.",
            Self::Refused(Refusal::SellerRequired) => "Only a seller may do this.",
            Self::Refused(Refusal::OwnDecision) => {
                "You decided on this before; somebody else decides on the appeal."
            }
            Self::Refused(Refusal::Prefetch) => "This is fetched when somebody follows it.",
            Self::NotFound => "There is no such thing here.",
            Self::Conflict(Conflict::HandleTaken) => "This handle is taken.",
            Self::Conflict(Conflict::AlreadyJoined) => "You have joined already.",
            Self::Conflict(Conflict::Leaving) => "Your account is being deleted; come back later.",
            Self::Conflict(Conflict::ExportRunning) => "Your last export is not finished yet.",
            Self::Conflict(Conflict::IdempotencyInProgress) => {
                "The first request with this Idempotency-Key is still running."
            }
            Self::Conflict(Conflict::PhotoTaken) => {
                "A photo is taken already, by a post or as an avatar."
            }
            Self::Conflict(Conflict::ReviewShared) => "You have shared this review already.",
            Self::Conflict(Conflict::BlockLimit) => "5,000 people are the most.",
            Self::Conflict(Conflict::FollowLimit) => "7,500 people are the most to follow.",
            Self::Conflict(Conflict::NotAPoll) => "This post has no poll.",
            Self::Conflict(Conflict::PollClosed) => "Voting has ended.",
            Self::Conflict(Conflict::NotAQuestion) => "This post asks no question.",
            Self::Conflict(Conflict::IsAReply) => "A reply is no answer to the question.",
            Self::Conflict(Conflict::ListLimit) => "200 lists are the most.",
            Self::Conflict(Conflict::ListFull) => "A list holds 1,000 things at the most.",
            Self::Conflict(Conflict::FindsLimit) => "50 lists are featured at the most.",
            Self::Conflict(Conflict::DefaultList) => "The list of hearts stays.",
            Self::Conflict(Conflict::NothingToAppeal) => "There is nothing to appeal against.",
            Self::Conflict(Conflict::AlreadyAppealed) => {
                "An appeal on this is to be decided, or was."
            }
            Self::Conflict(Conflict::AccountTaken) => "This account is linked by somebody else.",
            Self::Conflict(Conflict::AlreadyLinked) => {
                "Another account of this network is linked; unlink it first."
            }
            Self::Conflict(Conflict::NotLinked) => "Link an account of this network first.",
            Self::Conflict(Conflict::TooFewPosts) => "Publish three posts at least first.",
            Self::Conflict(Conflict::InReview) => "Your application is being looked at.",
            Self::Conflict(Conflict::AlreadyApproved) => "You are an influencer already.",
            Self::Conflict(Conflict::ReapplyLater(_)) => "You may apply again later; see retry_at.",
            Self::Conflict(Conflict::InvitationClosed) => "This invitation is open no more.",
            Self::Conflict(Conflict::BriefAnswered) => "You answered this brief otherwise before.",
            Self::Conflict(Conflict::BriefLimit) => "100 briefs are the most at a time.",
            Self::Gone => "What the first request with this Idempotency-Key made is gone.",
            Self::PreconditionFailed => "It was changed since it was read; read it again.",
            Self::TooLarge => "The body is too large.",
            Self::UnsupportedMediaType => "The body must be application/json, without an encoding.",
            Self::Invalid(_) => "Some fields are not valid; see errors.",
            Self::Unproved(Unproved::NotFound) => "The code is not on this profile.",
            Self::Unproved(Unproved::Unreadable) => {
                "This profile cannot be read from outside; apply by its handle instead."
            }
            Self::IdempotencyMismatch => {
                "This Idempotency-Key was used with a different body before."
            }
            Self::TooMany(_) => "Too many requests; try again later.",
            Self::Unavailable(_) => "The service is busy; try again in a moment.",
            Self::Internal(_) => "Something went wrong on our side.",
        })
    }
}

impl StdError for Error {}

impl From<Shut> for Error {
    fn from(shut: Shut) -> Self {
        Self::Refused(match shut {
            Shut::Suspended(until) => Refusal::Suspended(until),
            Shut::TermsRequired => Refusal::TermsRequired,
        })
    }
}
