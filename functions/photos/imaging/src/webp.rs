//! WebP in: the container read here, one picture of it decoded, flattened onto white.
//!
//! Of an animation only the first frame is decoded. Each bitstream is handed to the decoder in a
//! container of its own, so that no more is held at once than one picture and its transparency.

mod cut;

use std::io::Cursor;

use image_webp::{DecodingError, WebPDecoder};

pub(crate) use cut::cut;

use crate::{
    Decoded, Defect, check_size, color,
    exif::Orientation,
    raster::{Layout, Raster, over_white, size},
};

/// Where the first chunk begins: after `RIFF`, a length, `WEBP`.
const FIRST_CHUNK: usize = 12;
/// What a lossless bitstream begins with: a signature, then in 32 bits width - 1, height - 1,
/// whether alpha is used, and a version (WebP Lossless Bitstream Specification §3).
const LOSSLESS_SIGNATURE: u8 = 0x2f;
const LOSSLESS_HEADER: usize = 5;
const ALPHA_IS_USED: u32 = 1 << 28;

/// A bitstream of pixels.
#[derive(Clone, Copy)]
enum Stream<'a> {
    Lossy(&'a [u8]),
    Lossless(&'a [u8]),
}

/// One picture: its place on the canvas, its pixels, and how much of each is seen.
struct Picture<'a> {
    left: u32,
    top: u32,
    width: u32,
    height: u32,
    stream: Stream<'a>,
    alpha: Option<&'a [u8]>,
}

/// What a WebP says of itself in its chunks.
struct Header<'a> {
    width: u32,
    height: u32,
    orientation: Orientation,
    /// The first ICC profile.
    profile: Option<&'a [u8]>,
    picture: Picture<'a>,
}

/// The chunks of a container or a frame: four letters each, and what belongs to them.
struct Chunks<'a>(&'a [u8]);

impl<'a> Iterator for Chunks<'a> {
    type Item = Result<(&'a [u8; 4], &'a [u8]), Defect>;

    fn next(&mut self) -> Option<Self::Item> {
        let (kind, rest) = self.0.split_first_chunk::<4>()?;
        let (length, rest) = rest.split_first_chunk::<4>()?;
        let length = u32::from_le_bytes(*length) as usize;
        let Some((content, rest)) = rest.split_at_checked(length) else {
            self.0 = &[];
            return Some(Err(Defect::Truncated));
        };
        self.0 = rest.get(length % 2..).unwrap_or_default();
        Some(Ok((kind, content)))
    }
}

fn three_bytes(bytes: &[u8], at: usize) -> Result<u32, Defect> {
    let [low, middle, high] = bytes
        .get(at..)
        .and_then(|rest| rest.first_chunk())
        .ok_or(Defect::Unreadable)?;
    Ok(u32::from_le_bytes([*low, *middle, *high, 0]))
}

impl<'a> Stream<'a> {
    /// By the letters of its chunk.
    fn of(kind: &[u8; 4], content: &'a [u8]) -> Option<Self> {
        match kind {
            b"VP8 " => Some(Self::Lossy(content)),
            b"VP8L" => Some(Self::Lossless(content)),
            _ => None,
        }
    }

    /// Width and height in pixels, by its own header.
    fn size(self) -> Result<(u32, u32), Defect> {
        const FOURTEEN_BITS: u32 = 0x3fff;
        match self {
            // A key frame's tag, its start code, and two sizes (RFC 6386 §9.1).
            Self::Lossy([tag, _, _, 0x9d, 0x01, 0x2a, w0, w1, h0, h1, ..]) if tag & 1 == 0 => {
                let side = |low, high| u32::from(u16::from_le_bytes([low, high])) & FOURTEEN_BITS;
                Ok((side(*w0, *w1), side(*h0, *h1)))
            }
            Self::Lossless([LOSSLESS_SIGNATURE, bits @ ..]) => {
                let bits = bits.first_chunk().ok_or(Defect::Unreadable)?;
                let bits = u32::from_le_bytes(*bits);
                let (width, height) = (bits & FOURTEEN_BITS, bits >> 14 & FOURTEEN_BITS);
                Ok((width + 1, height + 1))
            }
            Self::Lossy(_) | Self::Lossless(_) => Err(Defect::Unreadable),
        }
    }
}

