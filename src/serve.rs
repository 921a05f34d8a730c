//! Running the server: configuration, workers, job runner, a clean stop.

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::HttpServer;
use actix_web::web::Data;
use anyhow::Context as _;
use base::clients::webhook;
use base::clients::wechat::push::PushKeys;
use base::clients::wechat::{self, Settings, WeChat};
use base::db::installation::Kind;
use base::http::{Limits, RateLimit, TrustedProxies};
use base::jobs::{JobKind, Runner};
use people::files::Cabinet;
use people::identity::{CodeLimits, ErasureLog, erase_marked};
use people::notify::TemplateIds;
use secrecy::SecretString;

use crate::app::{self, Parts};
use crate::database::{self, DatabaseArgs, Servers};
use crate::metrics;
use crate::nouns;

/// Options of `palm serve`; each is a variable too.
#[derive(Debug, Clone, clap::Args)]
pub struct ServeArgs {
    /// Which database
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Address to listen on
    #[arg(long, env = "PALM_HTTP_ADDR", default_value = "127.0.0.1:8080")]
    pub http_addr: SocketAddr,
    /// Address of /metrics, for the operator only
    #[arg(long, env = "PALM_METRICS_ADDR", default_value = "127.0.0.1:9090")]
    pub metrics_addr: SocketAddr,
    /// Database connections
    #[arg(long, env = "PALM_POOL_SIZE", default_value_t = 24)]
    pub pool_size: u32,
    /// HTTP worker threads
    #[arg(long, env = "PALM_WORKERS", default_value_t = 2)]
    pub workers: usize,
    /// Requests a second of one account
    #[arg(long, env = "PALM_ACCOUNT_RATE", default_value_t = 20)]
    pub account_rate: u32,
    /// Requests a second of one address that isn't signed in
    #[arg(long, env = "PALM_ADDRESS_RATE", default_value_t = 50)]
    pub address_rate: u32,
    /// Chat messages a minute of one member
    #[arg(long, env = "PALM_CHAT_RATE", default_value_t = 20)]
    pub chat_rate: u32,
    /// Proxies whose X-Forwarded-For is believed, comma-separated
    #[arg(long, env = "PALM_TRUSTED_PROXIES", value_delimiter = ',')]
    pub trusted_proxies: Vec<IpAddr>,
    /// Mini program id
    #[arg(long, env = "PALM_WECHAT_APPID", default_value = "wx0000000000000000")]
    pub wechat_appid: String,
    /// Mini program secret; without it the server starts only with --demo
    #[arg(long, env = "PALM_WECHAT_SECRET", hide_env_values = true)]
    pub wechat_secret: Option<String>,
    /// WeChat's ids of our message kinds, comma-separated: award_posted=ID,order_held=ID (a kind without one uses its own name)
    #[arg(long, env = "PALM_WECHAT_TEMPLATES", value_delimiter = ',', value_parser = parse_template, value_name = "KIND=ID")]
    pub wechat_templates: Vec<(String, String)>,
    /// Log filter (default info; a demo's is warn)
    #[arg(long, env = "PALM_LOG")]
    pub log: Option<String>,
    /// Token of WeChat's pushes to /api/v1/wechat/push; without it and its key none is believed
    #[arg(long, env = "PALM_WECHAT_PUSH_TOKEN", hide_env_values = true)]
    pub wechat_push_token: Option<String>,
    /// EncodingAESKey of WeChat's pushes, 43 characters
    #[arg(long, env = "PALM_WECHAT_PUSH_KEY", hide_env_values = true)]
    pub wechat_push_key: Option<String>,
    /// File that remembers who was erased, so that a restored backup brings nobody back (default erasures in the data folder; keep it
    /// out of the database's backups and copy it by itself)
    #[arg(long, env = "PALM_ERASURE_LOG", value_name = "FILE")]
    pub erasure_log: Option<PathBuf>,
    /// Folder of the pictures that people send in (default files in the data folder; made when absent)
    #[arg(long, env = "PALM_FILES_DIR", value_name = "DIR")]
    pub files_dir: Option<PathBuf>,
    /// Scheme and host under which the internet reaches this API, such as `https://palm.example.cn`; without it WeChat can't fetch
    /// pictures to check them, and each one waits for a person
    #[arg(long, env = "PALM_PUBLIC_URL", value_name = "URL")]
    pub public_url: Option<String>,
    /// Private networks that webhooks may go to, comma-separated, such as the street's own 10.8.0.0/16; the public internet is always open
    #[arg(long, env = "PALM_WEBHOOK_NETWORKS", value_delimiter = ',', value_name = "NETWORK")]
    pub webhook_networks: Vec<webhook::Network>,
    /// How long a webhook may take, in milliseconds
    #[arg(long, env = "PALM_WEBHOOK_TIMEOUT_MS", default_value_t = 10_000)]
    pub webhook_timeout_ms: u64,
    /// Serve a demo installation: WeChat's sandbox, a clock that can be moved, no real person's data
    #[arg(long, env = "PALM_DEMO")]
    pub demo: bool,
    /// Run no background job: an upgrade tries a version out
    #[arg(long, hide = true)]
    pub no_jobs: bool,
    /// Serve a demo whose PostgreSQL may lose what was acknowledged: for fault tests
    #[arg(long, requires = "demo", hide = true)]
    pub accept_unsafe_settings: bool,
}

