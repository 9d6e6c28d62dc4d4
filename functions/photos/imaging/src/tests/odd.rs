//! Files as phones, editors and stores write them, of which decoders warn: each is shown as it
//! was meant, or refused for the one thing that it lacks.

use image::ImageReader;

use super::{super::*, files::*};

/// A file of the folder beside.
fn file(name: &str) -> Vec<u8> {
    std::fs::read(path(name)).unwrap()
}

fn path(name: &str) -> String {
    format!("{}/src/tests/odd/{name}", env!("CARGO_MANIFEST_DIR"))
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit_once('.').unwrap().1 {
        "jpg" => "image/jpeg",
        "png" => "image/png",
        _ => "image/webp",
    }
}

/// That the file's rendition has the size and the pixels of `expected-<name>.png`, and holds
/// nothing but the image.
#[track_caller]
fn shows(bytes: &[u8], content_type: &str, expected: &str) {
    let expected = ImageReader::open(path(&format!("expected-{expected}.png"))).unwrap();
    let expected = expected.decode().unwrap().to_rgb8();
    let processed = process(bytes, content_type).unwrap();
    let (width, height, pixels) = seen(&processed);
    assert_eq!((processed.width, processed.height), expected.dimensions());
    assert_eq!((width, height), expected.dimensions());
    let difference = difference(&pixels, expected.as_raw());
    assert!(difference < 7.0, "{difference}");
    for rendition in &processed.renditions {
        let markers = segments(&rendition.jpeg);
        let plain = |marker: &u8| matches!(marker, 0xe0 | 0xdb | 0xc4 | 0xc0);
        assert!(markers.iter().all(plain), "{markers:x?}");
    }
}

#[track_caller]
fn file_shows(name: &str, expected: &str) {
    shows(&file(name), content_type(name), expected);
}

/// The upright JPEG that the odd ones were made of.
fn upright() -> Vec<u8> {
    let mut whole = file("jpeg-jfif-2.01.jpg");
    whole[11..13].copy_from_slice(&[1, 1]);
    whole
}

/// Where the last of a marker's segments begins, up to the first scan.
fn at(jpeg: &[u8], marker: u8) -> usize {
    jpeg.windows(2)
        .position(|pair| pair == [0xff, marker])
        .unwrap()
}

#[test]
fn a_sequential_scan_with_a_progressive_ones_parameters_is_shown() {
    file_shows("jpeg-scan-parameters.jpg", "upright");
    for parameters in [[0, 0, 0], [1, 63, 0], [0, 62, 0x21], [0, 255, 0xff]] {
        let mut odd = upright();
        let scan = at(&odd, 0xda) + 4 + 1 + 2 * 3;
        odd[scan..scan + 3].copy_from_slice(&parameters);
        shows(&odd, "image/jpeg", "upright");
    }
}

#[test]
fn a_jfif_of_any_version_is_shown() {
    file_shows("jpeg-jfif-2.01.jpg", "upright");
    let mut odd = upright();
    odd[11..13].copy_from_slice(&[0, 255]);
    shows(&odd, "image/jpeg", "upright");
}

#[test]
fn stray_bytes_between_segments_are_passed_over() {
    file_shows("jpeg-stray-bytes-in-header.jpg", "upright");
    let whole = upright();
    for stray in [&b"\0"[..], b"\xff\0\xff\xff\0", b"\xff\x3c", &[7; 5_000]] {
        for marker in [0xdb, 0xc0, 0xc4, 0xda, 0xd9] {
            let at = if marker == 0xd9 {
                whole.len() - 2
            } else {
                at(&whole, marker)
            };
            let odd = [&whole[..at], stray, &whole[at..]].concat();
            if marker == 0xd9 && stray == b"\xff\x3c" {
                // Within a scan's data it is damage, as any marker is.
                continue;
            }
            shows(&odd, "image/jpeg", "upright");
        }
    }
}

#[test]
fn a_colour_transform_that_adobe_does_not_know_is_the_usual_one() {
    let adobe = with_segment(&upright(), 0xee, b"Adobe\0\x64\0\0\0\0\x07");
    shows(&adobe, "image/jpeg", "upright");
}

#[test]
fn a_profile_that_lacks_a_part_is_none() {
    file_shows("jpeg-icc-part-missing.jpg", "upright");
}

#[test]
fn a_profile_that_comes_twice_counts_once() {
    file_shows("jpeg-icc-twice.jpg", "converted");
}

