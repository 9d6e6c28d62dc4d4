//! Cuts bytes into the records of a tab-separated file, in constant memory.
//!
//! Not the `csv` crate: a quote that is never closed makes it read the rest of the file as one
//! field, in memory, and lose every line of it. Here such a line is one bad line.

use std::borrow::Cow;

use memchr::{memchr, memchr2};

use super::{
    buffer::{Broken, Buffer, Cut, MAX_RECORD},
    fields::{Field, Values},
};

/// Where a record's end was looked for.
enum End {
    /// The record's bytes without its line end, and with it.
    At { content: usize, taken: usize },
    /// Not among these bytes; whether they end inside a quoted field.
    Open { quoted: bool },
}

fn end_of_record(bytes: &[u8]) -> End {
    let at = |newline: usize| End::At {
        content: newline - usize::from(newline > 0 && bytes[newline - 1] == b'\r'),
        taken: newline + 1,
    };
    match memchr2(b'\n', b'"', bytes) {
        None => End::Open { quoted: false },
        Some(found) if bytes[found] == b'\n' => at(found),
        Some(_) => end_with_quotes(bytes).map_or_else(|quoted| End::Open { quoted }, at),
    }
}

/// Where the first line end outside quotes is; else whether the bytes end inside quotes.
fn end_with_quotes(bytes: &[u8]) -> Result<usize, bool> {
    let (mut start, mut from) = (0, 0);
    loop {
        if bytes.get(start) == Some(&b'"') && from <= start {
            from = start + 1;
            loop {
                let closing = memchr(b'"', &bytes[from..]).ok_or(true)?;
                from += closing + 1;
                if bytes.get(from) != Some(&b'"') {
                    break;
                }
                from += 1;
            }
        }
        let next = memchr2(b'\n', b'\t', &bytes[from..]).ok_or(false)?;
        from += next;
        if bytes[from] == b'\n' {
            return Ok(from);
        }
        from += 1;
        start = from;
    }
}

/// The next record; `None`: more bytes are needed, or it was the end. Empty lines are no records.
pub(super) fn cut(buffer: &mut Buffer) -> Option<Cut> {
    loop {
        buffer.finish_skipping();
        if buffer.waiting().is_empty() {
            return None;
        }
        match end_of_record(buffer.waiting()) {
            End::At { content: 0, taken } => buffer.skip(taken),
            End::At { content, .. } if content > MAX_RECORD => {
                return Some(buffer.skip_line(Broken::TooLong));
            }
            End::At { content, taken } => return Some(buffer.take(content, taken)),
            End::Open { quoted } if buffer.waiting().len() > MAX_RECORD => {
                let why = if quoted {
                    Broken::UnclosedQuote
                } else {
                    Broken::TooLong
                };
                return Some(buffer.skip_line(why));
            }
            End::Open { .. } if !buffer.has_ended() => return None,
            End::Open { quoted: true } => return Some(buffer.skip_line(Broken::UnclosedQuote)),
            End::Open { quoted: false } => {
                let rest = buffer.waiting();
                let content = rest.strip_suffix(b"\r").unwrap_or(rest).len();
                let taken = rest.len();
                if content == 0 {
                    buffer.skip(taken);
                    return None;
                }
                return Some(buffer.take_cut(content, taken));
            }
        }
    }
}

fn unquoted(field: &[u8]) -> Cow<'_, [u8]> {
    let Some(inner) = field.strip_prefix(b"\"") else {
        return Cow::Borrowed(field);
    };
    if let Some(whole) = inner.strip_suffix(b"\"")
        && memchr(b'"', whole).is_none()
    {
        return Cow::Borrowed(whole);
    }
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
    Cow::Owned(value)
}

