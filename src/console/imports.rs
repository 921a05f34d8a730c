//! Imports: a file is tried first, its errors shown by row and column; who has read them confirms, and the same file is imported.

use std::time::Duration;

use actix_web::web::{self, Data};
use actix_web::{HttpRequest, HttpResponse, get, post};
use askama::Template;
use base::db::Db;
use base::error::ApiError;
use base::http::{PathId, Query};
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use chrono::{DateTime, Utc};
use people::community::import::{
    self, FILE_UNREADABLE, ImportCreate, ImportFind, ImportId, ImportIssue, ImportKind, ImportList, ImportReport, ImportTemplate,
    Upload, http as api,
};
use people::identity::Can;
use serde::Deserialize;

use super::form::Form;
use super::frame::Frame;
use super::refused::Refused;
use super::times;
use super::upload::UploadForm;
use super::words_frame as frame_words;
use super::words_imports as w;

const LIST: &str = "/console/imports";
/// Errors on one page.
const SHOWN: usize = 200;
/// How long a browser waits for a confirmed import before it is shown that it runs.
const PATIENCE: Duration = Duration::from_secs(3);
/// After which an import that has not ended is offered again: the process that did it is gone.
const LOST: chrono::Duration = chrono::Duration::minutes(10);

#[derive(Template)]
#[template(path = "imports.html", config = "src/console/askama.toml")]
struct ImportsPage<'a> {
    f: &'a Frame,
    page: Page<ImportReport>,
    refused: &'a Refused,
    may: bool,
}

async fn list_page(
    can: &Can<ImportList>,
    frame: &Frame,
    db: &Db,
    query: &PageQuery,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let (window, scope) = (query.window()?, can.scope().clone());
    let page = db.read(move |connection| api::reports_of(connection, &scope, &window)).await?;
    let may = can.actor().may::<ImportCreate>();
    frame.page_with(refused.status_or_ok(), &ImportsPage { f: frame, page, refused, may })
}

/// The form to try a file, templates, the last imports.
#[get("/imports")]
pub async fn console_imports(
    can: Can<ImportList>,
    frame: Frame,
    query: Query<PageQuery>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    list_page(&can, &frame, &db, &query, &Refused::default()).await
}

/// Tries a file.
#[post("/imports")]
pub async fn console_import_try(
    can: Can<ImportCreate>,
    list: Can<ImportList>,
    frame: Frame,
    sent: UploadForm,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    let UploadForm { form, file } = sent;
    match tried(&can, &form, file, db.clone(), ring).await {
        Ok(report) => Ok(frame.go(&format!("{LIST}/{}", report.id), if report.refused == 0 { w::TRIED } else { w::TRIED_WRONG })),
        Err(why) => {
            let refused = Refused::new("try", form, why, frame.lang())?;
            list_page(&list, &frame, &db, &PageQuery::default(), &refused).await
        }
    }
}

async fn tried(
    can: &Can<ImportCreate>,
    form: &Form,
    bytes: Vec<u8>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<ImportReport, ApiError> {
    let kind = ImportKind::parse(form.get("kind")).ok_or_else(|| ApiError::invalid("/kind", "is no kind of file"))?;
    if bytes.is_empty() {
        return Err(ApiError::of(&FILE_UNREADABLE).detail("请选择文件。", "Choose a file."));
    }
    let sent = Upload { key: form.key()?, kind, bytes, dry_run: true };
    let (can, turn) = (can.clone(), api::turn().await?);
    web::block(move || {
        let _turn = turn;
        import::try_and_keep(&db, &ring, &can, &sent)
    })
    .await
    .map_err(|gone| ApiError::internal(anyhow::anyhow!("import: {gone}")))?
}

/// Where a trial stands.
#[derive(Debug, PartialEq, Eq)]
enum Stage {
    /// It is read, and may be confirmed.
    Waiting,
    /// It is being imported.
    Running,
    /// It was, as this one.
    Imported(ImportId),
    /// It was an import itself, or its file is gone.
    Over,
}

/// What a page of one report is made from.
struct Found {
    report: ImportReport,
    stage: Stage,
    now: DateTime<Utc>,
}

async fn found(can: &Can<ImportFind>, db: &Db, id: ImportId) -> Result<Found, ApiError> {
    let scope = can.scope().clone();
    db.read(move |connection| -> Result<_, ApiError> {
        let report = api::report_of(connection, &scope, id)?;
        let now = base::db::now(connection)?;
        let kept = if report.dry_run { import::kept(connection, id)? } else { None };
        let stage = match kept {
            None => Stage::Over,
            Some(kept) => match kept.imported_as {
                Some(done) if api::report_of(connection, &scope, done).is_ok() => Stage::Imported(done),
                Some(_) if kept.here && kept.started_at.is_some_and(|at| now - at < LOST) => Stage::Running,
                _ if kept.here => Stage::Waiting,
                _ => Stage::Over,
            },
        };
        Ok(Found { report, stage, now })
    })
    .await
}

/// Which part of the errors.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    from: Option<usize>,
}

