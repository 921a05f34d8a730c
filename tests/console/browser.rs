//! A real browser: headless Chromium, driven by WebDriver through Debian's chromium-driver. WebDriver is a handful of JSON calls, so it is
//! spoken here with the client that the tests have anyway.
//!
//! Whatever a test does, at its end the browser must have logged nothing (no error, no violation of the page's policy) and asked no
//! other host.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};

use super::pages::ticket_of;
use crate::support::{Actor, TestApp};

/// How long the browser waits for something to appear, in milliseconds.
const PATIENCE: u32 = 20_000;

/// One browser with a profile of its own; gone with it.
pub(super) struct Browser {
    app: String,
    driver: Child,
    port: u16,
    session: String,
    client: reqwest::Client,
}

impl Browser {
    /// Starts one, with page scripts or without.
    pub(super) async fn start(app: &TestApp, scripts: bool) -> Self {
        let (driver, port) = actix_web::web::block(driver).await.expect("a thread");
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let mut browser = Self { app: app.url.clone(), driver, port, session: String::new(), client };
        // As root Chromium has no sandbox of its own to offer; nothing but the test's own server is ever opened.
        let arguments = [
            "--headless=new",
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--no-first-run",
            "--no-proxy-server",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
            "--window-size=1360,1000",
            "--lang=zh-CN",
        ];
        let javascript = if scripts { 1 } else { 2 };
        let options = json!({
            "args": arguments,
            "prefs": {"intl.accept_languages": "zh-CN,zh", "profile.managed_default_content_settings.javascript": javascript},
        });
        let wanted = json!({"capabilities": {"alwaysMatch": {
            "browserName": "chrome", "goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            "timeouts": {"implicit": PATIENCE, "pageLoad": 60_000},
        }}});
        let made = browser.client.post(browser.url("")).json(&wanted).send().await.expect("the driver answers");
        let made: Value = made.json().await.expect("JSON");
        browser.session = made["value"]["sessionId"].as_str().unwrap_or_else(|| panic!("no browser: {made}")).to_owned();
        browser
    }

    fn url(&self, path: &str) -> String {
        let session = if self.session.is_empty() { String::new() } else { format!("/{}", self.session) };
        format!("http://127.0.0.1:{}/session{session}{path}", self.port)
    }

    async fn ask(&self, method: reqwest::Method, path: &str, body: Option<Value>) -> Result<Value, String> {
        let request = self.client.request(method, self.url(path));
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        let answer = request.send().await.map_err(|why| why.to_string())?;
        let good = answer.status().is_success();
        let body: Value = answer.json().await.map_err(|why| why.to_string())?;
        if good { Ok(body["value"].clone()) } else { Err(body["value"]["message"].to_string()) }
    }

