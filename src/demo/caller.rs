//! Somebody who uses the product over HTTP, as the mini program would: for the journey and the demo's history.

use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use uuid::Uuid;

/// Where the product and its WeChat sandbox are.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    client: Client,
    url: String,
    sandbox: String,
}

/// One person on their phone.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    product: Product,
    /// How the output names them.
    pub(crate) name: String,
    token: Option<String>,
}

/// An answer that was as expected.
#[derive(Debug, Clone)]
pub(crate) struct Answer {
    /// The body (null when it is no JSON).
    pub(crate) body: Value,
    /// The body as it came.
    pub(crate) text: String,
    /// Milliseconds from sending to the whole answer.
    pub(crate) ms: u128,
}

impl Answer {
    /// What comes back where nobody was asked.
    pub(crate) const fn nothing() -> Self {
        Self { body: Value::Null, text: String::new(), ms: 0 }
    }

    /// A text of the body, by JSON pointer.
    pub(crate) fn text_at(&self, pointer: &str) -> anyhow::Result<String> {
        let value = self.body.pointer(pointer).with_context(|| format!("the answer has no {pointer}: {}", self.text))?;
        Ok(value.as_str().map_or_else(|| value.to_string(), str::to_owned))
    }
}

impl Product {
    /// Finds the sandbox beside a demo server.
    pub(crate) async fn find(url: &str) -> anyhow::Result<Self> {
        let client = Client::builder().no_proxy().build()?;
        let url = url.trim_end_matches('/').to_owned();
        let response =
            client.get(format!("{url}/demo/sandbox")).send().await.with_context(|| format!("no server answers at {url}"))?;
        ensure!(response.status().is_success(), "{url} is not a demo installation: the journey plays only on one");
        let place: Value = response.json().await?;
        let sandbox = place["url"].as_str().context("the server named no sandbox")?.to_owned();
        Ok(Self { client, url, sandbox })
    }

    /// Somebody who isn't signed in yet.
    pub(crate) fn caller(&self, name: impl Into<String>) -> Caller {
        Caller { product: self.clone(), name: name.into(), token: None }
    }

    /// Moves the demo's clock forward.
    pub(crate) async fn move_clock(&self, ahead: chrono::Duration) -> anyhow::Result<()> {
        let mut left = ahead.num_seconds();
        while left > 0 {
            let step = left.min(34_560_000);
            self.caller("clock").post("/demo/clock", &json!({ "seconds": step })).await?;
            left -= step;
        }
        Ok(())
    }

    /// Runs the jobs that are due; returns how many.
    pub(crate) async fn drain(&self) -> anyhow::Result<u64> {
        let answer = self.caller("jobs").post("/demo/drain", &json!({})).await?;
        Ok(answer.body["jobs"].as_u64().unwrap_or(0))
    }

    /// Taps on a subscription in WeChat, which pushes it to us.
    pub(crate) async fn tap(&self, label: &str, template: &str) -> anyhow::Result<()> {
        let body = json!({ "person": label, "template": template, "accepted": true });
        let sent = self.client.post(format!("{}/sandbox/taps", self.sandbox)).json(&body).send().await.context("the sandbox")?;
        ensure!(sent.status().is_success(), "the sandbox takes a tap");
        Ok(())
    }

    /// A device of the register reports an alarm by its group's key.
    pub(crate) async fn device(&self, key: &str, alarm: &Value) -> anyhow::Result<()> {
        let path = "/api/v1/governance/facility-alarms";
        let request = self.client.post(format!("{}{path}", self.url)).header("authorization", format!("Device {key}"));
        let (status, answer) = Caller::sent(request.json(alarm), path).await?;
        ensure!(status < 400, "the alarm was refused with {status}: {}", answer.text);
        Ok(())
    }

    /// A code as `wx.login` or the phone button would give it.
    async fn code(&self, path: &str, body: Value) -> anyhow::Result<String> {
        let response =
            self.client.post(format!("{}{path}", self.sandbox)).json(&body).send().await.context("the sandbox answers")?;
        let answer: Value = response.json().await?;
        Ok(answer["code"].as_str().context("the sandbox gave no code")?.to_owned())
    }
}

impl Caller {
    /// With a token made elsewhere.
    pub(crate) fn with_token(mut self, token: String) -> Self {
        self.token = Some(token);
        self
    }

