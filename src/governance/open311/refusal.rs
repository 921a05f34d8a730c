//! What an Open311 client is told when something is refused: not a problem document, but the list of errors that GeoReport knows.

use base::error::ApiError;
use base::http::Lang;

use super::document::{Document, Object};

/// A refusal on its way to an Open311 client.
#[derive(Debug)]
pub(super) struct Refusal {
    /// HTTP status.
    pub(super) status: u16,
    /// Seconds after which a retry makes sense.
    pub(super) wait: Option<u32>,
    zh: String,
    en: String,
    /// What failed inside, for the log.
    pub(super) cause: Option<ApiError>,
}

impl Refusal {
    fn new(status: u16, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { status, wait: None, zh: zh.into(), en: en.into(), cause: None }
    }

    /// A parameter is missing or has a wrong form.
    pub(super) fn wrong(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(400, zh, en)
    }

    /// A required parameter is missing.
    pub(super) fn missing(name: &str) -> Self {
        Self::wrong(format!("缺少参数 {name}。"), format!("The parameter {name} is missing."))
    }

    /// No key, or none that is known here.
    pub(super) fn key() -> Self {
        Self::new(403, "api_key 缺失、无效或不适用于该辖区。", "The api_key is missing, not valid, or not for this jurisdiction.")
    }

    /// A service, request, token or jurisdiction that isn't there.
    pub(super) fn unknown(name: &str) -> Self {
        Self::new(404, format!("没有这个 {name}。"), format!("The {name} was not found."))
    }

    /// No such address.
    pub(super) fn nowhere() -> Self {
        Self::new(404, "没有这个地址。", "There is nothing at this address.")
    }

    /// The address is there, the method isn't.
    pub(super) fn method() -> Self {
        Self::new(405, "该地址不支持这个方法。", "This address does not take that method.")
    }

    /// Too many requests of one client or address.
    pub(super) fn too_many(wait: u32) -> Self {
        Self {
            wait: Some(wait), ..Self::new(429, "请求过于频繁，请稍后再试。", "Too many requests; wait a little.")
        }
    }

    /// The body of the answer.
    pub(super) fn document(&self, lang: Lang) -> Document {
        let text = lang.pick(&self.zh, &self.en).to_owned();
        let error = Object::new().whole("code", i64::from(self.status)).text("description", text);
        Document::List("errors", "error", vec![error])
    }
}

impl From<ApiError> for Refusal {
    /// GeoReport knows 404, 403 and 400 for everything else; what fails on our side keeps its status.
    fn from(error: ApiError) -> Self {
        let code = error.code();
        let status = match code.status {
            401 | 403 => 403,
            status @ (404 | 405 | 408 | 413 | 415 | 429 | 500..) => status,
            _ => 400,
        };
        let (mut zh, mut en) =
            error.words().map_or_else(|| (code.zh.to_owned(), code.en.to_owned()), |words| (words.zh.clone(), words.en.clone()));
        for field in error.fields() {
            zh.push_str(&format!("（{}：{}）", field.pointer, field.message));
            en.push_str(&format!(" ({}: {})", field.pointer, field.message));
        }
        Self { status, wait: error.wait(), zh, en, cause: Some(error) }
    }
}

impl From<base::db::DbError> for Refusal {
    fn from(error: base::db::DbError) -> Self {
        ApiError::from(error).into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open311::document::Format;

    #[test]
    fn a_refusal_is_a_list_of_errors_in_both_spellings() {
        let refusal = Refusal::missing("service_code");
        let xml = String::from_utf8(refusal.document(Lang::En).render(Format::Xml)).unwrap();
        assert!(xml.ends_with(
            "<errors><error><code>400</code><description>The parameter service_code is missing.</description></error></errors>"
        ));
        let json: serde_json::Value = serde_json::from_slice(&refusal.document(Lang::Zh).render(Format::Json)).unwrap();
        assert_eq!(json, serde_json::json!([{"code": 400, "description": "缺少参数 service_code。"}]));
        let field = Refusal::from(ApiError::invalid("/text", "is longer"));
        assert_eq!(field.status, 400);
        assert_eq!(Refusal::from(ApiError::of(&base::error::OVERLOADED)).status, 503);
        assert_eq!(Refusal::from(ApiError::of(&base::error::UNAUTHORIZED)).status, 403);
    }
}
