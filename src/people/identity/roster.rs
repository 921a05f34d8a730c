//! The roster: rows of an imported file (phone, role, unit or organization, start, end) that become somebody's roles. A row is adopted
//! when its phone is bound, when it arrives for a phone bound before, or by a one-time code when the person's phone is another one.

use std::sync::Arc;

use base::attempts::AttemptLimit;
use base::db::{Audit, Db, DbResult, Done, Once, Tx};
use base::error::{self, ApiError};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::keys::{KeyRing, random_digits};
use base::text::{mask_name, mask_phone};
use chrono::{DateTime, Duration, Utc};
use serde_json::json;

use super::grant::{self, Grant, RoleSource};
use super::phone::Phone;
use super::role::Role;
use super::rows_roster::{self, RosterFields, RosterRow};
use super::{CODE_WRONG, PHONE_REQUIRED, RosterRowId, limits, person, registration, rows, rows_role};

/// A row of the file, checked.
#[derive(Debug, Clone)]
pub struct RosterEntry {
    /// Key of the row in its source: the same row of a later file has the same key.
    pub key: String,
    /// Whose it is meant to become.
    pub phone: Phone,
    /// Real name, if the file has it.
    pub name: Option<String>,
    /// The role.
    pub role: Role,
    /// Bound to this unit …
    pub unit: Option<GridUnitId>,
    /// … or organization, or both.
    pub organization: Option<OrganizationId>,
    /// From.
    pub starts_at: DateTime<Utc>,
    /// Until; `None`: open.
    pub ends_at: Option<DateTime<Utc>>,
}

/// What became of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Upserted {
    /// It is new.
    Created,
    /// It has changed; its role has changed with it.
    Updated,
    /// It stands there as it is.
    Unchanged,
}

fn place(column: &str, id: RosterRowId) -> String {
    format!("roster_rows|{column}|{id}")
}

/// What has changed in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Change {
    Nothing,
    /// The end or the name only: the role stays the same one.
    End,
    /// Whose, what or where: another role.
    Role,
}

fn change(row: &RosterRow, entry: &RosterEntry, phone: &[u8], name: Option<&[u8]>) -> Change {
    let same_role = row.phone_lookup == phone
        && row.role == entry.role.name()
        && row.grid_unit_id == entry.unit
        && row.organization_id == entry.organization
        && row.starts_at == entry.starts_at
        && row.revoked_at.is_none();
    match same_role {
        false => Change::Role,
        true if row.ends_at == entry.ends_at && row.name_lookup.as_deref() == name => Change::Nothing,
        true => Change::End,
    }
}

/// Enters or changes a row of the roster; the same entry again changes nothing. A new or changed row goes to the person with that
/// phone at once; an end ends the role at the same moment.
pub fn roster_upsert(tx: &mut Tx<'_>, ring: &KeyRing, entry: &RosterEntry) -> Result<Upserted, ApiError> {
    let phone = entry.phone.lookup(ring);
    let name = entry.name.as_deref().map(|name| ring.lookup("name", name));
    let known = rows_roster::lock_by_key(tx.conn(), &entry.key)?;
    let changed = known.as_ref().map(|row| change(row, entry, &phone, name.as_deref()));
    if changed == Some(Change::Nothing) {
        return Ok(Upserted::Unchanged);
    }
    let id = known.as_ref().map_or_else(RosterRowId::new, |row| row.id);
    let seal = |column: &str, plain: &str| ring.seal(&place(column, id), plain).map_err(ApiError::internal);
    let phone_sealed = seal("phone", entry.phone.as_str())?;
    let name_sealed = entry.name.as_deref().map(|name| seal("name", name)).transpose()?;
    let fields = RosterFields {
        phone_sealed: &phone_sealed,
        phone_lookup: &phone,
        name_sealed: name_sealed.as_deref(),
        name_lookup: name.as_deref(),
        role: entry.role.name(),
        grid_unit_id: entry.unit,
        organization_id: entry.organization,
        starts_at: entry.starts_at,
        ends_at: entry.ends_at,
        revoked_at: None,
    };
    let result = match &known {
        None => {
            rows_roster::insert(tx.conn(), id, &entry.key, &fields)?;
            Upserted::Created
        }
        Some(row) => {
            follow(tx, row, entry.ends_at, changed == Some(Change::Role))?;
            rows_roster::update(tx.conn(), id, &fields)?;
            Upserted::Updated
        }
    };
    let mut audit = Audit::new("roster_upsert", "roster_row", id.0)
        .after(json!({"role": entry.role.name(), "organization": entry.organization, "ends_at": entry.ends_at}));
    if let Some(unit) = entry.unit {
        audit = audit.at(unit);
    }
    tx.audit(audit)?;
    if let Some(holder) = rows::by_phone(tx.conn(), &phone)? {
        adopt_by_phone(tx, ring, holder, &phone)?;
    }
    Ok(result)
}

