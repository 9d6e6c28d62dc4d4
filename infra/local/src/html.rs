//! Text in the pages that the local cloud shows.

/// A text as it can stand in HTML, in an attribute too.
pub(crate) fn escaped(text: &str) -> String {
    let pairs = [
        ('&', "&amp;"),
        ('<', "&lt;"),
        ('>', "&gt;"),
        ('"', "&quot;"),
        ('\'', "&#39;"),
    ];
    let escape = |c: char| {
        let found = pairs.iter().find(|(plain, _)| *plain == c);
        found.map_or_else(|| c.to_string(), |(_, escaped)| (*escaped).to_owned())
    };
    text.chars().map(escape).collect()
}
