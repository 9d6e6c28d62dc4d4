//! Codes of tracked links, and ids of clicks (MONEY 11, 15): the same of the same, and of nobody else.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM_SIV, Aad, LessSafeKey, Nonce, UnboundKey};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::money::links::{ClickId, Link};
use sha2::{Digest, Sha256};

/// What a key seals: each opens as itself alone.
#[derive(Debug, Clone, Copy)]
enum Purpose {
    Link = 1,
    Click = 2,
}

/// Deterministic authenticated encryption (RFC 8452) under one secret; what was sealed under the secrets beside it opens too.
///
/// The nonce is always the same. That tells whether two texts are the same, which is wanted here, and nothing else.
pub struct LinkSeal(Vec<Keyed>);

struct Keyed {
    /// What tells the keys apart: a code names it.
    number: u8,
    key: LessSafeKey,
}

impl fmt::Debug for LinkSeal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkSeal")
    }
}

impl LinkSeal {
    /// The seal of a secret of any length; of several, parted by commas, the first seals.
    pub fn new(secrets: &str) -> Self {
        Self(secrets.split(',').filter_map(keyed).collect())
    }

    /// The code of a link; `None` where there is no key.
    pub fn code(&self, link: &Link) -> Option<String> {
        self.seal(Purpose::Link, link.to_bytes())
    }

    /// The link of a code; `None` of anything else whatever.
    pub fn link(&self, code: &str) -> Option<Link> {
        Link::from_bytes(&self.open(Purpose::Link, code)?)
    }

    /// What a click is called by outside; `None` where there is no key.
    pub fn click_id(&self, click: ClickId) -> Option<String> {
        self.seal(Purpose::Click, click.to_bytes())
    }

    /// The click that is called so; `None` where none is.
    pub fn click(&self, id: &str) -> Option<ClickId> {
        ClickId::from_bytes(&self.open(Purpose::Click, id)?)
    }

    fn seal(&self, purpose: Purpose, mut bytes: Vec<u8>) -> Option<String> {
        let Keyed { number, key } = self.0.first()?;
        let aad = Aad::from([purpose as u8, *number]);
        key.seal_in_place_append_tag(nonce(), aad, &mut bytes)
            .ok()?;
        let sealed = std::iter::once(*number).chain(bytes);
        Some(URL_SAFE_NO_PAD.encode(sealed.collect::<Vec<_>>()))
    }

    fn open(&self, purpose: Purpose, text: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        let (number, sealed) = bytes.split_first()?;
        let named = self.0.iter().filter(|keyed| keyed.number == *number);
        let open = |keyed: &Keyed| {
            let mut sealed = sealed.to_vec();
            let aad = Aad::from([purpose as u8, *number]);
            let opened = keyed.key.open_in_place(nonce(), aad, &mut sealed).ok()?;
            Some(opened.to_vec())
        };
        named.into_iter().find_map(open)
    }
}

fn nonce() -> Nonce {
    Nonce::assume_unique_for_key([0; 12])
}

fn keyed(secret: &str) -> Option<Keyed> {
    if secret.is_empty() {
        return None;
    }
    let hash = Sha256::new_with_prefix(b"spark links v1\0")
        .chain_update(secret)
        .finalize();
    let number = Sha256::digest(hash);
    let key = UnboundKey::new(&AES_256_GCM_SIV, &hash).ok()?;
    Some(Keyed {
        number: number.first().copied()?,
        key: LessSafeKey::new(key),
    })
}

#[cfg(test)]
mod tests {
    use domain::{
        ids::{PostId, ProductId},
        money::{Account, Source, links::Visitor},
    };
    use jiff::Timestamp;
    use ulid::Ulid;

    use super::*;

    fn link(product: &str) -> Link {
        Link {
            source: Source::Post(PostId(Ulid(7))),
            product: ProductId::parse(product).unwrap(),
            account: Account::of_random(9),
            tagged_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn the_same_link_has_the_same_code_and_a_code_that_is_changed_anywhere_opens_as_nothing() {
        let seal = LinkSeal::new("secret");
        let code = seal.code(&link("SPK-1")).unwrap();
        assert_eq!(seal.code(&link("SPK-1")), Some(code.clone()));
        assert_ne!(seal.code(&link("SPK-2")), Some(code.clone()));
        assert_eq!(seal.link(&code), Some(link("SPK-1")));
        let bytes = URL_SAFE_NO_PAD.decode(&code).unwrap();
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut forged = bytes.clone();
                forged[place] ^= 1 << bit;
                assert_eq!(seal.link(&URL_SAFE_NO_PAD.encode(forged)), None, "{place}");
            }
        }
        for cut in 0..code.len() {
            assert_eq!(seal.link(&code[..cut]), None, "{cut}");
        }
        assert_eq!(seal.link(&format!("{code}A")), None);
        assert_eq!(seal.link(&format!("{code}=")), None);
        assert_eq!(LinkSeal::new("other").link(&code), None);
        assert_eq!(LinkSeal::new("").code(&link("SPK-1")), None);
    }

    #[test]
    fn a_clicks_id_is_no_code_and_opens_as_itself() {
        let seal = LinkSeal::new("secret");
        let click = ClickId {
            visitor: Visitor([3; 16]),
            click: Ulid(5),
        };
        let id = seal.click_id(click).unwrap();
        assert_eq!(seal.click(&id), Some(click));
        assert_eq!(seal.link(&id), None);
        assert_eq!(seal.click(&seal.code(&link("SPK-1")).unwrap()), None);
    }

    #[test]
    fn a_code_outlives_the_change_of_the_key_as_long_as_the_old_one_is_known() {
        let code = LinkSeal::new("old").code(&link("SPK-1")).unwrap();
        let both = LinkSeal::new("new,old");
        assert_eq!(both.link(&code), Some(link("SPK-1")));
        assert_ne!(both.code(&link("SPK-1")), Some(code.clone()));
        assert_eq!(LinkSeal::new("new").link(&code), None);
    }
}
