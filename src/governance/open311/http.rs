#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Open311's own addresses. Answers and refusals are spelled as the address asks, never as problem documents.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE, RETRY_AFTER};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, get, post};
use base::db::{Context, Db, Once};
use base::error::ApiError;
use base::http::{Lang, Limits, OwnFormat, peer, request_id};
use base::keys::{KeyRing, sha256};
use diesel::PgConnection;
use people::screening::{Screener, check_text};

use super::arguments::Arguments;
use super::document::{Document, Format};
use super::limits::ClientLimits;
use super::refusal::Refusal;
use super::report::{self, Ready};
use super::rows::{self, Client};
use super::{bulk, catalogue, discovery, http_form, jurisdiction, record, updates};
use crate::requests::{self, OpenFilter};

/// What stands at the door: how often an address and a client may come.
pub struct Door {
    limits: Arc<Limits>,
    clients: ClientLimits,
}

impl Door {
    /// Addresses are counted together with those of everybody who isn't signed in.
    pub fn new(limits: Arc<Limits>) -> Self {
        Self { limits, clients: ClientLimits::new() }
    }

    fn client(&self, client: &Client) -> Result<(), Refusal> {
        self.clients.count(client.id, u32::try_from(client.per_minute).unwrap_or(1))
    }
}

/// One call, as far as its address and head say.
struct Call<'a> {
    request: &'a HttpRequest,
    format: Option<Format>,
}

impl<'a> Call<'a> {
    fn of(request: &'a HttpRequest) -> Self {
        Self { request, format: Format::parse(request.match_info().query("format")) }
    }

    /// The query's arguments; the address was there and its caller isn't too fast.
    fn arguments(&self, door: &Door) -> Result<Arguments, Refusal> {
        if let Some(address) = peer(self.request) {
            door.limits.address(address)?;
        }
        self.format.ok_or_else(Refusal::nowhere)?;
        Arguments::parse(self.request.query_string().as_bytes())
    }

    /// Is it for the endpoint that keeps nothing?
    fn is_test(&self) -> bool {
        self.request.path().starts_with("/open311/test/")
    }

    /// Scheme and host as the caller knows them.
    fn site(&self) -> String {
        let info = self.request.connection_info();
        let host: String = info.host().chars().filter(|c| c.is_ascii_alphanumeric() || ".-:[]".contains(*c)).collect();
        format!("{}://{host}", if info.scheme() == "https" { "https" } else { "http" })
    }

    fn part(&self, name: &str) -> String {
        self.request.match_info().query(name).to_owned()
    }

    /// The answer, or the refusal, as the address asks.
    fn reply(&self, result: Result<Document, Refusal>) -> HttpResponse {
        let format = self.format.unwrap_or(Format::Xml);
        match result {
            Ok(document) => own(StatusCode::OK, format.content_type(), None, document.render(format)),
            Err(refusal) => refused(self.request, format, &refusal),
        }
    }
}

fn own(status: StatusCode, kind: &str, wait: Option<u32>, body: Vec<u8>) -> HttpResponse {
    let mut builder = HttpResponse::build(status);
    builder.insert_header((CONTENT_TYPE, kind));
    if let Some(seconds) = wait {
        builder.insert_header((RETRY_AFTER, seconds.to_string()));
    }
    let mut response = builder.body(body);
    response.extensions_mut().insert(OwnFormat);
    response
}

fn refused(request: &HttpRequest, format: Format, refusal: &Refusal) -> HttpResponse {
    if let Some(cause) = refusal.cause.as_ref().filter(|cause| cause.code().status >= 500) {
        tracing::error!(code = cause.code().code, cause = ?cause, "an Open311 call failed");
    }
    let status = StatusCode::from_u16(refusal.status).unwrap_or(StatusCode::BAD_REQUEST);
    own(status, format.content_type(), refusal.wait, refusal.document(Lang::of(request)).render(format))
}

/// What is answered below `/open311/` where no handler took the call.
pub fn unmatched(request: &HttpRequest, methods: bool) -> HttpResponse {
    let suffix = request.path().rsplit('.').next().unwrap_or_default();
    let refusal = if methods { Refusal::method() } else { Refusal::nowhere() };
    refused(request, Format::parse(suffix).unwrap_or(Format::Xml), &refusal)
}

