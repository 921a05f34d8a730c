//! The reminder, once per person, community and date, thirty days before.

use base::clock::shanghai_date;
use base::db::{Audit, Context, Db, Finished, Tx, now};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use chrono::Days;
use ledger::reads::{self, DueSoon};
use ledger::{BookId, ExpiresOn};
use serde_json::json;

use super::rows;
use crate::outside::{Notice, Outside};

/// Persons of one transaction.
const BATCH: i64 = 200;
/// Days before the end.
const AHEAD: Days = Days::new(30);

/// Reminds everybody whose points end within thirty days.
pub(super) fn remind(db: &Db, outside: &Outside) -> Result<(), ApiError> {
    let today = shanghai_date(db.read_now(now)?);
    let until = today.checked_add_days(AHEAD).unwrap_or(today);
    for book in db.read_now(reads::books)? {
        let mut after: Option<PersonId> = None;
        loop {
            let due = db.read_now(|connection| reads::due_soon(connection, book, today, until, after, BATCH))?;
            let Some(last) = due.last() else { break };
            db.transaction_now(&Context::job(), |tx| batch(tx, outside, book, &due))?;
            after = Some(last.person);
        }
    }
    db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
        rows::forget_old(tx.conn())?;
        Ok(tx.done(())?)
    })
}

fn batch(mut tx: Tx<'_>, outside: &Outside, book: BookId, due: &[DueSoon]) -> Result<Finished<()>, ApiError> {
    let community = GridUnitId(book.0);
    let mut told = 0_usize;
    for points in due {
        if rows::remind_once(tx.conn(), community, points.person, points.expires_on)? {
            outside.notices.tell(&mut tx, &notice(community, points))?;
            told += 1;
        }
    }
    if told > 0 {
        let audit = Audit::new("points_expiry_reminder", "book", book.0).at(community);
        tx.audit(audit.after(json!({"persons": told})))?;
    }
    Ok(tx.done(())?)
}

fn notice(community: GridUnitId, points: &DueSoon) -> Notice {
    let day = points.expires_on.date().map_or_else(|| ExpiresOn::NEVER.to_string(), |day| day.to_string());
    Notice {
        person: points.person,
        community,
        kind: "points_expiring",
        about: ("wallet", community.0),
        zh: format!("您有 {} 积分将于 {day} 到期，请及时使用。", points.amount),
        en: format!("{} points of yours end on {day}; use them in time.", points.amount),
    }
}
