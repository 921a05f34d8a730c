//! The duty list: drafts of one person, approved by another, versions that never change, a public log.

use base::ids::GridUnitId;
use governance::duty_list;
use people::grid::GridPath;
use people::identity::Role;
use serde_json::{Value, json};

use super::{one_household, organization};
use crate::support::{Actor, TestApp};

const ITEMS: &str = "/api/v1/governance/duty-items";
const DRAFTS: &str = "/api/v1/governance/duty-drafts";

struct Duty {
    app: TestApp,
    asks: Actor,
    approves: Actor,
    community: GridUnitId,
}

impl Duty {
    async fn start() -> Self {
        let app = TestApp::start().await;
        let (asks, approves, community) = (app.staff(), app.staff(), app.world.unit("S1/C1"));
        Self { app, asks, approves, community }
    }

    fn content(title: &str) -> Value {
        json!({
            "major": "供水", "middle": "停水", "title": title, "deadline_class": "utility_24h", "legal_basis": "《城市供水条例》",
            "lead_hint": "供水单位", "synonyms": ["没水", "断水", "没水"], "reason": "街道统一要求",
            "questions": [{"key": "floors", "text": "影响几层？", "kind": "number", "required": true},
                {"key": "where", "text": "在哪里？", "kind": "choice", "choices": ["整栋", "本户"]}],
        })
    }

    async fn draft(&self, code: &str, content: &Value) -> Value {
        let body = json!({"community": self.community, "code": code, "content": content});
        self.asks.post(DRAFTS, &body).await.expect(201)
    }

    async fn in_force(&self, code: &str, content: &Value) -> String {
        let id = id_of(&self.draft(code, content).await);
        self.approves.post(&format!("{DRAFTS}/{id}/approve"), &json!({})).await.expect(200);
        id
    }
}

fn id_of(view: &Value) -> String {
    view["id"].as_str().expect("an id").to_owned()
}

#[actix_web::test]
async fn a_draft_is_edited_with_its_version_and_approved_by_another_person() {
    let duty = Duty::start().await;
    let draft = duty.draft("B01-01", &Duty::content("停水")).await;
    assert_eq!((&draft["item"]["state"], &draft["item"]["version"]), (&json!("draft"), &json!(1)));
    assert_eq!(draft["item"]["synonyms"], json!(["断水", "没水"]), "each word once");
    let path = format!("{DRAFTS}/{}", id_of(&draft));
    let resident = duty.app.resident();
    resident.get(&format!("{ITEMS}/{}", id_of(&draft))).await.problem(404, "not_found");
    resident.get(&path).await.problem(403, "forbidden");

    let read = duty.asks.get(&path).await;
    let edited = duty.asks.put(&path, read.header("etag"), &Duty::content("停水抢修")).await;
    assert_eq!(edited.expect(200)["item"]["title"], "停水抢修");
    duty.asks.put(&path, read.header("etag"), &Duty::content("停水")).await.problem(412, "precondition_failed");

    let approve = format!("{path}/approve");
    duty.asks.post(&approve, &json!({})).await.problem(403, "own_interest");
    let in_force = duty.approves.post(&approve, &json!({})).await.expect(200);
    assert_eq!(in_force["item"]["state"], "in_force");
    duty.asks.put(&path, edited.header("etag"), &Duty::content("停水")).await.problem(409, "duty_not_draft");
    duty.approves.post(&approve, &json!({})).await.problem(409, "duty_not_draft");
    let shown = resident.get(&format!("{ITEMS}/{}", id_of(&draft))).await.expect(200);
    assert_eq!(shown["summary"], "停水抢修：供水单位牵头，24 小时（水电气暖）");
}

#[actix_web::test]
async fn whoever_edits_a_draft_does_not_approve_it_and_the_author_may_withdraw_it() {
    let duty = Duty::start().await;
    let path = format!("{DRAFTS}/{}", id_of(&duty.draft("B01-01", &Duty::content("停水")).await));
    duty.approves.put(&path, "\"1\"", &Duty::content("停水")).await.expect(200);
    duty.approves.post(&format!("{path}/approve"), &json!({})).await.problem(403, "own_interest");
    let withdrawn = duty.approves.post(&format!("{path}/refuse"), &json!({})).await.expect(200);
    assert_eq!(withdrawn["item"]["state"], "refused");
    duty.asks.post(&format!("{path}/approve"), &json!({})).await.problem(409, "duty_not_draft");
    let waiting = duty.asks.get(DRAFTS).await.expect(200);
    assert_eq!(waiting["items"], json!([]));
}

