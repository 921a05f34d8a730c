//! Tests of the routes of `points`.

mod awards;
mod budgets;
mod home;
mod households;
mod rules;
mod statements;

use base::ids::{GridUnitId, OrganizationId, PersonId};
use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use points::awards::EventId;
use points::{Beneficiary, Event, EventKind, Evidence};
use serde_json::{Value, json};

use crate::support::{Actor, TestApp};

const HOUSEHOLD: &str =
    "INSERT INTO households (id, community_id, entrance_id, address_sealed, room_lookup) VALUES ($1, $2, $3, '\\x00', '\\x00')";

/// A community with two persons of staff, one of the street, a funded budget and a rule in force:
/// 5 points per half hour, at most 20 per person and day.
pub(crate) struct Points {
    pub(crate) app: TestApp,
    pub(crate) asks: Actor,
    pub(crate) approves: Actor,
    pub(crate) community: GridUnitId,
}

impl Points {
    pub(crate) async fn start() -> Self {
        let app = TestApp::start().await;
        let (asks, approves, community) = (app.staff(), app.staff(), app.world.unit("S1/C1"));
        Self { app, asks, approves, community }
    }

    pub(crate) fn budget_body(&self, amount: &str) -> Value {
        json!({
            "community": self.community, "name": "志愿服务激励", "sponsor_unit": self.app.world.unit("S1"),
            "period_from": "2020-01-01", "period_to": "2120-12-31", "amount": amount,
        })
    }

    /// A funded budget; its id.
    pub(crate) async fn budget(&self, amount: &str) -> String {
        let asked = self.asks.post("/api/v1/points/budgets", &self.budget_body(amount)).await.expect(201);
        let id = asked["id"].as_str().expect("an id").to_owned();
        let approved = self.approves.post(&format!("/api/v1/points/budgets/{id}/approve"), &json!({})).await.expect(200);
        assert_eq!(approved["state"], "approved");
        id
    }

    pub(crate) fn terms(budget: &str) -> Value {
        json!({
            "name": "志愿服务积分", "budget": budget, "amount_per_unit": "5", "person_day_cap": "20",
            "valid_from": "2020-01-01", "conditions": {"evidence": ["participation"]},
        })
    }

    /// A rule in force of a kind; its id.
    pub(crate) async fn rule(&self, kind: &str, terms: &Value) -> String {
        let body = json!({"community": self.community, "kind": kind, "terms": terms});
        let draft = self.asks.post("/api/v1/points/rules", &body).await.expect(201);
        let id = draft["id"].as_str().expect("an id").to_owned();
        self.approves.post(&format!("/api/v1/points/rules/{id}/approve"), &json!({})).await.expect(200);
        id
    }

    /// An event as volunteering would hand it in: happened now.
    pub(crate) fn event(&self, beneficiary: PersonId, half_hours: i32) -> Event {
        Event {
            id: EventId::new(),
            kind: EventKind::VolunteerHours,
            community: self.community,
            beneficiary: Beneficiary::Person(beneficiary),
            occurred_at: self.now(),
            quantity: half_hours,
            evidence: Evidence { noun: "participation".to_owned(), id: uuid::Uuid::now_v7() },
            approvers: vec![self.asks.person, self.approves.person],
            project: None,
            budget: None,
        }
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        base::db::now(&mut self.app.owner()).expect("the product's clock")
    }

    /// Two residents of one dwelling on the register.
    pub(crate) fn family(&self) -> (Actor, Actor) {
        let (one, other) = (self.app.resident(), self.app.resident());
        let (household, entrance) = (uuid::Uuid::now_v7(), self.app.world.unit("S1/C1/E1/B1/D1"));
        let mut owner = self.app.owner();
        sql_query(HOUSEHOLD)
            .bind::<SqlUuid, _>(household)
            .bind::<SqlUuid, _>(self.community)
            .bind::<SqlUuid, _>(entrance)
            .execute(&mut owner)
            .expect("a household");
        for person in [one.person, other.person] {
            sql_query(
                "INSERT INTO residencies (id, person_id, community_id, entrance_id, household_id, state, how, confirmed_at) \
                 VALUES (gen_random_uuid(), $1, $2, $3, $4, 'confirmed', 'register', palm_now())",
            )
            .bind::<SqlUuid, _>(person)
            .bind::<SqlUuid, _>(self.community)
            .bind::<SqlUuid, _>(entrance)
            .bind::<SqlUuid, _>(household)
            .execute(&mut owner)
            .expect("a residency");
        }
        (one, other)
    }

