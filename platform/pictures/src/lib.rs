//! What somebody sends as a picture, and the files that are made of it. Pure, and hard work for a processor: for a thread
//! that nobody waits on.
//!
//! Nothing of what was sent is kept: it is decoded, turned as its camera says, and written anew in each width, without
//! anything but its pixels. It is taken for what its first bytes say, and what it would become is looked at before any of
//! it is decoded.

mod studio;

pub use studio::{Seat, Studio};

use fast_image_resize::{
    PixelType, ResizeOptions, Resizer,
    images::{Image, ImageRef},
};
use image::{
    DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, guess_format, metadata::Orientation,
};
use std::io::Cursor;

/// What a picture may be sent as.
const TYPES: [ImageFormat; 4] = [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP, ImageFormat::Gif];
/// The most pixels of a picture.
const MAX_PIXELS: u64 = 50_000_000;
/// The most pixels on one side of it.
const MAX_SIDE: u32 = 12_000;
/// The most bytes that decoding takes.
const MAX_ALLOC: u64 = 256 << 20;
/// The most passes that a JPEG is made of; cameras make one, and progressive ones have about ten.
const MAX_SCANS: usize = 64;
/// The most pixels on one side of what is written.
const MAX_WRITTEN: u32 = 16_383;
/// How alike what is written is to what was sent, of 100.
const QUALITY: f32 = 80.0;

/// Why something is no picture for us.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// It is no JPEG, PNG, WebP or GIF.
    #[error("send a JPEG, PNG, WebP or GIF")]
    Type,
    /// It would become too large.
    #[error("a picture has at most 50 million pixels, and 12,000 on a side")]
    TooLarge,
    /// It is broken.
    #[error("the picture cannot be read: {0}")]
    Unreadable(String),
}

/// The files of a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Developed {
    /// Pixels of the largest file: width and height.
    pub size: (u32, u32),
    /// Each width with its file in WebP, the widest first. A picture that is smaller is as wide as it is.
    pub files: Vec<(u32, Vec<u8>)>,
}

/// Pixels, four bytes each.
struct Pixels {
    width: u32,
    height: u32,
    bytes: Vec<u8>,
}

/// Makes a file of each of these widths, in pixels, of what somebody sent.
pub fn develop(sent: &[u8], widths: &[u32]) -> Result<Developed, Unfit> {
    let mut widths = widths.to_vec();
    widths.sort_unstable_by(|one, other| other.cmp(one));
    let mut pixels = decode(sent, widths.first().copied().unwrap_or_default())?;
    let mut size = None;
    let mut files: Vec<(u32, Vec<u8>)> = Vec::with_capacity(widths.len());
    // Each of the one before it, which is smaller than what was sent.
    for width in widths {
        let wide = pixels.width.min(width);
        let file = match files.last() {
            Some((_, file)) if wide == pixels.width => file.clone(),
            Some(_) | None => {
                pixels = pixels.shrunk(wide)?;
                pixels.written()?
            }
        };
        size.get_or_insert((pixels.width, pixels.height));
        files.push((width, file));
    }
    Ok(Developed { size: size.unwrap_or_default(), files })
}

/// Makes one file in WebP of the middle of what somebody sent: a square of `side` pixels, enlarged where it is smaller.
pub fn square(sent: &[u8], side: u32) -> Result<Vec<u8>, Unfit> {
    let (pixels, turn) = taken(sent)?;
    // The middle is the middle, however it is turned.
    pixels.middle(side.max(1))?.turned(turn)?.written()
}

/// Its pixels, as it stands, at most so wide.
fn decode(sent: &[u8], widest: u32) -> Result<Pixels, Unfit> {
    let (pixels, turn) = taken(sent)?;
    pixels.shrunk_before(turn, widest)?.turned(turn)
}

/// Its pixels as they were sent, and how its camera was held.
fn taken(sent: &[u8]) -> Result<(Pixels, Orientation), Unfit> {
    let format = guess_format(sent).map_err(|_| Unfit::Type)?;
    if !TYPES.contains(&format) {
        return Err(Unfit::Type);
    }
    if format == ImageFormat::Jpeg {
        look_through_jpeg(sent)?;
    }
    if format == ImageFormat::WebP {
        look_through_webp(sent)?;
    }
    let mut limits = Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(MAX_SIDE), Some(MAX_SIDE));
    limits.max_alloc = Some(MAX_ALLOC);
    let mut reader = ImageReader::with_format(Cursor::new(sent), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|error| unfit(&error))?;
    let (width, height) = decoder.dimensions();
    let is_large = width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > MAX_PIXELS;
    if is_large || decoder.total_bytes() > MAX_ALLOC {
        return Err(Unfit::TooLarge);
    }
    let turn = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let image = DynamicImage::from_decoder(decoder).map_err(|error| unfit(&error))?;
    Ok((Pixels::of(image), turn))
}

