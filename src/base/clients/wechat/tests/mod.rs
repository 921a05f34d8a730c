//! The client against the sandbox over real HTTP: what WeChat's failures become, and what must never happen.

mod calls;
mod outages;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::push::PushKeys;
use super::*;

const APPID: &str = "wx0000000000000001";

fn clock() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn push_keys() -> PushKeys {
    PushKeys::new(SecretString::from("sandbox-token"), &SecretString::from("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C"), APPID)
        .unwrap()
}

/// A sandbox of its own, a client of it, and a plain HTTP client for the sandbox's own interface.
struct Bed {
    wechat: WeChat,
    http: reqwest::Client,
    base: String,
    _handle: sandbox::ServerHandle,
}

/// Limits so short that no test waits.
fn quick(base: &str) -> Settings {
    Settings {
        timeout: Duration::from_millis(5_000),
        check_timeout: Duration::from_millis(2_000),
        backoff: Duration::from_millis(1),
        breaker_limit: 50,
        ..Settings::new(base, APPID, SecretString::from("app-secret"))
    }
}

impl Bed {
    async fn new() -> Self {
        Self::with(quick).await
    }

    async fn with(settings: fn(&str) -> Settings) -> Self {
        let config = sandbox::Config {
            appid: APPID.into(),
            secret: SecretString::from("app-secret"),
            push_keys: Some(push_keys()),
            clock,
            callback: None,
        };
        let (handle, addr) = sandbox::start("127.0.0.1:0", config).unwrap();
        let base = format!("http://{addr}");
        let wechat = WeChat::new(settings(&base)).unwrap();
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        Self { wechat, http, base, _handle: handle }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        let response = self.http.post(format!("{}{path}", self.base)).json(&body).send().await.unwrap();
        assert!(response.status().is_success());
        response.json().await.unwrap()
    }

    async fn get(&self, path: &str) -> Value {
        self.http.get(format!("{}{path}", self.base)).send().await.unwrap().json().await.unwrap()
    }

    async fn trouble(&self, body: Value) {
        let response = self.http.put(format!("{}/sandbox/trouble", self.base)).json(&body).send().await.unwrap();
        assert_eq!(response.status(), 200, "{body}");
    }

    async fn expire_tokens(&self) {
        assert_eq!(self.http.post(format!("{}/sandbox/tokens/expire", self.base)).send().await.unwrap().status(), 204);
    }

    async fn login_code(&self, person: &str) -> (String, String) {
        let made = self.post("/sandbox/login-codes", json!({ "person": person })).await;
        (string(&made, "code"), string(&made, "openid"))
    }

    async fn phone_code(&self, phone: &str) -> String {
        string(&self.post("/sandbox/phone-codes", json!({ "phone": phone })).await, "code")
    }

    async fn calls(&self, path: &str) -> u64 {
        let counters = self.get("/sandbox/counters").await;
        counters.pointer(&format!("/calls/{}", path.replace('/', "~1"))).and_then(Value::as_u64).unwrap_or(0)
    }
}

fn string(value: &Value, name: &str) -> String {
    value.get(name).and_then(Value::as_str).unwrap().to_owned()
}

fn text(openid: &str, content: &str) -> TextCheck {
    TextCheck { openid: openid.into(), content: content.into(), title: None, scene: Scene::Forum }
}

fn message(openid: &str) -> Message {
    Message {
        openid: openid.into(),
        template_id: "tpl-accepted".into(),
        data: vec![("thing1".into(), "路灯不亮".repeat(10)), ("phrase2".into(), "已受理".into())],
        page: Some("pages/request".into()),
        edition: Edition::Release,
    }
}

fn code_request() -> CodeRequest {
    CodeRequest { scene: "t=abc123".into(), page: None, edition: Edition::Release, width: 430 }
}

fn refused<T>(errcode: i64) -> Result<T, WeChatError> {
    Err(WeChatError::Refused(Errcode::from(errcode)))
}
