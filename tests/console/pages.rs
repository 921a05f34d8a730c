//! A browser without scripts: keeps cookies, follows no redirect by itself, sends forms with the hidden fields of the page.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use base::keys::KeyRing;
use reqwest::Method;
use reqwest::header::{LOCATION, SET_COOKIE};
use reqwest::multipart::{Form, Part};

use crate::support::{Actor, Reply, TestApp};

/// One browser.
pub(super) struct Pages {
    url: String,
    client: reqwest::Client,
    cookies: Mutex<BTreeMap<String, String>>,
    ring: Arc<KeyRing>,
}

impl Pages {
    pub(super) fn new(app: &TestApp) -> Self {
        let client = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build();
        Self {
            url: app.url.clone(),
            client: client.expect("a client"),
            cookies: Mutex::default(),
            ring: Arc::clone(&app.serving.parts.ring),
        }
    }

    pub(super) fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().expect("cookies").get(name).cloned()
    }

    pub(super) fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().expect("cookies").insert(name.to_owned(), value.to_owned());
    }

    async fn send(&self, method: Method, path: &str, fields: Option<&[(&str, &str)]>, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if let Some(fields) = fields {
            request = request
                .header("content-type", "application/x-www-form-urlencoded")
                .body(serde_urlencoded::to_string(fields).expect("a form"));
        }
        self.answered(request).await
    }

    /// Sends it with the cookies, and keeps those that the answer sets.
    async fn answered(&self, request: reqwest::RequestBuilder) -> Reply {
        let cookies: Vec<String> =
            self.cookies.lock().expect("cookies").iter().map(|(name, value)| format!("{name}={value}")).collect();
        let response = request.header("cookie", cookies.join("; ")).send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        for set in headers.get_all(SET_COOKIE) {
            let set = set.to_str().expect("a cookie");
            let (name, rest) = set.split_once('=').expect("a cookie");
            let value = rest.split(';').next().unwrap_or_default();
            let mut cookies = self.cookies.lock().expect("cookies");
            if set.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let bytes = response.bytes().await.unwrap_or_default().to_vec();
        Reply { status, headers, text: String::from_utf8_lossy(&bytes).into_owned(), bytes }
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None, &[]).await
    }

    /// The page that a redirect leads to.
    pub(super) async fn follow(&self, reply: Reply) -> Reply {
        assert_eq!(reply.status, 303, "no redirect: {}", reply.text);
        let to = reply.headers.get(LOCATION).and_then(|to| to.to_str().ok()).expect("a place").to_owned();
        self.get(&to).await
    }

    /// Sends a form with exactly these fields.
    pub(super) async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.send(Method::POST, path, Some(fields), &[]).await
    }

    /// Sends a form with a file, as a browser does: fields first, in their order.
    pub(super) async fn upload(&self, path: &str, fields: &[(&str, &str)], file: &[u8]) -> Reply {
        let mut form = Form::new();
        for (name, value) in fields {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        let form = form.part("file", Part::bytes(file.to_vec()).file_name("file.xlsx"));
        self.answered(self.client.request(Method::POST, format!("{}{path}", self.url)).multipart(form)).await
    }

    /// The same with headers, such as another origin's.
    pub(super) async fn post_from(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Reply {
        self.send(Method::POST, path, Some(fields), headers).await
    }

    /// Sends a form of the page `from`, with its hidden token and key.
    pub(super) async fn submit(&self, from: &str, path: &str, fields: &[(&str, &str)]) -> Reply {
        let page = self.get(from).await;
        assert_eq!(page.status, 200, "{}", page.text);
        assert!(page.text.contains(&format!("action=\"{path}\"")), "{from} has no form for {path}:\n{}", page.text);
        let mut all = vec![("csrf", hidden(&page.text, "csrf")), ("key", hidden(&page.text, "key"))];
        all.extend(fields.iter().copied());
        self.post(path, &all).await
    }

    /// Signs in by the phone of `actor`, as a person does.
    pub(super) async fn sign_in(&self, actor: &Actor) {
        self.get("/console/sign-in").await;
        let ticket = self.ticket();
        actor.post(&format!("/api/v1/console-logins/{ticket}/confirm"), &serde_json::json!({})).await.expect(204);
        let taken = self.submit("/console/sign-in", "/console/sign-in/take", &[]).await;
        assert_eq!(taken.status, 303, "{}", taken.text);
        assert!(self.cookie("palm_console").is_some());
    }

    /// What this browser's QR code says, made as the page makes it.
    pub(super) fn ticket(&self) -> String {
        let browser = self.cookie("palm_console_browser").expect("the browser's secret");
        people::identity::console_ticket(&self.ring, &browser)
    }
}

/// What the QR code of a browser says.
pub(super) fn ticket_of(app: &TestApp, browser: &str) -> String {
    people::identity::console_ticket(&app.serving.parts.ring, browser)
}

/// The value of the first hidden field of that name.
pub(super) fn hidden<'a>(page: &'a str, name: &str) -> &'a str {
    let marker = format!("name=\"{name}\" value=\"");
    let start = page.find(&marker).map(|at| at + marker.len()).unwrap_or_else(|| panic!("no field {name}:\n{page}"));
    page[start..].split('"').next().unwrap_or_default()
}
