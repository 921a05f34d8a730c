#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Sessions over HTTP: sign in, refresh, sign out, list.

use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, delete, get, post};
use base::clients::wechat::WeChat;
use base::db::{Context, Db, now};
use base::error::ApiError;
use base::http::{Problem, Query, Valid};
use base::ids::{PersonId, SessionId};
use base::keys::KeyRing;
use base::page::{Page, PageQuery, Window};
use base::text::Text;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Can;
use super::limits::CodeLimits;
use super::rows_session::{self, SessionRow};
use super::sign_in::{self, SignIn, Tokens};
use super::{SessionEnd, SessionEndAll, SessionList};

/// Sign in with the code of `wx.login`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSessionBody {
    /// Login code: single use, five minutes.
    pub code: Text<512>,
    /// Kind of device, shown in the list of sessions.
    pub device: Option<Text<80>>,
}

/// A signed-in person.
#[derive(Debug, Serialize, ToSchema)]
pub struct SignedIn {
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
    /// First sign-in ever?
    pub new_person: bool,
}

impl SignedIn {
    fn of(tokens: Tokens, new_person: bool) -> Self {
        let Tokens { access_token, token_type, expires_in, refresh_token, session_id, person_id } = tokens;
        Self { access_token, token_type, expires_in, refresh_token, session_id, person_id, new_person }
    }
}

/// Sign in.
#[utoipa::path(tag = "people", request_body = NewSessionBody, responses(
    (status = 201, body = SignedIn, description = "Signed in; a person who was unknown has been entered"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/sessions")]
pub async fn session_create(
    request: HttpRequest,
    body: Valid<NewSessionBody>,
    db: Data<Db>,
    ring: Data<KeyRing>,
    wechat: Data<WeChat>,
    limits: Data<CodeLimits>,
) -> Result<HttpResponse, ApiError> {
    let body = body.into_inner();
    let context = Context::anonymous(base::http::request_id(&request));
    let sign_in = SignIn { db: &db, ring: ring.into_inner(), wechat: &wechat, limits: **limits };
    let device = body.device.map_or_else(String::new, Text::into_string);
    let (tokens, new_person) = sign_in.run(context, base::http::peer(&request), &body.code, device).await?;
    Ok(HttpResponse::Created().insert_header(("Location", "/api/v1/me")).json(SignedIn::of(tokens, new_person)))
}

/// A refresh token.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RefreshBody {
    /// The token of the last pair.
    pub refresh_token: Text<200>,
}

/// Get the next pair of tokens.
#[utoipa::path(tag = "people", request_body = RefreshBody, responses(
    (status = 200, body = Tokens, description = "The next pair; the token sent is used up, but gives the same pair once more within 60 s"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/sessions/refresh")]
pub async fn session_refresh(
    request: HttpRequest,
    body: Valid<RefreshBody>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    let context = Context::anonymous(base::http::request_id(&request));
    let presented = body.into_inner().refresh_token.into_string();
    let tokens = sign_in::refresh(&db, Arc::clone(&ring), context, presented).await?;
    Ok(HttpResponse::Ok().json(tokens))
}

/// Sign out here.
#[utoipa::path(tag = "people", responses((status = 204, description = "Signed out on this device"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[delete("/sessions/current")]
pub async fn session_end(can: Can<SessionEnd>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    let session = can.actor().session;
    db.transaction(can.context(), move |mut tx| -> Result<_, ApiError> {
        sign_in::sign_out(&mut tx, session)?;
        Ok(tx.done(())?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Sign out everywhere.
#[utoipa::path(tag = "people", responses((status = 204, description = "Signed out on all devices"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[delete("/sessions")]
pub async fn session_end_all(can: Can<SessionEndAll>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    end_everywhere(&can, &db).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Ends all sessions of the caller.
pub async fn end_everywhere(can: &Can<SessionEndAll>, db: &Db) -> Result<(), ApiError> {
    let person = can.person();
    db.transaction(can.context(), move |mut tx| -> Result<_, ApiError> {
        sign_in::sign_out_everywhere(&mut tx, person, "signed out everywhere")?;
        Ok(tx.done(())?)
    })
    .await
}

/// A signed-in device.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    /// Id.
    pub id: SessionId,
    /// Kind of device as the client told it.
    pub device: String,
    /// Sign-in.
    pub created_at: DateTime<Utc>,
    /// Last refresh.
    pub last_used_at: DateTime<Utc>,
    /// End without further use.
    pub expires_at: DateTime<Utc>,
    /// Is it the one that asks?
    pub current: bool,
    /// One line to read out.
    pub summary: String,
}

impl SessionView {
    fn of(row: SessionRow, current: SessionId) -> Self {
        let current = row.id == current;
        let device = if row.device.is_empty() { "未知设备" } else { &row.device };
        let mark = if current { "（本机）" } else { "" };
        let summary = format!("{device}{mark}，{} 登录", base::clock::shanghai_date(row.created_at));
        Self {
            id: row.id,
            device: row.device,
            created_at: row.created_at,
            last_used_at: row.rotated_at,
            expires_at: row.expires_at,
            current,
            summary,
        }
    }
}

/// My sessions, newest first.
#[utoipa::path(tag = "people", params(PageQuery), responses((status = 200, body = Page<SessionView>, description = "My signed-in devices"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/me/sessions")]
pub async fn session_list(can: Can<SessionList>, query: Query<PageQuery>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    let window = query.window::<SessionId>()?;
    let (person, current) = (can.person(), can.actor().session);
    let page = db.read(move |connection| sessions_of(connection, person, current, &window)).await?;
    Ok(HttpResponse::Ok().json(page))
}

/// A page of a person's sessions, newest first; `current` is marked.
pub fn sessions_of(
    connection: &mut PgConnection,
    person: PersonId,
    current: SessionId,
    window: &Window<SessionId>,
) -> Result<Page<SessionView>, ApiError> {
    let now = now(connection)?;
    let rows = rows_session::list(connection, person, now, window.after, window.load())?;
    Ok(window.page(rows, |row| row.id, |row| SessionView::of(row, current)))
}
