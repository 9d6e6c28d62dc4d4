//! WebP files that libwebp's own tools made of one picture, and what damage does to them.

use super::{super::*, files::*};

const SIZE: (u32, u32) = (80, 60);
const LOSSY: &[u8] = include_bytes!("webp/lossy.webp");
const LOSSLESS: &[u8] = include_bytes!("webp/lossless.webp");
const LOSSLESS_ALPHA: &[u8] = include_bytes!("webp/lossless-alpha.webp");
const ANIMATED: &[u8] = include_bytes!("webp/animated.webp");
pub(super) const ALL: [&[u8]; 9] = [
    LOSSY,
    LOSSLESS,
    LOSSLESS_ALPHA,
    ANIMATED,
    include_bytes!("webp/alpha-plain.webp"),
    include_bytes!("webp/alpha-horizontal.webp"),
    include_bytes!("webp/alpha-vertical.webp"),
    include_bytes!("webp/alpha-gradient.webp"),
    include_bytes!("webp/alpha-raw.webp"),
];

/// How much is seen at a point.
type Alpha = fn(u32, u32) -> u8;

fn opaque(_: u32, _: u32) -> u8 {
    255
}

fn across(x: u32, _: u32) -> u8 {
    share(x, SIZE.0)
}

fn down(_: u32, y: u32) -> u8 {
    wild(y)
}

fn both(x: u32, y: u32) -> u8 {
    u8::midpoint(wild(x), wild(y))
}

fn wild(n: u32) -> u8 {
    u8::try_from(n * n * n * 37 % 251).unwrap()
}

/// The picture of all files, over white.
fn over_white(alpha: Alpha) -> Vec<u8> {
    let (width, height) = SIZE;
    let points = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
    let picture = rgb(width, height);
    let pixels = picture.as_chunks::<3>().0.iter().zip(points);
    let seen = pixels.flat_map(|(pixel, (x, y))| {
        pixel.map(|channel| {
            let alpha = f64::from(alpha(x, y)) / 255.0;
            (f64::from(channel) * alpha + 255.0 * (1.0 - alpha)).round() as u8
        })
    });
    seen.collect()
}

/// The decoded pixels, before any rendition.
fn decoded(file: &[u8]) -> Raster {
    webp::decode(file).unwrap().raster
}

/// The file with one more chunk at its end.
pub(super) fn with_chunk(file: &[u8], kind: &[u8; 4], content: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    file.extend(kind);
    file.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
    file.extend(content);
    file.resize(file.len().next_multiple_of(2), 0);
    let length = u32::try_from(file.len() - 8).unwrap();
    file[4..8].copy_from_slice(&length.to_le_bytes());
    file
}

#[test]
fn every_kind_shows_the_picture_over_white() {
    let alphas: [Alpha; 9] = [
        opaque, opaque, across, opaque, across, across, down, both, across,
    ];
    for (number, (file, alpha)) in ALL.into_iter().zip(alphas).enumerate() {
        let processed = process(file, "image/webp").unwrap();
        assert_eq!(processed.renditions.len(), 1);
        if file == ANIMATED {
            continue;
        }
        assert_eq!((processed.width, processed.height), SIZE);
        let difference = difference(decoded(file).bytes(), &over_white(alpha));
        assert!(difference < 3.0, "{number}: {difference}");
    }
}

#[test]
fn of_an_animation_the_first_frame_is_shown_on_its_canvas() {
    let raster = decoded(ANIMATED);
    assert_eq!((raster.width(), raster.height()), (120, 90));
    let frame = over_white(across);
    let (pixels, _) = raster.bytes().as_chunks::<3>();
    for (at, pixel) in pixels.iter().enumerate() {
        let (x, y) = (at % 120, at / 120);
        let expected = match (x.checked_sub(20), y.checked_sub(10)) {
            (Some(x), Some(y)) if x < 80 && y < 60 => &frame[(y * 80 + x) * 3..][..3],
            _ => &[255; 3],
        };
        assert!(difference(pixel, expected) <= 1.0, "{x} {y}: {pixel:?}");
    }
}

#[test]
fn orientation_and_colours_are_read_wherever_they_stand() {
    let alpha = ALL[4];
    let turned = with_chunk(alpha, b"EXIF", &exif(6)[6..]);
    let processed = process(&turned, "image/webp").unwrap();
    assert_eq!((processed.width, processed.height), (60, 80));
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let wide = with_chunk(LOSSLESS, b"ICCP", &profile);
    assert_ne!(
        process(&wide, "image/webp").unwrap(),
        process(LOSSLESS, "image/webp").unwrap()
    );
    let damaged = with_chunk(LOSSLESS, b"ICCP", b"not a profile");
    assert_eq!(
        process(&damaged, "image/webp").unwrap(),
        process(LOSSLESS, "image/webp").unwrap()
    );
}

#[test]
fn a_cut_file_is_truncated_wherever_it_is_cut() {
    for file in ALL {
        for cut in 0..file.len() {
            let refused = process(&file[..cut], "image/webp").unwrap_err();
            assert_eq!(refused, Defect::Truncated, "cut at {cut}");
        }
    }
}

#[test]
fn a_header_that_claims_too_much_is_refused_before_anything_is_decoded() {
    let mut lossless = LOSSLESS.to_vec();
    lossless[21..25].copy_from_slice(&0x0fff_ffff_u32.to_le_bytes());
    let mut canvas = ALL[4].to_vec();
    canvas[24..30].fill(0xff);
    for file in [lossless, canvas] {
        assert_eq!(process(&file, "image/webp"), Err(Defect::TooManyPixels));
    }
}

#[test]
fn what_is_in_a_container_of_the_same_kind_is_no_webp() {
    let mut wave = LOSSY.to_vec();
    wave[8..12].copy_from_slice(b"WAVE");
    assert_eq!(process(&wave, "image/webp"), Err(Defect::TypeMismatch));
    assert_eq!(process(LOSSY, "image/png"), Err(Defect::TypeMismatch));
    assert_eq!(process(&png(9, 9), "image/webp"), Err(Defect::TypeMismatch));
    assert_eq!(
        process(b"RIFF\x04\0\0\0WEBP", "image/webp"),
        Err(Defect::Unreadable)
    );
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(192))]

    #[test]
    fn no_damage_to_a_file_makes_it_panic(
        kind in 0..ALL.len(),
        damage in proptest::collection::vec((0_usize..800, proptest::num::u8::ANY), 1..8),
    ) {
        let mut file = ALL[kind].to_vec();
        for (at, byte) in damage {
            let at = at % file.len();
            file[at] = byte;
        }
        if let Ok(processed) = process(&file, "image/webp") {
            proptest::prop_assert!(!processed.renditions.is_empty());
        }
    }
}
