//! Pictures: what is taken, what is kept of it, who sees it, how it is checked, when it goes.

use std::io::Cursor;

use base::db::Context;
use base::error::ApiError;
use base::ids::PersonId;
use chrono::Duration;
use diesel::prelude::*;
use diesel::sql_query;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use people::files::{self, About, FileId};
use people::identity::Role;
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{login_code, trouble, with_phone};
use crate::support::{Actor, Reply, TestApp};

/// A picture in this format, its left half red and its right half blue.
fn drawn(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, _| if x < width / 2 { Rgb([220, 20, 20]) } else { Rgb([20, 20, 220]) });
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture).write_to(&mut bytes, format).expect("a picture");
    bytes.into_inner()
}

pub(crate) fn jpeg() -> Vec<u8> {
    drawn(64, 32, ImageFormat::Jpeg)
}

async fn send_form(actor: &Actor, key: &str, form: Form) -> Reply {
    actor.send(Method::POST, "/api/v1/files", |request| request.header("idempotency-key", key).multipart(form)).await
}

/// Sends a picture in as a phone does: a name and a type that nobody looks at.
pub(crate) async fn send(actor: &Actor, bytes: Vec<u8>) -> Reply {
    let part = Part::bytes(bytes).file_name("../../x.jpg.html").mime_str("image/jpeg").expect("a type");
    send_form(actor, &Uuid::new_v4().to_string(), Form::new().part("file", part)).await
}

/// The id of a picture that was taken.
pub(crate) async fn sent(actor: &Actor) -> String {
    send(actor, jpeg()).await.expect(201)["id"].as_str().expect("an id").to_owned()
}

/// WeChat's pushes reach us: each one that the sandbox has ready is posted, as WeChat would.
pub(crate) async fn deliver_pushes(app: &TestApp) {
    let due = app.client.get(format!("{}/sandbox/pushes", app.wechat_url)).send().await.expect("the sandbox answers");
    let due: Vec<Value> = due.json().await.expect("JSON");
    for push in due {
        let field = |name: &str| push[name].as_str().expect("a field").to_owned();
        let path = format!(
            "/api/v1/wechat/push?msg_signature={}&timestamp={}&nonce={}",
            field("msg_signature"),
            field("timestamp"),
            field("nonce")
        );
        app.anonymous().send(Method::POST, &path, |request| request.json(&push["body"])).await.expect(200);
    }
    app.drain().await;
}

/// Hangs pictures on a thing of entrance D1 of block B1, as a noun would.
pub(crate) async fn hang(app: &TestApp, ids: &[&str], owner: PersonId, subject: Uuid) -> Result<(), ApiError> {
    let ids: Vec<FileId> = ids.iter().map(|id| id.parse().expect("an id")).collect();
    let (community, unit) = (app.world.unit("S1/C1"), app.world.unit("S1/C1/E1/B1/D1"));
    let about = About { noun: "request", id: subject, community, unit, public: true };
    let work = move |mut tx: base::db::Tx<'_>| -> Result<_, ApiError> {
        files::attach(&mut tx, &ids, owner, about)?;
        Ok(tx.done(())?)
    };
    app.serving.parts.db.transaction(Context::operator(), work).await
}

async fn check_of(actor: &Actor, id: &str) -> String {
    let view = actor.get(&format!("/api/v1/files/{id}")).await.expect(200);
    view["check"].as_str().expect("a state").to_owned()
}

fn files_on_disk(app: &TestApp) -> usize {
    let shelves = std::fs::read_dir(app.folder.path()).expect("the folder").flatten();
    shelves.filter_map(|shelf| std::fs::read_dir(shelf.path()).ok()).map(Iterator::count).sum()
}

