#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Signing in to the staff console: the page begins, the phone confirms.

use actix_web::http::header::SET_COOKIE;
use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse, post};
use base::db::{Context, Db};
use base::error::ApiError;
use base::http::{Problem, cookie};
use base::keys::KeyRing;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::access::Can;
use super::console::{self, CONSOLE_PREFIX};
use super::{CONSOLE_TICKET_INVALID, ConsoleLoginConfirm};

/// The names of the console's cookies; an app datum. `__Host-` binds a cookie to this very host and to TLS, which a demo on
/// `http://localhost` hasn't: there the names go without.
#[derive(Debug, Clone, Copy)]
pub struct ConsoleCookies {
    /// Over TLS only?
    pub secure: bool,
}

impl ConsoleCookies {
    /// The session's.
    pub const fn session(self) -> &'static str {
        if self.secure { "__Host-palm_console" } else { "palm_console" }
    }

    /// That of the browser that shows a QR code.
    pub const fn browser(self) -> &'static str {
        if self.secure { "__Host-palm_console_browser" } else { "palm_console_browser" }
    }

    /// The value of `Set-Cookie`; no `seconds`: until the browser closes.
    pub fn set(self, name: &str, value: &str, seconds: Option<i64>) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let age = seconds.map_or_else(String::new, |seconds| format!("; Max-Age={seconds}"));
        format!("{name}={value}; Path=/; HttpOnly; SameSite=Strict{secure}{age}")
    }

    /// The session's secret in a request.
    pub fn session_of(self, request: &HttpRequest) -> Option<String> {
        cookie(request, self.session())
    }

    /// The browser's secret in a request.
    pub fn browser_of(self, request: &HttpRequest) -> Option<String> {
        cookie(request, self.browser())
    }
}

/// A ticket to show as a QR code.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsoleTicketView {
    /// What the QR code says; the phone sends what follows the colon.
    pub code: String,
    /// Until when: two minutes.
    pub expires_at: DateTime<Utc>,
}

/// Begin a sign-in to the console: a ticket, and a cookie for the browser that shows it.
#[utoipa::path(tag = "people", responses((status = 201, body = ConsoleTicketView, description = "show it as a QR code"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/console-logins")]
pub async fn console_login_create(
    request: HttpRequest,
    db: Data<Db>,
    ring: Data<KeyRing>,
    cookies: Data<ConsoleCookies>,
) -> Result<HttpResponse, ApiError> {
    let context = Context::anonymous(base::http::request_id(&request));
    let keys = ring.clone().into_inner();
    let (browser, expires_at) = db
        .transaction(context, move |mut tx| -> Result<_, ApiError> {
            let begun = console::console_login_start(&mut tx, &keys)?;
            Ok(tx.done(begun)?)
        })
        .await?;
    let code = format!("{CONSOLE_PREFIX}{}", console::console_ticket(&ring, &browser));
    let cookie = cookies.set(cookies.browser(), &browser, Some(600));
    Ok(HttpResponse::Created().insert_header((SET_COOKIE, cookie)).json(ConsoleTicketView { code, expires_at }))
}

/// Confirm on the phone that one is signing in to the console on a computer.
#[utoipa::path(tag = "people", params(("ticket" = String, Path, description = "what the QR code says after its colon")), responses((status = 204, description = "confirmed; the page goes on by itself"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/console-logins/{ticket}/confirm")]
pub async fn console_login_confirm(
    can: Can<ConsoleLoginConfirm>,
    ticket: Path<String>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let (person, ticket) = (can.person(), ticket.into_inner());
    if ticket.len() > 100 {
        return Err(ApiError::of(&CONSOLE_TICKET_INVALID));
    }
    db.transaction(can.context(), move |mut tx| -> Result<_, ApiError> {
        console::confirm(&mut tx, person, &ticket)?;
        Ok(tx.done(())?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}
