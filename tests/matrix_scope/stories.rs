//! How the things of one community come about.

use base::db::Context;
use base::error::ApiError;
use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Uuid as SqlUuid;
use ledger::Party;
use people::files::{self, About, FileId};
use people::identity::{Phone, Role, RosterEntry, roster_upsert};
use people::screening::{Reason, Verdict};
use points::awards::EventId;
use points::{Beneficiary, Event, EventKind, Evidence};
use serde_json::{Value, json};
use uuid::Uuid;

use super::scene::{Side, Who, id_of, organization};
use crate::routes::governance::clocks::{duty, file_at, unit};
use crate::routes::governance::requests;
use crate::routes::life::market::{at, give_in};
use crate::routes::people::files::sent;
use crate::routes::people::screening::checked;
use crate::support::TestApp;

const SERVICE: &str = "/api/v1/service";
const POINTS: &str = "/api/v1/points";
/// First and other: blocks for the grid, suffixes for nouns.
pub(super) const BLOCKS: [(&str, &str); 2] = [("/E1/B1", ""), ("/E1/B2", "/other")];

pub(super) fn now(app: &TestApp) -> DateTime<Utc> {
    base::db::now(&mut app.owner()).expect("the product's clock")
}

fn phone() -> String {
    format!("199{:08}", Uuid::new_v4().as_u128() % 100_000_000)
}

/// Entrances, households, claims, managed accounts, cards, calls, registrations.
pub(super) async fn register(app: &TestApp, side: &mut Side) {
    for (block, suffix) in BLOCKS {
        let entrance = side.unit(app, &format!("{block}/D1"));
        side.keep(&format!("unit{suffix}"), &entrance.to_string());
        let household = Uuid::now_v7();
        sql_query("INSERT INTO households (id, community_id, entrance_id, address_sealed, room_lookup) VALUES ($1, $2, $3, '\\x00', '\\x00')")
            .bind::<SqlUuid, _>(household)
            .bind::<SqlUuid, _>(side.unit(app, "").0)
            .bind::<SqlUuid, _>(entrance.0)
            .execute(&mut app.owner())
            .expect("a household");
        side.keep(&format!("household{suffix}"), &household.to_string());
        let claim = app.person(Some(&phone())).post("/api/v1/residencies", &json!({"entrance": entrance})).await.expect(201);
        side.keep(&format!("residency{suffix}"), &id_of(&claim));
        let elder =
            json!({"name": "老人甲", "birth_year": 1940, "entrance": entrance, "consent_version": "1", "consent": "本人同意"});
        let elder = side.who(Who::Staff).post("/api/v1/managed-residents", &elder).await.expect(201);
        let elder = elder["person"].as_str().expect("a person").to_owned();
        side.keep(&format!("managed{suffix}"), &elder);
        let card = format!("/api/v1/managed-accounts/{elder}/card");
        side.made(&format!("card{suffix}"), Who::Staff, &card, json!({})).await;
        let accounts = side.who(Who::Staff).get("/api/v1/managed-accounts").await.expect(200);
        let number = accounts["items"].as_array().and_then(|all| all.iter().find(|one| one["id"] == elder.as_str()));
        let ask = json!({"short_number": number.expect("the account")["short_number"], "relation": "child"});
        let asked = app.person(Some(&phone())).post("/api/v1/me/proxies", &ask).await.expect(201);
        side.keep(&format!("proxy{suffix}"), &id_of(&asked));
    }
    app.drain().await;
    let calls = side.who(Who::Staff).get("/api/v1/grid/call-list").await.expect(200);
    for suffix in ["", "/other"] {
        let elder = side.id(&format!("managed{suffix}")).to_owned();
        let call = calls["items"].as_array().and_then(|calls| calls.iter().find(|call| call["person"] == elder));
        side.keep(&format!("call{suffix}"), &id_of(call.expect("a call")));
        let courier = app.person(Some(&phone()));
        let body = json!({"grid_unit_id": side.unit(app, ""), "company": "某外卖平台", "work": "food_delivery"});
        let report = courier.post("/api/v1/registrations/new-employment", &body).await.expect(201);
        side.keep(&format!("registration{suffix}"), &id_of(&report));
    }
}

