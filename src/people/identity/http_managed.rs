#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Managed accounts, cards and new-employment registrations over HTTP.

use std::collections::HashMap;
use std::sync::Arc;

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use base::db::{Db, Done};
use base::error::{self, ApiError};
use base::http::{Created, IdempotencyKey, NoContent, PathId, Problem, Query, Valid, hash_on};
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use base::text::Whole;
use chrono::{DateTime, Utc};
use diesel::PgConnection;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::access::Can;
use super::card::{self, Pin};
use super::card_print::{self, CardText};
use super::rows_card::{self, CardRow};
use super::{CardId, CardIssue, CardRevoke, ManagedAccountList, person, rows};
use crate::grid::{Scope, Target, unit_find};

/// A managed account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagedView {
    /// The person.
    pub id: PersonId,
    /// Number to say on the phone.
    pub short_number: String,
    /// Name, masked.
    pub name: Option<String>,
    /// Entrance.
    pub grid_unit_id: GridUnitId,
    /// Version of the recorded consent.
    pub consent_version: String,
    /// When it was opened.
    pub opened_at: DateTime<Utc>,
    /// The card in force.
    pub card: Option<CardView>,
    /// One line to read out.
    pub summary: String,
}

/// A card in force.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CardView {
    /// Id, to revoke it by.
    pub id: CardId,
    /// Does it need a PIN?
    pub pin: bool,
    /// Locked by wrong PINs?
    pub locked: bool,
    /// Uses a day.
    pub daily_limit: i32,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
}

impl CardView {
    fn of(row: &CardRow) -> Self {
        Self {
            id: row.id,
            pin: row.pin_hash.is_some(),
            locked: row.pin_tries >= 5,
            daily_limit: row.daily_limit,
            issued_at: row.issued_at,
        }
    }
}

/// Managed accounts of the scope, newest first, masked.
pub async fn managed(
    can: &Can<ManagedAccountList>,
    db: &Db,
    ring: Arc<KeyRing>,
    query: &PageQuery,
) -> Result<Page<ManagedView>, ApiError> {
    let (window, scope) = (query.window::<PersonId>()?, can.scope().clone());
    let page = db
        .read(move |connection| -> Result<_, ApiError> {
            let rows = rows_card::managed_list(connection, &scope, window.after, window.load())?;
            let people: Vec<PersonId> = rows.iter().map(|(managed, _person)| managed.person_id).collect();
            let cards: HashMap<PersonId, CardView> =
                rows_card::cards_of(connection, &people)?.iter().map(|row| (row.person_id, CardView::of(row))).collect();
            Ok(window.page(rows, |(managed, _person)| managed.person_id, |row| managed_view(&ring, &cards, row)))
        })
        .await?;
    let items = page.items.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

/// Managed accounts within my scope, newest first.
#[utoipa::path(tag = "people", params(PageQuery), responses((status = 200, body = Page<ManagedView>, description = "Open managed accounts"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/managed-accounts")]
pub async fn managed_account_list(
    can: Can<ManagedAccountList>,
    query: Query<PageQuery>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    Ok(HttpResponse::Ok().json(managed(&can, &db, ring.into_inner(), &query).await?))
}

fn managed_view(
    ring: &KeyRing,
    cards: &HashMap<PersonId, CardView>,
    (managed, row): (rows_card::ManagedRow, rows::PersonRow),
) -> Result<ManagedView, ApiError> {
    let (name, _phone) = person::masked(ring, &row)?;
    let card = cards.get(&managed.person_id).cloned();
    let held = if card.is_some() { "有卡" } else { "无卡" };
    let summary = format!("{} {} {held}", name.as_deref().unwrap_or(&row.nickname), row.short_number);
    Ok(ManagedView {
        id: managed.person_id,
        short_number: row.short_number,
        name,
        grid_unit_id: managed.grid_unit_id,
        consent_version: managed.consent_version,
        opened_at: managed.opened_at,
        card,
        summary,
    })
}

/// A card to be issued.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCardBody {
    /// Four digits that the person says at each use; none: the card alone is enough.
    pub pin: Option<Pin>,
    /// Uses a day (default 10).
    pub daily_limit: Option<Whole<1, 50>>,
}

/// An issued card. What prints it is given once: `null` on a repeat of the request.
#[derive(Debug, Serialize, ToSchema)]
pub struct IssuedCardView {
    /// The card.
    pub id: CardId,
    /// What the QR code holds.
    pub token: Option<String>,
    /// The QR code.
    pub card_svg: Option<String>,
    /// A page of A6 to be printed.
    pub print_html: Option<String>,
}

/// The holder's place must lie in the scope; else 404.
fn require_managed(connection: &mut PgConnection, scope: &Scope, holder: PersonId) -> Result<String, ApiError> {
    let missing = || ApiError::of(&error::NOT_FOUND);
    let managed = rows_card::managed_find(connection, holder)?.ok_or_else(missing)?;
    let unit = unit_find(connection, managed.grid_unit_id)?.ok_or_else(missing)?;
    scope.require(&Target { unit: Some(&unit.path), ..Target::default() })?;
    Ok(unit.name)
}

