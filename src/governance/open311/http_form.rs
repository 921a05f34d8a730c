//! The body of a POST: a form, urlencoded or multipart. What isn't a form is refused as Open311 refuses.

use actix_web::HttpRequest;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Payload;
use base::error::{self, ApiError};
use base::http::{BODY_LIMIT, read_body};
use base::keys::sha256;

use super::arguments::Arguments;
use super::refusal::Refusal;

/// Largest multipart body: a few pictures.
const MULTIPART_LIMIT: usize = 12 * 1024 * 1024;

/// A form that was read.
pub(super) struct Form {
    /// Its arguments, and those of the query after them.
    pub(super) arguments: Arguments,
    /// Files that came along. They aren't kept.
    pub(super) files: usize,
    /// SHA-256 of the body.
    pub(super) hash: [u8; 32],
}

/// Reads the body of a call whose query was read before.
pub(super) async fn read(request: &HttpRequest, payload: Payload, query: Arguments) -> Result<Form, Refusal> {
    let kind = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    let (essence, parameters) = kind.split_once(';').unwrap_or((&kind, ""));
    let mut payload = payload.into_inner();
    match essence.trim().to_ascii_lowercase().as_str() {
        "application/x-www-form-urlencoded" => {
            let body = read_body(&mut payload, BODY_LIMIT).await?;
            let arguments = Arguments::parse(&body)?.and(query)?;
            Ok(Form { arguments, files: 0, hash: sha256(&body) })
        }
        "multipart/form-data" => {
            let body = read_body(&mut payload, MULTIPART_LIMIT).await?;
            let boundary = boundary(parameters).ok_or_else(unreadable)?;
            let (pairs, files) = parts(&body, &boundary).ok_or_else(unreadable)?;
            let arguments = Arguments::from_pairs(pairs)?.and(query)?;
            Ok(Form { arguments, files, hash: sha256(&body) })
        }
        _ => {
            let refused = ApiError::of(&error::UNSUPPORTED_TYPE);
            Err(refused.detail("请使用 application/x-www-form-urlencoded。", "Send application/x-www-form-urlencoded.").into())
        }
    }
}

fn unreadable() -> Refusal {
    Refusal::wrong("multipart 内容无法读取。", "The multipart body can't be read.")
}

/// The boundary of a multipart content type.
fn boundary(parameters: &str) -> Option<String> {
    let named = parameters.split(';').filter_map(|parameter| parameter.trim().split_once('='));
    let (_, value) = named.into_iter().find(|(name, _)| name.eq_ignore_ascii_case("boundary"))?;
    let value = value.trim_matches('"');
    (!value.is_empty() && value.len() <= 70).then(|| value.to_owned())
}

fn find(within: &[u8], what: &[u8]) -> Option<usize> {
    within.windows(what.len()).position(|window| window == what)
}

/// What a multipart body is made of.
type Parts = (Vec<(String, String)>, usize);

/// The texts of a multipart body by name, and how many files it has; `None` when it is none.
fn parts(body: &[u8], boundary: &str) -> Option<Parts> {
    let delimiter = format!("\r\n--{boundary}").into_bytes();
    // The first delimiter may stand at the very beginning.
    let mut rest = body.strip_prefix(delimiter.get(2..)?).or_else(|| body.get(find(body, &delimiter)? + delimiter.len()..))?;
    let (mut texts, mut files) = (Vec::new(), 0);
    while !rest.starts_with(b"--") {
        let part = rest.strip_prefix(b"\r\n")?;
        let head = find(part, b"\r\n\r\n")?;
        let content = part.get(head + 4..)?;
        let end = find(content, &delimiter)?;
        let disposition = disposition(std::str::from_utf8(part.get(..head)?).ok()?)?;
        match disposition {
            (_, true) => files += 1,
            (name, false) => texts.push((name, String::from_utf8(content.get(..end)?.to_vec()).ok()?)),
        }
        if texts.len() + files > 300 {
            return None;
        }
        rest = content.get(end + delimiter.len()..)?;
    }
    Some((texts, files))
}

/// The name of a part, and whether it is a file.
fn disposition(head: &str) -> Option<(String, bool)> {
    let line = head
        .lines()
        .find_map(|line| line.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-disposition")))?
        .1;
    let value = |wanted: &str| {
        let named = line.split(';').filter_map(|part| part.trim().split_once('='));
        named.into_iter().find(|(name, _)| name.eq_ignore_ascii_case(wanted)).map(|(_, value)| value.trim_matches('"').to_owned())
    };
    Some((value("name")?, value("filename").is_some()))
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "--xx\r\nContent-Disposition: form-data; name=\"service_code\"\r\n\r\nA01-01\r\n--xx\r\n\
        content-disposition: form-data; name=\"attribute[WHERE]\"\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n楼内\r\n一层\r\n--xx\r\n\
        Content-Disposition: form-data; name=\"photo1\"; filename=\"a.jpg\"\r\nContent-Type: image/jpeg\r\n\r\n\u{1}\u{2}\r\n--xx--\r\n";

    #[test]
    fn a_multipart_body_gives_its_texts_and_counts_its_files() {
        let (texts, files) = parts(BODY.as_bytes(), "xx").unwrap();
        let wanted = [("service_code", "A01-01"), ("attribute[WHERE]", "楼内\r\n一层")];
        assert_eq!(texts, wanted.map(|(name, text)| (name.to_owned(), text.to_owned())));
        assert_eq!(files, 1);
        assert_eq!(parts(format!("preamble\r\n{BODY}").as_bytes(), "xx").unwrap().0.len(), 2);
        for broken in ["", "--xx", "--xx\r\n", "--xx\r\n\r\n\r\n--xx--", &BODY[..60], &BODY.replace("--xx--", "")] {
            assert!(parts(broken.as_bytes(), "xx").is_none(), "{broken}");
        }
        assert!(parts(BODY.as_bytes(), "yy").is_none());
    }

    #[test]
    fn a_boundary_may_be_quoted() {
        assert_eq!(boundary(" charset=utf-8; boundary=\"a b\""), Some("a b".to_owned()));
        assert_eq!(boundary(" boundary="), None);
        assert_eq!(boundary(&format!(" boundary={}", "x".repeat(71))), None);
    }
}