/// Two shops with an offer each, orders of the resident and the neighbour, a statement each.
pub(super) async fn market(app: &TestApp, side: &mut Side) {
    for who in [Who::Resident, Who::Neighbour] {
        give_in(app, side.unit(app, ""), Party::wallet(side.who(who).person), "100", 36).await;
    }
    for (suffix, owner, clerk) in [("", Who::Owner, Who::Clerk), ("/other", Who::OtherOwner, Who::OtherClerk)] {
        let licence = Uuid::new_v4().simple().to_string().to_uppercase();
        let shop = json!({"community": side.unit(app, ""), "name": "便民超市", "licence_number": licence, "address": "东门",
            "hours": "08:00-20:00", "services": "日用品", "settlement_account": "某银行 6200000000005678"});
        side.people.insert(owner, app.person(Some(&phone())));
        let merchant = side.made(&format!("merchant{suffix}"), owner, &at("/merchants"), shop).await;
        let approve = at(&format!("/merchants/{merchant}/approve"));
        let organization = organization(&side.who(Who::Staff).post(&approve, &json!({})).await.expect(200));
        side.keep(&format!("organization{suffix}"), &organization.to_string());
        // A write: a read may use rights that are five seconds old.
        let ticket = at(&format!("/merchants/{merchant}/shop-ticket"));
        let ticket = side.who(owner).post(&ticket, &json!({})).await.expect(200);
        side.keep(&format!("ticket{suffix}"), ticket["ticket"].as_str().expect("a ticket"));
        let behind = app.person(None);
        app.grant(&behind, Role::MerchantClerk, None, Some(organization));
        side.people.insert(clerk, behind);
        let offer = json!({"merchant": merchant, "stock": 9, "offer": {"kind": "food", "title": "鸡蛋", "about": "三十枚", "pick_up": "店内", "price": "8"}});
        let offer = side.made(&format!("offer{suffix}"), owner, &at("/offers"), offer).await;
        side.done(owner, &at(&format!("/offers/{offer}/publish"))).await;
        let order = json!({"offer": offer, "quantity": 1});
        let taken = id_of(&side.who(Who::Resident).post(&at("/orders"), &order).await.expect(201));
        let code = side.who(Who::Resident).get(&at(&format!("/orders/{taken}/code"))).await.expect(200);
        side.who(clerk).post(&at("/redemptions/capture"), &json!({"code": code["code"]})).await.expect(201);
    }
    let terms = at(&format!("/terms/{}/changes", side.unit(app, "")));
    side.made("terms_change", Who::Staff, &terms, json!({"rate": "0.2"})).await;
    let order = json!({"offer": side.id("offer"), "quantity": 1});
    side.made("order", Who::Resident, &at("/orders"), order.clone()).await;
    side.made("order/other", Who::Neighbour, &at("/orders"), order).await;
    let closing = json!({"community": side.unit(app, "")});
    side.who(Who::Staff).post(&at("/settlements/close"), &closing).await.expect(201);
    for (suffix, owner) in [("", Who::Owner), ("/other", Who::OtherOwner)] {
        let stated = side.who(owner).get(&at("/settlements")).await.expect(200);
        side.keep(&format!("settlement{suffix}"), &id_of(&stated["items"][0]));
    }
}

