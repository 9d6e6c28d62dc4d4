//! Paths, calls, texts and assertions among tokens.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Ident, Literal, TokenStream, TokenTree};
use syn::Lit;

/// What a function does, as far as a test's sense is concerned.
#[derive(Debug, Default)]
pub struct Body {
    /// Fails by itself: an `assert…!`, a `panic!`, an `unwrap` or `expect`; or `should_panic`.
    pub asserts: bool,
    /// Hands failures on by `?`.
    pub hands_on: bool,
    /// What it calls, by the last name; macros too.
    pub calls: BTreeSet<String>,
}

impl Body {
    /// Reads it.
    pub(super) fn of(tokens: TokenStream) -> Self {
        let mut body = Self::default();
        body.read(tokens);
        body
    }

    fn read(&mut self, tokens: TokenStream) {
        let mut last = None;
        for token in tokens {
            match token {
                TokenTree::Group(group) => {
                    if let (Some(name), Delimiter::Parenthesis) = (last, group.delimiter()) {
                        self.call(name);
                    }
                    last = None;
                    self.read(group.stream());
                }
                TokenTree::Ident(ident) => last = Some(plain(&ident)),
                TokenTree::Punct(punct) => {
                    self.hands_on |= punct.as_char() == '?';
                    if let (Some(name), '!') = (last.take(), punct.as_char()) {
                        self.call(name);
                    }
                }
                TokenTree::Literal(_) => last = None,
            }
        }
    }

    fn call(&mut self, name: String) {
        const FAIL: [&str; 6] = [
            "expect",
            "expect_err",
            "panic",
            "unreachable",
            "unwrap",
            "unwrap_err",
        ];
        self.asserts |= FAIL.contains(&name.as_str())
            || name.starts_with("assert")
            || name.starts_with("debug_assert")
            || name.starts_with("prop_assert");
        self.calls.insert(name);
    }
}

/// A name without the `r#` of a raw one.
pub(super) fn plain(ident: &Ident) -> String {
    let name = ident.to_string();
    name.strip_prefix("r#").map(str::to_owned).unwrap_or(name)
}

/// Whether a token is this mark.
pub(super) fn is(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == mark)
}

/// The path that begins at a name, and where it ends.
pub(super) fn path(tokens: &[TokenTree], mut at: usize) -> (Vec<String>, usize) {
    let mut path = Vec::new();
    while let Some(TokenTree::Ident(ident)) = tokens.get(at) {
        path.push(plain(ident));
        at += 1;
        match &tokens[at..] {
            [first, second, TokenTree::Ident(_), ..] if is(first, ':') && is(second, ':') => {
                at += 2
            }
            _ => break,
        }
    }
    (path, at)
}

/// What a literal of text or bytes holds.
#[expect(clippy::wildcard_enum_match_arm, reason = "the enum is not exhaustive")]
pub(super) fn text(literal: &Literal) -> Option<String> {
    match Lit::new(literal.clone()) {
        Lit::Str(text) => Some(text.value()),
        Lit::ByteStr(text) => Some(String::from_utf8_lossy(&text.value()).into_owned()),
        Lit::CStr(text) => Some(text.value().to_string_lossy().into_owned()),
        _ => None,
    }
}

/// All names in an attribute.
pub(super) fn words_of(tokens: TokenStream, words: &mut BTreeSet<String>) {
    for token in tokens {
        match token {
            TokenTree::Group(group) => words_of(group.stream(), words),
            TokenTree::Ident(ident) => {
                words.insert(plain(&ident));
            }
            TokenTree::Literal(_) | TokenTree::Punct(_) => {}
        }
    }
}
