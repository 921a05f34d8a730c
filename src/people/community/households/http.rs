#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/households`: the register, masked.

use std::collections::HashMap;

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
    entrance: Option<GridUnitId>,
    /// Items of a page, 1 to 100 (default 20).
    limit: Option<u32>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// A household, masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct HouseholdView {
    /// Id.
    id: HouseholdId,
    /// Its entrance.
    entrance: GridUnitId,
    /// The entrance's name.
    entrance_name: String,
    /// Door, masked.
    room: String,
    /// Open entries of the register.
    members: i64,
    /// First day.
    from: Option<NaiveDate>,
    /// Last day.
    until: Option<NaiveDate>,
    /// One line to read out.
    summary: String,
}

/// A register entry, masked.
#[derive(Debug, Serialize, ToSchema)]
pub struct HouseholdMemberView {
    /// Id.
    id: MemberId,
    /// `王*`.
    name: String,
    /// `138****1234`.
    phone: Option<String>,
    /// Year of birth.
    birth_year: Option<i32>,
    /// Relation to the head.
    relation: String,
    /// First day.
    from: Option<NaiveDate>,
    /// Last day.
    until: Option<NaiveDate>,
    /// The account, once matched.
    person: Option<PersonId>,
    /// One line to read out.
    summary: String,
}

/// A household with its members.
#[derive(Debug, Serialize, ToSchema)]
pub struct HouseholdDetail {
    /// The household.
    household: HouseholdView,
    /// Its register entries.
    members: Vec<HouseholdMemberView>,
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

/// List households of one's scope, masked, in order of entry.
#[utoipa::path(tag = "community", params(HouseholdQuery), responses((status = 200, body = Page<HouseholdView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/households")]
pub async fn household_list(
    can: Can<HouseholdList>,
    query: Query<HouseholdQuery>,
    db: Data<Db>,
) -> Result<Json<Page<HouseholdView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window()?;
    let (scope, entrance) = (can.scope().clone(), query.entrance);
    let page = db
        .read(move |connection| {
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
        .await?;
    Ok(Json(page))
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
    let scope = can.scope().clone();
    let found = db
        .read(move |connection| {
            let household = rows::find(connection, id.0)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            let unit = grid::unit_find(connection, household.entrance_id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            scope.require_unit(&unit.path)?;
            let members = rows::members(connection, id.0)?;
            let open = members.iter().filter(|member| member.until_date.is_none()).count();
            let people: Vec<PersonId> = members.iter().filter_map(|member| member.person_id).collect();
            let held = identity::held_among(connection, &people)?;
            let shown = members.into_iter().filter(|member| !member.person_id.is_some_and(|person| held.contains(&person)));
            let members = shown.map(|row| member_view(&ring, row)).collect::<Result<Vec<_>, _>>()?;
            Ok::<_, ApiError>(HouseholdDetail {
                household: view(&household, Some(&unit), i64::try_from(open).unwrap_or(0)),
                members,
            })
        })
        .await?;
    Ok(Json(found))
}
