//! Volunteering over HTTP: the clock is moved, never waited for; after each story every check of the audit is silent.

mod attendance;
mod checks;
mod decisions;
mod hooks;
mod path;
mod reach;
mod seats;
mod teams;

use base::ids::OrganizationId;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text, Uuid as SqlUuid};
use serde_json::{Value, json};

use crate::support::{Actor, TestApp};

const BASE: &str = "/api/v1/service";

/// Who runs things in these stories: a server, staff of C1 and a grid worker who is the second person.
struct Stage {
    app: TestApp,
    staff: Actor,
    second: Actor,
}

fn id(view: &Value) -> String {
    view["id"].as_str().expect("an id").to_owned()
}

/// How many rows a query finds.
fn rows(owner: &mut PgConnection, sql: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    sql_query(format!("SELECT count(*) AS n FROM ({sql}) x")).get_result::<Count>(owner).expect("a count").n
}

impl Stage {
    async fn new() -> Self {
        let app = TestApp::start().await;
        let (staff, second) = (app.staff(), app.staff());
        Self { app, staff, second }
    }

    fn now(&self) -> DateTime<Utc> {
        base::db::now(&mut self.app.owner()).expect("the product's clock")
    }

    async fn draft_at(&self, path: &str) -> String {
        let body = json!({
            "title": "护学岗", "about": "上下学时段维护校门口秩序", "kind": "safety",
            "grid_unit_id": self.app.world.unit(path), "organizer": {"person": self.staff.person},
        });
        id(&self.staff.post(&format!("{BASE}/projects"), &body).await.expect(201))
    }

    /// An open project of community C1.
    async fn project(&self) -> String {
        let project = self.draft_at("S1/C1").await;
        self.staff.post(&format!("{BASE}/projects/{project}/open"), &json!({})).await.expect(200);
        project
    }

    /// A shift that starts in so many minutes.
    async fn shift(&self, project: &str, starts_in: i64, minutes: i64, capacity: u32) -> String {
        let start = self.now() + Duration::minutes(starts_in);
        let body =
            json!({"starts_at": start, "ends_at": start + Duration::minutes(minutes), "place": "学校东门", "capacity": capacity});
        id(&self.staff.post(&format!("{BASE}/projects/{project}/shifts"), &body).await.expect(201))
    }

    async fn sign_up(&self, actor: &Actor, shift: &str) -> Value {
        actor.post(&format!("{BASE}/shifts/{shift}/sign-ups"), &json!({})).await.expect(201)
    }

    async fn code(&self, shift: &str) -> String {
        let shown = self.staff.get(&format!("{BASE}/shifts/{shift}/code")).await.expect(200);
        shown["code"].as_str().expect("a code").to_owned()
    }

    async fn check_in(&self, actor: &Actor, shift: &str) -> Value {
        let code = self.code(shift).await;
        actor.post(&format!("{BASE}/shifts/{shift}/check-in"), &json!({"code": code})).await.expect(200)
    }

    async fn check_out(&self, actor: &Actor, shift: &str) -> Value {
        let code = self.code(shift).await;
        actor.post(&format!("{BASE}/shifts/{shift}/check-out"), &json!({"code": code})).await.expect(200)
    }

    /// Hours that wait, as the second person sees them.
    async fn waiting_hours(&self) -> Vec<Value> {
        let page = self.second.get(&format!("{BASE}/hours?state=recorded&limit=100")).await.expect(200);
        page["items"].as_array().expect("items").clone()
    }

    /// An active organization of a unit.
    fn organization(&self, path: &str) -> OrganizationId {
        let id = OrganizationId::new();
        sql_query("INSERT INTO organizations (id, kind, name, code, grid_unit_id, state) VALUES ($1, 'social_organization', '志愿服务队', $2, $3, 'active')")
            .bind::<SqlUuid, _>(id.0)
            .bind::<Text, _>(format!("O-{}", uuid::Uuid::new_v4().simple()))
            .bind::<SqlUuid, _>(self.app.world.unit(path).0)
            .execute(&mut self.app.owner())
            .expect("an organization");
        id
    }

    /// What kinds of notices stand in a person's inbox, oldest first.
    async fn inbox(&self, actor: &Actor) -> Vec<String> {
        let page = actor.get("/api/v1/me/inbox?limit=100").await.expect(200);
        let mut items = page["items"].as_array().expect("items").clone();
        items.sort_by_key(|item| item["sequence"].as_i64());
        items.iter().map(|item| item["kind"].as_str().expect("a kind").to_owned()).collect()
    }

    fn minutes(&self, ahead: i64) {
        self.app.move_clock(Duration::minutes(ahead));
    }

    /// How many rows a query finds, as the owner.
    fn count(&self, sql: &str) -> i64 {
        rows(&mut self.app.owner(), sql)
    }

    /// Every check of the audit finds nothing.
    #[track_caller]
    fn assert_sound(&self) {
        for check in service::CHECKS {
            assert_eq!(self.count(check.sql), 0, "{}: {}", check.name, check.what);
        }
    }
}
