#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/files`: sending a picture in, seeing where its check stands, fetching its bytes by a signed link.

use std::time::Duration;

use actix_multipart::{Multipart, MultipartError};
use actix_web::dev::Payload;
use actix_web::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use actix_web::web::{Data, Json};
use actix_web::{FromRequest, HttpRequest, HttpResponse, get, post};
use base::attempts::{self, AttemptLimit};
use base::db::{Audit, Db, Done, Tx, now};
use base::error::{self, ApiError};
use base::http::{Created, IdempotencyKey, PathId, Problem, Query};
use base::ids::PersonId;
use base::keys::{KeyRing, sha256};
use futures_util::StreamExt as _;
use futures_util::future::LocalBoxFuture;
use serde::Deserialize;
use serde_json::json;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::attach::FileView;
use super::cabinet::{Cabinet, Kept};
use super::link::{Purpose, Signer, Variant};
use super::rows::{self, FileRow, NewFile};
use super::{
    CheckState, FILE_MISSING, FILES_UNATTACHED, FileCreate, FileFind, FileId, LINK_EXPIRED, PICTURE_TOO_LARGE, check, picture,
};
use crate::grid::{self, Target};
use crate::identity::{Can, PHONE_REQUIRED};

/// Pictures that may hang on nothing, a person.
const MOST_UNATTACHED: i64 = 50;
/// Pictures that a person may send in.
const UPLOADS: AttemptLimit = AttemptLimit { kind: "file_create", tries: 200, window: 3_600 };
/// How long a picture may take to arrive over a weak network, and how long it may stand still meanwhile.
const DEADLINE: Duration = Duration::from_secs(120);
const STANDSTILL: Duration = Duration::from_secs(10);

/// The form: one picture.
#[derive(Debug, ToSchema)]
#[expect(dead_code, reason = "describes the multipart form")]
pub struct NewPicture {
    /// JPEG, PNG or WebP, at most 10 MB and 24 million pixels.
    #[schema(value_type = String, format = Binary)]
    file: Vec<u8>,
}

/// The one file of a multipart body. Its name and type as sent are not looked at.
pub struct SentFile(Vec<u8>);

impl FromRequest for SentFile {
    type Error = ApiError;
    type Future = LocalBoxFuture<'static, Result<Self, ApiError>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let multipart = Multipart::new(request.headers(), payload.take());
        Box::pin(async move {
            let late = |_elapsed| ApiError::of(&error::REQUEST_TIMEOUT);
            tokio::time::timeout(DEADLINE, read_form(multipart)).await.map_err(late)?.map(Self)
        })
    }
}

fn wrong(why: MultipartError) -> ApiError {
    let code = match why {
        MultipartError::ContentTypeMissing | MultipartError::ContentTypeParse | MultipartError::ContentTypeIncompatible => {
            &error::UNSUPPORTED_TYPE
        }
        _ => &FILE_MISSING,
    };
    ApiError::of(code).because(anyhow::anyhow!("multipart: {why}"))
}

/// The next part of a stream, if it doesn't stand still.
async fn next<S: futures_util::Stream + Unpin>(stream: &mut S) -> Result<Option<S::Item>, ApiError> {
    tokio::time::timeout(STANDSTILL, stream.next()).await.map_err(|_elapsed| ApiError::of(&error::REQUEST_TIMEOUT))
}

async fn read_form(mut form: Multipart) -> Result<Vec<u8>, ApiError> {
    let mut bytes: Option<Vec<u8>> = None;
    while let Some(field) = next(&mut form).await? {
        let mut field = field.map_err(wrong)?;
        if field.name() != Some("file") || bytes.is_some() {
            return Err(ApiError::of(&FILE_MISSING));
        }
        let mut read = Vec::new();
        while let Some(chunk) = next(&mut field).await? {
            let chunk = chunk.map_err(wrong)?;
            if read.len() + chunk.len() > picture::LARGEST_FILE {
                return Err(ApiError::of(&PICTURE_TOO_LARGE));
            }
            read.extend_from_slice(&chunk);
        }
        bytes = Some(read);
    }
    bytes.filter(|bytes| !bytes.is_empty()).ok_or_else(|| ApiError::of(&FILE_MISSING))
}

