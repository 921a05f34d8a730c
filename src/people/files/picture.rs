//! A picture from untrusted bytes to our own JPEG: type by its first bytes, size from the header before anything is decoded, turned as
//! EXIF says, then drawn anew. Nothing of the sent file is kept but its pixels: no EXIF, no GPS, no appended script. Pure.

use std::io::Cursor;

use base::error::ApiError;
use image::codecs::jpeg::JpegEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, ImageDecoder as _, ImageError, ImageFormat, ImageReader, Limits, Rgb, RgbImage};

use super::{PICTURE_TOO_LARGE, PICTURE_TYPE, PICTURE_UNREADABLE};

/// Largest file that is taken.
pub(super) const LARGEST_FILE: usize = 10 * 1024 * 1024;
/// Most pixels that are decoded.
const MOST_PIXELS: u64 = 24_000_000;
/// Longest side that is decoded.
const LONGEST_SIDE: u32 = 16_000;
/// What a decoder may allocate: 24 million pixels of four channels with two bytes each.
const DECODER_MEMORY: u64 = 8 * MOST_PIXELS;
/// Longest side of what is kept.
const KEPT_SIDE: u32 = 2_048;
/// Longest side of a thumbnail.
const THUMB_SIDE: u32 = 320;
const QUALITY: u8 = 85;
const THUMB_QUALITY: u8 = 75;

/// A picture as it is kept: two JPEGs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Drawn {
    /// The picture, at most 2,048 pixels a side.
    pub(super) full: Vec<u8>,
    /// At most 320 pixels a side.
    pub(super) thumb: Vec<u8>,
    /// Pixels of the picture.
    pub(super) width: u32,
    /// Pixels of the picture.
    pub(super) height: u32,
}

/// The type by the first bytes, whatever the name or the sender's type says.
fn format_of(bytes: &[u8]) -> Option<ImageFormat> {
    if bytes.starts_with(b"\xff\xd8\xff") {
        Some(ImageFormat::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        Some(ImageFormat::Png)
    } else if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        Some(ImageFormat::WebP)
    } else {
        None
    }
}

fn refused(why: ImageError) -> ApiError {
    let code = if matches!(why, ImageError::Limits(_)) { &PICTURE_TOO_LARGE } else { &PICTURE_UNREADABLE };
    ApiError::of(code).because(why)
}

/// Draws a sent picture anew. 415 for what is none, 413 for one too large (before it is decoded), 422 for a damaged one.
pub(super) fn draw(bytes: &[u8]) -> Result<Drawn, ApiError> {
    let format = format_of(bytes).ok_or_else(|| ApiError::of(&PICTURE_TYPE))?;
    if bytes.len() > LARGEST_FILE {
        return Err(ApiError::of(&PICTURE_TOO_LARGE));
    }
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(DECODER_MEMORY);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(refused)?;
    let (width, height) = decoder.dimensions();
    if u64::from(width) * u64::from(height) > MOST_PIXELS || width.max(height) > LONGEST_SIDE {
        return Err(ApiError::of(&PICTURE_TOO_LARGE));
    }
    if width == 0 || height == 0 {
        return Err(ApiError::of(&PICTURE_UNREADABLE));
    }
    let turned = decoder.orientation().map_err(refused)?;
    let decoded = DynamicImage::from_decoder(decoder).map_err(refused)?;
    // Smaller first: turning makes a copy.
    let mut kept = fit(decoded, KEPT_SIDE);
    kept.apply_orientation(turned);
    let full = on_white(kept);
    let thumb = on_white(fit(DynamicImage::ImageRgb8(full.clone()), THUMB_SIDE));
    Ok(Drawn { width: full.width(), height: full.height(), full: encode(&full, QUALITY)?, thumb: encode(&thumb, THUMB_QUALITY)? })
}

/// Shrinks to fit a square; never enlarges.
fn fit(picture: DynamicImage, side: u32) -> DynamicImage {
    if picture.width() <= side && picture.height() <= side {
        return picture;
    }
    // A strip of 16,000 × 1 must keep its one pixel.
    let scaled = |length: u32| {
        let longest = u64::from(picture.width().max(picture.height()));
        u32::try_from(u64::from(length) * u64::from(side) / longest).unwrap_or(side).max(1)
    };
    let (width, height) = (scaled(picture.width()), scaled(picture.height()));
    picture.resize_exact(width, height, FilterType::Triangle)
}

/// JPEG knows no transparency: what shines through is white.
fn on_white(picture: DynamicImage) -> RgbImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8();
    }
    let picture = picture.into_rgba8();
    RgbImage::from_fn(picture.width(), picture.height(), |x, y| {
        let [red, green, blue, alpha] = picture.get_pixel(x, y).0;
        let mix = |channel: u8| {
            let mixed = (u16::from(channel) * u16::from(alpha) + 255 * (255 - u16::from(alpha))) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        };
        Rgb([mix(red), mix(green), mix(blue)])
    })
}

fn encode(picture: &RgbImage, quality: u8) -> Result<Vec<u8>, ApiError> {
    let mut bytes = Vec::new();
    JpegEncoder::new_with_quality(&mut bytes, quality).encode_image(picture).map_err(ApiError::internal)?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use image::{ImageEncoder as _, RgbaImage};

    use super::*;

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let picture = RgbaImage::from_pixel(width, height, image::Rgba([200, 0, 0, 0]));
        image::codecs::png::PngEncoder::new(&mut bytes)
            .write_image(&picture, width, height, image::ExtendedColorType::Rgba8)
            .unwrap();
        bytes
    }

    #[test]
    fn large_pictures_shrink_and_small_ones_stay() {
        let drawn = draw(&png(4_000, 10)).unwrap();
        assert_eq!((drawn.width, drawn.height), (2_048, 5));
        let drawn = draw(&png(3, 3)).unwrap();
        assert_eq!((drawn.width, drawn.height), (3, 3));
        assert_eq!(draw(&png(9_000, 1)).map(|drawn| drawn.height).unwrap(), 1);
    }

    #[test]
    fn transparency_becomes_white() {
        let drawn = draw(&png(8, 8)).unwrap();
        let back = image::load_from_memory(&drawn.full).unwrap().into_rgb8();
        assert!(back.get_pixel(4, 4).0.iter().all(|channel| *channel > 250));
    }

    #[test]
    fn the_header_decides_before_anything_is_decoded() {
        // A PNG of one pixel whose header claims 30,000 × 30,000, with the checksum made right.
        let mut bomb = png(1, 1);
        bomb[16..24].copy_from_slice(&[0, 0, 0x75, 0x30, 0, 0, 0x75, 0x30]);
        let sum = crc(&bomb[12..29]);
        bomb[29..33].copy_from_slice(&sum.to_be_bytes());
        assert_eq!(draw(&bomb).unwrap_err().code().code, "picture_too_large");
    }

    /// PNG's checksum.
    fn crc(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |sum, byte| {
            (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
        })
    }

    #[test]
    fn what_is_no_picture_is_refused_by_its_bytes() {
        for junk in [&b"GIF89a/*"[..], b"<svg/>", b"%PDF-1.7", b"", b"\xff\xd8", b"RIFF\0\0\0\0WAVE", b"PK\x03\x04"] {
            assert_eq!(draw(junk).unwrap_err().code().code, "picture_type");
        }
        for broken in [&b"\xff\xd8\xff\xe0<script>"[..], b"\x89PNG\r\n\x1a\n<html>", b"RIFF\0\0\0\0WEBPVP8 "] {
            assert_eq!(draw(broken).unwrap_err().code().code, "picture_unreadable");
        }
    }
}
