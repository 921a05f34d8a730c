//! The one function that builds the application, and the tables that every noun adds its rows to: permissions, errors, jobs.
//! The server and the tests use the same.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::web::{self, Data};
use actix_web::{App, Error, HttpRequest, HttpResponse, ResponseError as _, get};
use base::clients::wechat::WeChat;
use base::db::Db;
use base::error::ErrorCode;
use base::http::{Limits, Shell, TrustedProxies};
use base::jobs::JobKind;
use base::keys::KeyRing;
use ledger::AuditCheck;
use people::identity::{Authenticator, CodeLimits, Hooks, Rule};
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::scope::scope;

use crate::{openapi, routes};

/// What the application is made of; cheap to clone.
#[derive(Clone)]
pub struct Parts {
    /// The database.
    pub db: Db,
    /// The keys.
    pub ring: Arc<KeyRing>,
    /// WeChat, or its sandbox.
    pub wechat: Arc<WeChat>,
    /// Rate limits of this process.
    pub limits: Arc<Limits>,
    /// Proxies that are believed.
    pub proxies: TrustedProxies,
    /// Who is calling; one cache per process.
    pub authenticator: Authenticator,
    /// How often codes may be tried.
    pub code_limits: CodeLimits,
    /// What each noun does for a person: home screen, export, erasure.
    pub hooks: Arc<Hooks>,
}

impl Parts {
    /// With the given rate limits.
    pub fn new(
        db: Db,
        ring: Arc<KeyRing>,
        wechat: Arc<WeChat>,
        limits: Limits,
        code_limits: CodeLimits,
        proxies: TrustedProxies,
    ) -> Self {
        let limits = Arc::new(limits);
        let authenticator = Authenticator::new(db.clone(), Arc::clone(&ring), Arc::clone(&limits));
        Self { db, ring, wechat, limits, proxies, authenticator, code_limits, hooks: Arc::new(hooks()) }
    }
}

/// What each noun does for one person.
fn hooks() -> Hooks {
    Hooks { home: vec![points::home], erase: vec![points::ERASE], export: vec![points::EXPORT] }
}

/// What points know of their neighbours.
fn outside() -> points::Outside {
    points::Outside { households: Arc::new(crate::neighbours::Alone), notices: Arc::new(crate::neighbours::Silent) }
}

/// The permission table.
pub fn permissions() -> Vec<&'static Rule> {
    let nouns: Vec<&'static [Rule]> = vec![people::identity::PERMISSIONS, crate::operations::PERMISSIONS];
    nouns.into_iter().chain(points::PERMISSIONS.iter().copied()).flatten().collect()
}

/// Operations that need no sign-in.
pub const PUBLIC: &[&str] = &["healthz", "readyz", "version", "session_create", "session_refresh"];

/// Every error code.
pub fn errors() -> Vec<&'static ErrorCode> {
    let nouns: Vec<&'static [&'static ErrorCode]> = vec![base::error::ERRORS, people::identity::ERRORS];
    nouns.into_iter().chain([ledger::ERRORS]).chain(points::ERRORS.iter().copied()).flatten().copied().collect()
}

/// What `palm audit` checks besides the ledger's own invariants: the nouns' tables against the books.
pub fn audit_checks() -> Vec<AuditCheck> {
    let nouns: Vec<&'static [AuditCheck]> = Vec::new();
    nouns.into_iter().flatten().copied().collect()
}

/// Every kind of background job.
pub fn jobs(parts: &Parts) -> Vec<JobKind> {
    let mut all = vec![base::jobs::housekeeping()];
    all.extend(people::identity::jobs(Arc::clone(&parts.hooks)));
    all.extend(points::jobs(&outside()));
    all
}

/// The application. With `demo`, the routes that move the clock and run jobs are there too.
pub fn app(
    parts: Parts,
    demo: bool,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<impl MessageBody>, Error = Error, InitError = ()>,
> {
    let (app, document) = collect(parts);
    let document = openapi::complete(document, |id| PUBLIC.contains(&id));
    let operations = Data::new(openapi::operations(&document));
    let text = Data::new(Document(document.to_pretty_json().unwrap_or_default()));
    app.app_data(operations)
        .app_data(text)
        .service(
            utoipa_swagger_ui::SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/api-docs/openapi.json")),
        )
        .service(web::redirect("/docs", "/docs/"))
        .route("/api-docs/openapi.json", web::get().to(document_json))
        .configure(move |config| {
            if demo {
                crate::demo::routes(config);
            }
        })
        .default_service(web::to(unmatched))
        .wrap(Shell)
}

/// The document alone.
pub fn document(parts: Parts) -> OpenApi {
    openapi::complete(collect(parts).1, |id| PUBLIC.contains(&id))
}

struct Document(String);

async fn document_json(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json; charset=utf-8").body(document.0.clone())
}

async fn unmatched(request: HttpRequest, operations: Data<Vec<openapi::Operation>>) -> HttpResponse {
    openapi::unmatched(&operations, request.path()).error_response()
}

fn collect(
    parts: Parts,
) -> (
    App<
        impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<impl MessageBody>, Error = Error, InitError = ()>,
    >,
    OpenApi,
) {
    let api = scope("/api/v1")
        .service(scope("/life").configure(routes::life))
        .service(scope("/service").configure(routes::service))
        .configure(routes::common)
        .wrap(parts.authenticator);
    App::new()
        .app_data(Data::new(parts.db))
        .app_data(Data::from(parts.ring))
        .app_data(Data::from(parts.wechat))
        .app_data(Data::new(parts.proxies))
        .app_data(Data::new(parts.code_limits))
        .app_data(Data::from(parts.hooks))
        .app_data(Data::new(outside()))
        .into_utoipa_app()
        .openapi(openapi::skeleton())
        .service(healthz)
        .service(readyz)
        .service(version)
        .service(api)
        .split_for_parts()
}

/// The process answers.
#[utoipa::path(tag = "operation", responses((status = 200, description = "alive")))]
#[get("/healthz")]
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok")
}

/// The database answers.
#[utoipa::path(tag = "operation", responses((status = 200, description = "ready"), (status = 503, body = base::http::Problem, description = "not ready")))]
#[get("/readyz")]
async fn readyz(db: Data<Db>) -> Result<HttpResponse, base::error::ApiError> {
    db.read(base::db::now).await?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready"))
}

/// Version of the program.
#[utoipa::path(tag = "operation", responses((status = 200, body = VersionView, description = "version")))]
#[get("/version")]
async fn version() -> web::Json<VersionView> {
    web::Json(VersionView { version: env!("CARGO_PKG_VERSION").to_owned() })
}

/// Version of the program.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct VersionView {
    /// As in the release.
    version: String,
}
