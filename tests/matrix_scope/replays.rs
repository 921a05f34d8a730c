//! What a key does on an operation that worked: the same request again is the same answer and says so, and the key on another
//! object is refused.

use palm::openapi;
use serde_json::Value;

use super::{attempt, code_of};
use crate::documents::WITHOUT_KEY;
use crate::support::{Actor, Reply};

/// Sends a POST that answered `first` again, and once more for another object.
pub(super) async fn again(
    actor: &Actor,
    operation: &openapi::Operation,
    (id, key): (&str, &str),
    body: &Value,
    first: &Reply,
) -> Vec<String> {
    if WITHOUT_KEY.iter().any(|(name, _)| *name == operation.id) {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    let twice = attempt(actor, operation, (id, key), body).await;
    if (twice.status, twice.header("idempotency-replayed")) != (first.status, "true") {
        wrong.push(format!("{} again: {} {}, at first {} {}", operation.id, twice.status, twice.text, first.status, first.text));
    }
    let elsewhere = attempt(actor, operation, (&uuid::Uuid::now_v7().to_string(), key), body).await;
    if (elsewhere.status, code_of(&elsewhere.text)) != (422, Value::from("idempotency_key_reused")) {
        wrong.push(format!("{} with the key of another: {} {}", operation.id, elsewhere.status, elsewhere.text));
    }
    wrong
}