impl ServeArgs {
    /// The kind of installation asked for.
    pub const fn kind(&self) -> Kind {
        if self.demo { Kind::Demo } else { Kind::Real }
    }
}

/// Everything that runs; `stop` ends it in order.
pub struct Serving {
    /// Where the server listens.
    pub address: SocketAddr,
    /// Where WeChat's sandbox listens, in demo mode.
    pub sandbox: Option<SocketAddr>,
    /// The application's parts.
    pub parts: Parts,
    /// The kinds of jobs.
    pub jobs: Arc<Vec<JobKind>>,
    handle: actix_web::dev::ServerHandle,
    runner: Option<Runner>,
    sandbox_handle: Option<wechat::sandbox::ServerHandle>,
    metrics: Option<actix_web::dev::ServerHandle>,
}

impl Serving {
    /// Answers what came in, ends running jobs, stops.
    pub async fn stop(self) {
        self.parts.chat_hub.close();
        self.handle.stop(true).await;
        if let Some(runner) = self.runner
            && actix_web::web::block(move || runner.stop()).await.is_err()
        {
            tracing::error!("the job runner could not be stopped");
        }
        if let Some(sandbox) = self.sandbox_handle {
            sandbox.stop(true).await;
        }
        if let Some(metrics) = self.metrics {
            metrics.stop(false).await;
        }
    }
}

/// Binds the port first, so that a second server is told before anything is opened.
pub fn bind(address: SocketAddr) -> anyhow::Result<TcpListener> {
    TcpListener::bind(address)
        .with_context(|| format!("can't listen on {address}: is another server running? Choose another PALM_HTTP_ADDR"))
}

/// WeChat itself, or in demo mode the sandbox started beside the server, whose pushes come to it.
fn wechat(args: &ServeArgs, listener: &TcpListener) -> anyhow::Result<(WeChat, Option<Sandbox>)> {
    if args.demo {
        let callback = format!("http://{}/api/v1/wechat/push", listener.local_addr()?);
        let (client, sandbox) = sandbox(&args.wechat_appid, Some(callback))?;
        return Ok((client, Some(sandbox)));
    }
    let secret = args.wechat_secret.clone().context("PALM_WECHAT_SECRET is missing (the sandbox is used only with --demo)")?;
    let client = WeChat::new(Settings::new(wechat::WECHAT_URL, args.wechat_appid.clone(), SecretString::from(secret)))?;
    Ok((client, None))
}

/// The keys with which the sandbox signs its pushes; no secret, since the sandbox is refused on real installations.
pub fn sandbox_push_keys(appid: &str) -> anyhow::Result<PushKeys> {
    let (token, key) = ("sandbox".to_owned(), "A".repeat(43));
    PushKeys::new(SecretString::from(token), &SecretString::from(key), appid).context("the sandbox's push keys")
}

