//! Moderation: what the check left to a person, and objections to what was hidden. Decided, the next one is at the top at once.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use base::db::{Db, Once};
use base::error::ApiError;
use base::http::{PathId, hash_on};
use people::identity::{Can, Permission};
use people::screening::http::{self, QueueQuery};
use people::screening::{
    ItemId, ItemState, ItemView, Refusal, Screener, ScreeningAppealDecide, ScreeningList, ScreeningPublish, ScreeningRefuse,
};

use super::form::Form;
use super::frame::Frame;
use super::refused::Refused;
use super::requests::Typed;
use super::said::Said;
use super::{times, words_frame as frame_words, words_moderation as w};

/// The queue's page.
const QUEUE: &str = "/console/moderation";
/// That of objections.
const APPEALS: &str = "/console/moderation?state=appealed";

#[derive(Template)]
#[template(path = "moderation.html", config = "src/console/askama.toml")]
struct QueuePage<'a> {
    f: &'a Frame,
    refused: &'a Refused,
    items: Vec<ItemView>,
    appeals: bool,
    may_settle: bool,
    next: Option<String>,
}

impl QueuePage<'_> {
    fn reasons(&self) -> &'static [Refusal] {
        Refusal::ALL
    }
    fn form(&self, item: &ItemView) -> String {
        item.id.to_string()
    }
}

async fn page(
    can: &Can<ScreeningList>,
    frame: &Frame,
    (db, screener): (&Db, Data<Screener>),
    typed: &Typed,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let found = http::queue(can, &typed.read::<QueueQuery>()?, db, screener).await?;
    let next = found.next_cursor.map(|cursor| typed.after(QUEUE, &cursor));
    let appeals = typed.get("state") == ItemState::Appealed.name();
    let may_settle = can.actor().may::<ScreeningAppealDecide>();
    frame.page_with(refused.status(), &QueuePage { f: frame, refused, items: found.items, appeals, may_settle, next })
}

/// What waits, or with `state=appealed` the objections.
#[get("/moderation")]
pub async fn console_moderation(
    can: Can<ScreeningList>,
    frame: Frame,
    request: HttpRequest,
    (db, screener): (Data<Db>, Data<Screener>),
) -> Result<HttpResponse, ApiError> {
    page(&can, &frame, (&db, screener), &Typed::of(&request), &Refused::default()).await
}

fn once<P: Permission>(can: &Can<P>, form: &Form, id: ItemId) -> Result<Once, ApiError> {
    Ok(can.once(form.key()?, hash_on(id.0, form.hash()), id.0))
}

/// What a decision's page needs besides its right.
type Around = (Frame, Data<Db>, Data<Screener>);

/// After a decision: the queue again, with the next one on top; refused, with what was typed.
async fn after<T>(
    see: &Can<ScreeningList>,
    (frame, db, screener): Around,
    (id, form, to): (ItemId, Form, &str),
    outcome: Result<T, ApiError>,
    said: Said,
) -> Result<HttpResponse, ApiError> {
    match outcome {
        Ok(_decided) => Ok(frame.go(to, said)),
        Err(why) => {
            let refused = Refused::new(&id.to_string(), form, why, frame.lang())?;
            let state = if to == APPEALS { "appealed" } else { "queued" };
            let typed = Typed::new(vec![("state".to_owned(), state.to_owned())]);
            page(see, &frame, (&db, screener), &typed, &refused).await
        }
    }
}

/// Lets something be shown.
#[post("/moderation/{id}/publish")]
pub async fn console_moderation_publish(
    can: Can<ScreeningPublish>,
    see: Can<ScreeningList>,
    id: PathId<ItemId>,
    around: (Frame, Data<Db>, Data<Screener>),
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let outcome = async { http::publish(&can, &around.1, &around.2, once(&can, &form, id.0)?, form.read()?).await }.await;
    after(&see, around, (id.0, form, QUEUE), outcome, w::PUBLISHED).await
}

/// Hides something.
#[post("/moderation/{id}/refuse")]
pub async fn console_moderation_refuse(
    can: Can<ScreeningRefuse>,
    see: Can<ScreeningList>,
    id: PathId<ItemId>,
    around: (Frame, Data<Db>, Data<Screener>),
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let outcome = async { http::refuse(&can, &around.1, &around.2, once(&can, &form, id.0)?, form.read()?).await }.await;
    after(&see, around, (id.0, form, QUEUE), outcome, w::HIDDEN).await
}

/// Decides on an objection.
#[post("/moderation/{id}/appeal")]
pub async fn console_moderation_appeal(
    can: Can<ScreeningAppealDecide>,
    see: Can<ScreeningList>,
    id: PathId<ItemId>,
    around: (Frame, Data<Db>, Data<Screener>),
    form: Form,
) -> Result<HttpResponse, ApiError> {
    let outcome = async { http::settle_appeal(&can, &around.1, &around.2, once(&can, &form, id.0)?, form.read()?).await }.await;
    after(&see, around, (id.0, form, APPEALS), outcome, w::DECIDED).await
}
