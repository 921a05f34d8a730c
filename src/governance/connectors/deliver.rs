//! Telling one system of one event: taken under the row, sent without a connection, and what came of it written under the row again. A
//! worker that died in between is followed by another after its lease, with the same id and text.

use std::sync::Arc;

use base::clients::webhook::{Call, Outcome, Webhooks};
use base::db::{Audit, Context, Db, Tx};
use base::error::ApiError;
use base::jobs::{JobError, NewJob};
use base::keys::{KeyError, KeyRing};
use chrono::{DateTime, Utc};
use people::identity::{self, Role};
use people::notify::{self, Notice, templates};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};

use super::endpoint::{self, LEASE, PAUSE_AFTER, TRIES};
use super::rows::{self, Connector};
use super::rows_deliveries::{self, Delivery};
use super::{ConnectorId, ConnectorMove, ConnectorState, DeliveryId, DeliveryMove, DeliveryState, PauseReason};

/// The job that tells.
pub(super) const JOB: &str = "connector_deliver";

#[derive(Debug, Clone, Copy, Deserialize)]
struct Payload {
    delivery: DeliveryId,
}

/// What the job needs.
pub(super) struct Sender {
    pub(super) webhooks: Arc<Webhooks>,
    pub(super) ring: Arc<KeyRing>,
}

/// Where a system's secrets are sealed; the column keeps the newer from the older.
fn place(column: &str, id: ConnectorId) -> String {
    format!("connectors|{column}|{id}")
}

/// Seals a system's secret.
pub(super) fn seal(ring: &KeyRing, id: ConnectorId, secret: &str) -> Result<Vec<u8>, KeyError> {
    ring.seal(&place("secret", id), secret)
}

/// The secrets that are valid now, the newest first.
pub(super) fn secrets(ring: &KeyRing, connector: &Connector, now: DateTime<Utc>) -> Result<Vec<SecretString>, KeyError> {
    let previous = connector.previous_sealed.as_ref().filter(|_| connector.previous_until.is_some_and(|until| until > now));
    let sealed = [Some(&connector.secret_sealed), previous];
    sealed.into_iter().flatten().map(|sealed| ring.open(&place("secret", connector.id), sealed).map(SecretString::from)).collect()
}

/// A delivery moves along its table.
pub(super) fn moved(delivery: &mut Delivery, by: DeliveryMove) -> Result<(), ApiError> {
    delivery.state = delivery.state.transition(by).ok_or_else(|| ApiError::of(&base::error::STATE_CONFLICT))?;
    Ok(())
}

impl Sender {
    /// The body of the job.
    pub(super) fn run(&self, db: &Db, payload: Value) -> Result<(), JobError> {
        let payload: Payload = serde_json::from_value(payload)?;
        let taken = db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
            let taken = self.take(&mut tx, payload.delivery)?;
            Ok(tx.done(taken)?)
        })?;
        let Some((call, attempt)) = taken else { return Ok(()) };
        let outcome = self.webhooks.send_now(call);
        db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
            settle(&mut tx, payload.delivery, attempt, outcome)?;
            Ok(tx.done(())?)
        })?;
        Ok(())
    }

    /// Takes a delivery whose turn it is. `None`: it isn't, and whoever makes it its turn enqueues it again.
    fn take(&self, tx: &mut Tx<'_>, id: DeliveryId) -> Result<Option<(Call, i32)>, ApiError> {
        let Some(mut delivery) = rows_deliveries::lock(tx.conn(), id)? else { return Ok(None) };
        let now = tx.now()?;
        let left = delivery.state == DeliveryState::Sending && delivery.lease_until.is_some_and(|until| until <= now);
        if !(delivery.state == DeliveryState::Pending || left) {
            return Ok(None);
        }
        let Some(connector) = rows::find(tx.conn(), delivery.connector_id)? else { return Ok(None) };
        if connector.state != ConnectorState::Active || rows_deliveries::waits_for_earlier(tx.conn(), &delivery)? {
            return Ok(None);
        }
        if delivery.next_at > now {
            return Ok(None);
        }
        if !left {
            moved(&mut delivery, DeliveryMove::Take)?;
        }
        delivery.attempts += 1;
        delivery.lease_until = Some(now + LEASE);
        rows_deliveries::save(tx.conn(), &delivery)?;
        let secrets = secrets(&self.ring, &connector, now).map_err(ApiError::internal)?;
        let call = Call { url: connector.url, id: delivery.id.to_string(), body: delivery.body, secrets };
        Ok(Some((call, delivery.attempts)))
    }
}

