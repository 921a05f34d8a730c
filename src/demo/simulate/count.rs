//! Both sides counted: what we handed out against what the systems took, what they said against what stands in our timelines.

use std::collections::BTreeMap;
use std::fmt;

use base::db::DbResult;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use serde::Serialize;

use super::Plan;
use super::street::{ENDED, Street, UNTOLD};
use super::systems::Systems;
use crate::serve::Serving;

/// What a simulation came to.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Figures {
    /// Outside systems.
    pub systems: usize,
    /// Responsible units.
    pub units: usize,
    /// Requests filed.
    pub requests: i64,
    /// Requests that reached an end.
    pub ended: i64,
    /// Events handed out to systems.
    pub deliveries: i64,
    /// Tries that they took.
    pub attempts: i64,
    /// Repeats that a system knew by their id: taken before, though its answer was lost.
    pub repeats: u64,
    /// Messages of the systems that we took.
    pub messages: i64,
    /// Of those, the ones that moved a request; the others came late.
    pub applied: i64,
    /// Times that a system was paused for failing a day.
    pub paused: i64,
    /// Times that a delivery was given up and told again later.
    pub dead: i64,
    /// Requests without an end, events that a system never got, messages that stand in no timeline.
    pub lost: i64,
    /// Events taken twice, messages that stand in a timeline twice, requests answered twice.
    pub doubled: i64,
    /// Signatures that did not verify.
    pub forged: u64,
    /// Rounds played.
    pub rounds: u32,
    /// Seconds that it took.
    pub seconds: f64,
}

impl Figures {
    /// Nothing lost, nothing doubled, nothing forged?
    pub const fn is_clean(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.forged == 0
    }
}

impl fmt::Display for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{} systems of {} units, {} requests, {} rounds, {:.1} s",
            self.systems, self.units, self.requests, self.rounds, self.seconds
        )?;
        writeln!(f, "reached an end   {}", self.ended)?;
        writeln!(
            f,
            "events told      {} in {} tries; {} repeats known by their id",
            self.deliveries, self.attempts, self.repeats
        )?;
        writeln!(f, "messages taken   {}, of which {} moved a request", self.messages, self.applied)?;
        writeln!(f, "systems paused   {}, deliveries given up and replayed {}", self.paused, self.dead)?;
        write!(f, "lost {}, doubled {}, forged {}", self.lost, self.doubled, self.forged)
    }
}

const FILED: &str = "SELECT count(*) AS n FROM requests WHERE community_id = $1";
const MESSAGES: &str =
    "SELECT count(*) AS n FROM connector_messages m JOIN requests r ON r.id = m.request_id WHERE r.community_id = $1";
const APPLIED: &str = "SELECT count(*) AS n FROM connector_messages m JOIN requests r ON r.id = m.request_id \
     WHERE r.community_id = $1 AND m.applied";
const UNSAID: &str = "SELECT count(*) AS n FROM connector_messages m JOIN requests r ON r.id = m.request_id WHERE r.community_id = $1 \
     AND NOT EXISTS (SELECT FROM request_events e WHERE e.request_id = r.id AND e.external_by = m.connector_id::text AND e.external_id = m.message_id)";
const SAID_TWICE: &str = "SELECT count(*) AS n FROM (SELECT 1 FROM request_events e JOIN requests r ON r.id = e.request_id \
     WHERE r.community_id = $1 AND e.external_id IS NOT NULL GROUP BY e.request_id, e.external_by, e.external_id HAVING count(*) > 1) x";
const ANSWERED_TWICE: &str = "SELECT count(*) AS n FROM (SELECT 1 FROM request_answers a JOIN requests r ON r.id = a.request_id \
     WHERE r.community_id = $1 GROUP BY a.request_id HAVING count(*) > 1) x";
const PAUSED: &str = "SELECT count(*) AS n FROM audit_entries a JOIN connectors c ON c.id = a.object_id JOIN organizations o ON o.id = c.organization_id \
     WHERE a.action = 'connector_pause' AND o.grid_unit_id = (SELECT parent_id FROM grid_units WHERE id = $1)";
const DEAD: &str = "SELECT count(*) AS n FROM audit_entries a JOIN connector_deliveries d ON d.id = a.object_id JOIN requests r ON r.id = d.request_id \
     WHERE a.action = 'connector_delivery_dead' AND r.community_id = $1";

#[derive(QueryableByName)]
struct Sent {
    #[diesel(sql_type = Text)]
    connector: String,
    #[diesel(sql_type = Text)]
    request: String,
    #[diesel(sql_type = BigInt)]
    sequence: i64,
    #[diesel(sql_type = BigInt)]
    attempts: i64,
}

/// Counts both sides.
pub(super) async fn figures(serving: &Serving, street: &Street, systems: &Systems, plan: Plan) -> anyhow::Result<Figures> {
    let (told, community) = (systems.told(), street.community);
    let sent: Vec<Sent> = serving
        .parts
        .db
        .read(move |connection| -> DbResult<_> {
            Ok(sql_query(
                "SELECT d.connector_id::text AS connector, d.request_id::text AS request, d.sequence::bigint AS sequence, d.attempts::bigint AS attempts \
                 FROM connector_deliveries d JOIN requests r ON r.id = d.request_id WHERE r.community_id = $1",
            )
            .bind::<SqlUuid, _>(community)
            .load(connection)?)
        })
        .await?;
    let requests = street.number(FILED).await?;
    let ended = street.number(ENDED).await?;
    let messages = street.number(MESSAGES).await?;
    let ours: BTreeMap<(String, String, i64), i64> =
        sent.iter().map(|one| ((one.connector.clone(), one.request.clone(), one.sequence), one.attempts)).collect();
    let never_came = ours.keys().filter(|event| !told.events.contains_key(*event)).count();
    let came_twice: u32 = told.events.values().map(|times| times - 1).sum();
    let from_nowhere = told.events.keys().filter(|event| !ours.contains_key(*event)).count();
    let unheard = (i64::try_from(told.messages)? - messages).max(0);
    let lost = [
        i64::try_from(plan.requests)? - ended,
        street.number(UNTOLD).await?,
        i64::try_from(never_came + told.unsent)?,
        unheard,
        street.number(UNSAID).await?,
    ];
    let doubled = [
        i64::from(came_twice),
        i64::try_from(from_nowhere)?,
        street.number(SAID_TWICE).await?,
        street.number(ANSWERED_TWICE).await?,
        (requests - i64::try_from(plan.requests)?).max(0),
    ];
    Ok(Figures {
        systems: plan.systems,
        units: plan.units,
        requests,
        ended,
        deliveries: i64::try_from(sent.len())?,
        attempts: ours.values().sum(),
        repeats: told.repeats,
        messages,
        applied: street.number(APPLIED).await?,
        paused: street.number(PAUSED).await?,
        dead: street.number(DEAD).await?,
        lost: lost.iter().sum(),
        doubled: doubled.iter().sum(),
        forged: told.forged,
        ..Figures::default()
    })
}
