#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Routes of settlement.

use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use actix_web::web::{Bytes, Data, Json};
use actix_web::{HttpResponse, HttpResponseBuilder, get, post};
use base::db::{Db, Done};
use base::error::ApiError;
use base::http::{Changed, Created, IdempotencyKey, NoContent, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::PersonId;
use base::page::{Page, PageQuery, Window};
use base::text::Text;
use chrono::{DateTime, Utc};
use futures_util::stream;
use people::grid::Scope;
use people::identity::Can;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::close::{self, Closing};
use super::view::{self, SettlementLineView, SettlementView};
use super::*;
use crate::merchants::{self, MerchantId};

base::list_query! {
    /// Filters of statements.
    SettlementFilter {
        /// Of one merchant.
        merchant: Option<MerchantId>,
        /// In one state.
        state: Option<SettlementState>,
    }
}

/// What a closed period came to.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct ClosingView {
    /// Id of this close.
    pub id: Uuid,
    /// One line for a screen reader.
    pub summary: String,
    /// A statement for every merchant that captured something.
    pub settlements: Vec<SettlementView>,
}

/// A text about a statement.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettlementNote {
    /// What is to be said.
    pub text: Text<500>,
}

/// The proof of a payment.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Payment {
    /// Reference of the transfer.
    pub proof: Text<200>,
}

async fn shown(db: &Db, scope: Scope, id: SettlementId) -> Result<SettlementView, ApiError> {
    db.read(move |conn| view::settlement(conn, &scope, id)).await
}

/// What was sent: idempotency key and hash of the body.
type Sent = (IdempotencyKey, [u8; 32]);

/// Closes a period; the closing's id in what is done.
pub async fn close_period(can: &Can<SettlementClose>, db: &Db, (key, hash): Sent, form: Closing) -> Result<Done<()>, ApiError> {
    let closing = Uuid::now_v7();
    let (scope, person) = (can.scope().clone(), can.person());
    db.once(can.once(key, hash, closing), move |tx| close::close(tx, &scope, person, closing, form)).await
}

/// Statements of the scope, newest first.
pub async fn list(can: &Can<SettlementList>, db: &Db, query: &SettlementFilter) -> Result<Page<SettlementView>, ApiError> {
    let window = query.window()?;
    let (scope, merchant, state) = (can.scope().clone(), query.merchant, query.state);
    db.read(move |conn| {
        let shops = merchants::merchants_of(conn, &scope.organizations)?;
        let shops: Vec<MerchantId> = shops.into_iter().map(|shop| shop.id).collect();
        let rows = rows::list(conn, &scope, &shops, merchant, state, &window)?;
        let page = window.page(rows, |row| row.id, |row| row);
        Ok::<_, ApiError>(Page { items: view::settlements(conn, page.items)?, next_cursor: page.next_cursor })
    })
    .await
}

/// A statement of the scope, and who entered its payment.
pub async fn find(can: &Can<SettlementFind>, db: &Db, id: SettlementId) -> Result<(SettlementView, Option<PersonId>), ApiError> {
    let scope = can.scope().clone();
    db.read(move |conn| {
        let shown = view::settlement(conn, &scope, id)?;
        let asked = rows::find(conn, id)?.and_then(|row| row.payment_asked_by);
        Ok::<_, ApiError>((shown, asked))
    })
    .await
}

/// Lines of a statement of the scope, oldest capture first.
pub async fn lines(
    can: &Can<SettlementLineList>,
    db: &Db,
    id: SettlementId,
    query: &PageQuery,
) -> Result<Page<SettlementLineView>, ApiError> {
    let window: Window<(DateTime<Utc>, Uuid)> = query.window()?;
    let scope = can.scope().clone();
    db.read(move |conn| {
        view::in_scope(conn, &scope, id)?;
        let rows = rows::lines(conn, id, window.after, window.load())?;
        let page = window.page(rows, |row| (row.captured_at, row.capture_id), |row| row);
        Ok::<_, ApiError>(Page { items: view::lines(conn, &page.items)?, next_cursor: page.next_cursor })
    })
    .await
}

/// A statement of the scope as CSV, to download: sent page by page, however long it is.
pub async fn csv(can: &Can<SettlementCsvFind>, db: &Data<Db>, id: SettlementId) -> Result<HttpResponse, ApiError> {
    shown(db, can.scope().clone(), id).await?;
    let db = db.clone();
    // A failure on the way breaks the transfer off: half a statement never looks whole.
    let pieces = stream::try_unfold(file::Place::Start(id), move |place| {
        let db = db.clone();
        async move {
            let next = db.read(move |conn| file::next(conn, place)).await?;
            Ok::<_, ApiError>(next.map(|(bytes, place)| (Bytes::from(bytes), place)))
        }
    });
    Ok(download("text/csv; charset=utf-8", &format!("settlement-{id}.csv")).streaming(pieces))
}

