//! What the public log sees of a transaction, and what it doesn't.
//!
//! The **leaf** has source, sequence, date, kind, reason code, rule version, amounts per account *kind* and a
//! commitment: no id, account, person or time of day, since in a village of 9,000 time and amount are a name. The
//! **private part** has the rest; its owner can open the commitment `SHA-256(salt ‖ private part)`, and deleting both
//! for erasure leaves every proof valid and the content unguessable.

use std::collections::BTreeMap;

use base::ids::PersonId;
use base::money::Points;
use chrono::{DateTime, Utc};

use crate::account::{AccountKind, BookId, TransactionId};
use crate::dates::BookDate;
use crate::encode::{Canonical, sha256};
use crate::engine::{Entry, NewTransaction};
use crate::fact::{Actor, Fact, ReasonCode, RuleVersion, Subject};
use crate::posting::TransactionKind;

/// 32 random bytes that hide a private part.
pub type Salt = [u8; 32];

/// Prefix of leaf hashes in RFC 6962 trees.
const LEAF_PREFIX: &[u8] = &[0];

/// A transaction as its rows tell it: made when it is posted, and again by the audit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// The book.
    pub book: BookId,
    /// The transaction.
    pub id: TransactionId,
    /// Its place in the book.
    pub sequence: i64,
    /// Its kind.
    pub kind: TransactionKind,
    /// Its fact.
    pub fact: Fact,
    /// What it is about.
    pub subject: Subject,
    /// Public reason code.
    pub reason: ReasonCode,
    /// Public rule version.
    pub rule: Option<RuleVersion>,
    /// Who caused it; `None` once the private row is erased.
    pub persons: Option<(Actor, Vec<PersonId>)>,
    /// When the event happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was posted.
    pub posted_at: DateTime<Utc>,
    /// The hold it ends.
    pub hold: Option<TransactionId>,
    /// The transaction it undoes.
    pub reverses: Option<TransactionId>,
    /// What a claw-back could not recover.
    pub unrecovered: Points,
    /// Ordered by account and date.
    pub entries: Vec<Entry>,
}

/// Leaf and private part of a transaction, as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Canonical bytes of the public leaf.
    pub leaf: Vec<u8>,
    /// `SHA-256(0x00 ‖ leaf)`.
    pub hash: [u8; 32],
    /// Canonical bytes of the private part.
    pub private_part: Vec<u8>,
    /// What hides it.
    pub salt: Salt,
}

/// How a stored transaction differs from its leaf.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeafMismatch {
    /// The rows tell another leaf.
    #[error("the leaf differs from the rows")]
    Leaf,
    /// The hash is not the leaf's.
    #[error("the hash is not the leaf's")]
    Hash,
    /// The private part differs from the rows.
    #[error("the private part differs from the rows")]
    PrivatePart,
    /// The leaf commits to another private part or salt.
    #[error("the leaf commits to another private part")]
    Commitment,
}

impl Record {
    /// The record of a transaction that is being posted. Times are cut to microseconds, as PostgreSQL stores them.
    pub fn of(book: BookId, new: &NewTransaction) -> Self {
        Self {
            book,
            id: new.receipt.id,
            sequence: new.receipt.sequence,
            kind: new.kind,
            fact: new.about.fact.clone(),
            subject: new.about.subject.clone(),
            reason: new.about.reason.clone(),
            rule: new.about.rule.clone(),
            persons: Some((new.about.actor, new.about.approvers.clone())),
            occurred_at: new.about.occurred_at,
            posted_at: new.receipt.posted_at,
            hold: new.ends,
            reverses: new.reverses,
            unrecovered: new.receipt.unrecovered,
            entries: new.entries.clone(),
        }
    }

    /// Public and private bytes under a fresh salt.
    pub fn seal(&self, salt: Salt) -> Sealed {
        let private_part = self.private_part();
        let leaf = self.leaf(&sha256(&[&salt, &private_part]));
        Sealed { hash: sha256(&[LEAF_PREFIX, &leaf]), leaf, private_part, salt }
    }

