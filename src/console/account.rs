//! One's own account in the console: devices, size of the type.

use actix_web::http::header::SET_COOKIE;
use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use base::db::Db;
use base::error::ApiError;
use base::page::PageQuery;
use people::identity::{self, Can, ConsoleCookies, SessionEndAll, SessionList, http::SessionView};

use super::form::Form;
use super::frame::{Frame, LARGE};
use super::times;
use super::words_frame as frame_words;

#[derive(Template)]
#[template(path = "account.html", config = "src/console/askama.toml")]
struct AccountPage<'a> {
    f: &'a Frame,
    sessions: Vec<SessionView>,
}

/// My account.
#[get("/account")]
pub async fn console_account(can: Can<SessionList>, frame: Frame, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    let window = PageQuery { limit: Some(50), cursor: None }.window()?;
    let (person, session) = (can.person(), can.actor().session);
    let page = db.read(move |connection| identity::http::sessions_of(connection, person, session, &window)).await?;
    frame.page(&AccountPage { f: &frame, sessions: page.items })
}

/// Large or normal type, for this browser.
#[post("/account/type")]
pub async fn console_type_size(
    _can: Can<SessionList>,
    frame: Frame,
    form: Form,
    cookies: Data<ConsoleCookies>,
) -> Result<HttpResponse, ApiError> {
    let seconds = if form.get("size") == "large" { 31_536_000 } else { 0 };
    let mut answer = frame.go("/console/account", frame_words::SAVED);
    answer.headers_mut().append(SET_COOKIE, cookies.set(LARGE, "1", Some(seconds)).parse().map_err(ApiError::internal)?);
    Ok(answer)
}

/// Sign out everywhere.
#[post("/account/end-all")]
pub async fn console_end_all(can: Can<SessionEndAll>, frame: Frame, _form: Form, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    identity::http::end_everywhere(&can, &db).await?;
    Ok(frame.go("/console/sign-in", frame_words::SIGNED_OUT))
}
