//! Printed cards of people without a phone: who has one, a new one on a page to print, a lost one revoked.

use std::collections::HashMap;

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use base::db::Db;
use base::error::ApiError;
use base::http::{PathId, Query};
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use people::identity::http_managed::{self as api, CardPrint, ManagedView};
use people::identity::{Can, CardId, CardIssue, CardRevoke, ManagedAccountList};

use super::form::Form;
use super::frame::Frame;
use super::places::unit_names;
use super::refused::Refused;
use super::{times, words_frame as frame_words, words_people as w};

const LIST: &str = "/console/people/cards";

#[derive(Template)]
#[template(path = "cards.html", config = "src/console/askama.toml")]
struct CardsPage<'a> {
    f: &'a Frame,
    page: Page<ManagedView>,
    units: HashMap<GridUnitId, String>,
    may_issue: bool,
    may_revoke: bool,
    refused: &'a Refused,
}

impl CardsPage<'_> {
    fn place(&self, unit: &GridUnitId) -> String {
        self.units.get(unit).cloned().unwrap_or_default()
    }
}

#[derive(Template)]
#[template(path = "card.html", config = "src/console/askama.toml")]
struct CardPage<'a> {
    f: &'a Frame,
    print: Option<CardPrint>,
}

async fn cards_page(
    (can, frame, db, ring): (&Can<ManagedAccountList>, &Frame, &Db, Data<KeyRing>),
    query: &PageQuery,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let page = api::managed(can, db, ring.into_inner(), query).await?;
    let units = unit_names(db, page.items.iter().map(|one| one.grid_unit_id).collect()).await?;
    let (may_issue, may_revoke) = (can.actor().may::<CardIssue>(), can.actor().may::<CardRevoke>());
    frame.page_with(refused.status_or_ok(), &CardsPage { f: frame, page, units, may_issue, may_revoke, refused })
}

/// People without a phone, and their cards.
#[get("/people/cards")]
pub async fn console_cards(
    can: Can<ManagedAccountList>,
    frame: Frame,
    query: Query<PageQuery>,
    (db, ring): (Data<Db>, Data<KeyRing>),
) -> Result<HttpResponse, ApiError> {
    cards_page((&can, &frame, &db, ring), &query, &Refused::default()).await
}

/// Issues a card. Its code stands on the answer itself and nowhere else.
#[post("/people/cards/{id}")]
pub async fn console_card_issue(
    can: (Can<CardIssue>, Can<ManagedAccountList>),
    frame: Frame,
    id: PathId<PersonId>,
    form: Form,
    (db, ring): (Data<Db>, Data<KeyRing>),
) -> Result<HttpResponse, ApiError> {
    let issued =
        async { api::issue(&can.0, (&db, ring.clone().into_inner()), (form.key()?, form.hash()), id.0, form.read()?).await };
    match issued.await {
        Ok((_done, print)) => frame.page(&CardPage { f: &frame, print }),
        Err(why) => {
            let refused = Refused::new("issue", form, why, frame.lang())?;
            cards_page((&can.1, &frame, &db, ring), &PageQuery::default(), &refused).await
        }
    }
}

/// Revokes a card.
#[post("/people/cards/{id}/revoke")]
pub async fn console_card_revoke(
    can: (Can<CardRevoke>, Can<ManagedAccountList>),
    frame: Frame,
    id: PathId<CardId>,
    form: Form,
    (db, ring): (Data<Db>, Data<KeyRing>),
) -> Result<HttpResponse, ApiError> {
    let revoked = async { api::revoke(&can.0, &db, form.key()?, id.0).await };
    match revoked.await {
        Ok(_done) => Ok(frame.go(LIST, w::REVOKED)),
        Err(why) => {
            let refused = Refused::new("revoke", form, why, frame.lang())?;
            cards_page((&can.1, &frame, &db, ring), &PageQuery::default(), &refused).await
        }
    }
}
