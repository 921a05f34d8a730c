#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! The report of pairs.

use std::collections::{BTreeMap, HashMap};

use actix_web::get;
use actix_web::web::{Data, Json};
use base::db::Db;
use base::error::ApiError;
use base::http::{Problem, Query};
use base::ids::{GridUnitId, PersonId};
use base::money::{Fen, Points};
use base::page::{Page, PageQuery};
use chrono::{DateTime, Duration, Utc};
use people::identity::{self, Can, PersonName};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::RedemptionPairList;
use super::pairs::{self, Circle, PairSignal};
use crate::merchants::{self, MerchantId};
use crate::{offers, place};

/// Which pairs.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PairFilter {
    /// Of this community.
    pub community: GridUnitId,
    /// Captures from this moment on; by default the last 31 days.
    pub from: Option<DateTime<Utc>>,
    /// Captures before this moment; by default now.
    pub until: Option<DateTime<Utc>>,
    /// Only those that stand out.
    pub flagged: Option<bool>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

/// A member of a circle.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PairMember {
    /// The person.
    pub person: PersonId,
    /// What others see.
    pub nickname: String,
    /// Number to say on the phone.
    pub short_number: String,
}

/// A household, or a person alone, at one merchant.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub struct PairView {
    /// One line for a screen reader.
    pub summary: String,
    /// The merchant.
    pub merchant: MerchantId,
    /// Its name.
    pub merchant_name: String,
    /// Those of the circle who redeemed there.
    pub members: Vec<PairMember>,
    /// How often.
    pub captures: i64,
    /// Points of all.
    pub points: Points,
    /// What they are worth to the merchant at the rate in force, in yuan.
    pub yuan: Fen,
    /// Part of all points that the shop captured in that time, in percent.
    pub share_of_shop: i64,
    /// Part of all points that the circle redeemed at merchants in that time, in percent.
    pub share_of_circle: i64,
    /// Most captures of one member on one day.
    pub busiest_day: i64,
    /// The last one.
    pub last_at: DateTime<Utc>,
    /// What stands out: reasons to look, no verdict.
    pub signals: Vec<PairSignal>,
    /// Stands out enough to be looked at.
    pub flagged: bool,
}

fn view(circle: Circle, shops: &BTreeMap<MerchantId, String>, names: &HashMap<PersonId, PersonName>, rate: Fen) -> PairView {
    let shop = shops.get(&circle.merchant).cloned().unwrap_or_default();
    let (flagged, share) = (circle.is_flagged(), circle.share_of_shop / 100);
    let why: Vec<&str> = circle.signals.iter().map(|signal| signal.zh()).collect();
    let why = if why.is_empty() { "无异常".to_owned() } else { why.join("、") };
    let member = |person: PersonId| {
        let name = names.get(&person);
        PairMember {
            person,
            nickname: name.map(|name| name.nickname.clone()).unwrap_or_default(),
            short_number: name.map(|name| name.short_number.clone()).unwrap_or_default(),
        }
    };
    PairView {
        summary: format!(
            "{shop}：{}人核销{}次，{}积分，占该店{share}%，{why}",
            circle.members.len(),
            circle.captures,
            circle.points
        ),
        merchant: circle.merchant,
        merchant_name: shop,
        members: circle.members.into_iter().map(member).collect(),
        captures: circle.captures,
        points: circle.points,
        yuan: offers::worth(circle.points, rate),
        share_of_shop: share,
        share_of_circle: circle.share_of_circle / 100,
        busiest_day: circle.busiest_day,
        last_at: circle.last_at,
        signals: circle.signals,
        flagged,
    }
}

/// Who redeems where, the largest share of a shop first: households (or people alone) at merchants, with what stands out.
#[utoipa::path(tag = "life", params(PairFilter), responses((status = 200, body = Page<PairView>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/redemption-pairs")]
pub async fn redemption_pair_list(
    can: Can<RedemptionPairList>,
    query: Query<PairFilter>,
    db: Data<Db>,
) -> Result<Json<Page<PairView>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<(i64, MerchantId, Uuid)>()?;
    let scope = can.scope().clone();
    let read = move |conn: &mut _| {
        scope.require_unit(&place::community_stored(conn, query.community)?)?;
        let (terms, now) = (offers::terms_of(conn, query.community)?, base::db::now(conn)?);
        let until = query.until.unwrap_or(now);
        let from = query.from.unwrap_or(until - Duration::days(31));
        let all = pairs::report(conn, query.community, (from, until), &terms)?.into_iter();
        let wanted = all.filter(|circle| !query.flagged.unwrap_or(false) || circle.is_flagged());
        let rest = wanted.filter(|circle| window.after.is_none_or(|after| circle.key() < after));
        let load = usize::try_from(window.load()).unwrap_or(0);
        let page = window.page(rest.take(load).collect(), Circle::key, |circle| circle);
        let shops = merchants::names_by_ids(conn, &page.items.iter().map(|circle| circle.merchant).collect::<Vec<_>>())?;
        let members: Vec<PersonId> = page.items.iter().flat_map(|circle| circle.members.clone()).collect();
        let names = identity::names_by_ids(conn, &members)?;
        let items = page.items.into_iter().map(|circle| view(circle, &shops, &names, terms.rate)).collect();
        Ok::<_, ApiError>(Page { items, next_cursor: page.next_cursor })
    };
    Ok(Json(db.read(read).await?))
}