/// What an adopted row's change means for its role: it ends, or only its end moves.
fn follow(tx: &mut Tx<'_>, row: &RosterRow, ends: Option<DateTime<Utc>>, other_role: bool) -> Result<(), ApiError> {
    let Some(role) = row.role_id else { return Ok(()) };
    let now = tx.now()?;
    if rows_roster::shared(tx.conn(), role, row.id, now)? {
        if other_role {
            rows_roster::release(tx.conn(), row.id)?;
        }
        return Ok(());
    }
    if other_role {
        grant::end(tx, role)?;
        rows_roster::release(tx.conn(), row.id)?;
        return Ok(());
    }
    if let Some(held) = rows_role::lock(tx.conn(), role)?
        && held.ends_at != ends
    {
        let ends = ends.map(|ends| ends.max(held.starts_at));
        grant::set_end(tx, &held, ends)?;
    }
    Ok(())
}

/// Takes a row off the roster: its role ends now. False when there is no such row in force.
pub fn roster_revoke(tx: &mut Tx<'_>, id: RosterRowId) -> Result<bool, ApiError> {
    let Some(row) = rows_roster::lock(tx.conn(), id)?.filter(|row| row.revoked_at.is_none()) else { return Ok(false) };
    let now = tx.now()?;
    follow(tx, &row, None, true)?;
    let fields = RosterFields {
        phone_sealed: &row.phone_sealed,
        phone_lookup: &row.phone_lookup,
        name_sealed: row.name_sealed.as_deref(),
        name_lookup: row.name_lookup.as_deref(),
        role: &row.role,
        grid_unit_id: row.grid_unit_id,
        organization_id: row.organization_id,
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        revoked_at: Some(now),
    };
    rows_roster::update(tx.conn(), id, &fields)?;
    let mut audit = Audit::new("roster_end", "roster_row", id.0).after(json!({"revoked": true}));
    if let Some(unit) = row.grid_unit_id {
        audit = audit.at(unit);
    }
    tx.audit(audit)?;
    Ok(true)
}

/// Gives a person every open row of their phone.
pub(super) fn adopt_by_phone(tx: &mut Tx<'_>, ring: &KeyRing, who: PersonId, lookup: &[u8]) -> Result<(), ApiError> {
    let now = tx.now()?;
    for row in rows_roster::lock_open_of_phone(tx.conn(), lookup, now)? {
        adopt(tx, ring, &row, who)?;
    }
    Ok(())
}

/// Makes a row a person's; one that would make a security auditor an administrator stays open.
fn adopt(tx: &mut Tx<'_>, ring: &KeyRing, row: &RosterRow, who: PersonId) -> Result<(), ApiError> {
    let Some(role) = Role::parse(&row.role) else { return Ok(()) };
    let now = tx.now()?;
    if grant::excluded(tx.conn(), who, role, now)? {
        return Ok(());
    }
    let granted = grant::grant(
        tx,
        &Grant {
            person: who,
            role,
            unit: row.grid_unit_id,
            organization: row.organization_id,
            source: RoleSource::Roster,
            starts: Some(row.starts_at),
            ends: row.ends_at,
        },
    )?;
    rows_roster::adopt(tx.conn(), row.id, who, granted, now)?;
    if let Some(sealed) = &row.name_sealed {
        let name = ring.open(&place("name", row.id), sealed).map_err(ApiError::internal)?;
        let sealed = person::seal(ring, "name", who, &name)?;
        rows::set_missing_name(tx.conn(), who, &sealed)?;
    }
    if role == Role::NewEmployment
        && let Some(unit) = row.grid_unit_id
    {
        registration::confirm_by_roster(tx, who, unit, granted)?;
    }
    tx.audit(Audit::new("roster_adopt", "roster_row", row.id.0).after(json!({"person": who, "role": row.role})))?;
    Ok(())
}

