//! Connectors 系统对接: the systems of responsible units hear of the requests that the unit has, by signed webhooks, and answer in their own
//! words. Owns the tables `connectors`, `connector_cursors`, `connector_deliveries`, `connector_links`, `connector_messages`.
//!
//! Every event of a request becomes one delivery for each system of each unit that has the request or had it; the events of one request
//! reach one system in their order, and a delivery keeps its id and its text over all tries, so that a receiver knows a repeat. What does
//! not get through is tried again with growing pauses, then stands as dead until somebody replays it; a system that fails for a day is
//! paused, and its unit is told. Nothing is sent twice by a retry of ours after it was taken: the state of the delivery fences it.
//!
//! Inbound messages carry the same signature. A message counts once by its id; one that tells of something older than what we know
//! already is news and moves nothing.

mod deliver;
mod edit;
mod endpoint;
mod fan_out;
pub mod http;
pub mod http_deliveries;
pub mod http_inbound;
mod inbound;
mod replay;
mod rows;
mod rows_deliveries;
mod rows_inbound;
mod schema;

use std::sync::Arc;
use std::time::Duration;

use base::clients::webhook::Webhooks;
use base::jobs::JobKind;
use base::keys::KeyRing;

pub use edit::{ConnectorSettings, NewConnector, NewStatusWord};
pub use endpoint::{ConnectorMove, ConnectorState, DeliveryMove, DeliveryState, Meaning, PauseReason, StatusWord};
pub use inbound::UnitUpdate;

use crate::requests;

base::typed_ids! {
    /// A system of a unit.
    ConnectorId;
    /// Something that is told to a system.
    DeliveryId;
}

base::error_codes! {
    WEBHOOK_URL_REFUSED 422 "webhook_url_refused" "该回调地址不能使用，请改用公网 https 地址。" "This URL can't be used: take a public https address.";
    SIGNATURE_INVALID 401 "webhook_signature_invalid" "签名无效或已过期。" "The signature is wrong or too old.";
    STATUS_WORD_UNKNOWN 422 "status_word_unknown" "该状态词没有对应关系，请先在对接设置中登记。" "This word for a state has no meaning here yet; add it to the connector.";
    NOT_OF_THIS_UNIT 404 "request_not_of_unit" "该诉求不由本单位办理。" "This request isn't one of the unit's.";
}

people::permissions! {
    /// Enter a system of one's unit.
    ConnectorCreate "connector_create" [UnitHandler Organization, StreetStaff Street, Admin Anyone];
    /// See the systems of one's unit.
    ConnectorList "connector_list" [UnitHandler Organization, StreetStaff Street, Admin Anyone];
    /// See a system.
    ConnectorFind "connector_find" [UnitHandler Organization, StreetStaff Street, Admin Anyone];
    /// Change a system's address, events and words.
    ConnectorUpdate "connector_update" [UnitHandler Organization, StreetStaff Street, Admin Anyone];
    /// Give a system a new secret.
    ConnectorRotate "connector_rotate" [UnitHandler Organization, StreetStaff Street, Admin Anyone];
    /// Send nothing to a system for a while.
    ConnectorPause "connector_pause" [UnitHandler Organization, StreetStaff Street, Admin Anyone];
    /// Send to it again.
    ConnectorResume "connector_resume" [UnitHandler Organization, StreetStaff Street, Admin Anyone];
    /// End a system.
    ConnectorClose "connector_close" [UnitHandler Organization, StreetStaff Street, Admin Anyone];
    /// See what was told to a system, and what did not get through.
    ConnectorDeliveryList "connector_delivery_list" [UnitHandler Organization, StreetStaff Street, Admin Anyone];
    /// Tell a system again what did not get through.
    ConnectorReplay "connector_replay" [UnitHandler Organization, StreetStaff Street, Admin Anyone];
}

/// State machines of this noun.
pub const STATES: &[base::state::StateTable] =
    &[("connector", ConnectorState::TABLE), ("connector_delivery", DeliveryState::TABLE)];

/// Background jobs.
pub(crate) fn jobs(webhooks: &Arc<Webhooks>, ring: &Arc<KeyRing>) -> Vec<JobKind> {
    let sender = deliver::Sender { webhooks: Arc::clone(webhooks), ring: Arc::clone(ring) };
    vec![
        JobKind::new(requests::EVENT_JOB, fan_out::run),
        JobKind::new(deliver::JOB, move |db, payload| sender.run(db, payload)),
        JobKind::new("connector_watch", deliver::watch).every(Duration::from_secs(300)),
        JobKind::new("connector_sweep", |db, _payload| Ok(db.read_now(rows_deliveries::sweep)?))
            .every(Duration::from_secs(24 * 3600)),
    ]
}
