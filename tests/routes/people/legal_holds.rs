//! Legal holds: two persons freeze, nothing is read or done meanwhile, two persons end it; erasure waits.

use ledger::Party;
use people::identity::Role;
use serde_json::json;

use super::proxies::managed;
use super::{login_code, sign_in, try_sign_in};
use crate::routes::life::market::give;
use crate::support::{Actor, TestApp};

const HOLDS: &str = "/api/v1/legal-holds";

struct Office {
    admin: Actor,
    second: Actor,
}

impl Office {
    fn of(app: &TestApp) -> Self {
        Self { admin: app.actor(Role::Admin, "S1"), second: app.actor(Role::StreetStaff, "S1") }
    }

    async fn ask(&self, person: impl serde::Serialize, erase_after: bool) -> String {
        let body = json!({"person": person, "reason": "法院协助函", "legal_basis": "民事诉讼法", "erase_after": erase_after});
        self.admin.post(HOLDS, &body).await.expect(201)["id"].as_str().expect("an id").to_owned()
    }

    async fn freeze(&self, person: impl serde::Serialize, erase_after: bool) -> String {
        let id = self.ask(person, erase_after).await;
        self.second.post(&format!("{HOLDS}/{id}/approve"), &json!({})).await.expect(200);
        id
    }

    async fn thaw(&self, id: &str) {
        self.admin.post(&format!("{HOLDS}/{id}/end"), &json!({})).await.expect(200);
        self.admin.post(&format!("{HOLDS}/{id}/end/approve"), &json!({})).await.problem(403, "own_affair");
        let ended = self.second.post(&format!("{HOLDS}/{id}/end/approve"), &json!({})).await.expect(200);
        assert_eq!(ended["state"], "ended");
    }
}

fn state(app: &TestApp, person: base::ids::PersonId) -> String {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct State {
        #[diesel(sql_type = diesel::sql_types::Text)]
        state: String,
    }
    let row: State = diesel::sql_query("SELECT state FROM persons WHERE id = $1")
        .bind::<diesel::sql_types::Uuid, _>(person.0)
        .get_result(&mut app.owner())
        .expect("a person");
    row.state
}

#[actix_web::test]
async fn two_persons_freeze_and_nothing_is_read_until_two_end_it() {
    let app = TestApp::start().await;
    let office = Office::of(&app);
    let (person, _) = sign_in(&app, "held").await;
    app.grant(&person, Role::Resident, Some(app.world.unit("S1/C1/E1/B1/D1")), None);
    let (worker, staff) = (app.grid_worker(), app.staff());
    let card = format!("/api/v1/people/{}", person.person);
    worker.get(&card).await.expect(200);

    let id = office.ask(person.person, false).await;
    let again = json!({"person": person.person, "reason": "再次", "legal_basis": "民事诉讼法", "erase_after": false});
    office.admin.post(HOLDS, &again).await.problem(409, "already_exists");
    staff.post(HOLDS, &again).await.problem(403, "forbidden");
    office.admin.post(&format!("{HOLDS}/{id}/approve"), &json!({})).await.problem(403, "own_affair");
    office.second.post(&format!("{HOLDS}/{id}/end/approve"), &json!({})).await.problem(409, "state_conflict");
    person.post("/api/v1/me/consents", &json!({"document": "privacy", "version": "1", "given": true})).await.expect(204);
    office.second.post(&format!("{HOLDS}/{id}/approve"), &json!({})).await.expect(200);

    // The person is signed out and stays out; nobody reads them.
    person
        .post("/api/v1/me/consents", &json!({"document": "privacy", "version": "2", "given": true}))
        .await
        .problem(401, "unauthorized");
    try_sign_in(&app, &login_code(&app, "held").await).await.problem(403, "account_not_active");
    worker.get(&card).await.problem(404, "not_found");
    worker.post(&format!("{card}/reveal"), &json!({"field": "name", "reason": "核实"})).await.problem(404, "not_found");
    let roles = staff.get(&format!("/api/v1/roles?person_id={}", person.person)).await.expect(200);
    assert_eq!(roles["items"][0]["nickname"], "已冻结用户");
    let held = office.admin.get(HOLDS).await.expect(200);
    assert_eq!((held["items"][0]["id"].as_str(), held["items"][0]["state"].as_str()), (Some(id.as_str()), Some("in_force")));
    app.actor(Role::SecurityAuditor, "S1").get(HOLDS).await.expect(200);

    office.thaw(&id).await;
    try_sign_in(&app, &login_code(&app, "held").await).await.expect(201);
    worker.get(&card).await.expect(200);
}

