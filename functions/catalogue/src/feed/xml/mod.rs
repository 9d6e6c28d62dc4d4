//! Cuts bytes into the items of an RSS 2.0 or Atom feed, in constant memory.
//!
//! Between items only comments, CDATA, tags and the namespaces that they declare matter. An item is
//! read by a real parser, which has all of it before it; one that is not well-formed ends at the
//! latest where the next one begins.

mod item;
mod names;

use memchr::{memchr, memchr2, memmem};
use quick_xml::events::BytesStart;

use super::{
    buffer::{Broken, Buffer, Cut, MAX_RECORD},
    entry::Reading,
};
use item::{Item, latest_end};
use names::{Scope, is_markup, is_root, name};

/// What is remembered between items.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    /// A root was seen.
    begun: bool,
    /// Its end tag was seen.
    closed: bool,
    /// An item was too long: what comes of it is dropped.
    skipping: bool,
    /// What ends the comment or the like that is being dropped.
    dropping: Option<&'static [u8]>,
    scope: Scope,
    /// What held outside of each element that is open.
    open: Vec<usize>,
}

/// A piece of markup at the front of some bytes.
enum Piece<'b> {
    /// A comment or the like, of so many bytes.
    Other(usize),
    /// It goes on after these bytes, up to this.
    Unended(&'static [u8]),
    /// `<?xml …?>`.
    Declaration(&'b [u8]),
    /// `<name …>`: what is inside, and bytes.
    Start(&'b [u8], usize),
    /// `</name>`.
    End(&'b [u8], usize),
    /// It goes on after these bytes.
    Open,
}

fn piece(bytes: &[u8]) -> Piece<'_> {
    const SECTIONS: [(&[u8], &[u8]); 2] = [(b"<!--", b"-->"), (b"<![CDATA[", b"]]>")];
    for (opening, closing) in SECTIONS {
        if bytes.len() < opening.len() && opening.starts_with(bytes) {
            return Piece::Open;
        }
        if let Some(rest) = bytes.strip_prefix(opening) {
            return match memmem::find(rest, closing) {
                Some(end) => Piece::Other(opening.len() + end + closing.len()),
                None => Piece::Unended(closing),
            };
        }
    }
    if !bytes.get(1).is_some_and(|next| is_markup(*next)) {
        return Piece::Other(1);
    }
    if let Some(inside) = bytes.strip_prefix(b"<?") {
        // As in a tag, a `<` in an instruction shows that it is none.
        let none = memchr(b'<', inside);
        return match memmem::find(&inside[..none.unwrap_or(inside.len())], b"?>") {
            Some(end) if inside.starts_with(b"xml ") => Piece::Declaration(&bytes[..end + 4]),
            Some(end) => Piece::Other(end + 4),
            None if none.is_some() => Piece::Other(2),
            None => Piece::Open,
        };
    }
    match end_of_tag(bytes) {
        Some(end) if bytes[end] == b'<' => Piece::Other(end),
        Some(end) => match &bytes[1..end] {
            [b'!', ..] => Piece::Other(end + 1),
            [b'/', inside @ ..] => Piece::End(name(inside), end + 1),
            inside => Piece::Start(inside, end + 1),
        },
        None => Piece::Open,
    }
}

/// Where the `>` of a tag is, or the next `<`, if it is none: a `>` in an attribute's value ends no
/// tag, and a `<` is in none.
fn end_of_tag(bytes: &[u8]) -> Option<usize> {
    let mut end = 0;
    loop {
        end += 1 + memchr2(b'<', b'>', &bytes[end + 1..])?;
        let mut quote = None;
        for byte in &bytes[1..end] {
            match (quote, byte) {
                (None, b'"' | b'\'') => quote = Some(byte),
                (Some(open), _) if open == byte => quote = None,
                _ => {}
            }
        }
        if quote.is_none() || bytes[end] == b'<' {
            return Some(end);
        }
    }
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

impl Scanner {
    /// Says that reading goes on within the root.
    pub(super) fn enter(&mut self) {
        *self = Self {
            begun: true,
            scope: std::mem::take(&mut self.scope),
            ..Self::default()
        };
    }

    /// Whether the root's end tag was seen.
    pub(super) fn is_closed(&self) -> bool {
        self.closed
    }

    /// Whether what comes is the rest of what is being dropped.
    pub(super) fn is_skipping(&self) -> bool {
        self.skipping || self.dropping.is_some()
    }

    /// The next item; `None`: more bytes are needed, or it was the end. An error says why the file
    /// cannot be read any further.
    pub(super) fn next(&mut self, buffer: &mut Buffer) -> Option<Result<(Cut, Reading), String>> {
        match self.advance(buffer)? {
            Ok(()) => self.item(buffer).map(Ok),
            Err(reason) => Some(Err(reason)),
        }
    }

    /// Goes on to where an item begins, and stays there; otherwise as [`next`](Self::next).
    pub(super) fn advance(&mut self, buffer: &mut Buffer) -> Option<Result<(), String>> {
        loop {
            if let Some(closing) = self.dropping {
                let waiting = buffer.waiting();
                let end = memmem::find(waiting, closing).map(|end| end + closing.len());
                self.dropping = self.dropping.filter(|_| end.is_none());
                let kept = if buffer.has_ended() {
                    0
                } else {
                    closing.len() - 1
                };
                let dropped = end.unwrap_or(waiting.len().saturating_sub(kept));
                buffer.skip(dropped);
                end?;
            }
            let text = memchr(b'<', buffer.waiting());
            buffer.skip(text.unwrap_or(buffer.waiting().len()));
            text?;
            let waiting = buffer.waiting();
            match piece(waiting) {
                Piece::Open | Piece::Unended(_) if buffer.has_ended() => {
                    let all = waiting.len();
                    buffer.skip(all);
                    return None;
                }
                Piece::Unended(closing) if waiting.len() > MAX_RECORD => {
                    self.dropping = Some(closing);
                }
                Piece::Open if waiting.len() > MAX_RECORD => buffer.skip(1),
                Piece::Open | Piece::Unended(_) => return None,
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
                    if self.scope.is_item(name, self.scope.mark()) || is_root(name) {
                        self.skipping = false;
                    } else if !self.skipping
                        && let Some(outside) = self.open.pop()
                    {
                        self.scope.back_to(outside);
                    }
                    buffer.skip(length);
                }
                Piece::Start(inside, length) => {
                    let named = name(inside);
                    let outside = self.scope.mark();
                    self.scope.declare(&tag(inside, named));
                    if self.scope.is_item(named, self.scope.mark()) {
                        self.scope.back_to(outside);
                        self.skipping = false;
                        return Some(Ok(()));
                    }
                    if !self.begun && !is_root(named) {
                        return Some(Err("is XML, but neither RSS nor Atom".to_owned()));
                    }
                    self.begun = true;
                    if inside.ends_with(b"/") || self.skipping {
                        self.scope.back_to(outside);
                    } else {
                        self.open.push(outside);
                    }
                    buffer.skip(length);
                }
            }
        }
    }

    /// The item that the waiting bytes begin with.
    fn item(&mut self, buffer: &mut Buffer) -> Option<(Cut, Reading)> {
        let line = buffer.place().line;
        let waiting = buffer.waiting();
        let all = waiting.len();
        let mut item = Item::read(waiting, &mut self.scope);
        let (end, broken) = match item.end {
            Ok(end) => (Some(end), None),
            Err(reason) => {
                let end = latest_end(waiting, &self.scope);
                // What comes after is none of it.
                item = Item::read(&waiting[..end.unwrap_or(all)], &mut self.scope);
                (end, item.end.err().or(Some(reason)))
            }
        };
        let too_long = Some(Broken::TooLong.reason());
        let (taken, broken, open) = match end {
            Some(end) if end <= MAX_RECORD => (end, broken, false),
            Some(end) => (end, too_long, false),
            None if all > MAX_RECORD => {
                // Past its start tag, so that what comes of it is dropped up to where it ends.
                self.skipping = true;
                (end_of_tag(waiting).unwrap_or(all), too_long, false)
            }
            None if buffer.has_ended() => (all, Some(Broken::CutOff.reason()), true),
            None => return None,
        };
        let reading = match broken {
            None => Reading::of(line, &item.values),
            Some(reason) => Reading::bad(line, reason, item.values.id(), 0),
        };
        let cut = buffer.take(taken, taken);
        Some((Cut { open, ..cut }, reading))
    }
}

fn tag<'t>(inside: &'t [u8], named: &[u8]) -> BytesStart<'t> {
    let text = std::str::from_utf8(inside).unwrap_or_default();
    BytesStart::from_content(text, named.len().min(text.len()))
}
