#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! My own account over HTTP: profile, home screen, consents, who looked at my data, export and end.

use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get, post, put};
use base::clients::wechat::WeChat;
use base::db::{Audit, AuditRow, Db, audit_by_others, now};
use base::error::{self, ApiError};
use base::http::{IdempotencyKey, NoContent, Problem, Query, Tagged, Valid};
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use base::text::{Text, Whole};
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Can;
use super::consent::{self, Document};
use super::hooks::Hooks;
use super::limits::CodeLimits;
use super::role::Role;
use super::rows_role::{self, RoleRow};
use super::sign_in::SignIn;
use super::{
    AccessLogList, AccountClose, AccountExport, BirthYearSet, ConsentGive, ConsentId, ConsentList, MeFind, NicknameChange, close,
    minor, person, reveal, rows, rows_registration,
};
use crate::grid::unit_find;

/// One of my roles.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyRole {
    /// The role.
    pub role: Role,
    /// The unit it is bound to.
    pub grid_unit_id: Option<GridUnitId>,
    /// That unit's name.
    pub grid_unit_name: Option<String>,
    /// That unit's place in the tree.
    pub grid_path: Option<String>,
    /// The organization it is bound to.
    pub organization_id: Option<OrganizationId>,
    /// Until when; `null`: open.
    pub ends_at: Option<DateTime<Utc>>,
    /// One line to read out.
    pub summary: String,
}

/// My account.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeView {
    /// Id.
    pub id: PersonId,
    /// Number to say on the phone.
    pub short_number: String,
    /// What others see.
    pub nickname: String,
    /// Real name, masked.
    pub name: Option<String>,
    /// Phone, masked.
    pub phone: Option<String>,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// What I hold now.
    pub roles: Vec<MyRole>,
}

fn my_role(connection: &mut PgConnection, row: RoleRow) -> Result<Option<MyRole>, ApiError> {
    let Some(role) = Role::parse(&row.role) else { return Ok(None) };
    let unit = match row.grid_unit_id {
        Some(id) => unit_find(connection, id)?,
        None => None,
    };
    let name = unit.as_ref().map(|unit| unit.name.clone());
    let summary = name.as_ref().map_or_else(|| role.zh().to_owned(), |name| format!("{name}{}", role.zh()));
    Ok(Some(MyRole {
        role,
        grid_unit_id: row.grid_unit_id,
        grid_unit_name: name,
        grid_path: unit.map(|unit| unit.path.as_str().to_owned()),
        organization_id: row.organization_id,
        ends_at: row.ends_at,
        summary,
    }))
}

fn me_view(connection: &mut PgConnection, ring: &KeyRing, id: PersonId) -> Result<MeView, ApiError> {
    let row = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let now = now(connection)?;
    let mut roles = Vec::new();
    for held in rows_role::held(connection, id, now)? {
        roles.extend(my_role(connection, held)?);
    }
    let (name, phone) = person::masked(ring, &row)?;
    Ok(MeView { id, short_number: row.short_number, nickname: row.nickname, name, phone, birth_year: row.birth_year, roles })
}

/// My account.
#[utoipa::path(tag = "people", responses((status = 200, body = MeView, description = "My account, name and phone masked"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/me")]
pub async fn me_find(can: Can<MeFind>, db: Data<Db>, ring: Data<KeyRing>) -> Result<Tagged<MeView>, ApiError> {
    let id = can.person();
    Ok(Tagged::content(db.read(move |connection| me_view(connection, &ring, id)).await?))
}

/// A nickname.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NicknameBody {
    /// What others shall see.
    pub nickname: Text<20>,
}

/// Change my nickname.
#[utoipa::path(tag = "people", request_body = NicknameBody, responses((status = 200, body = MeView, description = "Changed"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/me/nickname")]
pub async fn nickname_change(
    can: Can<NicknameChange>,
    body: Valid<NicknameBody>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    let (id, nickname) = (can.person(), body.into_inner().nickname);
    db.transaction(can.context(), move |mut tx| -> Result<_, ApiError> {
        rows::set_nickname(tx.conn(), id, &nickname)?;
        tx.audit(Audit::new("nickname_change", "person", id.0))?;
        Ok(tx.done(())?)
    })
    .await?;
    let view = db.read(move |connection| me_view(connection, &ring, id)).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// A year of birth.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BirthYearBody {
    /// The year alone; nothing else is kept.
    pub birth_year: Whole<1900, 2100>,
}

/// Say my year of birth, where none is known yet; staff correct a wrong one.
#[utoipa::path(tag = "people", request_body = BirthYearBody, responses((status = 200, body = MeView, description = "Noted"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/me/birth-year")]
pub async fn birth_year_set(
    can: Can<BirthYearSet>,
    body: Valid<BirthYearBody>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    let (id, year) = (can.person(), body.into_inner().birth_year.get());
    db.transaction(can.context(), move |mut tx| -> Result<_, ApiError> {
        minor::birth_year_set(&mut tx, id, year)?;
        Ok(tx.done(())?)
    })
    .await?;
    let view = db.read(move |connection| me_view(connection, &ring, id)).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// A consent given or withdrawn.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ConsentBody {
    /// To what.
    pub document: Document,
    /// Version of the text that was shown.
    pub version: Text<40>,
    /// False withdraws.
    pub given: bool,
}

/// A consent.
#[derive(Debug, Serialize, ToSchema)]
pub struct ConsentView {
    /// Id.
    pub id: ConsentId,
    /// To what.
    pub document: String,
    /// Version of the text.
    pub version: String,
    /// When it was given.
    pub given_at: DateTime<Utc>,
    /// When it ended; `null`: in force.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// The guardian or worker who recorded it; `null`: myself.
    pub recorded_by: Option<PersonId>,
    /// One line to read out.
    pub summary: String,
}

