//! The moves of handlers for whoever shows requests in another way than the API's JSON: the console. Each is what its route does, with
//! the same right, idempotency and body.

use base::db::{Db, Done};
use base::error::ApiError;
use base::http::{IdempotencyKey, hash_on};
use base::ids::OrganizationId;
use diesel::PgConnection;
use people::files::Signer;
use people::identity::{Actor, Can};
use people::{community, grid};

use super::clocks::{self, ExtensionForm, PauseForm, RequestExtend, RequestPause, RequestResume};
use super::http_read::by;
use super::http_templates::ReplyTemplateView;
use super::rows::Case;
use super::view::{self, AnswerView, EventView, RequestView};
use super::{
    Acceptance, Arbitration, CaseId, Desk, Dispatch, Move, NewAnswer, NewConfirmation, Progress, Question, RequestAccept,
    RequestAnswer, RequestArbitrate, RequestAsk, RequestConfirm, RequestDispatch, RequestFind, RequestProgress, RequestReturn,
    Return, State, duty, hats, joining, reach, return_, rows_answers, rows_events, rows_templates,
};
use super::{
    accept as taking, answer as answering, arbitrate as arbitrating, ask as asking, confirm as confirming,
    dispatch as dispatching, progress as telling,
};

/// What identifies a write that was sent: its key, and SHA-256 of what it says.
#[derive(Debug, Clone)]
pub struct Sent {
    /// The key.
    pub key: IdempotencyKey,
    /// SHA-256 of the content as sent.
    pub hash: [u8; 32],
}

