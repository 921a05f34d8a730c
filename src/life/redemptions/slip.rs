//! A paper slip of one order: for whoever has no phone at the counter. It lives as long as the order's hold and is worthless without
//! the PIN that was chosen for it, or the person's card.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::keys::{KeyRing, random_token, secret_hash};
use base::text::Text;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::rows;
use super::{ORDER_ENDED, OrderId};

/// A slip to be made.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSlip {
    /// Four digits; without it the slip needs the person's card.
    pub pin: Option<Text<4>>,
}

/// A slip, shown once; a new one makes the old one worthless.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct SlipView {
    /// The order.
    pub order: OrderId,
    /// Text behind the QR; absent when the request is repeated.
    pub slip: Option<String>,
    /// The QR as SVG, for printing.
    pub svg: Option<String>,
}

/// The keyed hash of a slip's PIN.
pub(super) fn pin_hash(ring: &KeyRing, order: OrderId, pin: &str) -> Vec<u8> {
    ring.code_hash("slip_pin", &format!("{order}:{pin}"))
}

impl NewSlip {
    pub(super) fn check(&self) -> Result<(), ApiError> {
        let fine = self.pin.as_ref().is_none_or(|pin| pin.len() == 4 && pin.bytes().all(|byte| byte.is_ascii_digit()));
        if fine { Ok(()) } else { Err(ApiError::invalid("/pin", "takes four digits")) }
    }
}

/// Makes a slip of one's own open order and returns its secret.
pub(super) fn create(
    mut tx: Tx<'_>,
    ring: &KeyRing,
    person: PersonId,
    id: OrderId,
    form: &NewSlip,
) -> Result<Finished<String>, ApiError> {
    let row = rows::find(tx.conn(), id)?.filter(|row| row.person_id == Some(person));
    let row = row.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let secret = random_token().map_err(ApiError::internal)?;
    let pin = form.pin.as_ref().map(|pin| pin_hash(ring, id, pin));
    tx.audit(Audit::new("order_slip_create", "redemption", id.0).at(row.community_id).after(json!({"pin": pin.is_some()})))?;
    if !rows::slip(tx.conn(), id, &secret_hash(&secret), pin.as_deref())? {
        return Err(ApiError::of(&ORDER_ENDED));
    }
    Ok(tx.done(secret)?)
}
