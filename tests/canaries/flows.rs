//! What people do while the canaries are about: signing in, a managed account with its card, a shop with a clerk, an order at the
//! counter, fields shown in clear; and the same with mistakes, whose answers are kept.

use std::cell::RefCell;

use base::ids::PersonId;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use ledger::{BookId, book_open};
use reqwest::Method;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Actor, Reply, World};

/// A real name.
pub(super) const NAME: &str = "鸫雀鸲鹀";
/// Something that stands in clear.
pub(super) const IN_CLEAR: &str = "公开的标题金丝雀";
const PHONE: &str = "19973915628";
const ACCOUNT: &str = "某银行 6200739156284017";
const ROOM: &str = "暗号73915室";

/// What must have been about in the end.
pub(super) const WANTED: &[&str] = &[
    "phone",
    "name",
    "room",
    "login code",
    "phone code",
    "openid",
    "access token",
    "refresh token",
    "card token",
    "invitation code",
    "settlement account",
    "order digits",
    "order code",
    "slip",
];

/// A run over one server.
pub(super) struct Run {
    url: String,
    sandbox: String,
    client: reqwest::Client,
    pub(super) canaries: RefCell<Vec<(&'static str, String)>>,
    pub(super) errors: RefCell<Vec<String>>,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}

impl Run {
    pub(super) async fn new(url: &str) -> Self {
        let client = reqwest::Client::builder().no_proxy().build().expect("a client");
        let place: Value = client.get(format!("{url}/demo/sandbox")).send().await.expect("an answer").json().await.expect("JSON");
        let fixed = [("phone", PHONE), ("name", NAME), ("room", ROOM), ("settlement account", ACCOUNT)];
        let canaries = fixed.map(|(what, value)| (what, value.to_owned())).to_vec();
        let sandbox = text(&place["url"]);
        Self { url: url.to_owned(), sandbox, client, canaries: RefCell::new(canaries), errors: RefCell::default() }
    }

    fn canary(&self, what: &'static str, value: &Value) -> String {
        let value = text(value);
        self.canaries.borrow_mut().push((what, value.clone()));
        value
    }

    fn nobody(&self) -> Actor {
        Actor::new(&self.url, &self.client, None)
    }

    /// A mistake: its answer is kept.
    #[track_caller]
    fn mistake(&self, reply: &Reply) {
        assert!((400..500).contains(&reply.status), "no refusal: {} {}", reply.status, reply.text);
        self.errors.borrow_mut().push(reply.text.clone());
    }

    async fn sandbox(&self, path: &str, body: &Value) -> Value {
        let reply = self.client.post(format!("{}/sandbox/{path}", self.sandbox)).json(body).send().await;
        reply.expect("the sandbox answers").json().await.expect("JSON")
    }

    /// Signs a label in; every token is a canary.
    async fn sign_in(&self, label: &str) -> (Actor, Value) {
        let issued = self.sandbox("login-codes", &json!({"person": label})).await;
        self.canary("openid", &issued["openid"]);
        let body = json!({"code": self.canary("login code", &issued["code"]), "device": "测试机"});
        let tokens = self.nobody().post("/api/v1/sessions", &body).await.expect(201);
        self.mistake(&self.nobody().post("/api/v1/sessions", &body).await);
        let (access, _) =
            (self.canary("access token", &tokens["access_token"]), self.canary("refresh token", &tokens["refresh_token"]));
        let person: PersonId = text(&tokens["person_id"]).parse().expect("an id");
        (Actor::new(&self.url, &self.client, Some((person, access))), tokens)
    }

    async fn bind(&self, actor: &Actor, phone: &str) -> Reply {
        let issued = self.sandbox("phone-codes", &json!({"phone": phone})).await;
        let code = self.canary("phone code", &issued["code"]);
        actor.post("/api/v1/me/phone", &json!({"code": code})).await
    }

    /// Signs a label in and gives it a role, before its first request.
    async fn with_role(&self, owner: &mut PgConnection, label: &str, role: &str, unit: Uuid) -> Actor {
        let (actor, _) = self.sign_in(label).await;
        sql_query("INSERT INTO roles (id, person_id, role, grid_unit_id, starts_at, source) VALUES ($1, $2, $3, $4, palm_now(), 'operator')")
            .bind::<SqlUuid, _>(Uuid::now_v7())
            .bind::<SqlUuid, _>(actor.person.0)
            .bind::<Text, _>(role)
            .bind::<SqlUuid, _>(unit)
            .execute(owner)
            .expect("a role");
        actor
    }

