//! A small tree of an XML document: what a client with no knowledge of us reads.

use quick_xml::Reader;
use quick_xml::events::Event;

/// An element.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Element {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) items: Vec<Element>,
}

impl Element {
    /// The text of the first element along a path; `""` when it is empty or absent.
    pub(super) fn at(&self, path: &str) -> &str {
        self.find(path).map_or("", |found| found.text.as_str())
    }

    /// The first element along a path.
    pub(super) fn find(&self, path: &str) -> Option<&Element> {
        path.split('/').try_fold(self, |element, name| element.items.iter().find(|item| item.name == name))
    }

    /// Every element of that name.
    pub(super) fn all(&self, name: &str) -> Vec<&Element> {
        self.items.iter().filter(|item| item.name == name).collect()
    }
}

/// Reads a document: a declaration first, no attribute and so no namespace anywhere.
#[track_caller]
pub(super) fn read(text: &str) -> Element {
    assert!(text.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<"), "no declaration: {text}");
    let mut reader = Reader::from_str(text);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().expect("well-formed XML") {
            Event::Start(start) => {
                assert_eq!(start.attributes().count(), 0, "an attribute: {text}");
                let name = start.name().as_ref().to_owned();
                open.push(Element { name, ..Element::default() });
            }
            Event::Empty(empty) => {
                let name = empty.name().as_ref().to_owned();
                open.last_mut().expect("a parent").items.push(Element { name, ..Element::default() });
            }
            Event::End(_) => {
                let done = open.pop().expect("an element");
                open.last_mut().expect("a parent").items.push(done);
            }
            Event::Text(part) => open.last_mut().expect("a parent").text.push_str(&part),
            Event::GeneralRef(name) => {
                let plain = match &*name {
                    "amp" => "&",
                    "lt" => "<",
                    "gt" => ">",
                    "quot" => "\"",
                    "apos" => "'",
                    other => panic!("&{other};"),
                };
                open.last_mut().expect("a parent").text.push_str(plain);
            }
            Event::Eof => break,
            Event::Decl(_) => {}
            other => panic!("unexpected {other:?}"),
        }
    }
    let mut root = open.pop().expect("a document");
    assert_eq!(root.items.len(), 1, "one root: {text}");
    root.items.pop().expect("a root")
}
