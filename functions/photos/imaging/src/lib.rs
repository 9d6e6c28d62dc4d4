//! From the bytes of an upload to its renditions, or to the reason why there are none.
//!
//! Pure: no clock, no network, no storage; a crate of its own, so that it alone is optimised in
//! debug builds. What a file claims (type, size in pixels) is checked
//! from its first bytes, before anything is decoded or allocated for it. Renditions are encoded
//! anew from pixels, so that none of the original's metadata can come along.

mod color;
mod exif;
mod jpeg;
mod png;
mod raster;
mod webp;

use base64::{Engine, engine::general_purpose::STANDARD};

use self::{
    color::Conversion,
    exif::Orientation,
    raster::{Layout, Raster},
};

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

/// Why there are no renditions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defect {
    /// The file ends before the image does.
    Truncated,
    /// The bytes are of another type than was claimed for them.
    TypeMismatch,
    /// More than is decoded, by the file's own header: pixels, or what must be held to read them.
    TooManyPixels,
    /// Not an image that can be decoded.
    Unreadable,
}

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
    Webp,
}

impl Format {
    fn of_content_type(content_type: &str) -> Option<Self> {
        match &*content_type.to_ascii_lowercase() {
            "image/jpeg" | "image/jpg" => Some(Self::Jpeg),
            "image/png" => Some(Self::Png),
            "image/webp" => Some(Self::Webp),
            _ => None,
        }
    }

    /// What every file of this type has, and from which byte on.
    fn magic(self) -> &'static [(usize, &'static [u8])] {
        match self {
            Self::Jpeg => &[(0, b"\xff\xd8\xff")],
            Self::Png => &[(0, b"\x89PNG\r\n\x1a\n")],
            Self::Webp => &[(0, b"RIFF"), (8, b"WEBP")],
        }
    }

    /// Whether the bytes are of this type, as far as they go.
    fn check(self, bytes: &[u8]) -> Result<(), Defect> {
        let mut cut = false;
        for (at, expected) in self.magic() {
            let found = bytes.get(*at..).unwrap_or_default();
            let found = &found[..found.len().min(expected.len())];
            if !expected.starts_with(found) {
                return Err(Defect::TypeMismatch);
            }
            cut |= found.len() < expected.len();
        }
        if cut { Err(Defect::Truncated) } else { Ok(()) }
    }
}

/// A decoded original: perhaps smaller than stored, not yet upright, in its own colours.
struct Decoded {
    /// As the file says, before orientation.
    width: u32,
    /// As the file says, before orientation.
    height: u32,
    orientation: Orientation,
    /// To sRGB, if its colours are others.
    conversion: Option<Conversion>,
    raster: Raster,
}

/// Checks `bytes` against the content type that was claimed for them, and makes the renditions.
///
/// # Errors
/// The [`Defect`]; the same bytes give the same one each time.
pub fn process(bytes: &[u8], content_type: &str) -> Result<Processed, Defect> {
    let format = Format::of_content_type(content_type).ok_or(Defect::TypeMismatch)?;
    format.check(bytes)?;
    render(match format {
        Format::Jpeg => jpeg::decode(bytes)?,
        Format::Png => png::decode(bytes)?,
        Format::Webp => webp::decode(bytes)?,
    })
}

/// The file without what its camera wrote into it and without all else that is not the image: its data are
/// those that were uploaded, byte by byte, its colour profile stays, and so does an orientation that
/// turns it.
///
/// # Errors
/// The [`Defect`]; none for a file that [`process`] took with that content type.
pub fn original(bytes: &[u8], content_type: &str) -> Result<Vec<u8>, Defect> {
    match Format::of_content_type(content_type).ok_or(Defect::TypeMismatch)? {
        Format::Jpeg => jpeg::cut(bytes),
        Format::Png => png::cut(bytes),
        Format::Webp => webp::cut(bytes),
    }
}

/// Refuses, from the header alone, what would be too much to decode.
fn check_size(width: u32, height: u32) -> Result<(), Defect> {
    if width == 0 || height == 0 {
        return Err(Defect::Unreadable);
    }
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MAX_PIXELS || width.max(height) > MAX_SIDE {
        return Err(Defect::TooManyPixels);
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

fn render(decoded: Decoded) -> Result<Processed, Defect> {
    let Decoded {
        width,
        height,
        orientation,
        conversion,
        raster,
    } = decoded;
    let (width, height) = orientation.upright(width, height);
    let mut descending = widths(width);
    descending.reverse();

    // RGB is converted, and pixels turned, only once they are few. Each rendition is made from the
    // one above it: three passes over ever less.
    let top = descending.first().copied().unwrap_or(width);
    let (stored_width, stored_height) = orientation.upright(top, height_at(top, width, height));
    let mut current = match raster.layout() {
        Layout::Rgb => {
            let few = raster.resized(stored_width, stored_height)?;
            color::to_srgb(few, conversion.as_ref())
        }
        Layout::Gray | Layout::Cmyk => {
            color::to_srgb(raster, conversion.as_ref()).resized(stored_width, stored_height)?
        }
    };
    current = orientation.apply(current);

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

fn placeholder(smallest: Raster) -> Result<String, Defect> {
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
