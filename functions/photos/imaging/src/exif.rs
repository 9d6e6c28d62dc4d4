//! The one thing that is read from EXIF: which way up the photo is.

use crate::raster::{Layout, Raster};

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
    fn of_tag(value: u16) -> Self {
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

    /// From a TIFF block, as EXIF is stored in; upright where it says nothing that can be read.
    pub(crate) fn of_tiff(tiff: &[u8]) -> Self {
        Self::of_tag(orientation_tag(tiff).unwrap_or(1))
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

/// The orientation tag of the first directory of a TIFF block (TIFF 6.0 §2).
fn orientation_tag(tiff: &[u8]) -> Option<u16> {
    const ORIENTATION: u16 = 0x0112;
    const ENTRY_BYTES: usize = 12;
    let little_endian = match tiff.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let short = |at: usize| -> Option<u16> {
        let bytes = tiff.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if little_endian {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let long = |at: usize| -> Option<usize> {
        let bytes = tiff.get(at..at.checked_add(4)?)?.try_into().ok()?;
        let value = if little_endian {
            u32::from_le_bytes(bytes)
        } else {
            u32::from_be_bytes(bytes)
        };
        usize::try_from(value).ok()
    };
    let directory = long(4)?;
    let entries = usize::from(short(directory)?);
    (0..entries)
        .map_while(|index| directory.checked_add(2 + index * ENTRY_BYTES))
        .find(|entry| short(*entry) == Some(ORIENTATION))
        .and_then(|entry| short(entry.checked_add(8)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tiff(little_endian: bool, value: u16) -> Vec<u8> {
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
        block.extend(short(3));
        block.extend(long(1));
        block.extend(short(value));
        block
    }

    #[test]
    fn the_tag_is_read_in_both_byte_orders() {
        assert_eq!(orientation_tag(&tiff(true, 6)), Some(6));
        assert_eq!(orientation_tag(&tiff(false, 6)), Some(6));
    }

    #[test]
    fn a_cut_block_says_nothing() {
        let block = tiff(true, 6);
        for length in 0..block.len() {
            assert_eq!(orientation_tag(&block[..length]), None, "{length}");
        }
    }

    #[test]
    fn a_value_that_means_nothing_leaves_the_photo_as_it_is() {
        for value in [0, 1, 9, u16::MAX] {
            assert_eq!(
                Orientation::of_tiff(&tiff(true, value)),
                Orientation::default()
            );
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