/// Issues the one-time code of a row for a person with another phone: eight digits, ten minutes, shown once.
pub(super) fn issue_code(tx: &mut Tx<'_>, ring: &KeyRing, id: RosterRowId) -> Result<String, ApiError> {
    let row = rows_roster::lock(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let now = tx.now()?;
    if row.adopted_by.is_some() || row.revoked_at.is_some() || row.ends_at.is_some_and(|ends| ends <= now) {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let code = random_digits(8).map_err(ApiError::internal)?;
    rows_roster::set_code(tx.conn(), id, &ring.code_hash("roster_code", &code), now + Duration::minutes(10))?;
    let mut audit = Audit::new("roster_code_issue", "roster_row", id.0);
    if let Some(unit) = row.grid_unit_id {
        audit = audit.at(unit);
    }
    tx.audit(audit)?;
    Ok(code)
}

/// A person's tries: the code alone names the row, so three are counted per person.
const TRY: AttemptLimit = AttemptLimit { kind: "roster_code", tries: 3, window: 600 };

/// Takes the row of a one-time code. The person must have bound a phone of their own.
pub(super) async fn use_code(db: &Db, ring: Arc<KeyRing>, once: Once, who: PersonId, code: String) -> Result<Done<()>, ApiError> {
    limits::count_person(db, &ring, TRY, who).await?;
    db.once(once, move |mut tx| -> Result<_, ApiError> {
        if person::phone_lookup(tx.conn(), who)?.is_none() {
            return Err(ApiError::of(&PHONE_REQUIRED));
        }
        let now = tx.now()?;
        let hash = ring.code_hash("roster_code", &code);
        let row = rows_roster::lock_by_code(tx.conn(), &hash, now)?.ok_or_else(|| ApiError::of(&CODE_WRONG))?;
        adopt(&mut tx, &ring, &row, who)?;
        Ok(tx.done(())?)
    })
    .await
}

/// A row as staff see it: `(name masked, phone masked)`.
pub(super) fn masked(ring: &KeyRing, row: &RosterRow) -> Result<(Option<String>, String), ApiError> {
    let open = |column: &str, sealed: &[u8]| ring.open(&place(column, row.id), sealed).map_err(ApiError::internal);
    let name = row.name_sealed.as_deref().map(|sealed| open("name", sealed)).transpose()?.map(|name| mask_name(&name));
    Ok((name, mask_phone(&open("phone", &row.phone_sealed)?)))
}

/// Finds the row's place for the scope check.
pub(super) fn unit_of(
    connection: &mut diesel::PgConnection,
    id: RosterRowId,
) -> DbResult<Option<(RosterRow, Option<crate::grid::GridPath>)>> {
    let Some(row) = rows_roster::find(connection, id)? else { return Ok(None) };
    let path = match row.grid_unit_id {
        Some(unit) => crate::grid::unit_find(connection, unit)?.map(|unit| unit.path),
        None => None,
    };
    Ok(Some((row, path)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_changes_its_role_only_when_whose_what_or_where_changes() {
        let ring = KeyRing::ephemeral().unwrap();
        let start = DateTime::<Utc>::UNIX_EPOCH;
        let entry = RosterEntry {
            key: "1".to_owned(),
            phone: Phone::parse("19900000001").unwrap(),
            name: Some("工作人员甲".to_owned()),
            role: Role::GridWorker,
            unit: Some(GridUnitId::new()),
            organization: None,
            starts_at: start,
            ends_at: None,
        };
        let (phone, name) = (entry.phone.lookup(&ring), ring.lookup("name", "工作人员甲"));
        let row = RosterRow {
            id: RosterRowId::new(),
            phone_sealed: Vec::new(),
            phone_lookup: phone.clone(),
            name_sealed: None,
            name_lookup: Some(name.clone()),
            role: "grid_worker".to_owned(),
            grid_unit_id: entry.unit,
            organization_id: None,
            starts_at: start,
            ends_at: None,
            adopted_by: None,
            role_id: None,
            code_expires_at: None,
            revoked_at: None,
        };
        let of = |row: &RosterRow, entry: &RosterEntry| change(row, entry, &phone, Some(&name));
        assert_eq!(of(&row, &entry), Change::Nothing);
        assert_eq!(of(&row, &RosterEntry { ends_at: Some(start), ..entry.clone() }), Change::End);
        assert_eq!(change(&row, &entry, &phone, None), Change::End, "a new name keeps the role");
        assert_eq!(of(&row, &RosterEntry { unit: None, ..entry.clone() }), Change::Role);
        assert_eq!(of(&row, &RosterEntry { role: Role::BuildingHead, ..entry.clone() }), Change::Role);
        assert_eq!(change(&row, &entry, b"other", Some(&name)), Change::Role);
        assert_eq!(of(&RosterRow { revoked_at: Some(start), ..row }, &entry), Change::Role, "a row that comes back");
    }
}
