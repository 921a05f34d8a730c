#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/households`: the register, masked.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::get;
use actix_web::web::{Data, Json};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{PathId, Problem, Query};
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use base::text::{mask_name, mask_phone};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::rows::{self, HouseholdRow, Member};
use super::{HouseholdFind, HouseholdId, HouseholdList, MemberId};
use crate::grid::{self, GridUnit};
use crate::identity::{self, Can};

/// Which households.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct HouseholdQuery {
    /// Only of this entrance.
    pub entrance: Option<GridUnitId>,
    /// Items of a page, 1 to 100 (default 20).
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    pub cursor: Option<String>,
}

/// A household, masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct HouseholdView {
    /// Id.
    pub id: HouseholdId,
    /// Its entrance.
    pub entrance: GridUnitId,
    /// The entrance's name.
    pub entrance_name: String,
    /// Door, masked.
    pub room: String,
    /// Open entries of the register.
    pub members: i64,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
    /// One line to read out.
    pub summary: String,
}

/// A register entry, masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct HouseholdMemberView {
    /// Id.
    pub id: MemberId,
    /// `王*`.
    pub name: String,
    /// `138****1234`.
    pub phone: Option<String>,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Relation to the head.
    pub relation: String,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
    /// The account, once matched.
    pub person: Option<PersonId>,
    /// One line to read out.
    pub summary: String,
}

/// A household with its members.
#[derive(Debug, Serialize, ToSchema)]
pub struct HouseholdDetail {
    /// The household.
    pub household: HouseholdView,
    /// Its register entries.
    pub members: Vec<HouseholdMemberView>,
}

fn view(row: &HouseholdRow, unit: Option<&GridUnit>, members: i64) -> HouseholdView {
    let entrance_name = unit.map_or_else(String::new, |unit| unit.name.clone());
    let summary = format!("{entrance_name} 一户，在册 {members} 人");
    // The door is never shown in a list: `**` says that there is one.
    let room = "**".to_owned();
    HouseholdView {
        id: row.id,
        entrance: row.entrance_id,
        entrance_name,
        room,
        members,
        from: row.from_date,
        until: row.until_date,
        summary,
    }
}

fn member_view(ring: &KeyRing, row: Member) -> Result<HouseholdMemberView, ApiError> {
    let open = |column: &str, sealed: &[u8]| {
        ring.open(&format!("household_members|{column}|{}", row.id), sealed).map_err(ApiError::internal)
    };
    let name = mask_name(&open("name", &row.name_sealed)?);
    let phone = row.phone_sealed.as_deref().map(|sealed| open("phone", sealed)).transpose()?.map(|phone| mask_phone(&phone));
    let summary = format!("{name}，{}", row.relation);
    Ok(HouseholdMemberView {
        id: row.id,
        name,
        phone,
        birth_year: row.birth_year,
        relation: row.relation,
        from: row.from_date,
        until: row.until_date,
        person: row.person_id,
        summary,
    })
}

/// Households of the scope, masked, in order of entry.
pub async fn list(can: &Can<HouseholdList>, db: &Db, query: &HouseholdQuery) -> Result<Page<HouseholdView>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window()?;
    let (scope, entrance) = (can.scope().clone(), query.entrance);
    db.read(move |connection| {
        let rows = rows::list(connection, &scope, entrance, window.after, window.load())?;
        let ids: Vec<HouseholdId> = rows.iter().map(|row| row.id).collect();
        let sizes: HashMap<HouseholdId, i64> = rows::sizes(connection, &ids)?.into_iter().collect();
        let units = grid::units_by_ids(connection, &rows.iter().map(|row| row.entrance_id).collect::<Vec<_>>())?;
        Ok::<_, ApiError>(window.page(
            rows,
            |row| row.id,
            |row| view(&row, units.get(&row.entrance_id), sizes.get(&row.id).copied().unwrap_or(0)),
        ))
    })
    .await
}

/// A household of the scope with its register entries, masked.
pub async fn find(can: &Can<HouseholdFind>, db: &Db, ring: Arc<KeyRing>, id: HouseholdId) -> Result<HouseholdDetail, ApiError> {
    let scope = can.scope().clone();
    db.read(move |connection| {
        let household = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        let unit = grid::unit_find(connection, household.entrance_id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        scope.require_unit(&unit.path)?;
        let members = rows::members(connection, id)?;
        let open = members.iter().filter(|member| member.until_date.is_none()).count();
        let people: Vec<PersonId> = members.iter().filter_map(|member| member.person_id).collect();
        let held = identity::held_among(connection, &people)?;
        let shown = members.into_iter().filter(|member| !member.person_id.is_some_and(|person| held.contains(&person)));
        let members = shown.map(|row| member_view(&ring, row)).collect::<Result<Vec<_>, _>>()?;
        Ok::<_, ApiError>(HouseholdDetail { household: view(&household, Some(&unit), i64::try_from(open).unwrap_or(0)), members })
    })
    .await
}

/// List households of one's scope, masked, in order of entry.
#[utoipa::path(tag = "community", params(HouseholdQuery), responses((status = 200, body = Page<HouseholdView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/households")]
pub async fn household_list(
    can: Can<HouseholdList>,
    query: Query<HouseholdQuery>,
    db: Data<Db>,
) -> Result<Json<Page<HouseholdView>>, ApiError> {
    Ok(Json(list(&can, &db, &query).await?))
}

/// One household with its register entries, masked.
#[utoipa::path(tag = "community", params(("id" = HouseholdId, Path)), responses((status = 200, body = HouseholdDetail, description = "the household"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/households/{id}")]
pub async fn household_find(
    can: Can<HouseholdFind>,
    id: PathId<HouseholdId>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Json<HouseholdDetail>, ApiError> {
    Ok(Json(find(&can, &db, ring.into_inner(), id.0).await?))
}