/// A statement of the scope as XLSX, to download.
pub async fn xlsx(can: &Can<SettlementXlsxFind>, db: &Db, id: SettlementId) -> Result<HttpResponse, ApiError> {
    let scope = can.scope().clone();
    let bytes = db.read(move |conn| file::xlsx(conn, &scope, id)).await?;
    Ok(download(XLSX, &format!("settlement-{id}.xlsx")).body(bytes))
}

/// Replies to a dispute.
pub async fn reply(
    can: &Can<SettlementReply>,
    db: &Db,
    (key, hash): Sent,
    id: SettlementId,
    note: SettlementNote,
) -> Result<Done<()>, ApiError> {
    let (scope, person) = (can.scope().clone(), can.person());
    db.once(can.once(key, hash_on(id.0, hash), id.0), move |tx| pay::reply(tx, &scope, person, id, &note.text)).await
}

/// Withdraws a statement that isn't confirmed.
pub async fn withdraw(
    can: &Can<SettlementWithdraw>,
    db: &Db,
    key: IdempotencyKey,
    id: SettlementId,
) -> Result<Done<()>, ApiError> {
    let scope = can.scope().clone();
    db.once(can.once(key, hash_on(id.0, [0; 32]), id.0), move |tx| close::withdraw(tx, &scope, id)).await
}

/// Enters the proof of a payment.
pub async fn pay(
    can: &Can<SettlementPayment>,
    db: &Db,
    (key, hash): Sent,
    id: SettlementId,
    payment: Payment,
) -> Result<Done<()>, ApiError> {
    let (scope, person) = (can.scope().clone(), can.person());
    db.once(can.once(key, hash_on(id.0, hash), id.0), move |tx| pay::ask(tx, &scope, person, id, &payment.proof)).await
}

/// Approves a payment that another one entered.
pub async fn approve_payment(
    can: &Can<SettlementPaymentApprove>,
    db: &Db,
    key: IdempotencyKey,
    id: SettlementId,
) -> Result<Done<()>, ApiError> {
    let (scope, person) = (can.scope().clone(), can.person());
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0).contended();
    db.once(once, move |tx| pay::approve(tx, &scope, person, id)).await
}

/// Close a period: a statement for every merchant of the captures that no statement holds yet.
#[utoipa::path(tag = "life", request_body = Closing, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ClosingView, description = "closed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/settlements/close")]
pub async fn settlement_close(
    can: Can<SettlementClose>,
    key: IdempotencyKey,
    body: Valid<Closing>,
    db: Data<Db>,
) -> Result<Created<ClosingView>, ApiError> {
    let hash = body.hash();
    let done = close_period(&can, &db, (key, hash), *body).await?;
    let id = done.id;
    let settlements = db
        .read(move |conn| {
            let rows = rows::of_closing(conn, id)?;
            view::settlements(conn, rows)
        })
        .await?;
    let view = ClosingView { id, summary: format!("生成结算单{}份", settlements.len()), settlements };
    Ok(Created::new(&done, "/api/v1/life/settlements", view))
}

/// Statements, newest first.
#[utoipa::path(tag = "life", params(SettlementFilter), responses((status = 200, body = Page<SettlementView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/settlements")]
pub async fn settlement_list(
    can: Can<SettlementList>,
    query: Query<SettlementFilter>,
    db: Data<Db>,
) -> Result<Tagged<Page<SettlementView>>, ApiError> {
    Ok(Tagged::content(list(&can, &db, &query).await?))
}

/// One statement.
#[utoipa::path(tag = "life", params(("id" = SettlementId, Path)), responses((status = 200, body = SettlementView, description = "the statement"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/settlements/{id}")]
pub async fn settlement_find(
    can: Can<SettlementFind>,
    id: PathId<SettlementId>,
    db: Data<Db>,
) -> Result<Json<SettlementView>, ApiError> {
    Ok(Json(shown(&db, can.scope().clone(), id.0).await?))
}

/// The lines of a statement, oldest capture first.
#[utoipa::path(tag = "life", params(("id" = SettlementId, Path), PageQuery), responses((status = 200, body = Page<SettlementLineView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/settlements/{id}/lines")]
pub async fn settlement_line_list(
    can: Can<SettlementLineList>,
    id: PathId<SettlementId>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<Tagged<Page<SettlementLineView>>, ApiError> {
    Ok(Tagged::content(lines(&can, &db, id.0, &query).await?))
}

fn download(kind: &str, name: &str) -> HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response
        .insert_header((CONTENT_TYPE, kind))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")))
        .insert_header(("X-Content-Type-Options", "nosniff"));
    response
}