#[actix_web::test]
async fn a_refused_hold_freezes_nobody_and_another_streets_staff_see_none() {
    let app = TestApp::start().await;
    let office = Office::of(&app);
    let resident = app.resident();
    let id = office.ask(resident.person, false).await;
    office.second.post(&format!("{HOLDS}/{id}/refuse"), &json!({})).await.expect(200);
    office.second.post(&format!("{HOLDS}/{id}/approve"), &json!({})).await.problem(409, "state_conflict");
    resident.get("/api/v1/me").await.expect(200);
    // Somebody who lives nowhere is no street's affair.
    let nowhere = office.ask(app.person(None).person, false).await;
    office.second.post(&format!("{HOLDS}/{nowhere}/approve"), &json!({})).await.problem(404, "not_found");
    office
        .admin
        .post(HOLDS, &json!({"person": office.admin.person, "reason": "x", "legal_basis": "y", "erase_after": false}))
        .await
        .problem(403, "own_affair");
}

#[actix_web::test]
async fn a_held_managed_account_has_no_card_and_stands_on_no_list() {
    let app = TestApp::start().await;
    let office = Office::of(&app);
    let worker = app.grid_worker();
    let (elder, number) = managed(&app, &worker, 1940).await;
    let person: base::ids::PersonId = elder.parse().expect("an id");
    office.freeze(&elder, false).await;
    assert_eq!(worker.get("/api/v1/managed-accounts").await.expect(200)["items"], json!([]));
    let ask = json!({"short_number": number, "relation": "child"});
    app.person(None).post("/api/v1/me/proxies", &ask).await.problem(422, "proxy_person_unknown");
    assert_eq!(state(&app, person), "frozen");
}

#[actix_web::test]
async fn erasure_waits_for_the_end_of_the_hold() {
    let app = TestApp::start().await;
    let office = Office::of(&app);
    // Asked for while held: it follows the end.
    let (person, _) = sign_in(&app, "wants-erasure").await;
    app.grant(&person, Role::Resident, Some(app.world.unit("S1/C1/E1/B1/D1")), None);
    let id = office.freeze(person.person, true).await;
    app.drain().await;
    assert_eq!(state(&app, person.person), "frozen");
    office.thaw(&id).await;
    assert_eq!(state(&app, person.person), "closed");
    app.drain().await;

    // Closed before the hold, not yet erased: what the nouns hold stays until the end.
    let (closed, _) = sign_in(&app, "closed-then-held").await;
    give(&app, Party::wallet(closed.person), "5", 36).await;
    let code = login_code(&app, "closed-then-held").await;
    closed.post("/api/v1/me/close", &json!({"code": code})).await.expect(204);
    let second = Office { second: app.actor(Role::Admin, "S1"), ..office };
    let id = second.freeze(closed.person, false).await;
    app.drain().await;
    assert!(owns_a_wallet(&app, closed.person), "the hold keeps what the erasure would have taken");
    second.thaw(&id).await;
    app.drain().await;
    assert!(!owns_a_wallet(&app, closed.person), "the end of the hold lets the erasure go on");
}

fn owns_a_wallet(app: &TestApp, person: base::ids::PersonId) -> bool {
    use diesel::prelude::*;
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = diesel::sql_types::BigInt)]
        n: i64,
    }
    let row: Count = diesel::sql_query("SELECT count(*) AS n FROM ledger_owners WHERE owner_id = $1")
        .bind::<diesel::sql_types::Uuid, _>(person.0)
        .get_result(&mut app.owner())
        .expect("a count");
    row.n > 0
}

#[actix_web::test]
async fn who_was_erased_is_erased_again_after_a_restore() {
    use diesel::prelude::*;
    let app = TestApp::start().await;
    let parts = app.serving.parts.clone();
    let (person, _) = sign_in(&app, "erased").await;
    give(&app, Party::wallet(person.person), "5", 36).await;
    // The "backup": the row as it was.
    let mut owner = app.owner();
    diesel::sql_query("CREATE TABLE backup AS SELECT * FROM persons").execute(&mut owner).expect("a backup");
    let code = login_code(&app, "erased").await;
    person.post("/api/v1/me/close", &json!({"code": code})).await.expect(204);
    assert_eq!(parts.erasures.people().expect("a log"), Vec::new(), "nothing was erased yet");
    app.drain().await;
    assert_eq!(parts.erasures.people().expect("a log"), [person.person]);
    assert!(!owns_a_wallet(&app, person.person));

    let restore = "UPDATE persons p SET state = b.state, nickname = b.nickname, openid_sealed = b.openid_sealed, \
        openid_lookup = b.openid_lookup, closed_at = NULL FROM backup b WHERE b.id = p.id AND p.state = 'closed'";
    assert_eq!(diesel::sql_query(restore).execute(&mut owner).expect("a restore"), 1);
    give(&app, Party::wallet(person.person), "5", 36).await;
    let (db, hooks, log) = (parts.db.clone(), std::sync::Arc::clone(&parts.hooks), std::sync::Arc::clone(&parts.erasures));
    let again = move || {
        let first = people::identity::erase_marked(&db, &hooks, &log).expect("erased again");
        (first, people::identity::erase_marked(&db, &hooks, &log).expect("nothing left"))
    };
    assert_eq!(actix_web::web::block(again).await.expect("a thread"), (1, 0));
    assert_eq!(state(&app, person.person), "closed");
    assert!(!owns_a_wallet(&app, person.person));
}
