//! What would become of a file of requests.

use std::collections::{BTreeSet, HashMap};

use base::error::ApiError;
use base::ids::GridUnitId;
use base::keys::KeyRing;
use diesel::PgConnection;
use people::community::import::{ImportIssue, Line, Table};
use people::grid::{self, GridPath, GridUnit};
use people::identity::{self, Phone};

use super::super::{CaseId, Filing, Pin, Source, duty, rows_details};
use super::{IMPORT_TOO_MANY, RequestImportReport};

/// Requests of one file at most.
const MOST: u32 = 2_000;
/// Errors listed.
const LISTED: usize = 1_000;

/// A request of a file, and the phone of whoever asked where there is no account.
pub(super) struct Planned {
    pub(super) filing: Filing,
    pub(super) phone: Option<Phone>,
}

/// What a row may name.
struct Known {
    community: GridUnitId,
    places: HashMap<GridPath, GridUnit>,
}

const FORM: (&str, &str, &str) = ("wrong_form", "格式不正确", "has a wrong form");

/// A number within bounds.
fn degrees(line: &Line<'_>, name: &str, most: f64) -> Result<Option<f64>, ImportIssue> {
    let Some(text) = line.text(name)? else { return Ok(None) };
    let value: Option<f64> = text.parse().ok().filter(|value: &f64| value.abs() <= most);
    value.map(Some).ok_or_else(|| line.issue(name, FORM))
}

/// A text of at most so many characters.
fn short(line: &Line<'_>, name: &str, most: usize) -> Result<Option<String>, ImportIssue> {
    let Some(text) = line.text(name)? else { return Ok(None) };
    match text.chars().nth(most) {
        None => Ok(Some(text.to_owned())),
        Some(_) => Err(line.issue(name, ("too_long", "过长", "is too long"))),
    }
}

fn read(line: &Line<'_>, known: &Known) -> Result<(Filing, GridPath, Option<Phone>), ImportIssue> {
    let number = short(line, "number", 100)?.unwrap_or_default();
    let unknown = ("unknown_unit", "不是本社区的网格编码", "is no unit of the community");
    let path = GridPath::new(line.text("place")?.unwrap_or_default());
    let unit = known.places.get(&path).filter(|unit| unit.active).ok_or_else(|| line.issue("place", unknown))?;
    let phone = match line.text("phone")? {
        None => None,
        Some(text) => {
            let wrong = || line.issue("phone", ("not_a_phone", "不是有效的手机号", "is not a mobile number"));
            Some(Phone::parse(text).ok_or_else(wrong)?)
        }
    };
    let pin = match (degrees(line, "lat", 90.0)?, degrees(line, "lon", 180.0)?) {
        (Some(lat), Some(lon)) => Some(Pin { lat, lon }),
        (None, None) => None,
        (None, Some(_)) => return Err(line.issue("lat", FORM)),
        (Some(_), None) => return Err(line.issue("lon", FORM)),
    };
    let filing = Filing {
        id: CaseId::new(),
        community: known.community,
        unit: unit.id,
        source: Source::BulkImport,
        category: short(line, "category", 40)?,
        text: short(line, "text", 500)?.unwrap_or_default(),
        files: Vec::new(),
        pin,
        place_text: short(line, "place_text", 200)?,
        public: false,
        wants_contact: phone.is_some(),
        reporter: None,
        proxy: None,
        answers: Vec::new(),
        external: Some((format!("import:{}", known.community), number)),
        about: None,
    };
    Ok((filing, path, phone))
}

/// The category is in force at the place, and asks nothing that a file can't answer.
fn check_category(
    connection: &mut PgConnection,
    line: &Line<'_>,
    filing: &Filing,
    place: &GridPath,
) -> Result<Option<ImportIssue>, ApiError> {
    let Some(code) = &filing.category else { return Ok(None) };
    let unknown = ("unknown_category", "本社区没有生效的该事项编码", "is no category in force here");
    match duty::item(connection, filing.community, code, place) {
        Err(why) if why.code().status == 422 => return Ok(Some(line.issue("category", unknown))),
        Err(why) => return Err(why),
        Ok(item) if duty::check(Some(&item), &[]).is_err() => {}
        Ok(_) => return Ok(None),
    }
    let asks =
        ("category_asks", "该事项有必答问题，请不填编码后人工补录", "asks questions that a file can't answer; leave it empty");
    Ok(Some(line.issue("category", asks)))
}

/// Rows that would become requests, and the report.
pub(super) fn plan(
    connection: &mut PgConnection,
    ring: &KeyRing,
    community: &GridUnit,
    table: &Table,
    dry_run: bool,
) -> Result<(RequestImportReport, Vec<Planned>), ApiError> {
    let places =
        grid::units_under(connection, Some(&community.path))?.into_iter().map(|unit| (unit.path.clone(), unit)).collect();
    let known = Known { community: community.id, places };
    let mut report = RequestImportReport { dry_run, ..RequestImportReport::default() };
    let (mut seen, mut planned) = (BTreeSet::new(), Vec::new());
    for line in table.lines() {
        report.rows += 1;
        if report.rows > MOST {
            return Err(ApiError::of(&IMPORT_TOO_MANY));
        }
        match one(connection, ring, &known, &line, &mut seen)? {
            Read::New(new) => planned.push(*new),
            Read::Known => report.unchanged += 1,
            Read::Wrong(issue) => {
                report.refused += 1;
                if report.errors.len() < LISTED {
                    report.errors.push(issue);
                }
            }
        }
    }
    report.created = u32::try_from(planned.len()).unwrap_or(u32::MAX);
    let mode = if dry_run { "试导入" } else { "导入" };
    report.summary =
        format!("{mode} {} 行：新诉求 {}，已有 {}，有误 {}。", report.rows, report.created, report.unchanged, report.refused);
    Ok((report, planned))
}

/// What a row is.
enum Read {
    New(Box<Planned>),
    Known,
    Wrong(ImportIssue),
}

fn one(
    connection: &mut PgConnection,
    ring: &KeyRing,
    known: &Known,
    line: &Line<'_>,
    seen: &mut BTreeSet<String>,
) -> Result<Read, ApiError> {
    let (mut filing, place, mut phone) = match read(line, known) {
        Ok(read) => read,
        Err(issue) => return Ok(Read::Wrong(issue)),
    };
    let Some((client, number)) = filing.external.clone() else { return Ok(Read::Known) };
    if !seen.insert(number.clone()) {
        return Ok(Read::Wrong(line.issue("number", ("twice_in_file", "与前面的行重复", "repeats an earlier row"))));
    }
    if rows_details::by_external(connection, &client, &number)?.is_some() {
        return Ok(Read::Known);
    }
    if let Some(issue) = check_category(connection, line, &filing, &place)? {
        return Ok(Read::Wrong(issue));
    }
    if let Some(given) = &phone {
        filing.reporter = identity::person_by_phone(connection, ring, given)?;
        phone = phone.filter(|_| filing.reporter.is_none());
    }
    Ok(Read::New(Box::new(Planned { filing, phone })))
}
