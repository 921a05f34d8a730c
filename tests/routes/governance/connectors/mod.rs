//! Connectors over HTTP, with a real receiver on the other side.

mod inbound;
mod outbound;
mod registry;

use std::collections::VecDeque;
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use actix_web::web::{self, Bytes, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use base::ids::OrganizationId;
use people::identity::Role;
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

use super::open311::{duty, unit};
use crate::support::{Actor, Reply, TestApp};

const CONNECTORS: &str = "/api/v1/governance/connectors";

/// What a receiver got.
#[derive(Debug, Clone)]
struct Got {
    id: String,
    headers: HeaderMap,
    body: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("JSON")
    }

    fn is_signed_by(&self, secret: &str) -> bool {
        Webhook::new(secret).expect("a secret").verify(self.body.as_bytes(), &self.headers).is_ok()
    }
}

#[derive(Default)]
struct Inbox {
    got: Mutex<Vec<Got>>,
    /// Statuses of the next answers; 204 when there are no more.
    answers: Mutex<VecDeque<u16>>,
}

/// A system that takes what it is told.
#[derive(Clone)]
struct Receiver {
    url: String,
    inbox: Arc<Inbox>,
}

async fn take(request: HttpRequest, body: Bytes, inbox: Data<Inbox>) -> HttpResponse {
    let mut headers = HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok()).expect("a header of the standard");
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).expect("a value"));
    }
    let id = headers["webhook-id"].to_str().expect("text").to_owned();
    inbox.got.lock().expect("the inbox").push(Got { id, headers, body: String::from_utf8(body.to_vec()).expect("UTF-8") });
    let status = inbox.answers.lock().expect("the answers").pop_front().unwrap_or(204);
    HttpResponse::build(status.try_into().expect("a status")).insert_header(("location", "http://127.0.0.1:1/")).finish()
}

impl Receiver {
    fn start() -> Self {
        let inbox = Arc::new(Inbox::default());
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/hook", listener.local_addr().expect("an address"));
        let data = Data::from(Arc::clone(&inbox));
        let server = HttpServer::new(move || App::new().app_data(data.clone()).route("/hook", web::post().to(take)));
        actix_web::rt::spawn(server.workers(1).disable_signals().listen(listener).expect("a server").run());
        Self { url, inbox }
    }

    fn answers(&self, statuses: &[u16]) {
        self.inbox.answers.lock().expect("the answers").extend(statuses);
    }

    fn got(&self) -> Vec<Got> {
        self.inbox.got.lock().expect("the inbox").clone()
    }
}

/// A unit with a handler, a system and an item of the duty list.
struct Stage {
    app: TestApp,
    handler: Actor,
    unit: OrganizationId,
    receiver: Receiver,
    connector: String,
    secret: String,
}

fn settings(url: &str) -> Value {
    json!({"name": "报修系统", "url": url, "status_words": [{"word": "已派工", "means": "in_progress"}, {"word": "修好了", "means": "solved"}]})
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let unit = unit(&app, "路灯管理所");
        duty(&app, app.world.unit("S1/C1"), "A01-01", "路灯不亮", Some(unit), &json!([]));
        let handler = app.person(Some("19900000311"));
        app.grant(&handler, Role::UnitHandler, None, Some(unit));
        let receiver = Receiver::start();
        let new = json!({"organization_id": unit, "settings": settings(&receiver.url)});
        let made = handler.post(CONNECTORS, &new).await.expect(201);
        let text = |name: &str| made[name].as_str().expect("a text").to_owned();
        Self { handler, unit, receiver, connector: text("id"), secret: text("secret"), app }
    }

    fn path(&self, rest: &str) -> String {
        format!("{CONNECTORS}/{}{rest}", self.connector)
    }

    /// A resident's request for the unit; its id.
    async fn filed(&self) -> String {
        let request = json!({"text": "三号楼门口路灯不亮", "unit": self.app.world.unit("S1/C1/E1/B1/D1"), "category": "A01-01"});
        let view = self.app.resident().post("/api/v1/governance/requests", &request).await.expect(201);
        view["id"].as_str().expect("an id").to_owned()
    }

    /// Runs what is due, hour after hour.
    async fn hours(&self, hours: i64) {
        for _ in 0..hours {
            self.app.move_clock(chrono::Duration::hours(1));
            self.app.drain().await;
        }
    }

    async fn seen(&self) -> Value {
        self.handler.get(&self.path("")).await.expect(200)
    }

    async fn deliveries(&self, state: &str) -> Vec<Value> {
        let page = self.handler.get(&self.path(&format!("/deliveries?limit=100&state={state}"))).await.expect(200);
        page["items"].as_array().expect("items").clone()
    }

    /// What the system says, signed with a secret.
    async fn says(&self, id: &str, secret: &str, body: &Value) -> Reply {
        let (text, at) = (body.to_string(), chrono::Utc::now().timestamp());
        let signature = Webhook::new(secret).expect("a secret").sign(id, at, text.as_bytes()).expect("signed");
        let path = self.path("/updates");
        self.app
            .anonymous()
            .send(reqwest::Method::POST, &path, |request| {
                let signed = request.header("webhook-id", id).header("webhook-timestamp", at.to_string());
                signed.header("webhook-signature", signature).body(text)
            })
            .await
    }
}
