//! How the installation does: jobs that stopped, messages that did not get through, WeChat, webhooks, versions. Nothing of people.

use actix_web::web::{self, Data};
use actix_web::{HttpResponse, get, post};
use askama::Template;
use base::clients::wechat::WeChat;
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{PathId, Query};
use base::jobs;
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use governance::connectors::ConnectorList;
use governance::connectors::http::{self as connectors, ConnectorView};
use people::identity::Can;
use uuid::Uuid;

use super::Settings;
use super::form::Form;
use super::frame::Frame;
use super::refused::Refused;
use super::times;
use super::words_frame as frame_words;
use super::words_operations as w;
use crate::database;
use crate::demo::practice;
use crate::operations::http::{self as api, DeadJobView, FailedPushView, WechatInterfaceView};
use crate::operations::{DeadJobList, DeadJobRerun, FailedPushList, WechatStatusFind};

const PAGE: &str = "/console/operations";

#[derive(Template)]
#[template(path = "operations.html", config = "src/console/askama.toml")]
struct OperationsPage<'a> {
    f: &'a Frame,
    jobs: Page<DeadJobView>,
    waiting: i64,
    dead: i64,
    pushes: Vec<FailedPushView>,
    wechat: Vec<WechatInterfaceView>,
    connectors: Vec<ConnectorView>,
    version: &'static str,
    migration: String,
    /// May the practice community be made new here?
    practice: bool,
    refused: &'a Refused,
}

/// What this page asks for.
type See = (Can<DeadJobList>, Can<FailedPushList>, Can<WechatStatusFind>, Can<ConnectorList>);

async fn whole(
    (can, frame, db, wechat): (&See, &Frame, &Db, &WeChat),
    query: &PageQuery,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let (waiting, dead) = db.read(jobs::depth).await?;
    let most = PageQuery { limit: Some(100), cursor: None };
    let page = OperationsPage {
        f: frame,
        jobs: api::dead_jobs(db, query).await?,
        waiting,
        dead,
        pushes: api::failed_pushes(db).await?,
        wechat: api::interfaces(wechat),
        connectors: connectors::list(&can.3, db, &most).await?.items,
        version: crate::VERSION,
        migration: database::embedded_migrations().map_err(ApiError::internal)?.pop().unwrap_or_default(),
        practice: frame.demo(),
        refused,
    };
    frame.page_with(refused.status_or_ok(), &page)
}

/// The page.
#[get("/operations")]
pub async fn console_operations(
    can: See,
    frame: Frame,
    query: Query<PageQuery>,
    db: Data<Db>,
    wechat: Data<WeChat>,
) -> Result<HttpResponse, ApiError> {
    whole((&can, &frame, &db, &wechat), &query, &Refused::default()).await
}

/// Gives a job its tries back.
#[post("/operations/jobs/{id}/rerun")]
pub async fn console_job_rerun(
    can: Can<DeadJobRerun>,
    see: See,
    frame: Frame,
    id: PathId<Uuid>,
    form: Form,
    (db, wechat): (Data<Db>, Data<WeChat>),
) -> Result<HttpResponse, ApiError> {
    let done = async { api::rerun(&can, &db, form.key()?, id.0).await };
    match done.await {
        Ok(_done) => Ok(frame.go(PAGE, w::RERUN_DONE)),
        Err(why) => {
            let refused = Refused::new("rerun", form, why, frame.lang())?;
            whole((&see, &frame, &db, &wechat), &PageQuery::default(), &refused).await
        }
    }
}

/// Makes the practice community new, as `palm demo practice-reset` does; a demo installation only, and nothing but that community.
#[post("/operations/practice-reset")]
pub async fn console_practice_reset(
    _can: Can<DeadJobRerun>,
    frame: Frame,
    _form: Form,
    (settings, db, ring): (Data<Settings>, Data<Db>, Data<KeyRing>),
) -> Result<HttpResponse, ApiError> {
    if !settings.demo {
        return Err(ApiError::of(&error::NOT_FOUND));
    }
    let (db, ring) = (db.as_ref().clone(), ring.into_inner());
    let made = web::block(move || practice::reset(&db, &ring)).await.map_err(ApiError::internal)?;
    made.map_err(ApiError::internal)?;
    Ok(frame.go(PAGE, w::PRACTICE_DONE))
}
