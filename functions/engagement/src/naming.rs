//! What a list is called, and who sees it, as it is sent.

use domain::{
    engagement::{Visibility, list_name},
    filter::Filter,
};
use serde::Deserialize;
use shared::{
    error::{Error, Invalid},
    http::{Patch, Wire},
    views::words,
};
use utoipa::ToSchema;

/// A new list.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewList {
    /// 1 to 80 characters.
    #[schema(required, nullable = false, min_length = 1, max_length = 80)]
    name: Option<String>,
    /// Who sees it.
    #[schema(required, value_type = words::Visibility)]
    visibility: Option<String>,
}

/// A merge patch of a list. What is not named stays as it is.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ChangeList {
    /// 1 to 80 characters.
    #[serde(default)]
    #[schema(value_type = Option<String>, nullable = false, min_length = 1, max_length = 80)]
    name: Patch<String>,
    /// Who sees it.
    #[serde(default)]
    #[schema(value_type = Option<words::Visibility>)]
    visibility: Patch<String>,
}

/// What a list is to be called, and who is to see it.
#[derive(Debug, Default)]
pub struct Named {
    /// What it is to be called.
    pub name: Option<String>,
    /// Who is to see it.
    pub visibility: Option<Visibility>,
}

fn visibility(name: &str) -> Result<Visibility, String> {
    let known = Visibility::parse(name);
    known.ok_or_else(|| "must be one of: private, public".to_owned())
}

impl Wire for NewList {
    type Parsed = Named;

    fn parse(self, invalid: &mut Invalid) -> Option<Named> {
        let required = || "is required".to_owned();
        let name = self.name.ok_or_else(required);
        let shown = self.visibility.ok_or_else(required);
        let name = invalid.check("/name", name.and_then(|name| list_name(&name)));
        let shown = shown.and_then(|shown| visibility(&shown));
        Some(Named {
            name,
            visibility: invalid.check("/visibility", shown),
        })
    }
}

impl Wire for ChangeList {
    type Parsed = Named;

    const FIXED: &'static [&'static str] = &[
        "id",
        "owner",
        "count",
        "cover",
        "disclosure",
        "default",
        "items",
        "next_cursor",
    ];

    fn parse(self, invalid: &mut Invalid) -> Option<Named> {
        let mut said = |pointer, patch| match patch {
            Patch::Keep => None,
            Patch::Clear => invalid.check(pointer, Err("cannot be removed".to_owned())),
            Patch::Set(text) => Some(text),
        };
        let name: Option<String> = said("/name", self.name);
        let shown: Option<String> = said("/visibility", self.visibility);
        let name = name.and_then(|name| invalid.check("/name", list_name(&name)));
        let shown = shown.and_then(|shown| invalid.check("/visibility", visibility(&shown)));
        Some(Named {
            name,
            visibility: shown,
        })
    }
}

/// Whether a list may be called so, if it is to be called anything: others read it, so nothing in it waits for a
/// moderator.
pub(crate) fn named(filter: &Filter, name: Option<&str>) -> Result<(), Error> {
    let mut invalid = Invalid::default();
    let name = name.map(|name| ("/name", name));
    invalid.unwanted(filter.screen(name).unheld());
    invalid.finish()
}
