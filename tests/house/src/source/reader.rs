//! Walks a parsed file and notes what the rules ask of it.

use std::collections::BTreeSet;

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{
    Block, ImplItem, Item, ItemUse, Meta, Signature, Token, Type, UseTree, Visibility,
    parse::Parser, punctuated::Punctuated, spanned::Spanned,
};

use super::{
    Attribute, Call, Declared, Function, How, Name, Place, Source, Text,
    tokens::{Body, is, path, plain, text, words_of},
};

/// What the rules ask of a file.
pub(super) fn read(file: &syn::File) -> Source {
    let mut reader = Reader {
        source: Source::default(),
        module: Vec::new(),
        test: file.attrs.iter().any(for_tests),
        seen: BTreeSet::new(),
    };
    for attribute in &file.attrs {
        reader.attribute(&attribute.meta);
    }
    reader.items(&file.items);
    reader.source
}

/// How a path is named, the path, what it is called here, the module, and whether that is a test's.
type Seen = (How, Vec<String>, Option<String>, Vec<String>, bool);

struct Reader {
    source: Source,
    /// The inline modules around.
    module: Vec<String>,
    /// Whether what is read is for tests alone.
    test: bool,
    /// The paths that were read: each is kept once a module.
    seen: BTreeSet<Seen>,
}

impl Reader {
    fn at(&self, span: Span) -> Place {
        Place {
            module: self.module.clone(),
            test: self.test,
            line: span.start().line,
        }
    }

