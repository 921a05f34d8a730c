//! getuserphonenumber: the code of the phone button (not a login code) becomes a phone number. Each success is paid,
//! so it is not retried, and the caller keeps a month's cap.

use std::fmt;

use serde::Deserialize;
use serde_json::json;

use super::login::check_code;
use super::{WeChat, WeChatError, error};

/// A phone number that WeChat has verified. Its debug form hides it.
#[derive(Clone, PartialEq, Eq)]
pub struct PhoneNumber {
    /// Digits of the country code, `86`.
    pub country_code: String,
    /// Digits without the country code, `13800000000`.
    pub number: String,
}

impl fmt::Debug for PhoneNumber {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("PhoneNumber(…)")
    }
}

#[derive(Deserialize)]
struct Reply {
    phone_info: PhoneInfo,
}

#[derive(Deserialize)]
struct PhoneInfo {
    #[serde(rename = "purePhoneNumber", default, deserialize_with = "error::lenient_text")]
    number: Option<String>,
    #[serde(rename = "countryCode", default, deserialize_with = "error::lenient_text")]
    country_code: Option<String>,
    watermark: Watermark,
}

#[derive(Deserialize)]
struct Watermark {
    appid: String,
}

fn read(body: &[u8]) -> Result<(PhoneNumber, String), WeChatError> {
    let info = error::decode::<Reply>(body)?.phone_info;
    let digits = |text: Option<String>, longest: usize, part: &'static str| {
        text.filter(|text| (1..=longest).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()))
            .ok_or(WeChatError::Malformed(part))
    };
    let number = PhoneNumber {
        country_code: digits(info.country_code, 4, "countryCode")?,
        number: digits(info.number, 15, "purePhoneNumber")?,
    };
    Ok((number, info.watermark.appid))
}

impl WeChat {
    /// Exchanges a phone code (single use, 5 minutes). Errors as `login`.
    pub async fn phone_number(&self, code: &str) -> Result<PhoneNumber, WeChatError> {
        check_code(code)?;
        let (number, appid) = self.post(&self.phone_lane, &json!({ "code": code }), read).await?;
        // The watermark says for which mini program the person gave the number.
        if appid != self.settings.appid {
            return Err(WeChatError::Malformed("watermark of another appid"));
        }
        Ok(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(number: &str, country: &str) -> String {
        format!(
            r#"{{"errcode":0,"phone_info":{{"purePhoneNumber":{number},"countryCode":{country},"watermark":{{"appid":"wx1"}}}}}}"#
        )
    }

    #[test]
    fn country_code_may_be_a_number() {
        let (phone, appid) = read(body(r#""13800000000""#, "86").as_bytes()).unwrap();
        assert_eq!((phone.country_code.as_str(), phone.number.as_str(), appid.as_str()), ("86", "13800000000", "wx1"));
        assert!(!format!("{phone:?}").contains("138"));
    }

    #[test]
    fn what_is_no_number_is_malformed() {
        for (number, country) in [(r#""""#, "86"), ("null", "86"), (r#""138 0000""#, "86"), (r#""13800000000""#, r#""CN""#)] {
            assert!(matches!(read(body(number, country).as_bytes()), Err(WeChatError::Malformed(_))), "{number} {country}");
        }
    }
}
