//! What each call gives when WeChat is well.

use super::*;
use crate::clients::wechat::push::SecureQuery;

#[tokio::test]
async fn a_login_code_works_once() {
    let bed = Bed::new().await;
    let (code, openid) = bed.login_code("resident").await;
    assert_eq!(openid, sandbox::openid(APPID, "resident"));
    let identity = bed.wechat.login(&code).await.unwrap();
    assert_eq!((identity.openid, identity.unionid), (openid, None));
    assert_eq!(bed.wechat.login(&code).await, refused(40163));
    assert_eq!(bed.wechat.login("made-up").await, refused(40029));
    let calls = bed.calls("/sns/jscode2session").await;
    for code in ["", "has space", "带字", &"x".repeat(600)] {
        assert_eq!(bed.wechat.login(code).await, refused(40029));
    }
    assert_eq!(bed.calls("/sns/jscode2session").await, calls, "what can't be a code isn't sent");
}

#[tokio::test]
async fn codes_do_not_serve_another_purpose_or_appid() {
    let bed = Bed::new().await;
    let phone_code = bed.phone_code("13800000000").await;
    let (login_code, _) = bed.login_code("resident").await;
    let foreign = bed.post("/sandbox/login-codes", json!({ "person": "resident", "appid": "wx-other" })).await;
    assert_eq!(bed.wechat.login(&phone_code).await, refused(40029));
    assert_eq!(bed.wechat.phone_number(&login_code).await, refused(40029));
    assert_eq!(bed.wechat.login(&string(&foreign, "code")).await, refused(40029));
    // Neither attempt used them up.
    assert_eq!(bed.wechat.phone_number(&phone_code).await.unwrap().number, "13800000000");
    assert_eq!(bed.wechat.phone_number(&phone_code).await, refused(40163));
    assert!(bed.wechat.login(&login_code).await.is_ok());
}

#[tokio::test]
async fn wrong_credentials_are_an_alert() {
    let bed = Bed::with(|base| Settings { secret: SecretString::from("wrong"), ..quick(base) }).await;
    let (code, openid) = bed.login_code("resident").await;
    let error = bed.wechat.login(&code).await.unwrap_err();
    assert_eq!((error.clone(), error.retry()), (WeChatError::Refused(Errcode::SecretInvalid), Retry::Alert));
    assert_eq!(bed.wechat.send(&message(&openid)).await, Delivery::Failed(error));
    let bed = Bed::with(|base| Settings { appid: "wx-other".into(), ..quick(base) }).await;
    let (code, _) = bed.login_code("resident").await;
    assert_eq!(bed.wechat.login(&code).await, refused(40013));
}

#[tokio::test]
async fn too_many_logins_of_one_person() {
    let bed = Bed::new().await;
    for _ in 0..100 {
        let (code, _) = bed.login_code("resident").await;
        assert!(bed.wechat.login(&code).await.is_ok());
    }
    let (code, _) = bed.login_code("resident").await;
    assert_eq!(bed.wechat.login(&code).await, refused(45011));
    let (code, _) = bed.login_code("neighbour").await;
    assert!(bed.wechat.login(&code).await.is_ok());
}

