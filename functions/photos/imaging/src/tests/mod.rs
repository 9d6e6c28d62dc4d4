//! The pipeline on images made here.

mod cameras;
mod colours;
mod files;
mod odd;
mod originals;
mod webp;

use image::ExtendedColorType;
use proptest::prelude::*;
use turbojpeg::PixelFormat;

use self::files::*;
use super::*;

#[test]
fn a_photo_gets_every_width_that_it_has_pixels_for() {
    for (size, expected) in [
        ((1200, 900), vec![(320, 240), (640, 480), (1080, 810)]),
        ((1080, 10), vec![(320, 3), (640, 6), (1080, 10)]),
        ((700, 350), vec![(320, 160), (640, 320), (700, 350)]),
        ((320, 320), vec![(320, 320)]),
        ((33, 77), vec![(33, 77)]),
        ((1, 1), vec![(1, 1)]),
    ] {
        for (file, content_type) in [
            (jpeg(size.0, size.1), "image/jpeg"),
            (png(size.0, size.1), "image/png"),
        ] {
            let processed = process(&file, content_type).unwrap();
            assert_eq!((processed.width, processed.height), size, "{content_type}");
            assert_eq!(sizes(&processed), expected, "{size:?} {content_type}");
            assert!(STANDARD.decode(&processed.placeholder).unwrap().len() > 4);
        }
    }
}

#[test]
fn a_rendition_shows_what_the_original_does() {
    let expected = rgb(1080, 720);
    for (file, content_type) in [
        (jpeg(2160, 1440), "image/jpeg"),
        (
            jpeg_of(&rgb(2160, 1440), 2160, 1440, PixelFormat::RGB, true),
            "image/jpeg",
        ),
        (png(1620, 1080), "image/png"),
    ] {
        let (.., pixels) = seen(&process(&file, content_type).unwrap());
        assert!(difference(&pixels, &expected) < 2.0);
    }
}

#[test]
fn orientation_is_applied_and_all_metadata_is_gone() {
    let stored = jpeg(800, 400);
    for orientation in 1..=8 {
        let tagged = with_segment(&stored, 0xe1, &exif(orientation));
        let tagged = with_segment(&tagged, 0xfe, b"a comment");
        let processed = process(&tagged, "image/jpeg").unwrap();
        let turned = orientation >= 5;
        let (width, height, _) = seen(&processed);
        assert_eq!(
            (processed.width, processed.height),
            if turned { (400, 800) } else { (800, 400) }
        );
        assert_eq!((width, height), (processed.width, processed.height));
        for rendition in &processed.renditions {
            // JFIF's own header, tables and frame: nothing else.
            assert!(
                segments(&rendition.jpeg)
                    .iter()
                    .all(|marker| { matches!(marker, 0xe0 | 0xdb | 0xc4 | 0xc0) })
            );
            assert!(!rendition.jpeg.windows(3).any(|part| part == b"GPS"));
        }
    }
    let upside_down = with_segment(&stored, 0xe1, &exif(3));
    let (.., mut pixels) = seen(&process(&upside_down, "image/jpeg").unwrap());
    pixels.reverse();
    pixels
        .as_chunks_mut::<3>()
        .0
        .iter_mut()
        .for_each(|pixel| pixel.reverse());
    assert!(difference(&pixels, &rgb(800, 400)) < 2.0);
}

#[test]
fn a_cut_file_is_truncated_wherever_it_is_cut() {
    for (file, content_type) in [
        (with_segment(&jpeg(400, 300), 0xe1, &exif(1)), "image/jpeg"),
        (
            jpeg_of(&rgb(400, 300), 400, 300, PixelFormat::RGB, true),
            "image/jpeg",
        ),
        (png(400, 300), "image/png"),
    ] {
        assert!(process(&file, content_type).is_ok());
        for cut in (0..file.len() - 1)
            .step_by(97)
            .chain([1, 2, 3, 7, 8, 9, 20, file.len() / 2])
        {
            let refused = process(&file[..cut], content_type).unwrap_err();
            assert_eq!(refused, Defect::Truncated, "{content_type} cut at {cut}");
        }
    }
}

#[test]
fn an_embedded_previews_end_does_not_make_a_cut_file_whole() {
    let mut preview = b"Exif\0\0".to_vec();
    preview.extend(jpeg(40, 30));
    let file = with_segment(&jpeg(400, 300), 0xe1, &preview);
    assert!(process(&file, "image/jpeg").is_ok());
    assert_eq!(
        process(&file[..file.len() - 900], "image/jpeg"),
        Err(Defect::Truncated)
    );
}

