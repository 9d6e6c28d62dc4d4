//! What a PNG says of its colours, and which of it counts.

use super::{super::*, files::*, odd::png_with};

/// The mean of the first pixels of a PNG of one colour, with these chunks.
fn shown(color: [u8; 3], chunks: &[(&[u8; 4], &[u8])]) -> [u8; 3] {
    let file = with_chunks(
        &color.repeat(64 * 64),
        image::ExtendedColorType::Rgb8,
        chunks,
    );
    pixel(&file)
}

fn shown_gray(gray: u8, chunks: &[(&[u8; 4], &[u8])]) -> [u8; 3] {
    let file = with_chunks(&[gray; 64 * 64], image::ExtendedColorType::L8, chunks);
    pixel(&file)
}

fn with_chunks(
    pixels: &[u8],
    color: image::ExtendedColorType,
    chunks: &[(&[u8; 4], &[u8])],
) -> Vec<u8> {
    let plain = png_of(pixels, 64, 64, color);
    let mut file = plain[..33].to_vec();
    for (kind, content) in chunks {
        chunk(&mut file, kind, content);
    }
    file.extend(&plain[33..]);
    file
}

fn pixel(file: &[u8]) -> [u8; 3] {
    let (.., pixels) = seen(&process(file, "image/png").unwrap());
    pixels[..3].try_into().unwrap()
}

#[track_caller]
fn near(seen: [u8; 3], expected: [u8; 3]) {
    let close = seen.iter().zip(expected).all(|(a, b)| a.abs_diff(b) <= 3);
    assert!(close, "{seen:?}, not {expected:?}");
}

/// `gAMA` of a power of light.
fn gama(value: u32) -> [u8; 4] {
    value.to_be_bytes()
}

fn chrm(points: [u32; 8]) -> Vec<u8> {
    points
        .iter()
        .flat_map(|value| value.to_be_bytes())
        .collect()
}

const SRGB: [u32; 8] = [31270, 32900, 64000, 33000, 30000, 60000, 15000, 6000];
const DISPLAY_P3: [u32; 8] = [31270, 32900, 68000, 32000, 26500, 69000, 15000, 6000];
const COLOR: [u8; 3] = [200, 120, 90];
/// That colour of Display P3's in sRGB, by the reference formulas (W3C CSS Color 4 §10.2).
const FROM_P3: [u8; 3] = [213, 117, 82];
/// That colour as linear light.
const FROM_LINEAR: [u8; 3] = [228, 182, 160];

fn icc() -> Vec<u8> {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    [b"p3\0\0", &stored_deflate(&profile)[..]].concat()
}

#[test]
fn the_first_of_code_points_profile_srgb_and_gamma_counts() {
    let (p3, icc, linear, wide) = (b"\x0c\x0d\0\x01", icc(), gama(100_000), chrm(DISPLAY_P3));
    let srgb_codes = b"\x01\x0d\0\x01";
    let all: [(&[u8; 4], &[u8]); 5] = [
        (b"cICP", p3),
        (b"iCCP", &icc),
        (b"sRGB", b"\0"),
        (b"gAMA", &linear),
        (b"cHRM", &wide),
    ];
    near(shown(COLOR, &[]), COLOR);
    near(shown(COLOR, &all), FROM_P3);
    near(shown(COLOR, &all[1..]), FROM_P3);
    near(shown(COLOR, &all[2..]), COLOR);
    near(shown(COLOR, &all[3..4]), FROM_LINEAR);
    near(shown(COLOR, &all[4..]), FROM_P3);
    let both = shown(COLOR, &all[3..]);
    assert!(
        both[0] > FROM_LINEAR[0] && both[2] < FROM_LINEAR[2],
        "{both:?}"
    );
    near(
        shown(COLOR, &[(b"cICP", srgb_codes), (b"iCCP", &icc)]),
        COLOR,
    );
    let damaged = [(b"iCCP", &b"p3\0\0damaged"[..]), all[3]];
    near(shown(COLOR, &damaged), FROM_LINEAR);
}

#[test]
fn code_points_that_are_not_handled_count_as_absent() {
    for codes in [
        b"\x02\x0d\0\x01",
        b"\x0c\x02\0\x01",
        b"\x0c\x10\0\x01",
        b"\x0c\x12\0\x01",
        b"\xff\x0d\0\x01",
        b"\x0c\xc8\0\x01",
        b"\x0a\x0d\0\x01",
        b"\x0c\x0d\x01\x01",
        b"\x0c\x0d\0\0",
    ] {
        near(shown(COLOR, &[(b"cICP", codes)]), COLOR);
        let linear = gama(100_000);
        near(
            shown(COLOR, &[(b"cICP", codes), (b"gAMA", &linear)]),
            FROM_LINEAR,
        );
    }
}

#[test]
fn a_gamma_near_srgbs_is_srgbs_curve() {
    for value in [45_455, 43_200, 47_700] {
        near(
            shown([20, 20, 20], &[(b"gAMA", &gama(value))]),
            [20, 20, 20],
        );
    }
    // 0.4: (20/255)^2.5 is 0.0017 of light.
    near(shown([20, 20, 20], &[(b"gAMA", &gama(40_000))]), [6, 6, 6]);
    // What cannot be a gamma is none.
    for value in [1, 15, u32::MAX] {
        near(shown(COLOR, &[(b"gAMA", &gama(value))]), COLOR);
    }
}

#[test]
fn primaries_that_span_no_colours_are_srgbs() {
    let flat = chrm([31270, 32900, 30000, 30000, 30000, 30000, 30000, 30000]);
    let dark = chrm([31270, 0, 64000, 0, 30000, 0, 15000, 0]);
    for primaries in [flat, dark, chrm(SRGB), chrm([0; 8])] {
        near(shown(COLOR, &[(b"cHRM", &primaries)]), COLOR);
        let linear = gama(100_000);
        let both: [(&[u8; 4], &[u8]); 2] = [(b"gAMA", &linear), (b"cHRM", &primaries)];
        near(shown(COLOR, &both), FROM_LINEAR);
    }
}

#[test]
fn gray_is_converted_as_rgb_is() {
    let (linear, icc) = (gama(100_000), icc());
    near(shown_gray(120, &[]), [120; 3]);
    near(shown_gray(120, &[(b"gAMA", &linear)]), [182; 3]);
    near(shown_gray(120, &[(b"cICP", b"\x01\x08\0\x01")]), [182; 3]);
    near(shown_gray(120, &[(b"iCCP", &icc)]), [120; 3]);
}

#[test]
fn what_follows_the_data_says_nothing_of_colours() {
    let mut file = png_with(&[]);
    let end = file.len() - 12;
    let plain = process(&file, "image/png").unwrap();
    file.truncate(end);
    chunk(&mut file, b"gAMA", &gama(100_000));
    chunk(&mut file, b"IEND", b"");
    assert_eq!(process(&file, "image/png").unwrap(), plain);
}
