//! What photos cost: CPU, memory, bytes, and likeness to a Lanczos reference, beside libvips.
//!
//! Each file is measured in a process of its own, so that its peak of memory is its own.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Duration,
};

use anyhow::{Context, Result, anyhow, ensure};
use image::{DynamicImage, ImageDecoder, ImageReader, RgbImage, Rgba, imageops::FilterType};
use nix::sys::{
    resource::{UsageWho, getrusage},
    time::TimeValLike,
};

/// So often is a file worked on; the least is reported, as what others do on the machine only adds.
const RUNS: usize = 9;
/// What a 12-megapixel JPEG may cost (ARCHITECTURE: budgets).
const CPU_BUDGET: Duration = Duration::from_millis(110);
const RSS_BUDGET_MB: f64 = 64.0;
/// What any image may hold.
const RSS_LIMIT_MB: f64 = 512.0;

/// The pixels that the budget is for, give or take a tenth.
const TWELVE_MEGAPIXELS: std::ops::Range<u64> = 10_800_000..13_200_000;

/// Measures each file in a process of its own; whether all budgets are kept.
pub(crate) fn run(files: &[PathBuf]) -> Result<bool> {
    let mut kept = true;
    for file in files {
        let measure = Command::new(std::env::current_exe()?)
            .args(["photos", "--alone"])
            .arg(file)
            .stderr(Stdio::inherit())
            .output()?;
        print!("{}", String::from_utf8_lossy(&measure.stdout));
        kept &= measure.status.success();
    }
    Ok(kept)
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|kind| kind.to_str()) {
        Some("png") => "image/png",
        Some("webp") => "image/webp",
        _ => "image/jpeg",
    }
}

/// User and system time of this process, or of its children that ended.
fn cpu(who: UsageWho) -> Result<Duration> {
    let used = getrusage(who)?;
    let micros = used.user_time().num_microseconds() + used.system_time().num_microseconds();
    Ok(Duration::from_micros(u64::try_from(micros)?))
}

/// Measures one file in this process; whether its budgets are kept.
pub(crate) fn alone(file: &Path) -> Result<bool> {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let bytes = fs::read(file).with_context(|| name.to_string())?;
    let (mut least, mut made) = (Duration::MAX, None);
    for _ in 0..RUNS {
        let before = cpu(UsageWho::RUSAGE_SELF)?;
        made = Some(imaging::process(&bytes, content_type(file)));
        least = least.min(cpu(UsageWho::RUSAGE_SELF)?.saturating_sub(before));
    }
    // Kilobytes, on Linux.
    let peak = getrusage(UsageWho::RUSAGE_SELF)?.max_rss() as f64 / 1024.0;
    let least = least.as_secs_f64() * 1e3;
    let made = made.context("no run")?;
    let Ok(photo) = made else {
        println!("{name}: {made:?}, {least:.1} ms CPU, {peak:.0} MB");
        return Ok(peak <= RSS_LIMIT_MB);
    };
    let pixels = u64::from(photo.width) * u64::from(photo.height);
    let budgeted = TWELVE_MEGAPIXELS.contains(&pixels) && content_type(file) == "image/jpeg";
    let kept = if budgeted {
        least <= CPU_BUDGET.as_secs_f64() * 1e3 && peak <= RSS_BUDGET_MB
    } else {
        peak <= RSS_LIMIT_MB
    };
    println!(
        "{name}: {}×{}, {least:.1} ms CPU{}, {peak:.0} MB peak{}",
        photo.width,
        photo.height,
        if budgeted { " ≤ 110" } else { "" },
        match (kept, budgeted) {
            (false, _) => ": EXCEEDED",
            (true, true) => " ≤ 64: kept",
            (true, false) => " ≤ 512",
        },
    );
    let original = if content_type(file) == "image/webp" {
        // The decoder would be the pipeline's own, so that there is nothing to hold it against.
        None
    } else {
        Some(upright(file)?)
    };
    let folder = tempfile::tempdir()?;
    for rendition in &photo.renditions {
        let (width, height) = (rendition.width, rendition.height);
        let Some(original) = &original else {
            println!("  {width:>4}×{height:<4} {:>7} bytes", rendition.jpeg.len());
            continue;
        };
        let reference = reference(original, width, height);
        let ours = image::load_from_memory(&rendition.jpeg)?.to_rgb8();
        let line = format!(
            "  {width:>4}×{height:<4} {:>7} bytes  {:>5.2} dB",
            rendition.jpeg.len(),
            psnr(&reference, &ours)
        );
        let beside = match vips(file, width, folder.path()) {
            Ok(Some((theirs, spent))) => {
                let image = image::load_from_memory(&theirs)?.to_rgb8();
                let likeness = if image.dimensions() == (width, height) {
                    format!("{:>5.2} dB", psnr(&reference, &image))
                } else {
                    format!("{}×{}", image.width(), image.height())
                };
                let spent = spent.as_secs_f64() * 1e3;
                format!(
                    "vipsthumbnail {:>7} bytes  {likeness}  {spent:.0} ms",
                    theirs.len()
                )
            }
            Ok(None) => "vipsthumbnail is not installed".to_owned(),
            Err(error) => format!("vipsthumbnail: {error}"),
        };
        println!("{line}   {beside}");
    }
    Ok(kept)
}