    pub(super) async fn play(&self, owner: &mut PgConnection, world: &World) {
        let community = world.unit("S1/C1").0;
        let entrance = world.unit("S1/C1/E1/B1/D1").0;
        book_open(owner, BookId(community)).expect("a book");
        let staff = self.with_role(owner, "社区", "community_staff", community).await;
        let worker = self.with_role(owner, "网格员", "grid_worker", world.unit("S1/C1/E1/B1").0).await;
        let resident = self.with_role(owner, "居民", "resident", entrance).await;
        self.account(&resident, entrance).await;
        self.staff_looks(&worker, &resident, entrance).await;
        self.shop(&staff, &resident, community).await;
        self.client.post(format!("{}/demo/drain", self.url)).send().await.expect("jobs run");
    }

    /// Phone, residence, refreshed tokens, export; and what goes wrong with them.
    async fn account(&self, resident: &Actor, entrance: Uuid) {
        self.bind(resident, PHONE).await.expect(200);
        let (other, tokens) = self.sign_in("另一人").await;
        self.mistake(&self.bind(&other, PHONE).await);
        self.mistake(&other.post("/api/v1/me/phone", &json!({"code": PHONE})).await);
        let claim = json!({"entrance": entrance, "room": ROOM});
        resident.post_with_key("/api/v1/residencies", "claim-key-1", &claim).await.expect(201);
        resident.post_with_key("/api/v1/residencies", "claim-key-1", &claim).await.expect(201);
        resident.get("/api/v1/me/export").await.expect(200);
        let refresh = json!({"refresh_token": tokens["refresh_token"]});
        let next = self.nobody().post("/api/v1/sessions/refresh", &refresh).await.expect(200);
        self.canary("access token", &next["access_token"]);
        self.canary("refresh token", &next["refresh_token"]);
        for _ in 0..2 {
            self.nobody().post("/api/v1/sessions/refresh", &refresh).await;
        }
        self.mistake(&self.nobody().post("/api/v1/sessions/refresh", &refresh).await);
        let edited = format!("{}x", text(&next["access_token"]));
        let forged = Actor::new(&self.url, &self.client, Some((other.person, edited)));
        self.mistake(&forged.get("/api/v1/me").await);
        // Values where they don't belong: in a query, a header, a number, broken JSON.
        self.mistake(&resident.get(&format!("/api/v1/me/inbox?cursor={PHONE}")).await);
        self.mistake(&resident.get(&format!("/api/v1/me/inbox?limit={PHONE}0")).await);
        self.mistake(&resident.post_with_key("/api/v1/residencies", &PHONE.repeat(9), &claim).await);
        let broken = format!("{{\"room\": \"{ROOM}\", \"entrance\": \"{PHONE}\"");
        let broken = |request: reqwest::RequestBuilder| {
            request.header("idempotency-key", "broken-key-1").header("content-type", "application/json").body(broken)
        };
        self.mistake(&resident.send(Method::POST, "/api/v1/residencies", broken).await);
        self.mistake(&resident.post("/api/v1/residencies", &json!({"entrance": PHONE})).await);
        self.mistake(&resident.post("/api/v1/me/consents", &json!({"document": NAME, "version": "1", "given": PHONE})).await);
        let sly = json!({"document": format!("x, expected {NAME}"), "version": "1", "given": true});
        self.mistake(&resident.post("/api/v1/me/consents", &sly).await);
        // A path is the client's own and comes back as `instance`; it must not be logged.
        assert!(resident.get(&format!("/api/v1/people/{PHONE}")).await.status >= 400);
        assert!(resident.get(&format!("/api/v1/{NAME}")).await.status >= 400);
    }

    /// A managed account with its card; fields in clear.
    async fn staff_looks(&self, worker: &Actor, resident: &Actor, entrance: Uuid) {
        let elder = |year: Value| json!({"name": NAME, "birth_year": year, "entrance": entrance, "room": ROOM, "consent_version": "1", "consent": "当面宣读，本人同意"});
        self.mistake(&worker.post("/api/v1/managed-residents", &elder(json!(PHONE))).await);
        self.mistake(&resident.post("/api/v1/managed-residents", &elder(json!(1940))).await);
        let made = worker.post("/api/v1/managed-residents", &elder(json!(1940))).await.expect(201);
        let elder = text(&made["person"]);
        let path = format!("/api/v1/managed-accounts/{elder}/card");
        let issued = worker.post_with_key(&path, "card-key-1", &json!({"pin": "7391"})).await.expect(201);
        self.canary("card token", &issued["token"]);
        worker.post_with_key(&path, "card-key-1", &json!({"pin": "7391"})).await.expect(201);
        for (person, field) in [(elder, "name"), (resident.person.to_string(), "phone")] {
            let look = json!({"field": field, "reason": "核实上门时间"});
            worker.post(&format!("/api/v1/people/{person}/reveal"), &look).await.expect(200);
        }
        self.mistake(&worker.post("/api/v1/grid/phone-codes", &json!({"phone": format!("{PHONE}9")})).await);
        worker.post("/api/v1/grid/phone-codes", &json!({"phone": PHONE})).await.expect(201);
        let face = json!({"phone": PHONE, "code": "00000x"});
        self.mistake(&resident.post("/api/v1/me/phone/face-to-face", &face).await);
    }