/// A funded budget, a rule in force and a draft, awards of two people, a change, a contribution and a reversal that wait.
pub(super) async fn points(app: &TestApp, side: &mut Side) {
    let body = json!({"community": side.unit(app, ""), "name": "志愿服务", "sponsor_unit": app.world.unit("S1"),
        "period_from": "2020-01-01", "period_to": "2120-12-31", "amount": "100"});
    let budget = side.made("budget", Who::Staff, &format!("{POINTS}/budgets"), body).await;
    side.done(Who::Second, &format!("{POINTS}/budgets/{budget}/approve")).await;
    let terms = json!({"name": "志愿服务积分", "budget": budget, "amount_per_unit": "5", "valid_from": "2020-01-01"});
    let rule = json!({"community": side.unit(app, ""), "kind": "volunteer_hours", "terms": terms});
    let in_force = id_of(&side.who(Who::Staff).post(&format!("{POINTS}/rules"), &rule).await.expect(201));
    side.done(Who::Second, &format!("{POINTS}/rules/{in_force}/approve")).await;
    let draft = json!({"community": side.unit(app, ""), "kind": "training", "terms": terms});
    side.made("rule", Who::Staff, &format!("{POINTS}/rules"), draft).await;
    for (suffix, who) in [("", Who::Resident), ("/other", Who::Neighbour)] {
        emit(app, side, who).await;
        let awards = side.who(who).get(&format!("{POINTS}/awards")).await.expect(200);
        side.keep(&format!("award{suffix}"), &id_of(&awards["items"][0]));
        let transaction = awards["items"][0]["transaction"].as_str().expect("a posted award").to_owned();
        side.keep(&format!("transaction{suffix}"), &transaction);
    }
    let change = side.who(Who::Staff).post(&format!("{POINTS}/budgets/{budget}/top-ups"), &json!({"amount": "5"})).await;
    let changes = change.expect(201)["changes"].as_array().cloned().unwrap_or_default();
    side.keep("change", &id_of(changes.last().expect("a change")));
    let done = json!({"community": side.unit(app, ""), "organization": side.id("organization"), "quantity": 1,
        "evidence": "免费理发", "occurred_at": now(app)});
    side.made("contribution", Who::Staff, &format!("{POINTS}/contributions"), done).await;
    let undo = format!("{POINTS}/transactions/{}/reverse", side.id("transaction/other"));
    side.made("reversal", Who::Staff, &undo, json!({"reason": "重复"})).await;
}

async fn emit(app: &TestApp, side: &Side, who: Who) {
    let event = Event {
        id: EventId::new(),
        kind: EventKind::VolunteerHours,
        community: side.unit(app, ""),
        beneficiary: Beneficiary::Person(side.who(who).person),
        occurred_at: now(app),
        quantity: 1,
        evidence: Evidence { noun: "participation".to_owned(), id: Uuid::now_v7() },
        approvers: vec![side.who(Who::Staff).person, side.who(Who::Second).person],
        project: None,
        budget: None,
    };
    let hand_in = move |mut tx: base::db::Tx<'_>| {
        points::emit(&mut tx, &event)?;
        tx.done(())
    };
    app.serving.parts.db.transaction(Context::operator(), hand_in).await.expect("an event");
    app.drain().await;
}

/// A project in each block with a shift, hours that wait, sign-ups and teams of two people.
pub(super) async fn volunteering(app: &TestApp, side: &mut Side) {
    let start = now(app) + Duration::minutes(20);
    for (block, suffix) in BLOCKS {
        let project = json!({"title": "护学岗", "about": "校门口", "kind": "safety", "grid_unit_id": side.unit(app, block),
            "organizer": {"person": side.who(Who::Staff).person}});
        let project = side.made(&format!("project{suffix}"), Who::Staff, &format!("{SERVICE}/projects"), project).await;
        side.done(Who::Staff, &format!("{SERVICE}/projects/{project}/open")).await;
        let shift = json!({"starts_at": start, "ends_at": start + Duration::hours(1), "place": "东门", "capacity": 9});
        let shifts = format!("{SERVICE}/projects/{project}/shifts");
        side.made(&format!("shift{suffix}"), Who::Staff, &shifts, shift).await;
        let hours = json!({"project_id": project, "person_id": side.who(Who::Neighbour).person,
            "date": base::clock::shanghai_date(now(app)), "half_hours": 2, "reason": "纸质签到表"});
        side.made(&format!("hours{suffix}"), Who::Staff, &format!("{SERVICE}/hours/manual"), hours).await;
    }
    let sign_ups = format!("{SERVICE}/shifts/{}/sign-ups", side.id("shift"));
    for (suffix, who) in [("", Who::Resident), ("/other", Who::Neighbour)] {
        side.made(&format!("sign_up{suffix}"), who, &sign_ups, json!({})).await;
        let team = json!({"name": format!("先锋队{suffix}"), "grid_unit_id": side.unit(app, "")});
        side.made(&format!("team{suffix}"), who, &format!("{SERVICE}/teams"), team).await;
    }
}

