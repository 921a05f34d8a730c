//! Many published requests at once: as CSV, XML or JSON.

use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::grid::GridUnit;

use super::arguments::Arguments;
use super::document::{Document, Object};
use super::record::{self, Names};
use super::refusal::Refusal;
use crate::requests::{self, OpenCase};

/// Most rows of one file.
const MOST: i64 = 10_000;

/// The columns, in their order.
const COLUMNS: [&str; 14] = [
    "service_request_id",
    "requested_datetime",
    "updated_datetime",
    "closed_date",
    "status_description",
    "status_notes",
    "source",
    "service_name",
    "service_subtype",
    "description",
    "agency_responsible",
    "address",
    "lat",
    "long",
];

/// The rows of a file: texts in the order of the columns.
pub(super) struct Bulk(Vec<[Option<String>; 14]>);

fn row(case: &OpenCase, names: &Names) -> [Option<String>; 14] {
    let ((code, name), (_, address)) = (names.service(case), names.place(case.unit));
    let degrees = |value: f64| format!("{value:.4}");
    [
        Some(case.id.to_string()),
        Some(record::instant(case.filed_at)),
        Some(record::instant(case.updated_at)),
        case.closed_at.map(record::instant),
        Some(if record::is_closed(case.state) { "closed" } else { "open" }.to_owned()),
        record::notes(case),
        Some(case.source.name().to_owned()),
        Some(name),
        Some(code),
        Some(case.text.clone()),
        Some(names.agency(case)),
        Some(address),
        case.lat.map(degrees),
        case.lon.map(degrees),
    ]
}

/// Published requests of a range, the newest first; `page` leads on where 10,000 are not all.
pub(super) fn load(
    connection: &mut PgConnection,
    community: &GridUnit,
    arguments: &Arguments,
    now: DateTime<Utc>,
) -> Result<Bulk, Refusal> {
    let mut filter = record::filter(arguments, community, now)?;
    filter.limit = MOST;
    filter.offset = (arguments.whole("page", 1, 100_000, 1)? - 1) * MOST;
    let cases = requests::open_cases(connection, &filter)?;
    let names = Names::load(connection, community, &cases)?;
    Ok(Bulk(cases.iter().map(|case| row(case, &names)).collect()))
}

/// A cell that no spreadsheet takes for a formula.
fn cell(text: &str) -> String {
    let risky = text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠']);
    let number = text.parse::<f64>().is_ok();
    if risky && !number { format!("'{text}") } else { text.to_owned() }
}

impl Bulk {
    /// As XML and JSON show it.
    pub(super) fn document(self) -> Document {
        let object = |row: [Option<String>; 14]| {
            COLUMNS.iter().zip(row).fold(Object::new(), |object, (name, value)| match *name {
                "lat" | "long" => object.number(name, value.and_then(|text| text.parse().ok())),
                _ => object.maybe(name, value),
            })
        };
        Document::List("service_requests", "request", self.0.into_iter().map(object).collect())
    }

    /// As CSV with a line of names.
    pub(super) fn csv(self) -> Result<Vec<u8>, csv::Error> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(COLUMNS)?;
        for row in self.0 {
            writer.write_record(row.iter().map(|value| cell(value.as_deref().unwrap_or_default())))?;
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_lists_agree() {
        for (text, shown) in
            [("=1+1", "'=1+1"), ("@x", "'@x"), ("-3.5", "-3.5"), ("-x", "'-x"), ("＝1", "'＝1"), ("路灯", "路灯")]
        {
            assert_eq!(cell(text), shown);
        }
        let bulk = || {
            let mut row: [Option<String>; 14] = Default::default();
            row[0] = Some("1".to_owned());
            row[9] = Some("=a,\"b\"\nc".to_owned());
            row[12] = Some("39.5000".to_owned());
            Bulk(vec![row])
        };
        let csv = String::from_utf8(bulk().csv().unwrap()).unwrap();
        assert!(csv.starts_with("service_request_id,requested_datetime,"), "{csv}");
        assert!(csv.contains("\"'=a,\"\"b\"\"\nc\""), "{csv}");
        let json: serde_json::Value =
            serde_json::from_slice(&bulk().document().render(super::super::document::Format::Json)).unwrap();
        assert_eq!(
            (&json[0]["lat"], &json[0]["long"], &json[0]["description"]),
            (&39.5.into(), &serde_json::Value::Null, &"=a,\"b\"\nc".into())
        );
    }
}
