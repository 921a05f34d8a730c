#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/wechat/push`: WeChat's pushes, verified and stored.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use base::clients::wechat::push::{PushKeys, SecureQuery, SetupQuery};
use base::db::{Audit, Context, Db, Finished};
use base::error::ApiError;
use base::http::{Problem, Query, Upload};
use base::jobs::NewJob;
use base::keys::{KeyRing, sha256};
use serde_json::json;

use super::{PUSH_NOT_TRUSTED, events, rows_push};

/// Where WeChat's pushes are believed; without keys none is.
#[derive(Default)]
pub struct PushDoor(pub Option<PushKeys>);

impl PushDoor {
    fn keys(&self) -> Result<&PushKeys, ApiError> {
        self.0.as_ref().ok_or_else(|| ApiError::of(&PUSH_NOT_TRUSTED))
    }
}

/// WeChat checks our address once, when it is set.
#[utoipa::path(tag = "wechat", params(("signature" = String, Query), ("timestamp" = String, Query), ("nonce" = String, Query), ("echostr" = String, Query)), responses((status = 200, description = "the echo", content_type = "text/plain", body = String), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/wechat/push")]
pub async fn wechat_push_setup(query: Query<SetupQuery>, door: Data<PushDoor>) -> Result<HttpResponse, ApiError> {
    let echo = door.keys()?.echo(&query).map_err(|why| ApiError::of(&PUSH_NOT_TRUSTED).because(why))?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body(echo.to_owned()))
}

/// WeChat pushes an event: it is verified, stored once, answered, and worked on later.
#[utoipa::path(tag = "wechat", request_body(content = String, content_type = "application/json", description = "encrypted by WeChat"), params(("msg_signature" = String, Query), ("timestamp" = String, Query), ("nonce" = String, Query)), responses((status = 200, description = "`success`", content_type = "text/plain", body = String), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/wechat/push")]
pub async fn wechat_push_receive(
    request: actix_web::HttpRequest,
    query: Query<SecureQuery>,
    body: Upload,
    db: Data<Db>,
    ring: Data<KeyRing>,
    door: Data<PushDoor>,
) -> Result<HttpResponse, ApiError> {
    let push = door.keys()?.open(&query, &body.bytes).map_err(|why| ApiError::of(&PUSH_NOT_TRUSTED).because(why))?;
    let sealed = ring.seal(&events::place(&push.key), &push.message.to_string()).map_err(ApiError::internal)?;
    let event: String = push.event.chars().take(80).collect();
    let id = uuid::Uuid::from_slice(sha256(push.key.as_bytes()).get(..16).unwrap_or_default()).unwrap_or_default();
    db.transaction(Context::anonymous(base::http::request_id(&request)), move |mut tx| {
        if rows_push::insert(tx.conn(), &push.key, &event, &sealed)? {
            tx.enqueue(&NewJob::new(events::PROCESS, json!({"key": push.key})))?;
            tx.audit(Audit::new("wechat_push_receive", "wechat_push", id).after(json!({"event": event})))?;
        }
        Ok::<Finished<()>, ApiError>(tx.done(())?)
    })
    .await?;
    Ok(HttpResponse::Ok().content_type("text/plain; charset=utf-8").body("success"))
}
