//! What is presented at a counter (screen code, typed digits, slip, card) and the order that it stands for. Typed digits and PINs are
//! counted in PostgreSQL before they are looked at, and given back when they were right.

use base::attempts::{self, AttemptLimit};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::keys::{KeyRing, secret_hash};
use base::text::Text;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use people::grid::Scope;
use people::identity::{self, Pin};
use serde::Deserialize;
use subtle::ConstantTimeEq as _;

use super::code::{self, Screen, Verdict};
use super::rows::{self, Redemption};
use super::slip::pin_hash;
use super::{CODE_EXPIRED, CODE_UNKNOWN, OrderId, SLIP_PROOF_NEEDED};
use crate::merchants::{self, MerchantId};
use crate::place;

/// What the counter has: a screen code (the QR's text or its eight digits), or a slip with its PIN or the person's card, or the
/// person's card and the order.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Presented {
    /// The QR's text, or eight digits.
    pub code: Option<Text<200>>,
    /// The text behind a slip's QR.
    pub slip: Option<Text<200>>,
    /// The slip's PIN, or the card's.
    pub pin: Option<Text<4>>,
    /// The text behind the card's QR.
    pub card: Option<Text<200>>,
    /// Which order, with a card alone.
    pub order: Option<OrderId>,
}

/// The same, parsed.
#[derive(Debug, Clone)]
pub(super) enum Token {
    Screen(Screen),
    SlipWithPin(String, String),
    SlipOfHolder(String, PersonId),
    Holder(PersonId, OrderId),
}

/// Eight digits, by the clerk who types them.
const DIGITS: AttemptLimit = AttemptLimit { kind: "redeem_code", tries: 5, window: 60 };
/// A slip's PIN, for as long as the longest hold.
const PIN: AttemptLimit = AttemptLimit { kind: "slip_pin", tries: 5, window: 72 * 3600 };

impl Presented {
    /// Parses, and asks whose card it is. Outside of any transaction: wrong PINs of cards are counted.
    pub(super) fn token(&self, connection: &mut PgConnection, ring: &KeyRing) -> Result<Token, ApiError> {
        let pin = self.pin.as_ref().map(Text::as_str);
        let mut holder = |card: &Text<200>| card_holder(connection, ring, card, self.pin.as_ref());
        match (&self.code, &self.slip, &self.card, self.order) {
            (Some(code), None, None, None) => Screen::read(code).map(Token::Screen).ok_or_else(|| ApiError::of(&CODE_UNKNOWN)),
            (None, Some(slip), Some(card), None) => Ok(Token::SlipOfHolder(slip.to_string(), holder(card)?)),
            (None, Some(slip), None, None) => {
                let pin = pin.ok_or_else(|| ApiError::of(&SLIP_PROOF_NEEDED))?;
                Ok(Token::SlipWithPin(slip.to_string(), pin.to_owned()))
            }
            (None, None, Some(card), Some(order)) => Ok(Token::Holder(holder(card)?, order)),
            _ => Err(ApiError::invalid("/code", "give a code, or a slip with PIN or card, or a card with order")),
        }
    }
}

/// Whose card it is; counts wrong PINs and the day's uses, so never in a transaction that may roll back.
pub(super) fn card_holder(
    connection: &mut PgConnection,
    ring: &KeyRing,
    card: &str,
    pin: Option<&Text<4>>,
) -> Result<PersonId, ApiError> {
    let parse = |pin: &Text<4>| Pin::parse(pin).ok_or_else(|| ApiError::invalid("/pin", "takes four digits"));
    let pin = pin.map(parse).transpose()?;
    identity::card_holder(connection, ring, card, pin.as_ref())
}

impl Token {
    /// What its tries are counted under.
    fn subject(&self, ring: &KeyRing, clerk: PersonId) -> Option<(&'static AttemptLimit, Vec<u8>)> {
        match self {
            Self::Screen(Screen::Digits(_)) => Some((&DIGITS, ring.code_hash("redeem_tries", &clerk.to_string()))),
            Self::SlipWithPin(slip, _) => Some((&PIN, secret_hash(slip))),
            _ => None,
        }
    }

