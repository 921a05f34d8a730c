//! QR codes as SVG text: drawn by the server, so that any client and any printer shows the same.

use base::error::ApiError;
use fast_qr::convert::svg::SvgBuilder;
use fast_qr::qr::QRBuilder;

/// The QR of a text.
pub(crate) fn svg(text: &str) -> Result<String, ApiError> {
    let code = QRBuilder::new(text).build().map_err(|why| ApiError::internal(cause(&why)))?;
    Ok(SvgBuilder::default().to_str(&code))
}

fn cause(why: &impl std::fmt::Debug) -> std::io::Error {
    std::io::Error::other(format!("QR: {why:?}"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_text_becomes_an_image() {
        assert!(super::svg("palm:order:1").unwrap().starts_with("<svg"));
    }
}
