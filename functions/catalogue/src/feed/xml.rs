//! Cuts bytes into the items of an RSS 2.0 or Atom feed, in constant memory, and reads one.
//!
//! Cutting needs to know no more of XML than where comments, CDATA and tags end; what is in an
//! item is read by a real parser, which then has all of it before it.

use std::borrow::Cow;

use memchr::{memchr, memmem};
use quick_xml::{
    Reader,
    events::{BytesStart, Event},
};

use super::{
    buffer::{Broken, Buffer, Cut, MAX_RECORD},
    fields::{Field, Values},
};

/// What the cutter remembers between items.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    /// A root was seen.
    begun: bool,
    /// Its end tag was seen.
    closed: bool,
    /// An item was too long: what comes of it is dropped.
    skipping: bool,
}

/// A piece of markup at the front of some bytes.
enum Piece<'b> {
    /// A comment, CDATA section or declaration of so many bytes.
    Other(usize),
    /// `<?xml …?>` of so many bytes.
    Declaration(&'b [u8]),
    /// `<name …>`: local name, bytes, and whether it closes itself.
    Start(&'b [u8], usize, bool),
    /// `</name>`.
    End(&'b [u8], usize),
    /// It goes on after these bytes.
    Open,
}

fn piece(bytes: &[u8]) -> Piece<'_> {
    let until = |mark: &[u8], from: usize| {
        let found = memmem::find(bytes.get(from..).unwrap_or_default(), mark);
        found.map(|at| from + at + mark.len())
    };
    let other = |end: Option<usize>| end.map_or(Piece::Open, Piece::Other);
    const STARTS: [&[u8]; 2] = [b"<!--", b"<![CDATA["];
    if STARTS
        .iter()
        .any(|start| bytes.len() < start.len() && start.starts_with(bytes))
    {
        return Piece::Open;
    }
    if bytes.starts_with(STARTS[0]) {
        return other(until(b"-->", 4));
    }
    if bytes.starts_with(STARTS[1]) {
        return other(until(b"]]>", 9));
    }
    match bytes.get(1) {
        Some(b'?') => match until(b"?>", 2) {
            Some(end) if bytes.starts_with(b"<?xml") => Piece::Declaration(&bytes[..end]),
            end => other(end),
        },
        Some(b'!') => other(until(b">", 2)),
        Some(b'/') => match memchr(b'>', bytes) {
            Some(end) => Piece::End(local(&bytes[2..end]), end + 1),
            None => Piece::Open,
        },
        Some(_) => match end_of_tag(bytes) {
            Some(end) => {
                let inside = &bytes[1..end];
                let empty = inside.ends_with(b"/");
                Piece::Start(local(inside), end + 1, empty)
            }
            None => Piece::Open,
        },
        None => Piece::Open,
    }
}

/// Where the `>` of a start tag is: one in an attribute's value is none.
fn end_of_tag(bytes: &[u8]) -> Option<usize> {
    let mut quote = None;
    for (at, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (None, b'"' | b'\'') => quote = Some(*byte),
            (None, b'>') => return Some(at),
            (Some(open), _) if open == *byte => quote = None,
            _ => {}
        }
    }
    None
}

/// The name of a tag without its prefix.
fn local(tag: &[u8]) -> &[u8] {
    let end = tag
        .iter()
        .position(|byte| byte.is_ascii_whitespace() || *byte == b'/');
    let name = &tag[..end.unwrap_or(tag.len())];
    let colon = memchr(b':', name);
    colon.map_or(name, |colon| &name[colon + 1..])
}

fn is_item(name: &[u8]) -> bool {
    matches!(name, b"item" | b"entry")
}

fn is_root(name: &[u8]) -> bool {
    matches!(name, b"rss" | b"feed" | b"RDF")
}

/// The encoding that a declaration names, if it is not one that is read here.
fn foreign_encoding(declaration: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(declaration).to_lowercase();
    let (_, rest) = text.split_once("encoding")?;
    let rest = rest.trim_start().strip_prefix('=')?.trim_start();
    let quote = rest.chars().next().filter(|c| matches!(c, '"' | '\''))?;
    let name = rest[1..].split(quote).next()?;
    (!matches!(name, "utf-8" | "utf8" | "us-ascii")).then(|| name.chars().take(20).collect())
}

/// How far into some bytes that begin with an item's start tag the item ends.
fn end_of_item(bytes: &[u8]) -> Option<usize> {
    let (mut at, mut depth) = (0, 0_usize);
    loop {
        at += memchr(b'<', &bytes[at..])?;
        match piece(&bytes[at..]) {
            Piece::Open => return None,
            Piece::Other(length) => at += length,
            Piece::Declaration(declaration) => at += declaration.len(),
            Piece::Start(name, length, empty) => {
                depth += usize::from(is_item(name) && !empty);
                at += length;
                if depth == 0 {
                    return Some(at);
                }
            }
            Piece::End(name, length) => {
                depth -= usize::from(is_item(name));
                at += length;
                if depth == 0 {
                    return Some(at);
                }
            }
        }
    }
}

impl Scanner {
    /// Says that reading goes on within the root.
    pub(super) fn enter(&mut self) {
        *self = Self {
            begun: true,
            ..Self::default()
        };
    }

    /// Whether the root's end tag was seen.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether what comes is the rest of an item that was too long.
    pub(super) fn is_skipping(&self) -> bool {
        self.skipping
    }