/// Reads; what failed on our side may be tried again by `db`, a refusal is an answer.
async fn read<T: Send + 'static>(
    db: &Db,
    work: impl Fn(&mut PgConnection) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    db.read(move |connection| match work(connection) {
        Ok(value) => Ok(Ok(value)),
        Err(Refusal { cause: Some(cause), .. }) => Err(cause),
        Err(refusal) => Ok(Err(refusal)),
    })
    .await?
}

/// What there is, and where.
#[utoipa::path(tag = "open311", params(("format" = String, Path, description = "xml or json")), responses((status = 200, description = "the endpoints", content_type = "text/xml", body = String), (status = "4XX", description = "refused, as Open311's list of errors", content_type = "text/xml", body = String)))]
#[get("/discovery.{format}")]
pub async fn open311_discovery(request: HttpRequest, door: Data<Door>) -> HttpResponse {
    let call = Call::of(&request);
    call.reply(call.arguments(&door).map(|_arguments| discovery::document(&call.site())))
}

/// The services of a jurisdiction: its duty list in force.
#[utoipa::path(tag = "open311", params(("format" = String, Path, description = "xml or json"), ("jurisdiction_id" = Option<String>, Query)), responses((status = 200, description = "the services", content_type = "text/xml", body = String), (status = "4XX", description = "refused, as Open311's list of errors", content_type = "text/xml", body = String)))]
#[get("/services.{format}")]
pub async fn open311_services(request: HttpRequest, door: Data<Door>, db: Data<Db>) -> HttpResponse {
    let call = Call::of(&request);
    let answer = async {
        let arguments = call.arguments(&door)?;
        read(&db, move |connection| {
            let community = jurisdiction::community(connection, arguments.get("jurisdiction_id"))?;
            catalogue::list(connection, &community)
        })
        .await
    };
    call.reply(answer.await)
}

/// What a service asks at intake.
#[utoipa::path(tag = "open311", params(("service_code" = String, Path), ("format" = String, Path, description = "xml or json"), ("jurisdiction_id" = Option<String>, Query)), responses((status = 200, description = "the definition", content_type = "text/xml", body = String), (status = "4XX", description = "refused, as Open311's list of errors", content_type = "text/xml", body = String)))]
#[get("/services/{service_code}.{format}")]
pub async fn open311_service(request: HttpRequest, door: Data<Door>, db: Data<Db>) -> HttpResponse {
    let (call, code) = (Call::of(&request), request.match_info().query("service_code").to_owned());
    let answer = async {
        let arguments = call.arguments(&door)?;
        read(&db, move |connection| {
            let community = jurisdiction::community(connection, arguments.get("jurisdiction_id"))?;
            catalogue::definition_of(connection, &community, &code)
        })
        .await
    };
    call.reply(answer.await)
}

/// File a request: a form, urlencoded or multipart, with a client's key.
#[utoipa::path(tag = "open311", params(("format" = String, Path, description = "xml or json")), request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "api_key, jurisdiction_id, service_code, a place (lat and long, address_string or address_id), description, attribute[CODE] …"), responses((status = 200, description = "the request's id, or a token while a person looks at its text", content_type = "text/xml", body = String), (status = "4XX", description = "refused, as Open311's list of errors", content_type = "text/xml", body = String)))]
#[post("/requests.{format}")]
pub async fn open311_request_create(
    request: HttpRequest,
    payload: Payload,
    door: Data<Door>,
    db: Data<Db>,
    ring: Data<KeyRing>,
    screener: Data<Screener>,
) -> HttpResponse {
    let call = Call::of(&request);
    call.reply(create(&call, payload, (&door, &screener), &db, ring.into_inner()).await)
}

async fn create(
    call: &Call<'_>,
    payload: Payload,
    (door, screener): (&Door, &Screener),
    db: &Db,
    ring: Arc<KeyRing>,
) -> Result<Document, Refusal> {
    let query = call.arguments(door)?;
    let form = http_form::read(call.request, payload, query).await?;
    let (arguments, pictures, hash) = (form.arguments, form.files > 0, form.hash);
    let ready = read(db, move |connection| report::read(connection, &arguments)).await?;
    door.client(&ready.client)?;
    if call.is_test() {
        return Ok(report::rehearsed(&ready));
    }
    let verdict = check_text(&screener.of(ready.community()), None, ready.text()).await?;
    let (notice, once) = (report::notice(&ready, pictures), once(call, &ready, hash));
    let filed = Arc::new(ready);
    let done = db.once(once, move |tx| report::file(tx, &ring, &filed, &verdict)).await?;
    let id = requests::CaseId(done.id);
    read(db, move |connection| {
        let report = rows::report_find(connection, id)?.ok_or_else(|| Refusal::unknown("service_request_id"))?;
        let checking = requests::is_being_checked(connection, id)?;
        Ok(report::answer(&report, Some(notice.clone()), checking))
    })
    .await
}

