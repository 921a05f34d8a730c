//! What every page has around its own content: who looks at it, the menu, the token of its forms, a message left by the page before.

use std::borrow::Borrow;
use std::sync::Arc;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_TYPE, LOCATION, SET_COOKIE};
use actix_web::web::Data;
use actix_web::{FromRequest, HttpMessage as _, HttpRequest, HttpResponse};
use askama::Template;
use base::error::ApiError;
use base::http::{Lang, OwnFormat, cookie};
use base::keys::KeyRing;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::future::{Ready, ready};
use people::identity::{Actor, ConsoleCookies, Role};

use super::menu::{self, Entry};
use super::said::Said;
use super::{Settings, assets};
use crate::demo::practice;

/// Cookie of the message that the next page shows.
const FLASH: &str = "palm_flash";
/// Cookie of the large type.
pub(super) const LARGE: &str = "palm_large";
/// Longest message, in characters, so that it fits into a cookie.
const LONGEST_FLASH: usize = 45;

/// The frame of one page.
pub(crate) struct Frame {
    actor: Option<Arc<Actor>>,
    csrf: String,
    flash: Option<String>,
    lang: Lang,
    large: bool,
    demo: bool,
    path: String,
    cookies: ConsoleCookies,
}

/// The token that a form of this browser must bring: made from its cookie, which no other site can read or send along.
pub(super) fn form_token(request: &HttpRequest) -> String {
    let (ring, cookies) = (request.app_data::<Data<KeyRing>>(), request.app_data::<Data<ConsoleCookies>>());
    let Some((ring, cookies)) = ring.zip(cookies) else { return String::new() };
    let secret = cookies.session_of(request).or_else(|| cookies.browser_of(request));
    secret.map_or_else(String::new, |secret| token_of(ring, &secret))
}

/// The form token that belongs to a cookie.
pub(super) fn token_of(ring: &KeyRing, secret: &str) -> String {
    URL_SAFE_NO_PAD.encode(ring.code_hash("console_form", secret))
}

impl Frame {
    /// That of a request.
    pub(crate) fn of(request: &HttpRequest) -> Self {
        let settings = request.app_data::<Data<Settings>>().map(|settings| ***settings);
        let flash = cookie(request, FLASH).and_then(|text| URL_SAFE_NO_PAD.decode(text).ok());
        Self {
            actor: request.extensions().get::<Arc<Actor>>().cloned(),
            csrf: form_token(request),
            flash: flash.and_then(|bytes| String::from_utf8(bytes).ok()),
            lang: Lang::of(request),
            large: cookie(request, LARGE).is_some(),
            demo: settings.is_some_and(|settings| settings.demo),
            path: request.path().to_owned(),
            cookies: request.app_data::<Data<ConsoleCookies>>().map_or(ConsoleCookies { secure: true }, |cookies| ***cookies),
        }
    }

    /// A text in the reader's language.
    pub(crate) fn t(&self, said: impl Borrow<Said>) -> &'static str {
        said.borrow().of(self.lang)
    }

    /// The reader's language.
    pub(crate) const fn lang(&self) -> Lang {
        self.lang
    }

    /// For `<html lang>`.
    pub(crate) const fn lang_name(&self) -> &'static str {
        self.lang.pick("zh-CN", "en")
    }

    /// Is this a demonstration?
    pub(crate) const fn demo(&self) -> bool {
        self.demo
    }

    /// Does the reader want large type?
    pub(crate) const fn large(&self) -> bool {
        self.large
    }

    /// Does the reader work in the practice community?
    pub(crate) fn practises(&self) -> bool {
        let paths = self.actor.iter().flat_map(|actor| actor.roles.iter().filter_map(|held| held.path.as_ref()));
        paths.into_iter().any(practice::is_practice)
    }

    /// Is somebody signed in?
    pub(crate) const fn signed_in(&self) -> bool {
        self.actor.is_some()
    }

    /// Whoever is signed in.
    pub(crate) fn actor(&self) -> Option<&Actor> {
        self.actor.as_deref()
    }

    /// The message left by the page before.
    pub(crate) fn flash(&self) -> Option<&str> {
        self.flash.as_deref()
    }

    /// What the reader is, in words.
    pub(crate) fn roles(&self) -> String {
        let mut roles: Vec<Role> = self.actor.iter().flat_map(|actor| actor.roles.iter().map(|held| held.role)).collect();
        roles.sort();
        roles.dedup();
        roles.iter().map(|role| role.zh()).collect::<Vec<_>>().join("、")
    }

    /// The entries of the menu that this reader may use.
    pub(crate) fn menu(&self) -> Vec<&'static Entry> {
        let Some(actor) = self.actor.as_deref() else { return Vec::new() };
        menu::ENTRIES.iter().filter(|entry| (entry.may)(actor)).collect()
    }

    /// Is this the menu's page, or one below it?
    pub(crate) fn at(&self, entry: &Entry) -> bool {
        let path = self.path.trim_end_matches('/');
        path == entry.path || (entry.path != menu::HOME && path.starts_with(&format!("{}/", entry.path)))
    }

    /// The hidden fields of a form: its token, and a fresh idempotency key. Both are letters and digits of our own making.
    pub(crate) fn hidden(&self) -> String {
        let key = uuid::Uuid::new_v4().simple();
        format!(r#"<input type="hidden" name="csrf" value="{}"><input type="hidden" name="key" value="{key}">"#, self.csrf)
    }

    /// The same frame whose forms bring the token of a cookie that is only being set.
    pub(super) fn with_token(mut self, token: String) -> Self {
        self.csrf = token;
        self
    }

    /// Where the style sheet is.
    pub(crate) fn css(&self) -> String {
        assets::CSS.path()
    }

    /// Where the script is.
    pub(crate) fn js(&self) -> String {
        assets::JS.path()
    }

    /// Where the mark is.
    pub(crate) fn icon(&self) -> String {
        assets::ICON.path()
    }

    /// The page as an answer.
    pub(crate) fn page(&self, page: &impl Template) -> Result<HttpResponse, ApiError> {
        self.page_with(StatusCode::OK, page)
    }

    /// The page as an answer with another status: after a refusal, with what was typed.
    pub(crate) fn page_with(&self, status: StatusCode, page: &impl Template) -> Result<HttpResponse, ApiError> {
        let html = page.render().map_err(ApiError::internal)?;
        let mut answer = HttpResponse::build(status);
        answer.insert_header((CONTENT_TYPE, "text/html; charset=utf-8"));
        if self.flash.is_some() {
            answer.append_header((SET_COOKIE, self.cookies.set(FLASH, "", Some(0))));
        }
        let mut answer = answer.body(html);
        // A refusal that is a page already: nobody renders it anew.
        answer.extensions_mut().insert(OwnFormat);
        Ok(answer)
    }

    /// After a write: the browser gets this page, which shows the message once.
    pub(crate) fn go(&self, to: &str, message: Said) -> HttpResponse {
        self.go_saying(to, self.t(message))
    }

    /// Like `go`, with a message of this one case.
    pub(crate) fn go_saying(&self, to: &str, message: &str) -> HttpResponse {
        let short: String = message.chars().take(LONGEST_FLASH).collect();
        let flash = self.cookies.set(FLASH, &URL_SAFE_NO_PAD.encode(short), Some(60));
        HttpResponse::SeeOther().insert_header((LOCATION, to)).append_header((SET_COOKIE, flash)).finish()
    }
}

impl FromRequest for Frame {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Ok(Self::of(request)))
    }
}
