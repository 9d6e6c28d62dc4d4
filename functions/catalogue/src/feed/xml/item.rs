//! Reads an item of an RSS or Atom feed: the values of its own elements, and where it ends.

use std::borrow::Cow;

use memchr::{memchr, memchr2, memmem};
use quick_xml::{
    Reader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
};

use super::names::{Scope, Space, is_markup, is_root, name};
use crate::feed::fields::{Field, Values};

/// What was read of an item.
pub(super) struct Item<'b> {
    /// What it says, as far as it was read.
    pub values: Values<'b>,
    /// How long it is; or why it is none, which may be that it goes on after these bytes.
    pub end: Result<usize, String>,
}

impl<'b> Item<'b> {
    /// Reads what begins with an item's start tag.
    pub(super) fn read(bytes: &'b [u8], scope: &mut Scope) -> Self {
        let outside = scope.mark();
        let mut reading = Reading {
            reader: Reader::from_reader(bytes),
            scope,
            own: name(&bytes[1..]),
            outside,
            atom: false,
            google: Values::default(),
            others: Values::default(),
        };
        let end = reading.run();
        let Reading {
            google: mut values,
            others,
            ..
        } = reading;
        scope.back_to(outside);
        values.fill_from(others);
        Self { values, end }
    }
}

struct Reading<'b, 's> {
    reader: Reader<&'b [u8]>,
    scope: &'s mut Scope,
    /// The name of the item's tag.
    own: &'b [u8],
    /// How much was declared outside of the item.
    outside: usize,
    /// Whether it is an entry, whose own elements are Atom's.
    atom: bool,
    /// What Google's elements say: it counts before what is said in others' words.
    google: Values<'b>,
    others: Values<'b>,
}

impl<'b> Reading<'b, '_> {
    /// Reads up to the item's end tag; those within its elements are none of the product's.
    fn run(&mut self) -> Result<usize, String> {
        let mut depth = 0_usize;
        let (mut field, mut value) = (None, Cow::Borrowed(""));
        let mut declared = self.outside;
        loop {
            let event = self.reader.read_event().map_err(malformed)?;
            match event {
                Event::Start(tag) => {
                    self.check(&tag, depth)?;
                    match depth {
                        0 => {
                            self.begin(&tag);
                            declared = self.scope.mark();
                        }
                        1 => {
                            self.scope.declare(&tag);
                            field = self.field_of(&tag);
                            value = Cow::Borrowed("");
                        }
                        _ => {}
                    }
                    depth += 1;
                }
                Event::Empty(tag) => {
                    self.check(&tag, depth)?;
                    match depth {
                        0 => return self.end(),
                        1 => {
                            self.scope.declare(&tag);
                            self.field_of(&tag);
                            self.scope.back_to(declared);
                        }
                        _ => {}
                    }
                }
                Event::End(_) => {
                    depth = depth.saturating_sub(1);
                    match depth {
                        0 => return self.end(),
                        1 => {
                            let value = std::mem::take(&mut value);
                            if let Some((field, space)) = field.take() {
                                self.add(field, space, value);
                            }
                            self.scope.back_to(declared);
                        }
                        _ => {}
                    }
                }
                Event::Text(text) if depth == 2 && field.is_some() => {
                    append(&mut value, content(text.into_inner())?);
                }
                Event::CData(text) if depth == 2 && field.is_some() => {
                    append(&mut value, content(text.into_inner())?);
                }
                Event::GeneralRef(entity) if depth == 2 => {
                    value.to_mut().push(character(&entity)?);
                }
                Event::PI(inside) if memchr(b'<', &inside).is_some() => {
                    return Err(malformed("a processing instruction holds a tag"));
                }
                Event::DocType(_) => return Err(malformed("a document type is declared in it")),
                Event::Eof => return Err(malformed("an element is not closed")),
                Event::Text(_)
                | Event::CData(_)
                | Event::GeneralRef(_)
                | Event::Comment(_)
                | Event::PI(_)
                | Event::Decl(_) => {}
            }
        }
    }

    fn end(&self) -> Result<usize, String> {
        usize::try_from(self.reader.buffer_position()).map_err(malformed)
    }

    /// A tag has a name and holds no other; an item holds no other item and no feed.
    fn check(&self, tag: &BytesStart<'_>, depth: usize) -> Result<(), String> {
        let first = tag.first().copied().unwrap_or_default();
        if !is_markup(first) || memchr(b'<', tag).is_some() {
            return Err(malformed("a < is none of a tag"));
        }
        if depth > 0 && begins_another(tag.name().as_ref(), self.own, self.scope, self.outside) {
            return Err(malformed("another item begins in it"));
        }
        Ok(())
    }

    fn begin(&mut self, tag: &BytesStart<'_>) {
        self.scope.declare(tag);
        let name = tag.name();
        let (space, local) = self.scope.resolve(name.as_ref());
        self.atom = local == b"entry" && matches!(space, Space::Atom | Space::Rss);
    }

    /// The field of an element, and whose word for it that is. Atom says a link in an attribute.
    fn field_of(&mut self, tag: &BytesStart<'_>) -> Option<(Field, Space)> {
        let name = tag.name();
        let (space, local) = self.scope.resolve(name.as_ref());
        match space {
            Space::Foreign => return None,
            Space::Atom if !self.atom => return None,
            Space::Rss | Space::Atom if local == b"link" => self.take_link(tag),
            Space::Google | Space::Rss | Space::Atom => {}
        }
        let field = match local {
            b"summary" if self.atom && space != Space::Google => Field::Description,
            _ => Field::named(std::str::from_utf8(local).ok()?)?,
        };
        Some((field, space))
    }

    fn add(&mut self, field: Field, space: Space, value: Cow<'b, str>) {
        let value = match value {
            Cow::Borrowed(text) => Cow::Borrowed(text.as_bytes()),
            Cow::Owned(text) => Cow::Owned(text.into_bytes()),
        };
        match space {
            Space::Google => self.google.add(field, value),
            Space::Rss | Space::Atom | Space::Foreign => self.others.add(field, value),
        }
    }

    fn take_link(&mut self, tag: &BytesStart<'_>) {
        let attribute = |name: &str| {
            let found = tag.try_get_attribute(name).ok().flatten()?;
            let value = found.normalized_value(XmlVersion::default()).ok()?;
            Some(value.into_owned())
        };
        let alternate = attribute("rel").is_none_or(|rel| rel == "alternate");
        if let Some(address) = attribute("href").filter(|_| alternate) {
            self.others
                .add(Field::Link, Cow::Owned(address.into_bytes()));
        }
    }
}

