//! Managed accounts (elders without a phone) and the printed card that stands for the person: random, stored as a hash, revocable by a
//! call to the worker, with a daily limit and an optional PIN. Issuing a card revokes the one before.

use base::clock::shanghai_date;
use base::db::{Audit, Tx, now};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, PersonId};
use base::keys::{KeyRing, random_token, secret_hash};
use diesel::PgConnection;
use serde::{Deserialize, Deserializer, de};
use serde_json::json;
use subtle::ConstantTimeEq as _;

use super::consent::{self, Document};
use super::rows_card::{self, CardRow, NewCardRow, NewManagedRow};
use super::{CARD_DAILY_LIMIT, CARD_INVALID, CARD_LOCKED, CARD_PIN_REQUIRED, CARD_PIN_WRONG, CardId, ConsentId, person};

/// What stands before the token in the QR code, so that a scanner knows a card.
const PREFIX: &str = "PALMCARD:";

/// A PIN of four digits.
#[derive(Clone, PartialEq, Eq)]
pub struct Pin(String);

impl Pin {
    /// Four ASCII digits.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit())).then(|| Self(text.to_owned()))
    }
}

impl std::fmt::Debug for Pin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Pin(…)")
    }
}

impl<'de> Deserialize<'de> for Pin {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(d)?).ok_or_else(|| de::Error::custom("must be four digits"))
    }
}

impl utoipa::PartialSchema for Pin {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^[0-9]{4}$"))
            .into()
    }
}

impl utoipa::ToSchema for Pin {
    fn name() -> std::borrow::Cow<'static, str> {
        "Pin".into()
    }
}

/// A managed account to be opened.
#[derive(Debug, Clone)]
pub struct NewManaged {
    /// The person's id, made before.
    pub person: PersonId,
    /// Real name.
    pub name: String,
    /// Year of birth.
    pub birth_year: i32,
    /// Entrance.
    pub unit: GridUnitId,
    /// The worker who opens it.
    pub opened_by: PersonId,
    /// Version of the consent that was read out.
    pub consent_version: String,
    /// How it was given, in the worker's words.
    pub consent_text: String,
}

/// Enters a person who is managed, with the recorded consent. The residency (and its role) is the community's part.
pub fn managed_create(tx: &mut Tx<'_>, ring: &KeyRing, new: &NewManaged) -> Result<(), ApiError> {
    person::without_wechat(tx, ring, new.person, "managed", &new.name, Some(new.birth_year))?;
    let row = NewManagedRow {
        person_id: new.person,
        grid_unit_id: new.unit,
        opened_by: new.opened_by,
        consent_version: &new.consent_version,
        consent_text: &new.consent_text,
    };
    rows_card::managed_insert(tx.conn(), &row)?;
    let consent = ConsentId::new();
    consent::consent_give(tx, consent, new.person, Document::ManagedAccount, &new.consent_version, Some(new.opened_by))?;
    tx.audit(Audit::new("managed_account_create", "person", new.person.0).at(new.unit))?;
    Ok(())
}

fn pin_hash(ring: &KeyRing, card: CardId, pin: &Pin) -> Vec<u8> {
    ring.code_hash("card_pin", &format!("{card}:{}", pin.0))
}

/// Issues a card for a person and returns its token, which is never shown again; cards before it are revoked.
pub fn card_issue(
    tx: &mut Tx<'_>,
    ring: &KeyRing,
    (id, holder): (CardId, PersonId),
    issuer: PersonId,
    pin: Option<&Pin>,
    daily_limit: i32,
) -> Result<String, ApiError> {
    let token = random_token().map_err(ApiError::internal)?;
    let now = tx.now()?;
    let replaced = rows_card::cards_revoke(tx.conn(), holder, issuer, now)?;
    let pin_hash = pin.map(|pin| pin_hash(ring, id, pin));
    let row = NewCardRow {
        id,
        person_id: holder,
        token_hash: &secret_hash(&token),
        pin_hash: pin_hash.as_deref(),
        daily_limit,
        issued_by: issuer,
    };
    rows_card::card_insert(tx.conn(), &row)?;
    tx.audit(
        Audit::new("card_issue", "card", id.0)
            .after(json!({"person": holder, "pin": pin.is_some(), "daily_limit": daily_limit, "replaced": replaced})),
    )?;
    Ok(token)
}

/// Revokes a card; 409 when it was revoked before.
pub(super) fn revoke(tx: &mut Tx<'_>, id: CardId, by: PersonId) -> Result<(), ApiError> {
    let now = tx.now()?;
    if !rows_card::card_revoke(tx.conn(), id, by, now)? {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    tx.audit(Audit::new("card_revoke", "card", id.0).before(json!({"revoked": false})).after(json!({"revoked": true})))?;
    Ok(())
}

/// What the QR code of a card holds.
pub(super) fn payload(token: &str) -> String {
    format!("{PREFIX}{token}")
}

/// Whose card this is: `token` as scanned, `pin` when the card has one. Counts the PIN's try and the day's use, so call it in
/// `db.read` *before* the transaction of what is done with the card: a refusal later must not give tries back.
/// 422 `card_invalid`, `card_pin_required`, `card_pin_wrong`; 409 `card_locked` after five wrong PINs; 429 over the day's limit.
pub fn card_holder(connection: &mut PgConnection, ring: &KeyRing, token: &str, pin: Option<&Pin>) -> Result<PersonId, ApiError> {
    let bare = token.strip_prefix(PREFIX).unwrap_or(token);
    let card = rows_card::card_by_token(connection, &secret_hash(bare))?;
    let card = card.filter(|card| card.revoked_at.is_none()).ok_or_else(|| ApiError::of(&CARD_INVALID))?;
    if !person::is_active(connection, card.person_id)? {
        return Err(ApiError::of(&CARD_INVALID));
    }
    check_pin(connection, ring, &card, pin)?;
    let today = shanghai_date(now(connection)?);
    if !rows_card::card_use(connection, &card, today)? {
        return Err(ApiError::of(&CARD_DAILY_LIMIT));
    }
    Ok(card.person_id)
}

fn check_pin(connection: &mut PgConnection, ring: &KeyRing, card: &CardRow, pin: Option<&Pin>) -> Result<(), ApiError> {
    let Some(stored) = &card.pin_hash else { return Ok(()) };
    let Some(pin) = pin else { return Err(ApiError::of(&CARD_PIN_REQUIRED)) };
    if !rows_card::pin_try(connection, card.id)? {
        return Err(ApiError::of(&CARD_LOCKED));
    }
    if !bool::from(stored.ct_eq(&pin_hash(ring, card.id, pin))) {
        return Err(ApiError::of(&CARD_PIN_WRONG));
    }
    rows_card::pin_right(connection, card.id)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pin_is_four_digits_and_bound_to_its_card() {
        assert!(Pin::parse("0420").is_some());
        for text in ["042", "04200", "04a0", "０４２０", ""] {
            assert!(Pin::parse(text).is_none(), "{text}");
        }
        let ring = KeyRing::ephemeral().unwrap();
        let pin = Pin::parse("0420").unwrap();
        assert_ne!(pin_hash(&ring, CardId::new(), &pin), pin_hash(&ring, CardId::new(), &pin));
        assert!(!format!("{pin:?}").contains("0420"));
    }
}
