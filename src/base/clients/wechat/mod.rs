//! The WeChat client: the seven server calls we need, message pushes to us (`push`), and the server that stands in
//! for WeChat in tests and the demo (`sandbox`, which speaks the same wire over real HTTP).
//!
//! What it holds to: redirects are never followed, bodies are read up to 1 MB, an `errcode` decides before any field,
//! login never yields a session without an openid, and neither codes, openids, phones nor tokens reach a log or an error.

mod breaker;
mod error;
mod login;
mod phone;
pub mod push;
mod qr;
pub mod sandbox;
mod security_check;
mod subscribe;
mod token;

#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use reqwest::{RequestBuilder, Url};
use secrecy::{ExposeSecret, SecretString};

pub use breaker::{Breaker, State as BreakerState};
pub use error::{Errcode, Retry, WeChatError};
pub use login::Identity;
pub use phone::PhoneNumber;
pub use qr::{CodeImage, CodeRequest};
pub use security_check::{MediaCheck, MediaKind, Scene, Suggest, TextCheck, TextVerdict};
pub use subscribe::{Delivery, Message};

/// WeChat's own host.
pub const WECHAT_URL: &str = "https://api.weixin.qq.com";

const BODY_LIMIT: usize = 1024 * 1024;

/// What the client needs to know. `new` fills in the limits used in operation.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Scheme and host, no path. Plain `http` only to this machine (the sandbox).
    pub base_url: String,
    /// The mini program's id.
    pub appid: String,
    /// The mini program's secret.
    pub secret: SecretString,
    /// For the connection alone.
    pub connect_timeout: Duration,
    /// For one attempt of a call, from start to the last byte.
    pub timeout: Duration,
    /// For a text check with its token and its retries, since a person waits for it.
    pub check_timeout: Duration,
    /// Pause before the first retry; doubled for the second, plus up to as much again at random.
    pub backoff: Duration,
    /// Failures in a row of one interface after which it is left alone…
    pub breaker_limit: u32,
    /// … for so long.
    pub breaker_rest: Duration,
}

impl Settings {
    /// Settings with the usual limits: 2 s to connect, 5 s a call, 2 s a text check, breaker 5 failures and 10 s.
    pub fn new(base_url: impl Into<String>, appid: impl Into<String>, secret: SecretString) -> Self {
        Self {
            base_url: base_url.into(),
            appid: appid.into(),
            secret,
            connect_timeout: Duration::from_secs(2),
            timeout: Duration::from_secs(5),
            check_timeout: Duration::from_secs(2),
            backoff: Duration::from_millis(100),
            breaker_limit: 5,
            breaker_rest: Duration::from_secs(10),
        }
    }
}

/// Which edition of the mini program a message or code opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Edition {
    /// What everybody has.
    #[default]
    Release,
    /// The trial edition.
    Trial,
    /// The developer's edition.
    Develop,
}

/// One interface of WeChat with its own breaker: a slow text check must not shut the door to logins.
struct Lane {
    path: &'static str,
    /// For one attempt.
    timeout: Duration,
    /// More attempts after the first, for idempotent reads.
    retries: u32,
    breaker: Mutex<Breaker>,
}

impl Lane {
    fn admit(&self) -> bool {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner).admit(Instant::now())
    }

    fn record<T>(&self, result: &Result<T, WeChatError>) {
        let mut breaker = self.breaker.lock().unwrap_or_else(PoisonError::into_inner);
        match result {
            Err(error) if error.is_outage() => breaker.failed(Instant::now()),
            _ => breaker.succeeded(),
        }
    }
}

/// A client of one mini program. Make one per process and share it: it holds the connections and the access token.
pub struct WeChat {
    http: reqwest::Client,
    base: Url,
    settings: Settings,
    token: token::TokenCache,
    login_lane: Lane,
    token_lane: Lane,
    phone_lane: Lane,
    subscribe_lane: Lane,
    text_lane: Lane,
    media_lane: Lane,
    qr_lane: Lane,
}

impl WeChat {
    /// Builds the client; nothing is sent yet. Fails on a base URL that is none, or that would send the secret in clear.
    pub fn new(settings: Settings) -> Result<Self, WeChatError> {
        let base = Url::parse(&settings.base_url).map_err(|_error| WeChatError::Settings("base_url is not a URL"))?;
        let loopback = matches!(base.host_str(), Some("127.0.0.1" | "localhost" | "[::1]"));
        if base.scheme() != "https" && !(base.scheme() == "http" && loopback) {
            return Err(WeChatError::Settings("base_url must be https"));
        }
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy() // a proxy named in the environment would see tokens
            .connect_timeout(settings.connect_timeout)
            .build()
            .map_err(WeChatError::transport)?;
        let lane = |path, retries, timeout| Lane {
            path,
            timeout,
            retries,
            breaker: Mutex::new(Breaker::new(settings.breaker_limit, settings.breaker_rest)),
        };
        let whole = settings.timeout;
        // Shorter than `check_timeout`, so that an attempt ends by itself and is counted before the check is dropped.
        let short = whole.min(settings.check_timeout * 3 / 4);
        Ok(Self {
            // A code is used up by the first attempt, and a message or a paid phone number must not go twice: no retries.
            login_lane: lane("/sns/jscode2session", 0, whole),
            phone_lane: lane("/wxa/business/getuserphonenumber", 0, whole),
            subscribe_lane: lane("/cgi-bin/message/subscribe/send", 0, whole),
            media_lane: lane("/wxa/media_check_async", 0, whole),
            token_lane: lane("/cgi-bin/stable_token", 2, short),
            text_lane: lane("/wxa/msg_sec_check", 2, short),
            qr_lane: lane("/wxa/getwxacodeunlimit", 2, whole),
            token: token::TokenCache::default(),
            http,
            base,
            settings,
        })
    }

