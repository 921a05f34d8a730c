//! Sign-in by a WeChat login code, rotation of refresh tokens, sign-out. WeChat is asked before the transaction, with no connection
//! held, so a slow WeChat never eats the pool.

use std::net::IpAddr;
use std::sync::Arc;

use base::clients::wechat::{Errcode, WeChat, WeChatError};
use base::db::{Audit, Context, Db, Tx};
use base::error::{self, ApiError};
use base::ids::{PersonId, SessionId};
use base::keys::{KeyRing, random_token, secret_hash};
use chrono::Duration;
use serde::Serialize;
use serde_json::json;

use super::limits::{self, CodeLimits};
use super::refresh::{self, Rotation};
use super::rows_session::{self, NewSession};
use super::{LOGIN_CODE_INVALID, REFRESH_TOKEN_INVALID, WECHAT_BLOCKED, WECHAT_UNAVAILABLE, person, rows, token};

/// How long a session lives without use.
const IDLE_DAYS: i64 = 90;

/// The tokens of a session.
#[derive(Debug, Clone, Serialize, utoipa::ToSchema)]
pub struct Tokens {
    /// Send it as `Authorization: Bearer …`.
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: String,
    /// Seconds until the access token ends.
    pub expires_in: i64,
    /// Get the next pair with it; each works once.
    pub refresh_token: String,
    /// The session.
    pub session_id: SessionId,
    /// The person.
    pub person_id: PersonId,
}

fn tokens(ring: &KeyRing, person: PersonId, session: SessionId, refresh: String, seconds: i64) -> Result<Tokens, ApiError> {
    Ok(Tokens {
        access_token: token::sign(ring, person, session, seconds).map_err(ApiError::internal)?,
        token_type: "Bearer".to_owned(),
        expires_in: seconds,
        refresh_token: refresh,
        session_id: session,
        person_id: person,
    })
}

/// What a sign-in needs from the process.
pub(super) struct SignIn<'a> {
    pub(super) db: &'a Db,
    pub(super) ring: Arc<KeyRing>,
    pub(super) wechat: &'a WeChat,
    pub(super) limits: CodeLimits,
}

/// What the caller is told of a refused or failed login at WeChat.
fn refused(error: WeChatError) -> ApiError {
    let code = match &error {
        WeChatError::Refused(Errcode::CodeInvalid | Errcode::CodeUsed) => &LOGIN_CODE_INVALID,
        WeChatError::Refused(Errcode::RiskyUser) => &WECHAT_BLOCKED,
        WeChatError::Refused(Errcode::TooOften) => &error::TOO_MANY_REQUESTS,
        _ => &WECHAT_UNAVAILABLE,
    };
    ApiError::of(code).because(error)
}

impl SignIn<'_> {
    /// The openid of a login code; counts tries by address and by openid.
    pub(super) async fn openid(&self, address: Option<IpAddr>, code: &str) -> Result<String, ApiError> {
        limits::count_address(self.db, &self.ring, self.limits.login_address, address).await?;
        let identity = self.wechat.login(code).await.map_err(refused)?;
        limits::count(self.db, self.limits.login_openid, self.ring.lookup("openid", &identity.openid)).await?;
        Ok(identity.openid)
    }

    /// Signs in by login code: `(tokens, is the person new)`.
    pub(super) async fn run(
        &self,
        context: Context,
        address: Option<IpAddr>,
        code: &str,
        device: String,
    ) -> Result<(Tokens, bool), ApiError> {
        let openid = self.openid(address, code).await?;
        let ring = Arc::clone(&self.ring);
        self.db
            .transaction(context, move |mut tx| -> Result<_, ApiError> {
                let (person, new) = person::of_openid(&mut tx, &ring, &openid)?;
                let opened = open_session(&mut tx, &ring, person, &device, token::LIFETIME)?;
                Ok(tx.done((opened, new))?)
            })
            .await
    }
}

