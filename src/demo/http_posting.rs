//! A posting without a noun around it: what fault tests and load tests write through, in the very shape of a product's write
//! (idempotency row, audit row, ledger). Mounted on demo and test installations only, like everything below `/demo`.
#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]

use actix_web::web::Data;
use actix_web::{HttpRequest, post};
use base::db::{Audit, Context, Db, Finished, Once, Tx};
use base::error::ApiError;
use base::http::{Created, IdempotencyKey, Valid};
use base::ids::PersonId;
use base::money::Points;
use chrono::TimeDelta;
use ledger::{About, Actor, BookId, Fact, Party, Posting, ReasonCode, ReleaseBy, Subject, TransactionId, Validity, post_one};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

const ACTION: &str = "demo_posting_create";

/// What is to be posted.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct NewPosting {
    /// The book.
    book: BookId,
    /// The caller's own id of the event, stored as the transaction's subject: whoever looks later sees how often it was applied.
    event: Uuid,
    movement: Moved,
}

#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Moved {
    Fund { budget: Uuid, amount: Points },
    Award { budget: Uuid, person: PersonId, amount: Points },
    Hold { person: PersonId, amount: Points },
    Capture { hold: TransactionId, merchant: Uuid },
    Release { hold: TransactionId },
    Transfer { from: PersonId, to: PersonId, amount: Points },
}

/// The transaction.
#[derive(Debug, Serialize)]
pub(super) struct Posted {
    /// Its id.
    id: TransactionId,
}

/// Posts one transaction.
#[post("/postings")]
pub async fn demo_posting_create(
    request: HttpRequest,
    key: IdempotencyKey,
    body: Valid<NewPosting>,
    db: Data<Db>,
) -> Result<Created<Posted>, ApiError> {
    let context = Context::anonymous(base::http::request_id(&request));
    let once = Once::new(context, ACTION, Some(key.0), body.hash(), TransactionId::new().0).contended();
    let (id, new) = (once.id(), body.into_inner());
    let done = db.once(once, move |tx| apply(tx, TransactionId(id), &new)).await?;
    let id = TransactionId(done.id);
    Ok(Created::new(&done, format!("/demo/postings/{id}"), Posted { id }))
}

fn apply(mut tx: Tx<'_>, id: TransactionId, new: &NewPosting) -> Result<Finished<()>, ApiError> {
    let now = tx.now()?;
    tx.audit(Audit::new(ACTION, "posting", id.0))?;
    let about = About {
        fact: Fact::new(format!("demo:{id}")).map_err(ApiError::internal)?,
        subject: Subject { kind: ReasonCode::known("demo_event"), id: new.event },
        reason: ReasonCode::known("demo"),
        rule: None,
        actor: Actor::System,
        approvers: Vec::new(),
        occurred_at: now,
    };
    let posting = match new.movement {
        Moved::Fund { budget, amount } => Posting::fund(about, Party::ISSUANCE, Party::budget(budget), amount),
        Moved::Award { budget, person, amount } => {
            Posting::award(about, Party::budget(budget), Party::wallet(person), amount, Validity::default())
        }
        Moved::Hold { person, amount } => Posting::hold(about, Party::wallet(person), amount, now + TimeDelta::hours(2)),
        Moved::Capture { hold, merchant } => Posting::capture(about, hold, Party::merchant(merchant)),
        Moved::Release { hold } => Posting::release(about, hold, ReleaseBy::Cancel),
        Moved::Transfer { from, to, amount } => Posting::transfer(about, Party::wallet(from), Party::wallet(to), amount),
    };
    post_one(tx, new.book, Posting { id, ..posting }, |_| ())
}