    /// Canonical bytes of the public leaf.
    pub fn leaf(&self, commitment: &[u8; 32]) -> Vec<u8> {
        let mut bytes = Canonical::new("palm.leaf.v1");
        bytes.text("ledger");
        bytes.number(self.sequence);
        bytes.text(&BookDate::of(self.posted_at).to_string());
        bytes.text(self.kind.name());
        bytes.text(self.reason.as_str());
        bytes.text(self.rule.as_ref().map_or("", RuleVersion::as_str));
        let amounts = amounts_by_kind(&self.entries);
        bytes.count(amounts.len());
        for ((kind, _), amount) in amounts {
            bytes.text(kind.name());
            bytes.number(amount);
        }
        bytes.bytes(commitment);
        bytes.finish()
    }

    /// Canonical bytes of the private part. Without persons (erased) they are those of a system posting and won't match.
    pub fn private_part(&self) -> Vec<u8> {
        let mut bytes = Canonical::new("palm.private.v1");
        bytes.bytes(self.book.0.as_bytes());
        bytes.bytes(self.id.0.as_bytes());
        bytes.text(self.fact.as_str());
        bytes.text(self.subject.kind.as_str());
        bytes.bytes(self.subject.id.as_bytes());
        let (actor, approvers) = self.persons.as_ref().map_or((None, &[][..]), |(actor, all)| (actor.person(), all));
        bytes.optional(actor.as_ref().map(|person| &person.0.as_bytes()[..]));
        bytes.count(approvers.len());
        for person in approvers {
            bytes.bytes(person.0.as_bytes());
        }
        bytes.number(self.occurred_at.timestamp_micros());
        bytes.number(self.posted_at.timestamp_micros());
        bytes.optional(self.hold.as_ref().map(|id| &id.0.as_bytes()[..]));
        bytes.optional(self.reverses.as_ref().map(|id| &id.0.as_bytes()[..]));
        bytes.number(self.unrecovered.hundredths());
        bytes.count(self.entries.len());
        for entry in &self.entries {
            bytes.bytes(entry.account.0.as_bytes());
            bytes.text(&entry.expires_on.to_string());
            bytes.number(entry.amount.hundredths());
        }
        bytes.finish()
    }

    /// Compares what the rows tell with the stored leaf, hash and (unless erased) private part and salt.
    pub fn verify(&self, leaf: &[u8], hash: &[u8], private: Option<(&[u8], &[u8])>) -> Result<(), LeafMismatch> {
        let stored: &[u8; 32] = leaf.last_chunk().ok_or(LeafMismatch::Leaf)?;
        if self.leaf(stored) != leaf {
            return Err(LeafMismatch::Leaf);
        }
        if sha256(&[LEAF_PREFIX, leaf]) != hash {
            return Err(LeafMismatch::Hash);
        }
        let Some((salt, private_part)) = private else {
            return Ok(());
        };
        if self.private_part() != private_part {
            return Err(LeafMismatch::PrivatePart);
        }
        if sha256(&[salt, private_part]) != *stored { Err(LeafMismatch::Commitment) } else { Ok(()) }
    }
}

