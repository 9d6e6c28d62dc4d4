//! From the colours a file was saved in to sRGB.

use std::sync::Arc;

use moxcms::{
    Chromaticity, CicpColorPrimaries, CicpProfile, ColorPrimaries, ColorProfile, DataColorSpace,
    MatrixCoefficients, ToneReprCurve, TransferCharacteristics, Transform8BitExecutor,
    TransformOptions,
};

use crate::raster::{Layout, Raster};

/// sRGB's curve as a `gAMA` says it, and how far from it others still mean that curve: 5 %.
const SRGB_GAMMA: f64 = 0.45455;
const NEARLY: f64 = 0.05;
/// What can be a `gAMA`: beyond it, libpng too takes it as absent.
/// <https://github.com/pnggroup/libpng/blob/v1.6.43/png.c#L1190>
const GAMMAS: std::ops::RangeInclusive<f64> = 0.000_16..=6_250.0;

/// From some colours to sRGB.
pub(crate) struct Conversion {
    /// Of the pixels that it takes.
    layout: Layout,
    transform: Arc<Transform8BitExecutor>,
}

/// White, red, green and blue, each as x and y (CIE 1931).
pub(crate) type Chromaticities = [(f32, f32); 4];

/// By an ICC profile; `None` where it cannot be read or is for other pixels than these. Gray may
/// be saved in RGB's colours.
pub(crate) fn of_icc(profile: &[u8], layout: Layout) -> Option<Conversion> {
    let profile = ColorProfile::new_from_slice(profile).ok()?;
    let layout = match (profile.color_space, layout) {
        (DataColorSpace::Gray, Layout::Gray) => Layout::Gray,
        (DataColorSpace::Rgb, Layout::Gray | Layout::Rgb) => Layout::Rgb,
        (DataColorSpace::Cmyk, Layout::Cmyk) => Layout::Cmyk,
        _ => return None,
    };
    conversion(&profile, layout)
}

/// By the code points of primaries and transfer (ITU-T H.273), full range; `None` for those that
/// say nothing, and for PQ and HLG, whose light is more than a screen of sRGB's has.
pub(crate) fn of_code_points(primaries: u8, transfer: u8) -> Option<Conversion> {
    let transfer_characteristics = TransferCharacteristics::try_from(transfer).ok()?;
    if matches!(
        transfer_characteristics,
        TransferCharacteristics::Smpte2084 | TransferCharacteristics::Hlg
    ) {
        return None;
    }
    let profile = ColorProfile::new_from_cicp(CicpProfile {
        color_primaries: CicpColorPrimaries::try_from(primaries).ok()?,
        transfer_characteristics,
        matrix_coefficients: MatrixCoefficients::Identity,
        full_range: true,
    });
    profile.red_trc.as_ref()?;
    of_primaries(&profile)
}

/// By the power of light that samples are stored in, 1 for linear, and the primaries; sRGB's for
/// what is missing or cannot be. `None` where both are sRGB's.
pub(crate) fn of_gamma(
    gamma: Option<f64>,
    primaries: Option<Chromaticities>,
) -> Option<Conversion> {
    let other = |gamma: &f64| GAMMAS.contains(gamma) && (gamma / SRGB_GAMMA - 1.0).abs() > NEARLY;
    let curve = gamma
        .filter(other)
        .map(|gamma| ToneReprCurve::Parametric(vec![(1.0 / gamma) as f32]));
    let with_curve = |mut profile: ColorProfile| {
        if let Some(curve) = &curve {
            // They would count before the curves.
            profile.cicp = None;
            profile.red_trc = Some(curve.clone());
            profile.green_trc = Some(curve.clone());
            profile.blue_trc = Some(curve.clone());
        }
        of_primaries(&profile)
    };
    let by_primaries = primaries.and_then(|[white, red, green, blue]| {
        let point = |(x, y)| Chromaticity { x, y };
        let primaries = ColorPrimaries {
            red: point(red),
            green: point(green),
            blue: point(blue),
        };
        let mut profile = ColorProfile::new_srgb();
        profile.update_rgb_colorimetry(point(white).to_xyyb(), primaries);
        with_curve(profile)
    });
    by_primaries.or_else(|| {
        curve
            .is_some()
            .then(|| with_curve(ColorProfile::new_srgb()))?
    })
}

/// By an RGB profile that was put together; `None` where its primaries span no colours.
fn of_primaries(profile: &ColorProfile) -> Option<Conversion> {
    let matrix = profile.colorant_matrix();
    let spans = matrix.v.iter().flatten().all(|value| value.abs() < 10.0)
        && matrix
            .determinant()
            .is_some_and(|volume| volume.abs() > 1e-6);
    spans.then(|| conversion(profile, Layout::Rgb)).flatten()
}

fn conversion(profile: &ColorProfile, layout: Layout) -> Option<Conversion> {
    let source = match layout {
        Layout::Gray => moxcms::Layout::Gray,
        Layout::Rgb => moxcms::Layout::Rgb,
        // Four channels: what they mean is the profile's matter.
        Layout::Cmyk => moxcms::Layout::Rgba,
    };
    let (srgb, target) = (ColorProfile::new_srgb(), moxcms::Layout::Rgb);
    let transform =
        profile.create_transform_8bit(source, &srgb, target, TransformOptions::default());
    Some(Conversion {
        layout,
        transform: transform.ok()?,
    })
}

/// The image in sRGB: converted, if need be; else gray and RGB are sRGB already, and inks
/// multiply.
pub(crate) fn to_srgb(raster: Raster, conversion: Option<&Conversion>) -> Raster {
    let Some(conversion) = conversion else {
        return plain(raster);
    };
    let raster = if conversion.layout == Layout::Rgb {
        plain(raster)
    } else {
        raster
    };
    converted(&raster, conversion).unwrap_or_else(|| plain(raster))
}

fn converted(raster: &Raster, conversion: &Conversion) -> Option<Raster> {
    let pixels = raster.bytes().len() / raster.layout().channels();
    let mut rgb = vec![0; pixels.checked_mul(Layout::Rgb.channels())?];
    let transform = &conversion.transform;
    transform.transform(raster.bytes(), &mut rgb).ok()?;
    Raster::new(Layout::Rgb, raster.width(), raster.height(), rgb).ok()
}

/// The image in RGB as it is.
fn plain(raster: Raster) -> Raster {
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