#[actix_web::test]
async fn pictures_of_three_formats_are_taken_and_everything_else_is_not() {
    let app = TestApp::start().await;
    let me = app.resident();
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let view = send(&me, drawn(64, 32, format)).await.expect(201);
        assert_eq!(
            (view["width"].as_i64(), view["height"].as_i64(), view["check"].as_str()),
            (Some(64), Some(32), Some("pending"))
        );
        let url = view["url"].as_str().expect("a link");
        let got = app.anonymous().get(url).await;
        assert_eq!(got.status, 200, "{}", got.text);
        for (header, value) in [
            ("content-type", "image/jpeg"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; sandbox"),
        ] {
            assert_eq!(got.header(header), value);
        }
        assert!(got.header("content-disposition").starts_with("attachment;"));
        assert!(got.header("cache-control").contains("immutable") && got.header("cache-control").contains("private"));
        let back = image::load_from_memory(&got.bytes).expect("a picture").into_rgb8();
        let (left, right) = (back.get_pixel(8, 16).0, back.get_pixel(56, 16).0);
        assert!(left[0] > 180 && right[2] > 180, "{left:?} {right:?}");
        let thumb = app.anonymous().get(view["thumbnail"].as_str().expect("a link")).await;
        assert_eq!(thumb.status, 200);
    }
    let mut script = jpeg();
    script.truncate(20);
    script.extend_from_slice(b"<script>alert(1)</script>");
    let table: [(&str, Vec<u8>, u16, &str); 11] = [
        ("GIF and JavaScript", b"GIF89a/*\x01\x00\x01\x00*/=1;alert(1)".to_vec(), 415, "picture_type"),
        (
            "SVG with script",
            b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>".to_vec(),
            415,
            "picture_type",
        ),
        ("HTML as .jpg", b"<!doctype html><script>alert(1)</script>".to_vec(), 415, "picture_type"),
        ("PDF", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3".to_vec(), 415, "picture_type"),
        ("ZIP", b"PK\x03\x04aaaaaaaaaaaaaaaa".to_vec(), 415, "picture_type"),
        ("BMP", b"BM\x3a\x00\x00\x00\x00\x00\x00\x00".to_vec(), 415, "picture_type"),
        ("a sound file", b"RIFF\x24\x00\x00\x00WAVEfmt ".to_vec(), 415, "picture_type"),
        ("the beginning of a JPEG, then script", script, 422, "picture_unreadable"),
        ("a PNG of nothing", b"\x89PNG\r\n\x1a\n<html>".to_vec(), 422, "picture_unreadable"),
        ("no bytes", Vec::new(), 422, "file_missing"),
        ("11 MB", vec![0xff; 11 * 1024 * 1024], 413, "picture_too_large"),
    ];
    let before = files_on_disk(&app);
    for (what, bytes, status, code) in table {
        let reply = send(&me, bytes).await;
        assert_eq!((reply.status, reply.json()["code"].as_str()), (status, Some(code)), "{what}: {}", reply.text);
    }
    let part = || Part::bytes(jpeg());
    let two = Form::new().part("file", part()).part("file", part());
    send_form(&me, "two-files-0001", two).await.problem(422, "file_missing");
    send_form(&me, "other-name-001", Form::new().part("photo", part())).await.problem(422, "file_missing");
    let nul = Form::new().part("file", part().file_name("x.jpg\u{0}.html"));
    send_form(&me, "nul-in-name-01", nul).await.problem(422, "file_missing");
    me.post("/api/v1/files", &json!({})).await.problem(415, "unsupported_media_type");
    assert_eq!(files_on_disk(&app), before, "a refusal leaves nothing behind");
    // What hangs behind a good picture doesn't survive.
    let mut tailed = jpeg();
    tailed.extend_from_slice(b"PK\x03\x04<?php system($_GET[0]);");
    let view = send(&me, tailed).await.expect(201);
    let got = app.anonymous().get(view["url"].as_str().expect("a link")).await;
    assert!(!got.bytes.windows(5).any(|window| window == b"<?php"));
}

/// The most memory that this process has taken so far, in bytes.
fn most_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).expect("a size");
    let kilobytes: u64 = line.split_whitespace().nth(1).and_then(|number| number.parse().ok()).expect("a number");
    kilobytes * 1024
}

/// PNG's checksum.
fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { (sum >> 1) ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

/// A picture whose header says 30,000 × 30,000: made large by hand.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let side = 30_000_u32;
    let mut png = drawn(2, 2, ImageFormat::Png);
    png[16..20].copy_from_slice(&side.to_be_bytes());
    png[20..24].copy_from_slice(&side.to_be_bytes());
    let sum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    let mut jpeg = drawn(16, 16, ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|window| window == [0xff, 0xc0]).expect("a frame header");
    let short = u16::try_from(side).expect("fits");
    jpeg[frame + 5..frame + 7].copy_from_slice(&short.to_be_bytes());
    jpeg[frame + 7..frame + 9].copy_from_slice(&short.to_be_bytes());
    // A lossless WebP: fourteen bits each of width and height less one.
    let mut webp = drawn(2, 2, ImageFormat::WebP);
    let most = 16_383_u32;
    let at = webp.windows(4).position(|window| window == b"VP8L").expect("a lossless chunk") + 9;
    let size = (most - 1) | ((most - 1) << 14);
    webp[at..at + 4].copy_from_slice(&size.to_le_bytes());
    vec![("PNG", png), ("JPEG", jpeg), ("WebP", webp)]
}