/// Takes a picture in: drawn anew, not yet hung on anything. Its id is that of what is done.
pub async fn receive(
    can: &Can<FileCreate>,
    (db, cabinet, ring): (&Db, &Cabinet, &KeyRing),
    key: IdempotencyKey,
    bytes: Vec<u8>,
) -> Result<Done<()>, ApiError> {
    let person = can.person();
    if !can.actor().phone_bound {
        return Err(ApiError::of(&PHONE_REQUIRED));
    }
    let subject = ring.lookup("person", &person.to_string());
    db.read(move |connection| may_send(connection, person, &subject)).await?;
    let once = can.once(key, sha256(&bytes), Uuid::new_v4());
    let kept = cabinet.keep(bytes).await?;
    let (id, name, row) = (FileId(once.id()), kept.name.clone(), kept);
    let done = db.once(once, move |tx| enter(tx, id, person, &row)).await;
    if !done.as_ref().is_ok_and(|done| !done.replayed) && !unknown(&done) {
        cabinet.discard(name).await;
    }
    done
}

/// Send a picture in: it is drawn anew (without EXIF or place), and checked before anybody else sees it. Hang it on something within 24
/// hours.
#[utoipa::path(tag = "files", request_body(content = NewPicture, content_type = "multipart/form-data"), params(("Idempotency-Key" = String, Header)), responses((status = 201, body = FileView, description = "kept"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/files")]
pub async fn file_create(
    can: Can<FileCreate>,
    key: IdempotencyKey,
    sent: SentFile,
    db: Data<Db>,
    cabinet: Data<Cabinet>,
    signer: Data<Signer>,
    ring: Data<KeyRing>,
) -> Result<Created<FileView>, ApiError> {
    let (done, person) = (receive(&can, (&db, &cabinet, &ring), key, sent.0).await?, can.person());
    let id = FileId(done.id);
    let view = db.read(move |connection| own_view(connection, &signer, id, person)).await?;
    Ok(Created::new(&done, format!("/api/v1/files/{}", done.id), view))
}

/// Is the outcome of COMMIT unknown? Then the row may be there: the bytes stay.
fn unknown<T>(done: &Result<T, ApiError>) -> bool {
    done.as_ref().is_err_and(|why| why.code() == &error::OUTCOME_UNKNOWN)
}

fn may_send(connection: &mut diesel::PgConnection, person: PersonId, subject: &[u8]) -> Result<(), ApiError> {
    attempts::count(connection, &UPLOADS, subject)?;
    room_left(connection, person)
}

fn room_left(connection: &mut diesel::PgConnection, person: PersonId) -> Result<(), ApiError> {
    let room = rows::unattached(connection, person)? < MOST_UNATTACHED;
    if room { Ok(()) } else { Err(ApiError::of(&FILES_UNATTACHED)) }
}

fn enter(mut tx: Tx<'_>, id: FileId, person: PersonId, kept: &Kept) -> Result<base::db::Finished<()>, ApiError> {
    rows::lock_person(tx.conn(), person)?;
    room_left(tx.conn(), person)?;
    let new = NewFile {
        id,
        person_id: person,
        name: &kept.name,
        sha256: &kept.sha256,
        size_bytes: kept.size_bytes,
        width: kept.width,
        height: kept.height,
    };
    rows::insert(tx.conn(), &new)?;
    check::ask(&mut tx, id, 0)?;
    let after = json!({"bytes": kept.size_bytes, "width": kept.width, "height": kept.height});
    tx.audit(Audit::new(Can::<FileCreate>::ACTION, "file", id.0).after(after))?;
    Ok(tx.done(())?)
}

