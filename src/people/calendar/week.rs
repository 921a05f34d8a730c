//! The hours of a community's week.

use std::fmt;

use chrono::{NaiveDate, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A minute of the day, 0 to 1440 (24:00); written `08:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Minute(i32);

impl Minute {
    /// From minutes after midnight; `None` beyond the day's end.
    pub fn new(minutes: i32) -> Option<Self> {
        (0..=1440).contains(&minutes).then_some(Self(minutes))
    }
    /// Minutes after midnight.
    pub const fn minutes(self) -> i32 {
        self.0
    }
    /// From `08:30`.
    pub fn parse(text: &str) -> Option<Self> {
        let (hour, minute) = text.split_once(':')?;
        let plain = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        if !plain(hour) || !plain(minute) {
            return None;
        }
        let (hour, minute): (i32, i32) = (hour.parse().ok()?, minute.parse().ok()?);
        (minute < 60).then(|| Self::new(hour * 60 + minute))?
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.0 / 60, self.0 % 60)
    }
}

impl Serialize for Minute {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Minute {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("must be a time of day such as 08:30"))
    }
}

impl utoipa::PartialSchema for Minute {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .pattern(Some("^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$"))
            .into()
    }
}

impl utoipa::ToSchema for Minute {
    fn name() -> std::borrow::Cow<'static, str> {
        "Minute".into()
    }
}

/// One stretch of work of one weekday.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    /// 1 is Monday, 7 is Sunday.
    pub weekday: i32,
    /// From.
    pub opens: Minute,
    /// To, not included.
    pub closes: Minute,
}

/// The hours of a week: at least one opening, none overlapping.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Week(Vec<Opening>);

impl Week {
    /// Checks and sorts; `None` when there is none, one ends before it starts, or two overlap.
    pub fn new(mut openings: Vec<Opening>) -> Option<Self> {
        openings.sort_unstable();
        let each = openings.iter().all(|opening| (1..=7).contains(&opening.weekday) && opening.opens < opening.closes);
        let apart = openings
            .iter()
            .zip(openings.iter().skip(1))
            .all(|(one, next)| one.weekday != next.weekday || one.closes <= next.opens);
        (!openings.is_empty() && each && apart).then_some(Self(openings))
    }

    /// Where a community has set nothing: Monday to Friday 08:30–12:00 and 14:30–17:30.
    pub fn usual() -> Self {
        let stretches = [(Minute(510), Minute(720)), (Minute(870), Minute(1050))];
        let all = (1..=5).flat_map(|weekday| stretches.map(|(opens, closes)| Opening { weekday, opens, closes }));
        Self(all.collect())
    }

    /// Every opening, Monday first.
    pub fn openings(&self) -> &[Opening] {
        &self.0
    }

    /// The stretches of a weekday, early first.
    pub(super) fn of(&self, weekday: Weekday) -> impl Iterator<Item = (i32, i32)> + '_ {
        let number = i32::try_from(weekday.number_from_monday()).unwrap_or(0);
        self.0.iter().filter(move |opening| opening.weekday == number).map(|opening| (opening.opens.0, opening.closes.0))
    }

    /// The stretches of a make-up day: its weekday's own, else those of the week's first working day, since it stands for one.
    pub(super) fn made_up(&self, weekday: Weekday) -> Vec<(i32, i32)> {
        let own: Vec<(i32, i32)> = self.of(weekday).collect();
        if !own.is_empty() {
            return own;
        }
        let first = self.0.first().map_or(0, |opening| opening.weekday);
        self.0.iter().filter(|opening| opening.weekday == first).map(|opening| (opening.opens.0, opening.closes.0)).collect()
    }
}

/// The days from one to another, both included.
pub(super) fn days(from: NaiveDate, to: NaiveDate) -> impl Iterator<Item = NaiveDate> {
    from.iter_days().take_while(move |date| *date <= to)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opening(weekday: i32, opens: &str, closes: &str) -> Opening {
        Opening { weekday, opens: Minute::parse(opens).unwrap(), closes: Minute::parse(closes).unwrap() }
    }

    #[test]
    fn a_time_of_day_has_one_form() {
        assert_eq!(Minute::parse("08:30").map(Minute::minutes), Some(510));
        assert_eq!(Minute::parse("24:00").map(|minute| minute.to_string()), Some("24:00".to_owned()));
        for wrong in ["8:30", "08:60", "24:01", "+8:30", "0830", "08:3", ""] {
            assert_eq!(Minute::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_week_has_hours_that_do_not_overlap() {
        assert!(Week::new(Vec::new()).is_none());
        assert!(Week::new(vec![opening(1, "09:00", "09:00")]).is_none());
        assert!(Week::new(vec![opening(8, "09:00", "10:00")]).is_none());
        assert!(Week::new(vec![opening(1, "09:00", "12:00"), opening(1, "11:59", "13:00")]).is_none());
        assert!(Week::new(vec![opening(1, "12:00", "13:00"), opening(1, "09:00", "12:00")]).is_some());
        assert!(Week::new(Week::usual().openings().to_vec()).is_some());
    }
}