#[actix_web::test]
async fn an_image_bomb_is_refused_by_its_header_without_memory() {
    let app = TestApp::start().await;
    let me = app.resident();
    send(&me, jpeg()).await.expect(201);
    let before = most_memory();
    for (what, bomb) in bombs() {
        assert!(bomb.len() < 10_000, "{what} is small on the wire");
        for _ in 0..4 {
            let reply = send(&me, bomb.clone()).await;
            assert_eq!((reply.status, reply.json()["code"].as_str()), (413, Some("picture_too_large")), "{what}: {}", reply.text);
        }
    }
    // Decoded, one of them takes 2.7 GB. Other tests run beside this one.
    let grown = most_memory().saturating_sub(before);
    assert!(grown < 500 << 20, "{} MB more", grown >> 20);
}

/// A JPEG with EXIF by hand: orientation 6 (turn by 90° to the right), a camera's serial number and a place.
fn with_exif(jpeg: &[u8]) -> Vec<u8> {
    let entry = |tag: u16, kind: u16, count: u32, value: [u8; 4]| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value].concat()
    };
    // TIFF, little endian: IFD0 with three entries at 8, the GPS IFD at 50, its latitude at 80, the serial number at 104.
    let mut tiff = b"II\x2a\x00\x08\x00\x00\x00".to_vec();
    tiff.extend_from_slice(&3_u16.to_le_bytes());
    tiff.extend(entry(0x0112, 3, 1, [6, 0, 0, 0]));
    tiff.extend(entry(0x8825, 4, 1, 50_u32.to_le_bytes()));
    tiff.extend(entry(0xa431, 2, 16, 104_u32.to_le_bytes()));
    tiff.extend_from_slice(&0_u32.to_le_bytes());
    assert_eq!(tiff.len(), 50);
    tiff.extend_from_slice(&2_u16.to_le_bytes());
    tiff.extend(entry(0x0001, 2, 2, *b"N\0\0\0"));
    tiff.extend(entry(0x0002, 5, 3, 80_u32.to_le_bytes()));
    tiff.extend_from_slice(&0_u32.to_le_bytes());
    assert_eq!(tiff.len(), 80);
    for (number, over) in [(39_u32, 1_u32), (36, 1), (2_959, 100)] {
        tiff.extend_from_slice(&number.to_le_bytes());
        tiff.extend_from_slice(&over.to_le_bytes());
    }
    tiff.extend_from_slice(b"SERIAL-00112233\0");
    let exif = [&b"Exif\0\0"[..], &tiff].concat();
    let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

#[actix_web::test]
async fn exif_turns_the_picture_and_is_gone_with_its_place() {
    let app = TestApp::start().await;
    let me = app.resident();
    let photo = with_exif(&jpeg());
    assert!(photo.windows(6).any(|window| window == b"SERIAL"));
    let view = send(&me, photo).await.expect(201);
    assert_eq!((view["width"].as_i64(), view["height"].as_i64()), (Some(32), Some(64)), "turned");
    for link in ["url", "thumbnail"] {
        let got = app.anonymous().get(view[link].as_str().expect("a link")).await;
        for trace in [&b"Exif"[..], b"SERIAL", b"II\x2a\x00", b"GPS"] {
            assert!(!got.bytes.windows(trace.len()).any(|window| window == trace), "{link} still holds {trace:?}");
        }
        let back = image::load_from_memory(&got.bytes).expect("a picture").into_rgb8();
        // Turned to the right, the left half is on top.
        let (top, bottom) = (back.get_pixel(16, 8).0, back.get_pixel(16, 56).0);
        assert!(top[0] > 180 && bottom[2] > 180, "{top:?} {bottom:?}");
    }
}

