#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/me/inbox`, `/me/subscriptions`, `/grid/call-list`.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get, post};
use base::db::{Audit, Db, Finished};
use base::error::ApiError;
use base::http::{Changed, IdempotencyKey, NoContent, PathId, Problem, Query, Tagged, Valid, hash_on};
use base::ids::{GridUnitId, PersonId};
use base::page::{Page, PageQuery};
use base::text::{Few, Text, Whole};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::call;
use super::consent::{self, Source};
use super::deliver::TemplateIds;
use super::rows::{self, Notification};
use super::rows_call::{self, Call};
use super::{
    CallDone, CallId, CallList, InboxList, InboxRead, NotificationId, SubscriptionList, SubscriptionReport, TEMPLATE_UNKNOWN,
    rows_consent, templates,
};
use crate::identity::{self, Can};

/// Which part of the inbox.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct InboxQuery {
    /// Follow: only what came after this sequence, the oldest first. Without it the newest come first.
    #[param(minimum = 0)]
    after: Option<i64>,
    /// Items of a page, 1 to 100 (default 20).
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A notification.
#[derive(Debug, Serialize, ToSchema)]
pub struct NotificationView {
    /// Place in this inbox; give the highest one as `after` to follow.
    sequence: i64,
    /// Id.
    id: NotificationId,
    /// Which template.
    kind: String,
    /// Title, Chinese.
    title: String,
    /// Title, English.
    title_en: String,
    /// Text, Chinese.
    body: String,
    /// Text, English.
    body_en: String,
    /// Page that it opens.
    link: Option<String>,
    /// What became of the WeChat message: none, queued, sending, sent, no_consent, no_channel, refused, unknown.
    push: String,
    /// When.
    created_at: DateTime<Utc>,
    /// When it was read.
    read_at: Option<DateTime<Utc>>,
    /// One line to read out.
    summary: String,
}

/// A part of the inbox.
#[derive(Debug, Serialize, ToSchema)]
pub struct InboxView {
    /// The notifications.
    items: Vec<NotificationView>,
    /// For the next page; absent on the last one.
    next_cursor: Option<String>,
    /// Unread in the whole inbox.
    unread: i64,
}

/// Up to where the inbox was read.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReadUpTo {
    /// A sequence.
    up_to: Whole<0, 2_147_483_647>,
}

/// What a person answered to WeChat's question.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionAnswers {
    /// One entry a template; WeChat asks for at most five at once.
    #[schema(value_type = Vec<SubscriptionAnswer>, max_items = 5)]
    answers: Few<SubscriptionAnswer, 5>,
}

/// The answer for one template.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SubscriptionAnswer {
    /// WeChat's template id, as `GET /me/subscriptions` lists it.
    template: Text<64>,
    /// Agreed to one message?
    accepted: bool,
}

/// One template and how many messages of it may still come.
#[derive(Debug, Serialize, ToSchema)]
pub struct SubscriptionView {
    /// WeChat's template id.
    template: String,
    /// Our kind.
    kind: String,
    /// Title.
    title: String,
    /// Messages that may still come.
    balance: i64,
    /// One line to read out.
    summary: String,
}

/// All templates.
#[derive(Debug, Serialize, ToSchema)]
pub struct Subscriptions {
    /// One entry a template.
    items: Vec<SubscriptionView>,
}

/// Which calls.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct CallQuery {
    /// Those done already instead of the open ones.
    done: Option<bool>,
    /// Items of a page, 1 to 100 (default 20).
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Somebody who is to be told by a call.
#[derive(Debug, Serialize, ToSchema)]
pub struct CallView {
    /// Id.
    id: CallId,
    /// Whom.
    person: PersonId,
    /// What others see of them.
    nickname: String,
    /// Number to say on the phone.
    short_number: String,
    /// Where they live.
    unit: Option<GridUnitId>,
    /// To be said.
    text: String,
    /// open or done.
    state: String,
    /// What came of it.
    note: Option<String>,
    /// Since when.
    created_at: DateTime<Utc>,
    /// Called at.
    done_at: Option<DateTime<Utc>>,
    /// One line to read out.
    summary: String,
}

