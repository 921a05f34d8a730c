#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of gifts and donations.

use actix_web::post;
use actix_web::web::Data;
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Created, IdempotencyKey, Problem, Valid};
use base::ids::{GridUnitId, PersonId};
use base::money::Points;
use chrono::{DateTime, Utc};
use ledger::TransactionId;
use people::identity::Can;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::give::{self, Giving, TransferKind};
use super::rows::{self, TransferRow};
use super::{DonationCreate, GiftCreate, TransferId};
use crate::outside::Outside;

/// Points for a member of one's household.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGift {
    /// Whose book.
    community: GridUnitId,
    /// To whom.
    person: PersonId,
    /// How many.
    amount: Points,
}

/// Points for the community's pool.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDonation {
    /// Whose book.
    community: GridUnitId,
    /// How many.
    amount: Points,
}

/// A gift or donation.
#[derive(Debug, Serialize, ToSchema)]
pub struct TransferView {
    /// Id.
    pub id: TransferId,
    /// Whose book.
    pub community: GridUnitId,
    /// Gift or donation.
    pub kind: TransferKind,
    /// To whom.
    pub person: Option<PersonId>,
    /// How many points.
    pub amount: Points,
    /// The posting.
    pub transaction: TransactionId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// One plain sentence.
    pub summary: String,
}

impl From<TransferRow> for TransferView {
    fn from(row: TransferRow) -> Self {
        let done = match row.kind {
            TransferKind::Gift => "赠与家人",
            TransferKind::Donation => "捐入社区积分池",
        };
        Self {
            summary: format!("{done} {} 积分", row.amount),
            id: row.id,
            community: row.community_id,
            kind: row.kind,
            person: row.to_person_id,
            amount: row.amount,
            transaction: row.transaction_id,
            created_at: row.created_at,
        }
    }
}

async fn show(db: &Db, from: PersonId, id: TransferId) -> Result<TransferView, ApiError> {
    let found = db.read(move |connection| rows::find(connection, from, id)).await?;
    found.map(TransferView::from).ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// Give points to a member of one's household; they keep their dates.
#[utoipa::path(tag = "points", request_body = NewGift, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = TransferView, description = "given"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/gifts")]
pub async fn gift_create(
    can: Can<GiftCreate>,
    key: IdempotencyKey,
    body: Valid<NewGift>,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Created<TransferView>, ApiError> {
    let id = TransferId::new();
    let once = can.once(key, body.hash(), id.0).contended();
    let giving = Giving { id, community: body.community, from: can.person(), to: Some(body.person), amount: body.amount };
    let done = db.once(once, move |tx| give::give(tx, &outside, giving)).await?;
    let view = show(&db, can.person(), TransferId(done.id)).await?;
    Ok(Created::new(&done, "/api/v1/points/statement", view))
}

/// Donate points to the community's pool.
#[utoipa::path(tag = "points", request_body = NewDonation, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = TransferView, description = "donated"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/points/donations")]
pub async fn donation_create(
    can: Can<DonationCreate>,
    key: IdempotencyKey,
    body: Valid<NewDonation>,
    db: Data<Db>,
    outside: Data<Outside>,
) -> Result<Created<TransferView>, ApiError> {
    let id = TransferId::new();
    let once = can.once(key, body.hash(), id.0).contended();
    let giving = Giving { id, community: body.community, from: can.person(), to: None, amount: body.amount };
    let done = db.once(once, move |tx| give::give(tx, &outside, giving)).await?;
    let view = show(&db, can.person(), TransferId(done.id)).await?;
    Ok(Created::new(&done, "/api/v1/points/statement", view))
}