#[actix_web::test]
async fn a_link_ends_and_a_changed_one_never_worked() {
    let app = TestApp::start().await;
    let me = app.resident();
    let view = send(&me, jpeg()).await.expect(201);
    let url = view["url"].as_str().expect("a link").to_owned();
    let nobody = app.anonymous();
    assert_eq!(nobody.get(&url).await.status, 200);
    let other = send(&me, jpeg()).await.expect(201)["id"].as_str().expect("an id").to_owned();
    let id = view["id"].as_str().expect("an id");
    let (path, query) = url.split_once('?').expect("a query");
    let (expires, signature) = query.split_once('&').expect("two parameters");
    let later = expires.split('=').nth(1).and_then(|number| number.parse::<i64>().ok()).expect("a time") + 3_600;
    for changed in [
        url.replace(id, &other),
        url.replace("/full?", "/thumb?"),
        url.replace("/full?", "/other?"),
        format!("{path}?expires={later}&{signature}"),
        format!("{path}?{expires}&signature=AAAA"),
    ] {
        nobody.get(&changed).await.problem(404, "not_found");
    }
    nobody.get(path).await.problem(422, "invalid_query");
    app.move_clock(Duration::minutes(29));
    assert_eq!(nobody.get(&url).await.status, 200, "half an hour at least");
    app.move_clock(Duration::minutes(32));
    nobody.get(&url).await.problem(403, "link_expired");
    let fresh = me.get(&format!("/api/v1/files/{id}")).await.expect(200);
    assert_eq!(nobody.get(fresh["url"].as_str().expect("a link")).await.status, 200);
}

#[actix_web::test]
async fn only_ones_own_free_pictures_are_hung_and_once() {
    let app = TestApp::start().await;
    let (me, neighbour) = (app.resident(), app.resident());
    let (mine, theirs) = (sent(&me).await, sent(&neighbour).await);
    let subject = Uuid::new_v4();
    let code = |result: Result<(), ApiError>| result.expect_err("refused").code().code;
    assert_eq!(code(hang(&app, &[&mine, &theirs], me.person, subject).await), "file_not_usable", "another's");
    assert_eq!(code(hang(&app, &[&Uuid::new_v4().to_string()], me.person, subject).await), "file_not_usable", "unknown");
    assert_eq!(code(hang(&app, &[&mine, &mine], me.person, subject).await), "file_not_usable", "twice");
    hang(&app, &[&mine], me.person, subject).await.expect("one's own");
    assert_eq!(code(hang(&app, &[&mine], me.person, Uuid::new_v4()).await), "file_not_usable", "hangs already");
    // Others may not look it up; who works at its place may.
    let path = format!("/api/v1/files/{mine}");
    neighbour.get(&path).await.problem(404, "not_found");
    let worker = app.actor(Role::GridWorker, "S1/C1/E1/B1");
    assert!(worker.get(&path).await.expect(200)["url"].is_string());
    app.actor(Role::GridWorker, "S1/C1/E1/B2").get(&path).await.problem(404, "not_found");
    worker.get(&format!("/api/v1/files/{theirs}")).await.problem(404, "not_found");
}

#[actix_web::test]
async fn the_same_key_gives_the_same_picture_and_leaves_no_second_one() {
    let app = TestApp::start().await;
    let me = app.resident();
    let form = || Form::new().part("file", Part::bytes(jpeg()));
    let first = send_form(&me, "upload-0001", form()).await.expect(201);
    let again = send_form(&me, "upload-0001", form()).await;
    assert_eq!((again.header("idempotency-replayed"), &again.expect(201)["id"]), ("true", &first["id"]));
    assert_eq!(files_on_disk(&app), 2, "one picture, one thumbnail");
    let other = Form::new().part("file", Part::bytes(drawn(8, 8, ImageFormat::Jpeg)));
    send_form(&me, "upload-0001", other).await.problem(422, "idempotency_key_reused");
    assert_eq!(files_on_disk(&app), 2);
    app.person(None)
        .send(Method::POST, "/api/v1/files", |request| request.header("idempotency-key", "upload-0002").multipart(form()))
        .await
        .problem(409, "phone_required");
}