#[test]
fn a_profile_is_put_together_by_its_parts_numbers_or_ignored() {
    let whole = file("jpeg-icc-twice.jpg");
    let start = at(&whole, 0xe2) + 4 + 14;
    let profile = &whole[start..start + 492 - 16];
    let (head, tail) = profile.split_at(200);
    let part =
        |number: u8, of: u8, part: &[u8]| [&b"ICC_PROFILE\0"[..], &[number, of], part].concat();
    // Of several segments, each is put before those already there.
    let with = |parts: &[Vec<u8>]| {
        let rev = parts.iter().rev();
        rev.fold(upright(), |file, part| with_segment(&file, 0xe2, part))
    };
    for good in [
        vec![part(1, 2, head), part(2, 2, tail)],
        vec![part(2, 2, tail), part(1, 2, head)],
        vec![part(1, 0, head), part(2, 0, tail)],
        vec![part(1, 0, profile)],
        vec![part(1, 2, head), part(1, 2, b"another"), part(2, 2, tail)],
        vec![part(1, 1, profile), part(1, 1, b"another")],
    ] {
        shows(&with(&good), "image/jpeg", "converted");
    }
    for bad in [
        vec![part(1, 2, head)],
        vec![part(2, 2, tail)],
        vec![part(1, 3, head), part(3, 3, tail)],
        vec![part(1, 2, head), part(2, 3, tail)],
        vec![part(0, 1, profile)],
        vec![part(1, 1, &profile[..300])],
        vec![part(1, 1, b"another"), part(1, 1, profile)],
        vec![b"ICC_PROFILE\0".to_vec()],
    ] {
        shows(&with(&bad), "image/jpeg", "upright");
    }
}

#[test]
fn of_two_exif_segments_the_first_counts() {
    file_shows("jpeg-exif-twice.jpg", "clockwise");
}

#[test]
fn of_two_exif_chunks_the_first_counts() {
    file_shows("webp-exif-twice.webp", "clockwise");
}

#[test]
fn an_orientation_may_be_a_long() {
    file_shows("jpeg-exif-orientation-long.jpg", "clockwise");
}

#[test]
fn an_exif_chunk_may_begin_as_a_jpegs_segment() {
    file_shows("png-exif-prefixed.png", "clockwise");
}

#[test]
fn the_first_exif_block_that_can_be_read_says_which_way_up() {
    let (clockwise, none) = (exif(6), b"Exif\0\0MM\0*\0\0\0\x08\0\0".to_vec());
    let unreadable = b"Exif\0\0II*".to_vec();
    let cut = clockwise[..15].to_vec();
    for (blocks, expected) in [
        (vec![&unreadable, &clockwise, &none], "clockwise"),
        (vec![&cut, &clockwise], "clockwise"),
        (vec![&clockwise, &unreadable], "clockwise"),
        (vec![&none, &clockwise], "upright"),
    ] {
        let before = |file: Vec<u8>, block: &&Vec<u8>| with_segment(&file, 0xe1, block);
        let jpeg = blocks.iter().rev().fold(upright(), before);
        shows(&jpeg, "image/jpeg", expected);
        let plain = png_with(&[]);
        let chunks: Vec<_> = blocks.iter().map(|block| (b"eXIf", &block[..])).collect();
        assert_ne!(plain, png_with(&chunks));
        shows(&png_with(&chunks), "image/png", expected);
    }
}

#[test]
fn inks_are_negatives_without_adobes_marker_too() {
    file_shows("jpeg-cmyk-unmarked.jpg", "inks");
}

/// The upright picture as a PNG, with these chunks before its data.
pub(super) fn png_with(chunks: &[(&[u8; 4], &[u8])]) -> Vec<u8> {
    let expected = ImageReader::open(path("expected-upright.png")).unwrap();
    let picture = expected.decode().unwrap().to_rgb8();
    let (width, height) = picture.dimensions();
    let plain = png_of(&picture, width, height, image::ExtendedColorType::Rgb8);
    let mut file = plain[..33].to_vec();
    for (kind, content) in chunks {
        chunk(&mut file, kind, content);
    }
    file.extend(&plain[33..]);
    file
}

#[test]
fn linear_light_is_shown_as_light() {
    file_shows("png-gama-linear.png", "upright");
}

#[test]
fn code_points_of_display_p3_are_converted() {
    file_shows("png-cicp-display-p3.png", "bars");
}

