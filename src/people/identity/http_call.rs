#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/me/callable` and the call button of a resident.

use actix_web::web::{Data, Json};
use actix_web::{post, put};
use base::db::Db;
use base::error::ApiError;
use base::http::{PathId, Problem, Valid};
use base::ids::PersonId;
use base::keys::KeyRing;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Can;
use super::role::Role;
use super::{CallableSet, GridWorkerCall, call};

/// May residents call?
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Callable {
    /// True: the residents of my places may see my number.
    pub callable: bool,
}

/// A number to call.
#[derive(Debug, Serialize, ToSchema)]
pub struct NumberToCall {
    /// The number; `null`: none is known.
    pub phone: Option<String>,
}

/// Let the residents of the places that I am responsible for see my number, or no longer.
#[utoipa::path(tag = "people", request_body = Callable, responses((status = 200, body = Callable, description = "as it stands now"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[put("/me/callable")]
pub async fn callable_set(can: Can<CallableSet>, body: Valid<Callable>, db: Data<Db>) -> Result<Json<Callable>, ApiError> {
    let (who, callable) = (can.person(), body.callable);
    db.transaction(can.context(), move |tx| call::set(tx, who, callable)).await?;
    Ok(Json(Callable { callable }))
}

/// See the number of my grid worker, who lets residents call. It is logged, and the worker sees who looked.
#[utoipa::path(tag = "people", params(("id" = PersonId, Path)), responses((status = 200, body = NumberToCall, description = "to be called"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/grid/workers/{id}/call")]
pub async fn grid_worker_call(
    can: Can<GridWorkerCall>,
    id: PathId<PersonId>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Json<NumberToCall>, ApiError> {
    let mine = [Role::Resident, Role::NewEmployment];
    let places = mine.iter().flat_map(|role| can.actor().holding(*role)).filter_map(|held| held.path).collect();
    let phone = call::number(&db, ring.into_inner(), (can.context(), can.person()), places, id.0).await?;
    Ok(Json(NumberToCall { phone }))
}
