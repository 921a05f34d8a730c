//! Arguments as Open311 sends them, in a query or a form. An empty argument is an absent one; unknown ones are ignored, since clients
//! send what other servers want.

use base::text::Text;
use chrono::{DateTime, Utc};

use super::refusal::Refusal;

/// Most arguments of one call.
const MOST: usize = 300;

/// The pairs of a query or form, in their order.
#[derive(Debug, Clone, Default)]
pub(super) struct Arguments(Vec<(String, String)>);

impl Arguments {
    /// Reads `a=b&c=d`.
    pub(super) fn parse(encoded: &[u8]) -> Result<Self, Refusal> {
        let pairs: Result<Vec<(String, String)>, _> = serde_urlencoded::from_bytes(encoded);
        Self::from_pairs(pairs.map_err(|_form| Refusal::wrong("参数编码不正确。", "The arguments can't be read."))?)
    }

    /// Takes pairs that were read otherwise.
    pub(super) fn from_pairs(pairs: Vec<(String, String)>) -> Result<Self, Refusal> {
        let control = |text: &str| text.chars().any(|c| c == '\0');
        if pairs.len() > MOST || pairs.iter().any(|(name, value)| control(name) || control(value)) {
            return Err(Refusal::wrong("参数过多或含有控制字符。", "Too many arguments, or one contains the character NUL."));
        }
        Ok(Self(pairs))
    }

    /// These and others after them, which count only where these say nothing.
    pub(super) fn and(mut self, others: Self) -> Result<Self, Refusal> {
        self.0.retain(|(_, value)| !value.trim().is_empty());
        self.0.extend(others.0);
        Self::from_pairs(self.0)
    }

    /// An argument, unless it is absent or empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(found, _)| found == name).map(|(_, value)| value.trim()).filter(|value| !value.is_empty())
    }

    /// A required one.
    pub(super) fn need(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }

    /// A text of at most `MAX` characters, without control characters.
    pub(super) fn text<const MAX: usize>(&self, name: &str) -> Result<Option<Text<MAX>>, Refusal> {
        let wrong = |why| Refusal::wrong(format!("参数 {name} 不正确：{why}"), format!("The parameter {name} {why}."));
        self.get(name).map(|text| Text::new(text).map_err(wrong)).transpose()
    }

    /// A list separated by commas.
    pub(super) fn list(&self, name: &str) -> Vec<String> {
        let parts = self.get(name).unwrap_or_default().split(',').map(str::trim).filter(|part| !part.is_empty());
        parts.map(str::to_owned).collect()
    }

    /// A time with its zone, as `2010-01-01T00:00:00Z`.
    pub(super) fn instant(&self, name: &str) -> Result<Option<DateTime<Utc>>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        // A plus sign that wasn't encoded has become a space.
        let read = DateTime::parse_from_rfc3339(&text.replace(' ', "+")).ok().map(|at| at.to_utc());
        let near = read.filter(|at| (1990..2200).contains(&chrono::Datelike::year(at)));
        let wrong = || {
            Refusal::wrong(
                format!("参数 {name} 应为带时区的时间，例如 2010-01-01T00:00:00Z。"),
                format!("The parameter {name} must be a time with its zone, such as 2010-01-01T00:00:00Z."),
            )
        };
        near.map(Some).ok_or_else(wrong)
    }

    /// A number between two bounds.
    pub(super) fn number(&self, name: &str, low: f64, high: f64) -> Result<Option<f64>, Refusal> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let read = text.parse::<f64>().ok().filter(|number| (low..=high).contains(number));
        let wrong = || {
            Refusal::wrong(
                format!("参数 {name} 应为 {low} 至 {high} 之间的数。"),
                format!("The parameter {name} must be a number from {low} to {high}."),
            )
        };
        read.map(Some).ok_or_else(wrong)
    }

    /// A whole number between two bounds, else a default.
    pub(super) fn whole(&self, name: &str, low: i64, high: i64, default: i64) -> Result<i64, Refusal> {
        let Some(text) = self.get(name) else { return Ok(default) };
        let wrong = || {
            Refusal::wrong(
                format!("参数 {name} 应为 {low} 至 {high} 之间的整数。"),
                format!("The parameter {name} must be a whole number from {low} to {high}."),
            )
        };
        text.parse().ok().filter(|number| (low..=high).contains(number)).ok_or_else(wrong)
    }

    /// Is a flag set?
    pub(super) fn flag(&self, name: &str) -> bool {
        self.get(name).is_some_and(|text| text.eq_ignore_ascii_case("true") || text == "1")
    }

    /// The values of `attribute[CODE]` and `attribute[CODE][]`, several of one code joined by a comma.
    pub(super) fn attributes(&self) -> Vec<(String, String)> {
        let mut found: Vec<(String, String)> = Vec::new();
        for (name, value) in &self.0 {
            let Some(code) = name.strip_prefix("attribute[").and_then(|rest| rest.split_once(']')).map(|(code, _)| code) else {
                continue;
            };
            let value = value.trim();
            if value.is_empty() {
                continue;
            }
            match found.iter_mut().find(|(known, _)| known == code) {
                Some((_, values)) => {
                    values.push(',');
                    values.push_str(value);
                }
                None => found.push((code.to_owned(), value.to_owned())),
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Arguments {
        Arguments::parse(text.as_bytes()).unwrap()
    }

    #[test]
    fn empty_is_absent_and_unknown_is_ignored() {
        let arguments = read("service_code=&lat=+39.5+&foo=bar&status=open,%20closed,");
        assert_eq!(arguments.get("service_code"), None);
        assert_eq!(arguments.need("service_code").unwrap_err().status, 400);
        assert_eq!(arguments.number("lat", -90.0, 90.0).unwrap(), Some(39.5));
        assert_eq!(arguments.list("status"), ["open", "closed"]);
        assert!(Arguments::parse(b"a=%00").is_err());
        assert!(Arguments::parse("x=1&".repeat(301).as_bytes()).is_err());
    }

    #[test]
    fn attributes_come_single_and_multiple() {
        let arguments =
            read("attribute[WHAT]=123456&attribute%5BHOW%5D%5B%5D=a&attribute[HOW][]=b&attribute[NONE]=&attribute=x&attribute[");
        let wanted = [("WHAT", "123456"), ("HOW", "a,b")].map(|(code, value)| (code.to_owned(), value.to_owned()));
        assert_eq!(arguments.attributes(), wanted);
    }

    #[test]
    fn times_have_a_zone_and_numbers_their_bounds() {
        for (text, fine) in [
            ("2010-01-01T00:00:00Z", true),
            ("2010-01-01T08:00:00%2B08:00", true),
            ("2010-01-01T08:00:00+08:00", true),
            ("2010-01-01T00:00:00", false),
            ("2010-01-01", false),
            ("9999999-01-01T00:00:00Z", false),
            ("0001-01-01T00:00:00Z", false),
        ] {
            assert_eq!(read(&format!("start_date={text}")).instant("start_date").is_ok(), fine, "{text}");
        }
        for wrong in ["NaN", "inf", "91", "-90.1", "1e400", "39,5", "ninety"] {
            assert!(read(&format!("lat={wrong}")).number("lat", -90.0, 90.0).is_err(), "{wrong}");
        }
        for wrong in ["-1", "0", "1e9", "99999999999999999999"] {
            assert!(read(&format!("page={wrong}")).whole("page", 1, 1000, 1).is_err(), "{wrong}");
        }
    }
}
