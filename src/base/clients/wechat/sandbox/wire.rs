//! The sandbox's answers on WeChat's wire: pure, from path, query and body to JSON or an image.

use std::collections::HashMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::state::{Grant, Sent, State, openid};
use super::trouble::Verdict;

/// All paths that the sandbox answers for WeChat.
pub(super) const PATHS: [&str; 7] = [
    "/sns/jscode2session",
    "/cgi-bin/stable_token",
    "/wxa/business/getuserphonenumber",
    "/cgi-bin/message/subscribe/send",
    "/wxa/msg_sec_check",
    "/wxa/media_check_async",
    "/wxa/getwxacodeunlimit",
];

/// A text with this word is risky, one with `REVIEW_WORD` is for a person to look at.
const RISKY_WORD: &str = "违规样例";
const REVIEW_WORD: &str = "存疑样例";

/// A PNG of one grey pixel.
const IMAGE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==";

pub(super) enum Answer {
    Json(Value),
    Image(Vec<u8>),
}

pub(super) type Query = HashMap<String, String>;

/// One call.
pub(super) struct Call<'a> {
    pub(super) path: &'a str,
    pub(super) query: &'a Query,
    pub(super) body: &'a [u8],
    /// Could the file that it names be fetched?
    pub(super) fetched: bool,
}

/// The answer to one call.
pub(super) fn answer(state: &mut State, call: &Call<'_>, now: DateTime<Utc>) -> Answer {
    let Call { path, query, body, .. } = *call;
    let result = match path {
        "/sns/jscode2session" => login(state, query, now),
        "/cgi-bin/stable_token" => json_body(body).and_then(|body| token(state, &body, now)),
        _ => with_token(state, call, now),
    };
    match result {
        Ok(answer) => answer,
        Err(errcode) => Answer::Json(json!({ "errcode": errcode, "errmsg": "refused by the sandbox" })),
    }
}

fn with_token(state: &mut State, call: &Call<'_>, now: DateTime<Utc>) -> Result<Answer, i64> {
    let Call { path, query, body, fetched } = *call;
    state.check_token(query.get("access_token").map_or("", String::as_str), now)?;
    let body = json_body(body)?;
    match path {
        "/wxa/business/getuserphonenumber" => phone(state, &body, now),
        "/cgi-bin/message/subscribe/send" => send(state, &body, now),
        "/wxa/msg_sec_check" => check_text(state, &body),
        "/wxa/media_check_async" => check_media(state, &body, fetched, now),
        "/wxa/getwxacodeunlimit" => code_image(&body),
        _ => Err(48001),
    }
}

/// 44002 for no body, 47001 for one that is no JSON object.
fn json_body(body: &[u8]) -> Result<Value, i64> {
    if body.is_empty() {
        return Err(44002);
    }
    serde_json::from_slice::<Value>(body).ok().filter(Value::is_object).ok_or(47001)
}

/// The address of the file that a media check names, when it is one of this machine.
pub(super) fn file_here(path: &str, body: &[u8]) -> Option<String> {
    let body = json_body(body).ok().filter(|_| path == "/wxa/media_check_async")?;
    let url = text(&body, "media_url");
    url.starts_with("http://127.0.0.1:").then(|| url.to_owned())
}

fn text<'a>(body: &'a Value, name: &str) -> &'a str {
    body.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn check_app(state: &State, appid: &str, secret: &str) -> Result<(), i64> {
    if appid != state.appid {
        return Err(40013);
    }
    if secret != state.secret.expose_secret() { Err(40125) } else { Ok(()) }
}

/// 40003 for what can't be an openid of ours.
fn check_openid(openid: &str) -> Result<(), i64> {
    if openid.len() == 28 && openid.starts_with('o') { Ok(()) } else { Err(40003) }
}

fn login(state: &mut State, query: &Query, now: DateTime<Utc>) -> Result<Answer, i64> {
    let field = |name: &str| query.get(name).map_or("", String::as_str);
    check_app(state, field("appid"), field("secret"))?;
    if field("grant_type") != "authorization_code" {
        return Err(40002);
    }
    let Grant::Login(openid) = state.redeem(field("js_code"), true, now)? else { return Err(40029) };
    state.count_login(&openid, now)?;
    // A session key as WeChat sends it; nobody should ever see it again.
    let session_key = STANDARD.encode(openid.bytes().take(16).collect::<Vec<u8>>());
    Ok(Answer::Json(json!({ "session_key": session_key, "openid": openid })))
}