/// Writes what came of a try; nothing, if another worker took the delivery over meanwhile.
fn settle(tx: &mut Tx<'_>, id: DeliveryId, attempt: i32, outcome: Outcome) -> Result<(), ApiError> {
    let Some(mut delivery) = rows_deliveries::lock(tx.conn(), id)? else { return Ok(()) };
    if delivery.state != DeliveryState::Sending || delivery.attempts != attempt {
        return Ok(());
    }
    let now = tx.now()?;
    delivery.last_result = Some(outcome.word());
    delivery.lease_until = None;
    match outcome {
        Outcome::Taken(_) => {
            moved(&mut delivery, DeliveryMove::Deliver)?;
            delivery.ended_at = Some(now);
            rows::works(tx.conn(), delivery.connector_id)?;
        }
        _ if delivery.attempts >= TRIES => {
            moved(&mut delivery, DeliveryMove::GiveUp)?;
            delivery.ended_at = Some(now);
            rows::fails(tx.conn(), delivery.connector_id, now)?;
            let entry = Audit::new("connector_delivery_dead", "connector_delivery", id.0);
            tx.audit(entry.after(json!({"connector": delivery.connector_id, "result": outcome.word()})))?;
        }
        _ => {
            moved(&mut delivery, DeliveryMove::Retry)?;
            let asked = if let Outcome::Answered(_, asked) = outcome { asked } else { None };
            delivery.next_at = now + endpoint::pause(delivery.attempts, asked);
            rows::fails(tx.conn(), delivery.connector_id, now)?;
        }
    }
    rows_deliveries::save(tx.conn(), &delivery)?;
    match delivery.state {
        DeliveryState::Pending => enqueue(tx, id, delivery.next_at),
        // What is given up lets the later ones go: each says its sequence.
        _ => match rows_deliveries::next(tx.conn(), &delivery)? {
            Some((next, at)) => enqueue(tx, next, at.max(now)),
            None => Ok(()),
        },
    }
}

/// Tells at a time.
pub(super) fn enqueue(tx: &mut Tx<'_>, id: DeliveryId, at: DateTime<Utc>) -> Result<(), ApiError> {
    Ok(tx.enqueue(&NewJob::new(JOB, json!({"delivery": id})).at(at))?)
}

/// Pauses what has failed for a day, and finds deliveries whose job was lost.
pub(super) fn watch(db: &Db, _payload: Value) -> Result<(), JobError> {
    let now = db.read_now(base::db::now)?;
    for id in db.read_now(|connection| rows::failing(connection, now - PAUSE_AFTER))? {
        db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
            pause_failing(&mut tx, id)?;
            Ok(tx.done(())?)
        })?;
    }
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        for id in rows_deliveries::overdue(tx.conn(), now - LEASE * 5, 500)? {
            enqueue(&mut tx, id, now)?;
        }
        Ok(tx.done(())?)
    })?;
    Ok(())
}

/// Pauses a system that fails; its unit's people are told.
fn pause_failing(tx: &mut Tx<'_>, id: ConnectorId) -> Result<(), ApiError> {
    let Some(mut connector) = rows::lock(tx.conn(), id)? else { return Ok(()) };
    let now = tx.now()?;
    let failing = connector.failing_since.is_some_and(|since| since < now - PAUSE_AFTER);
    let Some(state) = connector.state.transition(ConnectorMove::Pause).filter(|_| failing) else { return Ok(()) };
    connector.state = state;
    connector.pause_reason = Some(PauseReason::Failing);
    connector.version += 1;
    rows::save(tx.conn(), &connector)?;
    let entry = Audit::new("connector_pause", "connector", id.0).before(json!({"state": ConnectorState::Active}));
    tx.audit(entry.after(json!({"state": state, "reason": PauseReason::Failing})))?;
    let mut people = identity::people_of_organization(tx.conn(), Role::UnitHandler, connector.organization_id)?;
    people.sort_unstable();
    people.dedup();
    for person in people {
        notify::send(tx, person, &Notice::new(&templates::CONNECTOR_PAUSED).with("name", connector.name.clone()))?;
    }
    Ok(())
}