/// Opens a session: its tokens are shown once.
fn open_session(tx: &mut Tx<'_>, ring: &KeyRing, person: PersonId, device: &str, seconds: i64) -> Result<Tokens, ApiError> {
    let session = SessionId::new();
    let refresh = random_token().map_err(ApiError::internal)?;
    let now = tx.now()?;
    let row = NewSession {
        id: session,
        person_id: person,
        device,
        refresh_hash: &secret_hash(&refresh),
        rotated_at: now,
        created_at: now,
        expires_at: now + Duration::days(IDLE_DAYS),
        kind: "app",
    };
    rows_session::insert(tx.conn(), &row)?;
    rows::seen(tx.conn(), person, now)?;
    tx.audit(Audit::new("session_create", "session", session.0).after(json!({"person": person})))?;
    tokens(ring, person, session, refresh, seconds)
}

/// A session without WeChat, for the demo and the command line only: no route leads here. The access token lives `hours`.
pub fn demo_session(tx: &mut Tx<'_>, ring: &KeyRing, person: PersonId, hours: i64) -> Result<Tokens, ApiError> {
    open_session(tx, ring, person, "demo", hours * 3600)
}

/// Exchanges a refresh token for the next pair. Reuse commits the end of the session and is then refused.
pub(super) async fn refresh(db: &Db, ring: Arc<KeyRing>, context: Context, presented: String) -> Result<Tokens, ApiError> {
    let rotated = db
        .transaction(context, move |mut tx| -> Result<_, ApiError> {
            let turned = turn(&mut tx, &ring, &presented)?;
            Ok(tx.done(turned)?)
        })
        .await?;
    rotated.ok_or_else(|| ApiError::of(&REFRESH_TOKEN_INVALID))
}

fn turn(tx: &mut Tx<'_>, ring: &KeyRing, presented: &str) -> Result<Option<Tokens>, ApiError> {
    let hash = secret_hash(presented);
    let known = match rows_session::lock_by_hash(tx.conn(), &hash)? {
        Some(session) => Some(session),
        None => rows_session::lock_by_hashes(tx.conn(), &refresh::descendants(ring, presented))?,
    };
    let Some(session) = known else { return Ok(None) };
    let now = tx.now()?;
    let next = refresh::successor(ring, presented);
    match refresh::decide(&session, &hash, now) {
        Rotation::Rotate => {
            rows_session::rotate(tx.conn(), &session, &secret_hash(&next), now, now + Duration::days(IDLE_DAYS))?;
            tx.audit(Audit::new("session_refresh", "session", session.id.0).after(json!({"person": session.person_id})))?;
        }
        Rotation::Repeat => {
            rows_session::count_repeat(tx.conn(), session.id)?;
            tx.audit(Audit::new("session_refresh_repeat", "session", session.id.0).after(json!({"person": session.person_id})))?;
        }
        Rotation::Reused => {
            rows_session::end(tx.conn(), session.id, "refresh token used twice", now)?;
            tx.audit(Audit::new("session_revoke", "session", session.id.0).after(json!({"person": session.person_id})))?;
            return Ok(None);
        }
        Rotation::Over => return Ok(None),
    }
    tokens(ring, session.person_id, session.id, next, token::LIFETIME).map(Some)
}

/// Signs this device out.
pub(super) fn sign_out(tx: &mut Tx<'_>, session: SessionId) -> Result<(), ApiError> {
    let now = tx.now()?;
    rows_session::end(tx.conn(), session, "signed out", now)?;
    tx.audit(Audit::new("session_end", "session", session.0))?;
    Ok(())
}

/// Signs a person out everywhere.
pub(super) fn sign_out_everywhere(tx: &mut Tx<'_>, person: PersonId, reason: &str) -> Result<(), ApiError> {
    let now = tx.now()?;
    let ended = rows_session::end_all(tx.conn(), person, reason, now)?;
    tx.audit(Audit::new("session_end_all", "person", person.0).after(json!({"sessions": ended})))?;
    Ok(())
}
