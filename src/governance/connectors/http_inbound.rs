#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! The door for what units' systems say: no session, the signature is the proof.

use std::sync::Arc;

use actix_web::web::{Data, Json, Payload};
use actix_web::{HttpRequest, post};
use base::clients::webhook::Claimed;
use base::db::{Context, Db};
use base::error::ApiError;
use base::http::{BODY_LIMIT, Limits, Problem, peer, read_body, request_id};
use base::keys::KeyRing;
use serde::Serialize;

use super::inbound::{self, UnitUpdate};
use super::{ConnectorId, SIGNATURE_INVALID};
use crate::requests::{self, CaseId, State};

/// How often an address may knock.
pub struct InboundDoor(pub Arc<Limits>);

/// What became of a message.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct UpdateReceipt {
    /// The request.
    pub request_id: CaseId,
    /// Did it move the request? What is older than what we know, or comes from a unit that doesn't have the request any more, is kept as
    /// news.
    pub applied: bool,
    /// Had this message been told before?
    pub repeated: bool,
    /// The request's state now.
    pub state: Option<State>,
    /// One plain sentence.
    pub summary: String,
}

fn header<'a>(request: &'a HttpRequest, name: &str) -> Result<&'a str, ApiError> {
    let value = request.headers().get(name).and_then(|value| value.to_str().ok());
    value.ok_or_else(|| ApiError::of(&SIGNATURE_INVALID))
}

/// A unit's system says what becomes of a request (Standard Webhooks headers).
#[utoipa::path(tag = "governance", request_body = UnitUpdate, params(("connector" = ConnectorId, Path), ("webhook-id" = String, Header), ("webhook-timestamp" = String, Header), ("webhook-signature" = String, Header)), responses((status = 200, body = UpdateReceipt, description = "taken; the same message again changes nothing"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/connectors/{connector}/updates")]
pub async fn connector_update_receive(
    request: HttpRequest,
    payload: Payload,
    db: Data<Db>,
    ring: Data<KeyRing>,
    door: Data<InboundDoor>,
) -> Result<Json<UpdateReceipt>, ApiError> {
    if let Some(address) = peer(&request) {
        door.0.address(address)?;
    }
    // What is no id of ours isn't told apart from a wrong signature.
    let id = request.match_info().query("connector").parse().map_err(|_no_id| ApiError::of(&SIGNATURE_INVALID))?;
    receive(&request, id, payload, &db, &ring).await.map(Json)
}

async fn receive(
    request: &HttpRequest,
    id: ConnectorId,
    payload: Payload,
    db: &Db,
    ring: &KeyRing,
) -> Result<UpdateReceipt, ApiError> {
    let claimed = Claimed {
        id: inbound::message_id(header(request, "webhook-id")?)?,
        timestamp: header(request, "webhook-timestamp")?,
        signature: header(request, "webhook-signature")?,
    };
    let body = read_body(&mut payload.into_inner(), BODY_LIMIT).await?;
    let connector = inbound::signer(db, ring, id, claimed, &body).await?;
    let (update, message) = (inbound::read(&body)?, claimed.id.to_owned());
    let context = Context::anonymous(request_id(request));
    let taken = db.transaction(context, move |tx| inbound::take(tx, &connector, &message, &update)).await?;
    let briefs = db.read(move |connection| requests::briefs(connection, &[taken.request])).await?;
    let state = briefs.get(&taken.request).map(|brief| brief.state);
    let became = if taken.repeated {
        "此前已收到"
    } else if taken.applied {
        "已更新诉求"
    } else {
        "已记入时间线"
    };
    let summary = format!("{became}，诉求现在{}", state.map_or("", State::zh));
    Ok(UpdateReceipt { request_id: taken.request, applied: taken.applied, repeated: taken.repeated, state, summary })
}
