//! The weekly brief: the figures of a week by community, unit and category, what is overdue, what is left out. Made on demand from the
//! same facts as the figures, so the two can't differ. It names requests by number, never by their text.

use base::error::{self, ApiError};
use chrono::{Duration, NaiveDate, Weekday};
use diesel::PgConnection;
use people::grid::Scope;

use askama::Template;

use super::figure::Measure;
use super::report::{self, ExclusionView, FormulaView, GroupBy, KpiRow};

/// A week: `2026-W48`, Monday to Sunday.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Week {
    year: i32,
    number: u32,
    from: NaiveDate,
}

impl Week {
    /// 404 for what is no week.
    pub(super) fn parse(text: &str) -> Result<Self, ApiError> {
        let found = text.split_once("-W").and_then(|(year, number)| {
            let (year, number): (i32, u32) = (year.parse().ok()?, number.parse().ok()?);
            let from = NaiveDate::from_isoywd_opt(year, number, Weekday::Mon)?;
            (2020..=2100).contains(&year).then_some(Self { year, number, from })
        });
        found.ok_or_else(|| ApiError::of(&error::NOT_FOUND))
    }

    /// First and last day.
    pub(super) fn period(self) -> (NaiveDate, NaiveDate) {
        (self.from, self.from + Duration::days(6))
    }

    /// As in its file's name.
    pub(super) fn name(self) -> String {
        format!("{}-W{:02}", self.year, self.number)
    }
}

/// A table of figures with its heading.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) title: &'static str,
    pub(super) rows: Vec<KpiRow>,
}

/// The brief of a week.
#[derive(Debug, Template)]
#[template(path = "brief.html", config = "kpis/askama.toml")]
pub(super) struct Brief {
    pub(super) week: String,
    pub(super) from: NaiveDate,
    pub(super) to: NaiveDate,
    pub(super) total: KpiRow,
    pub(super) tables: Vec<Table>,
    pub(super) exclusions: Vec<ExclusionView>,
    pub(super) formulae: Vec<FormulaView>,
}

/// Makes it, of what the scope reaches.
pub(super) fn make(connection: &mut PgConnection, scope: &Scope, week: Week) -> Result<Brief, ApiError> {
    let (from, to) = week.period();
    let facts = report::facts(connection, scope, (from, to))?;
    let tables = vec![
        Table { title: "各社区", rows: report::grouped(connection, &facts, GroupBy::Community)? },
        Table { title: "责任单位（按解决率）", rows: report::league(connection, &facts, Measure::Resolution)? },
        Table { title: "事项类别", rows: report::grouped(connection, &facts, GroupBy::Category)? },
    ];
    Ok(Brief {
        week: week.name(),
        from,
        to,
        total: report::total(&facts),
        tables,
        exclusions: report::exclusions(&facts),
        formulae: report::formulae(),
    })
}

impl Brief {
    /// As a page; every value is escaped.
    pub(super) fn html(&self) -> Result<String, ApiError> {
        self.render().map_err(ApiError::internal)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_week_runs_from_monday_to_sunday() {
        let week = Week::parse("2026-W48").unwrap();
        let day = |text: &str| text.parse::<NaiveDate>().unwrap();
        assert_eq!(week.period(), (day("2026-11-23"), day("2026-11-29")));
        assert_eq!(week.name(), "2026-W48");
        assert_eq!(Week::parse("2026-W1").unwrap().name(), "2026-W01");
        for wrong in ["2026-48", "2026-W54", "2026-W00", "1999-W01", "x", "2026-W53x"] {
            assert!(Week::parse(wrong).is_err(), "{wrong}");
        }
    }
}
