//! The check of public texts and pictures: words, WeChat, people, objections.

use base::db::Context;
use base::error::ApiError;
use base::ids::PersonId;
use people::identity::Role;
use people::screening::{self, Reason, Subject, Verdict, check_text};
use serde_json::{Value, json};
use uuid::Uuid;

use super::files::{deliver_pushes, sent};
use super::{trouble, with_phone};
use crate::support::{Actor, TestApp};

const ITEMS: &str = "/api/v1/screening/items";
const LISTS: &str = "/api/v1/screening/word-lists";

/// What the check says of a text of C1.
async fn check(app: &TestApp, person: Option<PersonId>, text: &str) -> Verdict {
    let screener = app.serving.parts.screener().of(app.world.unit("S1/C1"));
    check_text(&screener, person, text).await.expect("a verdict")
}

fn reason(verdict: &Verdict) -> Option<Reason> {
    match verdict {
        Verdict::Publish => None,
        Verdict::Queue(why) | Verdict::Refuse(why) => Some(why.reason),
    }
}

fn is_queued(verdict: &Verdict, why: Reason) -> bool {
    matches!(verdict, Verdict::Queue(_)) && reason(verdict) == Some(why)
}

/// Records a check at a place below C1 or C2, as a noun would; answers the item's id.
pub(crate) async fn checked(app: &TestApp, author: PersonId, place: &str, verdict: &Verdict, text: &str) -> String {
    let community: Vec<&str> = place.split('/').take(2).collect();
    let (community, unit) = (app.world.unit(&community.join("/")), app.world.unit(place));
    let subject = Subject { noun: "file", id: Uuid::new_v4(), community, unit, author: Some(author) };
    let (verdict, text) = (verdict.clone(), text.to_owned());
    let work = move |mut tx: base::db::Tx<'_>| -> Result<_, ApiError> {
        let id = screening::submit(&mut tx, subject, &verdict, &text)?;
        Ok(tx.done(id)?)
    };
    app.serving.parts.db.transaction(Context::operator(), work).await.expect("recorded").to_string()
}

async fn queued(app: &TestApp, author: &Actor, place: &str) -> String {
    checked(app, author.person, place, &Verdict::Queue(Reason::NoOpenid.into()), "楼下太吵").await
}

/// Staff of C1 write a list, another puts it in force.
async fn list_in_force(app: &TestApp, community: Option<&str>, refused: &[&str], doubtful: &[&str]) {
    let (writer, second) = match community {
        Some(_) => (app.staff(), app.staff()),
        None => (app.street(), app.street()),
    };
    let community = community.map(|path| app.world.unit(path));
    let body = json!({"community": community, "refused": refused, "doubtful": doubtful, "note": "测试"});
    let list = writer.post(LISTS, &body).await.expect(201);
    let approve = format!("{LISTS}/{}/approve", list["id"].as_str().expect("an id"));
    assert_eq!(second.post(&approve, &json!({})).await.expect(200)["state"], "in_force");
}

#[actix_web::test]
async fn wechat_decides_and_whatever_it_cannot_tell_waits_for_a_person() {
    let app = TestApp::start().await;
    let me = with_phone(&app, "甲", "19900000001").await;
    let author = Some(me.person);
    assert_eq!(check(&app, author, "三号楼路灯坏了").await, Verdict::Publish);
    assert!(is_queued(&check(&app, author, "存疑样例").await, Reason::WeChatInDoubt));
    let risky = check(&app, author, "违规样例").await;
    assert!(
        matches!(&risky, Verdict::Refuse(why) if why.reason == Reason::WeChatRisky && why.label == Some(20006) && why.trace.is_some())
    );
    // A long text is asked about in parts; the worst counts.
    let long = format!("{}违规样例", "长".repeat(4_000));
    assert_eq!(reason(&check(&app, author, &long).await), Some(Reason::WeChatRisky));
    assert!(is_queued(&check(&app, None, "匿名").await, Reason::NoOpenid), "nobody to ask about");
    assert!(is_queued(&check(&app, Some(app.resident().person), "无微信").await, Reason::NoOpenid));
    trouble(&app, &json!({"inactive_percent": 100})).await;
    assert!(is_queued(&check(&app, author, "好").await, Reason::AuthorInactive));
    for down in [
        json!({"down": "unavailable", "only_path": "/wxa/msg_sec_check"}),
        json!({"garbage": {"errcode": 45009}, "only_path": "/wxa/msg_sec_check"}),
        json!({"garbage": "wrong_type", "only_path": "/wxa/msg_sec_check"}),
    ] {
        trouble(&app, &down).await;
        assert!(is_queued(&check(&app, author, "好").await, Reason::WeChatUnavailable), "{down}");
    }
}