#[actix_web::test]
async fn a_new_version_ends_the_one_before_and_the_log_says_why() {
    let duty = Duty::start().await;
    let first = duty.in_force("B01-01", &Duty::content("停水")).await;
    let mut next = Duty::content("停水抢修");
    next["reason"] = json!("名称更准确");
    let second = duty.in_force("B01-01", &next).await;
    let resident = duty.app.resident();
    let old = resident.get(&format!("{ITEMS}/{first}")).await.expect(200);
    assert_eq!((&old["state"], &old["title"]), (&json!("ended"), &json!("停水")));
    let list = resident.get(ITEMS).await.expect(200);
    assert_eq!((list["items"].as_array().map(Vec::len), &list["items"][0]["id"]), (Some(1), &json!(second)));

    let asked = duty.asks.post(&format!("{ITEMS}/{second}/end"), &json!({"reason": "并入其他事项"})).await.expect(201);
    assert_eq!(asked["ending"], true);
    assert_eq!(resident.get(&format!("{ITEMS}/{second}")).await.expect(200)["state"], "in_force", "one person ends nothing");
    let path = format!("{DRAFTS}/{}", id_of(&asked));
    duty.asks.put(&path, "\"1\"", &Duty::content("停水")).await.problem(409, "duty_ending");
    duty.asks.post(&format!("{path}/approve"), &json!({})).await.problem(403, "own_interest");
    duty.approves.post(&format!("{path}/approve"), &json!({})).await.expect(200);
    assert_eq!(resident.get(ITEMS).await.expect(200)["items"], json!([]));
    duty.asks.post(&format!("{ITEMS}/{second}/end"), &json!({"reason": "再次"})).await.problem(409, "duty_not_in_force");

    let log = resident.get("/api/v1/governance/duty-changes").await.expect(200);
    let log: Vec<(&str, &str)> = log["items"]
        .as_array()
        .expect("lines")
        .iter()
        .map(|line| (line["kind"].as_str().unwrap_or_default(), line["reason"].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(log, [("ended", "并入其他事项"), ("changed", "名称更准确"), ("added", "街道统一要求")]);
}

#[actix_web::test]
async fn a_decided_version_is_kept_by_the_database_too() {
    use diesel::RunQueryDsl as _;
    let duty = Duty::start().await;
    duty.in_force("B01-01", &Duty::content("停水")).await;
    let rewrite = "UPDATE duty_items SET deadline_class = 'danger_2h'";
    let refused = diesel::sql_query(rewrite).execute(&mut duty.app.owner()).expect_err("the trigger holds");
    assert!(refused.to_string().contains("never changes"), "{refused}");
}

#[actix_web::test]
async fn a_part_of_the_community_may_have_another_lead() {
    let duty = Duty::start().await;
    let (app, community) = (&duty.app, duty.community);
    let estate = app.world.unit("S1/C1/E1");
    let company = organization(app, "property", "甲物业", "P1", community);
    duty.in_force("A01-01", &Duty::content("楼道照明")).await;
    let mut own = Duty::content("楼道照明");
    own["jurisdiction"] = json!(estate);
    own["lead"] = json!(company);
    duty.in_force("A01-01", &own).await;
    let connection = &mut app.owner();
    let at = |path: &str, connection: &mut diesel::PgConnection| {
        duty_list::in_force_at(connection, community, "A01-01", &GridPath::new(path)).unwrap().map(|item| item.lead)
    };
    assert_eq!(at("S1/C1/E1/B1", connection), Some(Some(company)));
    assert_eq!(at("S1/C1", connection), Some(None));
    assert_eq!(at("S1/C2/E1", connection), None);
    assert_eq!(duty_list::in_force(connection, community, "A01-01").unwrap().map(|item| item.jurisdiction), Some(community));
    assert_eq!(duty_list::all_in_force(connection, community).unwrap().len(), 2);
}

#[actix_web::test]
async fn lists_are_filtered_paged_and_never_another_communitys() {
    let duty = Duty::start().await;
    for (code, title) in [("A01-01", "电梯故障"), ("A01-02", "门禁损坏"), ("B01-01", "停水")] {
        let mut content = Duty::content(title);
        content["major"] = json!(if code.starts_with('A') { "物业管理" } else { "供水" });
        duty.in_force(code, &content).await;
    }
    let resident = duty.app.resident();
    for (query, count) in [
        ("category=A", 2),
        ("category=A01-02", 1),
        ("q=%E5%81%9C", 3),
        ("q=%25", 0),
        ("q=%E6%96%AD%E6%B0%B4", 3),
        ("q=%E7%94%B5%E6%A2%AF", 1),
    ] {
        let found = resident.get(&format!("{ITEMS}?{query}")).await.expect(200);
        assert_eq!(found["items"].as_array().map(Vec::len), Some(count), "{query}: {found}");
    }
    let first = resident.get(&format!("{ITEMS}?limit=2")).await.expect(200);
    let next = format!("{ITEMS}?limit=2&cursor={}", first["next_cursor"].as_str().expect("another page"));
    assert_eq!(resident.get(&next).await.expect(200)["items"][0]["code"], "B01-01");
    let there = duty.app.actor(Role::CommunityStaff, "S1/C2");
    assert_eq!(there.get(ITEMS).await.expect(200)["items"], json!([]), "each community has its own");
    let body = json!({"community": duty.community, "code": "B01-01", "content": Duty::content("停水")});
    there.post(DRAFTS, &body).await.problem(404, "not_found");
}

#[actix_web::test]
async fn bad_drafts_are_refused_with_their_field() {
    let duty = Duty::start().await;
    let there = organization(&duty.app, "property", "乙物业", "P2", duty.app.world.unit("S1/C2"));
    let question = |kind: &str, choices: Value| json!([{"key": "a", "text": "？", "kind": kind, "choices": choices}]);
    for (field, value, pointer) in [
        ("jurisdiction", json!(duty.app.world.unit("S1/C2/E1")), "/content/jurisdiction"),
        ("lead", json!(there), "/content/lead"),
        ("co_units", json!([there]), "/content/co_units"),
        ("deadline_class", json!("tomorrow"), "/content/deadline_class"),
        ("questions", question("choice", json!(["一"])), "/content/questions"),
        ("questions", question("text", json!(["一", "二"])), "/content/questions"),
        ("title", json!(""), "/content/title"),
    ] {
        let mut content = Duty::content("停水");
        content[field] = value;
        let body = json!({"community": duty.community, "code": "B01-01", "content": content});
        let refused = duty.asks.post(DRAFTS, &body).await.expect(422);
        assert_eq!(refused["errors"][0]["pointer"], pointer, "{field}: {refused}");
    }
    let body = json!({"community": duty.community, "code": "b1", "content": Duty::content("停水")});
    assert_eq!(duty.asks.post(DRAFTS, &body).await.expect(422)["errors"][0]["pointer"], "/code");
}

#[actix_web::test]
async fn two_persons_of_one_household_do_not_make_a_duty() {
    let duty = Duty::start().await;
    one_household(&duty.app, &[&duty.asks, &duty.approves]);
    let id = id_of(&duty.draft("B01-01", &Duty::content("停水")).await);
    duty.approves.post(&format!("{DRAFTS}/{id}/approve"), &json!({})).await.problem(403, "own_interest");
}

async fn upload(actor: &Actor, query: &str, bytes: Vec<u8>) -> crate::support::Reply {
    upload_with(actor, query, &uuid::Uuid::new_v4().to_string(), bytes).await
}

async fn upload_with(actor: &Actor, query: &str, key: &str, bytes: Vec<u8>) -> crate::support::Reply {
    let path = format!("/api/v1/governance/duty-list/import?{query}");
    actor
        .send(reqwest::Method::POST, &path, |request| {
            request.header("idempotency-key", key).header("content-type", "application/octet-stream").body(bytes)
        })
        .await
}

fn counts(report: &Value) -> [i64; 4] {
    ["rows", "drafts", "unchanged", "refused"].map(|name| report[name].as_i64().unwrap_or(-1))
}

#[actix_web::test]
async fn a_file_becomes_drafts_and_what_is_exported_says_nothing_new() {
    let duty = Duty::start().await;
    organization(&duty.app, "property", "甲物业", "P1", duty.community);
    let file = "编码,大类,中类,事项,辖区编码,牵头单位编码,时限,受理提问,同义词\n\
        A01-01,物业,设备,电梯,,P1,general_7d,floor*|number|几层？,电梯坏；停梯\n\
        A01-01,物业,设备,电梯,S1/C1/E1,P1,7 个工作日,,\n\
        A01-02,物业,设备,门禁,,P9,general_7d,,\n\
        A01-03,物业,设备,路灯,S1/C2/E1,,general_7d,,\n\
        A01-04,物业,设备,=1+1,,,general_7d,,\n\
        a1,物业,设备,门,,,general_7d,,\n\
        A01-05,物业,设备,门,,,明天,,\n\
        A01-01,物业,设备,又一次,,,general_7d,,\n";
    let query = format!("community={}", duty.community);
    let dry = upload(&duty.asks, &format!("{query}&dry_run=true"), file.into()).await.expect(200);
    assert_eq!(counts(&dry), [8, 2, 0, 6], "{dry:#}");
    let codes: Vec<&str> = dry["errors"].as_array().expect("errors").iter().filter_map(|error| error["code"].as_str()).collect();
    assert_eq!(codes, ["unknown_organization", "unknown_unit", "formula", "wrong_form", "wrong_form", "twice_in_file"]);
    assert_eq!(duty.asks.get(DRAFTS).await.expect(200)["items"], json!([]), "a trial writes nothing");
    let real = upload(&duty.asks, &query, file.into()).await.expect(200);
    assert_eq!(counts(&real), counts(&dry));
    let again = upload(&duty.asks, &query, file.into()).await.expect(200);
    assert_eq!(counts(&again), [8, 0, 2, 6], "no doubles");

    let waiting = duty.asks.get(DRAFTS).await.expect(200);
    let ids: Vec<&Value> = waiting["items"].as_array().expect("drafts").iter().map(|draft| &draft["id"]).collect();
    let all = json!({"drafts": ids});
    duty.asks.post(&format!("{DRAFTS}/approvals"), &all).await.problem(403, "own_interest");
    let approved = duty.approves.post(&format!("{DRAFTS}/approvals"), &all).await.expect(200);
    assert_eq!(approved["approved"], 2);
    let export = duty.app.resident();
    let (token, url) = (export.token.clone().expect("a token"), format!("{}/api/v1/governance/duty-list/export", duty.app.url));
    let sheet = duty.app.client.get(url).bearer_auth(token).send().await.expect("an answer").bytes().await.expect("a file");
    let back = upload(&duty.asks, &query, sheet.to_vec()).await.expect(200);
    assert_eq!(counts(&back), [2, 0, 2, 0], "{back:#}");
    upload(&duty.asks, &query, b"PK\x03\x04 nonsense".to_vec()).await.problem(422, "import_file_unreadable");
    let there = duty.app.actor(Role::CommunityStaff, "S1/C2");
    upload(&there, &query, file.into()).await.problem(404, "not_found");
}

#[actix_web::test]
async fn the_same_import_again_is_the_same_answer() {
    let duty = Duty::start().await;
    organization(&duty.app, "property", "甲物业", "P1", duty.community);
    let file = |code: &str| {
        format!("编码,大类,中类,事项,辖区编码,牵头单位编码,时限,受理提问,同义词\n{code},物业,设备,电梯,,P1,general_7d,,\n")
    };
    let query = format!("community={}", duty.community);
    let send = async |code: &str| upload_with(&duty.asks, &query, "duties-of-the-year", file(code).into_bytes()).await;
    let (first, again) = (send("A01-01").await, send("A01-01").await);
    assert_eq!(counts(&first.expect(200)), [1, 1, 0, 0]);
    assert_eq!((again.header("idempotency-replayed"), again.expect(200)), ("true", first.expect(200)));
    send("A01-02").await.problem(422, "idempotency_key_reused");
}
