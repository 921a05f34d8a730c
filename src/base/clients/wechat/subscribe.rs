//! Subscription messages. One consent of a person buys one message, so what a send ended in decides what happens to
//! the consent balance: the outcome is typed.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Edition, Errcode, Retry, WeChat, WeChatError, error};

/// A message of one template to one person.
#[derive(Clone)]
pub struct Message {
    /// To whom.
    pub openid: String,
    /// Which template of our account.
    pub template_id: String,
    /// Values by the template's keys (`thing1`, `time2`…), cut to WeChat's limits before sending.
    pub data: Vec<(String, String)>,
    /// Page that the message opens, no leading `/`.
    pub page: Option<String>,
    /// Edition of the mini program that it opens.
    pub edition: Edition,
}

/// What a send ended in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Delivery {
    /// WeChat took it: one consent is used up.
    Sent {
        /// WeChat's number of the message, found again in `subscribe_msg_sent_event`.
        msgid: Option<String>,
    },
    /// 43101: no consent left, so set the balance to zero.
    NoConsent,
    /// 40037, 41030: template or page is wrong; somebody has to correct our settings.
    BadTemplate(Errcode),
    /// 47003: a value doesn't fit its key.
    DataInvalid,
    /// 40003, 43104: no such person for this mini program; don't try again.
    BadRecipient,
    /// Quota, outage or breaker: schedule a job. `WeChatError::may_have_happened` tells whether it may have arrived.
    Later(WeChatError),
    /// Anything else; don't try again.
    Failed(WeChatError),
}

#[derive(Deserialize)]
struct Reply {
    #[serde(default, deserialize_with = "error::lenient_text")]
    msgid: Option<String>,
}

impl From<WeChatError> for Delivery {
    fn from(error: WeChatError) -> Self {
        match &error {
            WeChatError::Refused(Errcode::NoConsent) => Self::NoConsent,
            WeChatError::Refused(code @ (Errcode::TemplateInvalid | Errcode::PageUnknown)) => Self::BadTemplate(*code),
            WeChatError::Refused(Errcode::DataInvalid) => Self::DataInvalid,
            WeChatError::Refused(Errcode::OpenidInvalid | Errcode::OpenidForeign) => Self::BadRecipient,
            _ => match error.retry() {
                Retry::Backoff | Retry::Later | Retry::FreshToken => Self::Later(error),
                Retry::FreshCode | Retry::Never | Retry::Alert => Self::Failed(error),
            },
        }
    }
}

/// Cuts a value to the limit of its key's kind, by characters: one too long refuses the whole message (47003).
fn fit(key: &str, value: &str) -> String {
    let kind = key.trim_end_matches(|char: char| char.is_ascii_digit());
    let limit = match kind {
        "thing" => 20,
        "number" | "letter" | "character_string" => 32,
        "phrase" => 5,
        "name" => 10,
        "phone_number" => 17,
        _ => return value.to_owned(),
    };
    value.chars().take(limit).collect()
}

fn body(message: &Message) -> Value {
    let data: Map<String, Value> =
        message.data.iter().map(|(key, value)| (key.clone(), json!({ "value": fit(key, value) }))).collect();
    let state = match message.edition {
        Edition::Release => "formal",
        Edition::Trial => "trial",
        Edition::Develop => "developer",
    };
    let mut body = json!({
        "touser": message.openid,
        "template_id": message.template_id,
        "data": data,
        "miniprogram_state": state,
        "lang": "zh_CN",
    });
    if let (Some(page), Some(fields)) = (&message.page, body.as_object_mut()) {
        fields.insert("page".to_owned(), Value::from(page.as_str()));
    }
    body
}

impl WeChat {
    /// Sends a subscription message, once: a retry could deliver it twice, so that is the job's decision.
    pub async fn send(&self, message: &Message) -> Delivery {
        match self.post(&self.subscribe_lane, &body(message), error::decode::<Reply>).await {
            Ok(reply) => Delivery::Sent { msgid: reply.msgid },
            Err(error) => Delivery::from(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_cut_by_characters() {
        assert_eq!(fit("thing12", &"长".repeat(30)), "长".repeat(20));
        assert_eq!(fit("phrase1", "已经受理了吗"), "已经受理了");
        assert_eq!(fit("time2", &"9".repeat(50)), "9".repeat(50));
    }

    #[test]
    fn each_code_has_its_outcome() {
        let outcome = |code: i64| Delivery::from(WeChatError::Refused(Errcode::from(code)));
        assert_eq!(outcome(43101), Delivery::NoConsent);
        assert_eq!(outcome(47003), Delivery::DataInvalid);
        assert_eq!(outcome(40003), Delivery::BadRecipient);
        assert!(matches!(outcome(40037), Delivery::BadTemplate(_)));
        assert!(matches!(outcome(41030), Delivery::BadTemplate(_)));
        for code in [-1, 45009, 45011, 40001] {
            assert!(matches!(outcome(code), Delivery::Later(_)), "{code}");
        }
        assert!(matches!(outcome(48001), Delivery::Failed(_)));
    }
}
