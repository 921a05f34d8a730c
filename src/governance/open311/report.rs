//! Filing by Open311: what was sent is read and judged, its text is checked, then it becomes a request like any other.

use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::keys::KeyRing;
use base::text::Text;
use diesel::PgConnection;
use people::grid::GridUnit;
use serde_json::json;
use uuid::Uuid;

use super::arguments::Arguments;
use super::document::{Document, Object};
use super::record::{OTHER, OTHER_NAME};
use super::refusal::Refusal;
use super::rows::{self, Client, Report};
use super::{catalogue, clients, jurisdiction};
use crate::requests::{self, CaseId, Filing, Pin, Source, Verdict};

/// What FixMyStreet sends as `address_id` when nobody put a pin.
const NOT_PINPOINTED: &str = "#NOTPINPOINTED#";
/// What may be known of who reports; sealed as a whole.
const CONTACT: [&str; 7] = ["email", "phone", "first_name", "last_name", "device_id", "deviceid", "account_id"];

/// A report that may be filed.
#[derive(Debug, Clone)]
pub(super) struct Ready {
    pub(super) client: Client,
    community: GridUnit,
    service_code: String,
    filing: Filing,
    token: Uuid,
    contact: serde_json::Map<String, serde_json::Value>,
    media_url: Option<String>,
    /// What is promised to whoever sent it.
    notice: String,
}

impl Ready {
    /// The request that it is going to be.
    pub(super) const fn id(&self) -> CaseId {
        self.filing.id
    }

    /// Its community.
    pub(super) const fn community(&self) -> base::ids::GridUnitId {
        self.community.id
    }

    /// The text that is checked.
    pub(super) fn text(&self) -> &str {
        &self.filing.text
    }
}

/// Reads and judges what was sent; nothing is written.
pub(super) fn read(connection: &mut PgConnection, arguments: &Arguments) -> Result<Ready, Refusal> {
    // Who may not file isn't told what else is wrong.
    arguments.get("api_key").ok_or_else(Refusal::key)?;
    let community = jurisdiction::community(connection, arguments.get("jurisdiction_id"))?;
    let client = clients::authorize(connection, arguments.get("api_key"), &community)?;
    let code = arguments.need("service_code")?.to_owned();
    let item = if code == OTHER { None } else { Some(catalogue::find(connection, &community, &code)?) };
    let answers = match &item {
        Some(item) => catalogue::answers(item, arguments.attributes())?,
        None => Vec::new(),
    };
    let (unit, pin, place_text) = place(connection, &community, arguments)?;
    let name = item.as_ref().map_or_else(|| OTHER_NAME.to_owned(), |item| item.title.clone());
    let text: Option<Text<4000>> = arguments.text("description")?;
    let id = CaseId::new();
    let filing = Filing {
        id,
        community: community.id,
        unit: unit.id,
        source: Source::Open311,
        category: item.as_ref().map(|item| item.code.clone()),
        text: text.map_or_else(|| name.clone(), Text::into_string),
        files: Vec::new(),
        pin,
        place_text,
        public: true,
        wants_contact: arguments.get("phone").is_some(),
        reporter: None,
        proxy: None,
        answers,
        external: Some((client.id.to_string(), id.to_string())),
        about: None,
    };
    let class = item.as_ref().map_or("由社区受理后分派", |item| item.deadline_class.zh());
    let media_url: Option<Text<500>> = arguments.text("media_url")?;
    Ok(Ready {
        contact: contact(arguments)?,
        client,
        community,
        service_code: code,
        filing,
        token: Uuid::new_v4(),
        media_url: media_url.map(Text::into_string),
        notice: format!("{name}：{class}"),
    })
}

/// Who reports, as far as it was sent.
fn contact(arguments: &Arguments) -> Result<serde_json::Map<String, serde_json::Value>, Refusal> {
    let mut found = serde_json::Map::new();
    for name in CONTACT {
        if let Some(text) = arguments.text::<200>(name)? {
            found.insert(name.to_owned(), text.into_string().into());
        }
    }
    Ok(found)
}

