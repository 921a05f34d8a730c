//! One harmless GET, to tell the operator whether an address answers: no redirect is followed, nothing is sent along, a little is read.

use std::time::Duration;

use chrono::{DateTime, Utc};

/// Bytes of an answer that are read.
const ENOUGH: usize = 4096;

/// What came back.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// The other side's clock, by its `Date` header.
    pub date: Option<DateTime<Utc>>,
    /// The beginning of the body.
    pub body: String,
}

/// Asks an address. The error is one line and names neither a query nor a header.
///
/// # Errors
/// When nobody answers in time, or the certificate of an `https` address isn't good.
pub async fn get(url: &str, patience: Duration) -> Result<Answer, String> {
    let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().timeout(patience).build();
    let client = client.map_err(|why| why.to_string())?;
    let mut reply = client.get(url).send().await.map_err(|why| chain(&why.without_url()))?;
    let date = reply
        .headers()
        .get("date")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| DateTime::parse_from_rfc2822(text).ok());
    let (status, mut body) = (reply.status().as_u16(), Vec::new());
    while body.len() < ENOUGH {
        match reply.chunk().await.map_err(|why| chain(&why.without_url()))? {
            Some(chunk) => body.extend_from_slice(&chunk),
            None => break,
        }
    }
    body.truncate(ENOUGH);
    Ok(Answer { status, date: date.map(|date| date.to_utc()), body: String::from_utf8_lossy(&body).into_owned() })
}

/// An error with its causes: the innermost one says "certificate expired" or "connection refused".
fn chain(error: &dyn std::error::Error) -> String {
    let (mut text, mut cause) = (error.to_string(), error.source());
    while let Some(why) = cause {
        text = format!("{text}: {why}");
        cause = why.source();
    }
    text
}
