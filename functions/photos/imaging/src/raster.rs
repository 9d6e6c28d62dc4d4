//! Eight-bit pixels in memory, and making fewer of them.

use fast_image_resize::{
    FilterType, ResizeAlg, ResizeOptions, Resizer,
    images::{TypedImage, TypedImageRef},
    pixels::U8x3,
};

use crate::Defect;

/// Keeps the most detail: within 0.05 dB of libvips' renditions, where Mitchell's filter loses 1.
const FILTER: FilterType = FilterType::Lanczos3;

/// What the bytes of a pixel mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Layout {
    /// One byte, dark to light.
    Gray,
    /// Three bytes.
    Rgb,
    /// Four bytes of ink, 0 for none.
    Cmyk,
}

impl Layout {
    /// Bytes a pixel.
    pub(crate) fn channels(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }
}

/// An image in rows from the top, without padding.
pub(crate) struct Raster {
    layout: Layout,
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

impl Raster {
    /// `bytes` must hold exactly `width × height` pixels.
    pub(crate) fn new(
        layout: Layout,
        width: u32,
        height: u32,
        bytes: Vec<u8>,
    ) -> Result<Self, Defect> {
        if Some(bytes.len()) != size(layout, width, height) {
            return Err(Defect::Unreadable);
        }
        Ok(Self {
            layout,
            width,
            height,
            bytes,
        })
    }

    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    pub(crate) fn width(&self) -> u32 {
        self.width
    }

    pub(crate) fn height(&self) -> u32 {
        self.height
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same RGB image at another size; itself if it has that size.
    pub(crate) fn resized(self, width: u32, height: u32) -> Result<Self, Defect> {
        if (self.width, self.height) == (width, height) {
            return Ok(self);
        }
        // Not its to resize, or sizes that do not fit their buffers: neither ever comes.
        let bytes = self.convolved(width, height).ok_or(Defect::Unreadable)?;
        Self::new(self.layout, width, height, bytes)
    }

    /// Of one type of pixel alone, since the resizer is compiled anew for each that it is asked
    /// for.
    fn convolved(&self, width: u32, height: u32) -> Option<Vec<u8>> {
        if self.layout != Layout::Rgb {
            return None;
        }
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FILTER))
            .use_alpha(false);
        let source =
            TypedImageRef::<U8x3>::from_buffer(self.width, self.height, &self.bytes).ok()?;
        let mut bytes = vec![0; size(self.layout, width, height)?];
        let mut target = TypedImage::<U8x3>::from_buffer(width, height, &mut bytes).ok()?;
        let resized = Resizer::new().resize_typed(&source, &mut target, &options);
        resized.ok().map(|()| bytes)
    }
}

/// Bytes of an image, unless they cannot be counted.
pub(crate) fn size(layout: Layout, width: u32, height: u32) -> Option<usize> {
    (width as usize)
        .checked_mul(height as usize)?
        .checked_mul(layout.channels())
}

/// A sample of the given opacity over white, rounded to nearest.
pub(crate) fn over_white(sample: u8, alpha: u8) -> u8 {
    let (white, alpha) = (u32::from(u8::MAX), u32::from(alpha));
    let mixed = (u32::from(sample) * alpha + white * (white - alpha) + white / 2) / white;
    u8::try_from(mixed).unwrap_or(u8::MAX)
}
