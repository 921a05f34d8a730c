//! Requests: the list of what lies within the reader's reach, and one of them with all that can be done to it now.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use base::db::Db;
use base::error::{self, ApiError};
use base::http::PathId;
use base::ids::OrganizationId;
use base::page::PageQuery;
use base::text::Text;
use chrono::{DateTime, Utc};
use governance::requests::clocks::{ClockKind, ClockState, PauseReason, RequestExtend, RequestPause, RequestResume};
use governance::requests::desk::{self, Choices, Whole};
use governance::requests::finding::http::{self as views, RequestViewKept};
use governance::requests::finding::{NewRequestView, RequestFilters, RequestQuery, RequestViewCreate, RequestViewList};
use governance::requests::http_read;
use governance::requests::{
    AnswerView, CaseId, Desk, Move, Outcome, RequestConfirm, RequestFind, RequestList, RequestProgress, RequestView,
    ReturnReason, Source, State,
};
use people::files::{FileView, Signer};
use people::identity::Can;

use super::form::Form;
use super::frame::Frame;
use super::refused::Refused;
use super::times::{self, Left, left};
use super::{words_frame as frame_words, words_requests as w};

/// The list's page.
const LIST: &str = "/console/requests";

/// The fields of a list's filter as typed: kept for the form, and without the empty ones read as the API's own query.
pub(super) struct Typed(Vec<(String, String)>);

impl Typed {
    /// Of these fields.
    pub(super) const fn new(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// Of a request's query string.
    pub(super) fn of(request: &HttpRequest) -> Self {
        Self(serde_urlencoded::from_str(request.query_string()).unwrap_or_default())
    }

    fn given(&self) -> impl Iterator<Item = &(String, String)> {
        self.0.iter().filter(|(_, value)| !value.trim().is_empty())
    }

    /// As the API's query.
    pub(super) fn read<T: serde::de::DeserializeOwned>(&self) -> Result<T, ApiError> {
        let text = serde_urlencoded::to_string(self.given().collect::<Vec<_>>()).map_err(ApiError::internal)?;
        serde_urlencoded::from_str(&text).map_err(|why| ApiError::of(&error::INVALID_QUERY).because(why))
    }

    /// What was typed into a field.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// The same list from another cursor on.
    pub(super) fn after(&self, path: &str, cursor: &str) -> String {
        let mut kept: Vec<(&str, &str)> =
            self.given().filter(|(key, _)| key != "cursor").map(|(key, value)| (key.as_str(), value.as_str())).collect();
        kept.push(("cursor", cursor));
        format!("{path}?{}", serde_urlencoded::to_string(kept).unwrap_or_default())
    }
}

/// One line of the list.
struct Line {
    view: RequestView,
    left: Left,
}

#[derive(Template)]
#[template(path = "requests.html", config = "src/console/askama.toml")]
struct ListPage<'a> {
    f: &'a Frame,
    typed: &'a Typed,
    lines: Vec<Line>,
    next: Option<String>,
    /// Kept filters: name, and the list under them.
    views: Vec<(String, String)>,
    may_keep: bool,
}

impl ListPage<'_> {
    fn chose(&self, field: &str, value: &str) -> bool {
        self.typed.get(field) == value
    }
    fn filters(&self) -> impl Iterator<Item = &(String, String)> {
        self.typed.given().filter(|(name, _)| !["cursor", "limit"].contains(&name.as_str()))
    }
    fn filtered(&self) -> bool {
        self.filters().next().is_some()
    }
}

/// What is left of a request's time: nothing any more once it is answered.
fn left_of(view: &RequestView, now: DateTime<Utc>, frame: &Frame) -> Left {
    if view.state.is_open() {
        left(view.due_at, now, frame.lang())
    } else {
        Left { class: "calm", text: view.state.zh().to_owned() }
    }
}

/// A kept filter as a link.
fn link_of(kept: RequestViewKept) -> (String, String) {
    let query = serde_urlencoded::to_string(&kept.filters).unwrap_or_default();
    (kept.name, format!("{LIST}?{query}"))
}

/// The list.
#[get("/requests")]
pub async fn console_requests(
    can: Can<RequestList>,
    keeps: Can<RequestViewList>,
    frame: Frame,
    request: HttpRequest,
    (db, signer): (Data<Db>, Data<Signer>),
) -> Result<HttpResponse, ApiError> {
    let typed = Typed::of(&request);
    let page = http_read::listed(&can, &typed.read::<RequestQuery>()?, &db, signer).await?;
    let all = PageQuery { limit: Some(50), cursor: None };
    let views = views::kept(&keeps, &all, &db).await?.items.into_iter().map(link_of).collect();
    let now = db.read(base::db::now).await?;
    let next = page.next_cursor.map(|cursor| typed.after(LIST, &cursor));
    let lines = page.items.into_iter().map(|view| Line { left: left_of(&view, now, &frame), view }).collect();
    let may_keep = can.actor().may::<RequestViewCreate>();
    frame.page(&ListPage { f: &frame, typed: &typed, lines, next, views, may_keep })
}