/// Give or withdraw a consent. The same again changes nothing.
#[utoipa::path(tag = "people", params(("Idempotency-Key" = String, Header)), request_body = ConsentBody, responses((status = 204, description = "Recorded"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/me/consents")]
pub async fn consent_give(
    can: Can<ConsentGive>,
    key: IdempotencyKey,
    body: Valid<ConsentBody>,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let once = can.once(key, body.hash(), can.person().0);
    let (id, who, body) = (ConsentId::new(), can.person(), body.into_inner());
    if matches!(body.document, Document::Guardian | Document::ManagedAccount) {
        return Err(ApiError::invalid("/document", "is recorded by somebody else"));
    }
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            if body.given {
                consent::consent_give(&mut tx, id, who, body.document, &body.version, None)?;
            } else {
                consent::withdraw(&mut tx, who, body.document)?;
            }
            Ok(tx.done(())?)
        })
        .await?;
    Ok(NoContent::new(&done))
}

/// My consents, newest first.
#[utoipa::path(tag = "people", params(PageQuery), responses((status = 200, body = Page<ConsentView>, description = "In force and ended"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/me/consents")]
pub async fn consent_list(can: Can<ConsentList>, query: Query<PageQuery>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    let (window, who) = (query.window::<ConsentId>()?, can.person());
    let rows = db.read(move |connection| rows_registration::consent_list(connection, who, window.after, window.load())).await?;
    let view = |row: rows_registration::ConsentRow| ConsentView {
        summary: format!("{} {}：{}", row.document, row.version, if row.withdrawn_at.is_none() { "已同意" } else { "已结束" }),
        id: row.id,
        document: row.document,
        version: row.version,
        given_at: row.given_at,
        withdrawn_at: row.withdrawn_at,
        recorded_by: row.recorded_by,
    };
    Ok(HttpResponse::Ok().json(window.page(rows, |row| row.id, view)))
}

/// One look at my data.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccessView {
    /// Id.
    pub id: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Who, by short number; `null`: the system.
    pub by: Option<String>,
    /// Which field.
    pub field: String,
    /// Why, in their words.
    pub reason: String,
    /// One line to read out.
    pub summary: String,
}

fn access_view(row: AuditRow, names: &std::collections::HashMap<PersonId, person::PersonName>) -> AccessView {
    let told = |key: &str| {
        row.after.as_ref().and_then(|after| after.get(key)).and_then(serde_json::Value::as_str).unwrap_or_default().to_owned()
    };
    let by = row.principal_id.and_then(|id| names.get(&PersonId(id))).map(|name| name.short_number.clone());
    let (field, reason) = (told("field"), told("reason"));
    let what = if field == "phone" { "手机号" } else { "姓名" };
    let summary = format!("{} 查看了您的{what}：{reason}", by.as_deref().unwrap_or("系统"));
    AccessView { id: row.id, at: row.at, by, field, reason, summary }
}

/// Who looked at my data, newest first.
#[utoipa::path(tag = "people", params(PageQuery), responses((status = 200, body = Page<AccessView>, description = "Every look at a field in clear"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/me/access-log")]
pub async fn access_log_list(can: Can<AccessLogList>, query: Query<PageQuery>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    let (window, who) = (query.window::<Uuid>()?, can.person());
    let page = db
        .read(move |connection| -> Result<_, ApiError> {
            let rows = audit_by_others(connection, who.0, reveal::LOOKS, window.after, window.load())?;
            let people: Vec<PersonId> = rows.iter().filter_map(|row| row.principal_id.map(PersonId)).collect();
            let names = person::names_by_ids(connection, &people)?;
            Ok(window.page(rows, |row| row.id, |row| access_view(row, &names)))
        })
        .await?;
    Ok(HttpResponse::Ok().json(page))
}

/// A fresh login code.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CloseBody {
    /// Code of a new `wx.login`: it proves that the person is there.
    pub code: Text<512>,
}

/// Close my account: it can't be undone.
#[utoipa::path(tag = "people", request_body = CloseBody, responses((status = 204, description = "Closed; what other parts hold is erased shortly"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/me/close")]
pub async fn account_close(
    can: Can<AccountClose>,
    request: HttpRequest,
    body: Valid<CloseBody>,
    (db, ring, wechat, limits): (Data<Db>, Data<KeyRing>, Data<WeChat>, Data<CodeLimits>),
) -> Result<HttpResponse, ApiError> {
    let sign_in = SignIn { db: &db, ring: ring.clone().into_inner(), wechat: &wechat, limits: **limits };
    let openid = sign_in.openid(base::http::peer(&request), &body.code).await?;
    close::close(&db, ring.into_inner(), can.context(), can.person(), openid).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Everything that is stored about me, once a day, within 15 minutes after signing in.
#[utoipa::path(tag = "people", responses((status = 200, description = "A JSON document with one member for each part of the product",
    body = serde_json::Value, content_type = "application/json"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/me/export")]
pub async fn account_export(
    can: Can<AccountExport>,
    db: Data<Db>,
    ring: Data<KeyRing>,
    hooks: Data<Hooks>,
) -> Result<HttpResponse, ApiError> {
    let (who, session) = (can.person(), can.actor().session);
    let document = close::export(&db, ring.into_inner(), who, session, hooks.into_inner()).await?;
    db.transaction(can.context(), move |mut tx| -> Result<_, ApiError> {
        tx.audit(Audit::new("account_export", "person", who.0).after(json!({"exported": true})))?;
        Ok(tx.done(())?)
    })
    .await?;
    Ok(HttpResponse::Ok().json(document))
}
