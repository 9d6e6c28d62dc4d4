//! The one thing that is read from EXIF: which way up the photo is.

use crate::raster::{Layout, Raster};

/// What an EXIF block begins with in a JPEG.
pub(crate) const PREFIX: &[u8] = b"Exif\0\0";

/// How stored pixels are turned to be seen upright.
///
/// An upright pixel (x, y) is the stored pixel (x, y), or (y, x) where `transposed`, counted from
/// the right or from the bottom where `from_right` or `from_bottom`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Orientation {
    transposed: bool,
    from_right: bool,
    from_bottom: bool,
}

impl Orientation {
    /// From the value of EXIF tag 0x0112 (EXIF 2.32 §4.6.4); any other value leaves as is.
    fn of_tag(value: u32) -> Self {
        let (transposed, from_right, from_bottom) = match value {
            2 => (false, true, false),
            3 => (false, true, true),
            4 => (false, false, true),
            5 => (true, false, false),
            6 => (true, false, true),
            7 => (true, true, true),
            8 => (true, true, false),
            _ => (false, false, false),
        };
        Self {
            transposed,
            from_right,
            from_bottom,
        }
    }

    /// From an EXIF block, with JPEG's prefix or without; `None` if it cannot be read, upright where
    /// it does not say.
    pub(crate) fn of_exif(block: &[u8]) -> Option<Self> {
        tag_of(block).map(Self::of_tag)
    }

    /// Upright width and height of stored ones, and the other way round.
    pub(crate) fn upright(self, width: u32, height: u32) -> (u32, u32) {
        if self.transposed {
            (height, width)
        } else {
            (width, height)
        }
    }

    /// The image, upright. Only RGB is ever turned; anything else stays as it is.
    pub(crate) fn apply(self, stored: Raster) -> Raster {
        if self == Self::default() || stored.layout() != Layout::Rgb {
            return stored;
        }
        let (stored_width, stored_height) = (stored.width() as usize, stored.height() as usize);
        let (width, height) = self.upright(stored.width(), stored.height());
        let (pixels, _) = stored.bytes().as_chunks::<3>();
        let mut bytes = Vec::with_capacity(stored.bytes().len());
        for y in 0..height as usize {
            for x in 0..width as usize {
                let (column, row) = if self.transposed { (y, x) } else { (x, y) };
                let column = if self.from_right {
                    stored_width - 1 - column
                } else {
                    column
                };
                let row = if self.from_bottom {
                    stored_height - 1 - row
                } else {
                    row
                };
                bytes.extend_from_slice(&pixels[row * stored_width + column]);
            }
        }
        Raster::new(Layout::Rgb, width, height, bytes).unwrap_or(stored)
    }
}

/// The value of the orientation tag of an EXIF block, with JPEG's prefix or without, 0 where it does
/// not say; `None` if it cannot be read.
pub(crate) fn tag_of(block: &[u8]) -> Option<u32> {
    orientation_tag(block.strip_prefix(PREFIX).unwrap_or(block))
}

/// An EXIF block, without JPEG's prefix, that says this orientation and nothing else (TIFF 6.0 §2);
/// `None` of what leaves as is.
pub(crate) fn block_of(tag: u32) -> Option<Vec<u8>> {
    let value = u8::try_from(tag).ok().filter(|tag| (2..=8).contains(tag))?;
    let mut block = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    block.push(value);
    block.extend([0; 6]);
    Some(block)
}

/// The orientation tag of the first directory of a TIFF block (TIFF 6.0 §2), 0 if it has none;
/// `None` where it is cut off before that is known.
fn orientation_tag(tiff: &[u8]) -> Option<u32> {
    const ORIENTATION: u32 = 0x0112;
    const ENTRY_BYTES: usize = 12;
    const SHORT: u32 = 3;
    const LONG: u32 = 4;
    let little_endian = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u32> {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(u32::from(if little_endian {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        }))
    };
    let long = |at: usize| -> Option<u32> {
        let bytes = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if little_endian {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        })
    };
    let directory = usize::try_from(long(4)?).ok()?;
    let first_entry = directory.checked_add(2)?;
    for index in 0..short(directory)? as usize {
        let entry = first_entry.checked_add(index * ENTRY_BYTES)?;
        if short(entry)? == ORIENTATION {
            return match short(entry + 2)? {
                SHORT => short(entry.checked_add(8)?),
                LONG => long(entry.checked_add(8)?),
                _ => Some(0),
            };
        }
    }
    Some(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiff(little_endian: bool, kind: u16, value: u32) -> Vec<u8> {
        let short = |v: u16| {
            if little_endian {
                v.to_le_bytes()
            } else {
                v.to_be_bytes()
            }
        };
        let long = |v: u32| {
            if little_endian {
                v.to_le_bytes()
            } else {
                v.to_be_bytes()
            }
        };
        let mut block = if little_endian {
            b"II*\0".to_vec()
        } else {
            b"MM\0*".to_vec()
        };
        block.extend(long(8));
        block.extend(short(1));
        block.extend(short(0x0112));
        block.extend(short(kind));
        block.extend(long(1));
        if kind == 3 {
            block.extend(short(u16::try_from(value).unwrap()));
        } else {
            block.extend(long(value));
        }
        block
    }

    #[test]
    fn the_tag_is_read_as_short_or_long_in_both_byte_orders() {
        for kind in [3, 4] {
            assert_eq!(orientation_tag(&tiff(true, kind, 6)), Some(6));
            assert_eq!(orientation_tag(&tiff(false, kind, 6)), Some(6));
        }
        assert_eq!(orientation_tag(&tiff(false, 2, 6)), Some(0), "of text");
    }

    #[test]
    fn a_block_says_the_orientation_that_it_was_made_of() {
        for tag in 0..=9 {
            let block = block_of(tag);
            assert_eq!(block.is_some(), (2..=8).contains(&tag), "{tag}");
            assert_eq!(block.and_then(|block| tag_of(&block)).unwrap_or(tag), tag);
        }
    }

    #[test]
    fn a_cut_block_says_nothing() {
        let block = tiff(true, 3, 6);
        for length in 0..block.len() {
            assert_eq!(orientation_tag(&block[..length]), None, "{length}");
        }
    }

    #[test]
    fn a_value_that_means_nothing_leaves_the_photo_as_it_is() {
        for value in [0, 1, 9, u32::MAX] {
            let upright = Some(Orientation::default());
            assert_eq!(Orientation::of_exif(&tiff(true, 4, value)), upright);
        }
    }

    #[test]
    fn each_orientation_brings_the_first_stored_row_to_where_exif_says() {
        // Stored 2×1: A B. What the upright image's pixels are, row by row.
        let expected = [
            (1, (2, 1), *b"AB"),
            (2, (2, 1), *b"BA"),
            (3, (2, 1), *b"BA"),
            (4, (2, 1), *b"AB"),
            (5, (1, 2), *b"AB"),
            (6, (1, 2), *b"AB"),
            (7, (1, 2), *b"BA"),
            (8, (1, 2), *b"BA"),
        ];
        for (tag, size, pixels) in expected {
            let stored = Raster::new(Layout::Rgb, 2, 1, b"AAABBB".to_vec()).unwrap();
            let upright = Orientation::of_tag(tag).apply(stored);
            assert_eq!((upright.width(), upright.height()), size, "{tag}");
            let seen: Vec<u8> = upright
                .bytes()
                .chunks_exact(3)
                .map(|pixel| pixel[0])
                .collect();
            assert_eq!(seen, pixels, "{tag}");
        }
    }
}
