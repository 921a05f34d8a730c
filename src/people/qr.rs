//! QR codes: drawn by the server, so that any client and any printer shows the same.

use base::error::ApiError;
use fast_qr::ECL;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::{QRBuilder, QRCode};

/// The QR of a text as an SVG picture. A quarter of it may be folded or stained away (level Q), since most are printed. A text
/// too long for a QR is an internal error.
pub fn svg(text: &str) -> Result<String, ApiError> {
    Ok(SvgBuilder::default().to_str(&drawn(text)?))
}

/// The QR in block characters, for a terminal.
pub fn for_terminal(text: &str) -> Result<String, ApiError> {
    Ok(drawn(text)?.to_str())
}

fn drawn(text: &str) -> Result<QRCode, ApiError> {
    QRBuilder::new(text).ecl(ECL::Q).build().map_err(|why| ApiError::internal(anyhow::anyhow!("QR code: {why:?}")))
}

#[cfg(test)]
mod tests {
    use super::{for_terminal, svg};

    #[test]
    fn a_text_becomes_a_picture() {
        assert!(svg("palm:order:1").unwrap().starts_with("<svg"));
        assert!(for_terminal("palm:order:1").unwrap().lines().count() > 10);
    }

    #[test]
    fn a_text_that_no_qr_can_hold_is_an_error() {
        assert!(svg(&"长".repeat(2000)).is_err());
    }
}
