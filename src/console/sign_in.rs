//! Signing in: a QR code for the phone, or in a demonstration a list of people to choose from. Whoever signs in gets a fresh session; one
//! that the browser had ends (a session that somebody else put there is worth nothing).

use actix_web::http::header::{LOCATION, SET_COOKIE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use base::db::{Context, Db, Tx};
use base::error::{self, ApiError};
use base::http::Query;
use base::ids::PersonId;
use base::keys::KeyRing;
use people::identity::{
    self, CONSOLE_PREFIX, ConsoleCookies, ConsoleLogin, console_login_of, console_login_start, console_login_take,
    console_session, console_session_end,
};
use serde::Deserialize;

use super::form::Form;
use super::frame::{self, Frame};
use super::words_frame as frame_words;
use super::{Settings, menu};
use crate::demo::{self, DemoPerson};

/// How long the browser keeps the secret of its ticket.
const BROWSER_SECONDS: i64 = 600;

/// Where to go after signing in.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Next {
    /// A page of the console; any other is the to-do list.
    pub next: Option<String>,
}

/// A page of the console, or none.
fn own_page(path: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_?=&%.".contains(c);
    (path.starts_with("/console") && !path.starts_with("/console/sign-in") && path.len() <= 400 && path.chars().all(plain))
        .then_some(path)
}

/// The sign-in that leads back to a page.
pub(super) fn path_for(page: &str) -> String {
    match own_page(page).filter(|page| *page != menu::HOME) {
        Some(page) => format!("/console/sign-in?{}", serde_urlencoded::to_string([("next", page)]).unwrap_or_default()),
        None => "/console/sign-in".to_owned(),
    }
}

#[derive(Template)]
#[template(path = "sign_in.html", config = "src/console/askama.toml")]
struct SignInPage<'a> {
    f: &'a Frame,
    next: &'a str,
    state: ConsoleLogin,
    qr: String,
    people: Vec<DemoPerson>,
}

/// What a browser shows: its secret, where its sign-in stands, and whether it is new.
struct Shown {
    browser: String,
    state: ConsoleLogin,
    new: bool,
}

/// Of the browser's own sign-in; begins one where it has none that works.
async fn shown(request: &HttpRequest, db: &Db, ring: &Data<KeyRing>, cookies: ConsoleCookies) -> Result<Shown, ApiError> {
    if let Some(browser) = cookies.browser_of(request) {
        let asked = browser.clone();
        let state = db.read(move |connection| console_login_of(connection, &asked)).await?;
        if state != ConsoleLogin::Over {
            return Ok(Shown { browser, state, new: false });
        }
    }
    let (context, ring) = (Context::anonymous(base::http::request_id(request)), ring.clone().into_inner());
    let (browser, until) = db
        .transaction(context, move |mut tx| -> Result<_, ApiError> {
            let begun = console_login_start(&mut tx, &ring)?;
            Ok(tx.done(begun)?)
        })
        .await?;
    Ok(Shown { browser, state: ConsoleLogin::Waiting(until), new: true })
}

/// The sign-in page.
#[get("/sign-in")]
pub async fn console_sign_in(
    request: HttpRequest,
    query: Query<Next>,
    (db, ring): (Data<Db>, Data<KeyRing>),
    (cookies, settings): (Data<ConsoleCookies>, Data<Settings>),
) -> Result<HttpResponse, ApiError> {
    let shown = shown(&request, &db, &ring, **cookies).await?;
    let frame = Frame::of(&request);
    // The form's token belongs to the session's cookie where there is one, else to the browser's.
    let frame =
        if cookies.session_of(&request).is_some() { frame } else { frame.with_token(frame::token_of(&ring, &shown.browser)) };
    let people = if settings.demo { db.read(demo::staff).await? } else { Vec::new() };
    let code = format!("{CONSOLE_PREFIX}{}", identity::console_ticket(&ring, &shown.browser));
    let next = query.next.as_deref().and_then(own_page).unwrap_or(menu::HOME);
    let mut answer = frame.page(&SignInPage { f: &frame, next, state: shown.state, qr: people::qr::svg(&code)?, people })?;
    if shown.new {
        let cookie = cookies.set(cookies.browser(), &shown.browser, Some(BROWSER_SECONDS));
        answer.headers_mut().append(SET_COOKIE, cookie.parse().map_err(ApiError::internal)?);
    }
    Ok(answer)
}

