#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! Public routes: no sign-in.

use actix_web::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse, get};
use base::db::Db;
use base::error::{self, ApiError};
use base::http::{PathId, Problem, Query, Tagged};
use base::ids::GridUnitId;
use base::page::{Page, PageQuery};
use chrono::{DateTime, Duration, Utc};
use diesel::PgConnection;
use people::grid::{self, GridUnit, UnitKind};
use serde::Deserialize;
use serde_json::json;

use super::super::CaseId;
use super::feed;
use super::rows::{self, Area, Filter};
use super::view::{self, PublicRequest};

/// Points of a map at most; a map that would show more is looked at closer.
const POINTS: i64 = 1_000;
/// How far back the map looks when it isn't told.
const MAP_DAYS: i64 = 90;
/// Entries of the feed.
const ENTRIES: i64 = 50;

/// Which public requests.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct PublicQuery {
    /// Of this community.
    pub community: GridUnitId,
    /// True: not closed yet; false: closed.
    pub open: Option<bool>,
    /// Of this category.
    #[param(max_length = 40)]
    pub category: Option<String>,
    /// In this rectangle: west,south,east,north in degrees, WGS-84.
    #[param(max_length = 100)]
    pub bbox: Option<String>,
    /// Filed at or after this moment.
    pub since: Option<DateTime<Utc>>,
    /// Items of a page, 1 to 100 (default 20).
    #[param(minimum = 1, maximum = 100)]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[param(max_length = 400)]
    pub cursor: Option<String>,
}

impl PublicQuery {
    fn filter(&self) -> Result<Filter, ApiError> {
        let area = self.bbox.as_deref().map(area).transpose()?;
        Ok(Filter { open: self.open, category: self.category.clone(), area, since: self.since, ..Filter::default() })
    }
}

fn area(text: &str) -> Result<Area, ApiError> {
    let wrong = || ApiError::of(&error::INVALID_QUERY).field("bbox", "is west,south,east,north in degrees");
    let degrees: Vec<f64> = text.split(',').map(|part| part.trim().parse().ok()).collect::<Option<_>>().ok_or_else(wrong)?;
    let [west, south, east, north] = degrees.try_into().map_err(|_count| wrong())?;
    let sound = (-180.0..=180.0).contains(&west) && west <= east && east <= 180.0;
    let sound = sound && (-90.0..=90.0).contains(&south) && south <= north && north <= 90.0;
    if sound { Ok(Area { west, south, east, north }) } else { Err(wrong()) }
}

fn community(connection: &mut PgConnection, id: GridUnitId) -> Result<GridUnit, ApiError> {
    let unit = grid::unit_find(connection, id)?.filter(|unit| unit.active && unit.level() == UnitKind::Community);
    unit.ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

/// Public requests of a community, the newest first; for everybody.
#[utoipa::path(tag = "governance", params(PublicQuery), responses((status = 200, body = Page<PublicRequest>, description = "a page"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/public/requests")]
pub async fn public_request_list(query: Query<PublicQuery>, db: Data<Db>) -> Result<Tagged<Page<PublicRequest>>, ApiError> {
    let window = PageQuery { limit: query.limit, cursor: query.cursor.clone() }.window::<CaseId>()?;
    let filter = Filter { after: window.after, limit: window.load(), ..query.filter()? };
    let place = query.community;
    let views = db
        .read(move |connection| {
            community(connection, place)?;
            let found = rows::list(connection, place, &filter)?;
            view::shown(connection, found)
        })
        .await?;
    Ok(Tagged::content(window.page(views, |view| view.id, |view| view)))
}

/// Public requests as points of a map (GeoJSON, RFC 7946), the newest 1,000, by default of the last 90 days.
#[utoipa::path(tag = "governance", params(PublicQuery), responses((status = 200, content_type = "application/geo+json", body = String, description = "a feature collection"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/public/requests.geojson")]
pub async fn public_request_map(query: Query<PublicQuery>, db: Data<Db>) -> Result<HttpResponse, ApiError> {
    let (filter, place) = (Filter { limit: POINTS, ..query.filter()? }, query.community);
    let views = db
        .read(move |connection| {
            community(connection, place)?;
            let since = filter.since.unwrap_or(base::db::now(connection)? - Duration::days(MAP_DAYS));
            let found = rows::list(connection, place, &Filter { since: Some(since), ..filter.clone() })?;
            view::shown(connection, found)
        })
        .await?;
    let features: Vec<_> = views.iter().filter_map(feature).collect();
    let body = json!({"type": "FeatureCollection", "features": features});
    Ok(document("application/geo+json").body(body.to_string()))
}

fn feature(view: &PublicRequest) -> Option<serde_json::Value> {
    let pin = view.pin?;
    Some(json!({
        "type": "Feature",
        "id": view.id,
        "geometry": {"type": "Point", "coordinates": [pin.lon, pin.lat]},
        "properties": {
            "number": view.number, "title": view.title, "category": view.category, "state": view.state,
            "households": view.households, "created_at": view.created_at, "summary": view.summary,
        },
    }))
}

fn document(content_type: &'static str) -> actix_web::HttpResponseBuilder {
    let mut response = HttpResponse::Ok();
    response.insert_header((CONTENT_TYPE, content_type)).insert_header((CACHE_CONTROL, "public, max-age=60"));
    response
}

/// The newest public requests as an Atom feed.
#[utoipa::path(tag = "governance", params(PublicQuery), responses((status = 200, content_type = "application/atom+xml", body = String, description = "the feed"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/public/requests.atom")]
pub async fn public_request_feed(
    request: HttpRequest,
    query: Query<PublicQuery>,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let (filter, place) = (Filter { limit: ENTRIES, ..query.filter()? }, query.community);
    let (unit, views) = db
        .read(move |connection| -> Result<_, ApiError> {
            let unit = community(connection, place)?;
            let found = rows::list(connection, place, &filter)?;
            Ok((unit, view::shown(connection, found)?))
        })
        .await?;
    let address = {
        let info = request.connection_info();
        format!("{}://{}", info.scheme(), info.host())
    };
    Ok(document("application/atom+xml; charset=utf-8").body(feed::atom(&address, place, &unit.name, &views)?))
}

/// A public request with its timeline; for everybody.
#[utoipa::path(tag = "governance", params(("id" = CaseId, Path)), responses((status = 200, body = PublicRequest, description = "the request"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[get("/public/requests/{id}")]
pub async fn public_request_find(id: PathId<CaseId>, db: Data<Db>) -> Result<Tagged<PublicRequest>, ApiError> {
    let view = db
        .read(move |connection| {
            let row = rows::find(connection, id.0)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
            view::one(connection, row)
        })
        .await?;
    view.map(Tagged::content).ok_or_else(|| ApiError::of(&error::NOT_FOUND))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_area_is_four_sound_numbers() {
        assert_eq!(area("109.7,39.5,109.8,39.6").unwrap(), Area { west: 109.7, south: 39.5, east: 109.8, north: 39.6 });
        for wrong in ["", "1,2,3", "1,2,3,4,5", "2,1,1,2", "1,NaN,2,3", "1,2,3,x", "1,2,3,91", "-181,0,0,1"] {
            assert!(area(wrong).is_err(), "{wrong}");
        }
    }
}
