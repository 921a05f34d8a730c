//! Consents: versioned, given and withdrawn. A new version replaces the one in force; nothing is overwritten.

use base::db::{Audit, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::ConsentId;
use super::rows_registration as rows;

/// What is agreed to. Location and health are asked for apart from everything else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Document {
    /// 隐私政策
    Privacy,
    /// 用户协议
    Terms,
    /// 位置信息单独同意
    Location,
    /// 健康信息单独同意
    Health,
    /// 监护人同意
    Guardian,
    /// 代管账户
    ManagedAccount,
}

impl Document {
    /// As stored.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Privacy => "privacy",
            Self::Terms => "terms",
            Self::Location => "location",
            Self::Health => "health",
            Self::Guardian => "guardian",
            Self::ManagedAccount => "managed_account",
        }
    }
}

/// Records that a person agrees to a version (or that a worker heard them agree); the same version again changes nothing.
pub fn consent_give(
    tx: &mut Tx<'_>,
    id: ConsentId,
    who: PersonId,
    document: Document,
    version: &str,
    recorded_by: Option<PersonId>,
) -> Result<ConsentId, ApiError> {
    if let Some(row) = rows::consent_in_force(tx.conn(), who, document.name())?
        && row.version == version
    {
        return Ok(row.id);
    }
    let now = tx.now()?;
    rows::consent_end(tx.conn(), who, document.name(), now)?;
    rows::consent_insert(tx.conn(), id, who, (document.name(), version), recorded_by, now)?;
    tx.audit(Audit::new("consent_give", "person", who.0).after(json!({"document": document.name(), "version": version})))?;
    Ok(id)
}

/// Withdraws a consent; false when none was in force.
pub(super) fn withdraw(tx: &mut Tx<'_>, who: PersonId, document: Document) -> Result<bool, ApiError> {
    let now = tx.now()?;
    let ended = rows::consent_end(tx.conn(), who, document.name(), now)? > 0;
    if ended {
        tx.audit(Audit::new("consent_withdraw", "person", who.0).after(json!({"document": document.name()})))?;
    }
    Ok(ended)
}

/// Does a person agree to a document (any version) now?
pub fn consents_to(connection: &mut PgConnection, who: PersonId, document: Document) -> Result<bool, ApiError> {
    let rows = rows::consent_list(connection, who, None, 200)?;
    Ok(rows.iter().any(|row| row.document == document.name() && row.withdrawn_at.is_none()))
}
