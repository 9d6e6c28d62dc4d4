//! Cuts a stream of bytes into the records of a tab-separated file, in constant memory.
//!
//! Not the `csv` crate: a quote that is never closed makes it read the rest of the file as one
//! field, in memory, and lose every line of it. Here such a line is one bad line.

/// A record longer than this is bad; Google's fields of a product together stay below 16 KiB.
pub const MAX_RECORD: usize = 64 * 1024;

/// What was found between two line ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Line on which it begins, from 1.
    pub line: u64,
    /// Its fields, unquoted, or why there are none.
    pub fields: Result<Vec<Vec<u8>>, Broken>,
}

/// Why a record has no fields.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Broken {
    /// A field opens with a quote that nothing closes; the next line is read on its own.
    UnclosedQuote,
    /// Over [`MAX_RECORD`] bytes without a line end.
    TooLong,
}

/// Bytes in by [`push`](Self::push), records out by iterating.
#[derive(Debug)]
pub struct Records {
    buffer: Vec<u8>,
    start: usize,
    line: u64,
    ended: bool,
    at_top: bool,
    skipping: bool,
}

impl Default for Records {
    fn default() -> Self {
        Self {
            buffer: Vec::new(),
            start: 0,
            line: 1,
            ended: false,
            at_top: true,
            skipping: false,
        }
    }
}

enum End {
    /// The record's bytes without its line end, with it, and how many line ends it holds.
    At {
        content: usize,
        taken: usize,
        newlines: u64,
    },
    Open {
        quoted: bool,
    },
}

fn end_of_record(bytes: &[u8]) -> End {
    enum At {
        FieldStart,
        Plain,
        Quoted,
        QuoteInQuoted,
    }
    let (mut at, mut newlines) = (At::FieldStart, 0);
    for (i, byte) in bytes.iter().enumerate() {
        at = match (at, byte) {
            (At::Quoted, b'"') => At::QuoteInQuoted,
            (At::Quoted, other) => {
                newlines += u64::from(*other == b'\n');
                At::Quoted
            }
            (At::FieldStart | At::QuoteInQuoted, b'"') => At::Quoted,
            (_, b'\t') => At::FieldStart,
            (_, b'\n') => {
                let content = if i > 0 && bytes[i - 1] == b'\r' {
                    i - 1
                } else {
                    i
                };
                return End::At {
                    content,
                    taken: i + 1,
                    newlines: newlines + 1,
                };
            }
            _ => At::Plain,
        };
    }
    End::Open {
        quoted: matches!(at, At::Quoted),
    }
}

fn unquoted(field: &[u8]) -> Vec<u8> {
    let Some(inner) = field.strip_prefix(b"\"") else {
        return field.to_vec();
    };
    let (mut value, mut i) = (Vec::with_capacity(inner.len()), 0);
    while i < inner.len() {
        if inner[i] == b'"' {
            if inner.get(i + 1) != Some(&b'"') {
                // What follows the closing quote belongs to the value, as spreadsheets read it.
                value.extend_from_slice(&inner[i + 1..]);
                break;
            }
            i += 1;
        }
        value.push(inner[i]);
        i += 1;
    }
    value
}

fn fields(record: &[u8]) -> Vec<Vec<u8>> {
    let (mut fields, mut start, mut quoted) = (Vec::new(), 0, record.first() == Some(&b'"'));
    let mut i = start + usize::from(quoted);
    while i < record.len() {
        match record[i] {
            b'"' if quoted && record.get(i + 1) == Some(&b'"') => i += 1,
            b'"' if quoted => quoted = false,
            b'\t' if !quoted => {
                fields.push(unquoted(&record[start..i]));
                start = i + 1;
                quoted = record.get(start) == Some(&b'"');
                i += usize::from(quoted);
            }
            _ => {}
        }
        i += 1;
    }
    fields.push(unquoted(record.get(start..).unwrap_or_default()));
    fields
}

impl Records {
    /// Takes in the next bytes of the file; they may end anywhere, also inside a character.
    pub fn push(&mut self, bytes: &[u8]) {
        self.buffer.drain(..self.start);
        self.start = 0;
        self.buffer.extend_from_slice(bytes);
    }

    /// Says that the file ends here: what is left is its last record.
    pub fn end(&mut self) {
        self.ended = true;
    }

    /// Whether the end was said.
    pub fn has_ended(&self) -> bool {
        self.ended
    }

    fn waiting(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    fn take(&mut self, bytes: usize, newlines: u64) {
        self.start += bytes;
        self.line += newlines;
    }

    fn drop_rest_of_long_line(&mut self) {
        match self.waiting().iter().position(|b| *b == b'\n') {
            Some(end) => {
                self.take(end + 1, 1);
                self.skipping = false;
            }
            None => self.take(self.waiting().len(), 0),
        }
    }

    fn drop_byte_order_mark(&mut self) {
        const MARK: &[u8] = b"\xEF\xBB\xBF";
        if self.waiting().len() >= MARK.len() || self.ended || !MARK.starts_with(self.waiting()) {
            if self.waiting().starts_with(MARK) {
                self.take(MARK.len(), 0);
            }
            self.at_top = false;
        }
    }

    fn broken(&mut self, why: Broken) -> Record {
        let line = self.line;
        match self.waiting().iter().position(|b| *b == b'\n') {
            Some(end) => self.take(end + 1, 1),
            None => {
                self.take(self.waiting().len(), 0);
                self.skipping = true;
            }
        }
        Record {
            line,
            fields: Err(why),
        }
    }
}

impl Iterator for Records {
    type Item = Record;