/// A statement as CSV (UTF-8 with its mark).
#[utoipa::path(tag = "life", params(("id" = SettlementId, Path)), responses((status = 200, description = "the file", body = String, content_type = "text/csv"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/settlements/{id}/statement.csv")]
pub async fn settlement_csv_find(
    can: Can<SettlementCsvFind>,
    id: PathId<SettlementId>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    csv(&can, &db, id.0).await
}

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

/// A statement as XLSX.
#[utoipa::path(tag = "life", params(("id" = SettlementId, Path)), responses((status = 200, description = "the file", body = Vec<u8>, content_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/settlements/{id}/statement.xlsx")]
pub async fn settlement_xlsx_find(
    can: Can<SettlementXlsxFind>,
    id: PathId<SettlementId>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    xlsx(&can, &db, id.0).await
}

/// Confirm a statement (the merchant's owner).
#[utoipa::path(tag = "life", params(("id" = SettlementId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = SettlementView, description = "confirmed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/settlements/{id}/confirm")]
pub async fn settlement_confirm(
    can: Can<SettlementConfirm>,
    id: PathId<SettlementId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<SettlementView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let (scope, person) = (can.scope().clone(), can.person());
    let done = db.once(once, move |tx| pay::answer(tx, &scope, person, id.0, None)).await?;
    Ok(Changed::new(&done, shown(&db, can.scope().clone(), id.0).await?))
}

/// Dispute a statement (the merchant's owner).
#[utoipa::path(tag = "life", request_body = SettlementNote, params(("id" = SettlementId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = SettlementView, description = "disputed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/settlements/{id}/dispute")]
pub async fn settlement_dispute(
    can: Can<SettlementDispute>,
    id: PathId<SettlementId>,
    key: IdempotencyKey,
    body: Valid<SettlementNote>,
    db: Data<Db>,
) -> Result<Changed<SettlementView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let (scope, person) = (can.scope().clone(), can.person());
    let done = db.once(once, move |tx| pay::answer(tx, &scope, person, id.0, Some(&body.text))).await?;
    Ok(Changed::new(&done, shown(&db, can.scope().clone(), id.0).await?))
}

/// Reply to a dispute: the statement waits for the merchant again.
#[utoipa::path(tag = "life", request_body = SettlementNote, params(("id" = SettlementId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = SettlementView, description = "replied"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/settlements/{id}/reply")]
pub async fn settlement_reply(
    can: Can<SettlementReply>,
    id: PathId<SettlementId>,
    key: IdempotencyKey,
    body: Valid<SettlementNote>,
    db: Data<Db>,
) -> Result<Changed<SettlementView>, ApiError> {
    let hash = body.hash();
    let done = reply(&can, &db, (key, hash), id.0, body.into_inner()).await?;
    Ok(Changed::new(&done, shown(&db, can.scope().clone(), id.0).await?))
}

/// Withdraw a statement that isn't confirmed: its captures are free for the next one, or for a refund.
#[utoipa::path(tag = "life", params(("id" = SettlementId, Path), ("Idempotency-Key" = String, Header)), responses((status = 204, description = "withdrawn"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/settlements/{id}/withdraw")]
pub async fn settlement_withdraw(
    can: Can<SettlementWithdraw>,
    id: PathId<SettlementId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let done = withdraw(&can, &db, key, id.0).await?;
    Ok(NoContent::new(&done))
}

/// Enter the proof of a payment; another one of the staff approves it.
#[utoipa::path(tag = "life", request_body = Payment, params(("id" = SettlementId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = SettlementView, description = "entered"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/settlements/{id}/payment")]
pub async fn settlement_payment(
    can: Can<SettlementPayment>,
    id: PathId<SettlementId>,
    key: IdempotencyKey,
    body: Valid<Payment>,
    db: Data<Db>,
) -> Result<Changed<SettlementView>, ApiError> {
    let hash = body.hash();
    let done = pay(&can, &db, (key, hash), id.0, body.into_inner()).await?;
    Ok(Changed::new(&done, shown(&db, can.scope().clone(), id.0).await?))
}

/// Approve a payment that another one entered: the statement is paid, its points leave circulation.
#[utoipa::path(tag = "life", params(("id" = SettlementId, Path), ("Idempotency-Key" = String, Header)), responses((status = 201, body = SettlementView, description = "paid"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/settlements/{id}/payment/approve")]
pub async fn settlement_payment_approve(
    can: Can<SettlementPaymentApprove>,
    id: PathId<SettlementId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Created<SettlementView>, ApiError> {
    let done = approve_payment(&can, &db, key, id.0).await?;
    let scope = can.scope().clone();
    let view = db.read(move |conn| view::settlement(conn, &scope, id.0)).await?;
    Ok(Created::new(&done, format!("/api/v1/life/settlements/{}", id.0), view))
}
