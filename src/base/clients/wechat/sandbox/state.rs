//! What the sandbox knows: codes, tokens, messages, pushes, counts. Pure: the time is passed in, nothing is random.

use std::collections::{BTreeMap, HashMap};

use aws_lc_rs::hmac;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, TimeDelta, Utc};
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};

use super::trouble::Trouble;
use crate::clients::wechat::push::{PushKeys, Sealed};

const CODE_LIFE: TimeDelta = TimeDelta::minutes(5);
const TOKEN_LIFE: TimeDelta = TimeDelta::seconds(7200);
const TOKEN_MARGIN: TimeDelta = TimeDelta::seconds(300);
const LOGINS_A_MINUTE: u32 = 100;
/// A push is posted that often, so far apart.
const PUSH_TRIES: u8 = 3;
const PUSH_PAUSE: TimeDelta = TimeDelta::seconds(5);
/// Pushes that are kept to be looked at.
const PUSHES_KEPT: usize = 10_000;

/// The openid that a label has within this appid: 28 characters, always the same.
pub fn openid(appid: &str, person: &str) -> String {
    let mac = keyed(appid, &["openid", person]);
    format!("o{}", mac.get(..27).unwrap_or(&mac))
}

/// Base64url of an HMAC over the parts.
fn keyed(key: &str, parts: &[&str]) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, format!("sandbox|{key}").as_bytes());
    URL_SAFE_NO_PAD.encode(hmac::sign(&key, parts.join("|").as_bytes()))
}

/// For what a code was issued.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Grant {
    /// Login of this openid.
    Login(String),
    /// This phone number.
    Phone(String),
}

struct Code {
    grant: Grant,
    appid: String,
    issued: DateTime<Utc>,
    used: bool,
}

struct Token {
    text: String,
    ends: DateTime<Utc>,
}

/// A subscription message as it was sent.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Sent {
    pub(super) openid: String,
    pub(super) template_id: String,
    pub(super) page: Option<String>,
    pub(super) data: Value,
    pub(super) msgid: u64,
    pub(super) arrives_at: DateTime<Utc>,
}

/// A push ready to be posted: query and body of secure mode.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Outgoing {
    #[serde(skip)]
    pub(super) serial: u64,
    due_at: DateTime<Utc>,
    pub(super) msg_signature: String,
    pub(super) timestamp: String,
    pub(super) nonce: String,
    pub(super) body: Value,
    /// When it is posted next; none: it was answered, or tried often enough.
    #[serde(skip)]
    next_at: Option<DateTime<Utc>>,
    #[serde(skip)]
    tries: u8,
}

pub(super) struct State {
    pub(super) appid: String,
    pub(super) secret: SecretString,
    pub(super) trouble: Trouble,
    push_keys: Option<PushKeys>,
    codes: HashMap<String, Code>,
    logins: HashMap<(String, i64), u32>,
    /// The current one first.
    tokens: Vec<Token>,
    messages: Vec<Sent>,
    pushes: Vec<Outgoing>,
    calls: BTreeMap<String, u64>,
    serial: u64,
    tokens_made: u64,
}

impl State {
    pub(super) fn new(appid: String, secret: SecretString, push_keys: Option<PushKeys>) -> Self {
        Self {
            appid,
            secret,
            trouble: Trouble::default(),
            push_keys,
            codes: HashMap::new(),
            logins: HashMap::new(),
            tokens: Vec::new(),
            messages: Vec::new(),
            pushes: Vec::new(),
            calls: BTreeMap::new(),
            serial: 0,
            tokens_made: 0,
        }
    }

    pub(super) fn next_serial(&mut self) -> u64 {
        self.serial += 1;
        self.serial
    }

    /// Issues a code and forgets those too old to matter.
    pub(super) fn issue(&mut self, grant: Grant, appid: String, now: DateTime<Utc>) -> String {
        self.codes.retain(|_, code| now < code.issued + CODE_LIFE * 2);
        let serial = self.next_serial().to_string();
        let code = keyed(&self.appid, &["code", &serial, &now.timestamp_micros().to_string()]);
        self.codes.insert(code.clone(), Code { grant, appid, issued: now, used: false });
        code
    }

    /// Uses a code up. Errors are errcodes: 40029 unknown, expired, of another appid or kind; 40163 used before.
    pub(super) fn redeem(&mut self, code: &str, login: bool, now: DateTime<Utc>) -> Result<Grant, i64> {
        let known = self.codes.get_mut(code).ok_or(40029)?;
        let kind_fits = matches!(known.grant, Grant::Login(_)) == login;
        if !kind_fits || known.appid != self.appid || now >= known.issued + CODE_LIFE {
            return Err(40029);
        }
        if known.used {
            return Err(40163);
        }
        known.used = true;
        Ok(known.grant.clone())
    }

