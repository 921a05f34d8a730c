//! One data shape, two spellings. In XML a document has the declaration, no namespace, and a container element round every list; in
//! JSON the containers are gone, a list at the top is an array, and an empty element is `null`.

use std::io::Write as _;

use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesEnd, BytesStart, BytesText, Event};
use serde_json::{Map, Number, Value};

/// How an answer is spelled; the suffix of the address says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// `.xml`
    Xml,
    /// `.json`
    Json,
}

impl Format {
    /// From the suffix.
    pub(super) fn parse(suffix: &str) -> Option<Self> {
        match suffix {
            "xml" => Some(Self::Xml),
            "json" => Some(Self::Json),
            _ => None,
        }
    }

    /// The content type, exactly: old clients compare it whole, so no charset follows. Both are UTF-8 (the XML declaration says it).
    pub(super) const fn content_type(self) -> &'static str {
        match self {
            Self::Xml => "text/xml",
            Self::Json => "application/json",
        }
    }
}

/// The value of a field.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Field {
    /// A text; `None` is an empty element, `null`.
    Text(Option<String>),
    /// A number; `None` is an empty element, `null`.
    Number(Option<f64>),
    /// A whole number.
    Whole(i64),
    /// true or false.
    Flag(bool),
    /// A list of things, each in an element of this name.
    List(&'static str, Vec<Object>),
    /// A list of texts, each in an element of this name.
    Texts(&'static str, Vec<String>),
    /// One thing.
    One(Object),
}

/// A thing with named fields, in the order of the text.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Object(Vec<(&'static str, Field)>);

impl Object {
    pub(super) fn new() -> Self {
        Self::default()
    }

    fn with(mut self, name: &'static str, field: Field) -> Self {
        self.0.push((name, field));
        self
    }

    /// A text that is always there.
    pub(super) fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.with(name, Field::Text(Some(text.into())))
    }

    /// A text that may be empty.
    pub(super) fn maybe(self, name: &'static str, text: Option<String>) -> Self {
        self.with(name, Field::Text(text))
    }

    pub(super) fn number(self, name: &'static str, number: Option<f64>) -> Self {
        self.with(name, Field::Number(number))
    }

    pub(super) fn whole(self, name: &'static str, number: i64) -> Self {
        self.with(name, Field::Whole(number))
    }

    pub(super) fn flag(self, name: &'static str, flag: bool) -> Self {
        self.with(name, Field::Flag(flag))
    }

    pub(super) fn list(self, name: &'static str, item: &'static str, items: Vec<Self>) -> Self {
        self.with(name, Field::List(item, items))
    }

    pub(super) fn texts(self, name: &'static str, item: &'static str, items: Vec<String>) -> Self {
        self.with(name, Field::Texts(item, items))
    }

    pub(super) fn one(self, name: &'static str, object: Self) -> Self {
        self.with(name, Field::One(object))
    }
}

/// A whole answer.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Document {
    /// A list: root element, element of each item, the items.
    List(&'static str, &'static str, Vec<Object>),
    /// One thing under its root element.
    One(&'static str, Object),
}

impl Document {
    /// The bytes to send.
    pub(super) fn render(&self, format: Format) -> Vec<u8> {
        match format {
            Format::Xml => self.xml().unwrap_or_default(),
            Format::Json => serde_json::to_vec(&self.json()).unwrap_or_default(),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::List(_, _, items) => Value::Array(items.iter().map(json).collect()),
            Self::One(_, object) => json(object),
        }
    }

    /// Writing to memory doesn't fail.
    fn xml(&self) -> std::io::Result<Vec<u8>> {
        let mut writer = Writer::new(Vec::new());
        writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("utf-8"), None)))?;
        writer.get_mut().write_all(b"\n")?;
        match self {
            Self::List(root, item, items) => list(&mut writer, root, item, items)?,
            Self::One(root, object) => element(&mut writer, root, object)?,
        }
        Ok(writer.into_inner())
    }
}