/// A client that sends `Idempotency-Key` is protected against repeats; the text knows nothing of it.
fn once(call: &Call<'_>, ready: &Ready, hash: [u8; 32]) -> Once {
    let sent = call.request.headers().get("idempotency-key").and_then(|value| value.to_str().ok());
    let key = sent.map(|key| {
        let whole = sha256(format!("{}|{key}", ready.client.id).as_bytes());
        whole.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
    });
    Once::new(Context::anonymous(request_id(call.request)), "open311_request_create", key, hash, ready.id().0)
}

/// The request that a token stands for.
#[utoipa::path(tag = "open311", params(("token" = String, Path), ("format" = String, Path, description = "xml or json")), responses((status = 200, description = "the token, with the request's id once there is one", content_type = "text/xml", body = String), (status = "4XX", description = "refused, as Open311's list of errors", content_type = "text/xml", body = String)))]
#[get("/tokens/{token}.{format}")]
pub async fn open311_token(request: HttpRequest, door: Data<Door>, db: Data<Db>) -> HttpResponse {
    let (call, token) = (Call::of(&request), request.match_info().query("token").to_owned());
    let answer = async {
        call.arguments(&door)?;
        read(&db, move |connection| report::of_token(connection, &token)).await
    };
    call.reply(answer.await)
}

/// Published requests: by ids, services, range and status.
#[utoipa::path(tag = "open311", params(("format" = String, Path, description = "xml or json"), ("jurisdiction_id" = Option<String>, Query), ("service_request_id" = Option<String>, Query), ("service_code" = Option<String>, Query), ("start_date" = Option<String>, Query), ("end_date" = Option<String>, Query), ("status" = Option<String>, Query), ("extensions" = Option<String>, Query), ("page" = Option<String>, Query), ("page_size" = Option<String>, Query)), responses((status = 200, description = "the requests", content_type = "text/xml", body = String), (status = "4XX", description = "refused, as Open311's list of errors", content_type = "text/xml", body = String)))]
#[get("/requests.{format}")]
pub async fn open311_requests(request: HttpRequest, door: Data<Door>, db: Data<Db>) -> HttpResponse {
    let call = Call::of(&request);
    let answer = async {
        let arguments = call.arguments(&door)?;
        read(&db, move |connection| {
            let community = jurisdiction::community(connection, arguments.get("jurisdiction_id"))?;
            let now = base::db::now(connection)?;
            let cases = requests::open_cases(connection, &record::filter(&arguments, &community, now)?)?;
            record::document(connection, &community, &cases, arguments.flag("extensions"))
        })
        .await
    };
    call.reply(answer.await)
}

/// One published request.
#[utoipa::path(tag = "open311", params(("service_request_id" = String, Path), ("format" = String, Path, description = "xml or json"), ("jurisdiction_id" = Option<String>, Query), ("extensions" = Option<String>, Query)), responses((status = 200, description = "a list of the one request", content_type = "text/xml", body = String), (status = "4XX", description = "refused, as Open311's list of errors", content_type = "text/xml", body = String)))]
#[get("/requests/{service_request_id}.{format}")]
pub async fn open311_request(request: HttpRequest, door: Data<Door>, db: Data<Db>) -> HttpResponse {
    let call = Call::of(&request);
    let id = call.part("service_request_id");
    let answer = async {
        let arguments = call.arguments(&door)?;
        read(&db, move |connection| one(connection, &arguments, &id)).await
    };
    call.reply(answer.await)
}

fn one(connection: &mut PgConnection, arguments: &Arguments, id: &str) -> Result<Document, Refusal> {
    let community = jurisdiction::community(connection, arguments.get("jurisdiction_id"))?;
    let unknown = || Refusal::unknown("service_request_id");
    let id = id.parse().map_err(|_no_id| unknown())?;
    let filter = OpenFilter { community: community.id, ids: Some(vec![id]), ..OpenFilter::default() };
    let cases = requests::open_cases(connection, &filter)?;
    if cases.is_empty() {
        return Err(unknown());
    }
    record::document(connection, &community, &cases, arguments.flag("extensions"))
}

