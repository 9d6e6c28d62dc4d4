//! Cuts bytes into the records of a tab-separated file, in constant memory.
//!
//! Not the `csv` crate: a quote that is never closed makes it read the rest of the file as one
//! field, in memory, and lose every line of it. Here such a line is one bad line: a record that
//! goes over several lines is one only where it turns out to be good.

mod columns;

use memchr::{memchr, memchr_iter, memchr2};

use super::buffer::{Broken, Buffer, Cut, MAX_RECORD};

pub(super) use columns::Columns;

/// The front of some bytes: a record without its line end, and with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Extent {
    pub content: usize,
    pub taken: usize,
}

impl Extent {
    /// Up to the line end at `end`, or to the end of all bytes.
    fn up_to(bytes: &[u8], end: usize) -> Self {
        let line = &bytes[..end];
        let returns = line.iter().rev().take_while(|byte| **byte == b'\r');
        Self {
            content: end - returns.count(),
            taken: bytes.len().min(end + 1),
        }
    }
}

/// What comes next in a file.
#[derive(Debug)]
pub(super) enum Next {
    /// A line, or why it is none.
    Line(Cut),
    /// A line that opens a quote and does not close it, and the lines up to the closing one, if
    /// they can be a record.
    Lines { first: Extent, all: Option<Extent> },
}

/// Where a record that goes over line ends is looked for.
enum Search {
    /// It goes so far.
    Found(Extent),
    /// There is none.
    Nowhere,
    /// It goes on after these bytes.
    Open,
}

/// The next record of a file of so many columns; `None`: more bytes are needed, or it was the end.
/// Blank lines are no records.
pub(super) fn next(buffer: &mut Buffer, columns: usize) -> Option<Next> {
    loop {
        buffer.finish_skipping();
        let ended = buffer.has_ended();
        let waiting = buffer.waiting();
        let found = memchr2(b'\n', b'"', waiting);
        let quoted = found.is_some_and(|at| waiting[at] == b'"');
        let newline = match found.filter(|_| quoted) {
            Some(quote) => memchr(b'\n', &waiting[quote..]).map(|end| quote + end),
            None => found,
        };
        let first = match newline {
            Some(end) => Extent::up_to(waiting, end),
            None if waiting.is_empty() => return None,
            None if ended => Extent::up_to(waiting, waiting.len()),
            None if waiting.len() > MAX_RECORD => {
                return Some(Next::Line(buffer.skip_line(Broken::TooLong)));
            }
            None => return None,
        };
        if first.content > MAX_RECORD {
            return Some(Next::Line(buffer.skip_line(Broken::TooLong)));
        }
        let line = &waiting[..first.content];
        if line.trim_ascii().is_empty() {
            buffer.skip(first.taken);
            continue;
        }
        let open = if quoted { open_value(line) } else { None };
        let all = match open {
            None => {
                let cut = buffer.take(first.content, first.taken);
                let open = newline.is_none();
                return Some(Next::Line(Cut { open, ..cut }));
            }
            Some((index, start)) => over_lines(waiting, index, start, columns, ended),
        };
        let all = match all {
            Search::Found(all) => Some(all).filter(|all| all.content <= MAX_RECORD),
            Search::Open if !ended && waiting.len() <= MAX_RECORD => return None,
            Search::Open | Search::Nowhere => None,
        };
        return Some(Next::Lines { first, all });
    }
}

/// Passes over the blank lines before the first that is not.
pub(super) fn skip_blank_lines(buffer: &mut Buffer) {
    while let Some(end) = memchr(b'\n', buffer.waiting())
        && end <= MAX_RECORD
        && buffer.waiting()[..end].trim_ascii().is_empty()
    {
        buffer.skip(end + 1);
    }
}

