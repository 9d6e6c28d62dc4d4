//! YAML as it is written: a mapping cut into its entries, which keep their comments and their words.

/// An entry of a block mapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) key: String,
    /// The lines of comment right above it.
    pub(super) comment: String,
    /// Its own lines, that of the key first.
    pub(super) text: String,
}

impl Entry {
    /// What stands below the key, moved to the margin.
    pub(super) fn block(&self) -> String {
        let below = self.text.split_once('\n').map_or("", |(_, below)| below);
        dedent(below)
    }

    /// Comment and lines.
    pub(super) fn whole(&self) -> String {
        format!("{}{}", self.comment, self.text)
    }
}

/// The entries of a block mapping whose keys stand at the margin.
pub(super) fn entries(text: &str) -> Vec<Entry> {
    let mut entries: Vec<Entry> = Vec::new();
    // Whether these belong to the entry above or to the one below, the next line says.
    let mut between: Vec<&str> = Vec::new();
    for line in text.lines() {
        if line.trim().is_empty() || line.starts_with('#') {
            between.push(line);
        } else if line.starts_with([' ', '-'])
            && let Some(entry) = entries.last_mut()
        {
            between.push(line);
            entry.text.extend(between.drain(..).flat_map(with_end));
        } else {
            let key = line.split(':').next().unwrap_or_default();
            between.retain(|line| line.starts_with('#'));
            entries.push(Entry {
                key: key.trim_matches('"').to_owned(),
                comment: between.drain(..).flat_map(with_end).collect(),
                text: with_end(line).concat(),
            });
        }
    }
    entries
}

fn with_end(line: &str) -> [&str; 2] {
    [line, "\n"]
}

/// The block of the entry with this key; nothing where there is none.
pub(super) fn block(entries: &[Entry], key: &str) -> String {
    let entry = entries.iter().find(|entry| entry.key == key);
    entry.map(Entry::block).unwrap_or_default()
}

/// Lays entries over others: each takes the place of the one with its key, or comes after all.
pub(super) fn lay_over(under: &mut Vec<Entry>, over: Vec<Entry>) {
    for entry in over {
        match under.iter_mut().find(|own| own.key == entry.key) {
            Some(own) => *own = entry,
            None => under.push(entry),
        }
    }
}

/// The text with every line this much further in.
pub(super) fn indent(text: &str, by: usize) -> String {
    let margin = " ".repeat(by);
    let lines = text.lines().map(|line| {
        if line.is_empty() {
            "\n".to_owned()
        } else {
            format!("{margin}{line}\n")
        }
    });
    lines.collect()
}

fn dedent(text: &str) -> String {
    let inset = |line: &str| line.len() - line.trim_start().len();
    let written = text.lines().filter(|line| !line.trim().is_empty());
    let by = written.map(inset).min().unwrap_or_default();
    let lines = text.lines();
    lines
        .flat_map(|line| with_end(line.get(by..).unwrap_or_default()))
        .collect()
}

/// Puts values into a frame: `<name>` within a line becomes the value, a line that is nothing else
/// the value's lines, as far in as it stood.
pub(super) fn fill(frame: &str, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    for line in frame.lines() {
        let name = line
            .trim()
            .strip_prefix('<')
            .and_then(|rest| rest.strip_suffix('>'));
        if let Some((_, lines)) = values.iter().find(|(known, _)| Some(*known) == name) {
            filled += &indent(lines, line.len() - line.trim_start().len());
            continue;
        }
        let words = values.iter().fold(line.to_owned(), |line, (name, value)| {
            line.replace(&format!("<{name}>"), value)
        });
        filled.extend(with_end(&words));
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAPPING: &str = "\
# What a table is.
Table:
  Type: T
  # Why.
  Keys:

    - K
# The end of it.

Name: !Sub \"a:b\"
List:
- one
# And two.
- two
";

    #[test]
    fn a_mapping_is_cut_into_entries_that_keep_their_comments() {
        let entries = entries(MAPPING);
        let keys: Vec<_> = entries.iter().map(|entry| entry.key.as_str()).collect();
        assert_eq!(keys, ["Table", "Name", "List"]);
        assert_eq!(entries[0].comment, "# What a table is.\n");
        assert_eq!(entries[0].block(), "Type: T\n# Why.\nKeys:\n\n  - K\n");
        assert_eq!(entries[1].whole(), "# The end of it.\nName: !Sub \"a:b\"\n");
        assert_eq!(entries[1].block(), "");
        assert_eq!(entries[2].block(), "- one\n# And two.\n- two\n");
    }

    #[test]
    fn an_entry_laid_over_another_takes_its_place() {
        let mut under = entries("A: 1\nB: 2\n");
        lay_over(&mut under, entries("C: 4\nA: 3\n"));
        let text: String = under.iter().map(Entry::whole).collect();
        assert_eq!(text, "A: 3\nB: 2\nC: 4\n");
    }

    #[test]
    fn a_frame_takes_words_within_a_line_and_lines_in_the_stead_of_one() {
        let values = [("Name", "Feed"), ("own", "A: 1\nB:\n\n  - 2\n"), ("no", "")];
        assert_eq!(
            fill("<Name>Role:\n  Is: <Name>\n  <own>\n  <no>\n", &values),
            "FeedRole:\n  Is: Feed\n  A: 1\n  B:\n\n    - 2\n"
        );
    }
}
