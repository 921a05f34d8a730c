#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Handlers of what was told to a system.

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::ApiError;
use base::http::{Changed, IdempotencyKey, PathId, Problem, Query, Valid};
use base::keys::sha256;
use base::page::{Page, PageQuery};
use base::text::Few;
use chrono::{DateTime, Utc};
use people::identity::Can;
use serde::{Deserialize, Serialize};

use super::rows_deliveries::{self, Delivery};
use super::{ConnectorDeliveryList, ConnectorId, ConnectorReplay, DeliveryId, DeliveryState, edit, replay};
use crate::requests::CaseId;

/// Something that was told to a system, or is to be.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct DeliveryView {
    /// Id; sent as `webhook-id`.
    pub id: DeliveryId,
    /// One plain sentence.
    pub summary: String,
    /// The request.
    pub request_id: CaseId,
    /// Sequence of the event in the request's timeline.
    pub sequence: i32,
    /// What happened.
    pub event: String,
    /// State.
    pub state: DeliveryState,
    /// Tries since it was entered or replayed.
    pub attempts: i32,
    /// What came of the last try.
    pub last_result: Option<String>,
    /// Not tried before.
    pub next_at: DateTime<Utc>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it got through or was given up.
    pub ended_at: Option<DateTime<Utc>>,
}

fn view(row: Delivery) -> DeliveryView {
    DeliveryView {
        summary: format!("事件 {}（{}），{}，已尝试 {} 次", row.sequence, row.kind, row.state.zh(), row.attempts),
        id: row.id,
        request_id: row.request_id,
        sequence: row.sequence,
        event: row.kind,
        state: row.state,
        attempts: row.attempts,
        last_result: row.last_result,
        next_at: row.next_at,
        created_at: row.created_at,
        ended_at: row.ended_at,
    }
}

/// Which deliveries.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct DeliveryQuery {
    /// Only of this state.
    pub state: Option<DeliveryState>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

/// See what was told to a system and what did not get through, the newest first.
#[utoipa::path(tag = "governance", params(("id" = ConnectorId, Path), DeliveryQuery), responses((status = 200, body = Page<DeliveryView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/connectors/{id}/deliveries")]
pub async fn connector_delivery_list(
    can: Can<ConnectorDeliveryList>,
    id: PathId<ConnectorId>,
    query: Query<DeliveryQuery>,
    db: Data<Db>,
) -> Result<Json<Page<DeliveryView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<DeliveryId>()?;
    let (scope, state) = (can.scope().clone(), query.state);
    let rows = db
        .read(move |connection| {
            edit::within(connection, &scope, id.0)?;
            Ok::<_, ApiError>(rows_deliveries::list(connection, id.0, state, window.after, window.load())?)
        })
        .await?;
    Ok(Json(window.page(rows, |row| row.id, view)))
}

/// Which dead deliveries are told again.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReplay {
    /// Only these; when left out the oldest 500.
    #[schema(value_type = Option<Vec<DeliveryId>>, max_items = 100)]
    pub deliveries: Option<Few<DeliveryId, 100>>,
}

/// How many are told again.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ReplayView {
    /// Deliveries that got their tries back.
    pub replayed: usize,
    /// One plain sentence.
    pub summary: String,
}

/// Tell a system again what was given up.
#[utoipa::path(tag = "governance", request_body = NewReplay, params(("id" = ConnectorId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ReplayView, description = "on their way"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/connectors/{id}/replay")]
pub async fn connector_replay(
    can: Can<ConnectorReplay>,
    id: PathId<ConnectorId>,
    key: IdempotencyKey,
    body: Valid<NewReplay>,
    db: Data<Db>,
) -> Result<Changed<ReplayView>, ApiError> {
    let (id, scope) = (id.0, can.scope().clone());
    let hash = sha256(&[id.0.as_bytes().as_slice(), &body.hash()].concat());
    let once = can.once(key, hash, id.0);
    let done = db
        .once(once, move |tx| {
            let only = body.deliveries.as_ref().map(|few| few.items().to_vec());
            replay::replay(tx, &scope, id, only.as_deref())
        })
        .await?;
    let replayed = done.value.unwrap_or(0);
    Ok(Changed::new(&done, ReplayView { replayed, summary: format!("重新发送 {replayed} 条") }))
}
