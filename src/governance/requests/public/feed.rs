//! The Atom feed (RFC 4287) of a community's public requests.

use base::error::ApiError;
use chrono::{DateTime, SecondsFormat, Utc};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesText, Event};

use super::view::PublicRequest;

/// `address` is what people see in front of the paths: scheme and host.
pub(super) fn atom(
    address: &str,
    community: base::ids::GridUnitId,
    name: &str,
    items: &[PublicRequest],
) -> Result<Vec<u8>, ApiError> {
    write(address, community, name, items).map_err(ApiError::internal)
}

fn stamp(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// When something last happened to it, as far as the list knows.
fn updated(item: &PublicRequest) -> DateTime<Utc> {
    item.closed_at.unwrap_or(item.created_at)
}

fn write(address: &str, community: base::ids::GridUnitId, name: &str, items: &[PublicRequest]) -> std::io::Result<Vec<u8>> {
    let own = format!("{address}/api/v1/governance/public/requests.atom?community={community}");
    let latest = items.iter().map(updated).max().unwrap_or(DateTime::UNIX_EPOCH);
    let mut xml = Writer::new(Vec::new());
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    xml.create_element("feed").with_attribute(("xmlns", "http://www.w3.org/2005/Atom")).write_inner_content(|xml| {
        text(xml, "id", &own)?;
        text(xml, "title", &format!("{name} · 公开诉求"))?;
        text(xml, "updated", &stamp(latest))?;
        xml.create_element("link").with_attributes([("rel", "self"), ("href", own.as_str())]).write_empty()?;
        xml.create_element("author").write_inner_content(|xml| text(xml, "name", name))?;
        items.iter().try_for_each(|item| entry(xml, address, item))
    })?;
    Ok(xml.into_inner())
}

fn entry(xml: &mut Writer<Vec<u8>>, address: &str, item: &PublicRequest) -> std::io::Result<()> {
    let link = format!("{address}/api/v1/governance/public/requests/{}", item.id);
    xml.create_element("entry").write_inner_content(|xml| {
        text(xml, "id", &format!("urn:uuid:{}", item.id))?;
        text(xml, "title", &format!("{} {}", item.number, item.title))?;
        text(xml, "published", &stamp(item.created_at))?;
        text(xml, "updated", &stamp(updated(item)))?;
        text(xml, "summary", &item.summary)?;
        text(xml, "content", &item.text)?;
        xml.create_element("link").with_attributes([("rel", "alternate"), ("href", link.as_str())]).write_empty()?;
        Ok(())
    })?;
    Ok(())
}

fn text(xml: &mut Writer<Vec<u8>>, name: &str, value: &str) -> std::io::Result<()> {
    xml.create_element(name).write_text_content(BytesText::new(value))?;
    Ok(())
}
