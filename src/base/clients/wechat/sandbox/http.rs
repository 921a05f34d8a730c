//! The sandbox's handlers: WeChat's paths, its own control paths, and the trouble that strikes before an answer.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

pub use actix_web::dev::ServerHandle;
use actix_web::web::{self, Bytes, Data, Json, PayloadConfig, Query};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Config;
use super::deliver::deliver;
use super::state::State;
use super::trouble::{Down, Garbage, Trouble};
use super::wire::{self, Answer, Call};

pub(super) struct Sandbox {
    state: Mutex<State>,
    pub(super) clock: fn() -> DateTime<Utc>,
}

impl Sandbox {
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Starts the sandbox on this address (port 0: any free one) in the running tokio runtime. Returns the handle that
/// stops it and the address it listens on.
pub fn start(addr: impl ToSocketAddrs, config: Config) -> io::Result<(ServerHandle, SocketAddr)> {
    let state = State::new(config.appid, config.secret, config.push_keys);
    let sandbox = Data::new(Sandbox { state: Mutex::new(state), clock: config.clock });
    // The server's workers own it: the deliveries end with them.
    let delivered = config.callback.map(|callback| (Arc::downgrade(&sandbox.clone().into_inner()), callback));
    let server = HttpServer::new(move || {
        let mut app = App::new()
            .app_data(sandbox.clone())
            .app_data(PayloadConfig::new(1024 * 1024))
            .route("/sandbox/login-codes", web::post().to(login_code))
            .route("/sandbox/phone-codes", web::post().to(phone_code))
            .route("/sandbox/taps", web::post().to(tap))
            .route("/sandbox/messages", web::get().to(messages))
            .route("/sandbox/pushes", web::get().to(pushes))
            .route("/sandbox/counters", web::get().to(counters))
            .route("/sandbox/tokens/expire", web::post().to(expire_tokens))
            .route("/sandbox/trouble", web::get().to(trouble))
            .route("/sandbox/trouble", web::put().to(set_trouble));
        for path in wire::PATHS {
            let method = if path.starts_with("/sns/") { web::get() } else { web::post() };
            app = app.route(path, method.to(call));
        }
        app
    })
    .workers(1)
    .disable_signals()
    .shutdown_timeout(1)
    .bind(addr)?;
    let addr = server.addrs().first().copied().ok_or_else(|| io::Error::other("no address bound"))?;
    let server = server.run();
    let handle = server.handle();
    tokio::spawn(server);
    if let Some((sandbox, callback)) = delivered {
        tokio::spawn(deliver(sandbox, callback));
    }
    Ok((handle, addr))
}

/// Any call on WeChat's wire.
async fn call(request: HttpRequest, query: Query<HashMap<String, String>>, body: Bytes, sandbox: Data<Sandbox>) -> HttpResponse {
    let path = request.path();
    let trouble = {
        let mut state = sandbox.state();
        state.count_call(path);
        state.trouble.clone()
    };
    if trouble.on(path) {
        tokio::time::sleep(Duration::from_millis(trouble.slow_ms)).await;
        match (trouble.down, trouble.garbage) {
            (Some(down), _) => return no_service(down),
            (None, Some(garbage)) => return nonsense(garbage),
            (None, None) => {}
        }
    }
    // A file of this machine is fetched, as WeChat would; other addresses don't exist here, and speak for themselves.
    let fetched = match wire::file_here(path, &body) {
        Some(url) => fetches(&url).await,
        None => true,
    };
    let call = Call { path, query: &query, body: &body, fetched };
    match wire::answer(&mut sandbox.state(), &call, (sandbox.clock)()) {
        Answer::Json(value) => HttpResponse::Ok().json(value),
        Answer::Image(bytes) => HttpResponse::Ok().content_type("image/png").body(bytes),
    }
}

/// Can a picture be fetched without anything but its address?
async fn fetches(url: &str) -> bool {
    let Ok(client) = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(3)).build() else { return false };
    let Ok(response) = client.get(url).send().await else { return false };
    response.status() == 200 && response.bytes().await.is_ok_and(|bytes| bytes.starts_with(b"\xff\xd8\xff"))
}

fn no_service(down: Down) -> HttpResponse {
    match down {
        Down::Unavailable => HttpResponse::ServiceUnavailable().body("503"),
        Down::Closed => {
            let broken = futures_util::stream::once(async { Err::<Bytes, _>(io::Error::from(io::ErrorKind::ConnectionReset)) });
            HttpResponse::Ok().streaming(broken)
        }
    }
}

