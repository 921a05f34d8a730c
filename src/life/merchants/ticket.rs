//! The shop's printed QR: when the shop is offline, the resident scans it. It holds the merchant and a keyed hash over it and the
//! number in force, so it can't be made by others and is withdrawn by counting on.

use base::error::{self, ApiError};
use base::keys::KeyRing;

use super::{Merchant, MerchantId};

const PREFIX: &str = "palm:shop:";

fn proof(ring: &KeyRing, id: MerchantId, number: i32) -> String {
    let hash = ring.code_hash("shop_ticket", &format!("{id}:{number}"));
    hash.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// The text behind the shop's QR that is in force.
pub fn shop_ticket(ring: &KeyRing, merchant: &Merchant) -> String {
    format!("{PREFIX}{}:{}", merchant.id, proof(ring, merchant.id, merchant.ticket_number))
}

/// Which merchant a ticket claims to be of.
pub fn ticket_merchant(ticket: &str) -> Option<MerchantId> {
    ticket.strip_prefix(PREFIX)?.split(':').next()?.parse().ok()
}

/// 404 unless the ticket is the merchant's in force.
pub(crate) fn ticket_check(ring: &KeyRing, merchant: &Merchant, ticket: &str) -> Result<(), ApiError> {
    use subtle::ConstantTimeEq as _;
    let same = bool::from(shop_ticket(ring, merchant).as_bytes().ct_eq(ticket.as_bytes()));
    if same { Ok(()) } else { Err(ApiError::of(&error::NOT_FOUND)) }
}
