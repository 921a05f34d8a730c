//! Against a real listener: what is signed verifies, what isn't let through opens no connection.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use secrecy::ExposeSecret as _;

use super::*;

/// A listener that counts connections, answers each with `answer` and keeps what it was sent.
fn listener(answer: &'static str) -> (SocketAddr, Arc<AtomicUsize>, mpsc::Receiver<String>) {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let (address, count) = (socket.local_addr().unwrap(), Arc::new(AtomicUsize::new(0)));
    let (tell, told) = mpsc::channel();
    let counted = Arc::clone(&count);
    std::thread::spawn(move || {
        for stream in socket.incoming() {
            let mut stream = stream.unwrap();
            counted.fetch_add(1, Ordering::SeqCst);
            let (mut text, mut buffer) = (String::new(), [0_u8; 4096]);
            while !text.ends_with('}') {
                let read = stream.read(&mut buffer).unwrap_or(0);
                if read == 0 {
                    break;
                }
                text.push_str(&String::from_utf8_lossy(buffer.get(..read).unwrap()));
            }
            drop(stream.write_all(answer.as_bytes()));
            drop(tell.send(text));
        }
    });
    (address, count, told)
}

fn open() -> Settings {
    let timeout = Duration::from_secs(2);
    Settings { plain_http: true, networks: vec!["127.0.0.0/8".parse().unwrap()], timeout }
}

fn call(url: String, secrets: Vec<SecretString>) -> Call {
    Call { url, id: "msg_1".to_owned(), body: r#"{"type":"test"}"#.to_owned(), secrets }
}

fn header<'a>(request: &'a str, name: &str) -> &'a str {
    let line = request.lines().find_map(|line| line.split_once(": ").filter(|(found, _)| found.eq_ignore_ascii_case(name)));
    line.unwrap().1
}

#[test]
fn both_secrets_of_a_rotation_verify_with_the_standards_library() {
    let (address, _, told) = listener("HTTP/1.1 204 No Content\r\n\r\n");
    let client = Arc::new(Webhooks::new(open()));
    let secrets = vec![new_secret().unwrap(), new_secret().unwrap()];
    assert_eq!(client.send_now(call(format!("http://{address}/x"), secrets.clone())), Outcome::Taken(204));
    let request = told.recv().unwrap();
    let body = request.split_once("\r\n\r\n").unwrap().1;
    let mut headers = HeaderMap::new();
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(header(&request, name)).unwrap());
    }
    for secret in &secrets {
        let webhook = standardwebhooks::Webhook::new(secret.expose_secret()).unwrap();
        assert!(webhook.verify(body.as_bytes(), &headers).is_ok());
        assert!(webhook.verify(b"{}", &headers).is_err());
    }
    let other = standardwebhooks::Webhook::new(new_secret().unwrap().expose_secret()).unwrap();
    assert!(other.verify(body.as_bytes(), &headers).is_err());
    let claimed = Claimed {
        id: header(&request, "webhook-id"),
        timestamp: header(&request, "webhook-timestamp"),
        signature: header(&request, "webhook-signature"),
    };
    assert!(claimed.is_signed_by(secrets.get(1..).unwrap(), body.as_bytes()));
    assert!(!claimed.is_signed_by(&[], body.as_bytes()));
    assert!(!Claimed { timestamp: "1", ..claimed }.is_signed_by(&secrets, body.as_bytes()));
    assert!(!Claimed { signature: "v1,\n", ..claimed }.is_signed_by(&secrets, body.as_bytes()));
}

#[test]
fn a_redirect_is_an_answer_and_never_followed() {
    let (target, count, _told) = listener("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let text = format!("HTTP/1.1 307 Temporary Redirect\r\nlocation: http://{target}/\r\ncontent-length: 0\r\n\r\n");
    let (address, ..) = listener(Box::leak(text.into_boxed_str()));
    let client = Arc::new(Webhooks::new(open()));
    let secrets = vec![new_secret().unwrap()];
    assert_eq!(client.send_now(call(format!("http://{address}/"), secrets)), Outcome::Answered(307, None));
    assert_eq!(count.load(Ordering::SeqCst), 0);
}

#[test]
fn a_receiver_may_ask_to_wait_and_a_silent_one_times_out() {
    let (address, ..) = listener("HTTP/1.1 429 Too Many Requests\r\nretry-after: 7\r\ncontent-length: 0\r\n\r\n");
    let settings = Settings { timeout: Duration::from_millis(300), ..open() };
    let client = Arc::new(Webhooks::new(settings));
    let secrets = vec![new_secret().unwrap()];
    assert_eq!(client.send_now(call(format!("http://{address}/"), secrets.clone())), Outcome::Answered(429, Some(7)));
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", silent.local_addr().unwrap());
    assert_eq!(client.send_now(call(url.clone(), secrets.clone())), Outcome::TimedOut);
    drop(silent);
    assert_eq!(client.send_now(call(url, secrets)), Outcome::Unreachable);
}

#[test]
fn a_name_that_turns_inward_after_it_was_entered_is_never_connected_to() {
    let (address, count, _told) = listener("HTTP/1.1 200 OK\r\n\r\n");
    let asked = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&asked);
    // The first answer is public, all later ones are this machine.
    let lookup: Lookup = Arc::new(move |_name| {
        let first = seen.fetch_add(1, Ordering::SeqCst) == 0;
        let found = if first { "1.1.1.1" } else { "127.0.0.1" };
        Box::pin(async move { Ok(vec![found.parse().unwrap()]) })
    });
    let settings = Settings { plain_http: true, ..Settings::default() };
    let client = Arc::new(Webhooks::with_lookup(settings, lookup));
    let url = format!("http://rebind.example:{}/", address.port());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(client.check(&url)), Ok(()));
    assert_eq!(client.send_now(call(url, vec![new_secret().unwrap()])), Outcome::Blocked);
    for literal in ["127.0.0.1", "2130706433", "[::1]", "[::ffff:127.0.0.1]", "0x7f.1", "0"] {
        let url = format!("http://{literal}:{}/", address.port());
        assert_eq!(runtime.block_on(client.check(&url)), Err(Refused::Internal), "{literal}");
        assert_eq!(client.send_now(call(url, vec![new_secret().unwrap()])), Outcome::Blocked, "{literal}");
    }
    assert_eq!((count.load(Ordering::SeqCst), asked.load(Ordering::SeqCst)), (0, 2));
}

#[test]
fn a_name_with_one_inward_address_is_refused_whole() {
    let lookup: Lookup = Arc::new(|_name| Box::pin(async { Ok(vec!["1.1.1.1".parse().unwrap(), "10.0.0.1".parse().unwrap()]) }));
    let client = Webhooks::with_lookup(Settings::default(), lookup);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert_eq!(runtime.block_on(client.check("https://two.example/")), Err(Refused::Internal));
    let nobody: Lookup = Arc::new(|_name| Box::pin(async { Ok(Vec::new()) }));
    let client = Webhooks::with_lookup(Settings::default(), nobody);
    assert_eq!(runtime.block_on(client.check("https://none.example/")), Err(Refused::Unknown));
}