/// What happened to published requests since.
#[utoipa::path(tag = "open311", params(("format" = String, Path, description = "xml or json"), ("jurisdiction_id" = Option<String>, Query), ("start_date" = Option<String>, Query), ("end_date" = Option<String>, Query)), responses((status = 200, description = "the updates", content_type = "text/xml", body = String), (status = "4XX", description = "refused, as Open311's list of errors", content_type = "text/xml", body = String)))]
#[get("/servicerequestupdates.{format}")]
pub async fn open311_updates(request: HttpRequest, door: Data<Door>, db: Data<Db>) -> HttpResponse {
    let call = Call::of(&request);
    let answer = async {
        let arguments = call.arguments(&door)?;
        read(&db, move |connection| {
            let community = jurisdiction::community(connection, arguments.get("jurisdiction_id"))?;
            let now = base::db::now(connection)?;
            updates::list(connection, &community, &arguments, now)
        })
        .await
    };
    call.reply(answer.await)
}

/// Tell what happened to a request: by the client that filed it, or by the system of the unit at work on it.
#[utoipa::path(tag = "open311", params(("format" = String, Path, description = "xml or json")), request_body(content = String, content_type = "application/x-www-form-urlencoded", description = "api_key, jurisdiction_id, service_request_id, update_id, updated_datetime, status, description"), responses((status = 200, description = "taken", content_type = "text/xml", body = String), (status = "4XX", description = "refused, as Open311's list of errors; an update_id that is there already is 400", content_type = "text/xml", body = String)))]
#[post("/servicerequestupdates.{format}")]
pub async fn open311_update_create(request: HttpRequest, payload: Payload, door: Data<Door>, db: Data<Db>) -> HttpResponse {
    let call = Call::of(&request);
    call.reply(tell(&call, payload, &door, &db).await)
}

async fn tell(call: &Call<'_>, payload: Payload, door: &Door, db: &Db) -> Result<Document, Refusal> {
    let query = call.arguments(door)?;
    let arguments = http_form::read(call.request, payload, query).await?.arguments;
    let told = read(db, move |connection| updates::read(connection, &arguments)).await?;
    door.client(&told.client)?;
    let answer = updates::answer(told.update_id());
    if !call.is_test() {
        let context = Context::anonymous(request_id(call.request));
        db.transaction(context, move |tx| updates::take(tx, &told)).await.map_err(|error: ApiError| Refusal::from(error))?;
    }
    Ok(answer)
}

/// Many published requests at once: csv, xml or json.
#[utoipa::path(tag = "open311", params(("format" = String, Path, description = "csv, xml or json"), ("jurisdiction_id" = Option<String>, Query), ("start_date" = Option<String>, Query), ("end_date" = Option<String>, Query), ("page" = Option<String>, Query)), responses((status = 200, description = "the rows", content_type = "text/csv", body = String), (status = "4XX", description = "refused, as Open311's list of errors", content_type = "text/xml", body = String)))]
#[get("/bulk.{format}")]
pub async fn open311_bulk(request: HttpRequest, door: Data<Door>, db: Data<Db>) -> HttpResponse {
    let mut call = Call::of(&request);
    let as_csv = call.part("format") == "csv";
    if as_csv {
        call.format = Some(Format::Xml);
    }
    match load_bulk(&call, &door, &db).await {
        Ok(rows) if as_csv => csv_file(&call, rows),
        Ok(rows) => call.reply(Ok(rows.document())),
        Err(refusal) => call.reply(Err(refusal)),
    }
}

async fn load_bulk(call: &Call<'_>, door: &Door, db: &Db) -> Result<bulk::Bulk, Refusal> {
    let arguments = call.arguments(door)?;
    read(db, move |connection| {
        let community = jurisdiction::community(connection, arguments.get("jurisdiction_id"))?;
        let now = base::db::now(connection)?;
        bulk::load(connection, &community, &arguments, now)
    })
    .await
}

fn csv_file(call: &Call<'_>, rows: bulk::Bulk) -> HttpResponse {
    match rows.csv() {
        Ok(bytes) => {
            let mut response = own(StatusCode::OK, "text/csv; charset=utf-8", None, bytes);
            let name = actix_web::http::header::HeaderValue::from_static("attachment; filename=\"requests.csv\"");
            response.headers_mut().insert(CONTENT_DISPOSITION, name);
            response
        }
        Err(error) => call.reply(Err(ApiError::internal(error).into())),
    }
}
