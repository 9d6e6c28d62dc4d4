//! What somebody wrote, cut where something is marked in it.

use shared::views::EntityView;

use crate::site::Here;

/// A piece of a text; with an address it is a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Piece {
    pub text: String,
    pub href: Option<String>,
    pub rel: Option<&'static str>,
}

/// Links of people say nothing for us (PAGES 2.9).
const THEIRS: &str = "nofollow ugc noopener";

/// A text with its marks as links, as they lead from here.
pub(crate) fn pieces(text: &str, entities: &[EntityView], here: &Here<'_>) -> Vec<Piece> {
    let ends: Vec<usize> = text
        .char_indices()
        .map(|(at, _)| at)
        .chain([text.len()])
        .collect();
    let cut = |start: usize, end: usize| {
        let bytes = ends.get(start).zip(ends.get(end));
        bytes.and_then(|(start, end)| text.get(*start..*end))
    };
    let mut pieces = Vec::new();
    let plain = |start, end| {
        let text = cut(start, end).filter(|text| !text.is_empty())?;
        Some(Piece {
            text: text.to_owned(),
            href: None,
            rel: None,
        })
    };
    let mut read = 0;
    for entity in entities {
        let (start, end, href, rel) = match entity {
            EntityView::Hashtag { start, end, tag } => {
                (*start, *end, here.search(tag), Some("nofollow"))
            }
            EntityView::Mention { start, end, handle } => {
                (*start, *end, here.to(&format!("/@{handle}")), None)
            }
            EntityView::Url { start, end, url } => (*start, *end, url.clone(), Some(THEIRS)),
        };
        let Some(marked) = cut(start, end).filter(|_| start >= read) else {
            continue;
        };
        pieces.extend(plain(read, start));
        pieces.push(Piece {
            text: marked.to_owned(),
            href: Some(href),
            rel,
        });
        read = end;
    }
    pieces.extend(plain(read, ends.len() - 1));
    pieces
}

/// The beginning of a text in one line, at most so many characters of it, cut between words where it can be.
pub(crate) fn beginning(text: &str, most: usize) -> String {
    let mut line = String::new();
    let mut length = 0;
    for word in text.split_whitespace() {
        let more = word.chars().count() + usize::from(length > 0);
        if length + more > most {
            if length == 0 {
                line.extend(word.chars().take(most.saturating_sub(1)));
            }
            line.push('…');
            return line;
        }
        if length > 0 {
            line.push(' ');
        }
        line.push_str(word);
        length += more;
    }
    line
}

/// The first letter of a name, for what has no picture.
pub(crate) fn letter(name: &str) -> String {
    let letter = name.chars().find(|c| c.is_alphanumeric());
    letter.map_or_else(|| "·".to_owned(), |letter| letter.to_uppercase().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_between_words_and_never_longer_than_asked() {
        assert_eq!(beginning("one  two\nthree", 13), "one two three");
        assert_eq!(beginning("one two three", 9), "one two…");
        assert_eq!(beginning("一二三四五六", 4), "一二三…");
        assert_eq!(beginning("", 4), "");
    }

    #[test]
    fn what_has_no_picture_has_a_letter() {
        assert_eq!(
            (letter("\u{202e}(ana)"), letter("张三"), letter("!")),
            ("A".into(), "张".into(), "·".into())
        );
    }
}
