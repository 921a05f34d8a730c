#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! The door of the socket.

use std::sync::Arc;

use actix_web::http::header::{AUTHORIZATION, HOST, ORIGIN};
use actix_web::web::{Data, Payload};
use actix_web::{HttpRequest, HttpResponse, get};
use base::error::{self, ApiError};
use base::http::Problem;
use people::identity::{Authenticator, Can};

use super::frames::{Said, Told};
use super::hub::Hub;
use super::{CHAT_ORIGIN_REFUSED, CHAT_UPGRADE_NEEDED, ChatFollow, socket};

/// Where WeChat says that a mini program's connections come from.
const MINI_PROGRAM: &str = "https://servicewechat.com";

fn header<'a>(request: &'a HttpRequest, name: &actix_web::http::header::HeaderName) -> Option<&'a str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// A page of another site may not connect, whatever token it has.
fn require_origin(request: &HttpRequest) -> Result<(), ApiError> {
    let Some(origin) = header(request, &ORIGIN) else { return Ok(()) };
    let place = origin.split_once("://").map_or(origin, |(_, place)| place);
    let own = header(request, &HOST) == Some(place);
    if own || origin == MINI_PROGRAM { Ok(()) } else { Err(ApiError::of(&CHAT_ORIGIN_REFUSED)) }
}

/// Follow topics while a page is open: a WebSocket of JSON texts. The page says `Said`, and is told `Told`; after a cut it connects
/// again and follows from the last `next_change` it heard. Ends with code 4401 when the token does; `renew` puts that off.
#[utoipa::path(tag = "chat", responses((status = 101, description = "connected: texts are `Told`, and `Said` from the page", body = Told), (status = "2XX", description = "never", body = Said), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/chat/live")]
pub async fn chat_follow(
    _can: Can<ChatFollow>,
    request: HttpRequest,
    body: Payload,
    hub: Data<Hub>,
    authenticator: Data<Authenticator>,
) -> Result<HttpResponse, ApiError> {
    require_origin(&request)?;
    let token = header(&request, &AUTHORIZATION).and_then(|value| value.strip_prefix("Bearer ")).unwrap_or_default();
    let held = authenticator.opens(token).await?.ok_or_else(|| ApiError::of(&error::UNAUTHORIZED))?;
    let (answer, session, stream) =
        actix_ws::handle(&request, body).map_err(|_not_an_upgrade| ApiError::of(&CHAT_UPGRADE_NEEDED))?;
    let hub: Arc<Hub> = hub.into_inner();
    let place = hub.open(held.0.person)?;
    hub.start();
    actix_web::rt::spawn(socket::serve(hub, Authenticator::clone(&authenticator), held, place, (session, stream)));
    Ok(answer)
}