/// The keys of WeChat's pushes: the sandbox's in demo mode, else those configured, else none.
fn parse_template(text: &str) -> Result<(String, String), String> {
    let (kind, id) = text.split_once('=').ok_or("write KIND=ID, such as award_posted=abc")?;
    if !people::notify::templates::ALL.iter().any(|template| template.kind == kind) {
        return Err(format!("there is no message kind {kind}"));
    }
    Ok((kind.to_owned(), id.to_owned()))
}

fn push_keys(args: &ServeArgs) -> anyhow::Result<Option<PushKeys>> {
    if args.demo {
        return Ok(Some(sandbox_push_keys(&args.wechat_appid)?));
    }
    let (Some(token), Some(key)) = (&args.wechat_push_token, &args.wechat_push_key) else { return Ok(None) };
    let keys = PushKeys::new(SecretString::from(token.clone()), &SecretString::from(key.clone()), args.wechat_appid.clone());
    Ok(Some(keys.context("PALM_WECHAT_PUSH_TOKEN or PALM_WECHAT_PUSH_KEY")?))
}

/// The sandbox on a free port of this machine, and a client that speaks to it. Its pushes are posted to `callback`; without one they wait
/// there to be fetched.
pub fn sandbox(appid: &str, callback: Option<String>) -> anyhow::Result<(WeChat, Sandbox)> {
    let secret = SecretString::from("sandbox-secret".to_owned());
    let config = wechat::sandbox::Config {
        appid: appid.to_owned(),
        secret: secret.clone(),
        push_keys: Some(sandbox_push_keys(appid)?),
        clock: base::clock::machine_now,
        callback,
    };
    let (handle, address) = wechat::sandbox::start("127.0.0.1:0", config).context("the sandbox can't listen")?;
    let client = WeChat::new(Settings::new(format!("http://{address}"), appid, secret))?;
    Ok((client, (handle, address)))
}

/// The folder of the pictures. The demo's sandbox is on this machine and fetches from the server itself.
fn cabinet(args: &ServeArgs, servers: &Servers, listener: &TcpListener) -> anyhow::Result<Cabinet> {
    let folder = args.files_dir.clone().unwrap_or_else(|| servers.data_dir.join("files"));
    let here = listener.local_addr()?;
    let public_url = args.public_url.clone().or_else(|| args.demo.then(|| format!("http://{here}")));
    Cabinet::open(&folder, public_url).with_context(|| {
        format!("can't use the files folder {}: check its owner and rights or set PALM_FILES_DIR", folder.display())
    })
}

/// Starts the server on a bound port. The database must have passed `database::check`.
pub fn start(
    args: &ServeArgs,
    servers: &Servers,
    listener: TcpListener,
    metrics_listener: Option<TcpListener>,
) -> anyhow::Result<Serving> {
    let recorder = metrics_listener.map(|listener| metrics::install().map(|recorder| (recorder, listener))).transpose()?;
    let ring = args.database.ring(servers)?;
    let db = database::open(&servers.app_url, args.pool_size, "serve")?;
    let (client, sandbox) = wechat(args, &listener)?;
    let account = RateLimit { per_second: args.account_rate, burst: args.account_rate * 3 };
    let address = RateLimit { per_second: args.address_rate, burst: args.address_rate * 4 };
    let code_limits = if args.demo { CodeLimits::demo() } else { CodeLimits::default() };
    let proxies = TrustedProxies(args.trusted_proxies.clone());
    let cabinet = cabinet(args, servers, &listener)?;
    let parts = Parts::new(db, ring, Arc::new(client), Limits::new(account, address), code_limits, proxies, cabinet)
        .with_push_keys(push_keys(args)?)
        .with_erasures(ErasureLog::at(args.erasure_log.clone().unwrap_or_else(|| servers.data_dir.join("erasures"))))
        .with_templates(TemplateIds(args.wechat_templates.iter().cloned().collect()))
        .with_chat(governance::chat::Settings { messages_per_minute: args.chat_rate.into() })
        .with_webhooks(webhook_settings(args));
    let again = erase_marked(&parts.db, &parts.hooks, &parts.erasures).context("can't apply the erasure log")?;
    if again > 0 {
        tracing::warn!("{again} people who had been erased came back with a restored backup and were erased again");
    }
    let mut serving =
        serve(parts, sandbox, listener, Threads { workers: args.workers, job_workers: if args.no_jobs { 0 } else { 2 } })?;
    if let Some((recorder, listener)) = recorder {
        serving.metrics = Some(metrics::serve(recorder, serving.parts.db.clone(), listener)?);
    }
    Ok(serving)
}

