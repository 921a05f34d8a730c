//! What each call gives when WeChat is unwell, and what we spare it then.

use std::future::Future;

use super::*;

async fn within<T>(future: impl Future<Output = T>, longest: Duration) -> T {
    tokio::time::timeout(longest, future).await.unwrap()
}

#[tokio::test]
async fn garbage_becomes_typed_errors() {
    let malformed = |error: &WeChatError| matches!(error, WeChatError::Malformed(_));
    type Expected = fn(&WeChatError) -> bool;
    let cases: [(Value, Expected); 13] = [
        (json!("html"), malformed),
        (json!("empty"), malformed),
        (json!("huge"), |error| *error == WeChatError::TooLarge),
        (json!("wrong_type"), malformed),
        (json!("no_openid"), malformed),
        (json!("duplicate_keys"), malformed),
        (json!("redirect"), |error| *error == WeChatError::Redirected),
        (json!({ "errcode": -1 }), |error| *error == WeChatError::Refused(Errcode::Busy)),
        (json!({ "errcode": 45009 }), |error| *error == WeChatError::Refused(Errcode::QuotaReached)),
        (json!({ "errcode": 45011 }), |error| *error == WeChatError::Refused(Errcode::TooOften)),
        (json!({ "errcode": 61010 }), |error| *error == WeChatError::Refused(Errcode::UserInactive)),
        (json!({ "errcode": 40163 }), |error| *error == WeChatError::Refused(Errcode::CodeUsed)),
        (json!({ "errcode": 40226 }), |error| *error == WeChatError::Refused(Errcode::RiskyUser)),
    ];
    let bed = Bed::new().await;
    for (garbage, expected) in cases {
        // First everything is garbage, so that no token can be had either; then, with a token, each call alone.
        bed.trouble(json!({ "garbage": garbage })).await;
        let (code, openid) = bed.login_code("resident").await;
        let error = bed.wechat.login(&code).await.unwrap_err();
        assert!(expected(&error), "login, {garbage}: {error:?}");
        let error = bed.wechat.access_token().await.unwrap_err();
        assert!(expected(&error), "token, {garbage}: {error:?}");

        bed.trouble(json!({ "preset": "none" })).await;
        let token = bed.wechat.access_token().await.unwrap();
        bed.trouble(json!({ "garbage": garbage })).await;
        let error = bed.wechat.phone_number(&bed.phone_code("13800000000").await).await.unwrap_err();
        assert!(expected(&error), "phone, {garbage}: {error:?}");
        let error = bed.wechat.code_image(&code_request()).await.unwrap_err();
        assert!(expected(&error), "code image, {garbage}: {error:?}");
        let verdict = bed.wechat.check_text(&text(&openid, "大家好")).await;
        assert_eq!(verdict.suggest, Suggest::Unavailable, "{garbage}");
        assert!(expected(&verdict.error.unwrap()), "text check, {garbage}");
        let media = MediaCheck { openid, url: "https://a/b.jpg".into(), kind: MediaKind::Image, scene: Scene::Forum };
        let error = bed.wechat.check_media(&media).await.unwrap_err();
        assert!(expected(&error), "media check, {garbage}: {error:?}");
        bed.wechat.token.discard(&token).await;
    }
}

#[tokio::test]
async fn only_reads_are_retried_and_at_most_twice() {
    let bed = Bed::new().await;
    let (code, openid) = bed.login_code("resident").await;
    bed.wechat.access_token().await.unwrap();
    bed.trouble(json!({ "garbage": { "errcode": -1 } })).await;
    let _ = bed.wechat.login(&code).await;
    let _ = bed.wechat.send(&message(&openid)).await;
    let _ = bed.wechat.phone_number("some-code").await;
    let _ = bed.wechat.check_text(&text(&openid, "大家好")).await;
    let _ = bed.wechat.code_image(&code_request()).await;
    for path in ["/sns/jscode2session", "/cgi-bin/message/subscribe/send", "/wxa/business/getuserphonenumber"] {
        assert_eq!(bed.calls(path).await, 1, "{path}");
    }
    for path in ["/wxa/msg_sec_check", "/wxa/getwxacodeunlimit"] {
        assert_eq!(bed.calls(path).await, 3, "{path}");
    }
    bed.trouble(json!({ "garbage": { "errcode": 45009 } })).await;
    let _ = bed.wechat.code_image(&code_request()).await;
    assert_eq!(bed.calls("/wxa/getwxacodeunlimit").await, 4, "a quota isn't knocked at again");
}