#[actix_web::test]
async fn fifty_wait_unused_at_most_and_a_day_at_most() {
    let app = TestApp::start().await;
    let me = app.resident();
    let hung = sent(&me).await;
    hang(&app, &[&hung], me.person, Uuid::new_v4()).await.expect("hung");
    let tiny = drawn(2, 2, ImageFormat::Jpeg);
    for _ in 0..50 {
        send(&me, tiny.clone()).await.expect(201);
    }
    send(&me, tiny.clone()).await.problem(409, "files_unattached");
    assert_eq!(files_on_disk(&app), 102);
    app.move_clock(Duration::hours(23));
    app.drain().await;
    assert_eq!(files_on_disk(&app), 102);
    app.move_clock(Duration::hours(2));
    app.drain().await;
    assert_eq!(files_on_disk(&app), 2, "what hangs on something stays");
    send(&me, tiny).await.expect(201);
}

#[actix_web::test]
async fn bytes_without_a_row_are_swept_and_young_ones_left_alone() {
    let app = TestApp::start().await;
    let me = app.resident();
    let kept = sent(&me).await;
    hang(&app, &[&kept], me.person, Uuid::new_v4()).await.expect("hung");
    // As a crash between the file and its row leaves them, and in the middle of writing.
    let shelf = app.folder.join("ab");
    std::fs::create_dir_all(&shelf).expect("a shelf");
    let name = format!("ab{}", "0".repeat(30));
    let old = std::time::SystemTime::now() - std::time::Duration::from_secs(7_200);
    for (file, aged) in
        [(format!("{name}-full.jpg"), true), (format!("{name}-thumb.new"), true), (format!("cd{name}-full.jpg"), false)]
    {
        let file = std::fs::File::create(shelf.join(file)).expect("a file");
        if aged {
            file.set_modified(old).expect("a time");
        }
    }
    assert_eq!(files_on_disk(&app), 5);
    app.move_clock(Duration::minutes(11));
    app.drain().await;
    assert_eq!(files_on_disk(&app), 3, "the picture, its thumbnail, and the young one");
}

#[actix_web::test]
async fn a_closed_account_leaves_no_picture() {
    let app = TestApp::start().await;
    let me = with_phone(&app, "甲", "19900000001").await;
    let id = sent(&me).await;
    hang(&app, &[&id], me.person, Uuid::new_v4()).await.expect("hung");
    sent(&me).await;
    let export = me.get("/api/v1/me/export").await.expect(200);
    assert_eq!(export["files"]["pictures"].as_array().map(Vec::len), Some(2));
    me.post("/api/v1/me/close", &json!({"code": login_code(&app, "甲").await})).await.expect(204);
    app.drain().await;
    assert_eq!(files_on_disk(&app), 0);
    assert_eq!(sql_query("SELECT 1 FROM files").execute(&mut app.owner()).expect("a query"), 0);
}

#[actix_web::test]
async fn wechats_verdict_decides_and_its_silence_asks_a_person() {
    let app = TestApp::start().await;
    let me = with_phone(&app, "甲", "19900000001").await;
    for (answer, state) in [("pass", "clean"), ("review", "queued"), ("risky", "refused"), ("error", "queued")] {
        trouble(&app, &json!({"pictures": answer})).await;
        let id = sent(&me).await;
        app.drain().await;
        assert_eq!(check_of(&me, &id).await, "pending", "{answer}: not before the push");
        deliver_pushes(&app).await;
        // A failed download is tried once more.
        deliver_pushes(&app).await;
        assert_eq!(check_of(&me, &id).await, state, "{answer}");
        let view = me.get(&format!("/api/v1/files/{id}")).await.expect(200);
        assert_eq!(view["url"].is_string(), answer != "risky");
        let usable = hang(&app, &[&id], me.person, Uuid::new_v4()).await;
        assert_eq!(usable.is_ok(), answer != "risky", "{answer}");
    }
    trouble(&app, &json!({"pictures": "nothing"})).await;
    let id = sent(&me).await;
    app.drain().await;
    deliver_pushes(&app).await;
    app.move_clock(Duration::minutes(39));
    app.drain().await;
    assert_eq!(check_of(&me, &id).await, "pending");
    app.move_clock(Duration::minutes(12));
    app.drain().await;
    assert_eq!(check_of(&me, &id).await, "queued");
    for down in [json!({"down": "unavailable"}), json!({"inactive_percent": 100})] {
        trouble(&app, &down).await;
        let id = sent(&me).await;
        app.drain().await;
        assert_eq!(check_of(&me, &id).await, "queued", "{down}");
    }
    let without_wechat = app.resident();
    let id = sent(&without_wechat).await;
    app.drain().await;
    assert_eq!(check_of(&without_wechat, &id).await, "queued", "no openid");
}