/// Whether the first line of some bytes ends with a carriage return alone, as far as they tell.
pub(super) fn has_returns_alone(bytes: &[u8]) -> bool {
    let first = memchr2(b'\r', b'\n', bytes).unwrap_or(bytes.len());
    let after = bytes[first..].iter().find(|byte| **byte != b'\r');
    bytes.get(first) == Some(&b'\r') && after.is_some_and(|byte| *byte != b'\n')
}

/// The next line by itself, whatever its quotes.
pub(super) fn next_line(buffer: &mut Buffer) -> Option<Cut> {
    match next(buffer, 0)? {
        Next::Line(line) => Some(line),
        Next::Lines { first, .. } => Some(Cut {
            content: Err(Broken::UnclosedQuote),
            ..buffer.take(first.content, first.taken)
        }),
    }
}

/// Where the quote after the opening one at `start` closes the value; what follows there is at the
/// place given.
fn closing(bytes: &[u8], start: usize) -> Option<usize> {
    let mut from = start + 1;
    loop {
        from += memchr(b'"', bytes.get(from..)?)? + 1;
        if bytes.get(from) != Some(&b'"') {
            return Some(from);
        }
        from += 1;
    }
}

/// Which value of a line opens with a quote that the line does not close, and where.
fn open_value(line: &[u8]) -> Option<(usize, usize)> {
    let (mut index, mut start) = (0, 0);
    loop {
        let from = match line.get(start) {
            Some(b'"') => match closing(line, start) {
                Some(after) => after,
                None => return Some((index, start)),
            },
            _ => start,
        };
        start = from + memchr(b'\t', &line[from..])? + 1;
        index += 1;
    }
}

/// Where the record ends whose value at `start` goes over line ends: each value that is quoted must
/// be closed in front of a tab or a line end and hold fewer tabs than a record does, and there are
/// no more values than columns.
fn over_lines(
    bytes: &[u8],
    mut index: usize,
    mut start: usize,
    columns: usize,
    ended: bool,
) -> Search {
    loop {
        if index >= columns {
            return Search::Nowhere;
        }
        if bytes.get(start) == Some(&b'"') {
            let closed = closing(bytes, start);
            let value = &bytes[start..closed.unwrap_or(bytes.len())];
            if memchr_iter(b'\t', value).count() + 1 >= columns {
                return Search::Nowhere;
            }
            let Some(after) = closed else {
                return Search::Open;
            };
            let returns = bytes[after..].iter().take_while(|byte| **byte == b'\r');
            let end = after + returns.count();
            match bytes.get(end) {
                Some(b'\t') if end == after => start = after + 1,
                Some(b'\n') => return Search::Found(Extent::up_to(bytes, end)),
                Some(_) => return Search::Nowhere,
                None if ended => return Search::Found(Extent::up_to(bytes, end)),
                None => return Search::Open,
            }
        } else {
            match memchr2(b'\t', b'\n', bytes.get(start..).unwrap_or_default()) {
                Some(end) if bytes[start + end] == b'\t' => start += end + 1,
                Some(end) => return Search::Found(Extent::up_to(bytes, start + end)),
                None if ended => return Search::Found(Extent::up_to(bytes, bytes.len())),
                None => return Search::Open,
            }
        }
        index += 1;
    }
}

/// Takes a record out of the bytes.
pub(super) fn take(buffer: &mut Buffer, extent: Extent) -> Cut {
    let cut = buffer.take(extent.content, extent.taken);
    let open = buffer.bytes(cut.taken.clone()).last() != Some(&b'\n');
    Cut { open, ..cut }
}

#[cfg(test)]
mod tests {
    use super::{columns::fields, *};
    use proptest::prelude::*;

    /// A record's line, and its fields.
    type Row = (u64, Result<Vec<String>, Broken>);

