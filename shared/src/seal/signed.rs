//! Signatures of the store's calls (MONEY 16).

use hmac::{Hmac, KeyInit, Mac, digest::Key};
use sha2::{Digest, Sha256};

/// Whether `signature`, in hex digits, is HMAC-SHA256 of these bytes under one of these keys; told in a time that does not
/// depend on how much of it is right.
pub fn is_signed(keys: &[&str], said: &[&[u8]], signature: &str) -> bool {
    let Some(signature) = unhex(signature) else {
        return false;
    };
    let fits = keys.iter().filter(|key| !key.is_empty()).map(|key| {
        let mut mac = keyed(key.as_bytes());
        said.iter().for_each(|part| mac.update(part));
        mac.verify_slice(&signature).is_ok()
    });
    fits.fold(false, |any, one| any | one)
}

/// HMAC-SHA256 of these bytes under a key, in hex digits: what [`is_signed`] takes.
pub fn sign(key: &str, said: &[&[u8]]) -> String {
    hex(keyed(key.as_bytes()), &said.concat())
}

pub(super) fn keyed(key: &[u8]) -> Hmac<Sha256> {
    // RFC 2104, section 2: a key is filled up with zeros to a block of the hash, and hashed before where it is longer.
    let mut block = Key::<Hmac<Sha256>>::default();
    let hashed = Sha256::digest(key);
    let key = match key.len() > block.len() {
        true => hashed.as_slice(),
        false => key,
    };
    block[..key.len()].copy_from_slice(key);
    Hmac::<Sha256>::new(&block)
}

fn hex(mut mac: Hmac<Sha256>, said: &[u8]) -> String {
    mac.update(said);
    let hash = mac.finalize().into_bytes();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = text.chars().map(|c| c.to_digit(16)).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    let pairs = digits.chunks_exact(2);
    pairs
        .map(|pair| u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit)).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_that_of_rfc_4231_and_of_one_of_the_keys() {
        // RFC 4231, test cases 2 and 6.
        let hash = sign("Jefe", &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(
            hash,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        let said: &[&[u8]] = &[b"what do ya want for nothing?"];
        for (keys, signature, fits) in [
            (&["Jefe"][..], hash.as_str(), true),
            (&["other", "Jefe"], &hash.to_uppercase(), true),
            (&["other"], &hash, false),
            (&["Jefe"], &hash[..62], false),
            (&["Jefe"], "no hex", false),
            (&["Jefe"], "", false),
            (&[""], &sign("", said), false),
        ] {
            assert_eq!(is_signed(keys, said, signature), fits, "{signature}");
        }
        let long = "a".repeat(131);
        assert_eq!(sign(&long, &[b"x"]).len(), 64);
    }
}
