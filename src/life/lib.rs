//! Palm life 掌上生活: merchants, what they and the community offer for points, the orders, and what merchants are paid.
//!
//! Edges between nouns: `offers → merchants`; `redemptions → offers, merchants`; `settlement → redemptions, offers, merchants`.

pub mod merchants;
pub mod offers;
mod place;
pub mod redemptions;
pub mod settlement;

use base::error::ErrorCode;
use base::jobs::JobKind;
use base::state::StateTable;
use ledger::audit::AuditCheck;
use people::identity::{EraseHook, ExportHook, HomeHook, MergeHook, Rule};

/// Rows of the permission table.
pub const PERMISSIONS: &[&[Rule]] =
    &[merchants::PERMISSIONS, offers::PERMISSIONS, redemptions::PERMISSIONS, settlement::PERMISSIONS];

/// Error codes.
pub const ERRORS: &[&[&ErrorCode]] = &[merchants::ERRORS, offers::ERRORS, redemptions::ERRORS, settlement::ERRORS];

/// State tables, by noun.
pub const STATES: &[StateTable] = &[
    ("merchant", merchants::STATES),
    ("offer", offers::STATES),
    ("offer_terms_change", offers::TERMS_STATES),
    ("redemption", redemptions::STATES),
    ("settlement", settlement::STATES),
];

/// What must hold, for `palm audit`.
pub const CHECKS: &[&[AuditCheck]] = &[redemptions::CHECKS, settlement::CHECKS];

/// Parts of the home screen.
pub const HOME: &[HomeHook] = &[redemptions::home];

/// Part of a person's erasure: before that of points, which empties the wallet.
pub const ERASE: EraseHook = redemptions::ERASE;

/// Part of two accounts becoming one: open orders of the one that ends are cancelled, so that their points can be passed on.
pub const MERGE: MergeHook = redemptions::MERGE;

/// Parts of a person's export.
pub const EXPORT: &[ExportHook] = &[merchants::EXPORT, redemptions::EXPORT];

/// Background jobs.
pub fn jobs() -> Vec<JobKind> {
    [redemptions::jobs(), settlement::jobs()].into_iter().flatten().collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn words_are_shown_as_stored() {
        fn check<T: serde::Serialize>(words: &[T], name: impl Fn(&T) -> &'static str) {
            assert!(!words.is_empty());
            for word in words {
                assert_eq!(serde_json::to_value(word).unwrap(), name(word));
            }
        }
        check(crate::merchants::MerchantState::ALL, |word| word.name());
        check(crate::offers::OfferState::ALL, |word| word.name());
        check(crate::offers::OfferKind::ALL, |word| word.name());
        check(crate::offers::OfferProvider::ALL, |word| word.name());
        check(crate::redemptions::OrderState::ALL, |word| word.name());
        check(crate::settlement::SettlementState::ALL, |word| word.name());
    }
}
