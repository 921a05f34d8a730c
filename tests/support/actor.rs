//! Somebody who sends requests, and what comes back.

use base::ids::PersonId;
use reqwest::Method;
use serde_json::Value;

/// A person with a token, or nobody.
#[derive(Clone)]
pub(crate) struct Actor {
    url: String,
    client: reqwest::Client,
    pub(crate) token: Option<String>,
    pub(crate) person: PersonId,
}

/// A response, read whole.
#[derive(Debug, Clone)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    /// The body as JSON (null when it is none).
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or(Value::Null)
    }

    /// Asserts the status and returns the body.
    #[track_caller]
    pub(crate) fn expect(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "unexpected answer: {}", self.text);
        self.json()
    }

    /// Asserts a problem document with that status and code, and returns it.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        let body = self.expect(status);
        assert_eq!(body["code"], code, "unexpected problem: {}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json; charset=utf-8");
        body
    }

    /// A header, or nothing.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("")
    }
}

impl Actor {
    pub(crate) fn new(url: &str, client: &reqwest::Client, signed_in: Option<(PersonId, String)>) -> Self {
        let (person, token) = signed_in.map_or((PersonId(uuid::Uuid::nil()), None), |(person, token)| (person, Some(token)));
        Self { url: url.to_owned(), client: client.clone(), token, person }
    }

    /// A request with the token; `change` adds what is special.
    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        change: impl FnOnce(reqwest::RequestBuilder) -> reqwest::RequestBuilder,
    ) -> Reply {
        let mut request = self.client.request(method, format!("{}{path}", self.url));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let response = change(request).send().await.expect("the server answers");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap_or_default().to_vec();
        Reply { status, headers, text: String::from_utf8_lossy(&bytes).into_owned(), bytes }
    }

    pub(crate) async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, |request| request).await
    }

    /// POST with a fresh idempotency key.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.post_with_key(path, &uuid::Uuid::new_v4().to_string(), body).await
    }

    pub(crate) async fn post_with_key(&self, path: &str, key: &str, body: &Value) -> Reply {
        self.send(Method::POST, path, |request| request.header("idempotency-key", key).json(body)).await
    }

    /// PUT with `If-Match`.
    pub(crate) async fn put(&self, path: &str, tag: &str, body: &Value) -> Reply {
        self.send(Method::PUT, path, |request| request.header("if-match", tag).json(body)).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, |request| request).await
    }
}
