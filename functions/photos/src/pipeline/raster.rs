//! Eight-bit pixels in memory, and making fewer of them.

use fast_image_resize::{
    FilterType, PixelType, ResizeAlg, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use shared::domain::photo::Rejection;

/// What the bytes of a pixel mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One byte, dark to light.
    Gray,
    /// Three bytes.
    Rgb,
    /// Four bytes of ink, 0 for none.
    Cmyk,
}

impl Layout {
    /// Bytes a pixel.
    pub(super) fn channels(self) -> usize {
        match self {
            Self::Gray => 1,
            Self::Rgb => 3,
            Self::Cmyk => 4,
        }
    }

    fn pixel_type(self) -> PixelType {
        match self {
            Self::Gray => PixelType::U8,
            Self::Rgb => PixelType::U8x3,
            Self::Cmyk => PixelType::U8x4,
        }
    }
}

/// An image in rows from the top, without padding.
pub(super) struct Raster {
    layout: Layout,
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

impl Raster {
    /// `bytes` must hold exactly `width × height` pixels.
    pub(super) fn new(
        layout: Layout,
        width: u32,
        height: u32,
        bytes: Vec<u8>,
    ) -> Result<Self, Rejection> {
        if Some(bytes.len()) != size(layout, width, height) {
            return Err(Rejection::Unreadable);
        }
        Ok(Self {
            layout,
            width,
            height,
            bytes,
        })
    }

    pub(super) fn layout(&self) -> Layout {
        self.layout
    }

    pub(super) fn width(&self) -> u32 {
        self.width
    }

    pub(super) fn height(&self) -> u32 {
        self.height
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same image at another size; itself if it has that size. By Mitchell and Netravali's
    /// filter, which neither rings nor blocks, and keeps down the noise of what was compressed.
    pub(super) fn resized(self, width: u32, height: u32) -> Result<Self, Rejection> {
        if (self.width, self.height) == (width, height) {
            return Ok(self);
        }
        let options = ResizeOptions::new()
            .resize_alg(ResizeAlg::Convolution(FilterType::Mitchell))
            .use_alpha(false);
        let pixel_type = self.layout.pixel_type();
        let source = ImageRef::new(self.width, self.height, &self.bytes, pixel_type);
        let mut target = Image::new(width, height, pixel_type);
        // Both can fail only for sizes that do not fit their buffers.
        let resized = source.is_ok_and(|source| {
            Resizer::new()
                .resize(&source, &mut target, Some(&options))
                .is_ok()
        });
        if !resized {
            return Err(Rejection::Unreadable);
        }
        Self::new(self.layout, width, height, target.into_vec())
    }
}

/// Bytes of an image, unless they cannot be counted.
pub(super) fn size(layout: Layout, width: u32, height: u32) -> Option<usize> {
    (width as usize)
        .checked_mul(height as usize)?
        .checked_mul(layout.channels())
}