/// Debits (`false`) and credits (`true`) per kind of account. Each sum is within the transaction's amount, which was
/// checked when it was applied, so it can't saturate.
fn amounts_by_kind(entries: &[Entry]) -> BTreeMap<(AccountKind, bool), i64> {
    let mut amounts = BTreeMap::new();
    for entry in entries {
        let sum: &mut i64 = amounts.entry((entry.kind, entry.amount.is_positive())).or_default();
        *sum = sum.saturating_add(entry.amount.hundredths());
    }
    amounts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::AccountId;
    use crate::dates::ExpiresOn;
    use uuid::Uuid;

    fn record() -> Record {
        let entry = |n, kind, amount| Entry {
            account: AccountId(Uuid::from_u128(n)),
            kind,
            expires_on: ExpiresOn::NEVER,
            amount: Points::from_hundredths(amount),
        };
        Record {
            book: BookId(Uuid::from_u128(1)),
            id: TransactionId(Uuid::from_u128(2)),
            sequence: 7,
            kind: TransactionKind::Fund,
            fact: Fact::fund(Uuid::from_u128(3)),
            subject: Subject { kind: ReasonCode::known("budget"), id: Uuid::from_u128(4) },
            reason: ReasonCode::known("yearly_plan"),
            rule: None,
            persons: Some((Actor::Person(PersonId(Uuid::from_u128(5))), vec![PersonId(Uuid::from_u128(6))])),
            occurred_at: DateTime::UNIX_EPOCH,
            posted_at: DateTime::UNIX_EPOCH,
            hold: None,
            reverses: None,
            unrecovered: Points::ZERO,
            entries: vec![entry(8, AccountKind::Budget, 500), entry(9, AccountKind::Issuance, -500)],
        }
    }

    #[test]
    fn the_leaf_is_these_bytes_for_ever() {
        let leaf = record().leaf(&[0xAB; 32]);
        let mut expected = Vec::new();
        let mut field = |bytes: &[u8]| {
            expected.extend_from_slice(&u32::try_from(bytes.len()).unwrap().to_be_bytes());
            expected.extend_from_slice(bytes);
        };
        field(b"palm.leaf.v1");
        field(b"ledger");
        field(&[0, 0, 0, 0, 0, 0, 0, 7]);
        field(b"1970-01-01");
        field(b"fund");
        field(b"yearly_plan");
        field(b"");
        field(&[0, 0, 0, 0, 0, 0, 0, 2]);
        field(b"issuance");
        field(&(-500_i64).to_be_bytes());
        field(b"budget");
        field(&500_i64.to_be_bytes());
        field(&[0xAB; 32]);
        assert_eq!(leaf, expected);
    }

    #[test]
    fn the_hash_is_sha256_of_zero_and_the_leaf() {
        assert_eq!(
            sha256(&[b"a", b"bc"]),
            [
                0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23, 0xb0, 0x03, 0x61,
                0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad
            ]
        );
        let sealed = record().seal([7; 32]);
        assert_eq!(sealed.hash, sha256(&[&[0], &sealed.leaf]));
    }

    #[test]
    fn every_change_is_seen_and_erasure_is_not_a_change() {
        let (record, sealed) = (record(), record().seal([7; 32]));
        let private = Some((&sealed.salt[..], &sealed.private_part[..]));
        let check = |r: &Record| r.verify(&sealed.leaf, &sealed.hash, private);
        assert_eq!(check(&record), Ok(()));
        assert_eq!(Record { persons: None, ..record.clone() }.verify(&sealed.leaf, &sealed.hash, None), Ok(()));
        assert_eq!(check(&Record { sequence: 8, ..record.clone() }), Err(LeafMismatch::Leaf));
        assert_eq!(check(&Record { reason: ReasonCode::known("other"), ..record.clone() }), Err(LeafMismatch::Leaf));
        let later = record.posted_at + chrono::TimeDelta::seconds(1);
        assert_eq!(check(&Record { posted_at: later, ..record.clone() }), Err(LeafMismatch::PrivatePart));
        assert_eq!(check(&Record { fact: Fact::fund(Uuid::max()), ..record.clone() }), Err(LeafMismatch::PrivatePart));
        assert_eq!(record.verify(&sealed.leaf, &[0; 32], private), Err(LeafMismatch::Hash));
        let other_salt = Some((&[8; 32][..], &sealed.private_part[..]));
        assert_eq!(record.verify(&sealed.leaf, &sealed.hash, other_salt), Err(LeafMismatch::Commitment));
        assert_eq!(record.verify(&[], &sealed.hash, private), Err(LeafMismatch::Leaf));
    }

    #[test]
    fn the_leaf_holds_no_id_and_no_time_of_day() {
        let mut record = record();
        let sealed = record.seal([7; 32]);
        for id in [record.book.0, record.id.0, record.subject.id, Uuid::from_u128(5), Uuid::from_u128(8)] {
            assert!(!sealed.leaf.windows(16).any(|window| window == id.as_bytes()));
        }
        record.posted_at += chrono::TimeDelta::hours(3);
        assert_eq!(record.leaf(&[0; 32]), self::record().leaf(&[0; 32]));
    }
}
