//! A person's own fields: entered at first sign-in, opened and masked in one place.

use std::collections::{HashMap, HashSet};

use base::db::{Audit, DbResult, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use base::text::{mask_name, mask_phone};
use diesel::PgConnection;
use serde_json::json;

use super::ACCOUNT_NOT_ACTIVE;
use super::phone::Phone;
use super::rows::{self, NewPerson, PersonRow};

/// What stands beside a person's id in other nouns' lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonName {
    /// What others see.
    pub nickname: String,
    /// Number to say on the phone.
    pub short_number: String,
    /// Kept by a grid worker?
    pub managed: bool,
}

/// State of an account whose data is held.
const FROZEN: &str = "frozen";
/// What stands in place of the nickname of a held account.
const HELD: &str = "已冻结用户";

/// Nicknames and short numbers, for lists; nothing of an account that is held.
pub fn names_by_ids(connection: &mut PgConnection, ids: &[PersonId]) -> DbResult<HashMap<PersonId, PersonName>> {
    let rows = rows::many(connection, ids)?;
    Ok(rows
        .into_iter()
        .map(|(id, row)| {
            let managed = row.kind == "managed";
            if row.state == FROZEN {
                return (id, PersonName { nickname: HELD.to_owned(), short_number: String::new(), managed });
            }
            (id, PersonName { nickname: row.nickname, short_number: row.short_number, managed })
        })
        .collect())
}

/// Real names as `王*`, where known.
pub fn masked_names(
    connection: &mut PgConnection,
    ring: &KeyRing,
    ids: &[PersonId],
) -> Result<HashMap<PersonId, String>, ApiError> {
    let rows = rows::many(connection, ids)?;
    let mut names = HashMap::new();
    for (id, row) in rows.into_iter().filter(|(_, row)| row.state != FROZEN) {
        if let Some(name) = name_of(ring, &row)? {
            names.insert(id, mask_name(&name));
        }
    }
    Ok(names)
}

/// The real name in clear, where known: for what is shown to its owner only.
pub fn own_name(connection: &mut PgConnection, ring: &KeyRing, person: PersonId) -> Result<Option<String>, ApiError> {
    rows::find(connection, person)?.map(|row| name_of(ring, &row)).transpose().map(Option::flatten)
}

/// The keyed hash of a person's phone (see `Phone::lookup`), to match other tables by; `None` when none is bound.
pub fn phone_lookup(connection: &mut PgConnection, person: PersonId) -> DbResult<Option<Vec<u8>>> {
    Ok(rows::find(connection, person)?.filter(|row| row.state != FROZEN).and_then(|row| row.phone_lookup))
}

/// The active person to whom a phone is bound.
pub fn person_by_phone(connection: &mut PgConnection, ring: &KeyRing, phone: &Phone) -> DbResult<Option<PersonId>> {
    rows::by_phone(connection, &phone.lookup(ring))
}

/// The person of an openid that WeChat named in a push.
pub fn person_by_openid(connection: &mut PgConnection, ring: &KeyRing, openid: &str) -> DbResult<Option<PersonId>> {
    Ok(rows::by_openid(connection, &ring.lookup("openid", openid))?.map(|row| row.id))
}

/// The openid, for sending subscription messages; `None` for people without WeChat.
pub fn openid_of(connection: &mut PgConnection, ring: &KeyRing, person: PersonId) -> Result<Option<String>, ApiError> {
    let sealed = rows::openid_sealed(connection, person)?;
    sealed.map(|sealed| open(ring, "openid", person, &sealed)).transpose()
}

/// Which of these accounts are held: nothing of them is shown.
pub fn held_among(connection: &mut PgConnection, people: &[PersonId]) -> DbResult<Vec<PersonId>> {
    rows::frozen_among(connection, people)
}

/// Is the account open?
pub fn is_active(connection: &mut PgConnection, person: PersonId) -> DbResult<bool> {
    Ok(rows::find(connection, person)?.is_some_and(|row| row.state == "active"))
}

/// Those whose accounts are open.
pub fn active_among(connection: &mut PgConnection, persons: &[PersonId]) -> DbResult<HashSet<PersonId>> {
    let rows = rows::many(connection, persons)?.into_values();
    Ok(rows.filter(|row| row.state == "active").map(|row| row.id).collect())
}

fn place(column: &str, person: PersonId) -> String {
    format!("persons|{column}|{person}")
}

pub(super) fn seal(ring: &KeyRing, column: &str, person: PersonId, plain: &str) -> Result<Vec<u8>, ApiError> {
    ring.seal(&place(column, person), plain).map_err(ApiError::internal)
}