/// The fields of a record, unquoted.
pub(super) fn fields(record: &[u8]) -> impl Iterator<Item = Cow<'_, [u8]>> {
    let mut rest = Some(record);
    std::iter::from_fn(move || {
        let bytes = rest?;
        let end = match bytes.first() {
            // Up to the tab after the closing quote.
            Some(b'"') => {
                let mut from = 1;
                while let Some(closing) = memchr(b'"', &bytes[from..]) {
                    from += closing + 1;
                    if bytes.get(from) != Some(&b'"') {
                        break;
                    }
                    from += 1;
                }
                memchr(b'\t', &bytes[from..]).map(|tab| from + tab)
            }
            _ => memchr(b'\t', bytes),
        };
        let (field, after) = match end {
            Some(end) => (&bytes[..end], Some(&bytes[end + 1..])),
            None => (bytes, None),
        };
        rest = after;
        Some(unquoted(field))
    })
}

/// Which column is which field.
#[derive(Debug)]
pub(super) struct Columns(Vec<Option<Field>>);

impl Columns {
    /// Reads the header, or says what is wrong with it: the field, or none, and the reason.
    pub(super) fn read(header: &[u8]) -> Result<Self, Vec<(Option<Field>, &'static str)>> {
        let mut problems = Vec::new();
        let mut columns = Vec::new();
        for name in fields(header) {
            let field = Field::named(&String::from_utf8_lossy(&name));
            if field.is_some() && columns.contains(&field) {
                problems.push((field, "two columns have this name"));
            }
            columns.push(field);
        }
        for field in Field::REQUIRED {
            if !columns.contains(&Some(field)) {
                problems.push((Some(field), "no column has this name"));
            }
        }
        if problems.is_empty() {
            Ok(Self(columns))
        } else {
            Err(problems)
        }
    }

    /// The values of a record; an error names how many more there are than columns.
    pub(super) fn values<'r>(&self, record: &'r [u8]) -> (Values<'r>, Result<(), String>) {
        let mut values = Values::default();
        let (mut count, mut surplus) = (0, false);
        for value in fields(record) {
            match self.0.get(count) {
                Some(Some(field)) => values.set(*field, value),
                Some(None) => {}
                None => surplus |= !value.is_empty(),
            }
            count += 1;
        }
        let columns = self.0.len();
        let fits = if surplus {
            Err(format!("has {count} values under {columns} columns"))
        } else {
            Ok(())
        };
        (values, fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// A record's line, and its fields.
    type Row = (u64, Result<Vec<String>, Broken>);

    fn read(bytes: &[u8], step: usize) -> Vec<Row> {
        let (mut buffer, mut found) = (Buffer::default(), Vec::new());
        let strings = |record: &[u8]| {
            let fields = fields(record).map(|f| String::from_utf8_lossy(&f).into_owned());
            fields.collect::<Vec<_>>()
        };
        let mut drain = |buffer: &mut Buffer| {
            while let Some(record) = cut(buffer) {
                let fields = record.content.map(|range| strings(buffer.bytes(range)));
                found.push((record.line, fields));
            }
        };
        for chunk in bytes.chunks(step) {
            buffer.push(chunk);
            drain(&mut buffer);
        }
        buffer.end();
        drain(&mut buffer);
        found
    }

    fn row(line: u64, fields: &[&str]) -> Row {
        (line, Ok(fields.iter().map(|f| (*f).to_owned()).collect()))
    }

    #[test]
    fn line_ends_and_quotes_are_read_however_the_bytes_are_cut() {
        let file = b"id\ttitle\r\n1\t\"a\t\"\"b\"\"\nc\"\r\n\n2\t\"\"\n3\t\"x\" y";
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
        let mut buffer = Buffer::default();
        for _ in 0..100 {
            buffer.push(&[b'x'; MAX_RECORD]);
            while cut(&mut buffer).is_some() {}
            assert!(buffer.waiting().len() <= 2 * MAX_RECORD);
        }
        buffer.push(b"\n2\tfine\n");
        let after = cut(&mut buffer).unwrap();
        assert_eq!((after.line, after.content.is_ok()), (2, true));
        assert!(cut(&mut buffer).is_none());
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
