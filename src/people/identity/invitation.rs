//! Invitations: a code that gives a role once to whoever shows it. The first administrator gets one from the command line, a merchant's
//! owner gives them to clerks.

use base::attempts::AttemptLimit;
use base::db::{Audit, Db, Done, Once, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::keys::{KeyRing, random, secret_hash};
use chrono::Duration;
use serde_json::json;

use super::grant::{self, Grant, RoleSource};
use super::role::Role;
use super::rows_registration::{self as rows, NewInvitationRow};
use super::{INVITATION_INVALID, InvitationId, RoleId, limits};

/// An invitation to be made.
#[derive(Debug, Clone, Copy)]
pub struct Invitation {
    /// Its id, made before.
    pub id: InvitationId,
    /// The role.
    pub role: Role,
    /// Bound to this unit.
    pub unit: Option<GridUnitId>,
    /// Bound to this organization.
    pub organization: Option<OrganizationId>,
    /// How long it is open.
    pub hours: i64,
}

/// Letters that are not mistaken for one another (Crockford's base 32).
const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// 26 letters in groups: 130 random bits, so a hash is enough to store it by.
fn new_code() -> Result<String, ApiError> {
    let bytes = random::<26>().map_err(ApiError::internal)?;
    let mut code = String::with_capacity(32);
    for (index, byte) in bytes.iter().enumerate() {
        if index > 0 && index % 5 == 0 {
            code.push('-');
        }
        let letter = LETTERS.get(usize::from(byte % 32)).copied().unwrap_or(b'0');
        code.push(char::from(letter));
    }
    Ok(code)
}

/// Drops what people add when they copy a code.
fn normal(code: &str) -> String {
    code.chars()
        .filter(|c| !matches!(c, ' ' | '-'))
        .map(|c| match c.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            other => other,
        })
        .collect()
}

/// Makes an invitation and returns its code, which is never shown again.
pub fn invite(tx: &mut Tx<'_>, invitation: &Invitation) -> Result<String, ApiError> {
    let code = new_code()?;
    let now = tx.now()?;
    let row = NewInvitationRow {
        id: invitation.id,
        role: invitation.role.name(),
        grid_unit_id: invitation.unit,
        organization_id: invitation.organization,
        code_hash: &secret_hash(&normal(&code)),
        created_by: tx.context().principal.person(),
        created_at: now,
        expires_at: now + Duration::hours(invitation.hours.clamp(1, 24 * 7)),
    };
    rows::invitation_insert(tx.conn(), &row)?;
    let mut audit = Audit::new("invitation_create", "invitation", invitation.id.0)
        .after(json!({"role": invitation.role.name(), "organization": invitation.organization}));
    if let Some(unit) = invitation.unit {
        audit = audit.at(unit);
    }
    tx.audit(audit)?;
    Ok(code)
}

/// Tries of one person.
const TRY: AttemptLimit = AttemptLimit { kind: "invitation", tries: 10, window: 600 };

/// Takes an invitation; the same person again gets the same role.
pub(super) async fn accept(db: &Db, ring: &KeyRing, once: Once, who: PersonId, code: &str) -> Result<Done<RoleId>, ApiError> {
    limits::count_person(db, ring, TRY, who).await?;
    let hash = secret_hash(&normal(code));
    let taken = hash.clone();
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            let role = take(&mut tx, who, &hash)?;
            Ok(tx.done(role)?)
        })
        .await?;
    if done.value.is_some() {
        return Ok(done);
    }
    let role = db.read(move |connection| rows::invitation_role(connection, &taken)).await?;
    Ok(Done { value: role, ..done })
}

fn take(tx: &mut Tx<'_>, who: PersonId, hash: &[u8]) -> Result<RoleId, ApiError> {
    let invalid = || ApiError::of(&INVITATION_INVALID);
    let row = rows::invitation_lock(tx.conn(), hash)?.ok_or_else(invalid)?;
    if row.used_by == Some(who)
        && let Some(role) = row.role_id
    {
        return Ok(role);
    }
    let now = tx.now()?;
    let role = Role::parse(&row.role).filter(|_role| row.used_by.is_none() && row.expires_at > now).ok_or_else(invalid)?;
    // The operator's invitations have nobody behind them; a person's say who granted the role in their own audit row.
    let granted = grant::grant(
        tx,
        &Grant {
            person: who,
            role,
            unit: row.grid_unit_id,
            organization: row.organization_id,
            source: RoleSource::Invitation,
            starts: None,
            ends: None,
        },
    )?;
    rows::invitation_use(tx.conn(), row.id, who, granted, now)?;
    tx.audit(Audit::new("invitation_accept", "invitation", row.id.0).after(json!({"person": who, "role": row.role})))?;
    Ok(granted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_long_and_survive_being_copied_by_hand() {
        let code = new_code().unwrap();
        assert_eq!(normal(&code).len(), 26);
        assert_eq!(normal(&code), normal(&code.to_lowercase()));
        assert_eq!(normal("o1 lI-0"), "01110");
        assert_ne!(new_code().unwrap(), code);
    }
}
