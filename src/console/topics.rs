//! Topics of the grid chat: the list of a group, a new one, and one of them as it goes on: what is said appears by itself; a message
//! becomes a request or is hidden where it stands; a topic ends with a summary. And the figures of a month, which everybody may read.

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, post};
use askama::Template;
use base::clock::{SHANGHAI, shanghai_date};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::PathId;
use base::page::{Page, PageQuery};
use chrono::{NaiveDateTime, TimeZone as _};
use futures_util::future::{Ready, ready};
use governance::chat::cases::{ChatMessageToRequest, http as cases};
use governance::chat::groups::{ChatGroupList, GroupView, http as groups};
use governance::chat::messages::http::{self as messages, ThreadQuery};
use governance::chat::messages::{ChatMessageKind, ChatMessageList, ChatMessageSend, MessageState, MessageView, ThreadView};
use governance::chat::moderation::desk::{self as moderation, Sent};
use governance::chat::moderation::{ChatMessageHide, ReasonView};
use governance::chat::records::FiguresView;
use governance::chat::records::http::{self as records, FiguresQuery};
use governance::chat::topics::desk as topics;
use governance::chat::topics::http::TopicQuery;
use governance::chat::topics::{
    ChatTopicClose, ChatTopicFind, ChatTopicList, ChatTopicOpen, NewTopic, TopicKind, TopicState, TopicView,
};
use governance::chat::{GroupId, MessageId, Settings, Signals, TopicId};
use people::files::Signer;
use people::identity::Can;
use people::screening::Screener;
use serde_json::json;

use super::form::Form;
use super::frame::Frame;
use super::points::{Place, places};
use super::refused::Refused;
use super::requests::Typed;
use super::{times, words_chat as w, words_frame as frame_words};

/// The list's page.
const LIST: &str = "/console/chat/topics";
/// Topics of a page, and messages of one.
const TOPICS: u32 = 30;
const MESSAGES: u32 = 20;

/// A topic's page.
pub(super) fn page_of(id: TopicId) -> String {
    format!("{LIST}/{id}")
}

#[derive(Template)]
#[template(path = "chat_topics.html", config = "src/console/askama.toml")]
struct ListPage<'a> {
    f: &'a Frame,
    refused: &'a Refused,
    groups: Vec<GroupView>,
    group: Option<GroupId>,
    page: Page<TopicView>,
    next: Option<String>,
    may_open: bool,
}

impl ListPage<'_> {
    fn is_group(&self, group: &GroupId) -> bool {
        self.group == Some(*group)
    }
    fn chose_group(&self, group: &GroupId) -> bool {
        if self.refused.is("open") { self.refused.chose("open", "group", &group.to_string()) } else { self.is_group(group) }
    }
}

/// What the list needs.
type Lists = (Can<ChatGroupList>, Can<ChatTopicList>);

async fn list_page((can, frame, db): (&Lists, &Frame, &Db), typed: &Typed, refused: &Refused) -> Result<HttpResponse, ApiError> {
    let all = PageQuery { limit: Some(100), cursor: None };
    let groups = groups::list(&can.0, db, &all).await?.items;
    let group = typed.get("group").parse().ok().or_else(|| groups.first().map(|group| group.id));
    let cursor = Some(typed.get("cursor").to_owned()).filter(|cursor| !cursor.is_empty());
    let query = TopicQuery { state: None, kind: None, limit: Some(TOPICS), cursor };
    let page = match group {
        Some(group) => topics::list(&can.1, db, group, &query).await?,
        None => Page { items: Vec::new(), next_cursor: None },
    };
    let next = page.next_cursor.as_deref().map(|cursor| typed.after(LIST, cursor));
    let may_open = can.1.actor().may::<ChatTopicOpen>();
    frame.page_with(refused.status_or_ok(), &ListPage { f: frame, refused, groups, group, page, next, may_open })
}

/// The topics of a group.
#[get("/chat/topics")]
pub async fn console_chat_topics(
    can: (Can<ChatGroupList>, Can<ChatTopicList>),
    frame: Frame,
    request: HttpRequest,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    list_page((&can, &frame, &db), &Typed::of(&request), &Refused::default()).await
}

