//! The access patterns of the table, against the methods that ask them.

use std::collections::BTreeSet;

use proc_macro2::TokenTree;
use syn::{Item, LitStr};

use crate::{finding::Finding, house::House};

/// Where the patterns are listed.
const PATTERNS: &str = "shared/src/store/patterns.rs";

/// The methods that the list names: the first text of each row, parted by commas.
fn listed(house: &House) -> BTreeSet<String> {
    let mut methods = BTreeSet::new();
    let file = syn::parse_file(house.text(PATTERNS)).ok();
    for item in file.into_iter().flat_map(|file| file.items) {
        let Item::Macro(list) = item else { continue };
        if !list.mac.path.is_ident("patterns") {
            continue;
        }
        let mut first = true;
        for token in list.mac.tokens {
            match token {
                TokenTree::Literal(text) if first => {
                    let text = syn::parse_str::<LitStr>(&text.to_string());
                    let text = text.map(|text| text.value()).unwrap_or_default();
                    methods.extend(text.split(", ").map(str::to_owned));
                    first = false;
                }
                TokenTree::Punct(mark) => first |= mark.as_char() == ';',
                TokenTree::Literal(_) | TokenTree::Ident(_) | TokenTree::Group(_) => {}
            }
        }
    }
    methods
}

/// Every question that the table is asked is in the list, and nothing else is.
pub fn access_patterns(house: &House) -> Vec<Finding> {
    let listed = listed(house);
    let mut methods = BTreeSet::new();
    let mut found = Vec::new();
    for (file, source) in house.under("shared/src/store/") {
        let of_store = source.functions.iter().filter(|function| {
            let store = function.of.as_deref() == Some("Store");
            store && function.public && !function.place.test
        });
        for method in of_store {
            methods.insert(method.name.clone());
            if method.asynchronous && !listed.contains(&method.name) {
                let what = format!("`{}` is no access pattern", method.name);
                found.push(Finding::at(&file.path, method.place.line, what));
            }
        }
    }
    for pattern in listed.difference(&methods) {
        found.push(Finding::of(PATTERNS, format!("`Store` has no `{pattern}`")));
    }
    if listed.len() < 20 {
        found.push(Finding::of(PATTERNS, "there is no list"));
    }
    found
}