#[test]
fn bytes_of_another_type_than_claimed_are_a_mismatch() {
    assert_eq!(process(&png(9, 9), "image/jpeg"), Err(Defect::TypeMismatch));
    assert_eq!(process(&jpeg(9, 9), "image/png"), Err(Defect::TypeMismatch));
    assert_eq!(process(&jpeg(9, 9), "text/html"), Err(Defect::TypeMismatch));
    assert_eq!(
        process(b"<html><body></body></html>", "image/png"),
        Err(Defect::TypeMismatch)
    );
}

#[test]
fn a_header_that_claims_too_much_is_refused_before_anything_is_decoded() {
    let mut bomb = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR".to_vec();
    bomb.extend(60_000_u32.to_be_bytes());
    bomb.extend(60_000_u32.to_be_bytes());
    bomb.extend(b"\x08\x02\0\0\0crc?");
    assert_eq!(process(&bomb, "image/png"), Err(Defect::TooManyPixels));

    let mut bomb = b"\xff\xd8\xff\xc0\0\x11\x08".to_vec();
    bomb.extend(60_000_u16.to_be_bytes());
    bomb.extend(60_000_u16.to_be_bytes());
    bomb.extend(b"\x03\x01\x11\0\x02\x11\0\x03\x11\0");
    assert_eq!(process(&bomb, "image/jpeg"), Err(Defect::TooManyPixels));
}

#[test]
fn chunks_that_unpack_to_gigabytes_are_not_unpacked() {
    let bomb = zeros_deflated(2 << 30);
    assert!(bomb.len() < 20_000_000);
    let profile = [b"bomb\0\0", &bomb[..]].concat();
    let text = [b"Comment\0\0", &bomb[..]].concat();
    let pixels = stored_deflate(&[0, 9, 9, 9]);
    let files = [
        (&b"iCCP"[..], &profile[..], &pixels[..]),
        (b"zTXt", &text, &pixels),
        // Two gigabytes of pixels where the header promises one pixel.
        (b"tEXt", b"a\0b", &bomb),
    ];
    for (kind, content, pixels) in files {
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        chunk(&mut file, b"IHDR", b"\0\0\0\x01\0\0\0\x01\x08\x02\0\0\0");
        chunk(&mut file, kind.try_into().unwrap(), content);
        chunk(&mut file, b"IDAT", pixels);
        chunk(&mut file, b"IEND", b"");
        let started = std::time::Instant::now();
        let processed = process(&file, "image/png");
        assert!(
            matches!(processed, Ok(_) | Err(Defect::Unreadable)),
            "{processed:?}"
        );
        assert!(started.elapsed().as_secs() < 3, "{:?}", started.elapsed());
    }
}

#[test]
fn inks_come_out_as_light() {
    // Full yellow ink over half black, as negatives; libjpeg marks inks as Adobe's by itself.
    let marked = jpeg_of(
        &[255, 255, 0, 127].repeat(64 * 64),
        64,
        64,
        PixelFormat::CMYK,
        false,
    );
    let adobe = marked.windows(5).position(|part| part == b"Adobe").unwrap();
    let mut unmarked = marked.clone();
    unmarked[adobe] = b'X';
    for file in [marked, unmarked] {
        let (.., pixels) = seen(&process(&file, "image/jpeg").unwrap());
        assert!(
            difference(&pixels, &[127, 127, 0].repeat(64 * 64)) < 3.0,
            "{:?}",
            &pixels[..3]
        );
    }
}

#[test]
fn a_gray_jpeg_stays_gray() {
    let file = jpeg_of(&[90; 64 * 64], 64, 64, PixelFormat::GRAY, false);
    let (.., pixels) = seen(&process(&file, "image/jpeg").unwrap());
    assert!(difference(&pixels, &[90; 64 * 64 * 3]) < 1.5);
}

#[test]
fn what_is_transparent_shows_white_and_sixteen_bits_show_as_eight() {
    let half = [200, 100, 0, 128].repeat(64 * 64);
    let cases: [(&[u8], ExtendedColorType, [u8; 3]); 6] = [
        (&half, ExtendedColorType::Rgba8, [227, 177, 127]),
        (&[50, 0].repeat(64 * 64), ExtendedColorType::La8, [255; 3]),
        (&[50, 255].repeat(64 * 64), ExtendedColorType::La8, [50; 3]),
        (&[50].repeat(64 * 64), ExtendedColorType::L8, [50; 3]),
        (&[50, 50].repeat(64 * 64), ExtendedColorType::L16, [50; 3]),
        (
            &[9, 9, 90, 90, 200, 200].repeat(64 * 64),
            ExtendedColorType::Rgb16,
            [9, 90, 200],
        ),
    ];
    for (pixels, color, expected) in cases {
        let file = png_of(pixels, 64, 64, color);
        let (.., pixels) = seen(&process(&file, "image/png").unwrap());
        assert!(
            difference(&pixels, &expected.repeat(64 * 64)) < 3.0,
            "{color:?} {:?}",
            &pixels[..3]
        );
    }
}