fn webhook_settings(args: &ServeArgs) -> webhook::Settings {
    let timeout = Duration::from_millis(args.webhook_timeout_ms);
    webhook::Settings { plain_http: args.demo, networks: args.webhook_networks.clone(), timeout }
}

/// A started sandbox and its address.
pub type Sandbox = (wechat::sandbox::ServerHandle, SocketAddr);

/// How to run the application.
#[derive(Debug, Clone, Copy)]
pub struct Threads {
    /// HTTP workers.
    pub workers: usize,
    /// Job workers; 0 leaves the jobs to `base::jobs::drain`.
    pub job_workers: usize,
}

/// Runs the application and its jobs on a bound port.
pub fn serve(parts: Parts, sandbox: Option<Sandbox>, listener: TcpListener, threads: Threads) -> anyhow::Result<Serving> {
    let address = listener.local_addr()?;
    let jobs = Arc::new(nouns::jobs(&parts));
    let shared = parts.clone();
    // Blocking threads are shared out between the workers; together they must be able to hold every permit.
    let blocking = (parts.db.permits() + 2).div_ceil(threads.workers.max(1));
    let (kinds, demo) = (Data::from(Arc::clone(&jobs)), sandbox.is_some());
    let place = sandbox.as_ref().map(|(_, address)| Data::new(crate::demo::SandboxPlace { url: format!("http://{address}") }));
    let server = HttpServer::new(move || {
        let app = app::app(shared.clone(), demo);
        let app = app.app_data(kinds.clone());
        place.iter().fold(app, |app, place| app.app_data(place.clone()))
    })
    .workers(threads.workers)
    .worker_max_blocking_threads(blocking)
    .client_request_timeout(Duration::from_secs(10))
    .keep_alive(Duration::from_secs(75))
    .shutdown_timeout(10)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    let runner = (threads.job_workers > 0).then(|| Runner::start(&parts.db, &jobs, threads.job_workers));
    let (sandbox_handle, sandbox) = sandbox.map_or((None, None), |(handle, address)| (Some(handle), Some(address)));
    Ok(Serving { address, sandbox, parts, jobs, handle, runner, sandbox_handle, metrics: None })
}

/// `palm serve`: until Ctrl-C or SIGTERM.
pub async fn run(args: ServeArgs) -> anyhow::Result<()> {
    base::telemetry::start(args.log.as_deref().unwrap_or("info"));
    let listener = bind(args.http_addr)?;
    let metrics_listener = bind(args.metrics_addr)?;
    let servers = args.database.servers()?;
    if args.accept_unsafe_settings {
        database::check_kind(&servers.app_url, args.kind())?;
    } else {
        database::check(&servers.app_url, args.kind())?;
    }
    let serving = start(&args, &servers, listener, Some(metrics_listener))?;
    println!("palm serves on http://{}", serving.address);
    wait_for_stop().await?;
    serving.stop().await;
    if let Some(cluster) = servers.cluster {
        cluster.stop()?;
    }
    Ok(())
}

/// Waits for Ctrl-C or SIGTERM.
pub async fn wait_for_stop() -> anyhow::Result<()> {
    let mut term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    tokio::select! {
        result = tokio::signal::ctrl_c() => result?,
        _ = term.recv() => {}
    }
    Ok(())
}
