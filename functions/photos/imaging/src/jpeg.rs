//! JPEG in and out: the header read here, the pixels by libjpeg-turbo, scaled while decoding.

use turbojpeg::{Colorspace, Compressor, Decompressor, Image, PixelFormat, ScalingFactor, Subsamp};

use crate::{
    Decoded, Defect, check_size,
    exif::Orientation,
    raster::{Layout, Raster, size},
    widths,
};

/// What decoding may hold at once, in bytes, beside the file; over it the photo has too many
/// pixels. Only inks saved progressively at nearly full size come near it.
const MAX_WORKING_BYTES: u64 = 460_000_000;
/// A progressive file's scans; cameras and encoders write about ten, an attack thousands. Each
/// takes time for every pixel, so that the largest files may have the fewest.
const MAX_SCANS: std::ops::RangeInclusive<u64> = 30..=100;
const MAX_SCANNED_PIXELS: u64 = 1_500_000_000;

/// What a JPEG says of itself before its pixels.
struct Header<'a> {
    width: u32,
    height: u32,
    /// Bytes of coefficients that must be kept until the last scan; 0 if there is but one scan.
    coefficient_bytes: u64,
    orientation: Orientation,
    /// Numbered parts of an ICC profile.
    profile: Vec<(u8, &'a [u8])>,
    /// Adobe's marker: inks are stored as their negative.
    adobe: bool,
}

impl Header<'_> {
    fn profile(&mut self) -> Option<Vec<u8>> {
        self.profile.sort_by_key(|(number, _)| *number);
        let whole: Vec<u8> = self
            .profile
            .iter()
            .flat_map(|(_, part)| *part)
            .copied()
            .collect();
        (!whole.is_empty()).then_some(whole)
    }
}

/// The marker segments from the first to the start of the first scan (ITU T.81 annex B).
fn read_header(bytes: &[u8]) -> Result<Header<'_>, Defect> {
    const START_OF_SCAN: u8 = 0xda;
    let mut header = Header {
        width: 0,
        height: 0,
        coefficient_bytes: 0,
        orientation: Orientation::default(),
        profile: Vec::new(),
        adobe: false,
    };
    let mut frame = None;
    let mut rest = &bytes[2..];
    loop {
        let (marker, segment, after) = next_segment(rest)?;
        match marker {
            // Baseline, extended and progressive frames; the arithmetic ones too.
            0xc0..=0xc2 | 0xc9 | 0xca => {
                if frame.is_some() {
                    return Err(Defect::Unreadable);
                }
                let parsed = Frame::parse(marker, segment).ok_or(Defect::Unreadable)?;
                (header.width, header.height) = (parsed.width, parsed.height);
                check_size(header.width, header.height)?;
                frame = Some(parsed);
            }
            // Lossless and hierarchical frames, which no camera or app writes, cannot be scaled.
            0xc3 | 0xc5..=0xc7 | 0xcb | 0xcd..=0xcf => return Err(Defect::Unreadable),
            0xe1 => {
                if let Some(tiff) = segment.strip_prefix(b"Exif\0\0") {
                    header.orientation = Orientation::of_tiff(tiff);
                }
            }
            0xe2 => {
                if let Some([number, _of, part @ ..]) = segment.strip_prefix(b"ICC_PROFILE\0") {
                    header.profile.push((*number, part));
                }
            }
            0xee => header.adobe |= segment.starts_with(b"Adobe"),
            START_OF_SCAN => {
                let frame = frame.ok_or(Defect::Unreadable)?;
                let components = segment.first().copied().unwrap_or(0);
                if frame.progressive || usize::from(components) < frame.components {
                    header.coefficient_bytes = frame.coefficient_bytes;
                }
                // Stuffing keeps the end marker out of a scan's data, so it is there only if the
                // image is whole; the marker of an embedded preview lies before the first scan.
                if !after.array_windows().rev().any(|pair| pair == b"\xff\xd9") {
                    return Err(Defect::Truncated);
                }
                return Ok(header);
            }
            _ => {}
        }
        rest = after;
    }
}

