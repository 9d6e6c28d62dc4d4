//! From the colours a file was saved in to sRGB.

use moxcms::{ColorProfile, DataColorSpace, TransformOptions};

use crate::raster::{Layout, Raster};

/// The image in sRGB: by its ICC profile, where it has one that fits its pixels; else gray and
/// RGB are taken to be sRGB already, and inks to multiply.
pub(crate) fn to_srgb(raster: Raster, profile: Option<&[u8]>) -> Raster {
    if let Some(converted) = profile.and_then(|profile| by_profile(&raster, profile)) {
        return converted;
    }
    let (layout, width, height) = (raster.layout(), raster.width(), raster.height());
    let rgb: Vec<u8> = match layout {
        Layout::Rgb => return raster,
        Layout::Gray => raster.bytes().iter().flat_map(|gray| [*gray; 3]).collect(),
        Layout::Cmyk => {
            let (pixels, _) = raster.bytes().as_chunks::<4>();
            pixels
                .iter()
                .flat_map(|[c, m, y, k]| [c, m, y].map(|ink| left(*ink, *k)))
                .collect()
        }
    };
    Raster::new(Layout::Rgb, width, height, rgb).unwrap_or(raster)
}

/// The light that one ink and black leave over.
fn left(ink: u8, black: u8) -> u8 {
    let light = u32::from(u8::MAX - ink) * u32::from(u8::MAX - black) / u32::from(u8::MAX);
    u8::try_from(light).unwrap_or(u8::MAX)
}

fn by_profile(raster: &Raster, profile: &[u8]) -> Option<Raster> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    let (space, layout) = match raster.layout() {
        Layout::Gray => (DataColorSpace::Gray, moxcms::Layout::Gray),
        Layout::Rgb => (DataColorSpace::Rgb, moxcms::Layout::Rgb),
        // Four channels: what they mean is the profile's matter.
        Layout::Cmyk => (DataColorSpace::Cmyk, moxcms::Layout::Rgba),
    };
    if profile.color_space != space {
        return None;
    }
    let transform = profile
        .create_transform_8bit(
            layout,
            &ColorProfile::new_srgb(),
            moxcms::Layout::Rgb,
            TransformOptions::default(),
        )
        .ok()?;
    let pixels = raster.bytes().len() / raster.layout().channels();
    let mut rgb = vec![0; pixels.checked_mul(Layout::Rgb.channels())?];
    transform.transform(raster.bytes(), &mut rgb).ok()?;
    Raster::new(Layout::Rgb, raster.width(), raster.height(), rgb).ok()
}