    /// Where the breakers of the interfaces stand, by path: for the console's status page.
    pub fn breakers(&self) -> Vec<(&'static str, BreakerState)> {
        [
            &self.login_lane,
            &self.token_lane,
            &self.phone_lane,
            &self.subscribe_lane,
            &self.text_lane,
            &self.media_lane,
            &self.qr_lane,
        ]
        .into_iter()
        .map(|lane| (lane.path, lane.breaker.lock().unwrap_or_else(PoisonError::into_inner).state()))
        .collect()
    }

    /// Are our id and secret good? Asks for the access token that a running server also uses; theirs stays good.
    ///
    /// # Errors
    /// What WeChat, or the way to it, has against it.
    pub async fn check_credentials(&self) -> Result<(), WeChatError> {
        self.access_token().await.map(drop)
    }

    fn url(&self, lane: &Lane) -> Url {
        let mut url = self.base.clone();
        url.set_path(lane.path);
        url
    }

    /// A JSON call that carries the access token; a token that WeChat refuses is fetched anew once.
    async fn post<T>(
        &self,
        lane: &Lane,
        body: &serde_json::Value,
        read: fn(&[u8]) -> Result<T, WeChatError>,
    ) -> Result<T, WeChatError> {
        let request =
            |token: &SecretString| self.http.post(self.url(lane)).query(&[("access_token", token.expose_secret())]).json(body);
        let token = self.access_token().await?;
        match self.call(lane, &|| request(&token), read).await {
            Err(WeChatError::Refused(Errcode::TokenInvalid(_))) => {
                self.token.discard(&token).await;
                let fresh = self.access_token().await?;
                self.call(lane, &|| request(&fresh), read).await
            }
            result => result,
        }
    }

    /// Attempts with jittered pauses between, as many as the lane allows.
    async fn call<T>(
        &self,
        lane: &Lane,
        request: &(dyn Fn() -> RequestBuilder + Sync),
        read: fn(&[u8]) -> Result<T, WeChatError>,
    ) -> Result<T, WeChatError> {
        let mut tried = 0;
        loop {
            let result = self.attempt(lane, request(), read).await;
            match &result {
                Err(error) if error.retry() == Retry::Backoff && tried < lane.retries => {
                    tokio::time::sleep(pause(self.settings.backoff, tried)).await;
                    tried += 1;
                }
                _ => return result,
            }
        }
    }

    async fn attempt<T>(
        &self,
        lane: &Lane,
        request: RequestBuilder,
        read: fn(&[u8]) -> Result<T, WeChatError>,
    ) -> Result<T, WeChatError> {
        if !lane.admit() {
            return Err(WeChatError::BreakerOpen);
        }
        let started = Instant::now();
        let result = fetch(request.timeout(lane.timeout)).await.and_then(|body| read(&body));
        lane.record(&result);
        if let Err(error) = &result {
            let ms = started.elapsed().as_millis();
            match error.retry() {
                Retry::Alert => tracing::error!(path = lane.path, %error, ms, "WeChat refuses our settings"),
                _ if error.is_outage() => tracing::warn!(path = lane.path, %error, ms, "WeChat call failed"),
                _ => tracing::debug!(path = lane.path, %error, ms, "WeChat call refused"),
            }
        }
        result
    }
}

/// Sends and reads the body up to the limit. The Content-Type isn't looked at: WeChat's is often wrong.
async fn fetch(request: RequestBuilder) -> Result<Vec<u8>, WeChatError> {
    let mut response = request.send().await.map_err(WeChatError::transport)?;
    match response.status().as_u16() {
        200 => {}
        300..=399 => return Err(WeChatError::Redirected),
        other => return Err(WeChatError::Status(other)),
    }
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(WeChatError::transport)? {
        if body.len() + chunk.len() > BODY_LIMIT {
            return Err(WeChatError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

/// `backoff`, doubled for each try before, plus up to as much again at random, so that many callers don't return at once.
fn pause(backoff: Duration, tried: u32) -> Duration {
    let base = backoff.saturating_mul(2u32.saturating_pow(tried));
    let mut byte = [0u8; 1];
    // Without a random byte the pause is merely not jittered.
    let _ = aws_lc_rs::rand::fill(&mut byte);
    base + base.mul_f64(f64::from(u8::from_be_bytes(byte)) / 255.0)
}
