//! Webhooks to systems that others run: signed by the Standard Webhooks scheme, sent once per call (repeating is the caller's), never
//! redirected, and never into a network that isn't public (`guard`). Neither URL nor body nor answer reaches a log.

mod guard;
mod sign;

#[cfg(test)]
mod tests;

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, mpsc};
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use secrecy::SecretString;

pub use guard::{Network, Refused};
pub use sign::{Claimed, new_secret, sign};

use crate::clock;
use guard::Guard;

/// Asks for a name's addresses.
type Lookup = Arc<dyn Fn(String) -> Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>> + Send + Sync>;

/// What the client needs to know.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Is `http://` taken? On demo and test installations only.
    pub plain_http: bool,
    /// Private networks that the operator opened.
    pub networks: Vec<Network>,
    /// For one call, from start to the answer's head.
    pub timeout: Duration,
}

impl Default for Settings {
    /// https to the public internet, 10 s a call.
    fn default() -> Self {
        Self { plain_http: false, networks: Vec::new(), timeout: Duration::from_secs(10) }
    }
}

/// One call.
#[derive(Debug, Clone)]
pub struct Call {
    /// Where.
    pub url: String,
    /// The message's id: the same at each try, so that the receiver knows a repeat.
    pub id: String,
    /// The JSON text that is signed and sent.
    pub body: String,
    /// The valid secrets, the newest first.
    pub secrets: Vec<SecretString>,
}

/// What came of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Taken: a status of 200 to 299.
    Taken(u16),
    /// Answered with another status; seconds that the receiver asks to wait.
    Answered(u16, Option<u32>),
    /// The URL or the address behind its name isn't let through.
    Blocked,
    /// No answer in time: it may have arrived.
    TimedOut,
    /// No connection, or it broke.
    Unreachable,
    /// It could not be signed or sent from here.
    Unsent,
}

impl Outcome {
    /// In a word, for the record of the try.
    pub fn word(self) -> String {
        match self {
            Self::Taken(status) | Self::Answered(status, _) => format!("status {status}"),
            Self::Blocked => "address not allowed".to_owned(),
            Self::TimedOut => "timed out".to_owned(),
            Self::Unreachable => "unreachable".to_owned(),
            Self::Unsent => "not sent".to_owned(),
        }
    }
}

/// Resolves names and lets no address through that the guard refuses. A name with one such address is refused whole.
struct GuardedLookup {
    guard: Guard,
    lookup: Lookup,
}

impl GuardedLookup {
    async fn addresses(&self, name: String) -> Result<Vec<IpAddr>, Refused> {
        let found = (self.lookup)(name).await.map_err(|_error| Refused::Unknown)?;
        if found.is_empty() {
            return Err(Refused::Unknown);
        }
        if found.iter().all(|address| self.guard.permits(*address)) { Ok(found) } else { Err(Refused::Internal) }
    }
}

struct Resolver(Arc<GuardedLookup>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (guarded, name) = (Arc::clone(&self.0), name.as_str().to_owned());
        Box::pin(async move {
            let found = guarded.addresses(name).await?;
            let addresses: Addrs = Box::new(found.into_iter().map(|address| SocketAddr::new(address, 0)));
            Ok(addresses)
        })
    }
}

/// The running thread; it ends when this is dropped.
struct Thread {
    handle: tokio::runtime::Handle,
    _stop: tokio::sync::oneshot::Sender<()>,
}

/// The client. Make one per process and share it.
pub struct Webhooks {
    /// Built at the first call; `None` where it can't be.
    http: OnceLock<Option<reqwest::Client>>,
    guarded: Arc<GuardedLookup>,
    timeout: Duration,
    thread: Mutex<Option<Thread>>,
}

fn system_lookup() -> Lookup {
    Arc::new(|name: String| {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name, 0)).await?;
            Ok(found.map(|address| address.ip()).collect())
        })
    })
}

impl Webhooks {
    /// A client that has sent nothing yet.
    pub fn new(settings: Settings) -> Self {
        Self::with_lookup(settings, system_lookup())
    }

