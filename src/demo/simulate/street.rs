//! Our side: a street of its own with its units, their part of the duty list and their connectors, and somebody of its staff.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use base::db::{Context, Db, DbResult, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use people::community::organizations::OrganizationKind;
use people::community::{NewOrganization, organization_create};
use people::grid::{self, GridPath, NewUnit, UnitKind};
use people::identity::{Grant, Phone, Role, RoleSource, demo_person, demo_session, grant};
use serde_json::json;
use uuid::Uuid;

use super::Plan;
use super::systems::Systems;
use crate::demo::caller::{Caller, Product};
use crate::serve::Serving;

/// The street.
pub(super) struct Street {
    db: Db,
    client: reqwest::Client,
    url: String,
    staff: Caller,
    /// Grid code of its community.
    path: String,
    pub(super) community: GridUnitId,
    units: Vec<OrganizationId>,
}

/// Code of the duty item that a unit leads.
fn code(unit: usize) -> String {
    format!("S{:02}-{:02}", unit / 30 + 1, unit % 30 + 1)
}

/// Makes the street, its community, its units with an item of the duty list each, and a person of its staff.
pub(super) async fn build(serving: &Serving, url: &str, plan: Plan) -> anyhow::Result<Street> {
    let (db, ring) = (serving.parts.db.clone(), Arc::clone(&serving.parts.ring));
    let tag: String = Uuid::new_v4().simple().to_string().chars().take(6).collect::<String>().to_uppercase();
    let (street, community) = (GridUnitId::new(), GridUnitId::new());
    let path = format!("SIM{tag}/C1");
    let units: Vec<OrganizationId> = (0..plan.units).map(|_index| OrganizationId::new()).collect();
    let staff = [PersonId::new(), PersonId::new()];
    let (named, places) = (units.clone(), [(street, None, format!("SIM{tag}")), (community, Some(street), path.clone())]);
    let token = db
        .transaction(Context::operator(), move |mut tx| -> Result<_, ApiError> {
            grid::units_insert(tx.conn(), &places.clone().map(unit))?;
            for (person, number) in staff.iter().zip(1_u128..) {
                let phone = format!("199{:08}", (Uuid::new_v4().as_u128() + number) % 100_000_000);
                let phone = Phone::parse(&phone).ok_or_else(|| ApiError::invalid("phone", "is none"))?;
                demo_person(&mut tx, &ring, *person, &format!("街道工作人员{number}"), &phone)?;
            }
            let role = Grant {
                person: staff[0],
                role: Role::StreetStaff,
                unit: Some(street),
                organization: None,
                source: RoleSource::Operator,
                starts: None,
                ends: None,
            };
            grant(&mut tx, &role)?;
            for (index, id) in named.iter().enumerate() {
                organization_create(&mut tx, &ring, &organization(*id, index, street))?;
                duty(&mut tx, community, index, *id, staff)?;
            }
            let tokens = demo_session(&mut tx, &ring, staff[0], 24 * 365)?;
            Ok(tx.done(tokens.access_token)?)
        })
        .await?;
    let staff = Product::find(url).await?.caller("街道").with_token(token);
    let client = reqwest::Client::builder().no_proxy().build()?;
    Ok(Street { db: serving.parts.db.clone(), client, url: url.to_owned(), staff, path, community, units })
}

fn unit((id, parent, path): (GridUnitId, Option<GridUnitId>, String)) -> NewUnit {
    let (kind, name) = if parent.is_some() { (UnitKind::Community, "模拟社区") } else { (UnitKind::Street, "模拟街道") };
    let code = path.rsplit('/').next().unwrap_or_default().to_owned();
    NewUnit {
        id,
        kind: kind.name().to_owned(),
        parent_id: parent,
        code,
        path: GridPath::new(path),
        name: name.to_owned(),
        active: true,
    }
}

fn organization(id: OrganizationId, index: usize, street: GridUnitId) -> NewOrganization {
    NewOrganization {
        id,
        kind: OrganizationKind::Company,
        name: format!("责任单位{:02}", index + 1),
        code: None,
        unit: street,
        active: true,
        contact: None,
        phone: None,
    }
}

