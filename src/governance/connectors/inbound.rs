//! What a unit's system says of a request: told once, in whatever order it comes.

use base::clients::webhook::Claimed;
use base::db::{Audit, Db, DbResult, Finished, Tx};
use base::error::{self, ApiError};
use base::keys::KeyRing;
use base::text::Text;
use chrono::{DateTime, Datelike as _, Utc};
use serde::Deserialize;
use serde_json::json;

use super::endpoint::meaning;
use super::rows::{self, Connector};
use super::rows_inbound::{self, Link, Message};
use super::{ConnectorId, ConnectorState, Meaning, NOT_OF_THIS_UNIT, SIGNATURE_INVALID, STATUS_WORD_UNKNOWN, deliver};
use crate::requests::{self, CaseId, State, Update};

/// What a unit's system says of a request.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UnitUpdate {
    /// The request, by our id; may be left out once its own id is known.
    pub request_id: Option<CaseId>,
    /// The request's id there.
    pub external_id: Text<100>,
    /// Its word for the state, as entered with the connector, or one of ours.
    pub status: Text<40>,
    /// What the reporter reads.
    pub text: Option<Text<2000>>,
    /// When it happened there.
    pub happened_at: DateTime<Utc>,
}

/// What became of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Taken {
    pub(super) request: CaseId,
    /// Did it move the request?
    pub(super) applied: bool,
    /// Was it told before?
    pub(super) repeated: bool,
}

/// The system that signed this. Whether an unknown one exists isn't told: both are 401.
pub(super) async fn signer(
    db: &Db,
    ring: &KeyRing,
    id: ConnectorId,
    claimed: Claimed<'_>,
    body: &[u8],
) -> Result<Connector, ApiError> {
    let refused = || ApiError::of(&SIGNATURE_INVALID);
    let (connector, now) =
        db.read(move |connection| -> DbResult<_> { Ok((rows::find(connection, id)?, base::db::now(connection)?)) }).await?;
    let connector = connector.filter(|connector| connector.state != ConnectorState::Closed).ok_or_else(refused)?;
    let secrets = deliver::secrets(ring, &connector, now).map_err(ApiError::internal)?;
    if claimed.is_signed_by(&secrets, body) { Ok(connector) } else { Err(refused()) }
}

/// The link of their id; the first message that names the request makes it.
fn link(tx: &mut Tx<'_>, connector: &Connector, update: &UnitUpdate) -> Result<Link, ApiError> {
    let foreign = || ApiError::of(&NOT_OF_THIS_UNIT);
    if let Some(link) = rows_inbound::lock_link(tx.conn(), connector.id, &update.external_id)? {
        let same = update.request_id.is_none_or(|given| given == link.request_id);
        return if same { Ok(link) } else { Err(ApiError::invalid("/external_id", "stands for another request already")) };
    }
    let request = update.request_id.ok_or_else(|| ApiError::invalid("/request_id", "is needed until external_id is known"))?;
    let case = requests::unit_case(tx.conn(), request)?.ok_or_else(foreign)?;
    if !case.units.contains(&connector.organization_id) {
        return Err(foreign());
    }
    let link =
        Link { connector_id: connector.id, external_id: update.external_id.to_string(), request_id: request, last_at: None };
    if !rows_inbound::link(tx.conn(), &link)? {
        return Err(ApiError::invalid("/external_id", "the request has another id there already"));
    }
    Ok(link)
}

/// Takes a message, once.
pub(super) fn take(
    mut tx: Tx<'_>,
    connector: &Connector,
    message_id: &str,
    update: &UnitUpdate,
) -> Result<Finished<Taken>, ApiError> {
    if let Some(message) = rows_inbound::message_find(tx.conn(), connector.id, message_id)? {
        return Ok(tx.done(Taken { request: message.request_id, applied: message.applied, repeated: true })?);
    }
    let means = meaning(&connector.words(), &update.status)
        .ok_or_else(|| ApiError::of(&STATUS_WORD_UNKNOWN).field("/status", "has no meaning here yet"))?;
    if !(2000..2200).contains(&update.happened_at.year()) {
        return Err(ApiError::invalid("/happened_at", "must lie between 2000 and 2199"));
    }
    let link = link(&mut tx, connector, update)?;
    let case = requests::unit_case(tx.conn(), link.request_id)?.ok_or_else(|| ApiError::of(&NOT_OF_THIS_UNIT))?;
    let stale = link.last_at.is_some_and(|last| last >= update.happened_at);
    let leads = case.case.organization == Some(connector.organization_id);
    let applied = leads && !stale && means != Meaning::Noted;
    let message = Message {
        connector_id: connector.id,
        message_id: message_id.to_owned(),
        request_id: link.request_id,
        status: update.status.to_string(),
        happened_at: update.happened_at,
        applied,
    };
    if !rows_inbound::message_insert(tx.conn(), &message)? {
        // Its twin ended just now: the next try finds it.
        return Err(ApiError::of(&error::STATE_CONFLICT).retryable());
    }
    if !stale {
        rows_inbound::told(tx.conn(), &link, update.happened_at)?;
    }
    let status = if applied { means } else { Meaning::Noted };
    apply(&mut tx, connector, link.request_id, case.case.state, &said(connector, message_id, update, status))?;
    let entry = Audit::new("connector_update_receive", "request", link.request_id.0);
    tx.audit(entry.after(json!({"connector": connector.id, "means": means, "applied": applied})))?;
    Ok(tx.done(Taken { request: link.request_id, applied, repeated: false })?)
}

fn said(connector: &Connector, message_id: &str, update: &UnitUpdate, status: Meaning) -> Update {
    let text =
        update.text.as_ref().map_or_else(|| format!("{}：{}", connector.name, update.status.as_str()), ToString::to_string);
    Update { status, text, by: connector.id.to_string(), external_id: message_id.to_owned() }
}

/// Hands it to the request. A system whose first word is that it is done has taken it before, whether we heard of it or not.
fn apply(tx: &mut Tx<'_>, connector: &Connector, case: CaseId, state: State, update: &Update) -> Result<(), ApiError> {
    let ends = !matches!(update.status, Meaning::Noted | Meaning::InProgress);
    if ends && state == State::Dispatched {
        let before = Update {
            status: Meaning::InProgress,
            text: format!("{}已接单", connector.name),
            external_id: format!("{}#taken", update.external_id),
            ..update.clone()
        };
        requests::external_update(tx, case, &before)?;
    }
    requests::external_update(tx, case, update)
}

/// Is the id of a message one that can be kept?
pub(super) fn message_id(text: &str) -> Result<&str, ApiError> {
    let fine = (1..=100).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
    if fine { Ok(text) } else { Err(ApiError::of(&SIGNATURE_INVALID)) }
}

/// Reads a message whose signature was checked.
pub(super) fn read(body: &[u8]) -> Result<UnitUpdate, ApiError> {
    base::http::parse_json(body)
}