    /// The records of a file of so many columns, of which those over several lines are good.
    fn read(bytes: &[u8], columns: usize, step: usize) -> Vec<Row> {
        let (mut buffer, mut found) = (Buffer::default(), Vec::new());
        let strings = |record: &[u8]| {
            let fields = fields(record).map(|f| String::from_utf8_lossy(&f).into_owned());
            fields.collect::<Vec<_>>()
        };
        let mut drain = |buffer: &mut Buffer| {
            while let Some(next) = next(buffer, columns) {
                let cut = match next {
                    Next::Line(cut) => cut,
                    Next::Lines { all: Some(all), .. } => take(buffer, all),
                    Next::Lines { first, all: None } => Cut {
                        content: Err(Broken::UnclosedQuote),
                        ..take(buffer, first)
                    },
                };
                let fields = cut.content.map(|range| strings(buffer.bytes(range)));
                found.push((cut.line, fields));
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
        let file =
            b"id\ttitle\r\n1\t\"a \"\"b\"\"\nc\"\r\r\n\n2\t\"\"\n3\t\"x\" y\n\t \n\"4\t\"\tz";
        let expected = vec![
            row(1, &["id", "title"]),
            row(2, &["1", "a \"b\"\nc"]),
            row(5, &["2", ""]),
            row(6, &["3", "x y"]),
            row(8, &["4\t", "z"]),
        ];
        for step in 1..=file.len() {
            assert_eq!(read(file, 2, step), expected, "in steps of {step}");
        }
    }

    #[test]
    fn a_quote_that_nothing_closes_into_a_record_costs_its_own_line_alone() {
        for later in [
            "2\tfine\tx\n",
            "2\t\"fine\"\tx\n",
            "2\t\"fine\" it is\tx\n",
            "\"2\"\tfine\t\"x\"\n",
            "2\tfine 12\"\tx\n",
        ] {
            let file = format!("1\t\"open\tx\n{later}3\tfine\tx\n");
            let found = read(file.as_bytes(), 3, 7);
            assert_eq!(found[0], (1, Err(Broken::UnclosedQuote)), "{later}");
            assert_eq!(found[1..].len(), 2, "{later}");
            assert!(found.iter().skip(1).all(|(_, row)| row.is_ok()), "{later}");
        }
    }

    #[test]
    fn a_quote_inside_a_value_is_an_inch_sign() {
        assert_eq!(
            read(b"1\t12\" pan\n2\tb\n", 2, 3),
            vec![row(1, &["1", "12\" pan"]), row(2, &["2", "b"])]
        );
    }

    #[test]
    fn an_endless_line_is_dropped_without_being_kept() {
        let mut buffer = Buffer::default();
        for _ in 0..100 {
            buffer.push(&[b'x'; MAX_RECORD]);
            while next(&mut buffer, 2).is_some() {}
            assert!(buffer.waiting().len() <= 2 * MAX_RECORD);
        }
        buffer.push(b"\n2\tfine\n");
        let Some(Next::Line(after)) = next(&mut buffer, 2) else {
            panic!("a line")
        };
        assert_eq!((after.line, after.content.is_ok()), (2, true));
        assert!(next(&mut buffer, 2).is_none());
    }

    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let odd = proptest::sample::select(&b"\t\n\r\"x"[..]);
        let byte = prop_oneof![odd, any::<u8>()];
        proptest::collection::vec(byte, 0..200)
    }

    proptest! {
        #[test]
        fn any_bytes_are_cut_the_same_in_any_steps(
            bytes in bytes(), columns in 1usize..8, step in 1usize..20,
        ) {
            prop_assert_eq!(read(&bytes, columns, step), read(&bytes, columns, 1000));
        }

        #[test]
        fn what_was_quoted_comes_back(values in proptest::collection::vec("[ -~\n\r]{0,12}", 2..6)) {
            prop_assume!(values.iter().any(|value| !value.trim().is_empty()));
            let quoted: Vec<_> =
                values.iter().map(|v| format!("\"{}\"", v.replace('"', "\"\""))).collect();
            let file = format!("{}\n", quoted.join("\t"));
            let expected: Vec<_> = values.iter().map(String::as_str).collect();
            prop_assert_eq!(read(file.as_bytes(), values.len(), 5), vec![row(1, &expected)]);
        }
    }
}
