//! The balance of consents: one tap of a person buys one message. The client tells it at once and WeChat pushes the same tap later;
//! it counts once, whoever comes first.

use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;
use uuid::Uuid;

use super::rows_consent::{self, Change};

/// Who told it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Source {
    /// The mini program.
    Client,
    /// WeChat's push.
    Push,
    /// WeChat's answer to a send.
    WeChat,
}

impl Source {
    const fn name(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Push => "push",
            Self::WeChat => "wechat",
        }
    }
}

/// Does a further acceptance of one source count, when it and the other have told so many within the window?
const fn counts(told: i64, told_by_other: i64) -> bool {
    told >= told_by_other
}

fn change(
    tx: &mut Tx<'_>,
    who: (PersonId, &str),
    change: i32,
    reason: &str,
    source: Source,
    key: Option<String>,
) -> Result<bool, ApiError> {
    let (person_id, template) = who;
    let row = Change { id: Uuid::now_v7(), person_id, template, change, reason, source: source.name(), source_key: key };
    Ok(rows_consent::insert(tx.conn(), &row)?)
}

/// A tap on "accept". `key` counts a pushed event once.
pub(super) fn accepted(
    tx: &mut Tx<'_>,
    person: PersonId,
    template: &str,
    source: Source,
    key: Option<String>,
) -> Result<(), ApiError> {
    let since = rows_consent::pairing_start(tx.now()?);
    let other = if source == Source::Client { Source::Push } else { Source::Client };
    let told = rows_consent::accepted_since(tx.conn(), person, template, source.name(), since)?;
    let told_by_other = rows_consent::accepted_since(tx.conn(), person, template, other.name(), since)?;
    let plus = i32::from(counts(told, told_by_other));
    change(tx, (person, template), plus, "accept", source, key)?;
    Ok(())
}

/// A tap on "reject": noted, the balance of earlier taps stays.
pub(super) fn rejected(
    tx: &mut Tx<'_>,
    person: PersonId,
    template: &str,
    source: Source,
    key: Option<String>,
) -> Result<(), ApiError> {
    change(tx, (person, template), 0, "reject", source, key)?;
    Ok(())
}

/// Nothing may be sent any more: WeChat refused a send, or the person withdrew.
pub(super) fn emptied(
    tx: &mut Tx<'_>,
    person: PersonId,
    template: &str,
    reason: &str,
    source: Source,
    key: Option<String>,
) -> Result<(), ApiError> {
    let balance = rows_consent::balance(tx.conn(), person, template)?;
    let minus = i32::try_from(-balance.clamp(0, 10_000)).unwrap_or(0);
    change(tx, (person, template), minus, reason, source, key)?;
    Ok(())
}

/// Spends one consent; `false` when there is none. The caller has locked the inbox.
pub(super) fn spend(tx: &mut Tx<'_>, person: PersonId, template: &str) -> Result<bool, ApiError> {
    if rows_consent::balance(tx.conn(), person, template)? < 1 {
        return Ok(false);
    }
    change(tx, (person, template), -1, "send", Source::WeChat, None)
}

/// Gives it back: the message certainly did not go.
pub(super) fn refund(tx: &mut Tx<'_>, person: PersonId, template: &str) -> Result<(), ApiError> {
    change(tx, (person, template), 1, "refund", Source::WeChat, None)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Taps told in any order by the two sources: the balance is the larger number.
    #[test]
    fn a_tap_told_twice_counts_once() {
        for order in ["cp", "pc", "ccpp", "ppcc", "cpcp", "cc", "pp", "cpp"] {
            let (mut client, mut push, mut balance) = (0, 0, 0);
            for source in order.chars() {
                let (told, other) = if source == 'c' { (&mut client, push) } else { (&mut push, client) };
                balance += i64::from(counts(*told, other));
                *told += 1;
            }
            assert_eq!(balance, client.max(push), "{order}");
        }
    }
}