/// What came of a call.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CallNote {
    /// In a few words.
    note: Option<Text<200>>,
}

fn view(row: Notification) -> NotificationView {
    let summary = format!("{}：{}{}", row.title_zh, row.body_zh, if row.read_at.is_some() { "" } else { "（未读）" });
    NotificationView {
        sequence: row.sequence,
        id: row.id,
        kind: row.kind,
        title: row.title_zh,
        title_en: row.title_en,
        body: row.body_zh,
        body_en: row.body_en,
        link: row.link,
        push: row.push_state,
        created_at: row.created_at,
        read_at: row.read_at,
        summary,
    }
}

/// One's inbox: the newest first, or, with `after`, what came since, the oldest first (no notification is ever missed that way).
#[utoipa::path(tag = "notify", params(InboxQuery), responses((status = 200, body = InboxView, description = "a page"), (status = 304, description = "unchanged"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/me/inbox")]
pub async fn inbox_list(can: Can<InboxList>, query: Query<InboxQuery>, db: Data<Db>) -> Result<Tagged<InboxView>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<i64>()?;
    let (person, follow) = (can.person(), query.after);
    let view = db
        .read(move |connection| {
            let rows = match follow {
                Some(after) => rows::after(connection, person, window.after.unwrap_or(after).max(0), window.load())?,
                None => rows::newest(connection, person, window.after, window.load())?,
            };
            let unread = rows::unread(connection, person)?;
            let page = window.page(rows, |row| row.sequence, view);
            Ok::<_, ApiError>(InboxView { items: page.items, next_cursor: page.next_cursor, unread })
        })
        .await?;
    Ok(Tagged::content(view))
}

