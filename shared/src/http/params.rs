//! Query parameters: read only once the caller may see the list, every bad one named at once.

use axum::extract::{self, FromRequestParts};
use domain::feeds::search::Query;
use http::request::Parts;
use utoipa::IntoParams;

use crate::error::{Error, Invalid, Malformed};

/// How many items a page has unless asked otherwise (PRODUCT §8).
const DEFAULT_LIMIT: usize = 20;
/// The longest page.
const MOST: usize = 100;

/// The query string, not yet looked at.
#[derive(Debug, Clone, Default)]
pub struct Params(Vec<(String, String)>);

/// Which page of a list is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageParams {
    /// 1 to 100.
    pub limit: usize,
    /// What the page before gave as `next_cursor`.
    pub cursor: Option<String>,
}

/// The query parameters of every list, for the API's description.
#[derive(Debug, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageQuery {
    /// How many items, 20 unless said otherwise.
    #[param(
        required = false,
        nullable = false,
        minimum = 1,
        maximum = 100,
        default = 20
    )]
    pub limit: Option<u32>,
    /// The `next_cursor` of the page before.
    #[param(required = false, nullable = false)]
    pub cursor: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Params {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Error> {
        match extract::Query::try_from_uri(&parts.uri) {
            Ok(extract::Query(pairs)) => Ok(Self(pairs)),
            Err(rejection) => {
                tracing::debug!(%rejection, "a query string could not be read");
                let detail = "The query string cannot be read.".to_owned();
                Err(Error::Malformed(Malformed::Body, detail))
            }
        }
    }
}

impl Params {
    /// The one value of a parameter, if it is there; sent twice, it is noted as bad.
    pub fn get(&self, name: &str, invalid: &mut Invalid) -> Option<&str> {
        let mut values = self
            .0
            .iter()
            .filter(|(n, _)| n == name)
            .map(|(_, value)| value.as_str());
        let value = values.next()?;
        if values.next().is_some() {
            invalid.add(format!("?{name}"), "is given more than once");
            return None;
        }
        if value.contains('\0') {
            invalid.add(format!("?{name}"), "must not contain the character U+0000");
            return None;
        }
        Some(value)
    }

    /// A parameter that is one of a few words, if it is there; any other word is noted as bad.
    pub fn one_of<T: Copy>(
        &self,
        name: &str,
        words: &[(&str, T)],
        invalid: &mut Invalid,
    ) -> Option<T> {
        let value = self.get(name, invalid)?;
        let meant = words
            .iter()
            .find(|(word, _)| *word == value)
            .map(|(_, meant)| *meant);
        if meant.is_none() {
            let known: Vec<_> = words.iter().map(|(word, _)| *word).collect();
            invalid.add(
                format!("?{name}"),
                format!("must be one of: {}", known.join(", ")),
            );
        }
        meant
    }

    /// What is looked for, `q`, noting it where it is not there or nothing that can be looked for.
    pub fn looked_for(&self, invalid: &mut Invalid) -> Option<Query> {
        let before = invalid.fields().len();
        match self.get("q", invalid) {
            Some(text) => invalid.check("?q", Query::parse(text)),
            None => {
                if invalid.fields().len() == before {
                    invalid.add("?q", "is required");
                }
                None
            }
        }
    }

    /// `limit` and `cursor`, noting a bad one.
    pub fn page_into(&self, invalid: &mut Invalid) -> PageParams {
        let limit = match self.get("limit", invalid) {
            None => DEFAULT_LIMIT,
            Some(text) => {
                let limit = text.parse().ok().filter(|limit| (1..=MOST).contains(limit));
                limit.unwrap_or_else(|| {
                    invalid.add("?limit", "must be a whole number from 1 to 100");
                    DEFAULT_LIMIT
                })
            }
        };
        PageParams {
            limit,
            cursor: self.get("cursor", invalid).map(str::to_owned),
        }
    }

    /// `limit` and `cursor`, where the list has no other parameters.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a limit that is no whole number from 1 to 100.
    pub fn page(&self) -> Result<PageParams, Error> {
        let mut invalid = Invalid::default();
        let page = self.page_into(&mut invalid);
        invalid.finish()?;
        Ok(page)
    }
}

#[cfg(test)]
mod tests {
    use axum::{body::Body, extract::Request};

    use super::*;

    async fn params(query: &str) -> Params {
        let request = Request::get(format!("/x?{query}"))
            .body(Body::empty())
            .unwrap();
        Params::from_request_parts(&mut request.into_parts().0, &())
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn a_page_has_twenty_items_unless_asked_otherwise() {
        assert_eq!(
            params("").await.page().unwrap(),
            PageParams {
                limit: 20,
                cursor: None
            }
        );
        let page = params("limit=100&cursor=a%20b").await.page().unwrap();
        assert_eq!(
            page,
            PageParams {
                limit: 100,
                cursor: Some("a b".to_owned())
            }
        );
    }

    #[tokio::test]
    async fn every_bad_parameter_is_named_at_once() {
        for limit in [
            "0",
            "101",
            "-1",
            "ten",
            "",
            "1.5",
            "99999999999999999999999",
        ] {
            assert!(
                params(&format!("limit={limit}")).await.page().is_err(),
                "{limit}"
            );
        }
        let params = params("limit=0&sort=best&cursor=a&cursor=b").await;
        let mut invalid = Invalid::default();
        params.page_into(&mut invalid);
        assert_eq!(
            params.one_of("sort", &[("hot", 1), ("new", 2)], &mut invalid),
            None
        );
        let pointers: Vec<_> = invalid
            .fields()
            .iter()
            .map(|f| f.pointer.as_str())
            .collect();
        assert_eq!(pointers, ["?limit", "?cursor", "?sort"]);
        assert_eq!(invalid.fields()[2].detail, "must be one of: hot, new");
    }

    #[tokio::test]
    async fn broken_escapes_are_no_error_of_ours() {
        assert!(params("limit=%ff%zz&%").await.page().is_err());
    }
}