    fn items(&mut self, items: &[Item]) {
        for item in items {
            let outer = self.test;
            let (name, attributes) = known(item);
            if !outer && attributes.iter().any(for_tests) {
                self.test = true;
                let span = item.span();
                self.source.lines_of_tests += span.end().line + 1 - span.start().line;
            }
            if let Some(name) = name {
                let module = self.module.clone();
                self.source.items.insert((module, plain(name)));
            }
            self.item(item);
            self.test = outer;
        }
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "whatever else there is, is read as tokens"
    )]
    fn item(&mut self, item: &Item) {
        match item {
            Item::Mod(module) => return self.submodule(module),
            Item::Fn(item) => {
                self.function(&item.attrs, &item.vis, &item.sig, &item.block, None);
            }
            Item::Impl(item) if item.trait_.is_none() => {
                let of = last_name(&item.self_ty);
                for item in &item.items {
                    if let ImplItem::Fn(item) = item {
                        let (attributes, of) = (&item.attrs, of.clone());
                        self.function(attributes, &item.vis, &item.sig, &item.block, of);
                    }
                }
            }
            Item::Macro(item) => self.functions_of_macro(item.mac.tokens.clone()),
            _ => {}
        }
        self.tokens(item.to_token_stream());
    }

    fn submodule(&mut self, module: &syn::ItemMod) {
        for attribute in &module.attrs {
            self.attribute(&attribute.meta);
        }
        let name = plain(&module.ident);
        if let Some((_, items)) = &module.content {
            self.module.push(name);
            let inline = (self.module.clone(), self.test);
            self.source.inline.push(inline);
            self.items(items);
            self.module.pop();
        } else {
            let path = module.attrs.iter().find_map(path_attribute);
            let place = self.at(module.ident.span());
            self.source.declared.push(Declared { name, path, place });
        }
    }

    fn function(
        &mut self,
        attributes: &[syn::Attribute],
        visibility: &Visibility,
        signature: &Signature,
        block: &Block,
        of: Option<String>,
    ) {
        let said = |name| {
            let mut last = attributes.iter().map(|one| one.path().segments.last());
            last.any(|last| last.is_some_and(|last| last.ident == name))
        };
        let mut body = Body::of(block.to_token_stream());
        body.asserts |= said("should_panic");
        let place = self.at(signature.ident.span());
        self.source.functions.push(Function {
            name: plain(&signature.ident),
            of,
            public: matches!(visibility, Visibility::Public(_)),
            asynchronous: signature.asyncness.is_some(),
            is_test: said("test"),
            body,
            place,
        });
    }

    /// Functions that a macro is given: the tests of a `proptest!`.
    fn functions_of_macro(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut is_test = false;
        for (at, token) in tokens.iter().enumerate() {
            if let [TokenTree::Punct(mark), TokenTree::Group(attribute), ..] = &tokens[at..]
                && mark.as_char() == '#'
            {
                let meta = syn::parse2::<Meta>(attribute.stream());
                is_test |= meta.is_ok_and(|meta| meta.path().is_ident("test"));
            }
            if let [TokenTree::Ident(word), TokenTree::Ident(name), after @ ..] = &tokens[at..]
                && word == "fn"
            {
                let mut blocks = after.iter().filter_map(|token| {
                    let TokenTree::Group(group) = token else {
                        return None;
                    };
                    (group.delimiter() == Delimiter::Brace).then(|| group.stream())
                });
                let block = blocks.next();
                let place = self.at(name.span());
                self.source.functions.push(Function {
                    name: plain(name),
                    of: None,
                    public: false,
                    asynchronous: false,
                    is_test: std::mem::take(&mut is_test),
                    body: Body::of(block.unwrap_or_default()),
                    place,
                });
            }
            if let TokenTree::Group(group) = token {
                self.functions_of_macro(group.stream());
            }
        }
    }

    /// Everything in an item or in a part of it.
    fn tokens(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            at += 1;
            match token {
                TokenTree::Group(group) => self.tokens(group.stream()),
                TokenTree::Literal(literal) => self.literal(literal),
                TokenTree::Punct(punct) if punct.as_char() == '#' => {
                    if let Some(end) = self.attribute_tokens(&tokens, at) {
                        at = end;
                    }
                }
                TokenTree::Punct(_) => {}
                TokenTree::Ident(ident) if ident == "use" => {
                    let end = tokens[at..].iter().position(|token| is(token, ';'));
                    let end = end.map_or(tokens.len(), |end| at + end + 1);
                    let statement = tokens[at - 1..end].iter().cloned().collect();
                    if let Ok(statement) = syn::parse2::<ItemUse>(statement) {
                        self.import(&statement.tree, &mut Vec::new(), ident.span());
                        at = end;
                    }
                }
                TokenTree::Ident(ident) => {
                    let span = ident.span();
                    let (path, end) = path(&tokens, at - 1);
                    at = end;
                    if let Some(TokenTree::Group(group)) = tokens.get(at)
                        && group.delimiter() == Delimiter::Parenthesis
                        && let Some(name) = path.last().cloned()
                    {
                        let place = self.at(span);
                        self.source.calls.push(Call { name, place });
                    }
                    if path.len() > 1 {
                        self.name(path, How::Inline, None, span);
                    }
                }
            }
        }
    }

    /// An attribute within tokens, whose `#` was read; where it ends.
    fn attribute_tokens(&mut self, tokens: &[TokenTree], mut at: usize) -> Option<usize> {
        if tokens.get(at).is_some_and(|token| is(token, '!')) {
            at += 1;
        }
        let Some(TokenTree::Group(group)) = tokens.get(at) else {
            return None;
        };
        let meta = syn::parse2::<Meta>(group.stream()).ok()?;
        self.attribute(&meta);
        Some(at + 1)
    }

    fn attribute(&mut self, meta: &Meta) {
        let path = meta.path();
        let path: Vec<_> = path
            .segments
            .iter()
            .map(|part| plain(&part.ident))
            .collect();
        let path = path.join("::");
        match (path.as_str(), meta) {
            ("doc", _) => {}
            ("cfg_attr", Meta::List(list)) => {
                let parts = Punctuated::<Meta, Token![,]>::parse_terminated;
                if let Ok(parts) = parts.parse2(list.tokens.clone()) {
                    for part in parts.iter().skip(1) {
                        self.attribute(part);
                    }
                }
            }
            _ => {
                let tokens = meta.to_token_stream();
                let mut words = BTreeSet::new();
                words_of(tokens.clone(), &mut words);
                let place = self.at(meta.span());
                self.source
                    .attributes
                    .push(Attribute { path, words, place });
                self.tokens(tokens);
            }
        }
    }

    fn literal(&mut self, literal: &proc_macro2::Literal) {
        if let Some(value) = text(literal) {
            let place = self.at(literal.span());
            self.source.texts.push(Text { value, place });
        }
    }

    fn import(&mut self, tree: &UseTree, before: &mut Vec<String>, span: Span) {
        match tree {
            UseTree::Path(path) => {
                before.push(plain(&path.ident));
                self.import(&path.tree, before, path.ident.span());
                before.pop();
            }
            UseTree::Name(name) => {
                let (name, span) = (plain(&name.ident), name.ident.span());
                self.leaf(before, &name, None, span);
            }
            UseTree::Rename(rename) => {
                let (name, bound) = (plain(&rename.ident), plain(&rename.rename));
                self.leaf(before, &name, Some(bound), rename.ident.span());
            }
            UseTree::Glob(_) => self.name(before.clone(), How::Glob, None, span),
            UseTree::Group(group) => {
                for tree in &group.items {
                    self.import(tree, before, span);
                }
            }
        }
    }

    fn leaf(&mut self, before: &[String], name: &str, bound: Option<String>, span: Span) {
        let mut path = before.to_vec();
        if name != "self" || path.is_empty() {
            path.push(name.to_owned());
        }
        let bound = bound.or_else(|| path.last().cloned());
        self.name(path, How::Use, bound, span);
    }

    fn name(&mut self, path: Vec<String>, how: How, bound: Option<String>, span: Span) {
        let (module, test) = (self.module.clone(), self.test);
        let one = (how, path.clone(), bound.clone(), module, test);
        if self.seen.insert(one) {
            let place = self.at(span);
            self.source.names.push(Name {
                path,
                how,
                bound,
                place,
            });
        }
    }
}

