//! What can be done to a request: each form of its page. Refused, the page comes back as the request stands now, with what was typed.

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse, post};
use base::db::{Db, Done};
use base::error::{self, ApiError};
use base::keys::KeyRing;
use futures_util::future::{Ready, ready};
use governance::requests::clocks::{RequestExtend, RequestPause, RequestResume};
use governance::requests::desk::{self, Sent};
use governance::requests::{
    CaseId, NewAnswer, Progress, RequestAccept, RequestAnswer, RequestArbitrate, RequestAsk, RequestConfirm, RequestDispatch,
    RequestFind, RequestProgress, RequestReturn,
};
use people::files::http as files;
use people::files::{Cabinet, FileCreate, Signer};
use people::identity::Can;

use super::form::Form;
use super::frame::Frame;
use super::refused::Refused;
use super::said::Said;
use super::upload::UploadForm;
use super::{requests, words_requests as w};

/// The request that a form is about, and what its page needs.
pub struct At {
    id: CaseId,
    frame: Frame,
    see: Can<RequestFind>,
    db: Data<Db>,
    signer: Data<Signer>,
}

impl FromRequest for At {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let see = Can::<RequestFind>::from_request(request, payload).into_inner();
        let id = request.match_info().get("id").and_then(|text| text.parse().ok());
        let (db, signer) = (request.app_data::<Data<Db>>().cloned(), request.app_data::<Data<Signer>>().cloned());
        ready(see.and_then(|see| {
            let id = id.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            let (db, signer) = db.zip(signer).ok_or_else(|| ApiError::internal(anyhow::anyhow!("the app has no database")))?;
            Ok(Self { id, frame: Frame::of(request), see, db, signer })
        }))
    }
}

impl At {
    fn sent(&self, form: &Form) -> Result<Sent, ApiError> {
        Ok(Sent { key: form.key()?, hash: form.hash() })
    }

    /// After a write: the request's page, or the list where it may have left the reader's reach.
    async fn after(
        self,
        verb: &str,
        form: Form,
        outcome: Result<Done<()>, ApiError>,
        said: Said,
    ) -> Result<HttpResponse, ApiError> {
        let to = if verb == "return" { "/console/requests".to_owned() } else { format!("/console/requests/{}", self.id) };
        match outcome {
            Ok(_done) => Ok(self.frame.go(&to, said)),
            Err(why) => {
                let refused = Refused::new(verb, form, why, self.frame.lang())?;
                requests::page(self.see, &self.frame, (&self.db, self.signer), self.id, &refused).await
            }
        }
    }
}

macro_rules! acts {
    ($($(#[$about:meta])* $name:ident $permission:ident $path:literal $verb:literal $act:ident $said:ident;)*) => {$(
        $(#[$about])*
        #[post($path)]
        pub async fn $name(can: Can<$permission>, at: At, form: Form) -> Result<HttpResponse, ApiError> {
            let outcome = async { desk::$act(&can, &at.db, at.sent(&form)?, at.id, form.read()?).await }.await;
            at.after($verb, form, outcome, w::$said).await
        }
    )*};
}

acts! {
    /// Takes it.
    console_request_accept RequestAccept "/requests/{id}/accept" "accept" accept ACCEPTED;
    /// Gives it to a unit.
    console_request_dispatch RequestDispatch "/requests/{id}/dispatch" "dispatch" dispatch DISPATCHED;
    /// Gives it back.
    console_request_return RequestReturn "/requests/{id}/return" "return" give_back RETURNED;
    /// Decides who handles it.
    console_request_arbitrate RequestArbitrate "/requests/{id}/arbitrate" "arbitrate" arbitrate ARBITRATED;
    /// Asks the reporter.
    console_request_ask RequestAsk "/requests/{id}/ask" "ask" ask ASKED;
    /// Confirms that the report is true.
    console_request_confirm RequestConfirm "/requests/{id}/confirm" "confirm" confirm CONFIRMED;
    /// Stops the clock of the answer.
    console_request_pause RequestPause "/requests/{id}/pause" "pause" pause PAUSED;
    /// Extends the deadline.
    console_request_extend RequestExtend "/requests/{id}/extend" "extend" extend EXTENDED;
}

/// Answers it, with a picture of the result if one was chosen.
#[post("/requests/{id}/answer")]
pub async fn console_request_answer(
    can: (Can<RequestAnswer>, Can<FileCreate>),
    at: At,
    sent: UploadForm,
    (cabinet, ring): (Data<Cabinet>, Data<KeyRing>),
) -> Result<HttpResponse, ApiError> {
    let UploadForm { form, file } = sent;
    let outcome = async {
        let mut answer: NewAnswer = form.read()?;
        if !file.is_empty() {
            let kept = files::receive(&can.1, (&at.db, &cabinet, &ring), form.key_for("file")?, file).await?;
            answer.files = Some(serde_json::from_value(serde_json::json!([kept.id])).map_err(ApiError::internal)?);
        }
        desk::answer(&can.0, &at.db, at.sent(&form)?, at.id, answer).await
    };
    let outcome = outcome.await;
    at.after("answer", form, outcome, w::ANSWERED).await
}

/// Tells the reporter news: this form has no field for a note, the note's has none for the reporter.
#[post("/requests/{id}/progress")]
pub async fn console_request_progress(can: Can<RequestProgress>, at: At, form: Form) -> Result<HttpResponse, ApiError> {
    let outcome = async {
        let news: Progress = form.read()?;
        let news = Progress { note: None, ..news };
        desk::progress(&can, &at.db, at.sent(&form)?, at.id, news).await
    };
    let outcome = outcome.await;
    at.after("progress", form, outcome, w::TOLD).await
}

/// Notes something for handlers.
#[post("/requests/{id}/note")]
pub async fn console_request_note(can: Can<RequestProgress>, at: At, form: Form) -> Result<HttpResponse, ApiError> {
    let outcome = async {
        let note: Progress = form.read()?;
        let note = Progress { text: None, files: None, ..note };
        desk::progress(&can, &at.db, at.sent(&form)?, at.id, note).await
    };
    let outcome = outcome.await;
    at.after("note", form, outcome, w::NOTED).await
}

/// Lets the clock go on.
#[post("/requests/{id}/resume")]
pub async fn console_request_resume(can: Can<RequestResume>, at: At, form: Form) -> Result<HttpResponse, ApiError> {
    let outcome = async { desk::resume(&can, &at.db, at.sent(&form)?, at.id).await }.await;
    at.after("resume", form, outcome, w::RESUMED).await
}