/// Mark the inbox as read up to a sequence.
#[utoipa::path(tag = "notify", request_body = ReadUpTo, responses((status = 204, description = "noted"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/me/inbox/read")]
pub async fn inbox_read(can: Can<InboxRead>, body: Valid<ReadUpTo>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    let (person, up_to) = (can.person(), i64::from(body.up_to.get()));
    db.transaction(can.context(), move |mut tx| {
        let now = tx.now()?;
        rows::mark_read(tx.conn(), person, up_to, now)?;
        tx.audit(Audit::new(Can::<InboxRead>::ACTION, "inbox", person.0).after(json!({"up_to": up_to})))?;
        Ok::<Finished<()>, ApiError>(tx.done(())?)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Report which messages the person agreed to: each tap on "accept" buys one message of that template.
#[utoipa::path(tag = "notify", request_body = SubscriptionAnswers, params(("Idempotency-Key" = String, Header)), responses((status = 200, body = Subscriptions, description = "the balances now"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/me/subscriptions")]
pub async fn subscription_report(
    can: Can<SubscriptionReport>,
    key: IdempotencyKey,
    body: Valid<SubscriptionAnswers>,
    db: Data<Db>,
    ids: Data<TemplateIds>,
) -> Result<Changed<Subscriptions>, ApiError> {
    let person = can.person();
    let once = can.once(key, body.hash(), person.0);
    let answers = body.into_inner().answers;
    if answers.items().iter().any(|answer| !known(&ids, &answer.template)) {
        return Err(ApiError::of(&TEMPLATE_UNKNOWN));
    }
    let done = db
        .once(once, move |mut tx| {
            for answer in answers.items() {
                match answer.accepted {
                    true => consent::accepted(&mut tx, person, &answer.template, Source::Client, None)?,
                    false => consent::rejected(&mut tx, person, &answer.template, Source::Client, None)?,
                }
            }
            tx.audit(Audit::new(Can::<SubscriptionReport>::ACTION, "person", person.0))?;
            Ok::<Finished<()>, ApiError>(tx.done(())?)
        })
        .await?;
    Ok(Changed::new(&done, balances(&db, ids.into_inner(), person).await?))
}

fn known(ids: &TemplateIds, template: &str) -> bool {
    templates::ALL.iter().any(|known| !known.fields.is_empty() && ids.of(known.kind) == template)
}

/// The message templates, and how many messages of each may still come.
#[utoipa::path(tag = "notify", responses((status = 200, body = Subscriptions, description = "all templates, one page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/me/subscriptions")]
pub async fn subscription_list(
    can: Can<SubscriptionList>,
    db: Data<Db>,
    ids: Data<TemplateIds>,
) -> Result<Json<Subscriptions>, ApiError> {
    Ok(Json(balances(&db, ids.into_inner(), can.person()).await?))
}

async fn balances(db: &Db, ids: Arc<TemplateIds>, person: PersonId) -> Result<Subscriptions, ApiError> {
    let found: HashMap<String, Option<i64>> =
        db.read(move |connection| rows_consent::balances(connection, person)).await?.into_iter().collect();
    let items = templates::ALL.iter().filter(|template| !template.fields.is_empty()).map(|template| {
        let id = ids.of(template.kind).to_owned();
        let balance = found.get(&id).copied().flatten().unwrap_or(0);
        let summary = format!("{}：还可收到 {balance} 条微信消息", template.title.0);
        SubscriptionView { template: id, kind: template.kind.to_owned(), title: template.title.0.to_owned(), balance, summary }
    });
    Ok(Subscriptions { items: items.collect() })
}

/// People of one's scope who are to be told by a call, the oldest first.
#[utoipa::path(tag = "notify", params(CallQuery), responses((status = 200, body = Page<CallView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/grid/call-list")]
pub async fn call_list(can: Can<CallList>, query: Query<CallQuery>, db: Data<Db>) -> Result<Json<Page<CallView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window()?;
    let (scope, state) = (can.scope().clone(), if query.done == Some(true) { "done" } else { "open" });
    let page = db
        .read(move |connection| {
            let rows = rows_call::list(connection, &scope, state, window.after, window.load())?;
            let names = identity::names_by_ids(connection, &rows.iter().map(|row| row.person_id).collect::<Vec<_>>())?;
            Ok::<_, ApiError>(window.page(rows, |row| row.id, |row| call_view(row, &names)))
        })
        .await?;
    Ok(Json(page))
}

fn call_view(row: Call, names: &HashMap<PersonId, identity::PersonName>) -> CallView {
    let name = names.get(&row.person_id);
    let nickname = name.map_or_else(String::new, |name| name.nickname.clone());
    CallView {
        summary: format!("请告知 {nickname}：{}", row.text),
        id: row.id,
        person: row.person_id,
        short_number: name.map_or_else(String::new, |name| name.short_number.clone()),
        nickname,
        unit: row.grid_unit_id,
        text: row.text,
        state: row.state,
        note: row.note,
        created_at: row.created_at,
        done_at: row.done_at,
    }
}

/// Note that somebody was called.
#[utoipa::path(tag = "notify", request_body = CallNote, params(("id" = CallId, Path), ("Idempotency-Key" = String, Header)), responses((status = 204, description = "noted"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid/call-list/{id}/done")]
pub async fn call_done(
    can: Can<CallDone>,
    id: PathId<CallId>,
    key: IdempotencyKey,
    body: Valid<CallNote>,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let (id, by, scope) = (id.0, can.person(), can.scope().clone());
    let once = can.once(key, hash_on(id.0, body.hash()), id.0);
    let note = body.into_inner().note;
    let done = db
        .once(once, move |mut tx| {
            call::done(&mut tx, &scope, (id, by), note.as_deref())?;
            Ok::<Finished<()>, ApiError>(tx.done(())?)
        })
        .await?;
    Ok(NoContent::new(&done))
}