fn token(state: &mut State, body: &Value, now: DateTime<Utc>) -> Result<Answer, i64> {
    check_app(state, text(body, "appid"), text(body, "secret"))?;
    if text(body, "grant_type") != "client_credential" {
        return Err(40002);
    }
    let (token, seconds) = state.token(now);
    Ok(Answer::Json(json!({ "access_token": token, "expires_in": seconds })))
}

fn phone(state: &mut State, body: &Value, now: DateTime<Utc>) -> Result<Answer, i64> {
    let Grant::Phone(phone) = state.redeem(text(body, "code"), false, now)? else { return Err(40029) };
    if state.trouble.phone_refused(&phone) {
        return Err(40226);
    }
    let info = json!({
        "phoneNumber": phone,
        "purePhoneNumber": phone,
        "countryCode": "86",
        "watermark": { "timestamp": now.timestamp(), "appid": state.appid },
    });
    Ok(Answer::Json(json!({ "errcode": 0, "errmsg": "ok", "phone_info": info })))
}

fn send(state: &mut State, body: &Value, now: DateTime<Utc>) -> Result<Answer, i64> {
    let (openid, template_id, page) = (text(body, "touser"), text(body, "template_id"), text(body, "page"));
    check_openid(openid)?;
    if template_id.is_empty() || !template_id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
        return Err(40037);
    }
    if page.starts_with('/') {
        return Err(41030);
    }
    if state.trouble.no_consent(openid) {
        return Err(43101);
    }
    let data = body.get("data").and_then(Value::as_object).ok_or(47003)?;
    if data.is_empty() || !data.iter().all(|(key, value)| value_fits(key, text(value, "value"))) {
        return Err(47003);
    }
    let message = Sent {
        openid: openid.to_owned(),
        template_id: template_id.to_owned(),
        page: Some(page.to_owned()).filter(|page| !page.is_empty()),
        data: Value::Object(data.clone()),
        msgid: state.next_serial(),
        arrives_at: state.arrival(now),
    };
    let msgid = message.msgid;
    state.keep_message(message);
    let sent = json!([{ "TemplateId": template_id, "MsgID": msgid.to_string(), "ErrorCode": "0", "ErrorStatus": "success" }]);
    subscription_event(state, "subscribe_msg_sent_event", openid, &sent, now);
    Ok(Answer::Json(json!({ "errcode": 0, "errmsg": "ok", "msgid": msgid })))
}

/// Pushes an event about subscriptions.
fn subscription_event(state: &mut State, event: &str, openid: &str, list: &Value, now: DateTime<Utc>) {
    let event = json!({
        "ToUserName": "gh_sandbox",
        "FromUserName": openid,
        "CreateTime": now.timestamp(),
        "MsgType": "event",
        "Event": event,
        "List": list,
    });
    state.push(&event, now);
}

/// The person of this label taps on a subscription; the list holds one entry, which WeChat sends without its list.
pub(super) fn tap(state: &mut State, person: &str, template: &str, accepted: bool, now: DateTime<Utc>) {
    let answer = if accepted { "accept" } else { "reject" };
    let entry = json!({ "TemplateId": template, "SubscribeStatusString": answer, "PopupScene": "0" });
    let openid = openid(&state.appid.clone(), person);
    subscription_event(state, "subscribe_msg_popup_event", &openid, &entry, now);
}

/// WeChat's limits of the commonest kinds of value.
fn value_fits(key: &str, value: &str) -> bool {
    let length = value.chars().count();
    let kind = key.trim_end_matches(|char: char| char.is_ascii_digit());
    let longest = match kind {
        "thing" => 20,
        "phrase" => 5,
        "name" => 10,
        "number" | "letter" | "character_string" => 32,
        _ => 64,
    };
    let of_kind = kind != "number" || value.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    (1..=longest).contains(&length) && of_kind
}