fn json(object: &Object) -> Value {
    let fields = object.0.iter().map(|(name, field)| {
        let value = match field {
            Field::Text(text) => text.as_deref().filter(|text| !text.is_empty()).map_or(Value::Null, Value::from),
            Field::Number(number) => number.and_then(Number::from_f64).map_or(Value::Null, Value::Number),
            Field::Whole(number) => Value::from(*number),
            Field::Flag(flag) => Value::from(*flag),
            Field::List(_, items) => Value::Array(items.iter().map(json).collect()),
            Field::Texts(_, items) => Value::from(items.clone()),
            Field::One(object) => json(object),
        };
        ((*name).to_owned(), value)
    });
    Value::Object(fields.collect::<Map<String, Value>>())
}

type Out = Writer<Vec<u8>>;

fn list(writer: &mut Out, name: &str, item: &str, items: &[Object]) -> std::io::Result<()> {
    writer.write_event(Event::Start(BytesStart::new(name)))?;
    items.iter().try_for_each(|object| element(writer, item, object))?;
    writer.write_event(Event::End(BytesEnd::new(name)))
}

fn element(writer: &mut Out, name: &str, object: &Object) -> std::io::Result<()> {
    writer.write_event(Event::Start(BytesStart::new(name)))?;
    for (name, field) in &object.0 {
        match field {
            Field::Text(text) => leaf(writer, name, text.as_deref().unwrap_or_default())?,
            Field::Number(number) => leaf(writer, name, &number.map(|number| number.to_string()).unwrap_or_default())?,
            Field::Whole(number) => leaf(writer, name, &number.to_string())?,
            Field::Flag(flag) => leaf(writer, name, &flag.to_string())?,
            Field::List(item, items) => list(writer, name, item, items)?,
            Field::One(object) => element(writer, name, object)?,
            Field::Texts(item, items) => {
                writer.write_event(Event::Start(BytesStart::new(*name)))?;
                items.iter().try_for_each(|text| leaf(writer, item, text))?;
                writer.write_event(Event::End(BytesEnd::new(*name)))?;
            }
        }
    }
    writer.write_event(Event::End(BytesEnd::new(name)))
}

fn leaf(writer: &mut Out, name: &str, text: &str) -> std::io::Result<()> {
    if text.is_empty() {
        return writer.write_event(Event::Empty(BytesStart::new(name)));
    }
    // XML 1.0 has no place for most control characters, not even escaped.
    let clean: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\r' | '\t')).collect();
    writer.write_event(Event::Start(BytesStart::new(name)))?;
    writer.write_event(Event::Text(BytesText::new(&clean)))?;
    writer.write_event(Event::End(BytesEnd::new(name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Object {
        Object::new()
            .text("code", "A&<b>\"c\"\u{1}\n乙")
            .maybe("empty", None)
            .number("lat", Some(39.5))
            .number("long", None)
            .whole("order", 1)
            .flag("metadata", true)
            .list("values", "value", vec![Object::new().text("key", "1")])
            .texts("formats", "format", vec!["text/xml".to_owned(), "application/json".to_owned()])
    }

    #[test]
    fn xml_has_its_declaration_containers_and_empty_elements() {
        let text = String::from_utf8(Document::List("services", "service", vec![sample()]).render(Format::Xml)).unwrap();
        assert_eq!(
            text,
            "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<services><service><code>A&amp;&lt;b&gt;&quot;c&quot;\n乙</code><empty/><lat>39.5</lat><long/><order>1</order>\
             <metadata>true</metadata><values><value><key>1</key></value></values><formats><format>text/xml</format><format>application/json</format></formats>\
             </service></services>"
        );
        let none = String::from_utf8(Document::List("services", "service", vec![]).render(Format::Xml)).unwrap();
        assert!(none.ends_with("<services></services>"), "{none}");
    }

    #[test]
    fn json_drops_the_containers_and_keeps_lists() {
        let value = Document::List("services", "service", vec![sample()]).json();
        assert_eq!(
            value,
            serde_json::json!([{"code": "A&<b>\"c\"\u{1}\n乙", "empty": null, "lat": 39.5, "long": null, "order": 1, "metadata": true,
                "values": [{"key": "1"}], "formats": ["text/xml", "application/json"]}])
        );
        assert_eq!(Document::One("discovery", Object::new().text("contact", "")).json(), serde_json::json!({"contact": null}));
    }
}
