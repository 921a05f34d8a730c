//! What the clients were told, against what the books say.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Uuid as SqlUuid};
use ledger::BookId;
use uuid::Uuid;

use super::load::{Attempt, Load, Outcome};

/// How often each kind of broken promise was found, and how much was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Verdict {
    /// Acknowledged, but absent or under another id.
    pub(super) lost: usize,
    /// Applied more than once.
    pub(super) twice: usize,
    /// Refused, or never sent, but present.
    pub(super) ghost: usize,
    pub(super) acknowledged: usize,
    pub(super) refused: usize,
}

/// What the writes of the load made in a book: the client's id of the write and the id of what it made. A posting stores the client's id;
/// of a donation it is the key, and one without a key is nobody's.
const MADE: &str = "SELECT subject_id AS event, id FROM ledger_transactions WHERE book_id = $1 AND subject_kind = 'demo_event'
    UNION ALL SELECT coalesce(k.key::uuid, t.id), p.id FROM point_transfers p JOIN ledger_transactions t ON t.id = p.transaction_id
    LEFT JOIN idempotency_keys k ON k.result_id = p.id WHERE p.community_id = $1";

#[derive(QueryableByName)]
struct Made {
    #[diesel(sql_type = SqlUuid)]
    event: Uuid,
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

#[derive(QueryableByName)]
struct Beside {
    #[diesel(sql_type = BigInt)]
    without_key: i64,
    #[diesel(sql_type = BigInt)]
    without_audit: i64,
    #[diesel(sql_type = BigInt)]
    orphans: i64,
}

impl Verdict {
    /// Compares a journal in which every outcome is known with the book.
    pub(super) fn of(journal: &[Attempt], owner: &mut PgConnection, book: BookId) -> Self {
        let rows: Vec<Made> = sql_query(MADE).bind::<SqlUuid, _>(book.0).load(owner).expect("the book");
        let mut posted: HashMap<Uuid, Vec<Uuid>> = HashMap::new();
        for row in rows {
            posted.entry(row.event).or_default().push(row.id);
        }
        let mut verdict = Self::default();
        for attempt in journal {
            let found = posted.remove(&attempt.event).unwrap_or_default();
            verdict.twice += usize::from(found.len() > 1);
            match &attempt.outcome {
                Outcome::Acknowledged(id) => {
                    verdict.acknowledged += 1;
                    verdict.lost += usize::from(!found.contains(id));
                }
                Outcome::Refused(_) => {
                    verdict.refused += 1;
                    verdict.ghost += usize::from(!found.is_empty());
                }
                Outcome::Unknown => panic!("an outcome is still unknown: {attempt:?}"),
            }
        }
        verdict.ghost += posted.len();
        verdict
    }

    /// Nothing lost, nothing twice, no ghost, and the load was one.
    #[track_caller]
    pub(super) fn assert_clean(&self) {
        assert_eq!((self.lost, self.twice, self.ghost), (0, 0, 0), "LOST, TWICE, GHOST: {self:?}");
        assert!(self.acknowledged > 100 && self.refused > 0, "too small a load: {self:?}");
    }
}

/// Whatever was written stands whole: ledger, idempotency row and audit row are one transaction. Every invariant holds.
#[track_caller]
pub(super) fn assert_whole(owner: &mut PgConnection) {
    let beside: Beside = sql_query(
        "SELECT (SELECT count(*) FROM ledger_transactions WHERE id NOT IN (SELECT result_id FROM idempotency_keys)
            AND subject_id NOT IN (SELECT result_id FROM idempotency_keys)) AS without_key,
        (SELECT count(*) FROM ledger_transactions WHERE id NOT IN (SELECT object_id FROM audit_entries)
            AND subject_id NOT IN (SELECT object_id FROM audit_entries)) AS without_audit,
        (SELECT count(*) FROM idempotency_keys WHERE result_id NOT IN (SELECT id FROM ledger_transactions)
            AND result_id NOT IN (SELECT subject_id FROM ledger_transactions)) AS orphans",
    )
    .get_result(owner)
    .expect("counts");
    assert_eq!((beside.without_key, beside.without_audit, beside.orphans), (0, 0, 0));
    // The load holds points without orders, so only the ledger's own invariants can hold.
    crate::ledger::assert_books_agree(owner);
}

/// Sends everything acknowledged once more: the same key gives the same answer, marked as a repetition, and other content is refused.
pub(super) async fn assert_replays(load: &Load) {
    for (number, attempt) in load.journal().iter().enumerate() {
        let Outcome::Acknowledged(_) = attempt.outcome else { continue };
        let (again, replayed) = load.send_as(attempt, attempt.event, &attempt.write.body).await;
        assert_eq!((&again, replayed), (&attempt.outcome, true), "{attempt:?}");
        if number % 20 == 0 {
            let (refused, _) = load.send_as(attempt, attempt.event, &attempt.altered()).await;
            assert_eq!(refused, Outcome::Refused("idempotency_key_reused".to_owned()));
        }
    }
}

/// The verdict's own control: it sees each kind of broken promise. Leaves one write applied twice.
pub(super) async fn assert_verdict_sees(load: &Load, owner: &mut PgConnection) {
    let journal = load.journal();
    let clean = Verdict::of(&journal, owner, load.book());
    let done = |attempt: &&Attempt| {
        matches!(attempt.outcome, Outcome::Acknowledged(_)) && attempt.write.body["movement"].get("award").is_some()
    };
    let number = journal.iter().position(|attempt| done(&attempt)).expect("an award");
    for (outcome, expected) in [
        (Outcome::Acknowledged(Uuid::new_v4()), Verdict { lost: 1, ..clean.clone() }),
        (
            Outcome::Refused("made up".to_owned()),
            Verdict { ghost: 1, acknowledged: clean.acknowledged - 1, refused: clean.refused + 1, ..clean.clone() },
        ),
    ] {
        let mut told = journal.clone();
        told[number].outcome = outcome;
        assert_eq!(Verdict::of(&told, owner, load.book()), expected);
    }
    // A client that takes a new key for the retry.
    let (again, replayed) = load.send_as(&journal[number], Uuid::new_v4(), &journal[number].write.body).await;
    assert!(matches!(again, Outcome::Acknowledged(_)) && !replayed, "{again:?}");
    assert_eq!(Verdict::of(&journal, owner, load.book()), Verdict { twice: 1, ..clean });
}
