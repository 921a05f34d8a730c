//! The sandbox's pushes go to a callback by themselves, as WeChat's do: posted when they are due, tried three times in all, five seconds
//! apart, until somebody answers 200.

use std::sync::Weak;
use std::time::Duration;

use serde_json::Value;

use super::http::Sandbox;
use super::state::Outgoing;

/// How often the list is looked at.
const EVERY: Duration = Duration::from_millis(100);
/// WeChat waits no longer for an answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Delivers until the sandbox is gone.
pub(super) async fn deliver(sandbox: Weak<Sandbox>, callback: String) {
    let Ok(client) = reqwest::Client::builder().no_proxy().timeout(PATIENCE).build() else { return };
    let mut tick = tokio::time::interval(EVERY);
    tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tick.tick().await;
        let Some(sandbox) = sandbox.upgrade() else { return };
        let due = sandbox.state().take_due((sandbox.clock)());
        for push in due {
            if post(&client, &callback, &push).await {
                sandbox.state().delivered(push.serial);
            }
        }
    }
}

async fn post(client: &reqwest::Client, callback: &str, push: &Outgoing) -> bool {
    let url = format!(
        "{callback}?signature=sandbox&encrypt_type=aes&msg_signature={}&timestamp={}&nonce={}",
        push.msg_signature, push.timestamp, push.nonce
    );
    let body: &Value = &push.body;
    client.post(url).json(body).send().await.is_ok_and(|answer| answer.status() == 200)
}