fn malformed(why: impl std::fmt::Display) -> String {
    format!("is not well-formed XML: {why}")
}

fn not_utf8(_error: impl std::fmt::Display) -> String {
    "is not UTF-8".to_owned()
}

/// The text of these bytes, each of its line ends as one line feed (XML 1.0, 2.11).
fn content(bytes: Cow<'_, [u8]>) -> Result<Cow<'_, str>, String> {
    let text = match bytes {
        Cow::Borrowed(bytes) => Cow::Borrowed(simdutf8::basic::from_utf8(bytes).map_err(not_utf8)?),
        Cow::Owned(bytes) => Cow::Owned(String::from_utf8(bytes).map_err(not_utf8)?),
    };
    Ok(match memchr(b'\r', text.as_bytes()) {
        Some(_) => Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n")),
        None => text,
    })
}

fn append<'b>(value: &mut Cow<'b, str>, part: Cow<'b, str>) {
    if value.is_empty() {
        *value = part;
    } else {
        value.to_mut().push_str(&part);
    }
}

fn character(entity: &BytesRef<'_>) -> Result<char, String> {
    let name = entity.decode().map_err(not_utf8)?;
    let known = || resolve_predefined_entity(&name)?.chars().next();
    let said = entity.resolve_char_ref().ok().flatten();
    said.or_else(known)
        .ok_or_else(|| format!("names an unknown entity, &{name:.20};"))
}

/// Whether an element of that name ends the item that it is in.
fn begins_another(name: &[u8], own: &[u8], scope: &Scope, outside: usize) -> bool {
    name == own || is_root(name) || scope.is_item(name, outside)
}

/// Where an item that is not well-formed ends at the latest: with the first end tag of an item, or
/// where the next one begins, or the root ends; comments and CDATA apart. `None`: not among these
/// bytes.
pub(super) fn latest_end(bytes: &[u8], scope: &Scope) -> Option<usize> {
    let (own, outside) = (name(&bytes[1..]), scope.mark());
    let mut at = 1;
    loop {
        at += memchr(b'<', bytes.get(at..)?)?;
        let markup = &bytes[at..];
        let after = |opening: &[u8], closing: &[u8]| {
            let rest = markup.strip_prefix(opening)?;
            let end = memmem::find(rest, closing);
            Some(end.map(|end| opening.len() + end + closing.len()))
        };
        if let Some(end) = after(b"<!--", b"-->").or_else(|| after(b"<![CDATA[", b"]]>")) {
            at += end?;
            continue;
        }
        let ends = markup.starts_with(b"</");
        let inside = &markup[1 + usize::from(ends)..];
        let named = name(inside);
        if named.len() == inside.len() {
            // It may go on.
            return None;
        }
        if begins_another(named, own, scope, outside) {
            if !ends || is_root(named) {
                return Some(at);
            }
            let tag_end = memchr2(b'<', b'>', inside)?;
            let closed = usize::from(inside[tag_end] == b'>');
            return Some(at + 2 + tag_end + closed);
        }
        at += 1;
    }
}
