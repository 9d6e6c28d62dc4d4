//! The pipeline on what cameras made, where the data folder is at hand.

use std::{fs, path::PathBuf};

use turbojpeg::PixelFormat;

use super::{
    super::{Defect, Rendition, process},
    files::{difference, segments},
};

/// A file of the data folder: of `SPARK_DATA`, or of the one beside the project, if it is there.
fn data(path: &str) -> Option<Vec<u8>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "where a test's data lies is no configuration"
    )]
    let named = std::env::var("SPARK_DATA").ok();
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/data");
    if named.is_none() && !fs::exists(beside).unwrap() {
        return None;
    }
    let root = PathBuf::from(named.unwrap_or_else(|| beside.to_owned()));
    Some(fs::read(root.join(path)).unwrap())
}

#[test]
fn camera_photos_lose_their_position() {
    for (file, size) in [
        ("DSCN0010.jpg", (640, 480)),
        ("DSCN0042.jpg", (640, 480)),
        ("jolla.jpg", (3264, 2448)),
    ] {
        let Some(file) = data(&format!("images/exif/{file}")) else {
            return;
        };
        let processed = process(&file, "image/jpeg").unwrap();
        assert_eq!((processed.width, processed.height), size);
        for rendition in processed.renditions {
            let markers = segments(&rendition.jpeg);
            assert!(
                markers
                    .iter()
                    .all(|marker| matches!(marker, 0xe0 | 0xdb | 0xc4 | 0xc0))
            );
        }
    }
}

#[test]
fn every_orientation_comes_out_as_the_upright_photo() {
    for shape in ["Landscape", "Portrait"] {
        // The files were each compressed anew and differ by up to 3.7 at full size: only where
        // pixels are averaged can they come out alike.
        let open = |tag: u8| {
            let file = data(&format!("images/orientation/{shape}_{tag}.jpg"))?;
            let processed = process(&file, "image/jpeg").unwrap();
            let sizes: Vec<_> = processed
                .renditions
                .iter()
                .map(|one| (one.width, one.height))
                .collect();
            let pixels = |one: &Rendition| {
                turbojpeg::decompress(&one.jpeg, PixelFormat::RGB)
                    .unwrap()
                    .pixels
            };
            let shown: Vec<_> = processed.renditions[..2].iter().map(pixels).collect();
            Some((sizes, shown))
        };
        let Some((sizes, upright)) = open(1) else {
            return;
        };
        for (other_sizes, other) in (0..=8).filter_map(open) {
            assert_eq!(other_sizes, sizes, "{shape}");
            for (one, other) in upright.iter().zip(other) {
                let difference = difference(&other, one);
                assert!(difference < 2.5, "{shape}: {difference}");
            }
        }
    }
}

#[test]
fn a_corrupt_photo_is_rejected() {
    let Some(file) = data("images/exif/corrupted.jpg") else {
        return;
    };
    assert_eq!(process(&file, "image/jpeg"), Err(Defect::Truncated));
}
