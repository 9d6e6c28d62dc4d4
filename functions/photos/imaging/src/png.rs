//! PNG in: every colour type, depth and interlacing, row by row, flattened onto white.

use std::io::Cursor;

use png::{Adam7Info, ColorType, Decoder, Info, InterlaceInfo, Limits, Transformations};

use crate::{
    Decoded, Defect, check_size,
    color::{self, Conversion},
    exif::{self, Orientation},
    raster::{Layout, Raster, over_white, size},
};

/// What the decoder may hold beside the pixels: lines, and the colour profile.
const DECODER_BYTES: usize = 16 << 20;

/// Appends a row, opaque.
type Flatten = fn(&[u8], &mut Vec<u8>);

/// What a PNG says of itself in its chunks.
struct Header {
    width: u32,
    height: u32,
    orientation: Orientation,
    /// The file with no chunk that it is not decoded by: what is wrong in others costs nothing.
    file: Vec<u8>,
}

/// Walks the chunks from the first to the last, which is there only if the file is whole.
fn read_header(bytes: &[u8]) -> Result<Header, Defect> {
    let (mut size, mut orientation) = (None, None);
    let (signature, mut rest) = bytes.split_at(8);
    let mut file = Vec::with_capacity(bytes.len());
    file.extend_from_slice(signature);
    loop {
        let (&[l0, l1, l2, l3, kind @ ..], after) =
            rest.split_first_chunk::<8>().ok_or(Defect::Truncated)?;
        let length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
        let content = after.get(..length);
        match (&kind, size) {
            (b"IHDR", None) => {
                let (&[w0, w1, w2, w3, h0, h1, h2, h3], _) = content
                    .and_then(|content| content.split_first_chunk())
                    .ok_or(Defect::Truncated)?;
                let width = u32::from_be_bytes([w0, w1, w2, w3]);
                let height = u32::from_be_bytes([h0, h1, h2, h3]);
                check_size(width, height)?;
                size = Some((width, height));
            }
            (_, None) => return Err(Defect::Unreadable),
            (b"eXIf", Some(_)) => {
                orientation = orientation.or_else(|| Orientation::of_exif(content?));
            }
            (b"IEND", Some((width, height))) => {
                file.extend_from_slice(rest);
                return Ok(Header {
                    width,
                    height,
                    orientation: orientation.unwrap_or_default(),
                    file,
                });
            }
            (_, Some(_)) => {}
        }
        let checksum = length.checked_add(4).ok_or(Defect::Truncated)?;
        let next = after.get(checksum..).ok_or(Defect::Truncated)?;
        if is_decoded(kind, content.unwrap_or_default()) {
            file.extend_from_slice(&rest[..rest.len() - next.len()]);
        }
        rest = next;
    }
}

/// The file with the chunks of the image, its animation and its colours, and an orientation that turns
/// it; nothing after its end.
pub(crate) fn cut(bytes: &[u8]) -> Result<Vec<u8>, Defect> {
    let (signature, mut rest) = bytes.split_at_checked(8).ok_or(Defect::Truncated)?;
    let mut file = Vec::with_capacity(bytes.len());
    file.extend_from_slice(signature);
    let (mut header, mut orientation) = (signature.len(), None);
    loop {
        let (&[l0, l1, l2, l3, kind @ ..], after) =
            rest.split_first_chunk::<8>().ok_or(Defect::Truncated)?;
        let length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
        let content = after.get(..length).unwrap_or_default();
        if &kind == b"IEND" {
            // Its checksum may be cut off: decoders do not ask for it.
            file.extend_from_slice(b"\0\0\0\0IEND\xae\x42\x60\x82");
            break;
        }
        let next = length.checked_add(4).and_then(|end| after.get(end..));
        let next = next.ok_or(Defect::Truncated)?;
        if is_kept(kind) {
            file.extend_from_slice(&rest[..rest.len() - next.len()]);
        }
        match &kind {
            b"IHDR" => header = file.len(),
            b"eXIf" => orientation = orientation.or_else(|| exif::tag_of(content)),
            _ => {}
        }
        rest = next;
    }
    if let Some(block) = orientation.and_then(exif::block_of) {
        file.splice(header..header, chunk(*b"eXIf", &block));
    }
    Ok(file)
}

/// Whether a chunk is of the image, its animation or its colours.
fn is_kept(kind: [u8; 4]) -> bool {
    matches!(
        &kind,
        b"IHDR"
            | b"PLTE"
            | b"IDAT"
            | b"tRNS"
            | b"acTL"
            | b"fcTL"
            | b"fdAT"
            | b"cICP"
            | b"mDCV"
            | b"cLLI"
            | b"iCCP"
            | b"sRGB"
            | b"gAMA"
            | b"cHRM"
            | b"sBIT"
    )
}

