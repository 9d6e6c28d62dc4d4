//! Image files made on the spot, and what is in a rendition.

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use turbojpeg::{Colorspace, Compressor, Image, PixelFormat, Subsamp};

use super::super::Processed;

/// A smooth picture: red to the right, green downwards, blue in one corner.
pub(super) fn rgb(width: u32, height: u32) -> Vec<u8> {
    let mut pixels = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let corner = if x * 2 > width && y * 2 > height {
                200
            } else {
                20
            };
            pixels.extend([share(x, width), share(y, height), corner]);
        }
    }
    pixels
}

pub(super) fn share(part: u32, whole: u32) -> u8 {
    u8::try_from(part * 255 / whole).unwrap()
}

pub(super) fn jpeg_of(
    pixels: &[u8],
    width: u32,
    height: u32,
    format: PixelFormat,
    progressive: bool,
) -> Vec<u8> {
    let mut compressor = Compressor::new().unwrap();
    compressor.set_quality(95).unwrap();
    let subsamp = if format == PixelFormat::GRAY {
        Subsamp::Gray
    } else {
        Subsamp::None
    };
    compressor.set_subsamp(subsamp).unwrap();
    compressor.set_progressive(progressive).unwrap();
    if format == PixelFormat::CMYK {
        compressor.set_colorspace(Colorspace::CMYK).unwrap();
    }
    let (width, height) = (width as usize, height as usize);
    let pitch = width * format.size();
    compressor
        .compress_to_vec(Image {
            pixels,
            width,
            pitch,
            height,
            format,
        })
        .unwrap()
}

pub(super) fn jpeg(width: u32, height: u32) -> Vec<u8> {
    jpeg_of(&rgb(width, height), width, height, PixelFormat::RGB, false)
}

pub(super) fn png_of(pixels: &[u8], width: u32, height: u32, color: ExtendedColorType) -> Vec<u8> {
    let mut file = Vec::new();
    PngEncoder::new(&mut file)
        .write_image(pixels, width, height, color)
        .unwrap();
    file
}

pub(super) fn png(width: u32, height: u32) -> Vec<u8> {
    png_of(&rgb(width, height), width, height, ExtendedColorType::Rgb8)
}

/// The file with a marker segment after its first two bytes.
pub(super) fn with_segment(jpeg: &[u8], marker: u8, content: &[u8]) -> Vec<u8> {
    let mut file = jpeg[..2].to_vec();
    file.extend([0xff, marker]);
    file.extend(u16::try_from(content.len() + 2).unwrap().to_be_bytes());
    file.extend(content);
    file.extend(&jpeg[2..]);
    file
}

/// An EXIF segment's content: an orientation, and a GPS directory's worth of secrets.
pub(super) fn exif(orientation: u8) -> Vec<u8> {
    let mut block = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    block.extend([orientation, 0, 0]);
    block.extend(b"GPS 52.5200 N 13.4050 E");
    block
}

/// The largest rendition's size and pixels.
pub(super) fn seen(processed: &Processed) -> (u32, u32, Vec<u8>) {
    let largest = processed.renditions.last().unwrap();
    let image = turbojpeg::decompress(&largest.jpeg, PixelFormat::RGB).unwrap();
    (largest.width, largest.height, image.pixels)
}

/// Mean absolute difference a sample, 0 to 255.
pub(super) fn difference(one: &[u8], other: &[u8]) -> f64 {
    assert_eq!(one.len(), other.len());
    let sum: u64 = one
        .iter()
        .zip(other)
        .map(|(a, b)| u64::from(a.abs_diff(*b)))
        .sum();
    sum as f64 / one.len() as f64
}

pub(super) fn sizes(processed: &Processed) -> Vec<(u32, u32)> {
    processed
        .renditions
        .iter()
        .map(|rendition| (rendition.width, rendition.height))
        .collect()
}

/// Marker codes of a file's segments up to its first scan.
pub(super) fn segments(jpeg: &[u8]) -> Vec<u8> {
    let (mut at, mut markers) = (2, Vec::new());
    while jpeg[at + 1] != 0xda {
        markers.push(jpeg[at + 1]);
        at += 2 + usize::from(u16::from_be_bytes([jpeg[at + 2], jpeg[at + 3]]));
    }
    markers
}

/// A zlib stream of stored blocks (RFC 1950, RFC 1951 §3.2.4).
pub(super) fn stored_deflate(bytes: &[u8]) -> Vec<u8> {
    let mut stream = vec![0x78, 0x01];
    let mut blocks = bytes.chunks(60_000).peekable();
    while let Some(block) = blocks.next() {
        let length = u16::try_from(block.len()).unwrap();
        stream.push(u8::from(blocks.peek().is_none()));
        stream.extend(length.to_le_bytes());
        stream.extend((!length).to_le_bytes());
        stream.extend(block);
    }
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    stream.extend((high << 16 | low).to_be_bytes());
    stream
}

/// A zlib stream of about so many zeros: one, and then copies of 258 before (RFC 1951 §3.2.6),
/// thirteen bits each. Its checksum is left out.
pub(super) fn zeros_deflated(length: usize) -> Vec<u8> {
    let mut bits = vec![true, true, false];
    bits.extend([0, 0, 1, 1, 0, 0, 0, 0].map(|bit| bit == 1));
    let copy = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0].map(|bit| bit == 1);
    // Eight copies are whole bytes; the stream has no end.
    let mut stream = vec![0x78, 0x01];
    let (head, rest) = (bits.len(), length / 258 / 8);
    bits.extend(copy.repeat(8));
    let byte = |bits: &[bool]| {
        bits.iter()
            .rev()
            .fold(0_u8, |byte, bit| byte << 1 | u8::from(*bit))
    };
    // After the first byte the pattern of thirteen bytes is the same for ever.
    stream.push(byte(&bits[..8]));
    let cycle: Vec<bool> = bits[8..head]
        .iter()
        .copied()
        .chain(copy.repeat(16))
        .collect();
    let first: Vec<u8> = cycle[..13 * 8].chunks(8).map(byte).collect();
    let next: Vec<u8> = cycle[13 * 8..26 * 8].chunks(8).map(byte).collect();
    stream.extend(first);
    for _ in 0..rest {
        stream.extend(&next);
    }
    stream
}

/// A chunk with its checksum (PNG annex D).
pub(super) fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    let mut crc = u32::MAX;
    for byte in kind.iter().chain(content) {
        crc ^= u32::from(*byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 {
                crc >> 1 ^ 0xedb8_8320
            } else {
                crc >> 1
            };
        }
    }
    file.extend(u32::try_from(content.len()).unwrap().to_be_bytes());
    file.extend(kind);
    file.extend(content);
    file.extend((!crc).to_be_bytes());
}