fn check_author(state: &State, body: &Value) -> Result<(), i64> {
    if !matches!(body.get("scene").and_then(Value::as_i64), Some(1..=4)) {
        return Err(40129);
    }
    let openid = text(body, "openid");
    check_openid(openid)?;
    if state.trouble.inactive(openid) { Err(61010) } else { Ok(()) }
}

/// `suggest` and `label` of a text.
fn verdict(text: &str) -> (&'static str, i64) {
    if text.contains(RISKY_WORD) {
        ("risky", 20006)
    } else if text.contains(REVIEW_WORD) {
        ("review", 21000)
    } else {
        ("pass", 100)
    }
}

fn check_text(state: &mut State, body: &Value) -> Result<Answer, i64> {
    check_author(state, body)?;
    let content = text(body, "content");
    if content.is_empty() || content.chars().count() > 2500 {
        return Err(47001);
    }
    let (suggest, label) = verdict(&format!("{content}{}", text(body, "title")));
    let trace_id = format!("text-{:08}", state.next_serial());
    let detail = json!([{ "strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90 }]);
    let result = json!({ "suggest": suggest, "label": label });
    Ok(Answer::Json(json!({ "errcode": 0, "errmsg": "ok", "result": result, "detail": detail, "trace_id": trace_id })))
}

fn check_media(state: &mut State, body: &Value, fetched: bool, now: DateTime<Utc>) -> Result<Answer, i64> {
    check_author(state, body)?;
    let url = text(body, "media_url");
    if !url.starts_with("http") || !matches!(body.get("media_type").and_then(Value::as_i64), Some(1 | 2)) {
        return Err(47001);
    }
    let trace_id = format!("media-{:08}", state.next_serial());
    let by_address = if url.contains("risky") { Verdict::Risky } else { Verdict::Pass };
    let verdict = if fetched { state.trouble.pictures.unwrap_or(by_address) } else { Verdict::Error };
    let (suggest, label, errcode) = match verdict {
        Verdict::Pass => ("pass", 100, 0),
        Verdict::Review => ("review", 21000, 0),
        Verdict::Risky => ("risky", 20002, 0),
        Verdict::Error => ("", 0, -1008),
        Verdict::Nothing => return Ok(Answer::Json(json!({ "errcode": 0, "errmsg": "ok", "trace_id": trace_id }))),
    };
    let mut event = json!({
        "ToUserName": "gh_sandbox",
        "FromUserName": text(body, "openid"),
        "CreateTime": now.timestamp(),
        "MsgType": "event",
        "Event": "wxa_media_check",
        "appid": state.appid,
        "trace_id": trace_id,
        "version": 2,
        "detail": [{ "strategy": "content_model", "errcode": 0, "suggest": suggest, "label": label, "prob": 90 }],
        "errcode": errcode,
        "errmsg": "ok",
        "result": { "suggest": suggest, "label": label },
    });
    if let (Verdict::Error, Some(fields)) = (verdict, event.as_object_mut()) {
        fields.insert("detail".to_owned(), json!([]));
        fields.remove("result");
    }
    state.push(&event, now);
    Ok(Answer::Json(json!({ "errcode": 0, "errmsg": "ok", "trace_id": trace_id })))
}

fn code_image(body: &Value) -> Result<Answer, i64> {
    let (scene, page) = (text(body, "scene"), text(body, "page"));
    if scene.is_empty() || scene.len() > 32 {
        return Err(40169);
    }
    if page.starts_with('/') || page.contains('?') {
        return Err(41030);
    }
    STANDARD.decode(IMAGE).map(Answer::Image).map_err(|_error| -1)
}

/// A code for the person of this label: the code and the openid it will give.
pub(super) fn issue_login(state: &mut State, person: &str, appid: Option<String>, now: DateTime<Utc>) -> (String, String) {
    let appid = appid.unwrap_or_else(|| state.appid.clone());
    let openid = openid(&appid, person);
    (state.issue(Grant::Login(openid.clone()), appid, now), openid)
}

/// A code for this phone number.
pub(super) fn issue_phone(state: &mut State, phone: String, now: DateTime<Utc>) -> String {
    let appid = state.appid.clone();
    state.issue(Grant::Phone(phone), appid, now)
}