/// Opens a session by `begin` and sends the browser on; the one that it had before ends.
async fn enter(
    request: &HttpRequest,
    form: &Form,
    db: &Db,
    cookies: ConsoleCookies,
    begin: impl Fn(&mut Tx<'_>) -> Result<Option<String>, ApiError> + Send + 'static,
) -> Result<HttpResponse, ApiError> {
    let (context, before) = (Context::anonymous(base::http::request_id(request)), cookies.session_of(request));
    let secret = db
        .transaction(context, move |mut tx| -> Result<_, ApiError> {
            let secret = begin(&mut tx)?;
            if let (Some(before), Some(_)) = (&before, &secret) {
                console_session_end(&mut tx, before)?;
            }
            Ok(tx.done(secret)?)
        })
        .await?;
    let next = own_page(form.get("next")).unwrap_or(menu::HOME);
    let Some(secret) = secret else {
        return Ok(HttpResponse::SeeOther().insert_header((LOCATION, path_for(next))).finish());
    };
    let mut answer = HttpResponse::SeeOther();
    answer.append_header((SET_COOKIE, cookies.set(cookies.session(), &secret, None)));
    answer.append_header((SET_COOKIE, cookies.set(cookies.browser(), "", Some(0))));
    Ok(answer.insert_header((LOCATION, next)).finish())
}

/// The browser takes the session that the phone confirmed.
#[post("/sign-in/take")]
pub async fn console_sign_in_take(
    request: HttpRequest,
    form: Form,
    db: Data<Db>,
    cookies: Data<ConsoleCookies>,
) -> Result<HttpResponse, ApiError> {
    let browser = cookies.browser_of(&request).unwrap_or_default();
    enter(&request, &form, &db, **cookies, move |tx| console_login_take(tx, &browser)).await
}

/// Signs in as somebody of the demonstration.
#[post("/sign-in/demo")]
pub async fn console_sign_in_demo(
    request: HttpRequest,
    form: Form,
    db: Data<Db>,
    (cookies, settings): (Data<ConsoleCookies>, Data<Settings>),
) -> Result<HttpResponse, ApiError> {
    let not_found = || ApiError::of(&error::NOT_FOUND);
    if !settings.demo {
        return Err(not_found());
    }
    let person: PersonId = form.get("person").parse().map_err(|_no_id| not_found())?;
    let listed = db.read(demo::staff).await?.iter().any(|one| one.person == person.0);
    if !listed {
        return Err(not_found());
    }
    enter(&request, &form, &db, **cookies, move |tx| console_session(tx, person).map(Some)).await
}

/// Signs out of the console on this computer.
#[post("/sign-out")]
pub async fn console_sign_out(
    request: HttpRequest,
    frame: Frame,
    _form: Form,
    db: Data<Db>,
    cookies: Data<ConsoleCookies>,
) -> Result<HttpResponse, ApiError> {
    let secret = cookies.session_of(&request).unwrap_or_default();
    let context = frame.actor().map_or_else(
        || Context::anonymous(base::http::request_id(&request)),
        |actor| actor.context(base::http::request_id(&request)),
    );
    db.transaction(context, move |mut tx| -> Result<_, ApiError> {
        console_session_end(&mut tx, &secret)?;
        Ok(tx.done(())?)
    })
    .await?;
    let mut answer = frame.go("/console/sign-in", frame_words::SIGNED_OUT);
    answer.headers_mut().append(SET_COOKIE, cookies.set(cookies.session(), "", Some(0)).parse().map_err(ApiError::internal)?);
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_signing_in_only_pages_of_the_console_follow() {
        assert_eq!(own_page("/console/requests?state=open"), Some("/console/requests?state=open"));
        for bad in [
            "//evil.example",
            "/api/v1/me",
            "https://evil.example/console",
            "/console/\r\nX: y",
            "/console/sign-in?next=/console",
        ] {
            assert_eq!(own_page(bad), None, "{bad}");
        }
        assert_eq!(path_for("/console/requests?a=b"), "/console/sign-in?next=%2Fconsole%2Frequests%3Fa%3Db");
    }
}