/// Something that waits and something refused in each block, of the resident and of the neighbour; a draft of a word list.
pub(super) async fn screening(app: &TestApp, side: &mut Side) {
    for ((block, suffix), who) in BLOCKS.into_iter().zip([Who::Resident, Who::Neighbour]) {
        let (author, place) = (side.who(who).person, format!("{}{block}/D1", side.path));
        let waiting = Verdict::Queue(Reason::NoOpenid.into());
        side.keep(&format!("item{suffix}"), &checked(app, author, &place, &waiting, "待看").await);
        let refused = Verdict::Refuse(Reason::Words.into());
        side.keep(&format!("item_refused{suffix}"), &checked(app, author, &place, &refused, "不行").await);
    }
    let list = json!({"community": side.unit(app, ""), "refused": ["赌博"], "doubtful": [], "note": "初版"});
    side.made("word_list", Who::Staff, "/api/v1/screening/word-lists", list).await;
}

/// A picture in each block, of the resident and of the neighbour.
pub(super) async fn pictures(app: &TestApp, side: &mut Side) {
    for ((block, suffix), who) in BLOCKS.into_iter().zip([Who::Resident, Who::Neighbour]) {
        let id = sent(side.who(who)).await;
        let (community, unit) = (side.unit(app, ""), side.unit(app, &format!("{block}/D1")));
        let about = About { noun: "request", id: Uuid::now_v7(), community, unit, public: false };
        let (file, owner) = (id.parse::<FileId>().expect("an id"), side.who(who).person);
        let hang = move |mut tx: base::db::Tx<'_>| -> Result<_, ApiError> {
            files::attach(&mut tx, &[file], owner, about)?;
            Ok(tx.done(())?)
        };
        app.serving.parts.db.transaction(Context::operator(), hang).await.expect("hung");
        side.keep(&format!("file{suffix}"), &id);
    }
}

/// A role, a row of the roster, a legal hold, an import.
pub(super) async fn staff(app: &TestApp, side: &mut Side) {
    let helper = app.actor(Role::BuildingHead, &format!("{}/E1/B1", side.path));
    let roles = side.who(Who::Staff).get(&format!("/api/v1/roles?person_id={}", helper.person)).await.expect(200);
    side.keep("role", &id_of(&roles["items"][0]));
    let entry = RosterEntry {
        key: side.path.to_owned(),
        phone: Phone::parse(&phone()).expect("a phone"),
        name: Some("工作人员甲".to_owned()),
        role: Role::GridWorker,
        unit: Some(side.unit(app, "/E1/B1")),
        organization: None,
        starts_at: DateTime::<Utc>::UNIX_EPOCH,
        ends_at: None,
    };
    let ring = std::sync::Arc::clone(&app.serving.parts.ring);
    let upsert = move |mut tx: base::db::Tx<'_>| -> Result<_, ApiError> {
        roster_upsert(&mut tx, &ring, &entry)?;
        Ok(tx.done(())?)
    };
    app.serving.parts.db.transaction(Context::operator(), upsert).await.expect("a row of the roster");
    let roster = side.who(Who::Staff).get("/api/v1/roster").await.expect(200);
    side.keep("roster", &id_of(&roster["items"][0]));
    let held = app.actor(Role::Resident, &format!("{}/E1/B1/D1", side.path));
    let hold = json!({"person": held.person, "reason": "协助函", "legal_basis": "民事诉讼法", "erase_after": false});
    let hold = app.actor(Role::Admin, "S1").post("/api/v1/legal-holds", &hold).await.expect(201);
    side.keep("legal_hold", &id_of(&hold));
    let file = format!("path,name\n{}/E1,小区\n", side.path);
    let upload = |request: reqwest::RequestBuilder| request.header("idempotency-key", Uuid::new_v4().to_string()).body(file);
    let report = side.who(Who::Staff).send(reqwest::Method::POST, "/api/v1/imports?kind=grid", upload).await.expect(200);
    side.keep("import", &id_of(&report));
}

