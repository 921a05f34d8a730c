//! People: residence claims that wait for a person, and households, masked; one field in clear only with its purpose.

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{PathId, Query};
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use base::page::{Page, PageQuery};
use people::community::HouseholdId;
use people::community::households::http::{self as households, HouseholdDetail, HouseholdQuery, HouseholdView};
use people::community::households::{HouseholdFind, HouseholdList};
use people::community::residencies::http::{self as residencies, ResidencyQuery};
use people::community::residencies::{
    ResidencyBulkOutcome, ResidencyConfirm, ResidencyConfirmBulk, ResidencyId, ResidencyList, ResidencyRefuse, ResidencyState,
    ResidencyView,
};
use people::identity::http_people::{self, RevealView};
use people::identity::{Can, PersonReveal};

use super::form::Form;
use super::frame::Frame;
use super::refused::Refused;
use super::times;
use super::words_frame as frame_words;
use super::words_people as w;

const CLAIMS: &str = "/console/people";
/// Claims of a page: as many as a list gives.
const CLAIMS_SHOWN: u32 = 100;

#[derive(Template)]
#[template(path = "people.html", config = "src/console/askama.toml")]
struct ClaimsPage<'a> {
    f: &'a Frame,
    page: Page<ResidencyView>,
    may_decide: bool,
    refused: &'a Refused,
}

impl ClaimsPage<'_> {
    fn form(&self, one: &ResidencyView) -> String {
        one.id.to_string()
    }
}

async fn claims_page(
    (can, frame, db, ring): (&Can<ResidencyList>, &Frame, &Db, &Data<KeyRing>),
    query: &PageQuery,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let wanted = ResidencyQuery {
        state: Some(ResidencyState::Claimed),
        entrance: None,
        limit: Some(query.limit.unwrap_or(CLAIMS_SHOWN)),
        cursor: query.cursor.clone(),
    };
    let page = residencies::list(can, db, ring.clone().into_inner(), &wanted).await?;
    let may_decide = can.actor().may::<ResidencyConfirm>();
    frame.page_with(refused.status_or_ok(), &ClaimsPage { f: frame, page, may_decide, refused })
}

/// Claims that wait.
#[get("/people")]
pub async fn console_claims(
    can: Can<ResidencyList>,
    frame: Frame,
    query: Query<PageQuery>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    claims_page((&can, &frame, &db, &ring), &query, &Refused::default()).await
}

/// Confirms what is picked; what can't be is counted.
#[post("/people/confirm")]
pub async fn console_claims_confirm(
    can: Can<ResidencyConfirmBulk>,
    frame: Frame,
    form: Form,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    let picked: Vec<ResidencyId> = form.all("claim").filter_map(|id| id.parse().ok()).collect();
    if picked.is_empty() {
        return Ok(frame.go(CLAIMS, w::NONE_PICKED));
    }
    let ids = serde_json::from_value(serde_json::json!(picked)).map_err(|why| ApiError::invalid("/claim", &why.to_string()))?;
    let done = residencies::confirm_bulk(&can, &db, ring.into_inner(), (form.key()?, form.hash()), ids).await?;
    let Some(outcomes) = done.value else { return Ok(frame.go(CLAIMS, w::CONFIRMED)) };
    let confirmed = outcomes.iter().filter(|(_, outcome)| *outcome == ResidencyBulkOutcome::Confirmed).count();
    let left = outcomes.len() - confirmed;
    let zh = format!("已确认 {confirmed} 件，{left} 件不能由您确认或已办理。");
    let en = format!("{confirmed} confirmed, {left} not.");
    Ok(frame.go_saying(CLAIMS, frame.lang().pick(&zh, &en)))
}

/// Confirms one claim, or refuses it with a reason.
#[post("/people/claims/{id}")]
pub async fn console_claim_decide(
    can: (Can<ResidencyConfirm>, Can<ResidencyRefuse>, Can<ResidencyList>),
    frame: Frame,
    id: PathId<ResidencyId>,
    form: Form,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    let decided = async {
        if form.get("what") == "confirm" {
            residencies::confirm(&can.0, &db, &ring.clone().into_inner(), form.key()?, id.0).await?;
            return Ok::<_, ApiError>(w::CONFIRMED);
        }
        residencies::refuse(&can.1, &db, (form.key()?, form.hash()), id.0, form.without("what").read()?).await?;
        Ok(w::REFUSED)
    };
    match decided.await {
        Ok(said) => Ok(frame.go(CLAIMS, said)),
        Err(why) => {
            let refused = Refused::new(&id.0.to_string(), form, why, frame.lang())?;
            claims_page((&can.2, &frame, &db, &ring), &PageQuery::default(), &refused).await
        }
    }
}

#[derive(Template)]
#[template(path = "households.html", config = "src/console/askama.toml")]
struct HouseholdsPage<'a> {
    f: &'a Frame,
    page: Page<HouseholdView>,
    entrance: Option<GridUnitId>,
}

/// Households, masked.
#[get("/people/households")]
pub async fn console_households(
    can: Can<HouseholdList>,
    frame: Frame,
    query: Query<HouseholdQuery>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let page = households::list(&can, &db, &query).await?;
    frame.page(&HouseholdsPage { f: &frame, page, entrance: query.entrance })
}

/// A field that is shown in clear this once, and whose it is.
type Shown = Option<(PersonId, RevealView)>;

#[derive(Template)]
#[template(path = "household.html", config = "src/console/askama.toml")]
struct HouseholdPage<'a> {
    f: &'a Frame,
    detail: HouseholdDetail,
    shown: Shown,
    refused: &'a Refused,
}

impl HouseholdPage<'_> {
    /// What was asked for of this member.
    fn clear(&self, person: &PersonId) -> Option<String> {
        let (whose, view) = self.shown.as_ref()?;
        (whose == person).then(|| view.value.clone().unwrap_or_else(|| self.f.t(w::UNKNOWN).to_owned()))
    }
}

async fn household_page(
    (can, frame, db, ring): (&Can<HouseholdFind>, &Frame, &Db, &Data<KeyRing>),
    id: HouseholdId,
    shown: Shown,
    refused: &Refused,
) -> Result<HttpResponse, ApiError> {
    let detail = households::find(can, db, ring.clone().into_inner(), id).await?;
    frame.page_with(refused.status_or_ok(), &HouseholdPage { f: frame, detail, shown, refused })
}

/// One household, masked.
#[get("/people/households/{id}")]
pub async fn console_household(
    can: Can<HouseholdFind>,
    frame: Frame,
    id: PathId<HouseholdId>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    household_page((&can, &frame, &db, &ring), id.0, None, &Refused::default()).await
}

/// Shows one field in clear. It stands on the answer itself and nowhere else: no link leads to it.
#[post("/people/households/{id}")]
pub async fn console_household_reveal(
    can: (Can<PersonReveal>, Can<HouseholdFind>),
    frame: Frame,
    id: PathId<HouseholdId>,
    form: Form,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<HttpResponse, ApiError> {
    let asked = async {
        let person: PersonId =
            form.get("person").parse().map_err(|why| ApiError::of(&error::NOT_FOUND).because(anyhow::anyhow!("{why:?}")))?;
        let body = form.without("person").read()?;
        let view = http_people::in_clear(&can.0, &db, ring.clone().into_inner(), person, body).await?;
        Ok::<_, ApiError>((person, view))
    };
    let (shown, refused) = match asked.await {
        Ok(shown) => (Some(shown), Refused::default()),
        Err(why) => (None, Refused::new("reveal", form, why, frame.lang())?),
    };
    household_page((&can.1, &frame, &db, &ring), id.0, shown, &refused).await
}
