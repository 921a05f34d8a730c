//! Imports: three planted errors are shown by row and column, confirming imports the rest, and everything keeps to its scope.

use people::community::import::ImportKind;

use super::browser::Browser;
use super::pages::{Pages, hidden};
use crate::routes::people::{sample_community, with_phone};
use crate::support::TestApp;

async fn upload(browser: &Pages, kind: &str, file: &[u8]) -> crate::support::Reply {
    let page = browser.get("/console/imports").await;
    assert_eq!(page.status, 200, "{}", page.text);
    let fields = [("csrf", hidden(&page.text, "csrf")), ("key", hidden(&page.text, "key")), ("kind", kind)];
    browser.upload("/console/imports", &fields, file).await
}

#[actix_web::test]
async fn three_planted_errors_are_shown_by_row_and_column_and_the_rest_is_imported() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "cim1").await;
    let browser = Pages::new(&app);
    browser.sign_in(&with_phone(&app, "社区", &sample.people.secretary).await).await;
    let tried = upload(&browser, "households", &sample.bad_register.bytes).await;
    assert_eq!(tried.status, 303, "{}", tried.text);
    let trial = tried.header("location").to_owned();
    let page = browser.get(&trial).await;
    for (row, (column, wrong)) in
        sample.bad_rows.iter().zip([("楼门编码", "没有这个网格编码"), ("手机号", "不是有效的手机号"), ("姓名", "必填")])
    {
        let line = format!("<td class=\"figure\">{row}</td><td>{column}</td><td>{wrong}</td>");
        assert!(page.text.contains(&line), "no line {line}:\n{}", page.text);
    }
    assert!(!page.text.contains("12345"), "a page of errors holds no value of the file");
    let confirm = format!("{trial}/confirm");
    let real = "<span class=\"tag\">正式导入</span></td>";
    let before = browser.get("/console/imports").await.text.matches(real).count();
    let mut done = browser.submit(&trial, &confirm, &[]).await;
    assert_eq!(done.status, 303, "{}", done.text);
    if done.header("location") == trial {
        // A slow machine: the page of the trial says that it runs until it leads to the report.
        let link = "已正式导入：<a href=\"";
        let report = loop {
            let page = browser.get(&trial).await;
            if let Some(at) = page.text.find(link) {
                break page.text[at + link.len()..].split('"').next().unwrap_or_default().to_owned();
            }
            assert!(page.text.contains("正在导入"), "{}", page.text);
        };
        done = browser.get(&report).await;
    } else {
        done = browser.follow(done).await;
    }
    assert!(done.text.contains("正式导入") && done.text.contains("<dt>有误</dt><dd>3</dd>"), "{}", done.text);
    let after = browser.get(&trial).await;
    assert!(after.text.contains("已正式导入") && !after.text.contains("/confirm"), "{}", after.text);
    // The form of the page before is sent once more: it is the same import.
    let again = browser.post(&confirm, &[("csrf", hidden(&after.text, "csrf")), ("key", "0123456789abcdef")]).await;
    assert_eq!(again.status, 303, "{}", again.text);
    let list = browser.get("/console/imports").await;
    assert_eq!(list.text.matches(real).count(), before + 1, "{}", list.text);
}

#[actix_web::test]
async fn a_bad_file_comes_back_to_its_form_and_templates_hold_an_example() {
    let app = TestApp::start().await;
    let browser = Pages::new(&app);
    browser.sign_in(&app.staff()).await;
    for file in [&b""[..], b"\xff\xfe\x00rubbish", b"a,b\n1,2\n"] {
        let reply = upload(&browser, "roster", file).await;
        assert_eq!(reply.status, 422, "{}", reply.text);
        assert!(reply.text.contains("role=\"alert\"") && reply.text.contains("value=\"roster\" selected"), "{}", reply.text);
    }
    for kind in ImportKind::ALL {
        let file = browser.get(&format!("/console/imports/templates/{}", kind.name())).await;
        assert_eq!((file.status, &file.bytes[..2]), (200, &b"PK"[..]), "{kind:?}");
    }
    assert_eq!(browser.get("/console/imports/templates/other").await.status, 404);
}