/// An item of the duty list in force, and a draft.
pub(super) async fn duty_list(side: &mut Side, content: &Value) {
    for (noun, code) in [("duty_item", "B01-01"), ("duty_draft", "B01-02")] {
        let draft = json!({"community": side.id("community"), "code": code, "content": content});
        side.made(noun, Who::Staff, "/api/v1/governance/duty-drafts", draft).await;
    }
    side.done(Who::Second, &format!("/api/v1/governance/duty-drafts/{}/approve", side.id("duty_item"))).await;
    let asked = json!({"community": side.id("community")});
    side.made("starter_pack", Who::Staff, "/api/v1/governance/starter-packs", asked).await;
}

/// Published requests of a neighbour, one of which the resident joined, and a place that the resident follows.
pub(super) async fn neighbours(app: &TestApp, side: &mut Side) {
    for (noun, joiner) in [("published", None), ("joined", Some(Who::Resident)), ("joined/other", Some(Who::Second))] {
        let request = json!({"text": "路面有坑，雨天积水", "unit": side.unit(app, "/E1/B2/D1"), "public": true});
        let id = side.made(noun, Who::Neighbour, "/api/v1/governance/requests", request).await;
        crate::routes::governance::published(app, &id);
        if let Some(joiner) = joiner {
            let verb = if joiner == Who::Resident { "join" } else { "follow" };
            side.done(joiner, &format!("/api/v1/governance/requests/{id}/{verb}")).await;
        }
    }
    for (noun, who, below) in [("followed_place", Who::Resident, "/E1/B1"), ("followed_place/other", Who::Second, "/E1/B2")] {
        let unit = side.unit(app, below).to_string();
        side.keep(noun, &unit);
        side.who(who).post("/api/v1/governance/followed-places", &json!({"unit": unit})).await;
    }
}

/// A request whose clocks run, a turn of the on-call roster, and a unit's appeal against a figure.
pub(super) async fn clocks(app: &TestApp, side: &mut Side) {
    let request = json!({"text": "楼道里的灯坏了", "unit": side.unit(app, "/E1/B1/D1")});
    side.made("timed", Who::Resident, "/api/v1/governance/requests", request).await;
    let turn = json!({"community": side.unit(app, ""), "person": side.who(Who::Worker).person, "starts_at": now(app),
        "ends_at": now(app) + Duration::hours(8)});
    side.made("turn", Who::Staff, "/api/v1/governance/on-call", turn).await;
    let (lamps, handler) = unit(app, side.path, "路灯所");
    duty(app, side.path, "B09-01", "general_7d", Some(lamps));
    let held = file_at(app, side.who(Who::Resident), &format!("{}/E1/B1/D1", side.path), Some("B09-01")).await;
    let appeal = json!({"request": held["id"], "measure": "response", "wants": "exclude", "reason": "系统停机"});
    let appeal = handler.post("/api/v1/governance/kpis/appeals", &appeal).await.expect(201);
    side.keep("kpi_appeal", &id_of(&appeal));
}

/// Requests of two people in two blocks, in the queue and at two units; matters with the street both ways; a text for answers.
pub(super) async fn requests(app: &TestApp, side: &mut Side) {
    for (block, suffix, who) in [("/E1/B1", "", Who::Resident), ("/E1/B2", "/other", Who::Neighbour)] {
        let unit = requests::unit_at(app, side.path, "责任单位");
        if suffix.is_empty() {
            side.people.insert(Who::Handler, requests::handler_of(app, unit));
        }
        let lamp = json!({"text": "路灯不亮", "unit": side.unit(app, &format!("{block}/D1"))});
        side.made(&format!("case{suffix}"), who, requests::REQUESTS, lamp.clone()).await;
        let handled = side.made(&format!("handled{suffix}"), who, requests::REQUESTS, lamp).await;
        let path = format!("{}/{handled}/dispatch", requests::REQUESTS);
        side.who(Who::Staff).post(&path, &json!({"organization": unit})).await.expect(200);
    }
    let matter = json!({"community": side.id("community"), "title": "缺人手", "text": "请支援"});
    let matters = "/api/v1/governance/matters";
    side.made("matter", Who::Staff, &format!("{matters}/raise"), matter.clone()).await;
    side.made("directive", Who::Street, &format!("{matters}/direct"), matter).await;
    let template = json!({"community": side.id("community"), "code": "T1", "template": {"title": "已修复", "outcome": "solved", "text": "已修复"}});
    side.made("template", Who::Staff, "/api/v1/governance/reply-templates", template).await;
}