fn nonsense(garbage: Garbage) -> HttpResponse {
    let mut ok = HttpResponse::Ok();
    match garbage {
        Garbage::Html => ok.content_type("text/html").body("<!doctype html><title>502 Bad Gateway</title>"),
        Garbage::Empty => ok.finish(),
        Garbage::Huge => {
            let filler = "x".repeat(10 * 1024 * 1024);
            ok.json(json!({ "openid": "oAAAAAAAAAAAAAAAAAAAAAAAAAAA", "access_token": "token", "expires_in": 7200, "x": filler }))
        }
        Garbage::WrongType => ok.json(json!({
            "errcode": 0, "openid": ["oAAAAAAAAAAAAAAAAAAAAAAAAAAA"], "access_token": 7, "expires_in": "soon",
            "phone_info": "none", "result": "pass", "trace_id": {}, "msgid": [],
        })),
        Garbage::Errcode(errcode) => ok.json(json!({ "errcode": errcode, "errmsg": "set by the sandbox" })),
        Garbage::NoOpenid => ok.json(json!({ "errcode": 0, "errmsg": "ok", "session_key": "AAAAAAAAAAAAAAAAAAAAAA==" })),
        Garbage::DuplicateKeys => ok.content_type("application/json").body(concat!(
            r#"{"errcode":0,"errcode":0,"openid":"oAAAAAAAAAAAAAAAAAAAAAAAAAAA","openid":"oBBBBBBBBBBBBBBBBBBBBBBBBBBB","#,
            r#""access_token":"one","access_token":"two","expires_in":7200}"#
        )),
        Garbage::Redirect => {
            HttpResponse::Found().insert_header(("Location", "http://169.254.169.254/latest/meta-data/")).finish()
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewLoginCode {
    person: String,
    appid: Option<String>,
}

async fn login_code(new: Json<NewLoginCode>, sandbox: Data<Sandbox>) -> HttpResponse {
    let new = new.into_inner();
    let (code, openid) = wire::issue_login(&mut sandbox.state(), &new.person, new.appid, (sandbox.clock)());
    HttpResponse::Created().json(json!({ "code": code, "openid": openid }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewPhoneCode {
    phone: String,
}

async fn phone_code(new: Json<NewPhoneCode>, sandbox: Data<Sandbox>) -> HttpResponse {
    let code = wire::issue_phone(&mut sandbox.state(), new.into_inner().phone, (sandbox.clock)());
    HttpResponse::Created().json(json!({ "code": code }))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewTap {
    person: String,
    template: String,
    accepted: bool,
}

async fn tap(new: Json<NewTap>, sandbox: Data<Sandbox>) -> HttpResponse {
    let new = new.into_inner();
    wire::tap(&mut sandbox.state(), &new.person, &new.template, new.accepted, (sandbox.clock)());
    HttpResponse::NoContent().finish()
}

#[derive(Deserialize)]
struct Of {
    openid: Option<String>,
}

async fn messages(of: Query<Of>, sandbox: Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(sandbox.state().messages(of.openid.as_deref(), (sandbox.clock)()))
}

async fn pushes(sandbox: Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(sandbox.state().pushes((sandbox.clock)()))
}

async fn counters(sandbox: Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(sandbox.state().counters())
}

async fn expire_tokens(sandbox: Data<Sandbox>) -> HttpResponse {
    sandbox.state().expire_tokens((sandbox.clock)());
    HttpResponse::NoContent().finish()
}

async fn trouble(sandbox: Data<Sandbox>) -> HttpResponse {
    HttpResponse::Ok().json(&sandbox.state().trouble)
}

async fn set_trouble(body: Json<Value>, sandbox: Data<Sandbox>) -> HttpResponse {
    let body = body.into_inner();
    let wanted = match body.get("preset").and_then(Value::as_str) {
        Some("none") => Ok(Trouble::default()),
        Some("realistic") => Ok(Trouble::realistic()),
        // An unknown preset fails here as an unknown field.
        _ => serde_json::from_value::<Trouble>(body),
    };
    match wanted {
        Ok(wanted) => {
            sandbox.state().trouble = wanted.clone();
            HttpResponse::Ok().json(wanted)
        }
        Err(error) => HttpResponse::UnprocessableEntity().body(error.to_string()),
    }
}