    /// Hands events in, each in a transaction of its own, and runs the jobs.
    pub(crate) async fn emit(&self, events: &[Event]) {
        for event in events {
            let event = event.clone();
            self.app
                .serving
                .parts
                .db
                .transaction(base::db::Context::operator(), move |mut tx| {
                    points::emit(&mut tx, &event)?;
                    tx.done(())
                })
                .await
                .expect("an event");
        }
        self.app.drain().await;
    }

    /// Runs every invariant of points and the ledger.
    pub(crate) fn audit(&self) {
        #[derive(QueryableByName)]
        struct Found {
            #[diesel(sql_type = Text)]
            found: String,
        }
        let mut owner = self.app.owner();
        for check in points::CHECKS.iter().chain(ledger::audit::CHECKS) {
            let found: Vec<Found> = sql_query(check.statement()).load(&mut owner).expect("a check runs");
            let first = found.first().map(|row| row.found.as_str());
            assert_eq!(first, None, "{}: {}", check.name, check.what);
        }
    }

    pub(crate) async fn wallet(&self, actor: &Actor) -> Value {
        actor.get(&format!("/api/v1/points/wallet?community={}", self.community)).await.expect(200)
    }

    pub(crate) async fn awards(&self, actor: &Actor) -> Vec<Value> {
        let page = actor.get("/api/v1/points/awards").await.expect(200);
        page["items"].as_array().cloned().unwrap_or_default()
    }
}

#[actix_web::test]
async fn every_check_of_points_notices_what_it_is_for() {
    let points = Points::start().await;
    let budget = points.budget("1000").await;
    points.rule("volunteer_hours", &Points::terms(&budget)).await;
    let resident = points.app.resident();
    points.emit(&[points.event(resident.person, 2)]).await;
    points.audit();
    let mut owner = points.app.owner();
    for (name, damage) in [
        ("award_posted", "UPDATE awards SET amount = amount - 1"),
        ("award_posted", "UPDATE awards SET state = 'waiting', transaction_id = NULL"),
        ("award_budget", "UPDATE awards SET beneficiary_person_id = (SELECT requested_by FROM budgets LIMIT 1)"),
        ("award_rule", "UPDATE earning_rules SET in_force_from = 'infinity'"),
        ("award_reversed", "UPDATE awards SET state = 'reversed', reversed_by = gen_random_uuid()"),
        ("award_caps", "UPDATE earning_rules SET person_day_cap = 1"),
        ("award_caps", "UPDATE earning_rules SET person_month_cap = 1"),
        ("award_caps", "UPDATE earning_rules SET total_cap = 1"),
        ("award_caps", "UPDATE award_caps SET used = used + 1"),
        ("budget_funded", "UPDATE budget_changes SET amount = amount + 1"),
        ("budget_funded", "UPDATE budget_changes SET state = 'refused', transaction_id = NULL"),
        (
            "transfer_posted",
            "INSERT INTO point_transfers (id, community_id, kind, from_person_id, amount, transaction_id) SELECT gen_random_uuid(), community_id, 'donation', requested_by, 1, gen_random_uuid() FROM budgets",
        ),
        (
            "reversal_posted",
            "INSERT INTO point_reversals (id, community_id, original_id, reason, state, requested_by, approved_by, transaction_id) SELECT gen_random_uuid(), community_id, gen_random_uuid(), 'x', 'approved', requested_by, decided_by, gen_random_uuid() FROM budgets",
        ),
    ] {
        let result = owner.transaction::<(), diesel::result::Error, _>(|connection| {
            sql_query(damage).execute(connection)?;
            let seen = points::CHECKS.iter().filter(|check| check.name == name).any(|check| {
                let rows = sql_query(check.statement()).execute(connection).expect("a check runs");
                rows > 0
            });
            assert!(seen, "{name} did not notice: {damage}");
            Err(diesel::result::Error::RollbackTransaction)
        });
        assert_eq!(result, Err(diesel::result::Error::RollbackTransaction));
    }
    points.audit();
}

/// An organization of C1 that a role can be bound to.
pub(crate) fn organization(app: &TestApp) -> OrganizationId {
    let id = OrganizationId::new();
    sql_query("INSERT INTO organizations (id, kind, name, code, grid_unit_id, state) VALUES ($1, 'social_organization', '爱心社', $2, $3, 'active')")
        .bind::<SqlUuid, _>(id.0)
        .bind::<Text, _>(format!("O-{}", uuid::Uuid::new_v4().simple()))
        .bind::<SqlUuid, _>(app.world.unit("S1/C1").0)
        .execute(&mut app.owner())
        .expect("an organization");
    id
}