/// The topic that a form describes, by the API's own body: options one a line, times as they are said in Asia/Shanghai.
fn new_topic(form: &Form) -> Result<NewTopic, ApiError> {
    let mut body = json!({"kind": form.get("kind"), "title": form.get("title"), "text": form.get("text")});
    let options: Vec<&str> = form.get("options").lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    if !options.is_empty() {
        body["options"] = json!(options);
    }
    if !form.get("opens_at").is_empty() {
        let at = NaiveDateTime::parse_from_str(form.get("opens_at"), "%Y-%m-%dT%H:%M").ok();
        let at = at.and_then(|at| SHANGHAI.from_local_datetime(&at).single());
        let at = at.ok_or_else(|| ApiError::of(&error::INVALID_FIELD).field("/opens_at", "must be a date and a time"))?;
        body["opens_at"] = json!(at.to_utc());
    }
    serde_path_to_error::deserialize(body)
        .map_err(|wrong| ApiError::invalid(&format!("/{}", wrong.path()), &wrong.inner().to_string()))
}

/// Opens a topic.
#[post("/chat/topics")]
pub async fn console_chat_topic_open(
    can: Can<ChatTopicOpen>,
    lists: (Can<ChatGroupList>, Can<ChatTopicList>),
    frame: Frame,
    form: Form,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let opened = async {
        let group = form.get("group").parse().ok().ok_or_else(|| ApiError::invalid("/group", "is no group"))?;
        let sent = Sent { key: form.key()?, hash: form.hash() };
        topics::open(&can, &db, sent, group, new_topic(&form)?).await
    };
    match opened.await {
        Ok(done) => Ok(frame.go(&page_of(TopicId(done.id)), w::OPENED)),
        Err(why) => {
            let typed = Typed::new(vec![("group".to_owned(), form.get("group").to_owned())]);
            let refused = Refused::new("open", form, why, frame.lang())?;
            list_page((&lists, &frame, &db), &typed, &refused).await
        }
    }
}

/// A topic's page: who looks, and what it needs.
pub struct AtTopic {
    id: TopicId,
    frame: Frame,
    see: Can<ChatTopicFind>,
    read: Can<ChatMessageList>,
    db: Data<Db>,
    signer: Data<Signer>,
    signals: Data<Signals>,
}

impl FromRequest for AtTopic {
    type Error = ApiError;
    type Future = Ready<Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        ready(Self::of(request, payload))
    }
}

#[derive(Template)]
#[template(path = "chat_topic.html", config = "src/console/askama.toml")]
struct TopicPage<'a> {
    f: &'a Frame,
    refused: &'a Refused,
    topic: TopicView,
    /// Oldest first.
    messages: Vec<MessageView>,
    before: Option<i32>,
    reasons: Vec<ReasonView>,
    live: bool,
}

impl TopicPage<'_> {
    fn may_write(&self) -> bool {
        self.topic.state == TopicState::Open && self.f.actor().is_some_and(|actor| actor.may::<ChatMessageSend>())
    }
    fn may_close(&self) -> bool {
        self.topic.state == TopicState::Open && self.f.actor().is_some_and(|actor| actor.may::<ChatTopicClose>())
    }
    /// Published by a person, and not yet a request.
    fn may_raise(&self, message: &MessageView) -> bool {
        let fits = message.state == MessageState::Published && message.kind == ChatMessageKind::Message;
        fits && message.case.is_none() && self.f.actor().is_some_and(|actor| actor.may::<ChatMessageToRequest>())
    }
    fn may_hide(&self, message: &MessageView) -> bool {
        let fits = message.state == MessageState::Published && message.kind == ChatMessageKind::Message && !message.own;
        fits && self.f.actor().is_some_and(|actor| actor.may::<ChatMessageHide>())
    }
    fn act(&self, verb: &str) -> String {
        format!("{LIST}/{}/{verb}", self.topic.id)
    }
}

impl AtTopic {
    fn of(request: &HttpRequest, payload: &mut Payload) -> Result<Self, ApiError> {
        let missing = || ApiError::internal(anyhow::anyhow!("the app lacks what the topic's page needs"));
        let id = request.match_info().get("id").and_then(|text| text.parse().ok());
        Ok(Self {
            see: Can::from_request(request, payload).into_inner()?,
            read: Can::from_request(request, payload).into_inner()?,
            id: id.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?,
            frame: Frame::of(request),
            db: request.app_data::<Data<Db>>().cloned().ok_or_else(missing)?,
            signer: request.app_data::<Data<Signer>>().cloned().ok_or_else(missing)?,
            signals: request.app_data::<Data<Signals>>().cloned().ok_or_else(missing)?,
        })
    }

    async fn page(&self, before: Option<i32>, refused: &Refused) -> Result<HttpResponse, ApiError> {
        let topic = topics::find(&self.see, &self.db, self.id).await?;
        let query = ThreadQuery { after_change: None, before, limit: Some(MESSAGES) };
        let part = messages::part_of(&self.read, &self.db, self.signer.clone(), self.id, &query).await?;
        let ThreadView { mut items, own, next_before, .. } = part;
        items.reverse();
        if before.is_none() {
            items.extend(own);
        }
        let reasons = self.db.read(moderation::reasons).await?;
        let live = before.is_none();
        let page = TopicPage { f: &self.frame, refused, topic, messages: items, before: next_before, reasons, live };
        self.frame.page_with(refused.status_or_ok(), &page)
    }

