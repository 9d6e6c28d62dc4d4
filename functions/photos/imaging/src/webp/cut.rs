//! A WebP without what its camera wrote into it.

use super::{Chunks, FIRST_CHUNK};
use crate::{Defect, exif};

/// The bits of a `VP8X` that say what else is in the file (RFC 9649 §2.7).
const HAS_EXIF: u8 = 0x08;
const HAS_XMP: u8 = 0x04;
/// What stands in a frame of an animation before its own chunks.
const FRAME: usize = 16;

/// The file with the chunks of its pictures and its colours, and an orientation that turns it; nothing
/// after its end.
pub(crate) fn cut(bytes: &[u8]) -> Result<Vec<u8>, Defect> {
    let length = bytes.get(4..).and_then(|rest| rest.first_chunk());
    let length = u32::from_le_bytes(*length.ok_or(Defect::Truncated)?) as usize;
    let whole = length.checked_add(8).and_then(|end| bytes.get(..end));
    let chunks = whole.and_then(|whole| whole.get(FIRST_CHUNK..));
    let chunks = chunks.ok_or(Defect::Truncated)?;

    let mut orientation = None;
    for chunk in Chunks(chunks) {
        if let (b"EXIF", content) = chunk? {
            orientation = orientation.or_else(|| exif::tag_of(content));
        }
    }
    let block = orientation.and_then(exif::block_of);
    let mut file = b"RIFF\0\0\0\0WEBP".to_vec();
    file.reserve(bytes.len());
    for chunk in Chunks(chunks) {
        let (kind, content) = chunk?;
        match kind {
            b"VP8X" => {
                let mut header = content.to_vec();
                let flags = header.first_mut().ok_or(Defect::Unreadable)?;
                *flags &= !(HAS_EXIF | HAS_XMP);
                if block.is_some() {
                    *flags |= HAS_EXIF;
                }
                push(&mut file, *kind, &header)?;
            }
            b"ANMF" => push(&mut file, *kind, &frame(content)?)?,
            b"ICCP" | b"ANIM" => push(&mut file, *kind, content)?,
            _ if is_picture(*kind) => push(&mut file, *kind, content)?,
            _ => {}
        }
    }
    if let Some(block) = block {
        push(&mut file, *b"EXIF", &block)?;
    }
    let length = u32::try_from(file.len() - 8).map_err(|_too_long| Defect::Unreadable)?;
    file[4..8].copy_from_slice(&length.to_le_bytes());
    Ok(file)
}

/// A frame of an animation, with its picture alone.
fn frame(content: &[u8]) -> Result<Vec<u8>, Defect> {
    let (place, chunks) = content.split_at_checked(FRAME).ok_or(Defect::Truncated)?;
    let mut frame = place.to_vec();
    for chunk in Chunks(chunks) {
        // Frames after the first are not looked at when the file is shown.
        let Ok((kind, content)) = chunk else { break };
        if is_picture(*kind) {
            push(&mut frame, *kind, content)?;
        }
    }
    Ok(frame)
}

fn is_picture(kind: [u8; 4]) -> bool {
    matches!(&kind, b"ALPH" | b"VP8 " | b"VP8L")
}

fn push(file: &mut Vec<u8>, kind: [u8; 4], content: &[u8]) -> Result<(), Defect> {
    let length = u32::try_from(content.len()).map_err(|_too_long| Defect::Unreadable)?;
    file.extend(kind);
    file.extend(length.to_le_bytes());
    file.extend_from_slice(content);
    file.extend(&[0][..content.len() % 2]);
    Ok(())
}