#[tokio::test]
async fn outages_become_typed_errors() {
    let bed = Bed::with(|base| Settings { timeout: Duration::from_millis(200), ..quick(base) }).await;
    let (code, openid) = bed.login_code("resident").await;
    bed.wechat.access_token().await.unwrap();
    bed.trouble(json!({ "down": "unavailable" })).await;
    assert_eq!(bed.wechat.login(&code).await, Err(WeChatError::Status(503)));
    bed.trouble(json!({ "down": "closed" })).await;
    assert!(matches!(bed.wechat.login(&code).await, Err(WeChatError::Unreachable(_))));
    assert!(matches!(bed.wechat.send(&message(&openid)).await, Delivery::Later(error) if error.may_have_happened()));
    bed.trouble(json!({ "slow_ms": 30_000 })).await;
    let soon = Duration::from_secs(3);
    assert_eq!(within(bed.wechat.login(&code), soon).await, Err(WeChatError::Timeout));
    let verdict = within(bed.wechat.check_text(&text(&openid, "大家好")), soon).await;
    assert_eq!((verdict.suggest, verdict.error), (Suggest::Unavailable, Some(WeChatError::Timeout)));
    bed.trouble(json!({ "preset": "none" })).await;
    assert!(bed.wechat.login(&code).await.is_ok(), "no attempt reached the code");
}

