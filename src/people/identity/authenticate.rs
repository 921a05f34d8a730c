//! The middleware that turns a bearer token into an `Actor`. Reads may use what was known 5 s ago; whatever moves something re-reads
//! session and roles, so a right taken away is gone at once for moves of points and approvals.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{Service, ServiceRequest, ServiceResponse, Transform, forward_ready};
use actix_web::http::Method;
use actix_web::http::header::AUTHORIZATION;
use actix_web::{Error, HttpMessage as _, ResponseError as _};
use base::clock::machine_now;
use base::db::Db;
use base::error::ApiError;
use base::http::Limits;
use base::ids::{PersonId, SessionId};
use base::keys::KeyRing;
use futures_util::future::{LocalBoxFuture, Ready, ready};
use moka::sync::Cache;

use super::actor::{self, Actor};
use super::console;
use super::http_console::ConsoleCookies;
use super::token;

/// Sent along by a console page that looks by itself whether something is new.
const POLLED: &str = "x-console-poll";

/// What the middleware needs; one per process, shared by its workers.
#[derive(Clone)]
pub struct Authenticator {
    db: Db,
    ring: Arc<KeyRing>,
    limits: Arc<Limits>,
    recent: Cache<SessionId, Arc<Actor>>,
    /// Which cookies open a session; none: tokens do.
    cookies: Option<ConsoleCookies>,
}

impl Authenticator {
    /// With a cache of five seconds.
    pub fn new(db: Db, ring: Arc<KeyRing>, limits: Arc<Limits>) -> Self {
        let recent = Cache::builder().max_capacity(100_000).time_to_live(Duration::from_secs(5)).build();
        Self { db, ring, limits, recent, cookies: None }
    }

    /// For the pages of the console: its cookie counts there, and nothing else.
    #[must_use]
    pub fn for_console(&self, cookies: ConsoleCookies) -> Self {
        Self { cookies: Some(cookies), ..self.clone() }
    }

    async fn actor(&self, person: PersonId, session: SessionId, fresh: bool) -> Result<Option<Arc<Actor>>, ApiError> {
        if !fresh && let Some(known) = self.recent.get(&session) {
            return Ok((known.person == person).then_some(known));
        }
        let loaded = self.db.read(move |connection| actor::load(connection, person, session)).await?.map(Arc::new);
        match &loaded {
            Some(actor) => self.recent.insert(session, Arc::clone(actor)),
            None => self.recent.invalidate(&session),
        }
        Ok(loaded)
    }

    /// For connections that outlive their first request: who holds this token now, and for how many seconds; `None`: nobody does. Counts
    /// as a request of the account.
    pub async fn opens(&self, token: &str) -> Result<Option<(Arc<Actor>, u64)>, ApiError> {
        let Some(held) = token::check(&self.ring, token.trim()) else { return Ok(None) };
        self.limits.account(held.person)?;
        let left = u64::try_from(held.until - machine_now().timestamp()).unwrap_or(0);
        Ok(self.actor(held.person, held.session, true).await?.map(|actor| (actor, left)))
    }

    /// What somebody holds now, asked again of a connection that stays open; `None`: the session has ended.
    pub async fn again(&self, actor: &Actor) -> Result<Option<Arc<Actor>>, ApiError> {
        self.actor(actor.person, actor.session, true).await
    }

    /// Who the request says it is from.
    async fn named(&self, request: &ServiceRequest) -> Result<Option<(PersonId, SessionId)>, ApiError> {
        let Some(cookies) = self.cookies else {
            let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
            let token = header.and_then(|value| value.strip_prefix("Bearer "));
            let held = token.and_then(|token| token::check(&self.ring, token.trim()));
            return Ok(held.map(|held| (held.person, held.session)));
        };
        let Some(secret) = cookies.session_of(request.request()) else { return Ok(None) };
        let polled = request.headers().contains_key(POLLED);
        console::holder(&self.db, secret, !polled).await
    }

    async fn admit(&self, request: &ServiceRequest) -> Result<(), ApiError> {
        let Some((person, session)) = self.named(request).await? else {
            return base::http::peer(request.request()).map_or(Ok(()), |address| self.limits.address(address));
        };
        self.limits.account(person)?;
        let fresh = request.method() != Method::GET;
        if let Some(actor) = self.actor(person, session, fresh).await? {
            request.extensions_mut().insert(actor);
        }
        Ok(())
    }
}

impl<S, B> Transform<S, ServiceRequest> for Authenticator
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B, BoxBody>>;
    type Error = Error;
    type InitError = ();
    type Transform = Authenticated<S>;
    type Future = Ready<Result<Self::Transform, ()>>;

    fn new_transform(&self, service: S) -> Self::Future {
        ready(Ok(Authenticated { service: Rc::new(service), authenticator: self.clone() }))
    }
}

/// The middleware's service.
pub struct Authenticated<S> {
    service: Rc<S>,
    authenticator: Authenticator,
}

impl<S, B> Service<ServiceRequest> for Authenticated<S>
where
    S: Service<ServiceRequest, Response = ServiceResponse<B>, Error = Error> + 'static,
    B: MessageBody + 'static,
{
    type Response = ServiceResponse<EitherBody<B, BoxBody>>;
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self::Response, Error>>;

    forward_ready!(service);

    fn call(&self, request: ServiceRequest) -> Self::Future {
        let service = Rc::clone(&self.service);
        let authenticator = self.authenticator.clone();
        Box::pin(async move {
            match authenticator.admit(&request).await {
                Ok(()) => Ok(service.call(request).await?.map_into_left_body()),
                Err(refused) => Ok(request.into_response(refused.error_response()).map_into_right_body()),
            }
        })
    }
}