fn open(ring: &KeyRing, column: &str, person: PersonId, sealed: &[u8]) -> Result<String, ApiError> {
    ring.open(&place(column, person), sealed).map_err(ApiError::internal)
}

/// The real name in clear.
pub(super) fn name_of(ring: &KeyRing, row: &PersonRow) -> Result<Option<String>, ApiError> {
    row.name_sealed.as_deref().map(|sealed| open(ring, "name", row.id, sealed)).transpose()
}

/// The phone in clear.
pub(super) fn phone_of(ring: &KeyRing, row: &PersonRow) -> Result<Option<String>, ApiError> {
    row.phone_sealed.as_deref().map(|sealed| open(ring, "phone", row.id, sealed)).transpose()
}

/// Masked name and phone.
pub(super) fn masked(ring: &KeyRing, row: &PersonRow) -> Result<(Option<String>, Option<String>), ApiError> {
    Ok((name_of(ring, row)?.map(|name| mask_name(&name)), phone_of(ring, row)?.map(|phone| mask_phone(&phone))))
}

/// `SQ-1000-0001` of 10000001.
fn short_number(number: i64) -> String {
    format!("SQ-{:04}-{:04}", number / 10_000, number % 10_000)
}

/// The person of an openid, entered when new: `(id, is new)`.
pub(super) fn of_openid(tx: &mut Tx<'_>, ring: &KeyRing, openid: &str) -> Result<(PersonId, bool), ApiError> {
    let lookup = ring.lookup("openid", openid);
    if let Some(row) = rows::by_openid(tx.conn(), &lookup)? {
        return active(&row).map(|id| (id, false));
    }
    let id = PersonId::new();
    let number = rows::next_number(tx.conn())?;
    let person = NewPerson {
        id,
        kind: "self",
        short_number: &short_number(number),
        nickname: &format!("居民{number}"),
        name_sealed: None,
        openid_sealed: Some(seal(ring, "openid", id, openid)?),
        openid_lookup: Some(&lookup),
        birth_year: None,
    };
    if rows::insert(tx.conn(), &person)? {
        tx.audit(Audit::new("person_create", "person", id.0).after(json!({"kind": "self"})))?;
        return Ok((id, true));
    }
    // A twin's first sign-in was committed meanwhile.
    let twin = rows::by_openid(tx.conn(), &lookup)?.ok_or_else(|| ApiError::of(&ACCOUNT_NOT_ACTIVE))?;
    active(&twin).map(|id| (id, false))
}

/// Enters a person for demo and test databases: with a phone, without WeChat. No route leads here.
pub fn demo_person(tx: &mut Tx<'_>, ring: &KeyRing, id: PersonId, name: &str, phone: &Phone) -> Result<(), ApiError> {
    without_wechat(tx, ring, id, "self", name, None)?;
    super::bind_phone::bind(tx, ring, id, phone, "demo")
}

/// Enters a person for demo databases who signed in by this WeChat and bound this phone. No route leads here.
pub fn demo_person_of(tx: &mut Tx<'_>, ring: &KeyRing, openid: &str, phone: &Phone) -> Result<PersonId, ApiError> {
    let (id, _new) = of_openid(tx, ring, openid)?;
    super::bind_phone::bind(tx, ring, id, phone, "demo")?;
    Ok(id)
}

/// A person who has no WeChat: kept by a grid worker, or made for the demo.
pub(super) fn without_wechat(
    tx: &mut Tx<'_>,
    ring: &KeyRing,
    id: PersonId,
    kind: &str,
    name: &str,
    birth_year: Option<i32>,
) -> Result<(), ApiError> {
    let number = rows::next_number(tx.conn())?;
    let person = NewPerson {
        id,
        kind,
        short_number: &short_number(number),
        nickname: &format!("居民{number}"),
        name_sealed: Some(seal(ring, "name", id, name)?),
        openid_sealed: None,
        openid_lookup: None,
        birth_year,
    };
    rows::insert(tx.conn(), &person)?;
    tx.audit(Audit::new("person_create", "person", id.0).after(json!({"kind": kind})))?;
    Ok(())
}

fn active(row: &PersonRow) -> Result<PersonId, ApiError> {
    if row.state == "active" { Ok(row.id) } else { Err(ApiError::of(&ACCOUNT_NOT_ACTIVE)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_numbers_are_said_in_two_groups() {
        assert_eq!(short_number(10_000_001), "SQ-1000-0001");
        assert_eq!(short_number(123_456_789), "SQ-12345-6789");
    }
}