#[test]
fn chunks_that_the_image_does_not_depend_on_cost_nothing() {
    for (kind, content) in [
        (b"cICP", &b"\x01\x0d\x05\x01"[..]),
        (b"cICP", b"\x01\x0d\0\x02"),
        (b"cICP", b"\x01\x0d\0\x01\0"),
        (b"cICP", b""),
        (b"mDCV", b"too short"),
        (b"cLLI", &[0; 9]),
        (b"acTL", &[0; 3]),
        (b"fcTL", &[9; 26]),
        (b"gAMA", b"\0\0\0\0"),
        (b"gAMA", b"\0"),
        (b"cHRM", &[0; 32]),
        (b"cHRM", &[0xff; 32]),
        (b"iCCP", b"name\0\0not deflated"),
        (b"sRGB", b"\x09"),
        (b"tEXt", &[b'x'; 200]),
        (b"iTXt", b"\xff\xff"),
        (b"pHYs", b"\0"),
    ] {
        let twice = png_with(&[(kind, content), (kind, content)]);
        shows(&twice, "image/png", "upright");
    }
}

#[test]
fn a_file_without_its_end_marker_is_truncated() {
    let cut = process(&file("jpeg-end-missing.jpg"), "image/jpeg");
    assert_eq!(cut, Err(Defect::Truncated));
}

#[test]
fn a_type_is_known_by_its_other_name_and_in_any_case() {
    for name in ["image/jpg", "IMAGE/JPEG", "Image/Jpg"] {
        shows(&upright(), name, "upright");
    }
    shows(&png_with(&[]), "image/PNG", "upright");
    shows(&file("webp-exif-twice.webp"), "image/WebP", "clockwise");
}

/// A photo with a restart marker after every second row of blocks, or a progressive one.
fn restarting() -> Vec<u8> {
    let mut file = jpeg(256, 256);
    // Baseline files of the encoder have none: the interval is said, and the markers are put in
    // by encoding each stripe as an image of its own.
    let stripe = |top: u32| {
        let rows = &rgb(256, 256)[(top * 256 * 3) as usize..][..256 * 16 * 3];
        let stripe = jpeg_of(rows, 256, 16, turbojpeg::PixelFormat::RGB, false);
        let data = at(&stripe, 0xda) + 2 + 12;
        stripe[data..stripe.len() - 2].to_vec()
    };
    let data = at(&file, 0xda) + 2 + 12;
    file.truncate(data);
    for (index, top) in (0..256).step_by(16).enumerate() {
        if index > 0 {
            file.extend([0xff, 0xd0 + u8::try_from((index - 1) % 8).unwrap()]);
        }
        file.extend(stripe(top));
    }
    file.extend(b"\xff\xd9");
    // 2 rows of 32 blocks.
    with_segment(&file, 0xdd, &64_u16.to_be_bytes())
}

#[test]
fn restart_markers_are_read_and_wrong_ones_refused() {
    let whole = restarting();
    let (.., pixels) = seen(&process(&whole, "image/jpeg").unwrap());
    assert!(difference(&pixels, &rgb(256, 256)) < 2.0);
    let third = at(&whole, 0xd2);
    let mut wrong = whole.clone();
    wrong[third + 1] = 0xd5;
    let mut missing = whole.clone();
    missing.drain(third..third + 2);
    let mut left_over = whole.clone();
    left_over.splice(third..third, [1, 2, 3, 4, 5, 6, 7, 8, 9]);
    let mut short = whole.clone();
    short.drain(third - 9..third);
    // Odd parameters of the scan are put right, and excuse nothing in its data.
    for file in [wrong, missing, left_over, short] {
        let mut odd = file.clone();
        let scan = at(&odd, 0xda) + 4 + 1 + 2 * 3;
        odd[scan + 1] = 0;
        let both = [process(&file, "image/jpeg"), process(&odd, "image/jpeg")];
        let [Err(Defect::Unreadable | Defect::Truncated), odd] = &both else {
            panic!("{both:?}");
        };
        assert_eq!(&both[0], odd);
    }
}

#[test]
fn damaged_data_is_refused_also_where_the_header_is_odd() {
    let whole = upright();
    let data = at(&whole, 0xda) + 2 + 12;
    let mut damaged = whole.clone();
    // A code of sixteen ones is none.
    damaged[data + 200..data + 206].copy_from_slice(b"\xff\0\xff\0\xff\0");
    let mut short = whole.clone();
    short.drain(data + 300..whole.len() - 2);
    for (file, defect) in [(damaged, Defect::Unreadable), (short, Defect::Truncated)] {
        assert_eq!(process(&file, "image/jpeg"), Err(defect));
        let mut jfif = file.clone();
        jfif[11] = 2;
        assert_eq!(process(&jfif, "image/jpeg"), Err(defect));
        let stray = [&file[..20], &b"stray"[..], &file[20..]].concat();
        assert_eq!(process(&stray, "image/jpeg"), Err(defect));
    }
}