    /// Counts a login of this person; 45011 past 100 in a minute.
    pub(super) fn count_login(&mut self, openid: &str, now: DateTime<Utc>) -> Result<(), i64> {
        let minute = now.timestamp().div_euclid(60);
        self.logins.retain(|(_, at), _| *at == minute);
        let count = self.logins.entry((openid.to_owned(), minute)).or_insert(0);
        *count += 1;
        if *count > LOGINS_A_MINUTE { Err(45011) } else { Ok(()) }
    }

    /// The stable token and its seconds: the same one until five minutes before its end, then the next, and both work.
    pub(super) fn token(&mut self, now: DateTime<Utc>) -> (String, i64) {
        self.tokens.retain(|token| now < token.ends + TOKEN_LIFE);
        match self.tokens.first() {
            Some(token) if now < token.ends - TOKEN_MARGIN => (token.text.clone(), (token.ends - now).num_seconds()),
            _ => {
                let serial = self.next_serial().to_string();
                let text = keyed(&self.appid, &["token", &serial, &now.timestamp_micros().to_string()]);
                self.tokens.insert(0, Token { text: text.clone(), ends: now + TOKEN_LIFE });
                self.tokens_made += 1;
                (text, TOKEN_LIFE.num_seconds())
            }
        }
    }

    /// 40001 for an unknown token, 42001 for one that has ended.
    pub(super) fn check_token(&self, text: &str, now: DateTime<Utc>) -> Result<(), i64> {
        let token = self.tokens.iter().find(|token| token.text == text).ok_or(40001)?;
        if now < token.ends { Ok(()) } else { Err(42001) }
    }

    pub(super) fn expire_tokens(&mut self, now: DateTime<Utc>) {
        for token in &mut self.tokens {
            token.ends = now;
        }
    }

    /// When something sent now arrives.
    pub(super) fn arrival(&self, now: DateTime<Utc>) -> DateTime<Utc> {
        now + TimeDelta::seconds(i64::from(self.trouble.pushes_late_seconds))
    }

    pub(super) fn keep_message(&mut self, message: Sent) {
        self.messages.push(message);
    }

    /// Messages that have arrived, oldest first; of one person or of all.
    pub(super) fn messages(&self, openid: Option<&str>, now: DateTime<Utc>) -> Vec<Sent> {
        let arrived = self.messages.iter().filter(|message| message.arrives_at <= now);
        arrived.filter(|message| openid.is_none_or(|openid| openid == message.openid)).cloned().collect()
    }

    /// Signs and encrypts a push, due as late as the trouble says.
    pub(super) fn push(&mut self, message: &Value, now: DateTime<Utc>) {
        let serial = self.next_serial();
        let mut random = [0; 16];
        for (slot, byte) in random.iter_mut().zip(keyed(&self.appid, &["push", &serial.to_string()]).bytes()) {
            *slot = byte;
        }
        let Some(keys) = &self.push_keys else { return };
        let due_at = self.arrival(now);
        let sealed = keys.seal(message.to_string().as_bytes(), random, due_at.timestamp(), &format!("{serial:010}"));
        let Ok(Sealed { encrypt, msg_signature, time_stamp, nonce }) = sealed else { return };
        let body = json!({ "ToUserName": "gh_sandbox", "Encrypt": encrypt });
        let timestamp = time_stamp.to_string();
        if self.pushes.len() >= PUSHES_KEPT {
            self.pushes.remove(0);
        }
        self.pushes.push(Outgoing { serial, due_at, msg_signature, timestamp, nonce, body, next_at: Some(due_at), tries: 0 });
    }

    /// Pushes to be posted now; each counts as tried.
    pub(super) fn take_due(&mut self, now: DateTime<Utc>) -> Vec<Outgoing> {
        let due = self.pushes.iter_mut().filter(|push| push.next_at.is_some_and(|at| at <= now));
        due.map(|push| {
            push.tries += 1;
            push.next_at = (push.tries < PUSH_TRIES).then_some(now + PUSH_PAUSE);
            push.clone()
        })
        .collect()
    }

    /// A push was answered.
    pub(super) fn delivered(&mut self, serial: u64) {
        for push in self.pushes.iter_mut().filter(|push| push.serial == serial) {
            push.next_at = None;
        }
    }

    /// Pushes that are due, oldest first; they stay in the list, for WeChat repeats itself too.
    pub(super) fn pushes(&self, now: DateTime<Utc>) -> Vec<Outgoing> {
        self.pushes.iter().filter(|push| push.due_at <= now).cloned().collect()
    }

