//! What a JPEG says of itself before its pixels: its segments, read without decoding anything.

use crate::{Defect, check_size, exif::Orientation};

/// Marker codes (ITU T.81 table B.1).
pub(super) const START_OF_IMAGE: u8 = 0xd8;
pub(super) const END_OF_IMAGE: u8 = 0xd9;
pub(super) const START_OF_SCAN: u8 = 0xda;

/// What a JPEG says of itself before its pixels.
pub(super) struct Header {
    pub(super) frame: Frame,
    pub(super) orientation: Orientation,
    /// An ICC profile, if all its parts are there.
    pub(super) profile: Option<Vec<u8>>,
    /// Bytes of coefficients that must be kept until the last scan; 0 if there is but one scan.
    pub(super) coefficient_bytes: u64,
    /// Whether a scan's parameters may be others than a sequential frame's scans can have.
    pub(super) odd_scans: bool,
}

/// Reads the marker segments from the first to the start of the first scan (ITU T.81 annex B).
pub(super) fn read_header(bytes: &[u8]) -> Result<Header, Defect> {
    let (mut frame, mut orientation, mut profile) = (None, None, Profile::default());
    let mut rest = &bytes[2..];
    loop {
        let (marker, segment, after) = next_segment(rest)?;
        match marker {
            START_OF_IMAGE | END_OF_IMAGE => return Err(Defect::Unreadable),
            // Baseline, extended and progressive frames; the arithmetic ones too.
            0xc0..=0xc2 | 0xc9 | 0xca => {
                if frame.is_some() {
                    return Err(Defect::Unreadable);
                }
                let parsed = Frame::parse(marker, segment).ok_or(Defect::Unreadable)?;
                check_size(parsed.width, parsed.height)?;
                frame = Some(parsed);
            }
            // Lossless and hierarchical frames, which no camera or app writes, cannot be scaled.
            0xc3 | 0xc5..=0xc7 | 0xcb | 0xcd..=0xcf => return Err(Defect::Unreadable),
            0xe1 if segment.starts_with(b"Exif\0\0") => {
                orientation = orientation.or_else(|| Orientation::of_exif(segment));
            }
            0xe2 => {
                if let Some([number, of, part @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0") {
                    profile.add(*number, *of, part);
                }
            }
            START_OF_SCAN => {
                let frame = frame.ok_or(Defect::Unreadable)?;
                let components = segment.first().copied().unwrap_or(0);
                let several = frame.progressive || usize::from(components) < frame.components;
                // Stuffing keeps the end marker out of a scan's data, so it is there only if the
                // image is whole; the marker of an embedded preview lies before the first scan.
                if !after.array_windows().rev().any(|pair| pair == b"\xff\xd9") {
                    return Err(Defect::Truncated);
                }
                return Ok(Header {
                    orientation: orientation.unwrap_or_default(),
                    profile: profile.whole(),
                    coefficient_bytes: if several { frame.coefficient_bytes } else { 0 },
                    odd_scans: !frame.progressive && (several || !segment.ends_with(&SEQUENTIAL)),
                    frame,
                });
            }
            _ => {}
        }
        rest = after;
    }
}

/// The parameters of a sequential frame's scans: all 64 coefficients, all their bits.
pub(super) const SEQUENTIAL: [u8; 3] = [0, 63, 0];

/// One marker, its segment without the length, and what follows. What stands before the marker
/// and belongs to no segment is skipped, as decoders do.
pub(super) fn next_segment(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), Defect> {
    let marked = bytes.array_windows().position(|[mark, code]| {
        // FF before the code is filling; 00 and what is reserved are no codes.
        *mark == 0xff && matches!(code, 0x01 | 0xc0..=0xfe)
    });
    let marked = &bytes[marked.ok_or(Defect::Truncated)? + 1..];
    let (marker, rest) = marked.split_first().ok_or(Defect::Truncated)?;
    let marker = *marker;
    if matches!(marker, 0x01 | 0xd0..=0xd9) {
        return Ok((marker, &[], rest));
    }
    let (length, _) = rest.split_first_chunk().ok_or(Defect::Truncated)?;
    let length = usize::from(u16::from_be_bytes(*length));
    if length < 2 {
        return Err(Defect::Unreadable);
    }
    let (segment, after) = rest.split_at_checked(length).ok_or(Defect::Truncated)?;
    Ok((marker, &segment[2..], after))
}

/// The parts of an ICC profile, by their numbers (ICC.1:2022 annex B.4).
#[derive(Default)]
struct Profile<'a>(Vec<(u8, u8, &'a [u8])>);

impl<'a> Profile<'a> {
    /// Of two parts with one number the first counts.
    fn add(&mut self, number: u8, of: u8, part: &'a [u8]) {
        if self.0.iter().all(|(other, ..)| *other != number) {
            self.0.push((number, of, part));
        }
    }

    /// All parts in order, if none is missing; a total of 0 is as many as there are.
    fn whole(mut self) -> Option<Vec<u8>> {
        self.0.sort_by_key(|(number, ..)| *number);
        let total = self.0.len();
        let fits = |(index, (number, of, _)): (usize, &(u8, u8, &[u8]))| {
            usize::from(*number) == index + 1 && (*of == 0 || usize::from(*of) == total)
        };
        let whole = total > 0 && self.0.iter().enumerate().all(fits);
        whole.then(|| {
            self.0
                .iter()
                .flat_map(|(.., part)| *part)
                .copied()
                .collect()
        })
    }
}

/// A frame header.
pub(super) struct Frame {
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) components: usize,
    pub(super) progressive: bool,
    /// All coefficients at once, two bytes each.
    coefficient_bytes: u64,
}

impl Frame {
    fn parse(marker: u8, segment: &[u8]) -> Option<Self> {
        let (&[_precision, h0, h1, w0, w1, components], table) = segment.split_first_chunk()?;
        let height = u32::from(u16::from_be_bytes([h0, h1]));
        let width = u32::from(u16::from_be_bytes([w0, w1]));
        let components = usize::from(components);
        let sampling: Vec<(u64, u64)> = table
            .as_chunks::<3>()
            .0
            .iter()
            .take(components)
            .map(|[_, factors, _]| (u64::from(factors >> 4), u64::from(factors & 15)))
            .collect();
        let widest = sampling.iter().map(|(across, _)| *across).max()?;
        let tallest = sampling.iter().map(|(_, down)| *down).max()?;
        if sampling.len() != components || widest == 0 || tallest == 0 {
            return None;
        }
        let samples: u64 = sampling.iter().map(|(across, down)| across * down).sum();
        let coefficient_bytes =
            2 * u64::from(width) * u64::from(height) * samples / (widest * tallest);
        let progressive = matches!(marker, 0xc2 | 0xca);
        Some(Self {
            width,
            height,
            components,
            progressive,
            coefficient_bytes,
        })
    }
}
