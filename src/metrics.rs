//! `/metrics` for the operator, on an address of its own. Figures only: no person, no path with ids.

use std::net::TcpListener;
use std::time::Duration;

use actix_web::web::Data;
use actix_web::{App, HttpResponse, HttpServer, web};
use anyhow::Context as _;
use base::db::Db;
use base::jobs;
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};

/// Installs the recorder of this process; call once, before the first request.
pub fn install() -> anyhow::Result<PrometheusHandle> {
    PrometheusBuilder::new().install_recorder().context("the metrics recorder")
}

async fn render(handle: Data<PrometheusHandle>, db: Data<Db>) -> HttpResponse {
    match db.read(jobs::depth).await {
        Ok((waiting, dead)) => {
            metrics::gauge!("jobs_waiting").set(f64::from(i32::try_from(waiting).unwrap_or(i32::MAX)));
            metrics::gauge!("jobs_dead").set(f64::from(i32::try_from(dead).unwrap_or(i32::MAX)));
            metrics::gauge!("database_up").set(1.0);
        }
        Err(_unreachable) => metrics::gauge!("database_up").set(0.0),
    }
    HttpResponse::Ok().content_type("text/plain; version=0.0.4").body(handle.render())
}

/// Serves `/metrics` until the returned handle is stopped.
pub fn serve(handle: PrometheusHandle, db: Db, listener: TcpListener) -> anyhow::Result<actix_web::dev::ServerHandle> {
    let upkeep = handle.clone();
    actix_web::rt::spawn(async move {
        let mut timer = actix_web::rt::time::interval(Duration::from_secs(5));
        loop {
            timer.tick().await;
            upkeep.run_upkeep();
        }
    });
    let (handle, db) = (Data::new(handle), Data::new(db));
    let server = HttpServer::new(move || {
        App::new().app_data(handle.clone()).app_data(db.clone()).route("/metrics", web::get().to(render))
    })
    .workers(1)
    .worker_max_blocking_threads(2)
    .disable_signals()
    .listen(listener)?
    .run();
    let stop = server.handle();
    actix_web::rt::spawn(server);
    Ok(stop)
}
