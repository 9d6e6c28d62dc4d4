//! Whose an element is: a namespace is known by its address, not by its prefix.

use memchr::memchr;
use quick_xml::events::BytesStart;

/// The vocabulary of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// Google's product data specification.
    Google,
    /// None declared: RSS's own. RSS 1.0 has an address for it.
    Rss,
    /// Atom's.
    Atom,
    /// Any other: none of ours.
    Foreign,
}

impl Space {
    fn at(address: &[u8]) -> Self {
        match address.trim_ascii() {
            b"http://base.google.com/ns/1.0" | b"https://base.google.com/ns/1.0" => Self::Google,
            b"" | b"http://purl.org/rss/1.0/" => Self::Rss,
            b"http://www.w3.org/2005/Atom" => Self::Atom,
            _ => Self::Foreign,
        }
    }
}

/// The declarations that hold at a place, the innermost last.
#[derive(Debug, Default)]
pub(super) struct Scope(Vec<(Vec<u8>, Space)>);

impl Scope {
    /// How many hold: what to go back to where an element ends.
    pub(super) fn mark(&self) -> usize {
        self.0.len()
    }

    /// Forgets what was declared since.
    pub(super) fn back_to(&mut self, mark: usize) {
        self.0.truncate(mark);
    }

    /// Takes in what a tag declares.
    pub(super) fn declare(&mut self, tag: &BytesStart<'_>) {
        if memchr(b'=', tag.attributes_raw()).is_none() {
            return;
        }
        for attribute in tag.attributes().with_checks(false).flatten() {
            let prefix = match attribute.key.as_ref().strip_prefix(b"xmlns") {
                Some(b"") => &[][..],
                Some([b':', prefix @ ..]) => prefix,
                Some(_) | None => continue,
            };
            self.0.push((prefix.to_vec(), Space::at(&attribute.value)));
        }
    }

    /// Whose a name is, and the name without its prefix.
    pub(super) fn resolve<'n>(&self, name: &'n [u8]) -> (Space, &'n [u8]) {
        resolve(&self.0, name)
    }

    /// Whether an element of that name is a product's by the first `outside` declarations.
    pub(super) fn is_item(&self, name: &[u8], outside: usize) -> bool {
        let (_, local) = split(name);
        let named = matches!(local, b"item" | b"entry");
        named && resolve(&self.0[..outside], name).0 != Space::Foreign
    }
}

/// Prefix and local part of a name.
fn split(name: &[u8]) -> (&[u8], &[u8]) {
    match memchr(b':', name) {
        Some(colon) => (&name[..colon], &name[colon + 1..]),
        None => (&[], name),
    }
}

/// A prefix that nothing declares is Google's if it is `g`, else foreign.
fn resolve<'n>(declared: &[(Vec<u8>, Space)], name: &'n [u8]) -> (Space, &'n [u8]) {
    let (prefix, local) = split(name);
    let mut innermost = declared.iter().rev();
    let space = match innermost.find(|(known, _)| known == prefix) {
        Some((_, space)) => *space,
        None => match prefix {
            b"" => Space::Rss,
            b"g" => Space::Google,
            _ => Space::Foreign,
        },
    };
    (space, local)
}

/// Whether an element of that name holds a whole feed.
pub(super) fn is_root(name: &[u8]) -> bool {
    matches!(split(name).1, b"rss" | b"feed" | b"RDF")
}

/// The name that a tag's inside begins with.
pub(super) fn name(inside: &[u8]) -> &[u8] {
    let ends = |byte: &u8| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>' | b'<');
    let end = inside.iter().position(ends);
    &inside[..end.unwrap_or(inside.len())]
}

/// Whether a `<` that this byte follows is markup.
pub(super) fn is_markup(next: u8) -> bool {
    next.is_ascii_alphabetic() || next >= 0x80 || matches!(next, b'_' | b':' | b'/' | b'!' | b'?')
}
