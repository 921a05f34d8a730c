//! Moderation of the grid chat: what was reported, in what was said around it; hiding, restoring, muting; long mutes that wait for a second
//! person; objections.

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, post};
use askama::Template;
use base::db::Db;
use base::error::{self, ApiError};
use base::http::PathId;
use base::page::PageQuery;
use base::text::Whole;
use futures_util::future::{Ready, ready};
use governance::chat::cases::ChatMessageToRequest;
use governance::chat::messages::MessageState;
use governance::chat::moderation::desk::{self, Sent, Waiting};
use governance::chat::moderation::http_measures::MeasureQuery;
use governance::chat::moderation::{
    AppealDecision, ChatAppealDecide, ChatAuthorMute, ChatMeasureList, ChatMessageDismiss, ChatMessageHide, ChatMessageRestore,
    ChatMuteApprove, ChatMuteLift, ChatMuteRefuse, ChatQueueList, Grounds, MeasureKind, MeasureState, MeasureView, NewMute,
    ReasonView,
};
use governance::chat::{MeasureId, MessageId, Signals};
use people::files::Signer;
use people::identity::Can;

use super::form::Form;
use super::frame::Frame;
use super::refused::Refused;
use super::requests::Typed;
use super::said::Said;
use super::{times, topics, words_chat as w, words_frame as frame_words};

/// The queue's page.
const QUEUE: &str = "/console/chat";
/// That of measures.
const MEASURES: &str = "/console/chat/measures";

/// What every page and form of this area needs.
pub struct Desk {
    frame: Frame,
    see: Can<ChatQueueList>,
    measures: Can<ChatMeasureList>,
    db: Data<Db>,
    signer: Data<Signer>,
    signals: Data<Signals>,
}

impl FromRequest for Desk {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Self::of(request, payload))
    }
}

#[derive(Template)]
#[template(path = "chat.html", config = "src/console/askama.toml")]
struct QueuePage<'a> {
    f: &'a Frame,
    refused: &'a Refused,
    items: Vec<Waiting>,
    reasons: Vec<ReasonView>,
    may_raise: bool,
    next: Option<String>,
}

impl QueuePage<'_> {
    fn form(&self, id: &MessageId) -> String {
        id.to_string()
    }
    fn held(&self, state: &MessageState) -> bool {
        *state == MessageState::Pending
    }
    fn reason(&self, code: &str) -> String {
        self.reasons.iter().find(|reason| reason.code == code).map_or_else(|| code.to_owned(), |reason| reason.zh.clone())
    }
}

#[derive(Template)]
#[template(path = "chat_measures.html", config = "src/console/askama.toml")]
struct MeasuresPage<'a> {
    f: &'a Frame,
    refused: &'a Refused,
    items: Vec<MeasureView>,
    state: MeasureState,
    may_decide: bool,
    next: Option<String>,
}

impl MeasuresPage<'_> {
    fn form(&self, id: &MeasureId) -> String {
        id.to_string()
    }
    fn is(&self, state: MeasureState) -> bool {
        self.state == state
    }
    fn is_hide(&self, kind: &MeasureKind) -> bool {
        *kind == MeasureKind::Hide
    }
}

impl Desk {
    fn of(request: &HttpRequest, payload: &mut Payload) -> Result<Self, ApiError> {
        let missing = || ApiError::internal(anyhow::anyhow!("the app lacks what the chat's pages need"));
        Ok(Self {
            see: Can::from_request(request, payload).into_inner()?,
            measures: Can::from_request(request, payload).into_inner()?,
            frame: Frame::of(request),
            db: request.app_data::<Data<Db>>().cloned().ok_or_else(missing)?,
            signer: request.app_data::<Data<Signer>>().cloned().ok_or_else(missing)?,
            signals: request.app_data::<Data<Signals>>().cloned().ok_or_else(missing)?,
        })
    }

    fn sent(form: &Form) -> Result<Sent, ApiError> {
        Ok(Sent { key: form.key()?, hash: form.hash() })
    }

    async fn queue(self, typed: &Typed, refused: &Refused) -> Result<HttpResponse, ApiError> {
        let page = desk::queue(&self.see, &typed.read::<PageQuery>()?, &self.db, self.signer.get_ref().clone()).await?;
        let reasons = self.db.read(desk::reasons).await?;
        let next = page.next_cursor.map(|cursor| typed.after(QUEUE, &cursor));
        let may_raise = self.see.actor().may::<ChatMessageToRequest>();
        let page = QueuePage { f: &self.frame, refused, items: page.items, reasons, may_raise, next };
        self.frame.page_with(refused.status(), &page)
    }

    async fn list(self, typed: &Typed, refused: &Refused) -> Result<HttpResponse, ApiError> {
        let mut query: MeasureQuery = typed.read()?;
        let state = *query.state.get_or_insert(MeasureState::Appealed);
        let page = desk::measures(&self.measures, &query, &self.db).await?;
        let next = page.next_cursor.map(|cursor| typed.after(MEASURES, &cursor));
        let may_decide = self.measures.actor().may::<ChatAppealDecide>();
        let page = MeasuresPage { f: &self.frame, refused, items: page.items, state, may_decide, next };
        self.frame.page_with(refused.status(), &page)
    }

    /// What a write on a message needs besides its right.
    pub(super) fn parts(&self) -> (&Db, &Signals) {
        (&self.db, &self.signals)
    }

