//! Images that are uploaded.

use image::{ExtendedColorType, ImageEncoder, codecs::jpeg::JpegEncoder, codecs::png::PngEncoder};
use proptest::prelude::*;

use crate::{fuzz, mutated};

const WEBP: [&[u8]; 4] = [
    include_bytes!("../../../../functions/photos/imaging/src/tests/webp/lossy.webp"),
    include_bytes!("../../../../functions/photos/imaging/src/tests/webp/lossless-alpha.webp"),
    include_bytes!("../../../../functions/photos/imaging/src/tests/webp/alpha-gradient.webp"),
    include_bytes!("../../../../functions/photos/imaging/src/tests/webp/animated.webp"),
];
/// EXIF's header and one directory with an orientation, as JPEG and WebP hold it.
const EXIF: &[u8] = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0";

fn samples() -> Vec<Vec<u8>> {
    let (width, height) = (40, 30);
    let pixels: Vec<u8> = (0..width * height * 3)
        .map(|at| (at * 7 % 251) as u8)
        .collect();
    let (mut jpeg, mut png) = (Vec::new(), Vec::new());
    let encoded =
        JpegEncoder::new(&mut jpeg).write_image(&pixels, width, height, ExtendedColorType::Rgb8);
    encoded.expect("a JPEG");
    let encoded =
        PngEncoder::new(&mut png).write_image(&pixels, width, height, ExtendedColorType::Rgb8);
    encoded.expect("a PNG");
    let mut turned = jpeg[..2].to_vec();
    turned.extend(b"\xff\xe1\0\x1e");
    turned.extend(EXIF);
    turned.extend(&jpeg[2..]);
    let mut all = vec![jpeg, turned, png];
    all.extend(WEBP.map(<[u8]>::to_vec));
    all
}

#[test]
fn any_bytes_become_renditions_of_sane_sizes_or_are_refused() {
    let words: Vec<&[u8]> = vec![
        b"\xff\xc2",
        b"\xff\xda",
        b"\xff\xe2\x00\x10ICC_PROFILE\0\x01\x01",
        b"\xff\xff\xff\xff",
        b"\0\0\0\0IEND",
        b"acTL",
        b"iCCP",
        b"ALPH",
        b"ANMF",
        b"VP8X",
        EXIF,
    ];
    let types = proptest::sample::select(vec!["image/jpeg", "image/png", "image/webp"]);
    fuzz(
        &(mutated(samples(), words), types, any::<bool>()),
        |(bytes, other, lies)| {
            let kind = match bytes.first() {
                _ if lies => other,
                Some(0xff) => "image/jpeg",
                Some(b'R') => "image/webp",
                _ => "image/png",
            };
            if let Ok(photo) = imaging::process(&bytes, kind) {
                let pixels = u64::from(photo.width) * u64::from(photo.height);
                assert!((1..=imaging::MAX_PIXELS).contains(&pixels));
                assert!(!photo.renditions.is_empty());
                for rendition in photo.renditions {
                    assert!(rendition.width <= photo.width.min(1_080));
                    assert!(rendition.jpeg.starts_with(b"\xff\xd8\xff"));
                }
            }
        },
    );
}
