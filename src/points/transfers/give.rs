//! Giving: refusals, the month's cap, then the posting.

use base::clock::shanghai_date;
use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::money::Points;
use chrono::Datelike as _;
use ledger::{About, Fact, Owner, OwnerKind, Party, Posting, ReasonCode};
use serde_json::json;

use super::rows::{self, InsertTransfer};
use super::{GIFT_OUTSIDE_HOUSEHOLD, TRANSFER_CAP, TransferId};
use crate::outside::{Notice, Outside};
use crate::place;

base::words! {
    /// What is done with the points.
    TransferKind {
        /// To a member of one's household.
        Gift = "gift",
        /// To the pool of the community.
        Donation = "donation",
    }
}

impl TransferKind {
    /// Most points a person passes on in a month.
    const fn month_cap(self) -> Points {
        match self {
            Self::Gift => Points::from_hundredths(20_000),
            Self::Donation => Points::from_hundredths(200_000),
        }
    }

    const fn reason(self) -> ReasonCode {
        match self {
            Self::Gift => ReasonCode::known("gift"),
            Self::Donation => ReasonCode::known("donation"),
        }
    }

    const fn action(self) -> &'static str {
        match self {
            Self::Gift => "gift_create",
            Self::Donation => "donation_create",
        }
    }
}

/// What is asked for; a gift names to whom.
#[derive(Debug, Clone, Copy)]
pub(super) struct Giving {
    pub(super) id: TransferId,
    pub(super) community: GridUnitId,
    pub(super) from: PersonId,
    pub(super) to: Option<PersonId>,
    pub(super) amount: Points,
}

/// Passes points on.
pub(super) fn give(mut tx: Tx<'_>, outside: &Outside, giving: Giving) -> Result<Finished<()>, ApiError> {
    let Giving { id, community, from, to, amount } = giving;
    if !amount.is_positive() {
        return Err(ApiError::invalid("/amount", "must be above zero"));
    }
    place::must_be_community(tx.conn(), community)?;
    let kind = if to.is_some() { TransferKind::Gift } else { TransferKind::Donation };
    let party = match to {
        Some(to) if to != from && outside.households.same_household(tx.conn(), community, from, to)? => Party::wallet(to),
        Some(_) => return Err(ApiError::of(&GIFT_OUTSIDE_HOUSEHOLD)),
        None => Party::pool(Owner { kind: OwnerKind::Community, id: community.0 }),
    };
    let now = tx.now()?;
    let about = About {
        fact: Fact::transfer(id.0),
        subject: place::subject("transfer", id.0),
        reason: kind.reason(),
        rule: None,
        actor: ledger::Actor::Person(from),
        approvers: Vec::new(),
        occurred_at: now,
    };
    let posting = Posting::transfer(about, Party::wallet(from), party, amount);
    let row = InsertTransfer {
        id,
        community_id: community,
        kind,
        from_person_id: from,
        to_person_id: to,
        amount,
        transaction_id: posting.id,
    };
    rows::insert(tx.conn(), &row)?;
    tx.audit(Audit::new(kind.action(), "transfer", id.0).at(community).after(json!({"amount": amount})))?;
    if let Some(person) = to {
        tell_received(&mut tx, outside, person, giving)?;
    }
    let day = shanghai_date(now);
    if !rows::cap_use(tx.conn(), &row, day.with_day(1).unwrap_or(day), kind.month_cap())? {
        return Err(ApiError::of(&TRANSFER_CAP));
    }
    ledger::post_one(tx, place::book(community), posting, |_receipt| ())
}

fn tell_received(tx: &mut Tx<'_>, outside: &Outside, person: PersonId, giving: Giving) -> Result<(), ApiError> {
    let notice = Notice {
        person,
        community: giving.community,
        kind: "points_received",
        about: ("transfer", giving.id.0),
        zh: format!("家人赠与您 {} 积分。", giving.amount),
        en: format!("A member of your household gave you {} points.", giving.amount),
    };
    outside.notices.tell(tx, &notice)
}