    /// Counts this try; over the limit 429. Outside of any transaction that may roll back.
    pub(super) fn count(&self, connection: &mut PgConnection, ring: &KeyRing, clerk: PersonId) -> Result<(), ApiError> {
        self.subject(ring, clerk).map_or(Ok(()), |(limit, subject)| attempts::count(connection, limit, &subject))
    }

    /// Gives the try back: it was right.
    pub(super) fn right(&self, connection: &mut PgConnection, ring: &KeyRing, clerk: PersonId) -> Result<(), ApiError> {
        match self.subject(ring, clerk) {
            Some((limit, subject)) => Ok(attempts::give_back(connection, limit, &subject)?),
            None => Ok(()),
        }
    }

    /// The order that it stands for, at a counter of this scope. Other merchants' orders are unknown here.
    pub(super) fn order(
        &self,
        connection: &mut PgConnection,
        ring: &KeyRing,
        scope: &Scope,
        now: DateTime<Utc>,
    ) -> Result<Redemption, ApiError> {
        let unknown = || ApiError::of(&CODE_UNKNOWN);
        let row = match self {
            Self::Screen(Screen::Qr(id, window, proof)) => {
                let row = rows::find(connection, *id)?.ok_or_else(unknown)?;
                require_counter(connection, scope, &row)?;
                match code::judge(ring, *id, *window, proof, now) {
                    Verdict::Good => row,
                    Verdict::Old => return Err(ApiError::of(&CODE_EXPIRED)),
                    Verdict::Forged => return Err(unknown()),
                }
            }
            Self::Screen(Screen::Digits(typed)) => {
                let shops = merchants::merchants_of(connection, &scope.organizations)?;
                let shops: Vec<MerchantId> = shops.into_iter().map(|shop| shop.id).collect();
                let open = rows::at_counter(connection, &shops, scope, now)?;
                match code::digits_match(ring, &open, typed, now).as_slice() {
                    [one] => rows::find(connection, *one)?.ok_or_else(unknown)?,
                    _ => return Err(unknown()),
                }
            }
            Self::SlipWithPin(slip, pin) => {
                let row = rows::by_slip(connection, &secret_hash(slip))?.ok_or_else(unknown)?;
                let stored = row.slip_pin_hash.as_ref().ok_or_else(|| ApiError::of(&SLIP_PROOF_NEEDED))?;
                if !bool::from(pin_hash(ring, row.id, pin).ct_eq(stored)) {
                    return Err(unknown());
                }
                row
            }
            Self::SlipOfHolder(slip, person) => {
                let row = rows::by_slip(connection, &secret_hash(slip))?.ok_or_else(unknown)?;
                if row.person_id == Some(*person) { row } else { return Err(unknown()) }
            }
            Self::Holder(person, order) => {
                let row = rows::find(connection, *order)?.ok_or_else(unknown)?;
                if row.person_id == Some(*person) { row } else { return Err(unknown()) }
            }
        };
        require_counter(connection, scope, &row)?;
        Ok(row)
    }
}

/// 404 unless the order is to be handed out by the caller: their merchant's, or the community's own where they are staff.
pub(super) fn require_counter(connection: &mut PgConnection, scope: &Scope, row: &Redemption) -> Result<(), ApiError> {
    let unknown = || ApiError::of(&CODE_UNKNOWN);
    let allowed = match row.merchant_id {
        None => scope.require_unit(&place::community_stored(connection, row.community_id)?),
        Some(id) => {
            let merchant = merchants::merchant_find(connection, id)?.ok_or_else(unknown)?;
            merchant.organization_id.map_or_else(|| Err(ApiError::of(&error::NOT_FOUND)), |shop| scope.require_organization(shop))
        }
    };
    allowed.map_err(|_unreached| unknown())
}
