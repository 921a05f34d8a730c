//! Pictures of the demo: drawn, so that they show nobody and no place.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

/// A JPEG of 480 × 320: a wall under a sky with a dark spot whose place and colours follow from the number.
pub(crate) fn drawn(number: u32) -> anyhow::Result<Vec<u8>> {
    let (width, height) = (480_u32, 320_u32);
    let (spot_x, spot_y) = (60 + number * 97 % 360, 150 + number * 53 % 120);
    let shade = u8::try_from(number * 31 % 60)?;
    let picture = RgbImage::from_fn(width, height, |x, y| {
        let distance = x.abs_diff(spot_x).pow(2) + y.abs_diff(spot_y).pow(2);
        match (distance < 900, y < height / 3) {
            (true, _) => Rgb([40 + shade, 36, 32]),
            (false, true) => Rgb([150 + shade, 190, 225]),
            (false, false) => Rgb([190, 170 + shade, 140 + shade]),
        }
    });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, ImageFormat::Jpeg)?;
    Ok(bytes.into_inner())
}