    fn with_lookup(settings: Settings, lookup: Lookup) -> Self {
        let guard = Guard { plain_http: settings.plain_http, networks: settings.networks };
        let guarded = Arc::new(GuardedLookup { guard, lookup });
        Self { http: OnceLock::new(), guarded, timeout: settings.timeout, thread: Mutex::new(None) }
    }

    fn build(&self) -> Option<reqwest::Client> {
        let built = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .no_proxy() // a proxy named in the environment would connect for us, unguarded
            .pool_max_idle_per_host(0) // a kept connection would be an address that was judged some time ago
            .connect_timeout(self.timeout / 2)
            .timeout(self.timeout)
            .user_agent(concat!("palm-webhooks/", env!("CARGO_PKG_VERSION")))
            .dns_resolver(Resolver(Arc::clone(&self.guarded)))
            .build();
        built.inspect_err(|error| tracing::error!(%error, "no client for webhooks can be built")).ok()
    }

    /// May webhooks be sent to this URL? Asked when it is entered.
    pub async fn check(&self, url: &str) -> Result<(), Refused> {
        let url = self.guarded.guard.check(url)?;
        if guard::literal(&url).is_some() {
            return Ok(());
        }
        let host = url.host_str().ok_or(Refused::NoUrl)?.to_owned();
        self.guarded.addresses(host).await.map(|_addresses| ())
    }

    /// Sends a call and waits for what comes of it.
    pub async fn send(&self, call: &Call) -> Outcome {
        // A host that is an address is never resolved, so it is judged here.
        let Ok(url) = self.guarded.guard.check(&call.url) else { return Outcome::Blocked };
        // The receiver compares with its own clock, hence the machine's here and not the product's.
        let at = clock::machine_now().timestamp();
        let Ok(signature) = sign(&call.id, at, &call.body, &call.secrets) else { return Outcome::Unsent };
        let Some(http) = self.http.get_or_init(|| self.build()) else { return Outcome::Unsent };
        let request = http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(standardwebhooks::HEADER_WEBHOOK_ID, &call.id)
            .header(standardwebhooks::HEADER_WEBHOOK_TIMESTAMP, at.to_string())
            .header(standardwebhooks::HEADER_WEBHOOK_SIGNATURE, signature)
            .body(call.body.clone());
        match request.send().await {
            Ok(answer) if answer.status().is_success() => Outcome::Taken(answer.status().as_u16()),
            Ok(answer) => {
                let wait = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
                Outcome::Answered(answer.status().as_u16(), wait)
            }
            Err(error) if was_refused(&error) => Outcome::Blocked,
            Err(error) if error.is_timeout() => Outcome::TimedOut,
            Err(error) if error.is_builder() => Outcome::Unsent,
            Err(_error) => Outcome::Unreachable,
        }
    }

    /// `send` for threads that may block (jobs). It drives its connections on a thread of its own, started at the first call.
    pub fn send_now(self: &Arc<Self>, call: Call) -> Outcome {
        let Ok(handle) = self.handle() else { return Outcome::Unsent };
        let (tell, told) = mpsc::channel();
        let client = Arc::clone(self);
        handle.spawn(async move { tell.send(client.send(&call).await).unwrap_or_default() });
        told.recv_timeout(self.timeout + Duration::from_secs(5)).unwrap_or(Outcome::TimedOut)
    }

    fn handle(&self) -> io::Result<tokio::runtime::Handle> {
        let mut thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(thread) = &*thread {
            return Ok(thread.handle.clone());
        }
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        // Nobody ever sends: the error says that the client is gone.
        std::thread::Builder::new().name("webhooks".to_owned()).spawn(move || drop(runtime.block_on(stopped)))?;
        *thread = Some(Thread { handle: handle.clone(), _stop: stop });
        Ok(handle)
    }
}

/// Does the guard stand at the bottom of this failure?
fn was_refused(error: &reqwest::Error) -> bool {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(found) = cause {
        if matches!(found.downcast_ref::<Refused>(), Some(Refused::Internal)) {
            return true;
        }
        cause = found.source();
    }
    false
}
