//! An event of a request becomes a delivery for each system that is to hear of it. Jobs come in any order, so each hands out all events
//! from where the last one stopped up to its own: a request's events are entered in their order, once.

use base::db::{Context, Db, Tx};
use base::error::ApiError;
use base::jobs::{JobError, NewJob};
use chrono::SecondsFormat;
use people::grid;
use serde::Deserialize;
use serde_json::{Value, json};

use super::rows::{self, Connector};
use super::rows_deliveries::{self, Delivery};
use super::{DeliveryId, DeliveryState, deliver};
use crate::requests::{self, CaseId, OpenEvent, UnitCase};

#[derive(Debug, Clone, Copy, Deserialize)]
struct Payload {
    case: CaseId,
    sequence: i32,
}

/// The body of the job.
pub(super) fn run(db: &Db, payload: Value) -> Result<(), JobError> {
    let payload: Payload = serde_json::from_value(payload)?;
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        hand_out(&mut tx, payload)?;
        Ok(tx.done(())?)
    })?;
    Ok(())
}

fn hand_out(tx: &mut Tx<'_>, payload: Payload) -> Result<(), ApiError> {
    let from = rows_deliveries::lock_cursor(tx.conn(), payload.case)?;
    if from >= payload.sequence {
        return Ok(());
    }
    rows_deliveries::move_cursor(tx.conn(), payload.case, payload.sequence)?;
    let Some(case) = requests::unit_case(tx.conn(), payload.case)? else { return Ok(()) };
    let connectors = rows::of_units(tx.conn(), &case.units)?;
    if connectors.is_empty() {
        return Ok(());
    }
    let events = requests::unit_events(tx.conn(), payload.case, from, payload.sequence)?;
    let (place, now) = (place(tx, &case)?, tx.now()?);
    let mut deliveries = Vec::new();
    for connector in &connectors {
        let heard = events.iter().filter(|event| connector.wants(&event.kind) && !is_echo(connector, event));
        deliveries.extend(heard.map(|event| Delivery {
            id: DeliveryId::new(),
            connector_id: connector.id,
            request_id: payload.case,
            sequence: event.sequence,
            kind: event.kind.clone(),
            body: body(connector, &case, event, &place).to_string(),
            state: DeliveryState::Pending,
            attempts: 0,
            next_at: now,
            lease_until: None,
            last_result: None,
            created_at: now,
            ended_at: None,
        }));
    }
    rows_deliveries::insert(tx.conn(), &deliveries)?;
    for delivery in &deliveries {
        tx.enqueue(&NewJob::new(deliver::JOB, json!({"delivery": delivery.id})))?;
    }
    Ok(())
}

/// What a system said itself is no news for it.
fn is_echo(connector: &Connector, event: &OpenEvent) -> bool {
    event.external_by.as_deref().is_some_and(|by| by == connector.id.to_string())
}

/// Where it is: the unit's people have to go there.
fn place(tx: &mut Tx<'_>, case: &UnitCase) -> Result<Value, ApiError> {
    let unit = grid::unit_find(tx.conn(), case.case.unit)?;
    let above = unit.as_ref().map(|unit| grid::above(tx.conn(), &unit.path)).transpose()?.unwrap_or_default();
    let names: Vec<&str> = above.iter().map(|unit| unit.name.as_str()).collect();
    Ok(json!({
        "grid_unit_id": case.case.unit, "grid_code": unit.map(|unit| unit.path.as_str().to_owned()), "name": names.join(" "),
        "lat": case.case.lat, "lon": case.case.lon,
    }))
}

/// The text that is signed. It says nothing of who reported.
fn body(connector: &Connector, case: &UnitCase, event: &OpenEvent, place: &Value) -> Value {
    let known = &case.case;
    let instant = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    json!({
        "type": format!("request.{}", event.kind),
        "timestamp": instant(event.at),
        "data": {
            "request_id": known.id,
            "number": known.number,
            "sequence": event.sequence,
            "event": event.kind,
            "state": event.state,
            "outcome": event.outcome,
            "said": event.text,
            "service_code": known.category,
            "title": known.title,
            "text": known.text,
            "community_id": case.community,
            "place": place,
            "resolve_by": known.resolve_by.map(instant),
            "organization_id": connector.organization_id,
            "leads": known.organization == Some(connector.organization_id),
        },
    })
}
