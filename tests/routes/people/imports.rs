//! Imports by upload and by the operator.

use std::fmt::Write as _;
use std::time::Instant;

use people::community::import::ImportKind;
use people::community::import::samples::samples;
use reqwest::Method;
use serde_json::{Value, json};

use super::{operator_imports, sample_community, with_phone};
use crate::support::{Actor, Reply, TestApp};

async fn upload(actor: &Actor, kind: &str, query: &str, key: &str, bytes: impl Into<Vec<u8>>) -> Reply {
    let bytes = bytes.into();
    actor
        .send(Method::POST, &format!("/api/v1/imports?kind={kind}{query}"), |request| {
            request.header("idempotency-key", key).header("content-type", "application/octet-stream").body(bytes)
        })
        .await
}

fn counts(report: &Value) -> [i64; 5] {
    ["rows", "created", "changed", "unchanged", "refused"].map(|name| report[name].as_i64().unwrap_or(-1))
}

#[actix_web::test]
async fn every_sample_imports_once_and_a_second_time_changes_nothing() {
    let app = TestApp::start().await;
    let sample = samples("imp1").unwrap();
    for file in &sample.files {
        let first = operator_imports(&app, file.kind, file.bytes.clone(), false).await;
        let [rows, created, changed, unchanged, refused] = counts(&first);
        assert!(rows > 0 && created == rows && changed + unchanged + refused == 0, "{}: {first:#}", file.name);
        let second = operator_imports(&app, file.kind, file.bytes.clone(), false).await;
        assert_eq!(counts(&second), [rows, 0, 0, rows, 0], "{}", file.name);
    }
}

#[actix_web::test]
async fn a_dry_run_names_the_bad_rows_and_writes_nothing() {
    let app = TestApp::start().await;
    let sample = samples("imp2").unwrap();
    operator_imports(&app, ImportKind::Grid, sample.files[0].bytes.clone(), false).await;
    let dry = operator_imports(&app, ImportKind::Households, sample.bad_register.bytes.clone(), true).await;
    let named: Vec<i64> = dry["errors"].as_array().unwrap().iter().map(|error| error["row"].as_i64().unwrap()).collect();
    assert_eq!(named, sample.bad_rows.map(i64::from));
    let codes: Vec<&str> = dry["errors"].as_array().unwrap().iter().map(|error| error["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["unknown_unit", "not_a_phone", "empty"]);
    assert!(!dry.to_string().contains("12345"), "a report holds no value");
    let [rows, created, .., refused] = counts(&dry);
    assert_eq!((refused, created), (3, rows - 3));
    let real = operator_imports(&app, ImportKind::Households, sample.bad_register.bytes.clone(), false).await;
    assert_eq!(counts(&real), counts(&dry), "the trial said exactly what happens");
    let repaired = operator_imports(&app, ImportKind::Households, sample.files[1].bytes.clone(), false).await;
    assert_eq!(counts(&repaired), [rows, 3, 0, rows - 3, 0]);
}

#[actix_web::test]
async fn staff_import_in_their_own_community_only() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "imp3").await;
    let staff = with_phone(&app, "社区", &sample.people.secretary).await;
    let report =
        upload(&staff, "grid", "", "grid-key-1", format!("path,name\n{}/E3,三号小区\nS1/C1/E9,别处\n", sample.community))
            .await
            .expect(200);
    assert_eq!(counts(&report), [2, 1, 0, 0, 1]);
    assert_eq!(report["errors"][0]["code"], "outside_scope");
    let again =
        upload(&staff, "grid", "", "grid-key-1", format!("path,name\n{}/E3,三号小区\nS1/C1/E9,别处\n", sample.community)).await;
    assert_eq!((again.header("idempotency-replayed"), again.expect(200)), ("true", report), "one key, one import");
    upload(
        &staff,
        "grid",
        "&dry_run=true",
        "grid-key-1",
        format!("path,name\n{}/E3,三号小区\nS1/C1/E9,别处\n", sample.community),
    )
    .await
    .problem(422, "idempotency_key_reused");
    let roster = format!(
        "姓名,手机号,角色,网格编码,开始日期\n员甲,19900000001,网格员,{0},2026-01-01\n员乙,19900000002,系统管理员,{0},2026-01-01\n员丙,19900000003,社区工作者,{0},2026-01-01\n",
        sample.community
    );
    let given = upload(&staff, "roster", "", "roster-key", roster).await.expect(200);
    assert_eq!(counts(&given), [3, 1, 0, 0, 2], "staff make neither administrators nor staff");
    let list = staff.get("/api/v1/imports?limit=100").await.expect(200);
    assert!(list["items"].as_array().unwrap().iter().any(|item| item["id"] == given["id"]));
    assert_eq!(staff.get(&format!("/api/v1/imports/{}", given["id"].as_str().unwrap())).await.expect(200)["refused"], 2);
    let stranger = app.staff();
    stranger.get(&format!("/api/v1/imports/{}", given["id"].as_str().unwrap())).await.problem(404, "not_found");
    app.resident().get("/api/v1/imports").await.problem(403, "forbidden");
}

