#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/me/proxies`, `/proxies`.

use std::collections::HashMap;

use actix_web::web::{Data, Json};
use actix_web::{get, post};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{Changed, Created, IdempotencyKey, PathId, Problem, Query, Valid, hash_on};
use base::ids::PersonId;
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use base::text::Text;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{ProxyAsk, ProxyConfirm, ProxyEnd, ProxyFind, ProxyList, ProxyMine, ProxyRefuse};
use crate::identity::{self, Can, PersonName, Proxy, ProxyId, ProxyMove, ProxyState, Relation};

/// What a relative asks for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewProxyBody {
    /// Number of the person to act for, as on their card or in their account.
    short_number: Text<40>,
    /// What one is to them.
    relation: Relation,
}

/// Consent that a worker heard; the person themselves sends an empty object.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProxyConsentBody {
    /// Version of the text that was read to the person.
    consent_version: Option<Text<40>>,
    /// How they agreed, in the worker's words.
    consent: Option<Text<500>>,
}

/// Which proxies.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ProxyQuery {
    /// Only in this state.
    #[param(inline)]
    state: Option<ProxyState>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    cursor: Option<String>,
}

/// A family proxy.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProxyView {
    /// Id.
    id: ProxyId,
    /// Who is acted for: the value of `on_behalf_of`.
    person: PersonId,
    /// What others see of them.
    person_nickname: String,
    /// Their number.
    person_number: String,
    /// Who acts.
    proxy: PersonId,
    /// What others see of them.
    proxy_nickname: String,
    /// What the relative is to the person.
    relation: Relation,
    /// State.
    state: ProxyState,
    /// When the relative asked.
    asked_at: DateTime<Utc>,
    /// When it was confirmed or refused.
    decided_at: Option<DateTime<Utc>>,
    /// Confirmed or refused by a worker, with recorded consent?
    by_worker: bool,
    /// When it ended.
    ended_at: Option<DateTime<Utc>>,
    /// One line to read out.
    summary: String,
}

fn view(row: Proxy, names: &HashMap<PersonId, PersonName>) -> ProxyView {
    let of = |person: PersonId| {
        names.get(&person).map_or_else(Default::default, |name| (name.nickname.clone(), name.short_number.clone()))
    };
    let ((person_nickname, person_number), (proxy_nickname, _)) = (of(row.person_id), of(row.proxy_id));
    let summary = format!("{proxy_nickname}（{}）代理 {person_number}：{}", row.relation.zh(), row.state.zh());
    ProxyView {
        id: row.id,
        person: row.person_id,
        person_nickname,
        person_number,
        proxy: row.proxy_id,
        proxy_nickname,
        relation: row.relation,
        state: row.state,
        asked_at: row.asked_at,
        decided_at: row.decided_at,
        by_worker: row.decided_by.is_some_and(|by| by != row.person_id),
        ended_at: row.ended_at,
        summary,
    }
}

fn one(connection: &mut PgConnection, id: ProxyId) -> Result<ProxyView, ApiError> {
    let row = identity::proxy_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let names = identity::names_by_ids(connection, &[row.person_id, row.proxy_id])?;
    Ok(view(row, &names))
}

fn named(connection: &mut PgConnection, rows: &[Proxy]) -> Result<HashMap<PersonId, PersonName>, ApiError> {
    let people: Vec<PersonId> = rows.iter().flat_map(|row| [row.person_id, row.proxy_id]).collect();
    Ok(identity::names_by_ids(connection, &people)?)
}

/// Ask to act for a relative; they (or the worker of their managed account) must confirm.
#[utoipa::path(tag = "community", request_body = NewProxyBody, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ProxyView, description = "asked"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/me/proxies")]
pub async fn proxy_ask(
    can: Can<ProxyAsk>,
    key: IdempotencyKey,
    body: Valid<NewProxyBody>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Created<ProxyView>, ApiError> {
    let (id, proxy) = (ProxyId::new(), can.person());
    let once = can.once(key, body.hash(), id.0);
    identity::count_number_try(&db, &ring, proxy).await?;
    let body = body.into_inner();
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            super::ask(&mut tx, id, proxy, &body.short_number, body.relation)?;
            Ok(tx.done(())?)
        })
        .await?;
    let id = ProxyId(done.id);
    let view = db.read(move |connection| one(connection, id)).await?;
    Ok(Created::new(&done, format!("/api/v1/proxies/{id}"), view))
}