#[tokio::test]
async fn nobody_listening() {
    // Port 9 (discard) of this machine: nothing listens there.
    let wechat = WeChat::new(quick("http://127.0.0.1:9")).unwrap();
    let error = wechat.login("code-with-canary").await.unwrap_err();
    let shown = format!("{error} {error:?}");
    assert!(matches!(error, WeChatError::Unreachable(_)));
    for secret in ["canary", "app-secret", "js_code", APPID] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[tokio::test]
async fn the_text_check_waits_no_longer_than_its_limit() {
    let bed = Bed::with(|base| Settings { check_timeout: Duration::from_millis(200), ..quick(base) }).await;
    let openid = sandbox::openid(APPID, "resident");
    // Even the token hangs here.
    bed.trouble(json!({ "slow_ms": 30_000 })).await;
    let started = Instant::now();
    let verdict = bed.wechat.check_text(&text(&openid, "大家好")).await;
    assert_eq!((verdict.suggest, verdict.error), (Suggest::Unavailable, Some(WeChatError::Timeout)));
    assert!(started.elapsed() < Duration::from_secs(2));
}

#[tokio::test]
async fn the_breaker_spares_wechat_and_only_the_broken_interface() {
    let bed = Bed::with(|base| Settings { breaker_limit: 3, breaker_rest: Duration::from_secs(3600), ..quick(base) }).await;
    let openid = sandbox::openid(APPID, "resident");
    bed.trouble(json!({ "down": "closed", "only_path": "/wxa/msg_sec_check" })).await;
    for _ in 0..10 {
        assert_eq!(bed.wechat.check_text(&text(&openid, "大家好")).await.suggest, Suggest::Unavailable);
    }
    assert_eq!(bed.calls("/wxa/msg_sec_check").await, 3);
    let verdict = bed.wechat.check_text(&text(&openid, "大家好")).await;
    assert_eq!(verdict.error, Some(WeChatError::BreakerOpen));
    let open: Vec<_> =
        bed.wechat.breakers().into_iter().filter(|(_, state)| matches!(state, BreakerState::Open { .. })).collect();
    assert!(matches!(open.as_slice(), [("/wxa/msg_sec_check", _)]));
    let (code, _) = bed.login_code("resident").await;
    assert!(bed.wechat.login(&code).await.is_ok());
}

#[tokio::test]
async fn the_breaker_closes_when_wechat_is_back() {
    let bed = Bed::with(|base| Settings { breaker_limit: 1, breaker_rest: Duration::ZERO, ..quick(base) }).await;
    let (code, _) = bed.login_code("resident").await;
    bed.trouble(json!({ "down": "unavailable" })).await;
    assert_eq!(bed.wechat.login(&code).await, Err(WeChatError::Status(503)));
    bed.trouble(json!({ "preset": "none" })).await;
    assert!(bed.wechat.login(&code).await.is_ok());
    assert!(bed.wechat.breakers().iter().all(|(_, state)| matches!(state, BreakerState::Closed { failures: 0 })));
}

#[tokio::test]
async fn fifty_calls_fetch_one_token() {
    let bed = Bed::new().await;
    let openid = sandbox::openid(APPID, "resident");
    let checks = (0..50).map(|number| {
        let check = text(&openid, &format!("第{number}条"));
        let wechat = &bed.wechat;
        async move { wechat.check_text(&check).await.suggest }
    });
    let verdicts = futures_util::future::join_all(checks).await;
    assert!(verdicts.iter().all(|suggest| *suggest == Suggest::Pass));
    assert_eq!(bed.calls("/cgi-bin/stable_token").await, 1);
    assert_eq!(bed.calls("/wxa/msg_sec_check").await, 50);

    // All fifty see it expire, one fetches anew, and each is repeated once.
    bed.expire_tokens().await;
    let sends = (0..50).map(|_| {
        let (wechat, message) = (&bed.wechat, message(&openid));
        async move { wechat.send(&message).await }
    });
    let sent = futures_util::future::join_all(sends).await;
    assert!(sent.iter().all(|delivery| matches!(delivery, Delivery::Sent { msgid: Some(_) })));
    assert_eq!(bed.calls("/cgi-bin/stable_token").await, 2);
    assert_eq!(bed.get(&format!("/sandbox/messages?openid={openid}")).await.as_array().unwrap().len(), 50);
}

#[tokio::test]
async fn a_failing_token_is_not_fetched_by_everybody_in_turn() {
    let bed = Bed::new().await;
    let openid = sandbox::openid(APPID, "resident");
    bed.trouble(json!({ "slow_ms": 100, "garbage": { "errcode": 45009 }, "only_path": "/cgi-bin/stable_token" })).await;
    let sends = (0..50).map(|_| {
        let (wechat, message) = (&bed.wechat, message(&openid));
        async move { wechat.send(&message).await }
    });
    let sent = futures_util::future::join_all(sends).await;
    assert!(sent.iter().all(|delivery| *delivery == Delivery::Later(WeChatError::Refused(Errcode::QuotaReached))));
    assert_eq!(bed.calls("/cgi-bin/stable_token").await, 1);
    bed.trouble(json!({ "preset": "none" })).await;
    assert!(matches!(bed.wechat.send(&message(&openid)).await, Delivery::Sent { .. }));
}

#[tokio::test]
async fn a_token_refused_for_ever_is_replaced_once() {
    let bed = Bed::new().await;
    let openid = sandbox::openid(APPID, "resident");
    for errcode in [40001, 40014, 42001] {
        let (tokens, sends) = (bed.calls("/cgi-bin/stable_token").await, bed.calls("/cgi-bin/message/subscribe/send").await);
        bed.wechat.access_token().await.unwrap();
        let had = bed.calls("/cgi-bin/stable_token").await - tokens;
        bed.trouble(json!({ "garbage": { "errcode": errcode }, "only_path": "/cgi-bin/message/subscribe/send" })).await;
        let delivery = bed.wechat.send(&message(&openid)).await;
        assert_eq!(delivery, Delivery::Later(WeChatError::Refused(Errcode::TokenInvalid(errcode))));
        assert_eq!(bed.calls("/cgi-bin/stable_token").await, tokens + had + 1);
        assert_eq!(bed.calls("/cgi-bin/message/subscribe/send").await, sends + 2);
    }
}