/// One marker, its segment without the length, and what follows.
fn next_segment(bytes: &[u8]) -> Result<(u8, &[u8], &[u8]), Defect> {
    let start = bytes
        .iter()
        .position(|byte| *byte != 0xff)
        .ok_or(Defect::Truncated)?;
    let marker = bytes[start];
    if start == 0 || matches!(marker, 0x00 | 0xd8 | 0xd9) {
        return Err(Defect::Unreadable);
    }
    let rest = &bytes[start + 1..];
    if matches!(marker, 0x01 | 0xd0..=0xd7) {
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

/// A frame header.
struct Frame {
    width: u32,
    height: u32,
    components: usize,
    progressive: bool,
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

/// Decodes at the smallest eighth of the size that still has the widest rendition in it.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, Defect> {
    let mut header = read_header(bytes)?;
    let (upright_width, _) = header.orientation.upright(header.width, header.height);
    let needed = widths(upright_width)
        .last()
        .copied()
        .unwrap_or(upright_width) as usize;
    let scaling = (1..=8)
        .map(|eighths| ScalingFactor::new(eighths, 8))
        .find(|scaling| scaling.scale(upright_width as usize) >= needed)
        .unwrap_or(ScalingFactor::ONE);

    let mut decompressor = Decompressor::new().map_err(rejection)?;
    let pixels = u64::from(header.width) * u64::from(header.height);
    let scans = (MAX_SCANNED_PIXELS / pixels).clamp(*MAX_SCANS.start(), *MAX_SCANS.end());
    let scans = u32::try_from(scans).unwrap_or(u32::MAX);
    decompressor.set_scan_limit(scans).map_err(rejection)?;
    decompressor
        .set_scaling_factor(scaling)
        .map_err(rejection)?;
    let seen = decompressor.read_header(bytes).map_err(rejection)?;
    if (seen.width, seen.height) != (header.width as usize, header.height as usize) {
        return Err(Defect::Unreadable);
    }
    let (layout, format) = match seen.colorspace {
        Colorspace::Gray => (Layout::Gray, PixelFormat::GRAY),
        Colorspace::RGB | Colorspace::YCbCr => (Layout::Rgb, PixelFormat::RGB),
        Colorspace::CMYK | Colorspace::YCCK => (Layout::Cmyk, PixelFormat::CMYK),
    };
    let scaled = seen.scaled(scaling);
    let side = |length: usize| u32::try_from(length).map_err(|_too_long| Defect::Unreadable);
    let (width, height) = (side(scaled.width)?, side(scaled.height)?);
    let length = size(layout, width, height).ok_or(Defect::TooManyPixels)?;
    if header.coefficient_bytes + length as u64 > MAX_WORKING_BYTES {
        return Err(Defect::TooManyPixels);
    }
    let mut pixels = vec![0; length];
    let image = Image {
        pixels: pixels.as_mut_slice(),
        width: scaled.width,
        pitch: scaled.width * layout.channels(),
        height: scaled.height,
        format,
    };
    decompressor.decompress(bytes, image).or_else(forgive)?;
    if layout == Layout::Cmyk && header.adobe {
        for ink in &mut pixels {
            *ink = u8::MAX - *ink;
        }
    }
    Ok(Decoded {
        width: header.width,
        height: header.height,
        orientation: header.orientation,
        profile: header.profile(),
        raster: Raster::new(layout, width, height, pixels)?,
    })
}

/// Libjpeg reports as an error also what it only warned of, with all pixels decoded. A few stray
/// bytes between segments, as some cameras leave them, are forgiven; missing data is not.
fn forgive(error: turbojpeg::Error) -> Result<(), Defect> {
    if error.to_string().contains("extraneous bytes") {
        Ok(())
    } else {
        Err(rejection(error))
    }
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "the shape that map_err wants"
)]
fn rejection(error: turbojpeg::Error) -> Defect {
    if error.to_string().contains("remature end") {
        Defect::Truncated
    } else {
        Defect::Unreadable
    }
}

/// A baseline JPEG of an RGB image, chroma halved, with nothing in it but the image.
pub(crate) fn encode(raster: &Raster, quality: i32) -> Result<Vec<u8>, Defect> {
    if raster.layout() != Layout::Rgb {
        return Err(Defect::Unreadable);
    }
    let compress = || {
        let mut compressor = Compressor::new()?;
        compressor.set_quality(quality)?;
        compressor.set_subsamp(Subsamp::Sub2x2)?;
        compressor.compress_to_vec(Image {
            pixels: raster.bytes(),
            width: raster.width() as usize,
            pitch: raster.width() as usize * Layout::Rgb.channels(),
            height: raster.height() as usize,
            format: PixelFormat::RGB,
        })
    };
    compress().map_err(rejection)
}