    async fn post(&self, path: &str, body: Value) -> Value {
        self.ask(reqwest::Method::POST, path, Some(body)).await.unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    async fn get(&self, path: &str) -> Value {
        self.ask(reqwest::Method::GET, path, None).await.unwrap_or_else(|why| panic!("{path}: {why}"))
    }

    /// Opens a page of the server.
    pub(super) async fn open(&self, path: &str) {
        self.post("/url", json!({"url": format!("{}{path}", self.app)})).await;
    }

    /// The path of the page that is open.
    pub(super) async fn path(&self) -> String {
        let url = self.get("/url").await;
        url.as_str().and_then(|url| url.strip_prefix(&self.app)).unwrap_or_default().to_owned()
    }

    /// The source of the page as it stands.
    pub(super) async fn source(&self) -> String {
        self.get("/source").await.as_str().unwrap_or_default().to_owned()
    }

    async fn element(&self, using: &str, what: &str) -> String {
        let found = self.ask(reqwest::Method::POST, "/element", Some(json!({"using": using, "value": what}))).await;
        let found = match found {
            Ok(found) => found,
            Err(why) => panic!("{what} isn't on {}: {why}\n{}", self.path().await, self.source().await),
        };
        let id = found.as_object().and_then(|object| object.values().next()?.as_str().map(str::to_owned));
        id.expect("an element")
    }

    /// Waits until something that a CSS selector names is there.
    pub(super) async fn see(&self, selector: &str) {
        self.element("css selector", selector).await;
    }

    /// Waits until a text is on the page.
    pub(super) async fn read(&self, text: &str) {
        self.element("xpath", &format!("//*[contains(normalize-space(.), '{text}')]")).await;
    }

    pub(super) async fn click(&self, selector: &str) {
        let id = self.element("css selector", selector).await;
        self.post(&format!("/element/{id}/click"), json!({})).await;
    }

    pub(super) async fn write(&self, selector: &str, text: &str) {
        let id = self.element("css selector", selector).await;
        self.post(&format!("/element/{id}/value"), json!({"text": text})).await;
    }

    /// Says yes to the question that a click opened.
    pub(super) async fn agree(&self) {
        self.post("/alert/accept", json!({})).await;
    }

    /// Chooses an option of a list.
    pub(super) async fn choose(&self, selector: &str, value: &str) {
        self.click(&format!("{selector} option[value='{value}']")).await;
    }

    /// Presses a key on the page itself.
    pub(super) async fn press(&self, key: &str) {
        self.write("body", key).await;
    }

    /// Signs in by the QR code that the page shows: the phone of `actor` confirms, the page goes on.
    pub(super) async fn sign_in(&self, app: &TestApp, actor: &Actor, scripts: bool) {
        self.open("/console/sign-in").await;
        self.see("figure svg").await;
        let cookie = self.get("/cookie/palm_console_browser").await;
        let ticket = ticket_of(app, cookie["value"].as_str().expect("the browser's secret"));
        actor.post(&format!("/api/v1/console-logins/{ticket}/confirm"), &json!({})).await.expect(204);
        if !scripts {
            self.click("form[action='/console/sign-in/take'] button").await;
        }
        self.see("nav.menu").await;
        assert_eq!(self.path().await, "/console");
    }

    /// Signs out.
    pub(super) async fn sign_out(&self) {
        self.click("form[action='/console/sign-out'] button").await;
        self.see("figure svg").await;
    }

    /// A picture of the page for a person to look at.
    pub(super) async fn picture(&self, folder: &Path, name: &str) {
        use base64::Engine as _;
        let taken = self.get("/screenshot").await;
        let bytes = base64::engine::general_purpose::STANDARD.decode(taken.as_str().expect("a picture")).expect("base64");
        std::fs::create_dir_all(folder).expect("a folder");
        std::fs::write(folder.join(format!("{name}.png")), bytes).expect("a file");
    }

    /// Nothing was logged, nothing was asked of another host.
    pub(super) async fn end(self) {
        let logged = self.post("/se/log", json!({"type": "browser"})).await;
        assert_eq!(logged, json!([]), "the console of the browser isn't empty");
        let network = self.post("/se/log", json!({"type": "performance"})).await;
        let mut asked = 0;
        for entry in network.as_array().expect("entries") {
            let message: Value = serde_json::from_str(entry["message"].as_str().unwrap_or_default()).expect("JSON");
            if message["message"]["method"] != "Network.requestWillBeSent" {
                continue;
            }
            let url = message["message"]["params"]["request"]["url"].as_str().unwrap_or_default();
            asked += 1;
            assert!(url.starts_with(&format!("{}/", self.app)) || url.starts_with("data:"), "another host was asked: {url}");
        }
        assert!(asked > 0, "the log of the network is empty");
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver closes its browser when the session ends; killed before, it would leave it behind.
        if let Ok(mut stream) = TcpStream::connect(("127.0.0.1", self.port)) {
            drop(stream.set_read_timeout(Some(std::time::Duration::from_secs(10))));
            let ask = format!("DELETE /session/{} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n", self.session);
            if stream.write_all(ask.as_bytes()).is_ok() {
                // The first bytes of its answer say that the browser is gone; it keeps the connection open.
                drop(stream.read(&mut [0; 64]));
            }
        }
        drop(self.driver.kill());
        drop(self.driver.wait());
    }
}

/// Starts a driver on a free port of its own choice.
fn driver() -> (Child, u16) {
    let mut child = Command::new("chromedriver")
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("chromedriver: `make setup` installs chromium and chromium-driver");
    let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let port = loop {
        let line = lines.next().expect("the driver says its port").expect("a line");
        let said = line.rsplit_once("successfully on port ").and_then(|(_, port)| port.trim_end_matches('.').parse().ok());
        if let Some(port) = said {
            break port;
        }
    };
    (child, port)
}
