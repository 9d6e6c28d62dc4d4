//! Who is asking, as handlers see it; the edge has verified the token by then.

use std::collections::BTreeSet;

use axum::extract::FromRequestParts;
use domain::ids::UserId;
use http::{HeaderMap, header, request::Parts};

use super::{Verifier, edge::Head};
use crate::error::{Error, Refusal};

/// A person signed in. As a handler's argument: 401 for anyone else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    /// Who.
    pub id: UserId,
    /// Tier and roles, such as `prime`.
    pub groups: BTreeSet<String>,
}

/// Someone who may be signed in: `None` only if no token was sent; a bad one never gets here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaybeViewer(pub Option<Viewer>);

/// A Prime member signed in. As a handler's argument: 401, then 403 `prime-required`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prime(pub Viewer);

/// An admin of the store signed in. As a handler's argument: 401, then 403 `admin-required`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admin(pub Viewer);

/// A moderator of the store signed in, or an admin, who may what they may. As a handler's argument: 401, then 403
/// `moderator-required`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moderator(pub Viewer);

/// A seller of the store's signed in; for which brands, the table says. As a handler's argument: 401, then 403
/// `seller-required`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seller(pub Viewer);

/// Whether only the headers of an answer are asked for, which handlers answer as a `GET`: nobody reads it then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IsHead(pub bool);

impl<S: Send + Sync> FromRequestParts<S> for IsHead {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        let head = parts.extensions.get::<Head>();
        Ok(Self(head.is_some_and(|Head(head)| *head)))
    }
}

impl Viewer {
    /// Whether the person is one of the store's admins.
    pub fn admin(&self) -> bool {
        self.groups.contains("admin")
    }

    /// Whether the person is one of the store's moderators, or may what they may.
    pub fn moderates(&self) -> bool {
        self.groups.contains("moderator") || self.admin()
    }

    /// Whether the person is a seller.
    pub fn sells(&self) -> bool {
        self.groups.contains("seller")
    }

    /// Whether the person has the Prime tier.
    pub fn prime(&self) -> bool {
        self.groups.contains("prime")
    }

    /// Refuses whoever has not.
    ///
    /// # Errors
    /// [`Refusal::PrimeRequired`].
    pub fn require_prime(&self) -> Result<(), Error> {
        if self.prime() {
            Ok(())
        } else {
            Err(Error::Refused(Refusal::PrimeRequired))
        }
    }
}

/// What the edge found in `Authorization`, kept among the request's extensions.
#[derive(Debug, Clone)]
pub(super) struct Caller(pub Option<Viewer>);

/// Verifies a request's token, if it carries one.
pub(super) async fn caller(verifier: &Verifier, headers: &HeaderMap) -> Result<Caller, Error> {
    let mut sent = headers.get_all(header::AUTHORIZATION).iter();
    let Some(value) = sent.next() else {
        return Ok(Caller(None));
    };
    let text = value.to_str().ok().filter(|_| sent.next().is_none());
    let (scheme, token) = text
        .and_then(|text| text.split_once(' '))
        .ok_or(Error::BadToken)?;
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(Error::BadToken);
    }
    verifier
        .verify(token.trim())
        .await
        .map(|viewer| Caller(Some(viewer)))
}

impl<S: Send + Sync> FromRequestParts<S> for MaybeViewer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        match parts.extensions.get::<Caller>() {
            Some(Caller(viewer)) => Ok(Self(viewer.clone())),
            None => Err(Error::internal("a router was built without its edge")),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Viewer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let MaybeViewer(viewer) = MaybeViewer::from_request_parts(parts, state).await?;
        viewer.ok_or(Error::Unauthenticated)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Prime {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let viewer = Viewer::from_request_parts(parts, state).await?;
        viewer.require_prime()?;
        Ok(Self(viewer))
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Admin {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let viewer = Viewer::from_request_parts(parts, state).await?;
        if viewer.admin() {
            Ok(Self(viewer))
        } else {
            Err(Error::Refused(Refusal::AdminRequired))
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Moderator {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let viewer = Viewer::from_request_parts(parts, state).await?;
        if viewer.moderates() {
            Ok(Self(viewer))
        } else {
            Err(Error::Refused(Refusal::ModeratorRequired))
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Seller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Error> {
        let viewer = Viewer::from_request_parts(parts, state).await?;
        if viewer.sells() {
            Ok(Self(viewer))
        } else {
            Err(Error::Refused(Refusal::SellerRequired))
        }
    }
}