    pub(super) fn count_call(&mut self, path: &str) {
        *self.calls.entry(path.to_owned()).or_insert(0) += 1;
    }

    pub(super) fn counters(&self) -> Value {
        json!({ "calls": self.calls, "tokens_made": self.tokens_made })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

    fn state() -> State {
        State::new("wx1".into(), SecretString::from("s"), None)
    }

    #[test]
    fn openids_are_stable_and_differ_by_person_and_appid() {
        assert_eq!(openid("wx1", "resident"), openid("wx1", "resident"));
        assert_ne!(openid("wx1", "resident"), openid("wx1", "clerk"));
        assert_ne!(openid("wx1", "resident"), openid("wx2", "resident"));
        assert_eq!(openid("wx1", "resident").len(), 28);
    }

    #[test]
    fn a_code_works_once_for_five_minutes_for_its_purpose() {
        let mut state = state();
        let mut issue = |grant: &Grant, appid: &str| state.issue(grant.clone(), appid.into(), NOW);
        let (login, phone) = (Grant::Login("o1".into()), Grant::Phone("1".into()));
        let codes = [issue(&login, "wx1"), issue(&phone, "wx1"), issue(&login, "wx2"), issue(&login, "wx1")];
        let [first, of_phone, foreign, late] = &codes;
        assert_eq!(state.redeem(first, true, NOW), Ok(login));
        assert_eq!(state.redeem(first, true, NOW), Err(40163));
        assert_eq!(state.redeem(of_phone, true, NOW), Err(40029));
        assert_eq!(state.redeem(of_phone, false, NOW), Ok(phone));
        assert_eq!(state.redeem(foreign, true, NOW), Err(40029));
        assert_eq!(state.redeem(late, true, NOW + CODE_LIFE), Err(40029));
        assert_eq!(state.redeem("unknown", true, NOW), Err(40029));
    }

    #[test]
    fn the_101st_login_of_a_minute_is_refused() {
        let mut state = state();
        for _ in 0..100 {
            assert_eq!(state.count_login("o1", NOW), Ok(()));
        }
        assert_eq!(state.count_login("o1", NOW), Err(45011));
        assert_eq!(state.count_login("o2", NOW), Ok(()));
        assert_eq!(state.count_login("o1", NOW + TimeDelta::seconds(60)), Ok(()));
    }

    #[test]
    fn tokens_overlap_for_five_minutes() {
        let mut state = state();
        let (first, seconds) = state.token(NOW);
        assert_eq!(seconds, 7200);
        assert_eq!(state.token(NOW + TimeDelta::seconds(6899)), (first.clone(), 301));
        let late = NOW + TimeDelta::seconds(6900);
        let (second, seconds) = state.token(late);
        assert!(second != first && seconds == 7200);
        assert_eq!((state.check_token(&first, late), state.check_token(&second, late)), (Ok(()), Ok(())));
        assert_eq!(state.check_token(&first, NOW + TOKEN_LIFE), Err(42001));
        assert_eq!(state.check_token("made up", NOW), Err(40001));
    }

    #[test]
    fn a_push_is_posted_until_it_is_answered_three_times_at_most() {
        let keys = PushKeys::new(SecretString::from("sandbox"), &SecretString::from("A".repeat(43)), "wx1").unwrap();
        let mut state = State::new("wx1".into(), SecretString::from("s"), Some(keys));
        state.push(&json!({ "Event": "one" }), NOW);
        state.push(&json!({ "Event": "two" }), NOW);
        let at = |second: i64| NOW + TimeDelta::seconds(second);
        let [one, _two] = state.take_due(NOW).try_into().unwrap();
        assert!(state.take_due(at(4)).is_empty(), "WeChat waits five seconds");
        state.delivered(one.serial);
        assert_eq!([5, 10, 15, 100].map(|second| state.take_due(at(second)).len()), [1, 1, 0, 0]);
        assert_eq!(state.pushes(at(100)).len(), 2, "they can still be looked at");
    }

    #[test]
    fn late_messages_arrive_late() {
        let mut state = state();
        state.trouble = Trouble::realistic();
        let arrives_at = state.arrival(NOW);
        let sent = Sent { openid: "o1".into(), template_id: "t".into(), page: None, data: Value::Null, msgid: 1, arrives_at };
        state.keep_message(sent);
        assert!(state.messages(None, NOW + TimeDelta::seconds(299)).is_empty());
        assert_eq!(state.messages(Some("o1"), NOW + TimeDelta::seconds(300)).len(), 1);
        assert!(state.messages(Some("o2"), NOW + TimeDelta::seconds(300)).is_empty());
    }
}