fn own_view(connection: &mut diesel::PgConnection, signer: &Signer, id: FileId, person: PersonId) -> Result<FileView, ApiError> {
    let row = rows::find(connection, id)?.filter(|row| row.person_id == person);
    let row = row.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let now = now(connection)?;
    Ok(FileView::of(&row, signer, Purpose::Show, row.check_state != CheckState::Refused, now))
}

/// A picture and where its check stands: one's own, or, to decide on it, one that hangs on something of one's place.
#[utoipa::path(tag = "files", params(("id" = FileId, Path)), responses((status = 200, body = FileView, description = "the picture"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/files/{id}")]
pub async fn file_find(
    can: Can<FileFind>,
    id: PathId<FileId>,
    db: Data<Db>,
    signer: Data<Signer>,
) -> Result<Json<FileView>, ApiError> {
    let (id, person, scope) = (id.0, can.person(), can.scope().clone());
    let view = db
        .read(move |connection| {
            let row = rows::find(connection, id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            if row.person_id == person {
                return own_view(connection, &signer, id, person);
            }
            let unit = row.unit_id.map(|unit| grid::unit_find(connection, unit)).transpose()?.flatten();
            scope.require(&Target { unit: unit.as_ref().map(|unit| &unit.path), ..Target::default() })?;
            let now = now(connection)?;
            Ok::<_, ApiError>(FileView::of(&row, &signer, Purpose::Review, true, now))
        })
        .await?;
    Ok(Json(view))
}

/// What a signed link carries.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct LinkQuery {
    /// Until when, in seconds since 1970.
    expires: i64,
    /// Of this API.
    #[param(max_length = 60)]
    signature: String,
}

/// Fetch a picture by its signed link; nobody needs to be signed in, so that WeChat's checker can fetch it too. 404 for a link that was
/// changed, 403 for one that has expired.
#[utoipa::path(tag = "files", params(("id" = FileId, Path), ("variant" = inline(Variant), Path), LinkQuery), responses((status = 200, description = "the picture", content_type = "image/jpeg", body = String), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/files/{id}/{variant}")]
pub async fn file_bytes_find(
    request: HttpRequest,
    id: PathId<FileId>,
    query: Query<LinkQuery>,
    db: Data<Db>,
    cabinet: Data<Cabinet>,
    signer: Data<Signer>,
) -> Result<HttpResponse, ApiError> {
    let missing = || ApiError::of(&error::NOT_FOUND);
    let variant = request.match_info().get("variant").and_then(Variant::parse).ok_or_else(missing)?;
    let purpose = signer.opens(id.0, variant, query.expires, &query.signature).ok_or_else(missing)?;
    let (id, expires) = (id.0, query.expires);
    let (row, left) = db.read(move |connection| open(connection, id, purpose, expires)).await?;
    let bytes = cabinet.read(row.name, variant).await?.ok_or_else(missing)?;
    Ok(HttpResponse::Ok()
        .insert_header((CONTENT_TYPE, "image/jpeg"))
        .insert_header((CONTENT_DISPOSITION, format!("attachment; filename=\"{id}.jpg\"")))
        .insert_header((CACHE_CONTROL, format!("private, max-age={left}, immutable")))
        .insert_header((CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox"))
        .body(bytes))
}

/// The row behind a genuine link, and the seconds that the link has left.
fn open(connection: &mut diesel::PgConnection, id: FileId, purpose: Purpose, expires: i64) -> Result<(FileRow, i64), ApiError> {
    let left = expires - now(connection)?.timestamp();
    if left <= 0 {
        return Err(ApiError::of(&LINK_EXPIRED));
    }
    let row = rows::find(connection, id)?;
    let row = row.filter(|row| purpose == Purpose::Review || row.check_state != CheckState::Refused);
    Ok((row.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?, left))
}