    /// After something was done to a message: the topic that the form stood in, or the queue again; refused, with what was typed.
    pub(super) async fn after(
        self,
        id: MessageId,
        form: Form,
        outcome: Result<(), ApiError>,
        said: Said,
    ) -> Result<HttpResponse, ApiError> {
        let topic = form.get("from").parse().ok().map(topics::page_of);
        match outcome {
            Ok(()) => Ok(self.frame.go(topic.as_deref().unwrap_or(QUEUE), said)),
            Err(why) => {
                let refused = Refused::new(&id.to_string(), form, why, self.frame.lang())?;
                if let Some(topic) = topic {
                    return Ok(self.frame.go_saying(&topic, refused.text()));
                }
                self.queue(&Typed::new(Vec::new()), &refused).await
            }
        }
    }

    /// After something was done to a measure: the list it was on again.
    async fn settled(
        self,
        id: MeasureId,
        form: Form,
        outcome: Result<(), ApiError>,
        said: Said,
    ) -> Result<HttpResponse, ApiError> {
        let state = MeasureState::parse(form.get("list")).unwrap_or(MeasureState::Appealed);
        match outcome {
            Ok(()) => Ok(self.frame.go(&format!("{MEASURES}?state={}", state.name()), said)),
            Err(why) => {
                let refused = Refused::new(&id.to_string(), form, why, self.frame.lang())?;
                self.list(&Typed::new(vec![("state".to_owned(), state.name().to_owned())]), &refused).await
            }
        }
    }
}

/// What waits.
#[get("/chat")]
pub async fn console_chat(desk: Desk, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    desk.queue(&Typed::of(&request), &Refused::default()).await
}

/// Measures: objections, proposals, what is in force.
#[get("/chat/measures")]
pub async fn console_chat_measures(desk: Desk, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    desk.list(&Typed::of(&request), &Refused::default()).await
}

/// Leaves a reported message.
#[post("/chat/messages/{id}/dismiss")]
pub async fn console_chat_dismiss(
    can: Can<ChatMessageDismiss>,
    desk: Desk,
    id: PathId<MessageId>,
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let outcome = async { desk::dismiss(&can, (&desk.db, &desk.signals), Desk::sent(&form)?, id.0).await }.await;
    desk.after(id.0, form, outcome, w::DISMISSED).await
}

/// Hides a message.
#[post("/chat/messages/{id}/hide")]
pub async fn console_chat_hide(
    can: Can<ChatMessageHide>,
    desk: Desk,
    id: PathId<MessageId>,
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let outcome = async {
        desk::hide(&can, (&desk.db, &desk.signals), Desk::sent(&form)?, id.0, form.without("from").read::<Grounds>()?).await
    }
    .await;
    desk.after(id.0, form, outcome, w::HIDDEN).await
}

/// Mutes the author of a message.
#[post("/chat/messages/{id}/mute")]
pub async fn console_chat_mute(
    can: Can<ChatAuthorMute>,
    desk: Desk,
    id: PathId<MessageId>,
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let outcome = async {
        let days = form.get("days").parse().ok().and_then(Whole::new);
        let days = days.ok_or_else(|| ApiError::of(&error::INVALID_FIELD).field("/days", "must be between 1 and 365"))?;
        let new = NewMute { days, grounds: form.without("days").read()? };
        desk::mute(&can, &desk.db, Desk::sent(&form)?, id.0, new).await
    };
    let outcome = outcome.await;
    desk.after(id.0, form, outcome, w::MUTED).await
}

/// Shows a hidden message again.
#[post("/chat/messages/{id}/restore")]
pub async fn console_chat_restore(
    can: Can<ChatMessageRestore>,
    desk: Desk,
    id: PathId<MessageId>,
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let outcome = async { desk::restore(&can, (&desk.db, &desk.signals), Desk::sent(&form)?, id.0).await }.await;
    desk.after(id.0, form, outcome, w::RESTORED).await
}

macro_rules! measures {
    ($($(#[$about:meta])* $name:ident $permission:ident $path:literal $act:ident $said:ident;)*) => {$(
        $(#[$about])*
        #[post($path)]
        pub async fn $name(
            can: Can<$permission>,
            desk: Desk,
            id: PathId<MeasureId>,
            form: Form,
        ) -> Result<HttpResponse, ApiError> {
            let outcome = async { desk::$act(&can, &desk.db, Desk::sent(&form)?, id.0).await }.await;
            desk.settled(id.0, form, outcome, w::$said).await
        }
    )*};
}

measures! {
    /// Says yes to a long mute.
    console_chat_approve ChatMuteApprove "/chat/measures/{id}/approve" approve APPROVED;
    /// Says no to it.
    console_chat_refuse ChatMuteRefuse "/chat/measures/{id}/refuse" refuse REFUSED;
    /// Lifts a mute early.
    console_chat_lift ChatMuteLift "/chat/measures/{id}/lift" lift LIFTED;
}

/// Decides on an objection.
#[post("/chat/measures/{id}/decide")]
pub async fn console_chat_decide(
    can: Can<ChatAppealDecide>,
    desk: Desk,
    id: PathId<MeasureId>,
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let outcome = async {
        let decision: AppealDecision = form.without("list").read()?;
        desk::decide(&can, (&desk.db, &desk.signals), Desk::sent(&form)?, id.0, decision).await
    };
    let outcome = outcome.await;
    desk.settled(id.0, form, outcome, w::DECIDED).await
}
