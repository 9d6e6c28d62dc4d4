//! JPEG in and out: the header read here, the pixels by libjpeg-turbo, scaled while decoding.

mod cut;
mod header;
mod tidy;

use std::borrow::Cow;

use turbojpeg::{Colorspace, Compressor, Decompressor, Image, PixelFormat, ScalingFactor, Subsamp};

pub(crate) use self::cut::cut;
use self::{header::read_header, tidy::tidied};
use crate::{
    Decoded, Defect, color,
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

/// Decodes at the smallest eighth of the size that still has the widest rendition in it.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, Defect> {
    let header = read_header(bytes)?;
    let frame = &header.frame;
    let (upright_width, _) = header.orientation.upright(frame.width, frame.height);
    let needed = widths(upright_width)
        .last()
        .copied()
        .unwrap_or(upright_width) as usize;
    let scaling = (1..=8)
        .map(|eighths| ScalingFactor::new(eighths, 8))
        .find(|scaling| scaling.scale(upright_width as usize) >= needed)
        .unwrap_or(ScalingFactor::ONE);

    let mut decompressor = Decompressor::new().map_err(rejection)?;
    let pixels = u64::from(frame.width) * u64::from(frame.height);
    let scans = (MAX_SCANNED_PIXELS / pixels).clamp(*MAX_SCANS.start(), *MAX_SCANS.end());
    let scans = u32::try_from(scans).unwrap_or(u32::MAX);
    decompressor.set_scan_limit(scans).map_err(rejection)?;
    decompressor
        .set_scaling_factor(scaling)
        .map_err(rejection)?;
    // Libjpeg reports as an error also what it only warns of. What is odd in a header it says
    // before anything is decoded: then it is given the same image without.
    let file = if header.odd_scans || turbojpeg::read_header(bytes).is_err() {
        Cow::Owned(tidied(bytes, frame)?)
    } else {
        Cow::Borrowed(bytes)
    };
    let seen = decompressor.read_header(&file).map_err(rejection)?;
    if (seen.width, seen.height) != (frame.width as usize, frame.height as usize) {
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
    let copied = matches!(file, Cow::Owned(_)).then_some(file.len());
    let held = header.coefficient_bytes + (length + copied.unwrap_or(0)) as u64;
    if held > MAX_WORKING_BYTES {
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
    decompressor.decompress(&file, image).or_else(forgive)?;
    if layout == Layout::Cmyk {
        // Inks are stored as their negatives, with Adobe's marker or without.
        for ink in &mut pixels {
            *ink = u8::MAX - *ink;
        }
    }
    let profile = header.profile;
    Ok(Decoded {
        width: frame.width,
        height: frame.height,
        orientation: header.orientation,
        conversion: profile.and_then(|profile| color::of_icc(&profile, layout)),
        raster: Raster::new(layout, width, height, pixels)?,
    })
}

/// Forgives a warning, of several the first, after which all is decoded: bytes left over before
/// the next segment, as some cameras leave them, and scans in another order than they should be
/// in. Bytes left over before a restart marker were image data.
fn forgive(error: turbojpeg::Error) -> Result<(), Defect> {
    let message = error.to_string();
    let left_over = message.contains("extraneous bytes before marker")
        && !(0xd0..=0xd7).any(|restart| message.ends_with(&format!("{restart:#04x}")));
    if left_over || message.contains("Inconsistent progression") {
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
