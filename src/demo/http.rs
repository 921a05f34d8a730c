//! Routes of demo and test installations only: move the clock, run the jobs that are due. They aren't mounted on a real one, and
//! PostgreSQL refuses to move a real clock besides.
#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]

use std::sync::Arc;

use actix_web::web::{self, Data};
use actix_web::{get, post};
use base::db::{Db, installation};
use base::error::ApiError;
use base::http::Valid;
use base::jobs::{self, JobKind};
use base::text::Whole;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// How far to move the clock.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Ahead {
    /// Seconds, at most 400 days.
    seconds: Whole<0, 34_560_000>,
}

#[derive(Serialize)]
pub(super) struct Clock {
    now: DateTime<Utc>,
}

/// Moves the clock forward and answers the new time.
#[post("/clock")]
pub async fn demo_clock_move(body: Valid<Ahead>, db: Data<Db>) -> Result<web::Json<Clock>, ApiError> {
    let seconds = i64::from(body.seconds.get());
    let now = db.read(move |connection| installation::move_clock(connection, seconds)).await?;
    Ok(web::Json(Clock { now }))
}

#[derive(Serialize)]
pub(super) struct Drained {
    jobs: usize,
}

/// Runs every job that is due and answers how many ran.
#[post("/drain")]
pub async fn demo_drain(db: Data<Db>, kinds: Data<Vec<JobKind>>) -> Result<web::Json<Drained>, ApiError> {
    let (db, kinds) = (db.as_ref().clone(), Arc::clone(&kinds.into_inner()));
    let ran = web::block(move || jobs::drain(&db, &kinds)).await.map_err(ApiError::internal)??;
    Ok(web::Json(Drained { jobs: ran }))
}

/// Where WeChat's sandbox listens.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct SandboxPlace {
    /// Its URL.
    pub(crate) url: String,
}

/// Answers where the sandbox of this demo is.
#[get("/sandbox")]
pub async fn demo_sandbox(place: Data<SandboxPlace>) -> web::Json<SandboxPlace> {
    web::Json(place.as_ref().clone())
}
