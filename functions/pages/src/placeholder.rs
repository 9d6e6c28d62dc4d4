//! What stands where a photo will be: its thumbhash as a picture of a few pixels, which browsers draw large and soft.
//!
//! <https://evanw.github.io/thumbhash/> says how a hash is made; it is read here at the size that is wanted, which costs a
//! fiftieth of reading it whole.

use std::f32::consts::PI;

use base64::{
    Engine,
    engine::general_purpose::{STANDARD, STANDARD_NO_PAD},
};
use flate2::Crc;

/// The shorter side has so many pixels,
const SHORT: usize = 3;
/// and the longer at most so many.
const LONG: usize = 6;
/// Of colours a hash holds so many waves each way.
const COLOUR: usize = 3;

/// A picture of that shape (its width by its height) as an address that holds it; `None` for what is no hash.
pub(crate) fn address(hash: &str, ratio: f32) -> Option<String> {
    let hash = STANDARD_NO_PAD.decode(hash.trim_end_matches('=')).ok()?;
    let side = |by: f32| {
        (1..LONG)
            .take_while(|n| (*n as f32) < SHORT as f32 * by)
            .count()
            + 1
    };
    let (width, height) = match ratio >= 1.0 {
        true => (side(ratio).max(SHORT), SHORT),
        false => (SHORT, side(1.0 / ratio.max(0.1)).max(SHORT)),
    };
    let pixels = Hash::read(&hash)?.pixels(width, height);
    Some(format!(
        "data:image/png;base64,{}",
        STANDARD.encode(png(width, height, &pixels))
    ))
}

/// The waves of one channel.
struct Waves {
    mean: f32,
    across: usize,
    down: usize,
    /// Row by row, save the mean.
    height: Vec<f32>,
}

/// What a hash says: lightness, yellow against blue, red against green.
struct Hash {
    light: Waves,
    yellow: Waves,
    red: Waves,
}

impl Hash {
    fn read(hash: &[u8]) -> Option<Self> {
        let head = hash.first_chunk::<5>()?;
        let [a, b, c, d, e] = head.map(u32::from);
        let (head, tail) = (a | b << 8 | c << 16, d | e << 8);
        let part = |from: u32, shift: u32, most: u32| ((from >> shift) & most) as f32;
        let (alpha, wide) = (head >> 23 == 1, tail >> 15 == 1);
        let long = if alpha { 5 } else { 7 };
        let short = usize::try_from(tail & 7).ok()?.max(COLOUR);
        let (across, down) = if wide { (long, short) } else { (short, long) };
        let mut nibbles = hash
            .get(if alpha { 6 } else { 5 }..)?
            .iter()
            .flat_map(|byte| [byte & 15, byte >> 4]);
        let mut waves = |mean: f32, across: usize, down: usize, scale: f32| {
            let many = (0..down).map(|row| {
                let first = usize::from(row == 0);
                (first..)
                    .take_while(|at| at * down < across * (down - row))
                    .count()
            });
            let height = nibbles.by_ref().take(many.sum());
            let height = height.map(|nibble| (f32::from(nibble) / 7.5 - 1.0) * scale);
            Waves {
                mean,
                across,
                down,
                height: height.collect(),
            }
        };
        let colour = |shift| part(head, shift, 63) / 31.5 - 1.0;
        let scale = |shift| part(tail, shift, 63) / 63.0 * 1.25;
        Some(Self {
            light: waves(
                part(head, 0, 63) / 63.0,
                across,
                down,
                part(head, 18, 31) / 31.0,
            ),
            yellow: waves(colour(6), COLOUR, COLOUR, scale(3)),
            red: waves(colour(12), COLOUR, COLOUR, scale(9)),
        })
    }

    /// Red, green and blue of each pixel, row by row.
    fn pixels(&self, width: usize, height: usize) -> Vec<u8> {
        let mut pixels = Vec::with_capacity(width * height * 3);
        for row in 0..height {
            for column in 0..width {
                let at = |place: usize, of: usize| PI * (place as f32 + 0.5) / of as f32;
                let (x, y) = (at(column, width), at(row, height));
                let (l, p, q) = (self.light.at(x, y), self.yellow.at(x, y), self.red.at(x, y));
                let blue = l - 2.0 / 3.0 * p;
                let red = (3.0 * l - blue + q) / 2.0;
                // A cast from a float keeps within the byte.
                pixels.extend([red, red - q, blue].map(|part| (part * 255.0) as u8));
            }
        }
        pixels
    }
}

