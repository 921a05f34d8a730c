//! A server that speaks WeChat's wire over real HTTP: the client's only double, in tests and in the demo, where it is
//! the WeChat of a community without an account. It is never part of an installation with a real appid.
//!
//! `http` holds the handlers, `state` what it knows (pure, the clock passed in), `wire` its answers, `deliver` its pushes, `trouble` what
//! can be made to go wrong. Its own interface:
//!
//! | call | does |
//! |---|---|
//! | `POST /sandbox/login-codes {person, appid?}` | a login code for any label: `{code, openid}`; of another appid on request |
//! | `POST /sandbox/phone-codes {phone}` | a phone code: `{code}` |
//! | `GET /sandbox/messages?openid=` | subscription messages that have arrived |
//! | `POST /sandbox/taps {person, template, accepted}` | the person taps on a subscription: WeChat pushes it |
//! | `GET /sandbox/pushes` | pushes that are due (media verdicts, subscription events), signed and encrypted, ready to be posted; with a callback they are posted by themselves |
//! | `GET /sandbox/counters` | calls by path, tokens handed out |
//! | `POST /sandbox/tokens/expire` | makes all access tokens expire |
//! | `GET`, `PUT /sandbox/trouble` | the trouble, or `{"preset": "none" \| "realistic"}` |

mod deliver;
mod http;
mod state;
mod trouble;
mod wire;

use chrono::{DateTime, Utc};
use secrecy::SecretString;

pub use http::{ServerHandle, start};
pub use state::openid;
pub use trouble::{Down, Garbage, Trouble, Verdict};

use super::push::PushKeys;

/// What the sandbox is made with.
pub struct Config {
    /// The one mini program it knows.
    pub appid: String,
    /// Its secret.
    pub secret: SecretString,
    /// Signs and encrypts pushes; without it there are none.
    pub push_keys: Option<PushKeys>,
    /// Its time, so that a demo's moved clock ages codes and tokens too.
    pub clock: fn() -> DateTime<Utc>,
    /// Where its pushes are posted; none: they wait to be fetched.
    pub callback: Option<String>,
}