/// The original as seen: turned upright, and over white.
fn upright(file: &Path) -> Result<RgbImage> {
    let mut decoder = ImageReader::open(file)?
        .with_guessed_format()?
        .into_decoder()?;
    let orientation = decoder.orientation()?;
    let mut image = DynamicImage::from_decoder(decoder)?;
    image.apply_orientation(orientation);
    let seen = image.to_rgba8();
    let over_white = |Rgba([red, green, blue, alpha]): &Rgba<u8>| {
        let mix = |channel: u8| {
            let (channel, alpha) = (f32::from(channel), f32::from(*alpha) / 255.0);
            (channel * alpha + 255.0 * (1.0 - alpha)).round() as u8
        };
        image::Rgb([mix(*red), mix(*green), mix(*blue)])
    };
    let pixels = seen.pixels().flat_map(|pixel| over_white(pixel).0);
    let (width, height) = seen.dimensions();
    RgbImage::from_raw(width, height, pixels.collect()).ok_or_else(|| anyhow!("a wrong size"))
}

/// The whole original, resized by another implementation of Lanczos's filter.
fn reference(original: &RgbImage, width: u32, height: u32) -> RgbImage {
    image::imageops::resize(original, width, height, FilterType::Lanczos3)
}

/// Peak signal-to-noise ratio over all samples, in dB.
fn psnr(one: &RgbImage, other: &RgbImage) -> f64 {
    let (one, other) = (one.as_raw(), other.as_raw());
    let squares: f64 = one
        .iter()
        .zip(other)
        .map(|(a, b)| (f64::from(*a) - f64::from(*b)).powi(2))
        .sum();
    10.0 * (255.0_f64.powi(2) * one.len() as f64 / squares).log10()
}

/// What vipsthumbnail makes of it at the same width and quality, and the CPU that it spent;
/// `None` where it is not installed.
fn vips(file: &Path, width: u32, folder: &Path) -> Result<Option<(Vec<u8>, Duration)>> {
    let target = folder.join(format!("{width}.jpg"));
    let before = cpu(UsageWho::RUSAGE_CHILDREN)?;
    let made = Command::new("vipsthumbnail")
        .arg(file.canonicalize()?)
        .args(["--size", &format!("{width}x100000")])
        .arg("-o")
        .arg(format!("{}[Q=80,strip]", target.display()))
        .output();
    let made = match made {
        Ok(made) => made,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error.into()),
    };
    ensure!(
        made.status.success(),
        "{}",
        String::from_utf8_lossy(&made.stderr).trim()
    );
    let spent = cpu(UsageWho::RUSAGE_CHILDREN)?.saturating_sub(before);
    Ok(Some((fs::read(target)?, spent)))
}
