//! From the bytes of an upload to its renditions, or to the reason why there are none.
//!
//! Pure: no clock, no network, no storage. What a file claims (type, size in pixels) is checked
//! from its first bytes, before anything is decoded or allocated for it. Renditions are encoded
//! anew from pixels, so that none of the original's metadata can come along.

mod color;
mod exif;
mod jpeg;
mod png;
mod raster;

use base64::{Engine, engine::general_purpose::STANDARD};
use shared::domain::photo::{MAX_BYTES, Rejection};

use self::{exif::Orientation, raster::Raster};

/// The most pixels that are decoded: 50 megapixels.
pub const MAX_PIXELS: u64 = 50_000_000;
/// The longest side, in pixels, that a JPEG rendition could have.
const MAX_SIDE: u32 = 65_500;
/// Widths of the renditions, in pixels, narrowest first.
pub const WIDTHS: [u32; 3] = [320, 640, 1080];
/// Renditions' JPEG quality: the least at which skin and skies show no blocks.
const QUALITY: i32 = 80;
/// Longest side of what the placeholder is computed from; thumbhash takes at most 100.
const PLACEHOLDER_SIDE: u32 = 64;

/// What an upload became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Processed {
    /// Width of the original in pixels, as seen upright.
    pub width: u32,
    /// Height of the original in pixels, as seen upright.
    pub height: u32,
    /// A thumbhash, in base64: some 25 bytes that an app can draw while the photo loads.
    pub placeholder: String,
    /// At least one, narrowest first.
    pub renditions: Vec<Rendition>,
}

/// One size of a photo, as a JPEG in sRGB without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendition {
    /// In pixels; one of [`WIDTHS`], or the original's own.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// The file.
    pub jpeg: Vec<u8>,
}

/// The image types that may be claimed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Jpeg,
    Png,
}

impl Format {
    fn of_content_type(content_type: &str) -> Option<Self> {
        match content_type {
            "image/jpeg" => Some(Self::Jpeg),
            "image/png" => Some(Self::Png),
            _ => None,
        }
    }

    /// The first bytes of every file of this type.
    fn magic(self) -> &'static [u8] {
        match self {
            Self::Jpeg => b"\xff\xd8\xff",
            Self::Png => b"\x89PNG\r\n\x1a\n",
        }
    }
}

/// A decoded original: perhaps smaller than stored, not yet upright, in its own colours.
struct Decoded {
    /// As the file says, before orientation.
    width: u32,
    /// As the file says, before orientation.
    height: u32,
    orientation: Orientation,
    profile: Option<Vec<u8>>,
    raster: Raster,
}

/// Checks `bytes` against the content type that was claimed for them, and makes the renditions.
///
/// # Errors
/// The [`Rejection`]; the same bytes give the same one each time.
pub fn process(bytes: &[u8], content_type: &str) -> Result<Processed, Rejection> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Rejection::TooLarge);
    }
    let format = Format::of_content_type(content_type).ok_or(Rejection::TypeMismatch)?;
    if !bytes.starts_with(format.magic()) {
        let cut = format.magic().starts_with(bytes);
        return Err(if cut {
            Rejection::Truncated
        } else {
            Rejection::TypeMismatch
        });
    }
    render(match format {
        Format::Jpeg => jpeg::decode(bytes)?,
        Format::Png => png::decode(bytes)?,
    })
}

/// Refuses, from the header alone, what would be too much to decode.
fn check_size(width: u32, height: u32) -> Result<(), Rejection> {
    if width == 0 || height == 0 {
        return Err(Rejection::Unreadable);
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS || width.max(height) > MAX_SIDE {
        return Err(Rejection::TooManyPixels);
    }
    Ok(())
}

/// The renditions' widths for an upright original of this width: never wider than it.
fn widths(width: u32) -> Vec<u32> {
    let mut widths: Vec<u32> = WIDTHS
        .into_iter()
        .filter(|rendition| *rendition <= width)
        .collect();
    if widths.len() < WIDTHS.len() && !widths.contains(&width) {
        widths.push(width);
    }
    widths
}

/// The height that goes with a rendition's width, at least one pixel.
fn height_at(rendition_width: u32, width: u32, height: u32) -> u32 {
    let scaled = (u64::from(height) * u64::from(rendition_width) * 2 + u64::from(width))
        / (u64::from(width) * 2);
    u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
}

fn render(decoded: Decoded) -> Result<Processed, Rejection> {
    let Decoded {
        width,
        height,
        orientation,
        profile,
        raster,
    } = decoded;
    let (width, height) = orientation.upright(width, height);
    let mut descending = widths(width);
    descending.reverse();

    // Colours are converted and pixels turned only once they are few. Each rendition is made
    // from the one above it: three passes over ever less.
    let top = descending.first().copied().unwrap_or(width);
    let (stored_width, stored_height) = orientation.upright(top, height_at(top, width, height));
    let mut current = raster.resized(stored_width, stored_height)?;
    current = orientation.apply(color::to_srgb(current, profile.as_deref()));

    let mut renditions = Vec::with_capacity(descending.len());
    for rendition_width in descending {
        current = current.resized(rendition_width, height_at(rendition_width, width, height))?;
        renditions.push(Rendition {
            width: current.width(),
            height: current.height(),
            jpeg: jpeg::encode(&current, QUALITY)?,
        });
    }
    renditions.reverse();
    Ok(Processed {
        width,
        height,
        placeholder: placeholder(current)?,
        renditions,
    })
}

fn placeholder(smallest: Raster) -> Result<String, Rejection> {
    let (width, height) = (smallest.width(), smallest.height());
    let long = width.max(height);
    let side = PLACEHOLDER_SIDE.min(long);
    let tiny = smallest.resized(height_at(side, long, width), height_at(side, long, height))?;
    let rgba: Vec<u8> = tiny
        .bytes()
        .chunks_exact(3)
        .flat_map(|rgb| [rgb[0], rgb[1], rgb[2], u8::MAX])
        .collect();
    let hash = thumbhash::rgba_to_thumb_hash(tiny.width() as usize, tiny.height() as usize, &rgba);
    Ok(STANDARD.encode(hash))
}

#[cfg(test)]
mod tests;