/// A chunk with its checksum (PNG, third edition, annex D).
fn chunk(kind: [u8; 4], content: &[u8]) -> Vec<u8> {
    const POLYNOMIAL: u32 = 0xedb8_8320;
    let length = u32::try_from(content.len()).unwrap_or_default();
    let mut chunk = length.to_be_bytes().to_vec();
    chunk.extend(kind);
    chunk.extend(content);
    let mut sum = u32::MAX;
    for byte in &chunk[4..] {
        sum ^= u32::from(*byte);
        for _ in 0..8 {
            let odd = sum & 1 == 1;
            sum >>= 1;
            if odd {
                sum ^= POLYNOMIAL;
            }
        }
    }
    chunk.extend((!sum).to_be_bytes());
    chunk
}

/// Whether the image or its colours depend on a chunk. A `cICP` for anything but RGB at full range
/// counts as absent.
fn is_decoded(kind: [u8; 4], content: &[u8]) -> bool {
    let critical = kind[0].is_ascii_uppercase();
    match &kind {
        b"tRNS" | b"iCCP" | b"sRGB" | b"gAMA" | b"cHRM" => true,
        b"cICP" => matches!(content, [_, _, 0, 1]),
        _ => critical,
    }
}

/// To sRGB, by the first of what the file says of its colours that can be read (PNG, third
/// edition, §4.3).
fn conversion(info: &Info, layout: Layout) -> Option<Conversion> {
    let codes = info.coding_independent_code_points;
    let by_codes = codes
        .and_then(|codes| color::of_code_points(codes.color_primaries, codes.transfer_function));
    let by_profile = || color::of_icc(info.icc_profile.as_ref()?, layout);
    if let Some(conversion) = by_codes.or_else(by_profile) {
        return Some(conversion);
    }
    if info.srgb.is_some() {
        return None;
    }
    let gamma = info
        .gama_chunk
        .map(|gamma| f64::from(gamma.into_scaled()) / 1e5);
    let primaries = info.chrm_chunk.map(|points| {
        [points.white, points.red, points.green, points.blue]
            .map(|(x, y)| (x.into_value(), y.into_value()))
    });
    color::of_gamma(gamma, primaries)
}

/// Decodes at full size, holding no more than the eight-bit result and a few lines.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, Defect> {
    let Header {
        width,
        height,
        orientation,
        file,
    } = read_header(bytes)?;

    let mut decoder = Decoder::new(Cursor::new(file));
    decoder.set_limits(Limits {
        bytes: DECODER_BYTES,
    });
    decoder.set_transformations(Transformations::EXPAND | Transformations::STRIP_16);
    let mut reader = decoder.read_info().map_err(|_any| Defect::Unreadable)?;
    let (flatten, layout): (Flatten, Layout) = match reader.output_color_type().0 {
        ColorType::Grayscale => (copy, Layout::Gray),
        ColorType::GrayscaleAlpha => (flatten_gray, Layout::Gray),
        ColorType::Rgb => (copy, Layout::Rgb),
        ColorType::Rgba => (flatten_rgb, Layout::Rgb),
        ColorType::Indexed => return Err(Defect::Unreadable),
    };
    let conversion = conversion(reader.info(), layout);

    let channels = layout.channels();
    let stride = width as usize * channels;
    let mut pixels = vec![0; size(layout, width, height).ok_or(Defect::TooManyPixels)?];
    let mut line = Vec::with_capacity(stride);
    let mut next_line = 0;
    while let Some(row) = reader
        .next_interlaced_row()
        .map_err(|_any| Defect::Unreadable)?
    {
        line.clear();
        flatten(row.data(), &mut line);
        match row.interlace() {
            InterlaceInfo::Null(_) => {
                let target = pixels
                    .get_mut(next_line..next_line + stride)
                    .ok_or(Defect::Unreadable)?;
                target.copy_from_slice(line.get(..stride).ok_or(Defect::Unreadable)?);
                next_line += stride;
            }
            InterlaceInfo::Adam7(pass) => deinterlace(&mut pixels, stride, &line, pass, channels),
        }
    }
    Ok(Decoded {
        width,
        height,
        orientation,
        conversion,
        raster: Raster::new(layout, width, height, pixels)?,
    })
}

fn deinterlace(pixels: &mut [u8], stride: usize, line: &[u8], pass: &Adam7Info, channels: usize) {
    let bits = u8::try_from(channels * 8).unwrap_or(8);
    png::expand_interlaced_row(pixels, stride, line, pass, bits);
}

fn copy(row: &[u8], line: &mut Vec<u8>) {
    line.extend_from_slice(row);
}

fn flatten_gray(row: &[u8], line: &mut Vec<u8>) {
    line.extend(
        row.as_chunks()
            .0
            .iter()
            .map(|[gray, alpha]| over_white(*gray, *alpha)),
    );
}

fn flatten_rgb(row: &[u8], line: &mut Vec<u8>) {
    line.extend(
        row.as_chunks()
            .0
            .iter()
            .flat_map(|[red, green, blue, alpha]| {
                [red, green, blue].map(|channel| over_white(*channel, *alpha))
            }),
    );
}