/// Whether an attribute leaves the item out of what is deployed: `#[cfg(test)]`.
fn for_tests(attribute: &syn::Attribute) -> bool {
    fn asks(meta: &Meta) -> bool {
        let Meta::List(list) = meta else {
            return meta.path().is_ident("test");
        };
        let parts = Punctuated::<Meta, Token![,]>::parse_terminated;
        list.path.is_ident("all")
            && parts
                .parse2(list.tokens.clone())
                .is_ok_and(|parts| parts.iter().any(asks))
    }
    attribute.path().is_ident("cfg") && attribute.parse_args::<Meta>().is_ok_and(|meta| asks(&meta))
}

/// What `#[path = "…"]` says.
fn path_attribute(attribute: &syn::Attribute) -> Option<String> {
    let Meta::NameValue(pair) = &attribute.meta else {
        return None;
    };
    let syn::Expr::Lit(value) = &pair.value else {
        return None;
    };
    let syn::Lit::Str(path) = &value.lit else {
        return None;
    };
    pair.path.is_ident("path").then(|| path.value())
}

/// The last name of a type's path: `Store` of `super::Store`.
fn last_name(of: &Type) -> Option<String> {
    let Type::Path(path) = of else { return None };
    path.path.segments.last().map(|last| plain(&last.ident))
}

/// What an item is called, if it can be named, and what is said of it.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "all others have no name that a path could end in"
)]
fn known(item: &Item) -> (Option<&syn::Ident>, &[syn::Attribute]) {
    match item {
        Item::Const(item) => (Some(&item.ident), &item.attrs),
        Item::Enum(item) => (Some(&item.ident), &item.attrs),
        Item::Fn(item) => (Some(&item.sig.ident), &item.attrs),
        Item::Impl(item) => (None, &item.attrs),
        Item::Macro(item) => (item.ident.as_ref(), &item.attrs),
        Item::Mod(item) => (Some(&item.ident), &item.attrs),
        Item::Static(item) => (Some(&item.ident), &item.attrs),
        Item::Struct(item) => (Some(&item.ident), &item.attrs),
        Item::Trait(item) => (Some(&item.ident), &item.attrs),
        Item::Type(item) => (Some(&item.ident), &item.attrs),
        Item::Union(item) => (Some(&item.ident), &item.attrs),
        Item::Use(item) => (None, &item.attrs),
        _ => (None, &[]),
    }
}
