//! Binding a phone: by WeChat's phone code, or, when WeChat refuses or the month's cap is used up, by a code that a grid worker gives
//! face to face. With the phone come the roster's roles, in the same transaction; the household register follows by a job.

use base::attempts::AttemptLimit;
use base::clients::wechat::{Errcode, WeChat, WeChatError};
use base::db::{Audit, Db, Done, Once, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::jobs::NewJob;
use base::keys::{KeyRing, random_digits};
use chrono::Duration;
use serde_json::json;
use subtle::ConstantTimeEq as _;

use super::limits::{self, CodeLimits};
use super::phone::Phone;
use super::rows_phone_code::{self, NewPhoneCode};
use super::{
    CODE_WRONG, PHONE_CHECK_UNAVAILABLE, PHONE_CODE_INVALID, PHONE_TAKEN, PHONE_UNSUPPORTED, PhoneCodeId, person, roster, rows,
};

/// Job that tells other nouns of a bound phone: `{"person": id}`.
pub const PHONE_BOUND: &str = "identity_phone_bound";

/// Codes that one worker may issue.
const ISSUE: AttemptLimit = AttemptLimit { kind: "phone_code_issue", tries: 60, window: 86_400 };
/// Tries of one person, over all phones.
const TRY: AttemptLimit = AttemptLimit { kind: "phone_code", tries: 10, window: 600 };

/// Asks WeChat for the phone of a phone code; counts the paid checks of all people.
pub(super) async fn phone_of_code(
    db: &Db,
    ring: &KeyRing,
    wechat: &WeChat,
    limits: &CodeLimits,
    code: &str,
) -> Result<Phone, ApiError> {
    limits::count(db, limits.phone_checks, ring.lookup("installation", "phone_checks"))
        .await
        .map_err(|over| if over.code().status == 429 { ApiError::of(&PHONE_CHECK_UNAVAILABLE).because(over) } else { over })?;
    let number = wechat.phone_number(code).await.map_err(refused)?;
    let phone = if number.country_code == "86" { Phone::parse(&number.number) } else { None };
    phone.ok_or_else(|| ApiError::of(&PHONE_UNSUPPORTED))
}

fn refused(error: WeChatError) -> ApiError {
    let code = match &error {
        WeChatError::Refused(Errcode::CodeInvalid | Errcode::CodeUsed) => &PHONE_CODE_INVALID,
        _ => &PHONE_CHECK_UNAVAILABLE,
    };
    ApiError::of(code).because(error)
}

/// Binds a phone to a person and adopts the roster's rows of it; a phone bound before is replaced. 409 when it is another person's.
pub(super) fn bind(tx: &mut Tx<'_>, ring: &KeyRing, who: PersonId, phone: &Phone, how: &str) -> Result<(), ApiError> {
    let lookup = phone.lookup(ring);
    match rows::by_phone(tx.conn(), &lookup)? {
        Some(holder) if holder != who => return Err(ApiError::of(&PHONE_TAKEN)),
        Some(_) | None => {}
    }
    let sealed = person::seal(ring, "phone", who, phone.as_str())?;
    rows::set_phone(tx.conn(), who, &sealed, &lookup).map_err(|failure| match failure.unique_violation() {
        // A twin bound it to somebody else between the look and the write.
        Some("persons_phone_lookup_key") => ApiError::of(&PHONE_TAKEN),
        _ => failure.into(),
    })?;
    tx.audit(Audit::new("phone_bind", "person", who.0).after(json!({"by": how})))?;
    roster::adopt_by_phone(tx, ring, who, &lookup)?;
    tx.enqueue(&NewJob::new(PHONE_BOUND, json!({"person": who})))?;
    Ok(())
}

/// Issues a code for a phone, to be read out to the person who stands there; shown once.
pub(super) fn issue(
    tx: &mut Tx<'_>,
    ring: &KeyRing,
    id: PhoneCodeId,
    worker: PersonId,
    phone: &Phone,
) -> Result<String, ApiError> {
    let code = random_digits(6).map_err(ApiError::internal)?;
    let now = tx.now()?;
    let row = NewPhoneCode {
        id,
        phone_lookup: &phone.lookup(ring),
        code_hash: &ring.code_hash("phone_code", &code),
        issued_by: worker,
        issued_at: now,
        expires_at: now + Duration::minutes(10),
    };
    rows_phone_code::insert(tx.conn(), &row)?;
    tx.audit(Audit::new("phone_code_issue", "phone_code", id.0))?;
    Ok(code)
}

/// Counts one issued code of a worker.
pub(super) async fn count_issue(db: &Db, ring: &KeyRing, worker: PersonId) -> Result<(), ApiError> {
    limits::count_person(db, ring, ISSUE, worker).await
}

/// Binds by a code given face to face. A wrong try is committed by itself before it is refused.
pub(super) async fn face_to_face(
    db: &Db,
    ring: std::sync::Arc<KeyRing>,
    once: Once,
    who: PersonId,
    phone: Phone,
    code: String,
) -> Result<Done<()>, ApiError> {
    limits::count_person(db, &ring, TRY, who).await?;
    let lookup = phone.lookup(&ring);
    let tried = db.read(move |connection| rows_phone_code::count_try(connection, &lookup)).await?;
    let hash = ring.code_hash("phone_code", &code);
    let right = tried.filter(|row| bool::from(row.code_hash.ct_eq(&hash))).map(|row| row.id);
    // Refused inside: a repeat of the request that bound the phone finds its code used, and is answered as before.
    db.once(once, move |mut tx| -> Result<_, ApiError> {
        let id = right.ok_or_else(|| ApiError::of(&CODE_WRONG))?;
        let now = tx.now()?;
        if !rows_phone_code::mark_used(tx.conn(), id, who, now)? {
            return Err(ApiError::of(&CODE_WRONG));
        }
        bind(&mut tx, &ring, who, &phone, "face_to_face")?;
        Ok(tx.done(())?)
    })
    .await
}