/// Walks all chunks: what says how to show the picture may come after it.
fn read_header(bytes: &[u8]) -> Result<Header<'_>, Defect> {
    let length = bytes.get(4..).and_then(|rest| rest.first_chunk());
    let length = u32::from_le_bytes(*length.ok_or(Defect::Truncated)?) as usize;
    let whole = length.checked_add(8).and_then(|end| bytes.get(..end));
    let chunks = whole.ok_or(Defect::Truncated)?.get(FIRST_CHUNK..);
    let chunks = Chunks(chunks.ok_or(Defect::Unreadable)?);

    let (mut canvas, mut picture) = (None, None);
    let (mut profile, mut orientation, mut alpha) = (None, None, None);
    for chunk in chunks {
        let (kind, content) = chunk?;
        match kind {
            b"VP8X" if canvas.is_none() => {
                let (width, height) = (three_bytes(content, 4)? + 1, three_bytes(content, 7)? + 1);
                check_size(width, height)?;
                canvas = Some((width, height));
            }
            b"ICCP" => profile = profile.or(Some(content)),
            b"EXIF" => orientation = orientation.or_else(|| Orientation::of_exif(content)),
            b"ALPH" => alpha = Some(content),
            b"ANMF" if picture.is_none() => picture = Some(first_frame(content)?),
            _ => {
                if let (Some(stream), None) = (Stream::of(kind, content), &picture) {
                    let (width, height) = stream.size()?;
                    check_size(width, height)?;
                    let place = (0, 0, width, height);
                    picture = Some(Picture::at(place, stream, alpha));
                }
            }
        }
    }
    let picture = picture.ok_or(Defect::Unreadable)?;
    let (width, height) = canvas.unwrap_or((picture.width, picture.height));
    let fits =
        |start: u32, length, whole| start.checked_add(length).is_some_and(|end| end <= whole);
    if !fits(picture.left, picture.width, width) || !fits(picture.top, picture.height, height) {
        return Err(Defect::Unreadable);
    }
    Ok(Header {
        width,
        height,
        orientation: orientation.unwrap_or_default(),
        profile,
        picture,
    })
}

/// The picture of an animation's frame.
fn first_frame(frame: &[u8]) -> Result<Picture<'_>, Defect> {
    const FRAME_HEADER: usize = 16;
    let place = (
        three_bytes(frame, 0)? * 2,
        three_bytes(frame, 3)? * 2,
        three_bytes(frame, 6)? + 1,
        three_bytes(frame, 9)? + 1,
    );
    check_size(place.2, place.3)?;
    let mut alpha = None;
    for chunk in Chunks(frame.get(FRAME_HEADER..).unwrap_or_default()) {
        let (kind, content) = chunk?;
        if kind == b"ALPH" {
            alpha = Some(content);
        } else if let Some(stream) = Stream::of(kind, content) {
            if stream.size()? != (place.2, place.3) {
                return Err(Defect::Unreadable);
            }
            return Ok(Picture::at(place, stream, alpha));
        }
    }
    Err(Defect::Unreadable)
}

impl<'a> Picture<'a> {
    fn at(
        (left, top, width, height): (u32, u32, u32, u32),
        stream: Stream<'a>,
        alpha: Option<&'a [u8]>,
    ) -> Self {
        Self {
            left,
            top,
            width,
            height,
            stream,
            alpha,
        }
    }

    /// Its pixels over white, as RGB.
    fn decode(&self) -> Result<Vec<u8>, Defect> {
        let pixels = self.width as usize * self.height as usize;
        match self.stream {
            Stream::Lossless(stream) => {
                let mut rgba = lossless(stream, pixels)?;
                for at in 0..pixels {
                    let [red, green, blue, alpha] = rgba.as_chunks().0[at];
                    let seen = [red, green, blue].map(|channel| over_white(channel, alpha));
                    rgba.as_chunks_mut().0[at] = seen;
                }
                rgba.truncate(pixels * 3);
                Ok(rgba)
            }
            Stream::Lossy(stream) => {
                let mut rgb = decoded(b"VP8 ", stream, pixels * 3)?;
                if let Some(alpha) = self.alpha {
                    let seen = self.unpacked(alpha)?;
                    for (pixel, alpha) in rgb.as_chunks_mut::<3>().0.iter_mut().zip(seen) {
                        *pixel = pixel.map(|channel| over_white(channel, alpha));
                    }
                }
                Ok(rgb)
            }
        }
    }

