//! The bounded texts of a posting. A **fact** names the business event behind a transaction and is unique in its book
//! for ever; it outlives erasure, so it never holds a person's id. Reason codes and rule versions are public.

use std::borrow::Cow;
use std::fmt;

use base::ids::PersonId;
use uuid::Uuid;

use crate::account::{AccountId, TransactionId};
use crate::dates::BookDate;

/// Why a text is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Empty or longer than its column.
    #[error("empty or too long")]
    Length,
    /// A character outside `a-z 0-9 _ : . @ -`.
    #[error("only a-z 0-9 _ : . @ - are allowed")]
    Character,
}

/// Checks length and alphabet; usable in constants.
const fn check(text: &str, max: usize) -> Result<(), TextError> {
    if text.is_empty() || text.len() > max {
        return Err(TextError::Length);
    }
    let mut rest = text.as_bytes();
    while let [byte, tail @ ..] = rest {
        if !matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_' | b':' | b'.' | b'@' | b'-') {
            return Err(TextError::Character);
        }
        rest = tail;
    }
    Ok(())
}

macro_rules! bounded_text {
    ($(#[$doc:meta])* $name:ident, $max:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
        #[serde(transparent)]
        pub struct $name(Cow<'static, str>);

        impl $name {
            /// Longest allowed, in bytes (ASCII only).
            pub const MAX: usize = $max;

            /// From any text; refused when empty, too long or outside `a-z 0-9 _ : . @ -`.
            pub fn new(text: impl Into<String>) -> Result<Self, TextError> {
                let text = text.into();
                check(&text, Self::MAX)?;
                Ok(Self(Cow::Owned(text)))
            }

            /// From a literal. Use it in a `const`: a bad literal then fails to compile.
            pub const fn known(text: &'static str) -> Self {
                assert!(check(text, Self::MAX).is_ok(), "bad literal");
                Self(Cow::Borrowed(text))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

bounded_text! {
    /// The business event behind a transaction, unique in its book for ever, such as `order:{id}:hold`.
    Fact, 200
}
bounded_text! {
    /// Why, as a public code such as `volunteer_hours`; never free text.
    ReasonCode, 40
}
bounded_text! {
    /// The rule and its version that decided an amount, such as `volunteer_hours@3`; public.
    RuleVersion, 64
}

impl Fact {
    /// Made only from ids, dates and literals below, all of which are in the alphabet and short.
    fn of(text: String) -> Self {
        Self(Cow::Owned(text))
    }

    /// An order's points are held.
    pub fn order_hold(order: Uuid) -> Self {
        Self::of(format!("order:{order}:hold"))
    }

    /// An order is fulfilled.
    pub fn order_capture(order: Uuid) -> Self {
        Self::of(format!("order:{order}:capture"))
    }

    /// An order is cancelled or its hold ran out.
    pub fn order_release(order: Uuid) -> Self {
        Self::of(format!("order:{order}:release"))
    }

    /// A rule rewards an event to an account.
    pub fn award(rule: Uuid, event: Uuid, account: AccountId) -> Self {
        Self::of(format!("award:{rule}:{event}:{account}"))
    }

    /// A decision funds a budget.
    pub fn fund(decision: Uuid) -> Self {
        Self::of(format!("fund:{decision}"))
    }

    /// A decision takes points out of a budget.
    pub fn unfund(decision: Uuid) -> Self {
        Self::of(format!("unfund:{decision}"))
    }

    /// A gift, donation or payment.
    pub fn transfer(request: Uuid) -> Self {
        Self::of(format!("transfer:{request}"))
    }

    /// A settlement retires points.
    pub fn settle(settlement: Uuid) -> Self {
        Self::of(format!("settle:{settlement}"))
    }

    /// The sweep of one account on one day.
    pub fn expire(account: AccountId, day: BookDate) -> Self {
        Self::of(format!("expire:{account}:{day}"))
    }

    /// A transaction is undone.
    pub fn reverse(original: TransactionId) -> Self {
        Self::of(format!("reverse:{original}"))
    }
}

/// What a posting is about: a row of another noun, never a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    /// Its noun, such as `redemption`.
    pub kind: ReasonCode,
    /// Its id.
    pub id: Uuid,
}

/// Who caused a posting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Actor {
    /// A person, by an act of their own.
    Person(PersonId),
    /// A background job, by a rule that persons decided.
    System,
}

impl Actor {
    /// The person, if it was one.
    pub const fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person) => Some(person),
            Self::System => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_bounded_and_plain() {
        assert_eq!(ReasonCode::new("a".repeat(40)).map(|c| c.as_str().len()), Ok(40));
        assert_eq!(ReasonCode::new("a".repeat(41)), Err(TextError::Length));
        assert_eq!(Fact::new(""), Err(TextError::Length));
        for bad in ["order:\0", "Order", "a b", "订单", "１"] {
            assert_eq!(Fact::new(bad), Err(TextError::Character), "{bad:?}");
        }
    }

    #[test]
    fn every_typed_fact_is_a_valid_fact() {
        let (id, account, day) = (Uuid::max(), AccountId(Uuid::max()), BookDate::of(chrono::DateTime::UNIX_EPOCH));
        for fact in [
            Fact::order_hold(id),
            Fact::order_capture(id),
            Fact::order_release(id),
            Fact::award(id, id, account),
            Fact::fund(id),
            Fact::unfund(id),
            Fact::transfer(id),
            Fact::settle(id),
            Fact::expire(account, day),
            Fact::reverse(TransactionId(id)),
        ] {
            assert_eq!(Fact::new(fact.as_str()).as_ref(), Ok(&fact));
        }
    }
}
