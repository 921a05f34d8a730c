//! The vectors of WeChat's own document on message pushes, and what must not get through.

use super::*;

const APPID: &str = "wxba5fad812f8e6fb9";
const ENCRYPT: &str = "+qdx1OKCy+5JPCBFWw70tm0fJGb2Jmeia4FCB7kao+/Q5c/ohsOzQHi8khUOb05JCpj0JB4RvQMkUyus8TPxLKJGQqcvZqzDpVzazhZv6JsXUnnR8XGT740XgXZUXQ7vJVnAG+tE8NUd4yFyjPy7GgiaviNrlCTj+l5kdfMuFUPpRSrfMZuMcp3Fn2Pede2IuQrKEYwKSqFIZoNqJ4M8EajAsjLY2km32IIjdf8YL/P50F7mStwntrA2cPDrM1kb6mOcfBgRtWygb3VIYnSeOBrebufAlr7F9mFUPAJGj04=";

fn keys_with(key: &str, appid: &str) -> PushKeys {
    PushKeys::new(SecretString::from("AAAAA"), &SecretString::from(key), appid).unwrap()
}

fn keys() -> PushKeys {
    keys_with(&"A".repeat(43), APPID)
}

fn query() -> SecureQuery {
    SecureQuery {
        msg_signature: "046e02f8204d34f8ba5fa3b1db94908f3df2e9b3".into(),
        timestamp: "1714112445".into(),
        nonce: "415670741".into(),
    }
}

fn body(encrypt: &str) -> Vec<u8> {
    serde_json::json!({ "ToUserName": "gh_97417a04a28d", "Encrypt": encrypt }).to_string().into_bytes()
}

/// Seals raw plain text (head, message, appid, padding all the caller's) and opens it, to reach the checks inside.
fn open_raw(keys: &PushKeys, mut plain: Vec<u8>) -> Result<Push, PushError> {
    let (key, iv) = keys.key_and_iv().unwrap();
    let length = plain.len();
    let cipher = cbc::Encryptor::<aes::Aes256>::new_from_slices(key, iv).unwrap();
    cipher.encrypt_padded::<NoPadding>(&mut plain, length).unwrap();
    let encrypt = STANDARD.encode(&plain);
    let query = SecureQuery { msg_signature: keys.sign(&["1", "2", &encrypt]), timestamp: "1".into(), nonce: "2".into() };
    keys.open(&query, &body(&encrypt))
}

#[test]
fn setup_check() {
    let mut query = SetupQuery {
        signature: "f464b24fc39322e44b38aa78f5edd27bd1441696".into(),
        timestamp: "1714036504".into(),
        nonce: "1514711492".into(),
        echostr: "4375120948345356249".into(),
    };
    assert_eq!(keys().echo(&query), Ok("4375120948345356249"));
    query.nonce.push('1');
    assert_eq!(keys().echo(&query), Err(PushError::Signature));
}

#[test]
fn plain_mode() {
    let verify = |signature| keys().verify_plain(signature, "1714037059", "486452656");
    assert_eq!(verify("899cf89e464efb63f54ddac96b0a0a235f53aa78"), Ok(()));
    for forged in ["", "899cf89e464efb63f54ddac96b0a0a235f53aa7", "899cf89e464efb63f54ddac96b0a0a235f53aa79"] {
        assert_eq!(verify(forged), Err(PushError::Signature));
    }
}

#[test]
fn secure_mode() {
    let plain = keys().decrypt(ENCRYPT).unwrap();
    assert_eq!(plain.len(), 167);
    let push = keys().open(&query(), &body(ENCRYPT)).unwrap();
    assert_eq!(push.event, "debug_demo");
    assert_eq!(push.message.get("debug_str").and_then(Value::as_str), Some("hello world"));
    let random = *b"a8eedb185eb2fecf";
    let sealed = keys().seal(&plain, random, 1_714_112_445, "415670741").unwrap();
    assert_eq!((sealed.encrypt.as_str(), sealed.msg_signature.as_str()), (ENCRYPT, query().msg_signature.as_str()));
}

#[test]
fn encrypted_reply() {
    let sealed = keys().seal(br#"{"demo_resp":"good luck"}"#, *b"707722b803182950", 1_713_424_427, "415670741").unwrap();
    assert_eq!(sealed.encrypt, "ELGduP2YcVatjqIS+eZbp80MNLoAUWvzzyJxgGzxZO/5sAvd070Bs6qrLARC9nVHm48Y4hyRbtzve1L32tmxSQ==");
    assert_eq!(sealed.msg_signature, "1b9339964ed2e271e7c7b6ff2b0ef902fc94dea1");
    let json = serde_json::to_value(&sealed).unwrap();
    let names: Vec<_> = json.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, ["Encrypt", "MsgSignature", "TimeStamp", "Nonce"]);
}

