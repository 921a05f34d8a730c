//! The one function that builds the application, from its parts; the server and the tests use the same. What each noun brings
//! (permissions, errors, jobs, hooks) is collected in `nouns`.

use std::sync::Arc;

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::web::{self, Data};
use actix_web::{App, Error, HttpRequest, HttpResponse, ResponseError as _, get};
use base::clients::webhook::{self, Webhooks};
use base::clients::wechat::push::PushKeys;
use base::clients::wechat::{Edition, WeChat};
use base::db::Db;
use base::http::{Limits, Shell, TrustedProxies};
use base::keys::KeyRing;
use governance::{chat, connectors, open311};
use people::files::Cabinet;
use people::identity::{Authenticator, CodeLimits, ErasureLog, Hooks};
use people::notify::{self, Outbound, TemplateIds};
use people::screening::Screener;
use utoipa::openapi::OpenApi;
use utoipa_actix_web::AppExt as _;
use utoipa_actix_web::scope::scope;

use crate::{console, nouns, openapi, routes};

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
    /// Who was erased, outside the database.
    pub erasures: Arc<ErasureLog>,
    /// The jobs' way out to WeChat.
    pub outbound: Arc<Outbound>,
    /// WeChat's message templates by our kinds.
    pub templates: Arc<TemplateIds>,
    /// Where orders of one offer gather; one per process.
    pub orders: Arc<life::redemptions::Orders>,
    /// Where WeChat's pushes are believed.
    pub push_door: Arc<notify::http_push::PushDoor>,
    /// Where pictures are kept.
    pub cabinet: Arc<Cabinet>,
    /// The way out to the systems of responsible units.
    pub webhooks: Arc<Webhooks>,
    /// Where the chat's changes are announced in this process.
    pub chat_signals: Arc<chat::Signals>,
    /// Who follows the chat in this process; one per process.
    pub chat_hub: Arc<chat::live::Hub>,
    /// How much one may write into the chat.
    pub chat_settings: chat::Settings,
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
        cabinet: Cabinet,
    ) -> Self {
        let limits = Arc::new(limits);
        let authenticator = Authenticator::new(db.clone(), Arc::clone(&ring), Arc::clone(&limits));
        let outbound = Arc::new(Outbound::new(Arc::clone(&wechat), Edition::Release));
        let (templates, push_door) = (Arc::default(), Arc::default());
        let hooks = Arc::new(nouns::hooks());
        let orders = Arc::new(life::redemptions::orders());
        let cabinet = Arc::new(cabinet);
        let webhooks = Arc::new(Webhooks::new(webhook::Settings::default()));
        let chat_signals: Arc<chat::Signals> = Arc::default();
        let chat_hub = Arc::new(chat::live::Hub::new(db.clone(), cabinet.signer(&ring), Arc::clone(&chat_signals)));
        Self {
            db,
            ring,
            wechat,
            limits,
            proxies,
            authenticator,
            code_limits,
            hooks,
            erasures: Arc::default(),
            outbound,
            templates,
            orders,
            push_door,
            cabinet,
            webhooks,
            chat_signals,
            chat_hub,
            chat_settings: chat::Settings::default(),
        }
    }

    /// Checks texts before they are published.
    pub fn screener(&self) -> Screener {
        Screener::new(self.db.clone(), Arc::clone(&self.wechat), Arc::clone(&self.ring), nouns::SCREENED)
    }

    /// Believes pushes that these keys open.
    #[must_use]
    pub fn with_push_keys(mut self, keys: Option<PushKeys>) -> Self {
        self.push_door = Arc::new(notify::http_push::PushDoor(keys));
        self
    }

    /// Remembers erasures there.
    #[must_use]
    pub fn with_erasures(mut self, log: ErasureLog) -> Self {
        self.erasures = Arc::new(log);
        self
    }

    /// How fast people may write.
    #[must_use]
    pub fn with_chat(mut self, settings: chat::Settings) -> Self {
        self.chat_settings = settings;
        self
    }

    /// Where webhooks may go.
    #[must_use]
    pub fn with_webhooks(mut self, settings: webhook::Settings) -> Self {
        self.webhooks = Arc::new(Webhooks::new(settings));
        self
    }

    /// The installation's message templates.
    #[must_use]
    pub fn with_templates(mut self, templates: TemplateIds) -> Self {
        self.templates = Arc::new(templates);
        self
    }
}

/// The application. With `demo`, the routes that move the clock and run jobs are there too.
pub fn app(
    parts: Parts,
    demo: bool,
) -> App<
    impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<impl MessageBody>, Error = Error, InitError = ()>,