/// What is printed on a card that was just issued; it is shown once.
#[derive(Debug)]
pub struct CardPrint {
    /// What the QR code holds.
    pub payload: String,
    /// The QR code.
    pub svg: String,
    /// Number to say on the phone.
    pub short_number: String,
    /// `王*`: the card may be lost.
    pub masked_name: String,
    /// The entrance.
    pub place: String,
    /// Is a PIN needed?
    pub pin: bool,
}

impl CardPrint {
    fn html(&self) -> String {
        let text =
            CardText { short_number: &self.short_number, masked_name: &self.masked_name, place: &self.place, pin: self.pin };
        card_print::html(&self.svg, &text)
    }
}

fn printed(
    connection: &mut PgConnection,
    ring: &KeyRing,
    holder: PersonId,
    card: CardId,
    token: &str,
) -> Result<CardPrint, ApiError> {
    let row = rows::find(connection, holder)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    let place = require_managed(connection, &Scope::everything(), holder)?;
    let pin = rows_card::card_find(connection, card)?.is_some_and(|card| card.pin_hash.is_some());
    let (name, _phone) = person::masked(ring, &row)?;
    let payload = card::payload(token);
    let svg = crate::qr::svg(&payload)?;
    let masked_name = name.unwrap_or(row.nickname);
    Ok(CardPrint { payload, svg, short_number: row.short_number, masked_name, place, pin })
}

/// Issues a card to a managed account of the scope; the one before is revoked. What prints it is there once: not on a replay.
pub async fn issue(
    can: &Can<CardIssue>,
    (db, ring): (&Db, Arc<KeyRing>),
    (key, hash): (IdempotencyKey, [u8; 32]),
    holder: PersonId,
    body: NewCardBody,
) -> Result<(Done<String>, Option<CardPrint>), ApiError> {
    let (id, issuer, scope, sealing) = (CardId::new(), can.person(), can.scope().clone(), Arc::clone(&ring));
    let once = can.once(key, hash_on(holder.0, hash), id.0);
    let limit = body.daily_limit.map_or(10, Whole::get);
    let done = db
        .once(once, move |mut tx| -> Result<_, ApiError> {
            require_managed(tx.conn(), &scope, holder)?;
            let token = card::card_issue(&mut tx, &sealing, (id, holder), issuer, body.pin.as_ref(), limit)?;
            Ok(tx.done(token)?)
        })
        .await?;
    let card = CardId(done.id);
    let print = match done.value.clone() {
        Some(token) => Some(db.read(move |connection| printed(connection, &ring, holder, card, &token)).await?),
        None => None,
    };
    Ok((done, print))
}

/// Revokes a card of the scope.
pub async fn revoke(can: &Can<CardRevoke>, db: &Db, key: IdempotencyKey, id: CardId) -> Result<Done<()>, ApiError> {
    let once = can.once(key, hash_on(id.0, [0; 32]), id.0);
    let (by, scope) = (can.person(), can.scope().clone());
    db.once(once, move |mut tx| -> Result<_, ApiError> {
        let row = rows_card::card_find(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
        require_managed(tx.conn(), &scope, row.person_id)?;
        card::revoke(&mut tx, id, by)?;
        Ok(tx.done(())?)
    })
    .await
}

/// Issue a card; the one before is revoked.
#[utoipa::path(tag = "people", params(("id" = PersonId, Path), ("Idempotency-Key" = String, Header)), request_body = NewCardBody,
    responses((status = 201, body = IssuedCardView, description = "Print it now: the code is shown once"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/managed-accounts/{id}/card")]
pub async fn card_issue(
    can: Can<CardIssue>,
    path: PathId<PersonId>,
    key: IdempotencyKey,
    body: Valid<NewCardBody>,
    (db, ring): (Data<Db>, Data<KeyRing>),
) -> Result<Created<IssuedCardView>, ApiError> {
    let hash = body.hash();
    let (done, print) = issue(&can, (&db, ring.into_inner()), (key, hash), path.0, body.into_inner()).await?;
    let card = CardId(done.id);
    let print_html = print.as_ref().map(CardPrint::html);
    let (token, card_svg) = print.map(|print| (print.payload, print.svg)).unzip();
    let view = IssuedCardView { id: card, token, card_svg, print_html };
    Ok(Created::new(&done, format!("/api/v1/cards/{card}"), view))
}

/// Revoke a card: lost, or no longer wanted.
#[utoipa::path(tag = "people", params(("id" = CardId, Path), ("Idempotency-Key" = String, Header)), responses((status = 204, description = "Revoked"),
    (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/cards/{id}/revoke")]
pub async fn card_revoke(
    can: Can<CardRevoke>,
    path: PathId<CardId>,
    key: IdempotencyKey,
    db: Data<Db>,
) -> Result<NoContent, ApiError> {
    let done = revoke(&can, &db, key, path.0).await?;
    Ok(NoContent::new(&done))
}
