//! What there is, and where.

use super::document::{Document, Format, Object};

/// What both endpoints follow.
const SPECIFICATION: &str = "http://wiki.open311.org/GeoReport_v2";
/// When the answers last changed their form.
const CHANGESET: &str = "2026-11-24T00:00:00Z";

fn endpoint(site: &str, kind: &str) -> Object {
    let path = if kind == "test" { "/open311/test/v2" } else { "/open311/v2" };
    let formats = [Format::Xml, Format::Json].map(|format| format.content_type().to_owned());
    Object::new()
        .text("specification", SPECIFICATION)
        .text("url", format!("{site}{path}"))
        .text("changeset", CHANGESET)
        .text("type", kind)
        .texts("formats", "format", formats.to_vec())
}

/// The document of a site, which is scheme and host.
pub(super) fn document(site: &str) -> Document {
    let contact = "请联系所属社区或街道办事处 / Please contact the community or street office.";
    let key_service = format!("向街道申请接口密钥 / Ask the street office for an API key: {site}/docs/");
    let discovery = Object::new().text("changeset", CHANGESET).text("contact", contact).text("key_service", key_service).list(
        "endpoints",
        "endpoint",
        vec![endpoint(site, "production"), endpoint(site, "test")],
    );
    Document::One("discovery", discovery)
}