fn unfit(error: &ImageError) -> Unfit {
    if matches!(error, ImageError::Limits(_)) { Unfit::TooLarge } else { unreadable(error) }
}

fn unreadable(error: &impl ToString) -> Unfit {
    Unfit::Unreadable(error.to_string())
}

fn cut() -> Unfit {
    Unfit::Unreadable("it ends too early".to_owned())
}

/// A decoder would fill what is missing with grey, and work through any number of passes.
fn look_through_jpeg(sent: &[u8]) -> Result<(), Unfit> {
    const END: u8 = 0xd9;
    const SCAN: u8 = 0xda;
    let mut rest = sent.get(2..).unwrap_or_default();
    let mut scans = 0;
    loop {
        // The data of a scan has markers of its own, which count as data; between segments there is nothing.
        let is_marker = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0x00 | 0x01 | 0xd0..=0xd8 | 0xff);
        let at = rest.windows(2).position(is_marker).ok_or_else(cut)?;
        let marker = rest[at + 1];
        rest = &rest[at + 2..];
        scans += usize::from(marker == SCAN);
        match (marker, rest) {
            (END, _) => return Ok(()),
            (_, [high, low, ..]) if scans <= MAX_SCANS => {
                let length = usize::from(u16::from_be_bytes([*high, *low])).max(2);
                rest = rest.get(length..).ok_or_else(cut)?;
            }
            (_, [_, _, ..]) => return Err(Unfit::Unreadable(format!("it has more than {MAX_SCANS} passes"))),
            _ => return Err(cut()),
        }
    }
}

/// It says first how long it is.
fn look_through_webp(sent: &[u8]) -> Result<(), Unfit> {
    let length = sent.get(4..8).and_then(|bytes| bytes.try_into().ok()).map(u32::from_le_bytes).ok_or_else(cut)?;
    if length as usize <= sent.len() - 8 { Ok(()) } else { Err(cut()) }
}

impl Pixels {
    fn of(image: DynamicImage) -> Self {
        let image = image.into_rgba8();
        Self { width: image.width(), height: image.height(), bytes: image.into_raw() }
    }

    /// Not wider than `widest` once it is turned: what is smaller is turned sooner.
    fn shrunk_before(self, turn: Orientation, widest: u32) -> Result<Self, Unfit> {
        let on_its_side = matches!(
            turn,
            Orientation::Rotate90 | Orientation::Rotate270 | Orientation::Rotate90FlipH | Orientation::Rotate270FlipH
        );
        if on_its_side && self.height > widest {
            let width = scaled(self.width, widest, self.height);
            return self.resized(width, widest);
        }
        if on_its_side { Ok(self) } else { self.shrunk(widest) }
    }

    fn turned(self, turn: Orientation) -> Result<Self, Unfit> {
        let Self { width, height, bytes } = self;
        let image = image::RgbaImage::from_raw(width, height, bytes).ok_or_else(cut)?;
        let mut image = DynamicImage::ImageRgba8(image);
        image.apply_orientation(turn);
        Ok(Self::of(image))
    }

    /// At most so wide, and as high as it is then.
    fn shrunk(self, width: u32) -> Result<Self, Unfit> {
        if self.width <= width {
            return Ok(self);
        }
        let height = scaled(self.height, width, self.width);
        self.resized(width, height)
    }

    /// Its middle, in a square.
    fn middle(self, side: u32) -> Result<Self, Unfit> {
        self.resized_by(side, side, &ResizeOptions::new().fit_into_destination(None))
    }

    fn resized(self, width: u32, height: u32) -> Result<Self, Unfit> {
        self.resized_by(width, height, &ResizeOptions::new())
    }

    fn resized_by(self, width: u32, height: u32, options: &ResizeOptions) -> Result<Self, Unfit> {
        let from = ImageRef::new(self.width, self.height, &self.bytes, PixelType::U8x4);
        let from = from.map_err(|error| unreadable(&error))?;
        let mut to = Image::new(width, height, PixelType::U8x4);
        Resizer::new().resize(&from, &mut to, options).map_err(|error| unreadable(&error))?;
        Ok(Self { width, height, bytes: to.into_vec() })
    }

    fn written(&self) -> Result<Vec<u8>, Unfit> {
        if self.width > MAX_WRITTEN || self.height > MAX_WRITTEN {
            return Err(Unfit::TooLarge);
        }
        let file = webp::Encoder::from_rgba(&self.bytes, self.width, self.height).encode_simple(false, QUALITY);
        Ok(file.map_err(|error| Unfit::Unreadable(format!("{error:?}")))?.to_vec())
    }
}

/// `side` in the ratio of `to` to `from`, at least a pixel.
fn scaled(side: u32, to: u32, from: u32) -> u32 {
    let (side, to, from) = (u64::from(side), u64::from(to), u64::from(from.max(1)));
    (((side * to + from / 2) / from) as u32).max(1)
}

#[cfg(test)]
mod tests;