#[actix_web::test]
async fn a_silent_wechat_holds_a_text_for_seconds_and_then_not_at_all() {
    let app = TestApp::start().await;
    let me = with_phone(&app, "甲", "19900000001").await;
    trouble(&app, &json!({"slow_ms": 60_000, "only_path": "/wxa/msg_sec_check"})).await;
    let mut times = Vec::new();
    for _ in 0..6 {
        let begun = std::time::Instant::now();
        assert!(is_queued(&check(&app, Some(me.person), "好").await, Reason::WeChatUnavailable));
        times.push(begun.elapsed());
    }
    let longest = times.iter().max().expect("some");
    assert!(*longest < std::time::Duration::from_secs(10), "two seconds and what this machine adds: {times:?}");
    assert!(times[5] < times[0] / 2, "its breaker is open: {times:?}");
}

#[actix_web::test]
async fn words_of_both_lists_are_found_however_they_are_written() {
    let app = TestApp::start().await;
    let me = with_phone(&app, "甲", "19900000001").await;
    let author = Some(me.person);
    list_in_force(&app, None, &["赌博"], &[]).await;
    list_in_force(&app, Some("S1/C1"), &["casino"], &["办证"]).await;
    for hidden in ["来赌博", "赌\u{200B}博", "赌 * 博", "ＣＡＳＩＮＯ", "саѕіnо", "c a s i n o"] {
        let verdict = check(&app, author, hidden).await;
        assert!(
            matches!(&verdict, Verdict::Refuse(why) if why.reason == Reason::Words && why.words.len() == 1),
            "{hidden}: {verdict:?}"
        );
    }
    assert!(is_queued(&check(&app, author, "办-证").await, Reason::Words));
    assert_eq!(reason(&check(&app, author, "办证 违规样例").await), Some(Reason::WeChatRisky), "the worse of both");
    for fine in ["三号楼路灯坏了，请尽快修理。", "请问居住证在哪里办？证件照要几寸？", "occasion"]
    {
        assert_eq!(check(&app, author, fine).await, Verdict::Publish, "{fine}");
    }
    let elsewhere = app.serving.parts.screener().of(app.world.unit("S1/C2"));
    assert_eq!(check_text(&elsewhere, author, "casino").await.expect("a verdict"), Verdict::Publish);
    // A new version replaces the old one at once.
    list_in_force(&app, Some("S1/C1"), &["斗狗"], &[]).await;
    assert_eq!(check(&app, author, "casino").await, Verdict::Publish);
    assert_eq!(reason(&check(&app, author, "斗狗").await), Some(Reason::Words));
}

#[actix_web::test]
async fn a_list_takes_two_people_and_the_installations_is_the_streets() {
    let app = TestApp::start().await;
    let staff = app.staff();
    let community = app.world.unit("S1/C1");
    let draft = |community: Value| json!({"community": community, "refused": ["赌博"], "doubtful": [], "note": "初版"});
    let list = staff.post(LISTS, &draft(json!(community))).await.expect(201);
    assert_eq!((list["version"].as_i64(), list["state"].as_str()), (Some(1), Some("draft")));
    let me = with_phone(&app, "甲", "19900000001").await;
    assert_eq!(check(&app, Some(me.person), "赌博").await, Verdict::Publish, "a draft does nothing");
    let path = format!("{LISTS}/{}", list["id"].as_str().expect("an id"));
    staff.post(&format!("{path}/approve"), &json!({})).await.problem(403, "own_affair");
    app.actor(Role::CommunityStaff, "S1/C2").post(&format!("{path}/approve"), &json!({})).await.problem(404, "not_found");
    let second = app.staff();
    second.post(&format!("{path}/approve"), &json!({})).await.expect(200);
    second.post(&format!("{path}/approve"), &json!({})).await.problem(409, "word_list_state");
    staff.post(LISTS, &draft(Value::Null)).await.problem(403, "forbidden");
    app.street().post(LISTS, &draft(Value::Null)).await.expect(201);
    let short = json!({"community": community, "refused": ["赌博", "赌 "], "doubtful": [], "note": "x"});
    let refused = staff.post(LISTS, &short).await.problem(422, "word_too_short");
    assert_eq!(refused["errors"][0]["pointer"], "/refused/1");
    let all = staff.get(LISTS).await.expect(200);
    assert_eq!(all["items"].as_array().map(Vec::len), Some(2));
    assert_eq!(all["items"][0]["refused"].as_array().map(Vec::len), Some(0), "lists leave the words out");
    assert_eq!(staff.get(&path).await.expect(200)["refused"][0], "赌博");
    let trial = staff.get(&format!("{path}/trial")).await.expect(200);
    assert!(trial["nouns"].is_array() && trial["summary"].is_string());
}

