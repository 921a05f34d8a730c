//! Signing in to the staff console on a computer: no password. The page shows a ticket as a QR code, the person confirms it in the mini
//! program, and only the browser that showed it can take the session: its cookie holds the secret from which the ticket is made.
//!
//! A console session is a row of `sessions` like any other, so that "my sessions", signing out everywhere and the end of a role hold for
//! it too. It lives 12 hours at most and ends 30 minutes after its last use. Its cookie opens nothing but the console: it is no refresh
//! token, and the API doesn't look at cookies.

use base::db::{Audit, Context, Db, Tx};
use base::error::ApiError;
use base::ids::{PersonId, RequestId, SessionId};
use base::keys::{KeyRing, random_token, secret_hash};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;
use serde_json::json;

use super::rows_console::{self, NewLogin};
use super::rows_session::{self, NewSession};
use super::{CONSOLE_TICKET_INVALID, ConsoleLoginId, rows};

/// What stands before the ticket in the QR code, so that the mini program knows what it scanned.
pub const CONSOLE_PREFIX: &str = "palm-console:";
/// How long a ticket works.
const TICKET: Duration = Duration::minutes(2);
/// How long a session may last, and how long without use.
const LONGEST: Duration = Duration::hours(12);
const IDLE: Duration = Duration::minutes(30);
/// A use is noted at most this often.
const NOTED: Duration = Duration::minutes(1);
/// What the list of sessions says.
const DEVICE: &str = "电脑工作台";

/// The ticket that a browser shows: made from its secret, which can't be found from it.
pub fn console_ticket(ring: &KeyRing, browser: &str) -> String {
    URL_SAFE_NO_PAD.encode(ring.code_hash("console_ticket", browser))
}

/// Begins a sign-in: `(secret for the browser's cookie, until when the ticket works)`.
pub fn console_login_start(tx: &mut Tx<'_>, ring: &KeyRing) -> Result<(String, DateTime<Utc>), ApiError> {
    let browser = random_token().map_err(ApiError::internal)?;
    let (id, now) = (ConsoleLoginId::new(), tx.now()?);
    let login = NewLogin {
        id,
        ticket_hash: &secret_hash(&console_ticket(ring, &browser)),
        browser_hash: &secret_hash(&browser),
        created_at: now,
        expires_at: now + TICKET,
    };
    rows_console::insert(tx.conn(), &login)?;
    tx.audit(Audit::new("console_login_create", "console_login", id.0).after(json!({"expires_at": login.expires_at})))?;
    Ok((browser, now + TICKET))
}

/// Confirms a ticket on the phone. Confirmed by the same person before: nothing happens.
pub(super) fn confirm(tx: &mut Tx<'_>, person: PersonId, ticket: &str) -> Result<(), ApiError> {
    let refused = || ApiError::of(&CONSOLE_TICKET_INVALID);
    let ticket = ticket.strip_prefix(CONSOLE_PREFIX).unwrap_or(ticket);
    let login = rows_console::lock_by_ticket(tx.conn(), &secret_hash(ticket))?.ok_or_else(refused)?;
    let now = tx.now()?;
    match login.confirmed_by {
        Some(by) if by == person => return Ok(()),
        Some(_) => return Err(refused()),
        None if login.expires_at <= now => return Err(refused()),
        None => rows_console::confirm(tx.conn(), login.id, person, now)?,
    }
    tx.audit(Audit::new("console_login_confirm", "console_login", login.id.0).after(json!({"person": person})))?;
    Ok(())
}

/// Where the sign-in of a browser stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConsoleLogin {
    /// The ticket is shown until then.
    Waiting(DateTime<Utc>),
    /// Confirmed: the browser may take its session.
    Confirmed,
    /// Expired, used, or never begun.
    Over,
}

/// Where the sign-in of a browser stands.
pub fn console_login_of(connection: &mut PgConnection, browser: &str) -> Result<ConsoleLogin, ApiError> {
    let now = base::db::now(connection)?;
    let login = rows_console::by_browser(connection, &secret_hash(browser))?;
    Ok(login.map_or(ConsoleLogin::Over, |login| stands(&login, now)))
}

fn stands(login: &rows_console::LoginRow, now: DateTime<Utc>) -> ConsoleLogin {
    match (login.used_at, login.confirmed_by) {
        // Confirmed in time, taken a little later: the page may have slept.
        (None, Some(_)) if now < login.expires_at + TICKET => ConsoleLogin::Confirmed,
        (None, None) if now < login.expires_at => ConsoleLogin::Waiting(login.expires_at),
        _ => ConsoleLogin::Over,
    }
}

/// The browser takes its session, once: the secret for its cookie. `None`: there is nothing to take.
pub fn console_login_take(tx: &mut Tx<'_>, browser: &str) -> Result<Option<String>, ApiError> {
    let Some(login) = rows_console::lock_by_browser(tx.conn(), &secret_hash(browser))? else { return Ok(None) };
    let now = tx.now()?;
    let (ConsoleLogin::Confirmed, Some(person)) = (stands(&login, now), login.confirmed_by) else { return Ok(None) };
    rows_console::used(tx.conn(), login.id, now)?;
    console_session(tx, person).map(Some)
}

/// A console session; its cookie's secret. Routes lead here only after a confirmed ticket, or in a demo.
pub fn console_session(tx: &mut Tx<'_>, person: PersonId) -> Result<String, ApiError> {
    let secret = random_token().map_err(ApiError::internal)?;
    let (id, now) = (SessionId::new(), tx.now()?);
    let row = NewSession {
        id,
        person_id: person,
        device: DEVICE,
        refresh_hash: &secret_hash(&secret),
        rotated_at: now,
        created_at: now,
        expires_at: now + IDLE,
        kind: "console",
    };
    rows_session::insert(tx.conn(), &row)?;
    rows::seen(tx.conn(), person, now)?;
    tx.audit(Audit::new("console_session_create", "session", id.0).after(json!({"person": person})))?;
    Ok(secret)
}

/// Ends the console session of a cookie: at signing out, and before another begins in the same browser.
pub fn console_session_end(tx: &mut Tx<'_>, secret: &str) -> Result<(), ApiError> {
    let Some((id, ..)) = rows_console::session(tx.conn(), &secret_hash(secret))? else { return Ok(()) };
    let now = tx.now()?;
    rows_session::end(tx.conn(), id, "signed out", now)?;
    tx.audit(Audit::new("session_end", "session", id.0))?;
    Ok(())
}

/// Whose session a cookie opens. `used` counts as a use, which keeps it alive; a page that polls by itself isn't one.
pub(super) async fn holder(db: &Db, secret: String, used: bool) -> Result<Option<(PersonId, SessionId)>, ApiError> {
    let hash = secret_hash(&secret);
    let found = db
        .read(move |connection| -> Result<_, ApiError> {
            let now = base::db::now(connection)?;
            Ok(rows_console::session(connection, &hash)?.map(|found| (found, now)))
        })
        .await?;
    let Some(((session, person, created, last), now)) = found else { return Ok(None) };
    if used && now - last >= NOTED {
        let context = Context { principal: base::db::Principal::Person(person, session), request: RequestId::new() };
        let expires = (now + IDLE).min(created + LONGEST);
        db.transaction(context, move |mut tx| -> Result<_, ApiError> {
            rows_console::touch(tx.conn(), session, now, expires)?;
            Ok(tx.done(())?)
        })
        .await?;
    }
    Ok(Some((person, session)))
}