/// Keeps the filters of the list under a name.
#[post("/request-views")]
pub async fn console_request_view(
    can: Can<RequestViewCreate>,
    frame: Frame,
    form: Form,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let filters: RequestFilters = form.without("name").read()?;
    let name = Text::new(form.get("name")).map_err(|why| ApiError::invalid("/name", &why.to_string()))?;
    let query = serde_urlencoded::to_string(&filters).map_err(ApiError::internal)?;
    views::keep(&can, &db, form.key()?, form.hash(), NewRequestView { name, filters }).await?;
    Ok(frame.go(&format!("{LIST}?{query}"), w::KEPT))
}

#[derive(Template)]
#[template(path = "request.html", config = "src/console/askama.toml")]
struct OnePage<'a> {
    f: &'a Frame,
    refused: &'a Refused,
    whole: Whole,
    choices: Choices,
    left: Left,
    facts: Vec<(String, String)>,
}

impl OnePage<'_> {
    fn can(&self, by: Move) -> bool {
        self.whole.open.contains(&by)
    }
    fn may_confirm(&self) -> bool {
        let open = !self.whole.confirmed && self.whole.view.state != State::Cancelled;
        open && self.f.actor().is_some_and(|actor| actor.may::<RequestConfirm>())
    }
    fn may_tell(&self) -> bool {
        self.whole.view.state.is_open() && self.may_note()
    }
    fn may_note(&self) -> bool {
        self.f.actor().is_some_and(|actor| actor.may::<RequestProgress>())
    }
    fn clock(&self, state: ClockState) -> bool {
        self.whole.view.clocks.iter().any(|clock| clock.kind == ClockKind::Resolve && clock.state == state)
    }
    fn may_pause(&self) -> bool {
        self.clock(ClockState::Running) && self.f.actor().is_some_and(|actor| actor.may::<RequestPause>())
    }
    fn may_resume(&self) -> bool {
        self.clock(ClockState::Paused) && self.f.actor().is_some_and(|actor| actor.may::<RequestResume>())
    }
    fn may_extend(&self) -> bool {
        let once = self.clock(ClockState::Running) && !self.whole.view.extended;
        once && self.f.actor().is_some_and(|actor| actor.may::<RequestExtend>())
    }
    fn may_anything(&self) -> bool {
        !self.whole.open.is_empty() || self.whole.arbitrates || self.may_note() || self.may_confirm()
    }
    fn outcomes(&self) -> impl Iterator<Item = &'static Outcome> {
        Outcome::ALL.iter().filter(|outcome| outcome.is_answer())
    }
    fn pause_reasons(&self) -> impl Iterator<Item = &'static PauseReason> {
        PauseReason::ALL.iter().filter(|reason| **reason != PauseReason::WaitingForResident)
    }
    fn return_reasons(&self) -> &'static [ReturnReason] {
        ReturnReason::ALL
    }
    fn pictures(&self) -> [(&'static str, &[FileView]); 2] {
        let view = &self.whole.view;
        [(self.f.t(w::PHOTOS), &view.files), (self.f.t(w::RESULT_PHOTOS), &view.result_files)]
    }
    fn chose_unit(&self, form: &str, field: &str, unit: &OrganizationId) -> bool {
        self.refused.chose(form, field, &unit.to_string())
    }
    fn scores(&self, answer: &AnswerView) -> String {
        let given = [("速度", answer.speed), ("效果", answer.effect), ("态度", answer.attitude), ("反馈", answer.feedback)];
        let given = given.iter().filter_map(|(what, score)| score.map(|score| format!("{what} {score}")));
        given.collect::<Vec<_>>().join("，")
    }
    fn act(&self, verb: &str) -> String {
        format!("/console/requests/{}/{verb}", self.whole.view.id)
    }
}

/// What the reporter was asked at intake and said.
fn given(answers: &serde_json::Value) -> Vec<(String, String)> {
    let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let pair = |one: &serde_json::Value| {
        let (key, answer) = (one.get("key")?, one.get("answer")?);
        Some((text(one.get("text").unwrap_or(key)), text(answer)))
    };
    answers.as_array().map(|all| all.iter().filter_map(pair).collect()).unwrap_or_default()
}

/// The page of one request; with a form that was refused, if there was one.
pub(super) async fn page(
    can: Can<RequestFind>,
    frame: &Frame,
    (db, signer): (&Db, Data<Signer>),
    id: CaseId,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let (whole, choices, now) = db
        .read(move |connection| -> Result<_, ApiError> {
            let whole = desk::whole(connection, &can, &signer, id)?;
            let choices = desk::choices(connection, &whole.view)?;
            Ok((whole, choices, base::db::now(connection)?))
        })
        .await?;
    let (left, facts) = (left_of(&whole.view, now, frame), given(&whole.view.answers));
    frame.page_with(refused.status(), &OnePage { f: frame, refused, whole, choices, left, facts })
}

/// One request.
#[get("/requests/{id}")]
pub async fn console_request(
    can: Can<RequestFind>,
    frame: Frame,
    id: PathId<CaseId>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<HttpResponse, ApiError> {
    page(can, &frame, (&db, signer), id.0, &Refused::default()).await
}