/// The unit, the pin and the place in words; one of the three ways to name a place must be taken.
fn place(
    connection: &mut PgConnection,
    community: &GridUnit,
    arguments: &Arguments,
) -> Result<(GridUnit, Option<Pin>, Option<String>), Refusal> {
    let pin = match (arguments.number("lat", -90.0, 90.0)?, arguments.number("long", -180.0, 180.0)?) {
        (Some(lat), Some(lon)) => Some(Pin { lat, lon }),
        (None, None) => None,
        (Some(_), None) => return Err(Refusal::missing("long")),
        (None, Some(_)) => return Err(Refusal::missing("lat")),
    };
    let code = arguments.get("address_id").filter(|code| *code != NOT_PINPOINTED);
    let words: Option<Text<200>> = arguments.text("address_string")?;
    if pin.is_none() && code.is_none() && words.is_none() {
        return Err(Refusal::wrong(
            "请用 lat 和 long、address_string 或 address_id 说明地点。",
            "Say where: by lat and long, by address_string, or by address_id.",
        ));
    }
    let unit = match code {
        Some(code) => jurisdiction::place(connection, community, code)?,
        None => community.clone(),
    };
    Ok((unit, pin, words.map(Text::into_string)))
}

/// Where the contact of a report is sealed.
fn sealed_at(id: CaseId) -> String {
    format!("open311_reports|contact|{id}")
}

/// Files it.
pub(super) fn file(mut tx: Tx<'_>, ring: &KeyRing, ready: &Ready, verdict: &Verdict) -> Result<Finished<()>, ApiError> {
    let id = ready.filing.id;
    if ready.client.demo {
        rows::client_insert(tx.conn(), &ready.client)?;
    }
    let contact = serde_json::Value::Object(ready.contact.clone()).to_string();
    let sealed = ring.seal(&sealed_at(id), &contact).map_err(ApiError::internal)?;
    let report = Report {
        id,
        client_id: ready.client.id,
        community_id: ready.community.id,
        service_code: ready.service_code.clone(),
        token: ready.token,
        contact_sealed: (!ready.contact.is_empty()).then_some(sealed),
        media_url: ready.media_url.clone(),
        created_at: tx.now()?,
    };
    rows::report_insert(tx.conn(), &report)?;
    let entry = Audit::new("open311_request_create", "request", id.0).at(ready.filing.unit);
    tx.audit(entry.after(json!({"client": ready.client.id, "service_code": ready.service_code})))?;
    requests::file(&mut tx, &ready.filing, verdict)?;
    Ok(tx.done(())?)
}

/// The answer to a report: its request's id, or a token while a person looks at the text first.
pub(super) fn answer(report: &Report, notice: Option<String>, checked_first: bool) -> Document {
    let request = match checked_first {
        true => Object::new().text("token", report.token.to_string()),
        false => Object::new().text("service_request_id", report.id.to_string()),
    };
    let request = request.maybe("service_notice", notice).maybe("account_id", None);
    Document::List("service_requests", "request", vec![request])
}

/// What the test endpoint answers: everything was judged, nothing was kept.
pub(super) fn rehearsed(ready: &Ready) -> Document {
    let notice = format!("{}（测试接口：内容有效，未保存 / test endpoint: valid, not kept）", ready.notice);
    let request = Object::new().text("service_request_id", format!("TEST-{}", ready.filing.id));
    Document::List("service_requests", "request", vec![request.text("service_notice", notice).maybe("account_id", None)])
}

/// The notice of a report that was filed just now.
pub(super) fn notice(ready: &Ready, without_pictures: bool) -> String {
    let pictures = if without_pictures { "；照片未接收 / pictures were not taken" } else { "" };
    format!("{}{pictures}", ready.notice)
}

/// The request that a token stands for; without an id while its text is being looked at.
pub(super) fn of_token(connection: &mut PgConnection, token: &str) -> Result<Document, Refusal> {
    let report = token.parse::<Uuid>().ok().map(|token| rows::report_by_token(connection, token)).transpose()?.flatten();
    let report = report.ok_or_else(|| Refusal::unknown("token"))?;
    let checking = requests::is_being_checked(connection, report.id)?;
    let id = (!checking).then(|| report.id.to_string());
    let request = Object::new().maybe("service_request_id", id).text("token", report.token.to_string());
    Ok(Document::List("service_requests", "request", vec![request]))
}
