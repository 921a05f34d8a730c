//! The answer to COMMIT gets lost on the wire: it was done, and nobody here knows.

use std::sync::atomic::Ordering;

use ledger::{BookId, book_open};
use serde_json::json;
use uuid::Uuid;

use super::proxy::Proxy;
use crate::ledger::{assert_audited, number};
use crate::support::{Database, Server, TestApp};

#[actix_web::test]
async fn an_unknown_outcome_is_called_unknown_and_the_retry_gets_the_first_result() {
    let database = Server::get().copy();
    let proxy = Proxy::before(&database.app_url);
    let app = TestApp::start_on(Database::lent(database.owner_url.clone(), proxy.url()), 4);
    let book = BookId::new();
    book_open(&mut app.owner(), book).expect("a book");
    let client = app.anonymous();
    for round in 1..=20 {
        let body =
            json!({ "book": book, "event": Uuid::new_v4(), "movement": { "fund": { "budget": Uuid::new_v4(), "amount": "5" } } });
        let key = Uuid::new_v4().to_string();
        proxy.swallow_next_answer();
        let unknown = client.post_with_key("/demo/postings", &key, &body).await;
        unknown.problem(503, "outcome_unknown");
        assert_eq!(unknown.header("retry-after"), "1");
        assert_eq!(proxy.cut.load(Ordering::SeqCst), round, "the answer was swallowed on the wire");
        let posted = format!("SELECT count(*) AS number FROM ledger_transactions WHERE book_id = '{book}'");
        assert_eq!(number(&mut app.owner(), &posted), i64::try_from(round).unwrap(), "it was done");

        let retried = client.post_with_key("/demo/postings", &key, &body).await;
        let id = retried.expect(201)["id"].clone();
        assert_eq!(retried.header("idempotency-replayed"), "true");
        let first = format!("SELECT sequence AS number FROM ledger_transactions WHERE id = '{}'", id.as_str().unwrap());
        assert_eq!(number(&mut app.owner(), &first), i64::try_from(round).unwrap(), "the first result, not a second one");
    }
    // The control: with an undisturbed line the first answer is the answer.
    let body =
        json!({ "book": book, "event": Uuid::new_v4(), "movement": { "fund": { "budget": Uuid::new_v4(), "amount": "5" } } });
    let plain = client.post("/demo/postings", &body).await;
    plain.expect(201);
    assert_eq!(plain.header("idempotency-replayed"), "");
    assert_audited(&mut app.owner());
}
