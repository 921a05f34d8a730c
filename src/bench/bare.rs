//! The baseline of every read: a bare actix application with the product's authentication and one diesel read by primary key. A
//! process of its own, like the server under test; nothing of the product's shell is in it.

use std::sync::Arc;

use actix_web::web::{self, Data, Path};
use actix_web::{App, HttpMessage as _, HttpRequest, HttpResponse, HttpServer};
use base::http::{Limits, RateLimit};
use diesel::PgConnection;
use diesel::r2d2::{ConnectionManager, Pool};
use people::identity::{Actor, Authenticator};
use serde_json::json;
use uuid::Uuid;

use super::{chat, requests, rows};
use crate::database;
use crate::serve::{self, ServeArgs};

type Connections = Pool<ConnectionManager<PgConnection>>;

/// Serves until SIGTERM, with the arguments of `palm serve`.
pub async fn run(args: ServeArgs) -> anyhow::Result<()> {
    let listener = serve::bind(args.http_addr)?;
    let servers = args.database.servers()?;
    let db = database::open(&servers.app_url, args.pool_size, "bare")?;
    let limit = RateLimit { per_second: args.account_rate, burst: args.account_rate };
    let authenticator = Authenticator::new(db, args.database.ring(&servers)?, Arc::new(Limits::new(limit, limit)));
    let manager = ConnectionManager::<PgConnection>::new(&servers.app_url);
    let pool = Pool::builder().max_size(args.pool_size).test_on_check_out(false).build(manager)?;
    let blocking = usize::try_from(args.pool_size)?.div_ceil(args.workers.max(1));
    let address = listener.local_addr()?;
    let server = HttpServer::new(move || {
        App::new().app_data(Data::new(pool.clone())).route("/readyz", web::get().to(HttpResponse::Ok)).service(
            web::scope("/bench")
                .wrap(authenticator.clone())
                .route("/rows/{id}", web::get().to(row))
                .route("/requests", web::post().to(file))
                .route("/messages", web::post().to(message)),
        )
    })
    .workers(args.workers)
    .worker_max_blocking_threads(blocking)
    .disable_signals()
    .listen(listener)?
    .run();
    let handle = server.handle();
    actix_web::rt::spawn(server);
    println!("palm serves on http://{address}");
    serve::wait_for_stop().await?;
    handle.stop(false).await;
    Ok(())
}

async fn row(request: HttpRequest, id: Path<Uuid>, pool: Data<Connections>) -> actix_web::Result<HttpResponse> {
    if request.extensions().get::<Arc<Actor>>().is_none() {
        return Ok(HttpResponse::Unauthorized().finish());
    }
    let id = id.into_inner();
    let read = move || -> anyhow::Result<(String, i64)> { Ok(rows::row(&mut *pool.get()?, id)?) };
    let (name, amount) = web::block(read).await?.map_err(actix_web::error::ErrorInternalServerError)?;
    Ok(HttpResponse::Ok().json(json!({"id": id, "name": name, "amount": amount})))
}

/// The rows of a filing, as somebody would write them who has nothing else to do.
async fn file(request: HttpRequest, body: web::Json<requests::Bare>, pool: Data<Connections>) -> actix_web::Result<HttpResponse> {
    let Some(actor) = request.extensions().get::<Arc<Actor>>().cloned() else {
        return Ok(HttpResponse::Unauthorized().finish());
    };
    let (person, bare) = (actor.person, body.into_inner());
    let write = move || -> anyhow::Result<Uuid> { Ok(requests::bare(&mut *pool.get()?, person, &bare)?) };
    let id = web::block(write).await?.map_err(actix_web::error::ErrorInternalServerError)?;
    Ok(HttpResponse::Created().json(json!({"id": id})))
}

/// The rows of a message, likewise.
async fn message(request: HttpRequest, body: web::Json<chat::Bare>, pool: Data<Connections>) -> actix_web::Result<HttpResponse> {
    let Some(actor) = request.extensions().get::<Arc<Actor>>().cloned() else {
        return Ok(HttpResponse::Unauthorized().finish());
    };
    let (person, bare) = (actor.person, body.into_inner());
    let write = move || -> anyhow::Result<Uuid> { Ok(chat::bare(&mut *pool.get()?, person, &bare)?) };
    let id = web::block(write).await?.map_err(actix_web::error::ErrorInternalServerError)?;
    Ok(HttpResponse::Created().json(json!({"id": id})))
}