    async fn after(
        &self,
        verb: &str,
        form: Form,
        outcome: Result<(), ApiError>,
        said: super::said::Said,
    ) -> Result<HttpResponse, ApiError> {
        match outcome {
            Ok(()) => Ok(self.frame.go(&page_of(self.id), said)),
            Err(why) => self.page(None, &Refused::new(verb, form, why, self.frame.lang())?).await,
        }
    }
}

/// One topic with its newest messages; with `before`, older ones.
#[get("/chat/topics/{id}")]
pub async fn console_chat_topic(at: AtTopic, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    let before = Typed::of(&request).get("before").parse().ok();
    at.page(before, &Refused::default()).await
}

/// Writes into a topic.
#[post("/chat/topics/{id}/messages")]
pub async fn console_chat_say(
    can: Can<ChatMessageSend>,
    at: AtTopic,
    form: Form,
    (screener, settings): (Data<Screener>, Data<Settings>),
) -> Result<HttpResponse, ApiError> {
    let outcome = async {
        let sent = Sent { key: form.key()?, hash: form.hash() };
        messages::say_into(&can, (&at.db, &screener, &settings, &at.signals), sent, at.id, form.read()?).await
    };
    let outcome = outcome.await;
    at.after("say", form, outcome, w::SAID).await
}

/// Closes a topic with a summary.
#[post("/chat/topics/{id}/close")]
pub async fn console_chat_topic_close(can: Can<ChatTopicClose>, at: AtTopic, form: Form) -> Result<HttpResponse, ApiError> {
    let outcome = async {
        let sent = Sent { key: form.key()?, hash: form.hash() };
        topics::close(&can, (&at.db, &at.signals), sent, at.id, form.read()?).await.map(|_done| ())
    };
    let outcome = outcome.await;
    at.after("close", form, outcome, w::CLOSED).await
}

/// Makes a request of a message.
#[post("/chat/messages/{id}/request")]
pub async fn console_chat_request(
    can: Can<ChatMessageToRequest>,
    desk: super::chat::Desk,
    id: PathId<MessageId>,
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let outcome = async {
        let sent = Sent { key: form.key()?, hash: form.hash() };
        let new = form.without("from").read()?;
        cases::make_request(&can, desk.parts(), sent, id.0, new).await.map(|_done| ())
    };
    let outcome = outcome.await;
    desk.after(id.0, form, outcome, w::MADE_REQUEST).await
}

#[derive(Template)]
#[template(path = "chat_figures.html", config = "src/console/askama.toml")]
struct FiguresPage<'a> {
    f: &'a Frame,
    communities: Vec<Place>,
    figures: Option<FiguresView>,
    month: String,
}

impl FiguresPage<'_> {
    fn is_community(&self, place: &Place) -> bool {
        self.figures.as_ref().is_some_and(|figures| figures.community == place.id)
    }
    /// Width of a bar of the chart, of 300.
    fn width(&self, count: &i64) -> i64 {
        let most = self.figures.iter().flat_map(|figures| &figures.items).map(|one| one.count).max().unwrap_or(0);
        if most == 0 { 0 } else { count * 300 / most }
    }
    fn height(&self) -> usize {
        self.figures.as_ref().map_or(0, |figures| figures.items.len() * 24)
    }
    fn at(&self, index: &usize) -> usize {
        index * 24
    }
}

/// How often what was done in a community in a month: the figures that everybody may read.
#[get("/chat/figures")]
pub async fn console_chat_figures(
    can: Can<ChatTopicList>,
    frame: Frame,
    request: HttpRequest,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let (typed, actor) = (Typed::of(&request), can.actor().clone());
    let (communities, today) = db
        .read(move |connection| -> Result<_, ApiError> {
            let now = base::db::now(connection)?;
            Ok((places(connection, &actor)?.0, shanghai_date(now)))
        })
        .await?;
    let month = Some(typed.get("month").to_owned()).filter(|month| !month.is_empty());
    let month = month.unwrap_or_else(|| today.format("%Y-%m").to_string());
    let community = typed.get("community").parse().ok().or_else(|| communities.first().map(|place| place.id));
    let figures = match community {
        Some(community) => Some(records::figures_of(&db, &FiguresQuery { community, month: month.clone() }).await?),
        None => None,
    };
    frame.page(&FiguresPage { f: &frame, communities, figures, month })
}