    /// `None`: push more, or it was the end. Empty lines are no records.
    fn next(&mut self) -> Option<Record> {
        if self.at_top {
            self.drop_byte_order_mark();
        }
        loop {
            if self.skipping {
                self.drop_rest_of_long_line();
            }
            if self.at_top || self.waiting().is_empty() {
                return None;
            }
            match end_of_record(self.waiting()) {
                End::At {
                    content: 0, taken, ..
                } => self.take(taken, 1),
                End::At { content, .. } if content > MAX_RECORD => {
                    return Some(self.broken(Broken::TooLong));
                }
                End::At {
                    content,
                    taken,
                    newlines,
                } => {
                    let record = Record {
                        line: self.line,
                        fields: Ok(fields(&self.waiting()[..content])),
                    };
                    self.take(taken, newlines);
                    return Some(record);
                }
                End::Open { quoted } if self.waiting().len() > MAX_RECORD => {
                    let why = if quoted {
                        Broken::UnclosedQuote
                    } else {
                        Broken::TooLong
                    };
                    return Some(self.broken(why));
                }
                End::Open { .. } if !self.ended => return None,
                End::Open { quoted: true } => return Some(self.broken(Broken::UnclosedQuote)),
                End::Open { quoted: false } => {
                    let rest = self.waiting();
                    let content = rest.strip_suffix(b"\r").unwrap_or(rest);
                    let record = Record {
                        line: self.line,
                        fields: Ok(fields(content)),
                    };
                    let last = content.is_empty();
                    self.take(self.waiting().len(), 0);
                    return (!last).then_some(record);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(bytes: &[u8], step: usize) -> Vec<(u64, Result<Vec<String>, Broken>)> {
        let mut records = Records::default();
        let mut found = Vec::new();
        let text = |r: Record| {
            let strings = |fields: Vec<Vec<u8>>| {
                fields
                    .iter()
                    .map(|f| String::from_utf8_lossy(f).into_owned())
                    .collect()
            };
            (r.line, r.fields.map(strings))
        };
        for chunk in bytes.chunks(step) {
            records.push(chunk);
            found.extend(records.by_ref().map(text));
        }
        records.end();
        found.extend(records.map(text));
        found
    }

    fn row(line: u64, fields: &[&str]) -> (u64, Result<Vec<String>, Broken>) {
        (line, Ok(fields.iter().map(|f| (*f).to_owned()).collect()))
    }

    #[test]
    fn marks_line_ends_and_quotes_are_read_however_the_bytes_are_cut() {
        let file = b"\xEF\xBB\xBFid\ttitle\r\n1\t\"a\t\"\"b\"\"\nc\"\r\n\n2\t\"\"\n3\t\"x\" y";
        let expected = vec![
            row(1, &["id", "title"]),
            row(2, &["1", "a\t\"b\"\nc"]),
            row(5, &["2", ""]),
            row(6, &["3", "x y"]),
        ];
        for step in 1..=file.len() {
            assert_eq!(read(file, step), expected, "in steps of {step}");
        }
    }

    #[test]
    fn a_quote_that_nothing_closes_costs_its_own_line_alone() {
        let file = b"1\t\"open\n2\tfine\n3\tfine\n";
        assert_eq!(
            read(file, 7),
            vec![
                (1, Err(Broken::UnclosedQuote)),
                row(2, &["2", "fine"]),
                row(3, &["3", "fine"])
            ]
        );
    }

    #[test]
    fn a_quote_inside_a_value_is_an_inch_sign() {
        assert_eq!(
            read(b"1\t12\" pan\n2\tb\n", 3),
            vec![row(1, &["1", "12\" pan"]), row(2, &["2", "b"])]
        );
    }

    #[test]
    fn an_endless_line_is_dropped_without_being_kept() {
        let mut records = Records::default();
        for _ in 0..100 {
            records.push(&[b'x'; MAX_RECORD]);
            records.by_ref().for_each(drop);
            assert!(records.waiting().len() <= 2 * MAX_RECORD);
        }
        records.push(b"\n2\tfine\n");
        let after: Vec<_> = records.collect();
        assert_eq!(after.len(), 1);
        assert_eq!(after[0].line, 2);
        assert!(after[0].fields.is_ok());
    }

    proptest! {
        #[test]
        fn any_bytes_are_cut_the_same_in_any_steps(
            bytes in proptest::collection::vec(
                prop_oneof![Just(b'\t'), Just(b'\n'), Just(b'\r'), Just(b'"'), any::<u8>()], 0..200),
            step in 1usize..20,
        ) {
            prop_assert_eq!(read(&bytes, step), read(&bytes, 1000));
        }

        #[test]
        fn what_was_quoted_comes_back(values in proptest::collection::vec("[ -~\t\n\r]{0,12}", 1..6)) {
            let quoted: Vec<_> =
                values.iter().map(|v| format!("\"{}\"", v.replace('"', "\"\""))).collect();
            let file = format!("{}\n", quoted.join("\t"));
            let expected: Vec<_> = values.iter().map(String::as_str).collect();
            prop_assert_eq!(read(file.as_bytes(), 5), vec![row(1, &expected)]);
        }
    }
}
