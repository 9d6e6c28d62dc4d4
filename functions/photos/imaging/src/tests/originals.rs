//! What is kept of an upload for its owner: the image as it came, and nothing else.

use std::fs;

use turbojpeg::PixelFormat;

use super::{
    super::*,
    cameras::{data, files_in, root},
    files::*,
    webp,
};
use crate::exif::{PREFIX, block_of, tag_of};

/// What cameras and editors write into files, none of which is left.
const SECRETS: [&[u8]; 9] = [
    b"GPS",
    b"Nikon",
    b"NIKON",
    b"COOLPIX",
    b"Canon",
    b"http://ns.adobe.com",
    b"Photoshop 3.0",
    b"52.5200 N",
    b"a comment",
];

fn has(file: &[u8], text: &[u8]) -> bool {
    file.windows(text.len()).any(|part| part == text)
}

/// That a file without its metadata shows just what it showed, bit by bit, upright and in its colours;
/// and that nothing more can be taken out.
#[track_caller]
fn kept(file: &[u8], content_type: &str) -> Vec<u8> {
    let kept = original(file, content_type).unwrap();
    assert!(process(&kept, content_type) == process(file, content_type));
    assert_eq!(original(&kept, content_type).as_ref(), Ok(&kept));
    for secret in SECRETS {
        assert!(!has(&kept, secret), "{}", String::from_utf8_lossy(secret));
    }
    kept
}

/// An image of each type, with all that may stand in one beside it.
fn secretive(orientation: u8) -> [(Vec<u8>, &'static str); 3] {
    let block = exif(orientation);
    let mut photo = with_segment(&jpeg(300, 200), 0xe1, &block);
    for (marker, content) in [
        (0xe1, &b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta/>"[..]),
        (0xe0, b"JFXX\0\x10a preview"),
        (0xed, b"Photoshop 3.0\08BIM"),
        (0xe2, b"MPF\0where the GPS is"),
        (0xfe, b"a comment"),
    ] {
        photo = with_segment(&photo, marker, content);
    }
    photo.extend(b"a film that begins with GPS");

    let whole = png(300, 200);
    let (before, after) = whole.split_at(33);
    let mut drawing = before.to_vec();
    chunk(&mut drawing, b"eXIf", &block[PREFIX.len()..]);
    chunk(&mut drawing, b"tEXt", b"Comment\0a comment");
    chunk(
        &mut drawing,
        b"iTXt",
        b"XML:com.adobe.xmp\0\0\0\0\0http://ns.adobe.com/xap",
    );
    drawing.extend(after);
    drawing.extend(b"a film that begins with GPS");

    let mut sticker = webp::with_chunk(webp::ALL[0], b"EXIF", &block);
    sticker = webp::with_chunk(&sticker, b"XMP ", b"http://ns.adobe.com/xap/1.0/");
    sticker = webp::with_chunk(&sticker, b"GPS ", b"a comment");
    sticker.extend(b"a film that begins with GPS");
    [
        (photo, "image/jpeg"),
        (drawing, "image/png"),
        (sticker, "image/webp"),
    ]
}

#[test]
fn an_original_has_lost_all_that_is_not_the_image() {
    for orientation in 1..=8 {
        for (file, content_type) in secretive(orientation) {
            assert!(has(&file, b"GPS") && has(&file, b"http://ns.adobe.com"));
            let kept = kept(&file, content_type);
            assert!(kept.len() < file.len());
        }
    }
}

#[test]
fn only_an_orientation_that_turns_the_image_stays() {
    for orientation in 1..=8 {
        let block = block_of(u32::from(orientation));
        for (file, content_type) in secretive(orientation) {
            let kept = original(&file, content_type).unwrap();
            let said = block.as_ref().map(|block| has(&kept, block));
            assert_eq!(said, (orientation > 1).then_some(true), "{content_type}");
            assert_eq!(has(&kept, b"MM\0*"), orientation > 1, "{content_type}");
        }
    }
}

#[test]
fn an_upload_with_nothing_in_it_stays_as_it_is() {
    for (file, content_type) in [
        (jpeg(120, 80), "image/jpeg"),
        (
            jpeg_of(&rgb(120, 80), 120, 80, PixelFormat::RGB, true),
            "image/JPG",
        ),
        (png(120, 80), "image/png"),
    ] {
        assert!(kept(&file, content_type) == file, "{content_type}");
    }
}

#[test]
fn every_picture_and_frame_of_a_webp_stays() {
    for file in webp::ALL {
        let kept = kept(file, "image/webp");
        for kind in [b"VP8 ", b"VP8L", b"ALPH", b"ANMF", b"ANIM"] {
            let count = |file: &[u8]| file.windows(4).filter(|part| part == kind).count();
            assert_eq!(count(&kept), count(file));
        }
    }
}

#[test]
fn camera_photos_lose_their_position_and_their_makers_notes() {
    for (file, maker) in [
        ("DSCN0010.jpg", &b"NIKON"[..]),
        ("DSCN0042.jpg", b"NIKON"),
        ("jolla.jpg", b"Jolla"),
    ] {
        let Some(file) = data(&format!("images/exif/{file}")) else {
            return;
        };
        assert!(has(&file, maker));
        let kept = kept(&file, "image/jpeg");
        assert!(!has(&kept, maker));
        let held = segments(&kept);
        let plain = |marker: &u8| matches!(marker, 0xe0 | 0xe1 | 0xdb..=0xdd | 0xc0..=0xc4);
        assert!(held.iter().all(plain), "{held:x?}");
        let blocks = held.iter().filter(|marker| **marker == 0xe1).count();
        assert!(blocks <= 1 && has(&kept, PREFIX) == (blocks == 1));
    }
}

#[test]
fn every_file_of_cameras_and_editors_shows_what_it_showed() {
    let Some(root) = root() else { return };
    let odd = concat!(env!("CARGO_MANIFEST_DIR"), "/src/tests/odd");
    let mut shown = 0;
    for path in [root.join("images"), root.join("photos"), odd.into()]
        .iter()
        .flat_map(|folder| files_in(folder))
    {
        let kind = match path.extension().and_then(|kind| kind.to_str()) {
            Some("png") => "image/png",
            _ => "image/jpeg",
        };
        let file = fs::read(&path).unwrap();
        let Ok(processed) = process(&file, kind) else {
            continue;
        };
        shown += 1;
        let kept = original(&file, kind).unwrap();
        assert!(process(&kept, kind).as_ref() == Ok(&processed), "{path:?}");
        assert!(kept.len() <= file.len() + 40, "{path:?}");
        let told = kept
            .windows(4)
            .filter(|part| matches!(*part, b"MM\0*" | b"II*\0"));
        assert!(told.count() <= 1, "{path:?}");
    }
    assert!(shown >= 30, "{shown}");
}

#[test]
fn what_is_no_image_or_is_cut_has_no_original_or_one_that_is_none_either() {
    for (file, content_type) in secretive(6) {
        for length in (0..file.len()).step_by(7) {
            if let Ok(kept) = original(&file[..length], content_type) {
                // Whatever is left, it ends.
                assert!(kept.len() <= length + 40, "{content_type} {length}");
            }
        }
        assert_eq!(original(&file, "text/html"), Err(Defect::TypeMismatch));
    }
}

#[test]
fn the_block_that_stays_is_read_as_it_was_written() {
    let block = block_of(6).unwrap();
    assert_eq!(tag_of(&[PREFIX, &block].concat()), Some(6));
}
