//! PNG in: every colour type, depth and interlacing, row by row, flattened onto white.

use std::io::Cursor;

use png::{Adam7Info, ColorType, DecodeOptions, Decoder, InterlaceInfo, Limits, Transformations};

use crate::{
    Decoded, Defect, check_size,
    exif::Orientation,
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
}

/// Walks the chunks from the first to the last, which is there only if the file is whole.
fn read_header(bytes: &[u8]) -> Result<Header, Defect> {
    let mut header: Option<Header> = None;
    let mut rest = &bytes[8..];
    loop {
        let (&[l0, l1, l2, l3, kind @ ..], after) =
            rest.split_first_chunk::<8>().ok_or(Defect::Truncated)?;
        let length = u32::from_be_bytes([l0, l1, l2, l3]) as usize;
        let chunk = after.get(..length);
        match (&kind, &mut header) {
            (b"IHDR", None) => {
                let (&[w0, w1, w2, w3, h0, h1, h2, h3], _) = chunk
                    .and_then(|chunk| chunk.split_first_chunk())
                    .ok_or(Defect::Truncated)?;
                let width = u32::from_be_bytes([w0, w1, w2, w3]);
                let height = u32::from_be_bytes([h0, h1, h2, h3]);
                check_size(width, height)?;
                header = Some(Header {
                    width,
                    height,
                    orientation: Orientation::default(),
                });
            }
            (b"eXIf", Some(header)) => {
                if let Some(tiff) = chunk {
                    header.orientation = Orientation::of_tiff(tiff);
                }
            }
            (b"IEND", _) => return header.ok_or(Defect::Unreadable),
            (_, None) => return Err(Defect::Unreadable),
            (_, Some(_)) => {}
        }
        let checksum = length.checked_add(4).ok_or(Defect::Truncated)?;
        rest = after.get(checksum..).ok_or(Defect::Truncated)?;
    }
}

/// Decodes at full size, holding no more than the eight-bit result and a few lines.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, Defect> {
    let header = read_header(bytes)?;
    let (width, height) = (header.width, header.height);

    let mut options = DecodeOptions::default();
    options.set_ignore_text_chunk(true);
    let mut decoder = Decoder::new_with_options(Cursor::new(bytes), options);
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
    let profile = reader
        .info()
        .icc_profile
        .as_ref()
        .map(|profile| profile.to_vec());

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
        orientation: header.orientation,
        profile,
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