#[actix_web::test]
async fn files_that_are_none_are_refused_with_a_reason() {
    let app = TestApp::start().await;
    let staff = app.staff();
    upload(&staff, "grid", "", "bad-key-01", vec![0xC4, 0xE3]).await.problem(422, "import_file_unreadable");
    upload(&staff, "grid", "", "bad-key-02", "PK\u{3}\u{4}nonsense").await.problem(422, "import_file_unreadable");
    upload(&staff, "grid", "", "bad-key-03", "").await.problem(422, "import_file_unreadable");
    upload(&staff, "grid", "", "bad-key-04", "名称\n一\n").await.problem(422, "import_columns_missing");
    upload(&staff, "grid", "", "bad-key-05", format!("path,name\n{}", "S1/C1/X,x\n".repeat(50_001)))
        .await
        .problem(413, "import_file_too_large");
    upload(&staff, "planets", "", "bad-key-06", "a\nb\n").await.problem(422, "invalid_query");
    let formula = upload(&staff, "grid", "", "bad-key-07", "path,name\nS1/C1/E7,=HYPERLINK(\"x\")\n").await.expect(200);
    assert_eq!(formula["errors"][0]["code"], "formula");
}

#[actix_web::test]
async fn templates_are_workbooks_that_import_as_empty() {
    let app = TestApp::start().await;
    let staff = app.staff();
    for kind in ["grid", "households", "organizations", "merchants", "roster"] {
        let reply = staff.get(&format!("/api/v1/imports/templates/{kind}")).await;
        assert_eq!(reply.status, 200, "{kind}");
        assert!(reply.header("content-disposition").contains(kind));
    }
    staff.get("/api/v1/imports/templates/planets").await.problem(404, "not_found");
}

#[actix_web::test]
async fn a_moved_household_with_residents_is_a_conflict_and_a_changed_one_is_changed() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "imp4").await;
    let me = with_phone(&app, "甲", &sample.people.resident).await;
    me.post("/api/v1/residencies", &json!({"ticket": null, "entrance": super::unit_at(&app, &sample.people.home)}))
        .await
        .expect(201);
    let row = |household: &str, entrance: &str, name: &str| {
        format!(
            "户号,楼门编码,房号,成员编号,姓名,手机号,出生年,与户主关系\n{household},{}/{entrance},101,1,{name},,1950,户主\n",
            sample.community
        )
    };
    let moved = operator_imports(&app, ImportKind::Households, row("H001", "E2/B2/D2", "居民甲子").into_bytes(), false).await;
    assert_eq!(counts(&moved), [1, 0, 0, 0, 1]);
    assert_eq!(moved["conflicts"][0]["code"], "household_moved");
    let renamed = operator_imports(&app, ImportKind::Households, row("H001", "E1/B1/D1", "居民更名").into_bytes(), false).await;
    assert_eq!(counts(&renamed), [1, 0, 1, 0, 0]);
    let empty_house =
        operator_imports(&app, ImportKind::Households, row("H002", "E2/B2/D2", "居民乙丑").into_bytes(), false).await;
    assert_eq!(counts(&empty_house), [1, 0, 1, 0, 0], "nobody of it has an account: it moves");
}

/// The size of a real community: 4,839 households, 8,959 people, 237 entrances.
#[actix_web::test]
async fn a_whole_community_takes_less_than_a_minute() {
    let app = TestApp::start().await;
    let (mut grid, mut register) = (
        "path,name\nS1/C3,大社区\nS1/C3/E1,小区\n".to_owned(),
        "household,entrance,room,member,name,phone,birth_year,relation\n".to_owned(),
    );
    let mut entrances = Vec::new();
    for block in 1..=21 {
        writeln!(grid, "S1/C3/E1/B{block},片区").unwrap();
        for entrance in 1..=(if block <= 6 { 12 } else { 11 }) {
            entrances.push(format!("S1/C3/E1/B{block}/D{entrance}"));
        }
    }
    for entrance in &entrances {
        writeln!(grid, "{entrance},楼门").unwrap();
    }
    for person in 0..8_959_usize {
        let household = person % 4_839;
        writeln!(
            register,
            "H{household},{},{household},{},居民{person},199{person:08},1970,成员",
            entrances[household % 237],
            person / 4_839
        )
        .unwrap();
    }
    assert_eq!(entrances.len(), 237);
    assert_eq!(operator_imports(&app, ImportKind::Grid, grid.into_bytes(), false).await["refused"], 0);
    let start = Instant::now();
    let first = operator_imports(&app, ImportKind::Households, register.clone().into_bytes(), false).await;
    assert_eq!(counts(&first), [8_959, 8_959, 0, 0, 0]);
    assert!(start.elapsed().as_secs() < 60, "{:?}", start.elapsed());
    let second = operator_imports(&app, ImportKind::Households, register.into_bytes(), false).await;
    assert_eq!(counts(&second), [8_959, 0, 0, 8_959, 0]);
}
