//! The edge: everything between an HTTP request and a handler, and between its answer and the
//! wire.
//!
//! A handler's order of refusals is kept by what it takes and when it reads it: [`Viewer`] or
//! [`Prime`] refuse while they are extracted (401, 403), [`Path`] turns what is no id into a 404,
//! and [`JsonBody`] and [`Params`] say nothing until `parse` is called, after the 404s.

mod auth;
mod body;
mod csv;
mod cursor;
mod decode;
mod edge;
mod encoding;
mod error;
mod etag;
mod exact;
mod idempotency;
mod jwks;
mod openapi;
mod page;
mod params;
mod patch;
mod path;
pub mod routes;
mod signed;
mod trace;
mod verifier;

pub use auth::{Admin, IsHead, MaybeViewer, Moderator, Prime, Seller, Viewer};
pub use body::{BODY_LIMIT, JsonBody, LONG_BODY_LIMIT, LongBody, Wire};
pub use csv::csv;
pub use cursor::{CURSOR_LIFE, Cursors, List};
pub use edge::edge;
pub use error::{FieldProblem, Problem, method_not_allowed};
pub use etag::IfMatch;
pub use openapi::merge as merge_openapi;
pub use page::{BODY_MOST, Page, created, fitting};
pub use params::{PageParams, PageQuery, Params};
pub use patch::Patch;
pub use path::Path;
pub use signed::{Signed, StoreKeys};
pub use verifier::Verifier;