    /// A shop, its clerk, an order with its code and its slip.
    async fn shop(&self, staff: &Actor, resident: &Actor, community: Uuid) {
        let (owner, _) = self.sign_in("店主").await;
        self.bind(&owner, "19900000002").await.expect(200);
        let (owner, _) = self.sign_in("店主").await;
        let life = |path: &str| format!("/api/v1/life{path}");
        let shop = json!({"community": community, "name": "便民超市", "licence_number": "L1", "address": "东门", "hours": "08:00-20:00",
            "services": "日用品", "settlement_account": ACCOUNT});
        let merchant = text(&owner.post(&life("/merchants"), &shop).await.expect(201)["id"]);
        self.mistake(&owner.post(&life("/merchants"), &shop).await);
        staff.post(&life(&format!("/merchants/{merchant}/approve")), &json!({})).await.expect(200);
        let reveal = life(&format!("/merchants/{merchant}/settlement-account"));
        staff.post(&reveal, &json!({"reason": "付款"})).await.expect(200);
        let invite = life(&format!("/merchants/{merchant}/clerks"));
        let code = self.canary("invitation code", &owner.post(&invite, &json!({})).await.expect(201)["code"]);
        let (clerk, _) = self.sign_in("店员").await;
        self.mistake(&clerk.post("/api/v1/me/invitations", &json!({"code": format!("{code}0")})).await);
        clerk.post("/api/v1/me/invitations", &json!({"code": code})).await.expect(200);
        self.mistake(&resident.post("/api/v1/me/invitations", &json!({"code": code})).await);

        let goods = json!({"merchant": merchant, "stock": 9, "offer": {"kind": "food", "title": IN_CLEAR, "about": "三十枚", "pick_up": "店内", "price": "8"}});
        let offer = text(&owner.post(&life("/offers"), &goods).await.expect(201)["id"]);
        owner.post(&life(&format!("/offers/{offer}/publish")), &json!({})).await.expect(200);
        self.give(resident, community).await;
        let order = json!({"offer": offer, "quantity": 1});
        let first = text(&resident.post(&life("/orders"), &order).await.expect(201)["id"]);
        let shown = resident.get(&life(&format!("/orders/{first}/code"))).await.expect(200);
        let digits = self.canary("order digits", &shown["digits"]);
        self.canary("order code", &shown["code"]);
        self.mistake(&staff.post(&life("/redemptions/capture"), &json!({"code": shown["code"]})).await);
        clerk.post(&life("/redemptions/capture"), &json!({"code": digits})).await.expect(201);
        self.mistake(&clerk.post(&life("/redemptions/capture"), &json!({"code": digits})).await);
        let second = text(&resident.post(&life("/orders"), &order).await.expect(201)["id"]);
        let slip = resident.post(&life(&format!("/orders/{second}/slip")), &json!({"pin": "7391"})).await.expect(201);
        let slip = self.canary("slip", &slip["slip"]);
        self.mistake(&clerk.post(&life("/redemptions/capture"), &json!({"slip": slip, "pin": "0000"})).await);
        clerk.post(&life("/redemptions/capture"), &json!({"slip": slip, "pin": "7391"})).await.expect(201);
    }

    /// Points for the resident, straight to the ledger.
    async fn give(&self, resident: &Actor, community: Uuid) {
        let budget = Uuid::now_v7();
        for movement in [
            json!({"fund": {"budget": budget, "amount": "100"}}),
            json!({"award": {"budget": budget, "person": resident.person, "amount": "100"}}),
        ] {
            let posting = json!({"book": community, "event": Uuid::now_v7(), "movement": movement});
            self.nobody().post("/demo/postings", &posting).await.expect(201);
        }
    }
}
