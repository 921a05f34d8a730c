//! Settlement with merchants: close a period, answer a dispute, enter a payment, approve what another one entered, download.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{PathId, Query};
use base::ids::PersonId;
use base::page::{Page, PageQuery};
use life::settlement::http::{self as api, SettlementFilter};
use life::settlement::{
    SettlementClose, SettlementCsvFind, SettlementFind, SettlementId, SettlementLineList, SettlementLineView, SettlementList,
    SettlementPayment, SettlementPaymentApprove, SettlementReply, SettlementState, SettlementView, SettlementWithdraw,
    SettlementXlsxFind,
};
use people::identity::{self, Can};

use super::form::Form;
use super::frame::Frame;
use super::points::{Place, named, places};
use super::refused::Refused;
use super::times;
use super::words_frame as frame_words;
use super::words_settlements as w;

const LIST: &str = "/console/settlements";

#[derive(Template)]
#[template(path = "settlements.html", config = "src/console/askama.toml")]
struct SettlementsPage<'a> {
    f: &'a Frame,
    page: Page<SettlementView>,
    communities: Vec<Place>,
    state: Option<SettlementState>,
    may_close: bool,
    refused: &'a Refused,
}

impl SettlementsPage<'_> {
    fn is_state(&self, state: &SettlementState) -> bool {
        self.state == Some(*state)
    }
}

async fn list_page(
    (can, frame, db): (&Can<SettlementList>, &Frame, &Db),
    query: &SettlementFilter,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let page = api::list(can, db, query).await?;
    let actor = can.actor().clone();
    let (communities, _) = db.read(move |connection| places(connection, &actor)).await?;
    let may_close = can.actor().may::<SettlementClose>();
    let whole = SettlementsPage { f: frame, page, communities, state: query.state, may_close, refused };
    frame.page_with(refused.status_or_ok(), &whole)
}

/// Statements.
#[get("/settlements")]
pub async fn console_settlements(
    can: Can<SettlementList>,
    frame: Frame,
    query: Query<SettlementFilter>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    list_page((&can, &frame, &db), &query, &Refused::default()).await
}

/// Closes a period now.
#[post("/settlements/close")]
pub async fn console_settlement_close(
    can: Can<SettlementClose>,
    list: Can<SettlementList>,
    frame: Frame,
    form: Form,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let closed = async { api::close_period(&can, &db, (form.key()?, form.hash()), form.read()?).await };
    match closed.await {
        Ok(_done) => Ok(frame.go(LIST, w::CLOSED)),
        Err(why) => {
            let all = SettlementFilter { merchant: None, state: None, limit: None, cursor: None };
            list_page((&list, &frame, &db), &all, &Refused::new("close", form, why, frame.lang())?).await
        }
    }
}

#[derive(Template)]
#[template(path = "settlement.html", config = "src/console/askama.toml")]
struct SettlementPage<'a> {
    f: &'a Frame,
    one: SettlementView,
    lines: Page<SettlementLineView>,
    entered_by: Option<PersonId>,
    entered_name: String,
    me: PersonId,
    may: bool,
    refused: &'a Refused,
}

impl SettlementPage<'_> {
    /// Entered by somebody else and confirmed: the second one of the two.
    fn approves(&self) -> bool {
        self.may && self.one.state == SettlementState::Confirmed && self.entered_by.is_some_and(|by| by != self.me)
    }

    fn enters(&self) -> bool {
        self.may && self.one.state == SettlementState::Confirmed
    }

    fn replies(&self) -> bool {
        self.may && self.one.state == SettlementState::Disputed
    }

    fn withdraws(&self) -> bool {
        self.may && matches!(self.one.state, SettlementState::Stated | SettlementState::Disputed)
    }
}

/// What is needed to show one.
type See = (Can<SettlementFind>, Can<SettlementLineList>);

async fn one_page(
    (can, frame, db): (&See, &Frame, &Db),
    id: SettlementId,
    query: &PageQuery,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let (one, entered_by) = api::find(&can.0, db, id).await?;
    let lines = api::lines(&can.1, db, id, query).await?;
    let people: Vec<PersonId> = entered_by.into_iter().collect();
    let names = db.read(move |connection| identity::names_by_ids(connection, &people)).await?;
    let entered_name = entered_by.map_or_else(String::new, |by| named(&names, &by));
    let (me, may) = (can.0.person(), can.0.actor().may::<SettlementPayment>());
    let page = SettlementPage { f: frame, one, lines, entered_by, entered_name, me, may, refused };
    frame.page_with(refused.status_or_ok(), &page)
}

/// One statement with its lines.
#[get("/settlements/{id}")]
pub async fn console_settlement(
    can: See,
    frame: Frame,
    id: PathId<SettlementId>,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    one_page((&can, &frame, &db), id.0, &query, &Refused::default()).await
}

/// A statement as CSV or XLSX.
#[get("/settlements/{id}/statement.{kind}")]
pub async fn console_settlement_file(
    can: (Can<SettlementCsvFind>, Can<SettlementXlsxFind>),
    request: HttpRequest,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let gone = || ApiError::of(&error::NOT_FOUND);
    let part = |name: &str| request.match_info().get(name).unwrap_or_default().to_owned();
    let id: SettlementId = part("id").parse().map_err(|why| gone().because(anyhow::anyhow!("{why:?}")))?;
    match part("kind").as_str() {
        "csv" => api::csv(&can.0, &db, id).await,
        "xlsx" => api::xlsx(&can.1, &db, id).await,
        _ => Err(gone()),
    }
}

/// What may be done with a statement; which one, the form says.
type Doing = (Can<SettlementReply>, Can<SettlementWithdraw>, Can<SettlementPayment>, Can<SettlementPaymentApprove>);

async fn done(can: &Doing, db: &Db, id: SettlementId, form: &Form) -> Result<String, ApiError> {
    let sent = (form.key()?, form.hash());
    let page = format!("{LIST}/{id}");
    let body = form.without("what");
    match form.get("what") {
        "reply" => api::reply(&can.0, db, sent, id, body.read()?).await?,
        "withdraw" => {
            api::withdraw(&can.1, db, sent.0, id).await?;
            return Ok(LIST.to_owned());
        }
        "pay" => api::pay(&can.2, db, sent, id, body.read()?).await?,
        "approve" => api::approve_payment(&can.3, db, sent.0, id).await?,
        _ => return Err(ApiError::of(&error::NOT_FOUND)),
    };
    Ok(page)
}

/// Replies, withdraws, enters a payment or approves it.
#[post("/settlements/{id}")]
pub async fn console_settlement_do(
    can: Doing,
    see: See,
    frame: Frame,
    id: PathId<SettlementId>,
    form: Form,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    match done(&can, &db, id.0, &form).await {
        Ok(page) => Ok(frame.go(&page, w::DONE)),
        Err(why) => {
            let what = form.get("what").to_owned();
            let refused = Refused::new(&what, form, why, frame.lang())?;
            one_page((&see, &frame, &db), id.0, &PageQuery::default(), &refused).await
        }
    }
}