#[actix_web::test]
async fn the_queue_is_the_workers_of_the_place_and_nobody_decides_on_their_own() {
    let app = TestApp::start().await;
    let author = app.resident();
    let first = queued(&app, &author, "S1/C1/E1/B1/D1").await;
    let second = queued(&app, &author, "S1/C1/E1/B1/D2").await;
    let other_block = queued(&app, &author, "S1/C1/E1/B2/D1").await;
    queued(&app, &author, "S1/C2/E1/B1/D1").await;
    let worker = app.grid_worker();
    let ids = |page: &Value| -> Vec<String> {
        let items = page["items"].as_array().expect("items");
        items.iter().map(|item| item["id"].as_str().expect("an id").to_owned()).collect()
    };
    let page = worker.get(&format!("{ITEMS}?limit=1")).await.expect(200);
    assert_eq!(ids(&page), std::slice::from_ref(&first), "the oldest first");
    let cursor = page["next_cursor"].as_str().expect("another page").to_owned();
    assert_eq!(ids(&worker.get(&format!("{ITEMS}?limit=1&cursor={cursor}")).await.expect(200)), std::slice::from_ref(&second));
    assert_eq!(ids(&app.staff().get(ITEMS).await.expect(200)).len(), 3);
    worker.get(&format!("{ITEMS}?state=published")).await.problem(422, "invalid_query");
    let home = worker.get("/api/v1/me/home").await.expect(200);
    let todo = home["items"].as_array().expect("items").iter().find(|item| item["kind"] == "screening").expect("a to-do");
    assert_eq!(todo["summary"], "有 2 条内容等待人工审核");
    worker.post(&format!("{ITEMS}/{other_block}/publish"), &json!({})).await.problem(404, "not_found");
    app.grant(&author, Role::GridWorker, Some(app.world.unit("S1/C1/E1/B1")), None);
    author.post(&format!("{ITEMS}/{first}/publish"), &json!({})).await.problem(403, "own_affair");
    let refuse = format!("{ITEMS}/{first}/refuse");
    worker.post(&refuse, &json!({"reason": "other"})).await.problem(422, "screening_note_missing");
    worker.post(&refuse, &json!({"reason": "nonsense"})).await.problem(422, "invalid_field");
    assert_eq!(worker.post(&refuse, &json!({"reason": "privacy"})).await.expect(200)["state"], "refused");
    app.grid_worker().post(&format!("{ITEMS}/{first}/publish"), &json!({})).await.problem(409, "screening_state");
    assert_eq!(worker.post(&format!("{ITEMS}/{second}/publish"), &json!({})).await.expect(200)["state"], "published");
    let inbox = author.get("/api/v1/me/inbox").await.expect(200);
    let told: Vec<&str> = inbox["items"].as_array().expect("items").iter().filter_map(|item| item["kind"].as_str()).collect();
    assert_eq!(told, ["screening_published", "screening_refused"]);
    assert!(inbox["items"][1]["body"].as_str().expect("a text").contains("泄露他人隐私"));
}