#[test]
fn a_key_with_trailing_bits_works() {
    let keys = keys_with("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", APPID);
    for length in 0..70 {
        let message = format!(r#"{{"Event":"e","x":"{}"}}"#, "字".repeat(length));
        let sealed = keys.seal(message.as_bytes(), [7; 16], 1, "n").unwrap();
        let query = SecureQuery { msg_signature: sealed.msg_signature, timestamp: "1".into(), nonce: "n".into() };
        assert_eq!(keys.open(&query, &body(&sealed.encrypt)).unwrap().event, "e");
    }
}

#[test]
fn forged_pushes_are_refused() {
    let other = format!("A{}", ENCRYPT.trim_start_matches('+'));
    assert_eq!(keys().open(&query(), &body(&other)), Err(PushError::Signature));
    for change in [
        SecureQuery { timestamp: "1714112446".into(), ..query() },
        SecureQuery { nonce: "1".into(), ..query() },
        SecureQuery { msg_signature: String::new(), ..query() },
        SecureQuery { msg_signature: query().msg_signature.to_uppercase(), ..query() },
    ] {
        assert_eq!(keys().open(&change, &body(ENCRYPT)), Err(PushError::Signature));
    }
    // `signature` instead of `msg_signature` doesn't pass either.
    let plain = keys().sign(&["1714112445", "415670741"]);
    assert_eq!(keys().open(&SecureQuery { msg_signature: plain, ..query() }, &body(ENCRYPT)), Err(PushError::Signature));
    assert_eq!(keys_with(&"A".repeat(43), "wx-other").open(&query(), &body(ENCRYPT)), Err(PushError::Appid));
    for junk in [&b""[..], b"<xml/>", b"{}", br#"{"Encrypt":7}"#, br#"{"Encrypt":"a","Encrypt":"b"}"#] {
        assert!(matches!(keys().open(&query(), junk), Err(PushError::Malformed(_))));
    }
}

#[test]
fn signed_but_broken_text_is_refused() {
    let keys = keys();
    let plain = |length: u32, tail: &[u8]| {
        let mut plain = [&[1; 16][..], &length.to_be_bytes(), tail].concat();
        let pad = PAD - plain.len() % PAD;
        plain.resize(plain.len() + pad, u8::try_from(pad).unwrap());
        plain
    };
    let good = [&br#"{"Event":"e"}"#[..], APPID.as_bytes()].concat();
    assert!(open_raw(&keys, plain(13, &good)).is_ok());
    for (length, tail) in [(14, &good[..]), (12, &good), (u32::MAX, &good), (0, b""), (2, &[b"[]", APPID.as_bytes()].concat())] {
        assert!(open_raw(&keys, plain(length, tail)).is_err(), "{length}");
    }
    assert!(matches!(open_raw(&keys, vec![0; 32]), Err(PushError::Malformed("padding"))));
    assert!(matches!(open_raw(&keys, vec![33; 64]), Err(PushError::Malformed("padding"))));
    assert!(matches!(open_raw(&keys, vec![16; 16]), Err(PushError::Malformed("head"))));
    assert!(matches!(open_raw(&keys, vec![32; 16]), Err(PushError::Malformed("padding"))));
    assert!(matches!(open_raw(&keys, Vec::new()), Err(PushError::Malformed(_))));
    let mut uneven = plain(13, &good);
    *uneven.iter_mut().rev().nth(1).unwrap() ^= 1;
    assert!(matches!(open_raw(&keys, uneven), Err(PushError::Malformed("padding"))));
}

#[test]
fn deliveries_of_one_event_share_a_key() {
    let key = |text: &str| read(text.as_bytes()).unwrap().key;
    let first = r#"{"FromUserName":"o1","CreateTime":1,"Event":"a","List":{"TemplateId":"t1"}}"#;
    let second = r#"{"FromUserName":"o1","CreateTime":1,"Event":"a","List":{"TemplateId":"t2"}}"#;
    let again = r#"{"CreateTime":1,"FromUserName":"o1","Event":"a","List":{"TemplateId":"t1"},"ToUserName":"gh"}"#;
    assert_eq!(key(first), key(again));
    assert_ne!(key(first), key(second));
    assert_eq!(list(&read(first.as_bytes()).unwrap().message).len(), 1);
    assert_eq!(list(&serde_json::json!({ "List": [{}, {}] })).len(), 2);
}

#[test]
fn unusable_settings_are_told() {
    let make = |token: &str, key: &str| PushKeys::new(SecretString::from(token), &SecretString::from(key), APPID).map(|_keys| ());
    assert!(matches!(make("", &"A".repeat(43)), Err(PushError::Settings("token"))));
    assert!(make("AAAAA", &"A".repeat(42)).is_err());
    assert!(make("AAAAA", &"!".repeat(43)).is_err());
    assert!(make("AAAAA", &"A".repeat(43)).is_ok());
}
