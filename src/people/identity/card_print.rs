//! The printable card: a QR code as SVG and an A6 page as HTML, given once when the card is issued.

/// What stands on the card.
pub(super) struct CardText<'a> {
    /// Number to say on the phone.
    pub(super) short_number: &'a str,
    /// `王*`: the card may be lost.
    pub(super) masked_name: &'a str,
    /// The community or entrance.
    pub(super) place: &'a str,
    /// Is a PIN needed?
    pub(super) pin: bool,
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// An A6 page with the code and how to use it, in large type.
pub(super) fn html(svg: &str, card: &CardText<'_>) -> String {
    let pin = if card.pin { "使用时请说出四位密码。" } else { "" };
    format!(
        "<!doctype html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\"><title>居民卡 {number}</title><style>\
         @page {{ size: A6; margin: 6mm }} body {{ font-family: sans-serif; text-align: center; margin: 0 }} \
         h1 {{ font-size: 20pt; margin: 2mm 0 }} p {{ font-size: 13pt; margin: 1mm 0 }} svg {{ width: 70mm; height: 70mm }}\
         </style></head><body><h1>居民卡</h1><p>{name}　{number}</p>{svg}<p>{place}</p>\
         <p>出示此码即可签到、兑换。{pin}</p><p>丢失请立即电话告知网格员停用。</p></body></html>",
        number = escaped(card.short_number),
        name = escaped(card.masked_name),
        place = escaped(card.place),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_a6_and_shows_no_markup_of_its_texts() {
        let svg = crate::qr::svg("PALMCARD:abc").unwrap();
        let card = CardText { short_number: "SQ-1000-0001", masked_name: "<b>*", place: "一号楼", pin: true };
        let page = html(&svg, &card);
        assert!(page.contains("<svg") && page.contains("size: A6") && page.contains("&lt;b&gt;*") && page.contains("四位密码"));
        assert!(!page.contains("<b>"));
    }
}
