//! Orders by card: an elder without a phone shows the card, the clerk orders and hands out at once. Two transactions: if the second
//! one is lost, a repetition of the request ends it, and the hold's end gives everything back otherwise.

use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use base::text::{Text, Whole};
use diesel::PgConnection;
use people::grid::Scope;
use people::identity;
use serde::Deserialize;

use super::order::{self, Answer, Holder, Wish};
use super::{CODE_UNKNOWN, OWN_SHOP, present};
use crate::offers::OfferId;

/// An order by card.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CardOrder {
    /// The text behind the card's QR.
    pub card_token: Text<200>,
    /// The card's PIN, where it has one.
    pub pin: Option<Text<4>>,
    /// What.
    pub offer: OfferId,
    /// How many.
    pub quantity: Whole<1, 100>,
}

/// Whose card, and whether they may have it: an offer of this counter, in a community where the holder lives.
pub(super) fn consider(
    connection: &mut PgConnection,
    ring: &KeyRing,
    scope: &Scope,
    clerk: PersonId,
    form: &CardOrder,
) -> Result<Answer, ApiError> {
    let person = present::card_holder(connection, ring, &form.card_token, form.pin.as_ref())?;
    if person == clerk {
        return Err(ApiError::of(&OWN_SHOP));
    }
    let places = identity::places_of(connection, person)?;
    let wish = Wish {
        offer: form.offer,
        quantity: form.quantity.get(),
        holder: Holder::Person(person),
        works_for: Vec::new(),
        placed_by: Some(clerk),
        acting: None,
    };
    order::consider(connection, &wish, |gate| {
        let here = match gate.merchant {
            Some(_) => gate.merchant_organization.is_some_and(|shop| scope.organizations.contains(&shop)),
            None => scope.require_unit(&gate.path).is_ok(),
        };
        let lives = places.iter().any(|place| gate.path.covers(place));
        if here && lives { Ok(()) } else { Err(ApiError::of(&CODE_UNKNOWN)) }
    })
}
