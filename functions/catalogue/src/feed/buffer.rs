//! Bytes of a file on their way through a parser: what was pushed and is not yet taken.

use std::ops::Range;

use memchr::{memchr, memchr_iter};

/// A record longer than this is bad: room for several fields of 64 KB.
pub const MAX_RECORD: usize = 256 * 1024;

/// Why a record cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// A value opens with a quote that its line does not close, and what comes up to the closing
    /// one is no good record; the next line is read on its own.
    UnclosedQuote,
    /// Over [`MAX_RECORD`] bytes without an end.
    TooLong,
    /// The file ends within it.
    CutOff,
}

impl Broken {
    /// For the one who keeps the file.
    pub(crate) fn reason(self) -> String {
        match self {
            Self::UnclosedQuote => "opens a quote that its line does not close".to_owned(),
            Self::TooLong => format!("is longer than {MAX_RECORD} bytes"),
            Self::CutOff => "is cut off by the end of the file".to_owned(),
        }
    }
}

/// A record that was taken out of a buffer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cut {
    /// Line on which it begins, from 1.
    pub line: u64,
    /// Its bytes, until more are pushed; or why they are no record.
    pub content: Result<Range<usize>, Broken>,
    /// All bytes that were taken with it, until more are pushed.
    pub taken: Range<usize>,
    /// Bytes of the file up to its end, and lines begun by then.
    pub after: Spot,
    /// Whether the file ends without ending it.
    pub open: bool,
}

/// A place in a file between two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Spot {
    /// Bytes before it.
    pub offset: u64,
    /// Which line begins there, from 1.
    pub line: u64,
}

/// What was pushed and is not yet taken.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Vec<u8>,
    start: usize,
    at: Spot,
    ended: bool,
    skipping: bool,
}

impl Default for Buffer {
    fn default() -> Self {
        Self {
            bytes: Vec::new(),
            start: 0,
            at: Spot { offset: 0, line: 1 },
            ended: false,
            skipping: false,
        }
    }
}

impl Buffer {
    /// Takes in the next bytes of the file; they may end anywhere, also inside a character.
    pub(crate) fn push(&mut self, bytes: &[u8]) {
        self.bytes.drain(..self.start);
        self.start = 0;
        self.bytes.extend_from_slice(bytes);
    }

    /// Says that the file ends here.
    pub(crate) fn end(&mut self) {
        self.ended = true;
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended
    }

    /// Forgets what is waiting: the next bytes pushed are those of the file from `place` on.
    pub(crate) fn seek(&mut self, place: Spot) {
        *self = Self {
            at: place,
            ..Self::default()
        };
    }

    pub(crate) fn is_skipping(&self) -> bool {
        self.skipping
    }

    pub(crate) fn place(&self) -> Spot {
        self.at
    }

    pub(crate) fn waiting(&self) -> &[u8] {
        &self.bytes[self.start..]
    }

    pub(crate) fn bytes(&self, range: Range<usize>) -> &[u8] {
        &self.bytes[range]
    }

    /// Takes `taken` bytes, of which the first `content` are a record.
    pub(crate) fn take(&mut self, content: usize, taken: usize) -> Cut {
        let (line, start) = (self.at.line, self.start);
        let newlines = memchr_iter(b'\n', &self.waiting()[..taken]).count();
        self.at.line += newlines as u64;
        self.at.offset += taken as u64;
        self.start += taken;
        Cut {
            line,
            content: Ok(start..start + content),
            taken: start..start + taken,
            after: self.at,
            open: false,
        }
    }

    /// Takes bytes that are no record.
    pub(crate) fn skip(&mut self, taken: usize) {
        self.take(0, taken);
    }

    /// Takes a line that is no record for this reason; what of it is still to come is dropped.
    pub(crate) fn skip_line(&mut self, why: Broken) -> Cut {
        let end = memchr(b'\n', self.waiting());
        self.skipping = end.is_none() && !self.ended;
        let open = end.is_none() && self.ended;
        let taken = end.map_or(self.waiting().len(), |newline| newline + 1);
        Cut {
            content: Err(why),
            open,
            ..self.take(0, taken)
        }
    }

    /// Drops what comes of a line that was skipped.
    pub(crate) fn finish_skipping(&mut self) {
        if self.skipping {
            let end = memchr(b'\n', self.waiting());
            self.skipping = end.is_none();
            let taken = end.map_or(self.waiting().len(), |newline| newline + 1);
            self.skip(taken);
        }
    }
}
