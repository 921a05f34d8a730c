//! Times as people say them: in Asia/Shanghai, and what is left until a deadline in words and by a colour's name.

use base::clock::SHANGHAI;
use base::http::Lang;
use chrono::{DateTime, Utc};

/// `2026-11-24 15:04`.
pub(crate) fn moment(at: &DateTime<Utc>) -> String {
    at.with_timezone(&SHANGHAI).format("%Y-%m-%d %H:%M").to_string()
}

/// What is left until a deadline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Left {
    /// How urgent it is: the class of the mark that shows it.
    pub(crate) class: &'static str,
    /// In words.
    pub(crate) text: String,
}

/// What is left until `deadline`.
pub(crate) fn left(deadline: Option<DateTime<Utc>>, now: DateTime<Utc>, lang: Lang) -> Left {
    let Some(deadline) = deadline else {
        return Left { class: "calm", text: lang.pick("无期限", "no deadline").to_owned() };
    };
    let minutes = (deadline - now).num_minutes();
    let amount = match minutes.abs() {
        span if span < 60 => format!("{span} {}", lang.pick("分钟", "min")),
        span if span < 48 * 60 => format!("{} {}", span / 60, lang.pick("小时", "h")),
        span => format!("{} {}", span / (24 * 60), lang.pick("天", "d")),
    };
    let (class, text) = match minutes {
        late if late < 0 => ("late", lang.pick("已逾期 ", "late by ").to_owned() + &amount),
        soon if soon < 4 * 60 => ("soon", lang.pick("还剩 ", "left: ").to_owned() + &amount),
        near if near < 24 * 60 => ("near", lang.pick("还剩 ", "left: ").to_owned() + &amount),
        _ => ("calm", lang.pick("还剩 ", "left: ").to_owned() + &amount),
    };
    Left { class, text }
}

#[cfg(test)]
mod tests {
    use chrono::Duration;

    use super::*;

    #[test]
    fn what_is_left_is_said_in_the_unit_that_matters() {
        let now = DateTime::from_timestamp(1_800_000_000, 0).unwrap();
        let said = |minutes: i64| {
            let left = left(Some(now + Duration::minutes(minutes)), now, Lang::Zh);
            (left.class, left.text)
        };
        assert_eq!(said(185), ("soon", "还剩 3 小时".to_owned()));
        assert_eq!(said(-30), ("late", "已逾期 30 分钟".to_owned()));
        assert_eq!(said(20 * 60), ("near", "还剩 20 小时".to_owned()));
        assert_eq!(said(72 * 60), ("calm", "还剩 3 天".to_owned()));
    }
}