    /// The opacity of each pixel, from an `ALPH` chunk (RFC 9649 §2.7.1.2).
    fn unpacked(&self, chunk: &[u8]) -> Result<Vec<u8>, Defect> {
        let (width, pixels) = (
            self.width as usize,
            self.width as usize * self.height as usize,
        );
        let (flags, packed) = chunk.split_first().ok_or(Defect::Unreadable)?;
        let mut alpha = match flags & 3 {
            0 => packed.get(..pixels).ok_or(Defect::Truncated)?.to_vec(),
            1 => {
                // A lossless picture without its header, the opacity in its green.
                let sides = (self.width - 1) | (self.height - 1) << 14;
                let mut stream = vec![LOSSLESS_SIGNATURE];
                stream.extend(sides.to_le_bytes());
                stream.extend(packed);
                let mut rgba = lossless(&stream, pixels)?;
                for at in 0..pixels {
                    rgba[at] = rgba[at * 4 + 1];
                }
                rgba.truncate(pixels);
                rgba
            }
            _ => return Err(Defect::Unreadable),
        };
        let filter = flags >> 2 & 3;
        for at in 0..if filter == 0 { 0 } else { pixels } {
            let (row, column) = (at / width, at % width);
            let left = (column > 0).then(|| alpha[at - 1]);
            let above = (row > 0).then(|| alpha[at - width]);
            let predicted = match (filter, left, above) {
                (_, None, None) => 0,
                (1, Some(left), _) | (_, Some(left), None) => left,
                (2, _, Some(above)) | (_, None, Some(above)) => above,
                (_, Some(left), Some(above)) => {
                    let corner = i16::from(alpha[at - width - 1]);
                    let sum = i16::from(left) + i16::from(above) - corner;
                    u8::try_from(sum.clamp(0, 255)).unwrap_or(u8::MAX)
                }
            };
            alpha[at] = alpha[at].wrapping_add(predicted);
        }
        Ok(alpha)
    }
}

/// The pixels of a lossless bitstream, as RGBA; opaque where it says that alpha is not used. The
/// decoder is always told that it is: only then does it need no second copy.
fn lossless(stream: &[u8], pixels: usize) -> Result<Vec<u8>, Defect> {
    let (header, rest) = stream
        .split_first_chunk::<LOSSLESS_HEADER>()
        .ok_or(Defect::Truncated)?;
    let [_, bits @ ..] = header;
    let bits = u32::from_le_bytes(*bits);
    let mut marked = vec![LOSSLESS_SIGNATURE];
    marked.extend((bits | ALPHA_IS_USED).to_le_bytes());
    marked.extend(rest);
    let mut rgba = decoded(b"VP8L", &marked, pixels * 4)?;
    if bits & ALPHA_IS_USED == 0 {
        for pixel in rgba.as_chunks_mut::<4>().0 {
            pixel[3] = u8::MAX;
        }
    }
    Ok(rgba)
}

/// The `length` bytes that a bitstream unpacks to, decoded from a container with nothing else.
fn decoded(kind: &[u8; 4], stream: &[u8], length: usize) -> Result<Vec<u8>, Defect> {
    let four = |length: usize| u32::try_from(length).map_err(|_too_long| Defect::Unreadable);
    let padding = stream.len() % 2;
    let mut file = Vec::with_capacity(FIRST_CHUNK + 8 + stream.len() + padding);
    file.extend(b"RIFF");
    file.extend(four(12 + stream.len() + padding)?.to_le_bytes());
    file.extend(b"WEBP");
    file.extend(kind);
    file.extend(four(stream.len())?.to_le_bytes());
    file.extend(stream);
    file.extend(&[0][..padding]);
    let mut decoder = WebPDecoder::new(Cursor::new(file)).map_err(defect)?;
    let mut bytes = vec![0; length];
    decoder.read_image(&mut bytes).map_err(defect)?;
    Ok(bytes)
}

#[expect(
    clippy::needless_pass_by_value,
    clippy::wildcard_enum_match_arm,
    reason = "the shape that map_err wants; whatever else is wrong is the decoder's own matter"
)]
fn defect(error: DecodingError) -> Defect {
    match error {
        DecodingError::IoError(_) => Defect::Truncated,
        _ => Defect::Unreadable,
    }
}

/// Decodes at full size.
pub(crate) fn decode(bytes: &[u8]) -> Result<Decoded, Defect> {
    let Header {
        width,
        height,
        orientation,
        profile,
        picture,
    } = read_header(bytes)?;
    let mut pixels = picture.decode()?;
    if (picture.width, picture.height) != (width, height) {
        pixels = on_canvas(&picture, &pixels, width, height)?;
    }
    Ok(Decoded {
        width,
        height,
        orientation,
        conversion: profile.and_then(|profile| color::of_icc(profile, Layout::Rgb)),
        raster: Raster::new(Layout::Rgb, width, height, pixels)?,
    })
}

/// The whole canvas, white where the picture is not.
fn on_canvas(picture: &Picture, pixels: &[u8], width: u32, height: u32) -> Result<Vec<u8>, Defect> {
    let length = size(Layout::Rgb, width, height).ok_or(Defect::TooManyPixels)?;
    let mut canvas = vec![u8::MAX; length];
    let (line, stride) = (picture.width as usize * 3, width as usize * 3);
    let below = canvas.chunks_exact_mut(stride).skip(picture.top as usize);
    for (target, row) in below.zip(pixels.chunks_exact(line)) {
        let left = picture.left as usize * 3;
        target[left..left + line].copy_from_slice(row);
    }
    Ok(canvas)
}
