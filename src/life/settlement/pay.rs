//! The merchant's answer and the payment. Two of the staff pay: one enters the proof, another approves; then the points are retired.

use base::clock::SHANGHAI;
use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::PersonId;
use base::money::Fen;
use chrono::{DateTime, Utc};
use ledger::{About, BookId, Fact, Party, Posting, ReasonCode, Subject, TransactionId};
use people::community::same_household;
use people::grid::Scope;
use people::identity::{self, Role};
use people::notify::{self, Notice, Template, templates};
use serde_json::json;

use super::rows::{self, Settlement};
use super::{
    SETTLEMENT_NOT_ASKED, SETTLEMENT_OWN_INTEREST, SETTLEMENT_SAME_PERSON, SETTLEMENT_STATE, SettlementId, SettlementState,
};
use crate::merchants::{self, MerchantId};
use crate::place;

const REASON: ReasonCode = ReasonCode::known("settlement_paid");
const SUBJECT: ReasonCode = ReasonCode::known("settlement");

fn gone() -> ApiError {
    ApiError::of(&error::NOT_FOUND)
}

/// A statement of the caller's shop.
fn of_shop(tx: &mut Tx<'_>, scope: &Scope, id: SettlementId) -> Result<Settlement, ApiError> {
    let row = rows::find(tx.conn(), id)?.ok_or_else(gone)?;
    let merchant = merchants::merchant_find(tx.conn(), row.merchant_id)?.ok_or_else(gone)?;
    scope.require_organization(merchant.organization_id.ok_or_else(gone)?)?;
    Ok(row)
}

/// A statement of the caller's community, of a shop that isn't theirs or their household's.
fn of_community(tx: &mut Tx<'_>, scope: &Scope, staff: PersonId, id: SettlementId) -> Result<Settlement, ApiError> {
    let row = rows::find(tx.conn(), id)?.ok_or_else(gone)?;
    scope.require_unit(&place::community_stored(tx.conn(), row.community_id)?)?;
    let merchant = merchants::merchant_find(tx.conn(), row.merchant_id)?.ok_or_else(gone)?;
    if let Some(organization) = merchant.organization_id {
        for owner in identity::people_of_organization(tx.conn(), Role::MerchantOwner, organization)? {
            if same_household(tx.conn(), owner, staff)? {
                return Err(ApiError::of(&SETTLEMENT_OWN_INTEREST));
            }
        }
    }
    Ok(row)
}

fn record(tx: &mut Tx<'_>, action: &str, row: &Settlement, after: serde_json::Value) -> Result<(), ApiError> {
    let entry = Audit::new(action, "settlement", row.id.0).at(row.community_id);
    Ok(tx.audit(entry.before(json!({"state": row.state})).after(after))?)
}

/// Tells a shop's owners about a statement.
pub(super) fn tell(
    tx: &mut Tx<'_>,
    template: &'static Template,
    merchant: MerchantId,
    period_end: DateTime<Utc>,
    amount: Fen,
) -> Result<(), ApiError> {
    let organization = merchants::merchant_find(tx.conn(), merchant)?.and_then(|row| row.organization_id);
    let Some(organization) = organization else { return Ok(()) };
    let mut owners = identity::people_of_organization(tx.conn(), Role::MerchantOwner, organization)?;
    owners.sort();
    owners.dedup();
    let period = period_end.with_timezone(&SHANGHAI).format("%Y-%m-%d").to_string();
    let notice = Notice::new(template).with("period", period).with("amount", amount.to_string());
    owners.into_iter().try_for_each(|owner| notify::send(tx, owner, &notice))
}

/// The merchant confirms, or disputes with a reason.
pub(super) fn answer(
    mut tx: Tx<'_>,
    scope: &Scope,
    person: PersonId,
    id: SettlementId,
    dispute: Option<&str>,
) -> Result<Finished<()>, ApiError> {
    let row = of_shop(&mut tx, scope, id)?;
    let (action, to) = match dispute {
        Some(_) => ("settlement_dispute", SettlementState::Disputed),
        None => ("settlement_confirm", SettlementState::Confirmed),
    };
    record(&mut tx, action, &row, json!({"state": to, "dispute": dispute}))?;
    if !rows::answer(tx.conn(), id, to, person, dispute)? {
        return Err(ApiError::of(&SETTLEMENT_STATE));
    }
    Ok(tx.done(())?)
}

/// Staff reply to a dispute: the statement waits for the merchant again.
pub(super) fn reply(
    mut tx: Tx<'_>,
    scope: &Scope,
    staff: PersonId,
    id: SettlementId,
    text: &str,
) -> Result<Finished<()>, ApiError> {
    let row = of_community(&mut tx, scope, staff, id)?;
    record(&mut tx, "settlement_reply", &row, json!({"state": "stated", "reply": text}))?;
    if !rows::reply(tx.conn(), id, text)? {
        return Err(ApiError::of(&SETTLEMENT_STATE));
    }
    Ok(tx.done(())?)
}

/// Enters the proof of a payment.
pub(super) fn ask(
    mut tx: Tx<'_>,
    scope: &Scope,
    staff: PersonId,
    id: SettlementId,
    proof: &str,
) -> Result<Finished<()>, ApiError> {
    let row = of_community(&mut tx, scope, staff, id)?;
    record(&mut tx, "settlement_payment", &row, json!({"proof": proof, "yuan": row.fen}))?;
    if !rows::ask_payment(tx.conn(), id, staff, proof)? {
        return Err(ApiError::of(&SETTLEMENT_STATE));
    }
    Ok(tx.done(())?)
}

/// Approves the payment: the statement is paid, its points leave circulation.
pub(super) fn approve(mut tx: Tx<'_>, scope: &Scope, staff: PersonId, id: SettlementId) -> Result<Finished<()>, ApiError> {
    let row = of_community(&mut tx, scope, staff, id)?;
    if row.state != SettlementState::Confirmed {
        return Err(ApiError::of(&SETTLEMENT_STATE));
    }
    let asked = row.payment_asked_by.ok_or_else(|| ApiError::of(&SETTLEMENT_NOT_ASKED))?;
    if asked == staff {
        return Err(ApiError::of(&SETTLEMENT_SAME_PERSON));
    }
    let transaction = TransactionId::new();
    record(&mut tx, "settlement_payment_approve", &row, json!({"state": "paid", "points": row.points, "yuan": row.fen}))?;
    tell(&mut tx, &templates::STATEMENT_PAID, row.merchant_id, row.period_end, row.fen)?;
    if !rows::pay(tx.conn(), id, staff, transaction)? {
        return Err(ApiError::of(&SETTLEMENT_STATE));
    }
    let about = About {
        fact: Fact::settle(id.0),
        subject: Subject { kind: SUBJECT, id: id.0 },
        reason: REASON,
        rule: None,
        actor: ledger::Actor::Person(asked),
        approvers: vec![staff],
        occurred_at: tx.now()?,
    };
    let posting = Posting { id: transaction, ..Posting::settle(about, Party::merchant(row.merchant_id.0), row.points) };
    ledger::post_one(tx, BookId(row.community_id.0), posting, |_receipt| ())
}