#[actix_web::test]
async fn an_objection_is_heard_once_and_by_somebody_else() {
    let app = TestApp::start().await;
    let (author, staff, other) = (app.resident(), app.staff(), app.staff());
    let id = queued(&app, &author, "S1/C1/E1/B1/D1").await;
    let path = format!("{ITEMS}/{id}");
    let appeal = json!({"text": "这是事实"});
    author.post(&format!("{path}/appeal"), &appeal).await.problem(409, "screening_state");
    staff.post(&format!("{path}/refuse"), &json!({"reason": "untrue"})).await.expect(200);
    app.resident().post(&format!("{path}/appeal"), &appeal).await.problem(404, "not_found");
    assert_eq!(author.post(&format!("{path}/appeal"), &appeal).await.expect(200)["state"], "appealed");
    author.post(&format!("{path}/appeal"), &appeal).await.problem(409, "screening_state");
    let decide = json!({"publish": false, "note": "核实后仍不实"});
    staff.post(&format!("{path}/appeal/decide"), &decide).await.problem(403, "screening_same_worker");
    app.grid_worker().post(&format!("{path}/appeal/decide"), &decide).await.problem(403, "forbidden");
    other.post(&format!("{path}/publish"), &json!({})).await.problem(409, "screening_state");
    assert_eq!(other.post(&format!("{path}/appeal/decide"), &decide).await.expect(200)["state"], "upheld");
    let mine = author.get("/api/v1/me/screening").await.expect(200);
    assert_eq!(
        (mine["items"][0]["state"].as_str(), mine["items"][0]["appeal_note"].as_str()),
        (Some("upheld"), Some("核实后仍不实"))
    );
    author.post(&format!("{path}/appeal"), &appeal).await.problem(409, "screening_state");
    // The other way: what the check refused is shown after all.
    let words = Verdict::Refuse(screening::Why { words: vec!["赌博".to_owned()], ..Reason::Words.into() });
    let id = checked(&app, author.person, "S1/C1/E1/B1/D1", &words, "反对赌博").await;
    let seen = author.get(&format!("{ITEMS}/{id}")).await.expect(200);
    assert_eq!((seen["reason"].as_str(), seen["words"].as_array().map(Vec::len)), (Some("words"), Some(0)), "not which words");
    author.post(&format!("{ITEMS}/{id}/appeal"), &appeal).await.expect(200);
    assert_eq!(staff.get(&format!("{ITEMS}?state=appealed")).await.expect(200)["items"][0]["words"][0], "赌博");
    let decide = json!({"publish": true, "note": "宣传内容"});
    assert_eq!(other.post(&format!("{ITEMS}/{id}/appeal/decide"), &decide).await.expect(200)["state"], "published");
}

#[actix_web::test]
async fn a_picture_that_wechat_doubts_goes_through_the_queue() {
    let app = TestApp::start().await;
    let me = with_phone(&app, "甲", "19900000001").await;
    trouble(&app, &json!({"pictures": "review"})).await;
    let (kept, refused) = (sent(&me).await, sent(&me).await);
    super::files::hang(&app, &[&kept], me.person, Uuid::new_v4()).await.expect("hung before the verdict");
    app.drain().await;
    deliver_pushes(&app).await;
    super::files::hang(&app, &[&refused], me.person, Uuid::new_v4()).await.expect("hung after it");
    let worker = app.grid_worker();
    let queue = worker.get(ITEMS).await.expect(200);
    let subjects: Vec<&str> =
        queue["items"].as_array().expect("items").iter().filter_map(|item| item["subject"].as_str()).collect();
    assert_eq!(subjects, [&kept, &refused]);
    let link = queue["items"][1]["link"].as_str().expect("a link").to_owned();
    let look = worker.get(&link).await.expect(200);
    assert_eq!(app.anonymous().get(look["url"].as_str().expect("a link")).await.status, 200, "the worker sees it");
    for (at, verb, body, state) in [(0, "publish", json!({}), "clean"), (1, "refuse", json!({"reason": "privacy"}), "refused")] {
        let id = queue["items"][at]["id"].as_str().expect("an id");
        worker.post(&format!("{ITEMS}/{id}/{verb}"), &body).await.expect(200);
        let file = if at == 0 { &kept } else { &refused };
        assert_eq!(me.get(&format!("/api/v1/files/{file}")).await.expect(200)["check"], state);
    }
    // The link that was given to show it has died with the refusal; the one to decide on an objection works.
    let own = me.get(&format!("/api/v1/files/{refused}")).await.expect(200);
    assert!(own["url"].is_null());
    let look = worker.get(&link).await.expect(200);
    assert_eq!(app.anonymous().get(look["url"].as_str().expect("a link")).await.status, 200);
}

#[actix_web::test]
async fn a_closed_account_leaves_items_without_author_and_text() {
    use diesel::prelude::*;
    let app = TestApp::start().await;
    let me = with_phone(&app, "甲", "19900000001").await;
    queued(&app, &me, "S1/C1/E1/B1/D1").await;
    let export = me.get("/api/v1/me/export").await.expect(200);
    assert_eq!(export["screening"]["checked"][0]["text"], "楼下太吵");
    me.post("/api/v1/me/close", &json!({"code": super::login_code(&app, "甲").await})).await.expect(204);
    app.drain().await;
    let left = diesel::sql_query("SELECT 1 FROM screening_items WHERE author_id IS NOT NULL OR text IS NOT NULL");
    assert_eq!(left.execute(&mut app.owner()).expect("a query"), 0);
}