    /// The next item; `None`: more bytes are needed, or it was the end. An error says why the file
    /// cannot be read any further.
    pub(super) fn cut(&mut self, buffer: &mut Buffer) -> Option<Result<Cut, String>> {
        loop {
            let waiting = buffer.waiting();
            let Some(text) = memchr(b'<', waiting) else {
                let all = waiting.len();
                buffer.skip(all);
                return None;
            };
            if text > 0 {
                buffer.skip(text);
            }
            let waiting = buffer.waiting();
            let found = piece(waiting);
            match found {
                Piece::Open if buffer.has_ended() => {
                    let all = waiting.len();
                    buffer.skip(all);
                    return None;
                }
                Piece::Open if waiting.len() > MAX_RECORD => {
                    return Some(Err(format!("opens what {MAX_RECORD} bytes do not close")));
                }
                Piece::Open => return None,
                Piece::Other(length) => buffer.skip(length),
                Piece::Declaration(declaration) => {
                    if let Some(encoding) = foreign_encoding(declaration) {
                        return Some(Err(format!("is in {encoding}, not in UTF-8")));
                    }
                    let length = declaration.len();
                    buffer.skip(length);
                }
                Piece::End(name, length) => {
                    self.closed |= is_root(name);
                    self.skipping &= !is_item(name);
                    buffer.skip(length);
                }
                Piece::Start(name, _, empty) if is_item(name) && !empty && !self.skipping => {
                    return self.item(buffer).map(Ok);
                }
                Piece::Start(name, length, _) => {
                    if !self.begun && !is_root(name) {
                        return Some(Err("is XML, but neither RSS nor Atom".to_owned()));
                    }
                    self.begun = true;
                    buffer.skip(length);
                }
            }
        }
    }

    fn item(&mut self, buffer: &mut Buffer) -> Option<Cut> {
        let waiting = buffer.waiting();
        let all = waiting.len();
        match end_of_item(waiting) {
            Some(end) if end <= MAX_RECORD => Some(buffer.take(end, end)),
            Some(end) => Some(Cut {
                content: Err(Broken::TooLong),
                ..buffer.take(0, end)
            }),
            None if all > MAX_RECORD => {
                // Past its start tag, so that what comes of it is dropped up to its end tag.
                self.skipping = true;
                let tag = end_of_tag(waiting).map_or(all, |end| end + 1);
                Some(Cut {
                    content: Err(Broken::TooLong),
                    ..buffer.take(0, tag)
                })
            }
            None if buffer.has_ended() => Some(Cut {
                content: Err(Broken::CutOff),
                ..buffer.take_cut(0, all)
            }),
            None => None,
        }
    }
}

/// The values of an item's own elements; those within them are none of the product's. What is said
/// under Google's prefix counts before what RSS and Atom call the same.
pub(super) fn values(item: &[u8]) -> Result<Values<'static>, String> {
    let text = std::str::from_utf8(item).map_err(|_bytes| "is not UTF-8".to_owned())?;
    let mut reader = Reader::from_str(text);
    let mut values = Values::default();
    let (mut depth, mut field, mut value) = (0_usize, None, String::new());
    loop {
        let event = reader
            .read_event()
            .map_err(|error| format!("is not well-formed XML: {error}"))?;
        match event {
            Event::Start(tag) => {
                if depth == 1 {
                    field = field_of(&tag);
                    value.clear();
                    take_link(&tag, &mut values);
                }
                depth += 1;
            }
            Event::Empty(tag) if depth == 1 => take_link(&tag, &mut values),
            Event::End(_) => {
                depth = depth.saturating_sub(1);
                if depth == 1
                    && let Some((field, ours)) = field.take()
                {
                    let value = Cow::Owned(std::mem::take(&mut value).into_bytes());
                    if ours && field != Field::MoreImages {
                        values.set(field, value);
                    } else {
                        values.add(field, value);
                    }
                }
                if depth == 0 {
                    return Ok(values);
                }
            }
            Event::Text(part) if depth == 2 => {
                value.push_str(&part.xml10_content().map_err(|error| error.to_string())?)
            }
            Event::CData(part) if depth == 2 => {
                value.push_str(&part.xml10_content().map_err(|error| error.to_string())?)
            }
            Event::GeneralRef(name) if depth == 2 => {
                let character = name.resolve_char_ref().ok().flatten();
                let name = name.decode().map_err(|error| error.to_string())?;
                let known = quick_xml::escape::resolve_predefined_entity(&name);
                match (character, known) {
                    (Some(character), _) => value.push(character),
                    (None, Some(known)) => value.push_str(known),
                    (None, None) => return Err(format!("names an unknown entity, &{name:.20};")),
                }
            }
            Event::Eof => return Err("is not well-formed XML: an element is not closed".to_owned()),
            Event::Empty(_)
            | Event::Text(_)
            | Event::CData(_)
            | Event::GeneralRef(_)
            | Event::Comment(_)
            | Event::PI(_)
            | Event::Decl(_)
            | Event::DocType(_) => {}
        }
    }
}

/// The field of an element, and whether it is under a prefix, as Google's are.
fn field_of(tag: &BytesStart<'_>) -> Option<(Field, bool)> {
    let name = tag.name();
    let ours = name.prefix().is_some();
    let local = name.local_name();
    let field = match local.as_ref() {
        b"summary" => Some(Field::Description),
        other => Field::named(std::str::from_utf8(other).ok()?),
    };
    field.map(|field| (field, ours))
}

/// Atom says a link in an attribute.
fn take_link(tag: &BytesStart<'_>, values: &mut Values<'static>) {
    if tag.local_name().as_ref() != b"link" {
        return;
    }
    let attribute = |name: &str| {
        let found = tag.try_get_attribute(name).ok().flatten()?;
        let value = found
            .normalized_value(quick_xml::XmlVersion::default())
            .ok()?;
        Some(value.into_owned())
    };
    let alternate = attribute("rel").is_none_or(|rel| rel == "alternate");
    if let Some(address) = attribute("href").filter(|_| alternate) {
        values.add(Field::Link, Cow::Owned(address.into_bytes()));
    }
}
