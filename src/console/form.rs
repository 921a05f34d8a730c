//! A form that was sent: its token is checked before anything of it is looked at, its idempotency key and its fields are kept, so that a
//! refused form comes back with what was typed.

use actix_web::dev::Payload;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::{FromRequest, HttpRequest};
use base::error::{self, ApiError};
use base::http::{BODY_LIMIT, IdempotencyKey, read_body};
use base::keys::sha256;
use futures_util::future::LocalBoxFuture;
use serde::de::DeserializeOwned;
use subtle::ConstantTimeEq as _;

use super::{FORM_EXPIRED, frame};

/// A form's fields, in their order, without token and key.
#[derive(Debug, Clone, Default)]
pub(crate) struct Form {
    key: String,
    fields: Vec<(String, String)>,
}

impl Form {
    /// Takes the fields of a form whose token is the expected one; else 403.
    pub(super) fn open(mut fields: Vec<(String, String)>, expected: &str) -> Result<Self, ApiError> {
        let mut take = |name: &str| {
            let at = fields.iter().position(|(key, _)| key == name)?;
            Some(fields.remove(at).1)
        };
        let (token, key) = (take("csrf").unwrap_or_default(), take("key").unwrap_or_default());
        if expected.is_empty() || !bool::from(token.as_bytes().ct_eq(expected.as_bytes())) {
            return Err(ApiError::of(&FORM_EXPIRED));
        }
        Ok(Self { key, fields })
    }

    /// The idempotency key of the page that showed the form: sent twice, it is done once.
    pub(crate) fn key(&self) -> Result<IdempotencyKey, ApiError> {
        let fine = (8..=80).contains(&self.key.len()) && self.key.bytes().all(|b| b.is_ascii_graphic());
        if fine { Ok(IdempotencyKey(self.key.clone())) } else { Err(ApiError::of(&FORM_EXPIRED)) }
    }

    /// The same key made another for each thing of a bulk action.
    pub(crate) fn key_for(&self, thing: impl std::fmt::Display) -> Result<IdempotencyKey, ApiError> {
        let IdempotencyKey(key) = self.key()?;
        let hash = sha256(format!("{key}|{thing}").as_bytes());
        Ok(IdempotencyKey(hash.iter().take(16).fold(String::new(), |text, byte| text + &format!("{byte:02x}"))))
    }

    /// SHA-256 of what was typed.
    pub(crate) fn hash(&self) -> [u8; 32] {
        sha256(self.encoded(|_all| true).as_bytes())
    }

    /// The same without one field.
    pub(crate) fn without(&self, name: &str) -> Self {
        let fields = self.fields.iter().filter(|(key, _)| key != name).cloned().collect();
        Self { key: self.key.clone(), fields }
    }

    /// A field; empty when it wasn't sent.
    pub(crate) fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Every value of a field that may come several times, such as ticked boxes.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn encoded(&self, wanted: impl Fn(&(String, String)) -> bool) -> String {
        let kept: Vec<_> = self.fields.iter().filter(|field| wanted(field)).collect();
        serde_urlencoded::to_string(kept).unwrap_or_default()
    }

    /// The fields as the body that the API takes: the same type, hence the same checks. An empty field is one that isn't there.
    pub(crate) fn read<T: DeserializeOwned>(&self) -> Result<T, ApiError> {
        if self.fields.iter().any(|(_, value)| value.contains('\0')) {
            return Err(ApiError::invalid("", "contains the character NUL"));
        }
        let text = self.encoded(|(_, value)| !value.trim().is_empty());
        let parts = serde_urlencoded::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
        serde_path_to_error::deserialize(parts).map_err(|wrong| {
            let said = wrong.inner().to_string();
            let missing = said.strip_prefix("missing field `").and_then(|rest| rest.split('`').next());
            let place = missing.map_or_else(|| wrong.path().to_string(), str::to_owned);
            let message = if missing.is_some() { "is missing" } else { said.as_str() };
            ApiError::invalid(&format!("/{place}"), message)
        })
    }
}

impl FromRequest for Form {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let ours = kind.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case("application/x-www-form-urlencoded");
        let (expected, mut payload) = (frame::form_token(request), payload.take());
        Box::pin(async move {
            if !ours {
                return Err(ApiError::of(&error::UNSUPPORTED_TYPE));
            }
            let raw = read_body(&mut payload, BODY_LIMIT).await?;
            let fields = serde_urlencoded::from_bytes(&raw).map_err(|why| ApiError::of(&FORM_EXPIRED).because(why))?;
            Self::open(fields, &expected)
        })
    }
}

#[cfg(test)]
mod tests {
    use base::text::{Text, Whole};
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Body {
        text: Text<5>,
        days: Option<Whole<1, 9>>,
        urgent: Option<bool>,
    }

    fn form(fields: &[(&str, &str)]) -> Result<Form, ApiError> {
        Form::open(fields.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(), "token")
    }

    #[test]
    fn a_form_is_read_as_the_body_of_the_api() {
        let sent = form(&[("csrf", "token"), ("key", "0123456789"), ("text", "好"), ("days", "3"), ("urgent", "true")]).unwrap();
        let body: Body = sent.read().unwrap();
        assert_eq!((body.text.as_str(), body.days.map(Whole::get), body.urgent), ("好", Some(3), Some(true)));
        let empty = form(&[("csrf", "token"), ("key", "0123456789"), ("text", "好"), ("days", " ")]).unwrap();
        assert_eq!(empty.read::<Body>().unwrap().days.map(Whole::get), None);
    }

    #[test]
    fn what_is_wrong_is_named() {
        for (field, value, place) in [("days", "3", "/text"), ("text", "六个字的内容", "/text"), ("days", "x", "/days")] {
            let sent = form(&[("csrf", "token"), (field, value)]).unwrap();
            let refused = sent.read::<Body>().unwrap_err();
            assert_eq!(refused.fields().first().map(|field| field.pointer.as_str()), Some(place), "{refused:?}");
        }
    }

    #[test]
    fn a_form_of_another_page_is_refused() {
        for fields in [&[("text", "好")][..], &[("csrf", "other"), ("text", "好")], &[("csrf", "")]] {
            assert_eq!(form(fields).unwrap_err().code(), &FORM_EXPIRED);
        }
        assert!(Form::open(vec![("csrf".to_owned(), String::new())], "").is_err(), "no cookie, no form");
    }
}
