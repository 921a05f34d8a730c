#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/facility-alarms`: the door for devices. No person is signed in; the key of a device group stands in `Authorization: Device <key>`.

use actix_web::http::header::AUTHORIZATION;
use actix_web::web::{Data, Json};
use actix_web::{HttpRequest, post};
use base::attempts::{self, AttemptLimit};
use base::db::{Context, Db};
use base::error::ApiError;
use base::http::{Problem, Valid, request_id};
use base::keys::secret_hash;

use super::alarm::{self, AlarmView, NewAlarm};
use super::{AlarmId, DEVICE_KEY_INVALID, rows_key};

/// Alarms of one key.
const LIMIT: AttemptLimit = AttemptLimit { kind: "device_alarm", tries: 600, window: 600 };

fn hash_of(request: &HttpRequest) -> Result<Vec<u8>, ApiError> {
    let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    let key = header.and_then(|value| value.strip_prefix("Device ")).map(str::trim).filter(|key| (20..=80).contains(&key.len()));
    key.map(secret_hash).ok_or_else(|| ApiError::of(&DEVICE_KEY_INVALID))
}

/// Report an alarm of a facility, by a device. The same `event_id` twice is one alarm; alarms of one kind gather in one lead.
#[utoipa::path(tag = "facilities", request_body = NewAlarm, params(("Authorization" = String, Header, description = "`Device <key>`")), responses((status = 200, body = AlarmView, description = "taken"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/facility-alarms")]
pub async fn facility_alarm_create(
    request: HttpRequest,
    body: Valid<NewAlarm>,
    db: Data<Db>,
) -> Result<Json<AlarmView>, ApiError> {
    let (id, hash) = (AlarmId::new(), hash_of(&request)?);
    let counted = hash.clone();
    let count = db.read(move |connection| -> Result<(), ApiError> {
        // A wrong key isn't counted here: the address is.
        let now = base::db::now(connection)?;
        let known = rows_key::in_force(connection, &counted, now)?;
        known.ok_or_else(|| ApiError::of(&DEVICE_KEY_INVALID))?;
        attempts::count(connection, &LIMIT, &counted)
    });
    count.await?;
    let context = Context::anonymous(request_id(&request));
    db.transaction(context, move |tx| alarm::take(tx, &hash, id, &body)).await.map(Json)
}
