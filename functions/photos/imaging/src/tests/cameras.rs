//! The pipeline on what cameras made, where the data folder is at hand.

use std::{
    fs,
    path::{Path, PathBuf},
};

use turbojpeg::PixelFormat;

use super::{
    super::{Defect, Rendition, process},
    files::{difference, segments},
};

/// A file of the data folder: of `SPARK_DATA`, or of the one beside the project, if it is there.
pub(super) fn data(path: &str) -> Option<Vec<u8>> {
    Some(fs::read(root()?.join(path)).unwrap())
}

/// The data folder, if it is there.
pub(super) fn root() -> Option<PathBuf> {
    #[expect(
        clippy::disallowed_methods,
        reason = "where a test's data lies is no configuration"
    )]
    let named = std::env::var("SPARK_DATA").ok();
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/data");
    if named.is_none() && !fs::exists(beside).unwrap() {
        return None;
    }
    Some(PathBuf::from(named.unwrap_or_else(|| beside.to_owned())))
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

/// The JPEG and PNG files in a folder of the data folder and the folders in it.
pub(super) fn files_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files_in(&path));
        } else if path
            .extension()
            .is_some_and(|kind| kind == "jpg" || kind == "png")
        {
            found.push(path);
        }
    }
    found
}

#[test]
fn every_file_becomes_renditions_that_hold_nothing_but_the_image() {
    let Some(root) = root() else { return };
    let files = [
        files_in(&root.join("images")),
        files_in(&root.join("photos")),
    ]
    .concat();
    assert!(files.len() >= 30, "{}", files.len());
    for path in files {
        let kind = if path.extension().unwrap() == "png" {
            "image/png"
        } else {
            "image/jpeg"
        };
        let processed = process(&fs::read(&path).unwrap(), kind);
        // Cut off in the middle: its last scan has no end.
        if path.ends_with("exif/corrupted.jpg") {
            assert_eq!(processed, Err(Defect::Truncated));
            continue;
        }
        let processed = processed.unwrap_or_else(|defect| panic!("{path:?}: {defect:?}"));
        let (width, height) = (processed.width, processed.height);
        let expected: Vec<_> = [320, 640, 1080]
            .into_iter()
            .filter(|wide| *wide <= width)
            .collect();
        let mut wide = processed.renditions.iter().map(|one| one.width);
        assert!(
            expected.iter().all(|width| wide.any(|one| one == *width)),
            "{path:?}"
        );
        for rendition in &processed.renditions {
            assert!(
                rendition.width <= width && rendition.height <= height,
                "{path:?}"
            );
            let markers = segments(&rendition.jpeg);
            let plain = |marker: &u8| matches!(marker, 0xe0 | 0xdb | 0xc4 | 0xc0);
            assert!(markers.iter().all(plain), "{path:?}: {markers:x?}");
        }
    }
}
