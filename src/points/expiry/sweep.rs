//! The sweep: batches of at most 1,000 wallets a transaction, so no counter waits at midnight.

use base::db::{Audit, Context, Db, Finished, Tx, now};
use base::error::ApiError;
use base::ids::GridUnitId;
use chrono::{DateTime, Utc};
use ledger::{About, AccountId, BookDate, BookId, Fact, Party, PostError, Posting, ReasonCode, reads};
use serde_json::json;

use crate::place;

/// Wallets of one transaction.
const BATCH: i64 = 1000;

const EXPIRED: ReasonCode = ReasonCode::known("expired");

/// Books everything that is past its date to breakage. Killed half-way, the next run does the rest: an account is swept once a day.
pub(super) fn sweep(db: &Db) -> Result<(), ApiError> {
    for book in db.read_now(reads::books)? {
        let mut after: Option<AccountId> = None;
        loop {
            let at = db.read_now(now)?;
            let due = db.read_now(|connection| reads::past_due(connection, book, BookDate::of(at), after, BATCH))?;
            if due.is_empty() {
                break;
            }
            db.transaction_now(&Context::job(), |tx| batch(tx, book, at, &due))?;
            after = due.last().copied();
        }
    }
    Ok(())
}

fn batch(mut tx: Tx<'_>, book: BookId, at: DateTime<Utc>, due: &[AccountId]) -> Result<Finished<()>, ApiError> {
    let day = BookDate::of(at);
    let postings: Vec<Posting> = due
        .iter()
        .map(|account| {
            let about = About {
                fact: Fact::expire(*account, day),
                subject: place::subject("book", book.0),
                reason: EXPIRED,
                rule: None,
                actor: ledger::Actor::System,
                approvers: Vec::new(),
                occurred_at: at,
            };
            Posting::expire(about, Party::Account(*account))
        })
        .collect();
    let after = json!({"accounts": due.len(), "date": day});
    tx.audit(Audit::new("points_expiry_sweep", "book", book.0).at(GridUnitId(book.0)).after(after))?;
    ledger::post(tx, book, &postings, |outcomes| {
        // An account that somebody emptied meanwhile has nothing to expire; anything else is a defect and rolls back.
        let odd = outcomes.iter().filter_map(|outcome| outcome.as_ref().err()).find(|why| **why != PostError::NothingExpired);
        odd.map_or(Ok(()), |why| Err(ApiError::from(*why)))
    })
}