impl Waves {
    fn at(&self, x: f32, y: f32) -> f32 {
        let mut heights = self.height.iter();
        let mut sum = self.mean;
        for row in 0..self.down {
            let across = usize::from(row == 0)..;
            let across = across.take_while(|at| at * self.down < self.across * (self.down - row));
            let down = (y * row as f32).cos() * 2.0;
            for (column, height) in across.zip(heights.by_ref()) {
                sum += height * (x * column as f32).cos() * down;
            }
        }
        sum
    }
}

/// Pixels as a PNG, not compressed: so few do not gain by it.
fn png(width: usize, height: usize, pixels: &[u8]) -> Vec<u8> {
    let mut raw = Vec::with_capacity(pixels.len() + height);
    for row in pixels.chunks(width * 3) {
        raw.push(0);
        raw.extend(row);
    }
    // One block of deflate, stored, within zlib's head and sum.
    let length = u16::try_from(raw.len()).unwrap_or_default();
    let mut packed = vec![0x78, 0x01, 0x01];
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend(&raw);
    packed.extend(adler32(&raw).to_be_bytes());
    let side = |side: usize| u32::try_from(side).unwrap_or_default().to_be_bytes();
    let mut head = Vec::from(side(width));
    head.extend(side(height));
    // Eight bits, true colour, nothing interlaced.
    head.extend([8, 2, 0, 0, 0]);
    let mut png = Vec::from(*b"\x89PNG\r\n\x1a\n");
    for (kind, body) in [(b"IHDR", head), (b"IDAT", packed), (b"IEND", Vec::new())] {
        png.extend(side(body.len()));
        let mut crc = Crc::new();
        crc.update(kind);
        crc.update(&body);
        png.extend(kind);
        png.extend(body);
        png.extend(crc.sum().to_be_bytes());
    }
    png
}

/// RFC 1950, section 9.
fn adler32(bytes: &[u8]) -> u32 {
    let (a, b) = bytes.iter().fold((1_u32, 0_u32), |(a, b), byte| {
        let a = (a + u32::from(*byte)) % 65_521;
        (a, (b + a) % 65_521)
    });
    b << 16 | a
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "1QcSHQRnh493V4dIh4eXh1h4kJUI";

    #[test]
    fn a_placeholder_is_short_and_a_png_of_the_photos_shape() {
        for (ratio, shape) in [
            (1.5, (5, 3)),
            (0.66, (3, 5)),
            (1.0, (3, 3)),
            (9.0, (6, 3)),
            (0.01, (3, 6)),
        ] {
            let address = address(HASH, ratio).unwrap();
            assert!(address.len() < 300, "{} at {ratio}", address.len());
            let png = STANDARD.decode(address.split(',').nth(1).unwrap()).unwrap();
            let side = |at: usize| png[at + 3];
            assert_eq!(
                (&png[..4], side(16), side(20)),
                (&b"\x89PNG"[..], shape.0, shape.1)
            );
        }
    }

    #[test]
    fn it_has_the_colours_that_the_whole_of_the_hash_has() {
        let hash = STANDARD_NO_PAD.decode(HASH).unwrap();
        let (width, height, whole) = thumbhash::thumb_hash_to_rgba(&hash).unwrap();
        let read = Hash::read(&hash).unwrap().pixels(width, height);
        for (read, whole) in read.chunks(3).zip(whole.chunks(4)) {
            for (read, whole) in read.iter().zip(whole) {
                assert!(read.abs_diff(*whole) <= 1, "{read} for {whole}");
            }
        }
    }

    #[test]
    fn what_is_no_hash_has_no_placeholder() {
        for none in ["", "A", "!!", "AAAA"] {
            assert_eq!(address(none, 1.5), None);
        }
    }
}
