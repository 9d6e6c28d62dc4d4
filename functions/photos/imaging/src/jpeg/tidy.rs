//! A JPEG with nothing in it that the decoder would warn of, but for its image data.

use super::header::{END_OF_IMAGE, Frame, SEQUENTIAL, START_OF_IMAGE, START_OF_SCAN, next_segment};
use crate::Defect;

/// JFIF 1.01, square pixels, no thumbnail: what tells the decoder that colours are YCbCr.
const JFIF: &[u8] = b"JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
/// Where Adobe's segment says how colours are transformed.
const ADOBE_TRANSFORM: usize = 11;

/// The file with its tables, frame and scans alone, and the two segments that say what its
/// components mean; the scans' data as it is, so that the decoder warns of that, and only that.
pub(super) fn tidied(bytes: &[u8], frame: &Frame) -> Result<Vec<u8>, Defect> {
    let mut file = Vec::with_capacity(bytes.len());
    file.extend([0xff, START_OF_IMAGE]);
    let mut rest = &bytes[2..];
    loop {
        let (marker, segment, after) = next_segment(rest)?;
        rest = after;
        match marker {
            START_OF_IMAGE => return Err(Defect::Unreadable),
            END_OF_IMAGE => {
                file.extend([0xff, END_OF_IMAGE]);
                return Ok(file);
            }
            START_OF_SCAN => {
                let mut scan = segment.to_vec();
                if let (false, Some(parameters)) = (frame.progressive, scan.last_chunk_mut()) {
                    *parameters = SEQUENTIAL;
                }
                push(&mut file, marker, &scan)?;
                let (data, after) = scan_data(rest);
                file.extend_from_slice(data);
                rest = after;
            }
            0xe0 if segment.starts_with(b"JFIF\0") => push(&mut file, marker, JFIF)?,
            0xee if segment.starts_with(b"Adobe") => {
                let mut adobe = segment.to_vec();
                match (adobe.get_mut(ADOBE_TRANSFORM), frame.components) {
                    // What decoders take an unknown one for.
                    (Some(transform @ 2..), 3) => *transform = 1,
                    (Some(transform @ (1 | 3..)), 4) => *transform = 2,
                    _ => {}
                }
                push(&mut file, marker, &adobe)?;
            }
            0xc0..=0xcf | 0xdb | 0xdd => push(&mut file, marker, segment)?,
            _ => {}
        }
    }
}

/// Adds a segment.
pub(super) fn push(file: &mut Vec<u8>, marker: u8, segment: &[u8]) -> Result<(), Defect> {
    let length = u16::try_from(segment.len() + 2).map_err(|_too_long| Defect::Unreadable)?;
    file.extend([0xff, marker]);
    file.extend(length.to_be_bytes());
    file.extend_from_slice(segment);
    Ok(())
}

/// A scan's data, restart markers and all, and the next segment from its marker on.
pub(super) fn scan_data(bytes: &[u8]) -> (&[u8], &[u8]) {
    let end = bytes
        .array_windows()
        .position(|[mark, code]| *mark == 0xff && matches!(code, 0xc0..=0xcf | 0xd8..=0xfe));
    bytes.split_at(end.unwrap_or(bytes.len()))
}