fn duty(tx: &mut Tx<'_>, community: GridUnitId, index: usize, lead: OrganizationId, [one, two]: [PersonId; 2]) -> DbResult<()> {
    sql_query(
        "INSERT INTO duty_items (id, community_id, code, version, jurisdiction_id, major, middle, title, lead_organization_id, \
         deadline_class, reason, state, requested_by, decided_by, decided_at) \
         VALUES ($1, $2, $3, 1, $2, '模拟', '模拟', $4, $5, 'general_7d', '模拟', 'in_force', $6, $7, palm_now())",
    )
    .bind::<SqlUuid, _>(Uuid::now_v7())
    .bind::<SqlUuid, _>(community)
    .bind::<Text, _>(code(index))
    .bind::<Text, _>(format!("事项{:02}", index + 1))
    .bind::<SqlUuid, _>(lead)
    .bind::<SqlUuid, _>(one)
    .bind::<SqlUuid, _>(two)
    .execute(tx.conn())?;
    Ok(())
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

impl Street {
    /// Enters a connector for each unit, and tells its system the secret.
    pub(super) async fn connect(&self, systems: &Systems) -> anyhow::Result<()> {
        for (index, unit) in self.units.iter().enumerate() {
            let settings = json!({"name": format!("系统{:02}", index + 1), "url": systems.hook(index), "status_words": systems.words(index)});
            let new = json!({"organization_id": unit, "settings": settings});
            let made = self.staff.post("/api/v1/governance/connectors", &new).await?;
            systems.learn(index, &made.text_at("/id")?, made.text_at("/secret")?);
        }
        Ok(())
    }

    /// Files requests by Open311.
    pub(super) async fn file(&self, requests: usize) -> anyhow::Result<()> {
        for number in 0..requests {
            let code = code(number % self.units.len());
            let description = format!("模拟诉求{number:06}");
            let fields = [
                ("api_key", "demo-open311-key"),
                ("jurisdiction_id", &self.path),
                ("service_code", &code),
                ("address_string", "模拟地点"),
                ("description", &description),
            ];
            let form = fields
                .into_iter()
                .fold(reqwest::multipart::Form::new(), |form, (name, value)| form.text(name.to_owned(), value.to_owned()));
            let answer = self.client.post(format!("{}/open311/v2/requests.json", self.url)).multipart(form).send().await?;
            ensure!(answer.status().is_success(), "a report was refused: {}", answer.text().await?);
        }
        Ok(())
    }

    /// What staff do: resume what was paused once it works again, and replay what was given up.
    pub(super) async fn mend(&self, systems: &Systems, round: u32) -> anyhow::Result<()> {
        if systems.in_long_outage(round) || !round.is_multiple_of(5) {
            return Ok(());
        }
        let mut cursor = String::new();
        loop {
            let page = self.staff.get(&format!("/api/v1/governance/connectors?limit=100{cursor}")).await?;
            for connector in page.body["items"].as_array().context("a list of connectors")? {
                let id = connector["id"].as_str().context("an id")?;
                if connector["state"] == "paused" {
                    self.staff.post(&format!("/api/v1/governance/connectors/{id}/resume"), &json!({})).await?;
                }
                if connector["dead"].as_i64().unwrap_or(0) > 0 {
                    self.staff.post(&format!("/api/v1/governance/connectors/{id}/replay"), &json!({})).await?;
                }
            }
            match page.body["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return Ok(()),
            }
        }
    }

    /// A number that a query over this community finds as `n`.
    pub(super) async fn number(&self, sql: &'static str) -> anyhow::Result<i64> {
        let community = self.community;
        let count = self.db.read(move |connection| -> DbResult<_> {
            let row: Count = sql_query(sql).bind::<SqlUuid, _>(community).get_result(connection)?;
            Ok(row.n)
        });
        Ok(count.await?)
    }

    /// Have all requests reached an end, and does nothing wait to be told?
    pub(super) async fn is_done(&self, requests: usize) -> anyhow::Result<bool> {
        let ended = self.number(ENDED).await?;
        let open = self.number(UNTOLD).await?;
        Ok(ended == i64::try_from(requests)? && open == 0)
    }
}

/// Requests of the community that reached an end.
pub(super) const ENDED: &str =
    "SELECT count(*) AS n FROM requests WHERE community_id = $1 AND state IN ('answered', 'closed', 'cancelled')";
/// Deliveries that did not get through yet.
pub(super) const UNTOLD: &str = "SELECT count(*) AS n FROM connector_deliveries d JOIN requests r ON r.id = d.request_id \
     WHERE r.community_id = $1 AND d.state <> 'delivered'";