#[derive(Template)]
#[template(path = "import.html", config = "src/console/askama.toml")]
struct ImportPage<'a> {
    f: &'a Frame,
    report: &'a ImportReport,
    stage: Stage,
    errors: &'a [ImportIssue],
    conflicts: &'a [ImportIssue],
    next: Option<usize>,
    refused: &'a Refused,
    now: DateTime<Utc>,
}

impl ImportPage<'_> {
    /// The column as it stands in the file.
    fn column(&self, issue: &ImportIssue) -> String {
        let known = self.report.kind.columns().iter().find(|column| column.name == issue.column);
        known.map_or_else(|| issue.column.clone(), |column| self.f.lang().pick(column.zh, column.name).to_owned())
    }

    fn wrong(&self, issue: &ImportIssue) -> String {
        let (zh, en) = issue.wrong();
        self.f.lang().pick(zh, en).to_owned()
    }

    /// Rows that an import takes.
    fn taken(&self) -> u32 {
        self.report.created + self.report.changed
    }
}

async fn one_page(
    (can, frame, db): (&Can<ImportFind>, &Frame, &Db),
    id: ImportId,
    from: usize,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let Found { report, stage, now } = found(can, db, id).await?;
    let from = from.min(report.errors.len());
    let until = (from + SHOWN).min(report.errors.len());
    let next = (until < report.errors.len()).then_some(until);
    let errors = report.errors.get(from..until).unwrap_or_default();
    let decide = if from == 0 { report.conflicts.len().min(SHOWN) } else { 0 };
    let conflicts = report.conflicts.get(..decide).unwrap_or_default();
    let page = ImportPage { f: frame, report: &report, stage, errors, conflicts, next, refused, now };
    frame.page_with(refused.status_or_ok(), &page)
}

/// One report, with its errors; a trial with what may be done with it.
#[get("/imports/{id}")]
pub async fn console_import(
    can: Can<ImportFind>,
    frame: Frame,
    id: PathId<ImportId>,
    part: Query<Part>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    one_page((&can, &frame, &db), id.0, part.from.unwrap_or(0), &Refused::default()).await
}

/// Imports the file of a trial. An import of seconds is waited for; of a longer one the page says that it runs.
#[post("/imports/{id}/confirm")]
pub async fn console_import_confirm(
    can: Can<ImportCreate>,
    see: Can<ImportFind>,
    frame: Frame,
    id: PathId<ImportId>,
    form: Form,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    let trial = id.0;
    match confirmed(&can, trial, db.clone(), ring).await {
        Ok(Some(done)) => Ok(frame.go(&format!("{LIST}/{done}"), w::DONE)),
        Ok(None) => Ok(frame.go(&format!("{LIST}/{trial}"), w::RUNS)),
        Err(why) => {
            let refused = Refused::new("confirm", form, why, frame.lang())?;
            one_page((&see, &frame, &db), trial, 0, &refused).await
        }
    }
}

async fn confirmed(
    can: &Can<ImportCreate>,
    trial: ImportId,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Option<ImportId>, ApiError> {
    let id = import::start(&db, can, trial).await?;
    let can = can.clone();
    // It goes on when the browser is answered, or gone.
    let work = actix_web::rt::spawn(async move {
        let turn = api::turn().await?;
        web::block(move || {
            let _turn = turn;
            import::confirm(&db, &ring, &can, trial, id)
        })
        .await
        .map_err(|gone| ApiError::internal(anyhow::anyhow!("import: {gone}")))?
    });
    match tokio::time::timeout(PATIENCE, work).await {
        Err(_still_running) => Ok(None),
        Ok(done) => done.map_err(ApiError::internal)?.map(|()| Some(id)),
    }
}

/// An empty file with the right columns, and an example.
#[get("/imports/templates/{kind}")]
pub async fn console_import_template(_can: Can<ImportTemplate>, request: HttpRequest) -> Result<HttpResponse, ApiError> {
    api::template_answer(&request)
}
