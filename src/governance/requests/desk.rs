//! The moves of handlers for whoever shows requests in another way than the API's JSON: the console. Each is what its route does, with
//! the same right, idempotency and body.

use base::db::{Db, Done};
use base::error::ApiError;
use base::http::{IdempotencyKey, hash_on};
use diesel::PgConnection;
use people::identity::{Actor, Can};

use super::clocks::{self, ExtensionForm, PauseForm, RequestExtend, RequestPause, RequestResume};
use super::hats;
use super::http_read::by;
use super::{
    Acceptance, Arbitration, CaseId, Desk, Dispatch, Move, NewAnswer, NewConfirmation, Progress, Question, RequestAccept,
    RequestAnswer, RequestArbitrate, RequestAsk, RequestConfirm, RequestDispatch, RequestProgress, RequestReturn, Return,
    accept as taking, answer as answering, arbitrate as arbitrating, ask as asking, confirm as confirming,
    dispatch as dispatching, progress as telling, return_, rows,
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

/// What an actor may do with a request as it lies now: the moves that its state allows and its desk is theirs for. For showing forms;
/// each move asks again.
pub fn open_to(connection: &mut PgConnection, actor: &Actor, id: CaseId) -> Result<Vec<Move>, ApiError> {
    let Some(case) = rows::find(connection, id)? else { return Ok(Vec::new()) };
    let (at_desk, leads) = (hats::at_desk(connection, actor, &case), hats::leading(connection, actor, &case));
    let unit = at_desk.as_ref().is_ok_and(|hat| hat.organization.is_some());
    let fits = |by: &Move| match by {
        Move::Accept => at_desk.is_ok() && case.desk != Desk::Street,
        Move::Dispatch => at_desk.is_ok() && case.desk == Desk::Community,
        Move::Return => leads.is_ok() && unit,
        Move::Ask | Move::Answer => leads.is_ok(),
        _ => false,
    };
    Ok(case.state.allowed().filter(fits).collect())
}
