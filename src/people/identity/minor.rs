//! Minors. Only the year of birth is kept, so a difference of at most 14 years counts as under 14: too young is the error that harms
//! nobody. Their guardian's consent is a row of `consents` (document `guardian`, recorded by the guardian, with version and time);
//! they place no orders, write in no chat, and what they earn goes to the pool of their household.

use std::collections::HashSet;

use base::clock::shanghai_date;
use base::db::{Audit, DbResult, Tx, now};
use base::error::{self, ApiError};
use base::ids::PersonId;
use chrono::{Datelike as _, NaiveDate};
use diesel::PgConnection;
use serde_json::json;

use super::consent::{self, Document};
use super::{ConsentId, GUARDIAN_CONSENT_REQUIRED, NOT_FOR_MINORS, rows};

/// Years of difference up to which somebody counts as under 14.
const YEARS: i32 = 14;

/// Does somebody born in that year count as under 14 on that day?
pub fn minor_on(birth_year: i32, today: NaiveDate) -> bool {
    today.year() - birth_year <= YEARS
}

/// Those who are minors on that day. Somebody whose year of birth nobody knows is not.
pub fn minors_among(connection: &mut PgConnection, persons: &[PersonId], today: NaiveDate) -> DbResult<HashSet<PersonId>> {
    let rows = rows::many(connection, persons)?.into_values();
    Ok(rows.filter(|row| row.birth_year.is_some_and(|year| minor_on(year, today))).map(|row| row.id).collect())
}

/// Is the person a minor on that day?
pub fn is_minor(connection: &mut PgConnection, person: PersonId, today: NaiveDate) -> DbResult<bool> {
    Ok(!minors_among(connection, &[person], today)?.is_empty())
}

fn is_minor_now(connection: &mut PgConnection, person: PersonId) -> DbResult<bool> {
    let today = shanghai_date(now(connection)?);
    is_minor(connection, person, today)
}

/// 403 `not_for_minors`: orders and chat.
pub fn require_of_age(connection: &mut PgConnection, person: PersonId) -> Result<(), ApiError> {
    if is_minor_now(connection, person)? { Err(ApiError::of(&NOT_FOR_MINORS)) } else { Ok(()) }
}

/// 409 `guardian_consent_required` for a minor whose guardian has not consented: whatever else a person takes part in.
pub fn require_guardian(connection: &mut PgConnection, person: PersonId) -> Result<(), ApiError> {
    if is_minor_now(connection, person)? && !consent::consents_to(connection, person, Document::Guardian)? {
        return Err(ApiError::of(&GUARDIAN_CONSENT_REQUIRED));
    }
    Ok(())
}

/// Records a guardian's consent for a minor, or that it is withdrawn. Who may be guardian is the caller's check.
pub fn guardian_consent(
    tx: &mut Tx<'_>,
    (minor, guardian): (PersonId, PersonId),
    version: &str,
    given: bool,
) -> Result<(), ApiError> {
    if given {
        consent::consent_give(tx, ConsentId::new(), minor, Document::Guardian, version, Some(guardian))?;
    } else {
        consent::withdraw(tx, minor, Document::Guardian)?;
    }
    Ok(())
}

/// Notes the year of birth where none is known: as the register has it. False when one is known.
pub fn birth_year_note(tx: &mut Tx<'_>, person: PersonId, year: i32) -> Result<bool, ApiError> {
    let noted = rows::set_missing_birth_year(tx.conn(), person, year)?;
    if noted {
        // The year itself is personal: the audit says that there is one.
        tx.audit(Audit::new("birth_year_set", "person", person.0).after(json!({"known": true})))?;
    }
    Ok(noted)
}

/// One's own year of birth, once; 409 when it is known: then staff correct it.
pub(super) fn birth_year_set(tx: &mut Tx<'_>, person: PersonId, year: i32) -> Result<(), ApiError> {
    if birth_year_note(tx, person, year)? { Ok(()) } else { Err(ApiError::of(&error::STATE_CONFLICT)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fourteen_years_of_difference_are_under_fourteen() {
        let last = NaiveDate::from_ymd_opt(2026, 12, 31).unwrap();
        assert!(minor_on(2012, last), "may have been born on the last day of the year");
        assert!(!minor_on(2011, NaiveDate::from_ymd_opt(2026, 1, 1).unwrap()));
    }
}
