//! A refused form on the page that it came from: what is wrong, and what was typed.

use actix_web::http::StatusCode;
use base::error::ApiError;
use base::http::Lang;

use super::form::Form;

/// What was sent with the form that was refused; empty on a page that is only looked at.
#[derive(Debug, Default)]
pub(crate) struct Refused {
    /// Which form of the page.
    form: String,
    sent: Form,
    text: String,
    fields: Vec<String>,
    status: u16,
}

/// What a failure says, and what it says of single fields.
pub(super) fn said_of(failure: &ApiError, lang: Lang) -> (String, Vec<String>) {
    let code = failure.code();
    let text = failure.words().map_or_else(|| lang.pick(code.zh, code.en), |words| lang.pick(&words.zh, &words.en)).to_owned();
    // Which field it is stands beside its place in English for programs; people see the field marked.
    let fields = failure.fields().iter().map(|field| field.pointer.trim_start_matches('/').to_owned()).collect();
    (text, fields)
}

impl Refused {
    /// A form that was refused. A failure of ours (500 and above) is no refusal: it goes to its own page.
    pub(crate) fn new(form: &str, sent: Form, failure: ApiError, lang: Lang) -> Result<Self, ApiError> {
        if failure.code().status >= 500 || failure.code().status == 404 {
            return Err(failure);
        }
        let (text, fields) = said_of(&failure, lang);
        Ok(Self { form: form.to_owned(), sent, text, fields, status: failure.code().status })
    }

    /// The status of the page that shows it.
    pub(crate) fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK)
    }

    /// The same on a page that may also be looked at only.
    pub(crate) fn status_or_ok(&self) -> StatusCode {
        if self.is_any() { self.status() } else { StatusCode::OK }
    }

    /// Is there something refused?
    pub(crate) fn is_any(&self) -> bool {
        !self.form.is_empty()
    }

    /// Is it this form?
    pub(crate) fn is(&self, form: &str) -> bool {
        self.form == form
    }

    /// What is wrong, in words.
    pub(crate) fn text(&self) -> &str {
        &self.text
    }

    /// Is this field of this form wrong?
    pub(crate) fn wrong(&self, form: &str, field: &str) -> bool {
        self.is(form) && self.fields.iter().any(|wrong| wrong == field)
    }

    /// Did somebody move the thing meanwhile?
    pub(crate) fn is_conflict(&self) -> bool {
        self.status == 409
    }

    /// The texts that were typed, whether their form still stands on the page or not.
    pub(crate) fn kept(&self) -> impl Iterator<Item = &str> {
        let texts = ["text", "note", "reason", "legal_basis", "instead", "summary"];
        texts.into_iter().map(|field| self.sent.get(field)).filter(|typed| !typed.trim().is_empty())
    }

    /// What was typed into a field of a form.
    pub(crate) fn typed(&self, form: &str, field: &str) -> &str {
        if self.is(form) { self.sent.get(field) } else { "" }
    }

    /// Was this chosen in a field of a form?
    pub(crate) fn chose(&self, form: &str, field: &str, value: &str) -> bool {
        self.is(form) && self.sent.all(field).any(|sent| sent == value)
    }
}