macro_rules! moves {
    ($($(#[$about:meta])* $name:ident $permission:ident $body:ident $verb:path;)*) => {$(
        $(#[$about])*
        pub async fn $name(can: &Can<$permission>, db: &Db, sent: Sent, id: CaseId, body: $body) -> Result<Done<()>, ApiError> {
            let once = can.once(sent.key, hash_on(id.0, sent.hash), id.0);
            let can = can.clone();
            db.once(once, move |tx| $verb(tx, &by(&can), id, &body)).await
        }
    )*};
}

moves! {
    /// Take a request.
    accept RequestAccept Acceptance taking::accept;
    /// Give a request of the community's queue to a unit.
    dispatch RequestDispatch Dispatch dispatching::dispatch;
    /// Give a request back.
    give_back RequestReturn Return return_::give_back;
    /// Decide for the street who handles it.
    arbitrate RequestArbitrate Arbitration arbitrating::arbitrate;
    /// Ask the reporter.
    ask RequestAsk Question asking::ask;
    /// Tell the reporter news, or note something for handlers.
    progress RequestProgress Progress telling::tell;
    /// Answer with an outcome.
    answer RequestAnswer NewAnswer answering::answer;
    /// Confirm that a report is true.
    confirm RequestConfirm NewConfirmation confirming::confirm;
}

/// Stop the clock of the answer.
pub async fn pause(can: &Can<RequestPause>, db: &Db, sent: Sent, id: CaseId, form: PauseForm) -> Result<Done<()>, ApiError> {
    let once = can.once(sent.key, hash_on(id.0, sent.hash), id.0);
    let (scope, person) = (can.scope().clone(), can.person());
    db.once(once, move |tx| clocks::pause(tx, &scope, person, id, &form)).await
}

/// Let the clock of the answer go on.
pub async fn resume(can: &Can<RequestResume>, db: &Db, sent: Sent, id: CaseId) -> Result<Done<()>, ApiError> {
    let once = can.once(sent.key, hash_on(id.0, sent.hash), id.0);
    let (scope, person) = (can.scope().clone(), can.person());
    db.once(once, move |tx| clocks::resume(tx, &scope, person, id)).await
}

/// Extend the deadline of the answer.
pub async fn extend(
    can: &Can<RequestExtend>,
    db: &Db,
    sent: Sent,
    id: CaseId,
    form: ExtensionForm,
) -> Result<Done<()>, ApiError> {
    let once = can.once(sent.key, hash_on(id.0, sent.hash), id.0);
    let (scope, person) = (can.scope().clone(), can.person());
    db.once(once, move |tx| clocks::extend(tx, &scope, person, id, &form)).await
}

/// A request with all that a handler's page shows of it.
pub struct Whole {
    /// The request.
    pub view: RequestView,
    /// Its timeline, from the first event.
    pub events: Vec<EventView>,
    /// Its answers, round by round.
    pub answers: Vec<AnswerView>,
    /// What the reader may do now.
    pub open: Vec<Move>,
    /// Does it wait for the street's decision, and is the reader of the street?
    pub arbitrates: bool,
    /// Has somebody confirmed that the report is true?
    pub confirmed: bool,
    /// Households that say that it concerns them too.
    pub households: i64,
}

/// Events of a timeline that a page shows at most.
const EVENTS: i64 = 500;

/// The request, as far as the right to see it reaches; 404 beyond.
pub fn whole(connection: &mut PgConnection, can: &Can<RequestFind>, signer: &Signer, id: CaseId) -> Result<Whole, ApiError> {
    let (case, handler) = reach::within(connection, can.scope(), id)?;
    let events = rows_events::after(connection, id, 0, handler, EVENTS)?;
    let arbitrates =
        case.state == State::Returned && case.desk == Desk::Street && hats::street(connection, can.actor(), &case).is_ok();
    let rounds = rows_answers::all(connection, id)?;
    Ok(Whole {
        open: open_to(connection, can.actor(), &case),
        arbitrates,
        confirmed: rows_answers::confirmation(connection, id)?.is_some(),
        households: joining::households(connection, &[id])?.get(&id).copied().unwrap_or(0),
        events: view::timeline(connection, events, handler)?,
        answers: view::answers(connection, rounds)?,
        view: view::one(connection, signer, case)?,
    })
}

/// What the forms of a request let one choose from.
#[derive(Debug, Default)]
pub struct Choices {
    /// Units at work in its community and its street.
    pub units: Vec<(OrganizationId, String)>,
    /// Categories in force: code and words.
    pub categories: Vec<(String, String)>,
    /// Texts for its answer.
    pub templates: Vec<ReplyTemplateView>,
}

/// Of everything that a form offers, at most so many.
const OFFERED: i64 = 100;

/// What the forms of a request let one choose from.
pub fn choices(connection: &mut PgConnection, view: &RequestView) -> Result<Choices, ApiError> {
    let Some(community) = grid::unit_find(connection, view.community)? else { return Ok(Choices::default()) };
    let places: Vec<_> = grid::above(connection, &community.path)?.into_iter().map(|unit| unit.id).collect();
    let units =
        community::organizations::organizations_of(connection, &places)?.into_iter().filter(|unit| unit.kind != "merchant");
    let templates = rows_templates::list(connection, view.community, None, view.category.as_deref(), None, OFFERED)?;
    Ok(Choices {
        units: units.map(|unit| (unit.id, unit.name)).collect(),
        categories: duty::offered(connection, view.community)?,
        templates: templates.into_iter().map(ReplyTemplateView::from).collect(),
    })
}

/// What an actor may do with a request as it lies now: the moves that its state allows and its desk is theirs for. For showing forms;
/// each move asks again.
fn open_to(connection: &mut PgConnection, actor: &Actor, case: &Case) -> Vec<Move> {
    let (at_desk, leads) = (hats::at_desk(connection, actor, case), hats::leading(connection, actor, case));
    let unit = at_desk.as_ref().is_ok_and(|hat| hat.organization.is_some());
    let fits = |by: &Move| match by {
        Move::Accept => at_desk.is_ok() && case.desk != Desk::Street,
        Move::Dispatch => at_desk.is_ok() && case.desk == Desk::Community,
        Move::Return => leads.is_ok() && unit,
        Move::Ask | Move::Answer => leads.is_ok(),
        _ => false,
    };
    case.state.allowed().filter(fits).collect()
}