    /// Signs in with a fresh WeChat code; `label` stands for the person's WeChat.
    pub(crate) async fn sign_in(&mut self, label: &str) -> anyhow::Result<Answer> {
        let code = self.product.code("/sandbox/login-codes", json!({ "person": label })).await?;
        let answer = self.post("/api/v1/sessions", &json!({ "code": code, "device": "journey" })).await?;
        self.token = Some(answer.text_at("/access_token")?);
        Ok(answer)
    }

    /// Binds a phone by WeChat's phone code.
    pub(crate) async fn bind_phone(&self, phone: &str) -> anyhow::Result<Answer> {
        let code = self.product.code("/sandbox/phone-codes", json!({ "phone": phone })).await?;
        self.post("/api/v1/me/phone", &json!({ "code": code })).await
    }

    pub(crate) async fn get(&self, path: &str) -> anyhow::Result<Answer> {
        self.send(Method::GET, path, None, &Uuid::new_v4().to_string()).await
    }

    /// POST with a fresh idempotency key.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        self.send(Method::POST, path, Some(body), &Uuid::new_v4().to_string()).await
    }

    /// Sends a picture in; its id.
    pub(crate) async fn upload(&self, picture: Vec<u8>) -> anyhow::Result<Answer> {
        let form = Form::new().part("file", Part::bytes(picture).file_name("photo.jpg"));
        let request = self.request(Method::POST, "/api/v1/files", &Uuid::new_v4().to_string()).multipart(form);
        let (status, answer) = Self::sent(request, "/api/v1/files").await?;
        ensure!(status < 400, "{}: the picture was refused with {status}: {}", self.name, answer.text);
        Ok(answer)
    }

    /// POST of a form, as Open311's clients send one.
    pub(crate) async fn form(&self, path: &str, fields: &[(&str, &str)]) -> anyhow::Result<Answer> {
        let request = self
            .request(Method::POST, path, &Uuid::new_v4().to_string())
            .header("content-type", "application/x-www-form-urlencoded")
            .body(serde_urlencoded::to_string(fields)?);
        let (status, answer) = Self::sent(request, path).await?;
        ensure!(status < 400, "{}: POST {path} was refused with {status}: {}", self.name, answer.text);
        Ok(answer)
    }

    /// POST that must be refused, whatever the code.
    pub(crate) async fn refused_any(&self, path: &str, body: &Value) -> anyhow::Result<Answer> {
        let (status, answer) = self.try_post(path, body).await?;
        ensure!(status >= 400, "{} expected a refusal of {path}, got {status} {}", self.name, answer.text);
        Ok(answer)
    }

    /// POST whose status the caller looks at.
    pub(crate) async fn try_post(&self, path: &str, body: &Value) -> anyhow::Result<(u16, Answer)> {
        self.exchange(Method::POST, path, Some(body), &Uuid::new_v4().to_string()).await
    }

    async fn send(&self, method: Method, path: &str, body: Option<&Value>, key: &str) -> anyhow::Result<Answer> {
        let (status, answer) = self.exchange(method.clone(), path, body, key).await?;
        if status >= 400 {
            bail!("{}: {method} {path} was refused with {status}: {}", self.name, answer.text);
        }
        Ok(answer)
    }

    async fn exchange(&self, method: Method, path: &str, body: Option<&Value>, key: &str) -> anyhow::Result<(u16, Answer)> {
        let mut request = self.request(method, path, key);
        if let Some(body) = body {
            request = request.json(body);
        }
        Self::sent(request, path).await
    }

    fn request(&self, method: Method, path: &str, key: &str) -> RequestBuilder {
        let mut request = self.product.client.request(method.clone(), format!("{}{path}", self.product.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if method == Method::POST {
            request = request.header("idempotency-key", key);
        }
        request
    }

    async fn sent(request: RequestBuilder, path: &str) -> anyhow::Result<(u16, Answer)> {
        let started = Instant::now();
        let response = request.send().await.with_context(|| path.to_owned())?;
        let status = response.status().as_u16();
        let text = response.text().await?;
        let body = serde_json::from_str(&text).unwrap_or(Value::Null);
        Ok((status, Answer { body, text, ms: started.elapsed().as_millis() }))
    }
}