#[test]
fn palettes_of_every_depth_are_read_with_their_transparency() {
    for (depth, byte) in [
        (::png::BitDepth::One, 0b1111_1111),
        (::png::BitDepth::Two, 0b0101_0101),
        (::png::BitDepth::Four, 0b0001_0001),
        (::png::BitDepth::Eight, 1),
    ] {
        let mut file = Vec::new();
        let mut encoder = ::png::Encoder::new(&mut file, 64, 64);
        encoder.set_color(::png::ColorType::Indexed);
        encoder.set_depth(depth);
        encoder.set_palette(vec![0, 0, 0, 10, 60, 110]);
        encoder.set_trns(vec![255, 128]);
        let row = 64 * depth as usize / 8;
        encoder
            .write_header()
            .unwrap()
            .write_image_data(&vec![byte; row * 64])
            .unwrap();
        let (.., pixels) = seen(&process(&file, "image/png").unwrap());
        assert!(
            difference(&pixels, &[132, 157, 182].repeat(64 * 64)) < 3.0,
            "{:?}",
            &pixels[..3]
        );
    }
}

#[test]
fn an_interlaced_png_is_put_together() {
    // The seven passes of Adam7 (PNG §8.2), laid out by hand: the encoder writes none.
    const PASSES: [(usize, usize, usize, usize); 7] = [
        (0, 0, 8, 8),
        (4, 0, 8, 8),
        (0, 4, 4, 8),
        (2, 0, 4, 4),
        (0, 2, 2, 4),
        (1, 0, 2, 2),
        (0, 1, 1, 2),
    ];
    let (width, height) = (75, 53);
    let pixels = rgb(75, 53);
    let mut rows = Vec::new();
    for (left, top, across, down) in PASSES {
        for y in (top..height).step_by(down) {
            rows.push(0);
            for x in (left..width).step_by(across) {
                rows.extend(&pixels[(y * width + x) * 3..][..3]);
            }
        }
    }
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", b"\0\0\0\x4b\0\0\0\x35\x08\x02\0\0\x01");
    chunk(&mut file, b"IDAT", &stored_deflate(&rows));
    chunk(&mut file, b"IEND", b"");
    let (.., seen) = seen(&process(&file, "image/png").unwrap());
    assert!(difference(&seen, &pixels) < 3.0);
}

#[test]
fn wide_colours_are_converted_to_srgb() {
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    let mut segment = b"ICC_PROFILE\0\x01\x01".to_vec();
    segment.extend(&profile);
    let file = jpeg_of(
        &[200, 120, 90].repeat(64 * 64),
        64,
        64,
        PixelFormat::RGB,
        false,
    );
    let (.., plain) = seen(&process(&file, "image/jpeg").unwrap());
    let tagged = with_segment(&file, 0xe2, &segment);
    let (.., converted) = seen(&process(&tagged, "image/jpeg").unwrap());
    // The same numbers mean a stronger red in Display P3 than in sRGB.
    assert!(
        converted[0] > plain[0] + 5,
        "{:?} {:?}",
        &plain[..3],
        &converted[..3]
    );
    assert!(
        converted[1] < plain[1],
        "{:?} {:?}",
        &plain[..3],
        &converted[..3]
    );

    let damaged = with_segment(&file, 0xe2, b"ICC_PROFILE\0\x01\x01not a profile");
    let (.., ignored) = seen(&process(&damaged, "image/jpeg").unwrap());
    assert!(difference(&ignored, &plain) < 0.1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn no_bytes_make_it_panic(
        start in prop::sample::select(vec![
            &b""[..],
            b"\xff\xd8\xff",
            b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR",
            b"RIFF\xff\x01\0\0WEBPVP8L\xf0\0\0\0\x2f",
        ]),
        rest in prop::collection::vec(any::<u8>(), 0..600),
        content_type in prop::sample::select(vec!["image/jpeg", "image/png", "image/webp", "image/gif"]),
    ) {
        let file = [start, &rest].concat();
        prop_assert!(process(&file, content_type).is_err());
    }

    #[test]
    fn no_damage_to_a_file_makes_it_panic(
        kind in 0_usize..4,
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12),
    ) {
        let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
        let icc = [&b"ICC_PROFILE\0\x01\x01"[..], &profile].concat();
        let plain = with_segment(&jpeg(60, 40), 0xe1, &exif(6));
        let (mut file, content_type) = match kind {
            0 => (plain, "image/jpeg"),
            1 => (with_segment(&plain, 0xe2, &icc), "image/jpeg"),
            2 => (jpeg_of(&rgb(60, 40), 60, 40, PixelFormat::RGB, true), "image/jpeg"),
            _ => (png(60, 40), "image/png"),
        };
        for (index, byte) in damage {
            let at = index.index(file.len());
            file[at] = byte;
        }
        if let Ok(processed) = process(&file, content_type) {
            prop_assert!(!processed.renditions.is_empty());
        }
    }
}