/// For whom I act and who acts for me, newest first.
#[utoipa::path(tag = "community", params(PageQuery), responses((status = 200, body = Page<ProxyView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/me/proxies")]
pub async fn proxy_mine(can: Can<ProxyMine>, query: Query<PageQuery>, db: Data<Db>) -> Result<Json<Page<ProxyView>>, ApiError> {
    let (window, who) = (query.window::<ProxyId>()?, can.person());
    let page = db
        .read(move |connection| -> Result<_, ApiError> {
            let rows = identity::proxies_of(connection, who, window.after, window.load())?;
            let names = named(connection, &rows)?;
            Ok(window.page(rows, |row| row.id, |row| view(row, &names)))
        })
        .await?;
    Ok(Json(page))
}

/// Family proxies of people in my scope, newest first.
#[utoipa::path(tag = "community", params(ProxyQuery), responses((status = 200, body = Page<ProxyView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/proxies")]
pub async fn proxy_list(can: Can<ProxyList>, query: Query<ProxyQuery>, db: Data<Db>) -> Result<Json<Page<ProxyView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<ProxyId>()?;
    let (scope, state) = (can.scope().clone(), query.state);
    let page = db
        .read(move |connection| -> Result<_, ApiError> {
            let rows = identity::proxies_within(connection, &scope, state, window.after, window.load())?;
            let names = named(connection, &rows)?;
            Ok(window.page(rows, |row| row.id, |row| view(row, &names)))
        })
        .await?;
    Ok(Json(page))
}

/// One family proxy: of one of the two people, or of a worker's scope.
#[utoipa::path(tag = "community", params(("id" = ProxyId, Path)), responses((status = 200, body = ProxyView, description = "the proxy"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/proxies/{id}")]
pub async fn proxy_find(can: Can<ProxyFind>, id: PathId<ProxyId>, db: Data<Db>) -> Result<Json<ProxyView>, ApiError> {
    let (id, scope) = (id.0, can.scope().clone());
    let view = db
        .read(move |connection| -> Result<_, ApiError> {
            let row = identity::proxy_find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            super::require(connection, &scope, &row)?;
            one(connection, id)
        })
        .await?;
    Ok(Json(view))
}

/// Confirm a family proxy: the person, or the worker of a managed account with the consent that was given face to face.
#[utoipa::path(tag = "community", params(("id" = ProxyId, Path), ("Idempotency-Key" = String, Header)), request_body = ProxyConsentBody, responses((status = 200, body = ProxyView, description = "confirmed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/proxies/{id}/confirm")]
pub async fn proxy_confirm(
    can: Can<ProxyConfirm>,
    id: PathId<ProxyId>,
    key: IdempotencyKey,
    body: Valid<ProxyConsentBody>,
    db: Data<Db>,
) -> Result<Changed<ProxyView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, body.hash()), id.0.0);
    let (id, by, scope, body) = (id.0, can.person(), can.scope().clone(), body.into_inner());
    let consent = body.consent_version.map(Text::into_string).zip(body.consent.map(Text::into_string));
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            super::decide(&mut tx, &scope, id, ProxyMove::Confirm, by, consent.as_ref())?;
            Ok(tx.done(())?)
        })
        .await?;
    Ok(Changed::new(&done, db.read(move |connection| one(connection, id)).await?))
}

/// Refuse a family proxy.
#[utoipa::path(tag = "community", params(("id" = ProxyId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ProxyView, description = "refused"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/proxies/{id}/refuse")]
pub async fn proxy_refuse(
    can: Can<ProxyRefuse>,
    id: PathId<ProxyId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<ProxyView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let (id, by, scope) = (id.0, can.person(), can.scope().clone());
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            super::decide(&mut tx, &scope, id, ProxyMove::Refuse, by, None)?;
            Ok(tx.done(())?)
        })
        .await?;
    Ok(Changed::new(&done, db.read(move |connection| one(connection, id)).await?))
}

/// End a family proxy, or take back what was asked.
#[utoipa::path(tag = "community", params(("id" = ProxyId, Path), ("Idempotency-Key" = String, Header)), responses((status = 200, body = ProxyView, description = "ended"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/proxies/{id}/end")]
pub async fn proxy_end(
    can: Can<ProxyEnd>,
    id: PathId<ProxyId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<Changed<ProxyView>, ApiError> {
    let once = can.once(key, hash_on(id.0.0, [0; 32]), id.0.0);
    let (id, by, scope) = (id.0, can.person(), can.scope().clone());
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            super::end(&mut tx, &scope, id, by)?;
            Ok(tx.done(())?)
        })
        .await?;
    Ok(Changed::new(&done, db.read(move |connection| one(connection, id)).await?))
}