#[actix_web::test]
async fn who_may_not_is_refused_and_another_community_sees_nothing() {
    let app = TestApp::start().await;
    let sample = sample_community(&app, "cim3").await;
    let browser = Pages::new(&app);
    browser.sign_in(&with_phone(&app, "社区", &sample.people.secretary).await).await;
    let file = format!("path,name\n{}/E3,三号小区\n", sample.community);
    let trial = upload(&browser, "grid", file.as_bytes()).await.header("location").to_owned();
    let other = Pages::new(&app);
    other.sign_in(&app.staff()).await;
    assert_eq!(other.get(&trial).await.status, 404);
    let page = other.get("/console/imports").await;
    assert!(!page.text.contains(&trial), "{}", page.text);
    let fields = [("csrf", hidden(&page.text, "csrf")), ("key", "0123456789abcdef")];
    assert_eq!(other.post(&format!("{trial}/confirm"), &fields).await.status, 404);
    for token in ["", hidden(&page.text, "csrf")] {
        let fields = [("csrf", token), ("key", "0123456789abcdef"), ("kind", "grid")];
        assert_eq!(browser.upload("/console/imports", &fields, file.as_bytes()).await.status, 403, "token {token:?}");
        assert_eq!(browser.post(&format!("{trial}/confirm"), &fields[..2]).await.status, 403, "token {token:?}");
    }
    let worker = Pages::new(&app);
    worker.sign_in(&app.grid_worker()).await;
    let refused = worker.get("/console/imports").await;
    assert_eq!(refused.status, 403);
    assert!(refused.text.contains("没有办成"), "{}", refused.text);
    assert!(!worker.get("/console").await.text.contains("href=\"/console/imports\""), "the menu offers what is refused");
    app.move_clock(chrono::Duration::minutes(71));
    app.drain().await;
    let signed = Pages::new(&app);
    signed.sign_in(&with_phone(&app, "社区二", &sample.people.second_staff).await).await;
    let over = signed.get(&trial).await;
    assert!(over.text.contains("文件已删除"), "the file goes after an hour:\n{}", over.text);
}

/// Import with three planted errors, as a person does it.
async fn a_person_reads_the_errors_and_imports(tag: &str, scripts: bool) {
    let app = TestApp::start().await;
    let sample = sample_community(&app, tag).await;
    let staff = with_phone(&app, "社区", &sample.people.secretary).await;
    let file = app.folder.join("register.xlsx");
    std::fs::write(&file, &sample.bad_register.bytes).expect("a file");
    let browser = Browser::start(&app, scripts).await;
    browser.sign_in(&app, &staff, scripts).await;
    browser.click("nav.menu a[href='/console/imports']").await;
    browser.choose("select[name=kind]", "households").await;
    browser.write("input[type=file]", &file.canonicalize().expect("a path").to_string_lossy()).await;
    browser.click("form[action='/console/imports'] button").await;
    browser.see("#errors tbody tr:nth-child(3)").await;
    let page = browser.source().await;
    for (row, column) in sample.bad_rows.iter().zip(["楼门编码", "手机号", "姓名"]) {
        assert!(page.contains(&format!("<td class=\"figure\">{row}</td><td>{column}</td>")), "{page}");
    }
    browser.click("form[action$='/confirm'] button").await;
    if scripts {
        browser.agree().await;
    }
    browser.read("导入完成").await;
    browser.read("正式导入").await;
    browser.end().await;
}

#[actix_web::test]
async fn a_person_reads_the_errors_and_imports_with_scripts() {
    a_person_reads_the_errors_and_imports("cim5", true).await;
}

#[actix_web::test]
async fn a_person_reads_the_errors_and_imports_without_scripts() {
    a_person_reads_the_errors_and_imports("cim6", false).await;
}