> {
    let authenticator = parts.authenticator.clone();
    let (app, document) = collect(parts);
    let document = openapi::complete(document, |id| nouns::PUBLIC.contains(&id));
    let operations = Data::new(openapi::operations(&document));
    let text = Data::new(Document(document.to_pretty_json().unwrap_or_default()));
    app.app_data(operations)
        .app_data(text)
        .service(
            utoipa_swagger_ui::SwaggerUi::new("/docs/{_:.*}").config(utoipa_swagger_ui::Config::from("/api-docs/openapi.json")),
        )
        .service(web::redirect("/docs", "/docs/"))
        .route("/api-docs/openapi.json", web::get().to(document_json))
        .service(web::scope("/open311/test/v2").configure(routes::open311::test_routes))
        .configure(move |config| console::mount(config, &authenticator, console::Settings { demo }))
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
    openapi::complete(collect(parts).1, |id| nouns::PUBLIC.contains(&id))
}

struct Document(String);

async fn document_json(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().content_type("application/json; charset=utf-8").body(document.0.clone())
}

async fn unmatched(request: HttpRequest, operations: Data<Vec<openapi::Operation>>) -> HttpResponse {
    let refusal = openapi::unmatched(&operations, request.path());
    if request.path().starts_with("/open311/") {
        return open311::http::unmatched(&request, refusal.allowed().is_some());
    }
    refusal.error_response()
}

fn collect(
    parts: Parts,
) -> (
    App<
        impl ServiceFactory<ServiceRequest, Config = (), Response = ServiceResponse<impl MessageBody>, Error = Error, InitError = ()>,
    >,
    OpenApi,
) {
    let screener = parts.screener();
    let authenticator = Data::new(parts.authenticator.clone());
    let api = scope("/api/v1")
        .service(scope("/life").configure(routes::life::routes))
        .service(scope("/service").configure(routes::service::routes))
        .service(scope("/governance").configure(routes::governance::routes))
        .configure(routes::common)
        .wrap(parts.authenticator);
    let open311_door = Data::new(open311::Door::new(Arc::clone(&parts.limits)));
    let inbound_door = Data::new(connectors::http_inbound::InboundDoor(parts.limits));
    App::new()
        .app_data(Data::new(screener))
        .app_data(authenticator)
        .app_data(Data::new(parts.cabinet.signer(&parts.ring)))
        .app_data(Data::from(parts.cabinet))
        .app_data(Data::new(parts.db))
        .app_data(Data::from(parts.ring))
        .app_data(Data::from(parts.wechat))
        .app_data(Data::new(parts.proxies))
        .app_data(Data::new(parts.code_limits))
        .app_data(Data::from(parts.hooks))
        .app_data(Data::from(parts.templates))
        .app_data(Data::from(parts.orders))
        .app_data(Data::from(parts.push_door))
        .app_data(Data::from(parts.webhooks))
        .app_data(Data::from(parts.chat_signals))
        .app_data(Data::from(parts.chat_hub))
        .app_data(Data::new(parts.chat_settings))
        .app_data(open311_door)
        .app_data(inbound_door)
        .app_data(Data::new(nouns::points_outside()))
        .into_utoipa_app()
        .openapi(openapi::skeleton())
        .service(healthz)
        .service(readyz)
        .service(version)
        .service(api)
        .service(scope("/open311/v2").configure(routes::open311::routes))
        .split_for_parts()
}

/// The process answers.
#[utoipa::path(tag = "operation", responses((status = 200, description = "alive"), (status = "4XX", body = base::http::Problem, description = "refused")))]
#[get("/healthz")]
async fn healthz() -> HttpResponse {
    HttpResponse::Ok().content_type("text/plain").body("ok")
}

/// The database answers.
#[utoipa::path(tag = "operation", responses((status = 200, description = "ready"), (status = "4XX", body = base::http::Problem, description = "refused"), (status = 503, body = base::http::Problem, description = "not ready")))]
#[get("/readyz")]
async fn readyz(db: Data<Db>) -> Result<HttpResponse, base::error::ApiError> {
    db.read(base::db::now).await?;
    Ok(HttpResponse::Ok().content_type("text/plain").body("ready"))
}

/// Version of the program.
#[utoipa::path(tag = "operation", responses((status = 200, body = VersionView, description = "version"), (status = "4XX", body = base::http::Problem, description = "refused")))]
#[get("/version")]
async fn version() -> web::Json<VersionView> {
    web::Json(VersionView { version: crate::VERSION.to_owned() })
}

/// Version of the program.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
struct VersionView {
    /// As in the release.
    version: String,
}
