//! Addresses of the web as answers tell them.

use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};

/// What no URI holds as it is; brackets, which stand around an IPv6 host alone, apart.
const NEVER: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'<')
    .add(b'>')
    .add(b'\\')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}');

/// What no URI holds after its host.
const AFTER_HOST: &AsciiSet = &NEVER.add(b'[').add(b']');

/// The address with whatever browsers take and RFC 3986 does not escaped: typed clients refuse an
/// answer with such a one.
pub(super) fn uri(address: &str) -> String {
    let host = address.find("://").map_or(0, |scheme| scheme + 3);
    let rest = address[host..].find(['/', '?', '#']);
    let (host, rest) = address.split_at(rest.map_or(address.len(), |rest| host + rest));
    let mut uri = utf8_percent_encode(host, NEVER).to_string();
    let (rest, fragment) = match rest.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (rest, None),
    };
    escape(rest, &mut uri);
    if let Some(fragment) = fragment {
        uri.push('#');
        escape(&fragment.replace('#', "%23"), &mut uri);
    }
    uri
}

/// Adds a part; what is escaped already stays, a lone percent sign does not.
fn escape(part: &str, uri: &mut String) {
    for (index, piece) in part.split('%').enumerate() {
        if index > 0 {
            let digits = piece.bytes().take(2).filter(u8::is_ascii_hexdigit).count();
            uri.push_str(if digits == 2 { "%" } else { "%25" });
        }
        uri.extend(utf8_percent_encode(piece, AFTER_HOST));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_uri_holds_is_escaped_and_nothing_else() {
        for (address, told) in [
            (
                "https://shop.example/a%20b?x=1&y=(2)#top",
                "https://shop.example/a%20b?x=1&y=(2)#top",
            ),
            ("https://[::1]:8/a[1]", "https://[::1]:8/a%5B1%5D"),
            (
                "https://shop.example/100%?a=b|c {d}",
                "https://shop.example/100%25?a=b%7Cc%20%7Bd%7D",
            ),
            (
                "https://shop.example/größe",
                "https://shop.example/gr%C3%B6%C3%9Fe",
            ),
            ("https://shop.example#a#b", "https://shop.example#a%23b"),
            ("https://shop.example", "https://shop.example"),
        ] {
            assert_eq!(uri(address), told);
            assert_eq!(uri(told), told);
        }
    }
}
