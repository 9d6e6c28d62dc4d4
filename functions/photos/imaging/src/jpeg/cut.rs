//! A JPEG without what its camera wrote into it.

use super::{
    header::{END_OF_IMAGE, START_OF_IMAGE, START_OF_SCAN, next_segment},
    tidy::{push, scan_data},
};
use crate::{Defect, exif};

/// JFIF's segment as far as the size of its thumbnail, and Adobe's whole.
const JFIF: usize = 12;
const ADOBE: usize = 12;

/// The file with its tables, frames and scans, the segments that say what its components mean and in
/// which colours, and an orientation that turns it. It ends with the image: previews of other sizes,
/// films and depths that some cameras append are left out.
pub(crate) fn cut(bytes: &[u8]) -> Result<Vec<u8>, Defect> {
    let mut file = Vec::with_capacity(bytes.len());
    file.extend([0xff, START_OF_IMAGE]);
    if let Some(block) = orientation(bytes).and_then(exif::block_of) {
        push(&mut file, 0xe1, &[exif::PREFIX, &block].concat())?;
    }
    let mut rest = bytes.get(2..).ok_or(Defect::Truncated)?;
    let mut scanned = false;
    loop {
        let (marker, segment, after) = match next_segment(rest) {
            // Decoders end here too.
            Err(_) | Ok((START_OF_IMAGE, ..)) if scanned => break,
            next => next?,
        };
        rest = after;
        match marker {
            END_OF_IMAGE => break,
            START_OF_SCAN => {
                push(&mut file, marker, segment)?;
                let (data, after) = scan_data(rest);
                file.extend_from_slice(data);
                (rest, scanned) = (after, true);
            }
            0xe0 if segment.starts_with(b"JFIF\0") && segment.len() >= JFIF + 2 => {
                push(&mut file, marker, &[&segment[..JFIF], &[0, 0]].concat())?;
            }
            0xe2 if segment.starts_with(b"ICC_PROFILE\0") => push(&mut file, marker, segment)?,
            0xee if segment.starts_with(b"Adobe") => {
                push(&mut file, marker, &segment[..segment.len().min(ADOBE)])?;
            }
            0xc0..=0xcf | 0xdb..=0xdd => push(&mut file, marker, segment)?,
            _ => {}
        }
    }
    file.extend([0xff, END_OF_IMAGE]);
    Ok(file)
}

/// What the first EXIF block that can be read says, as it is found when the file is shown.
fn orientation(bytes: &[u8]) -> Option<u32> {
    let mut rest = bytes.get(2..)?;
    loop {
        let (marker, segment, after) = next_segment(rest).ok()?;
        match marker {
            START_OF_SCAN => return None,
            0xe1 if segment.starts_with(exif::PREFIX) => {
                if let Some(tag) = exif::tag_of(segment) {
                    return Some(tag);
                }
            }
            _ => {}
        }
        rest = after;
    }
}