/// T14: each kind of garbage, in each call, is a typed error; never a session, a token, a verdict or an image.
/// T13: connection cut, 503, and slower than we wait.
/// T15: one fetch however many ask.
#[tokio::test]
async fn messages_and_their_refusals() {
    let bed = Bed::new().await;
    let openid = sandbox::openid(APPID, "resident");
    assert!(matches!(bed.wechat.send(&message(&openid)).await, Delivery::Sent { .. }));
    let arrived = bed.get(&format!("/sandbox/messages?openid={openid}")).await;
    let thing = arrived.pointer("/0/data/thing1/value").and_then(Value::as_str).unwrap();
    assert_eq!(thing.chars().count(), 20, "cut to WeChat's limit");

    let odd = |change: fn(&mut Message)| {
        let mut message = message(&openid);
        change(&mut message);
        message
    };
    let template = bed.wechat.send(&odd(|message| message.template_id = "没有".into())).await;
    assert_eq!(template, Delivery::BadTemplate(Errcode::TemplateInvalid));
    let page = bed.wechat.send(&odd(|message| message.page = Some("/pages/x".into()))).await;
    assert_eq!(page, Delivery::BadTemplate(Errcode::PageUnknown));
    let data = bed.wechat.send(&odd(|message| message.data = vec![("number1".into(), "三".into())])).await;
    assert_eq!(data, Delivery::DataInvalid);
    assert_eq!(bed.wechat.send(&odd(|message| message.openid = "nobody".into())).await, Delivery::BadRecipient);
    bed.trouble(json!({ "no_consent_percent": 100 })).await;
    assert_eq!(bed.wechat.send(&message(&openid)).await, Delivery::NoConsent);
    assert_eq!(bed.get("/sandbox/messages").await.as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn texts_get_verdicts() {
    let bed = Bed::new().await;
    let openid = sandbox::openid(APPID, "resident");
    let check = async |content: &str| bed.wechat.check_text(&text(&openid, content)).await;
    assert_eq!(check("路灯坏了").await.suggest, Suggest::Pass);
    assert_eq!(check("这是存疑样例").await.suggest, Suggest::Review);
    let risky = check("这是违规样例").await;
    assert_eq!((risky.suggest, risky.label), (Suggest::Risky, Some(20006)));
    assert!(risky.trace_id.is_some() && risky.detail.is_array());
    assert_eq!(check(&"长".repeat(2500)).await.suggest, Suggest::Pass);
    assert_eq!(check(&"长".repeat(2501)).await.suggest, Suggest::Unavailable);
    bed.trouble(json!({ "inactive_percent": 100 })).await;
    let inactive = check("路灯坏了").await;
    assert_eq!((inactive.suggest, inactive.error), (Suggest::Unavailable, Some(WeChatError::Refused(Errcode::UserInactive))));
}

#[tokio::test]
async fn a_media_verdict_comes_as_a_push_that_we_can_open() {
    let bed = Bed::new().await;
    let openid = sandbox::openid(APPID, "resident");
    let media = MediaCheck { openid, url: "https://files/risky.jpg".into(), kind: MediaKind::Image, scene: Scene::Forum };
    let trace_id = bed.wechat.check_media(&media).await.unwrap();
    bed.trouble(json!({ "pushes_late_seconds": 60 })).await;
    bed.wechat.check_media(&media).await.unwrap();
    let due = bed.get("/sandbox/pushes").await;
    let [push] = due.as_array().unwrap().as_slice() else { panic!("one is due, the other is late: {due}") };
    let query: SecureQuery = serde_json::from_value(push.clone()).unwrap();
    let body = push.get("body").unwrap().to_string();
    let opened = push_keys().open(&query, body.as_bytes()).unwrap();
    assert_eq!(opened.event, "wxa_media_check");
    assert_eq!(string(&opened.message, "trace_id"), trace_id);
    assert_eq!(push_keys().open(&query, body.as_bytes()).unwrap().key, opened.key, "twice is seen to be the same");
    let forged = SecureQuery { nonce: "1".into(), ..query };
    assert_eq!(push_keys().open(&forged, body.as_bytes()), Err(push::PushError::Signature));
}

#[tokio::test]
async fn codes_are_images() {
    let bed = Bed::new().await;
    let image = bed.wechat.code_image(&code_request()).await.unwrap();
    assert_eq!(image.content_type, "image/png");
    assert!(image.bytes.len() > 50);
    let error = bed.wechat.code_image(&CodeRequest { scene: "带字".into(), ..code_request() }).await.unwrap_err();
    assert_eq!(error, WeChatError::Invalid("scene"));
    assert_eq!(bed.calls("/wxa/getwxacodeunlimit").await, 1);
}

#[tokio::test]
async fn the_realistic_preset() {
    let bed = Bed::new().await;
    bed.trouble(json!({ "preset": "realistic" })).await;
    let (mut unreached, mut inactive, mut refused_phones) = (0, 0, 0);
    for number in 0..100 {
        let openid = sandbox::openid(APPID, &format!("resident-{number}"));
        unreached += usize::from(bed.wechat.send(&message(&openid)).await == Delivery::NoConsent);
        inactive += usize::from(bed.wechat.check_text(&text(&openid, "大家好")).await.suggest == Suggest::Unavailable);
        let code = bed.phone_code(&format!("138000000{number:02}")).await;
        refused_phones += usize::from(bed.wechat.phone_number(&code).await == refused(40226));
    }
    assert!((80..100).contains(&unreached) && (18..42).contains(&inactive) && (2..22).contains(&refused_phones));
    assert_eq!(bed.get("/sandbox/messages").await, json!([]), "messages come five minutes late");
    let response = bed.http.put(format!("{}/sandbox/trouble", bed.base)).json(&json!({ "preset": "rosy" })).send().await.unwrap();
    assert_eq!(response.status(), 422);
}

#[test]
fn the_secret_is_never_sent_in_clear() {
    for url in ["http://api.weixin.qq.com", "ftp://127.0.0.1", "http://127.0.0.1.example.com", "nonsense", ""] {
        let settings = Settings::new(url, APPID, SecretString::from("s"));
        assert!(matches!(WeChat::new(settings), Err(WeChatError::Settings(_))), "{url}");
    }
    assert!(WeChat::new(Settings::new(WECHAT_URL, APPID, SecretString::from("s"))).is_ok());
    let shown = format!("{:?}", Settings::new(WECHAT_URL, APPID, SecretString::from("top-secret")));
    assert!(!shown.contains("top-secret"));
}

#[test]
fn pauses_grow_and_stay_bounded() {
    let base = Duration::from_millis(100);
    for tried in 0..2 {
        let low = base * 2u32.pow(tried);
        for _ in 0..50 {
            assert!((low..=low * 2).contains(&pause(base, tried)));
        }
    }
}
