//! Facts, grouped: the report, the league of units, the list of what is left out.

use std::collections::{BTreeMap, HashMap};

use base::db::{self, DbResult};
use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId};
use chrono::NaiveDate;
use diesel::PgConnection;
use people::grid::Scope;
use people::{community, grid};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::CaseId;
use super::figure::{Bucket, Exclusion, Fact, Measure, Tally};
use super::{KPI_PERIOD, rows};

base::words! {
    /// What figures are grouped by.
    GroupBy {
        /// The unit that holds it, or the community itself.
        Unit = "unit" "责任单位",
        /// The community.
        Community = "community" "社区",
        /// The category of the duty list.
        Category = "category" "事项类别",
    }
}

/// One figure of one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct FigureView {
    /// Counts and is well.
    pub good: u32,
    /// Counts and isn't.
    pub bad: u32,
    /// good + bad: what the rate is taken of.
    pub counted: u32,
    /// Doesn't count yet.
    pub pending: u32,
    /// Left out.
    pub excluded: u32,
    /// `93.33%`; none where nothing counts.
    pub rate: Option<String>,
}

impl FigureView {
    /// The rate, or a dash where nothing counts.
    pub(super) fn shown(&self) -> &str {
        self.rate.as_deref().unwrap_or("—")
    }
}

impl From<Tally> for FigureView {
    fn from(tally: Tally) -> Self {
        let Tally { good, bad, pending, excluded } = tally;
        Self { good, bad, counted: tally.counted(), pending, excluded, rate: tally.rate() }
    }
}

/// The figures of one group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct KpiRow {
    /// Id of the unit or community, or code of the category; `community` for what a community handles itself, `none` without category.
    pub key: String,
    /// Its name.
    pub name: String,
    /// Requests.
    pub total: u32,
    /// 响应率
    pub response: FigureView,
    /// 解决率
    pub resolution: FigureView,
    /// 满意率
    pub satisfaction: FigureView,
    /// One line to read out.
    pub summary: String,
}

/// A formula in words.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormulaView {
    /// The figure.
    pub measure: Measure,
    /// Its name.
    pub name: String,
    /// The formula in Chinese.
    pub zh: String,
    /// The formula in English.
    pub en: String,
}

/// Every formula.
pub(super) fn formulae() -> Vec<FormulaView> {
    let view = |measure: &Measure| {
        let (zh, en) = measure.formula();
        FormulaView { measure: *measure, name: measure.zh().to_owned(), zh: zh.to_owned(), en: en.to_owned() }
    };
    Measure::ALL.iter().map(view).collect()
}

#[derive(Debug, Clone, Copy, Default)]
struct Group {
    total: u32,
    tallies: [Tally; 3],
}

impl Group {
    fn add(&mut self, fact: &Fact) {
        self.total += 1;
        for (tally, measure) in self.tallies.iter_mut().zip(Measure::ALL) {
            tally.add(fact.bucket(*measure));
        }
    }

    fn row(self, key: String, name: String) -> KpiRow {
        let [response, resolution, satisfaction] = self.tallies.map(FigureView::from);
        let rate = |figure: &FigureView| figure.rate.clone().unwrap_or_else(|| "—".to_owned());
        let (one, two, three) = (rate(&response), rate(&resolution), rate(&satisfaction));
        let summary = format!("{name}：{} 件，响应率 {one}，解决率 {two}，满意率 {three}", self.total);
        KpiRow { key, name, total: self.total, response, resolution, satisfaction, summary }
    }
}

/// The facts of a period, in scope; 422 `kpi_period` for one that runs backwards or over a year.
pub(super) fn facts(connection: &mut PgConnection, scope: &Scope, period: (NaiveDate, NaiveDate)) -> Result<Vec<Fact>, ApiError> {
    let days = (period.1 - period.0).num_days();
    if !(0..=366).contains(&days) {
        return Err(ApiError::of(&KPI_PERIOD));
    }
    let now = db::now(connection)?;
    Ok(rows::facts(connection, scope, period, now)?)
}

/// The row over all facts.
pub(super) fn total(facts: &[Fact]) -> KpiRow {
    let mut all = Group::default();
    facts.iter().for_each(|fact| all.add(fact));
    all.row("total".to_owned(), "合计".to_owned())
}

/// Facts by group, in the order of their names; units and communities by their names, categories by their codes.
pub(super) fn grouped(connection: &mut PgConnection, facts: &[Fact], by: GroupBy) -> DbResult<Vec<KpiRow>> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for fact in facts {
        let key = match by {
            GroupBy::Unit => fact.organization.map_or_else(|| "community".to_owned(), |unit| unit.to_string()),
            GroupBy::Community => fact.community.to_string(),
            GroupBy::Category => fact.category.clone().unwrap_or_else(|| "none".to_owned()),
        };
        groups.entry(key).or_default().add(fact);
    }
    let names = names(connection, facts, by)?;
    let name = |key: &str| match (key, names.get(key)) {
        ("community", _) if by == GroupBy::Unit => "社区自办".to_owned(),
        ("none", _) if by == GroupBy::Category => "未分类".to_owned(),
        (_, Some(name)) => name.clone(),
        (key, None) => key.to_owned(),
    };
    let mut rows: Vec<KpiRow> = groups.into_iter().map(|(key, group)| group.row(key.clone(), name(&key))).collect();
    rows.sort_by(|one, other| (&one.name, &one.key).cmp(&(&other.name, &other.key)));
    Ok(rows)
}

fn names(connection: &mut PgConnection, facts: &[Fact], by: GroupBy) -> DbResult<HashMap<String, String>> {
    match by {
        GroupBy::Unit => {
            let mut ids: Vec<OrganizationId> = facts.iter().filter_map(|fact| fact.organization).collect();
            ids.sort_unstable();
            ids.dedup();
            let names = community::organization_names(connection, &ids)?;
            Ok(names.into_iter().map(|(id, name)| (id.to_string(), name)).collect())
        }
        GroupBy::Community => {
            let mut ids: Vec<GridUnitId> = facts.iter().map(|fact| fact.community).collect();
            ids.sort_unstable();
            ids.dedup();
            let units = grid::units_by_ids(connection, &ids)?;
            Ok(units.into_iter().map(|(id, unit)| (id.to_string(), unit.name)).collect())
        }
        GroupBy::Category => Ok(HashMap::new()),
    }
}

/// Units in the order of a figure, the best first; those of which nothing counts stand last. Never persons.
pub(super) fn league(connection: &mut PgConnection, facts: &[Fact], measure: Measure) -> DbResult<Vec<KpiRow>> {
    let mut rows = grouped(connection, facts, GroupBy::Unit)?;
    rows.retain(|row| row.key != "community");
    let figure = |row: &KpiRow| match measure {
        Measure::Response => (row.response.good, row.response.counted),
        Measure::Resolution => (row.resolution.good, row.resolution.counted),
        Measure::Satisfaction => (row.satisfaction.good, row.satisfaction.counted),
    };
    // Compared as fractions, so that rounding ranks nobody; of equals the one with more cases first.
    rows.sort_by(|one, other| {
        let ((a, b), (c, d)) = (figure(one), figure(other));
        let cross = (u64::from(c) * u64::from(b)).cmp(&(u64::from(a) * u64::from(d)));
        (b == 0).cmp(&(d == 0)).then(cross).then(d.cmp(&b)).then_with(|| one.name.cmp(&other.name))
    });
    Ok(rows)
}

/// A request that a figure leaves out.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ExclusionView {
    /// The request.
    pub request: CaseId,
    /// Its number.
    pub number: String,
    /// The figure.
    pub measure: Measure,
    /// Why.
    pub reason: Exclusion,
    /// The unit that holds it.
    pub organization: Option<OrganizationId>,
    /// One line to read out.
    pub summary: String,
}

/// Everything that is left out, by request and figure.
pub(super) fn exclusions(facts: &[Fact]) -> Vec<ExclusionView> {
    let mut all = Vec::new();
    for fact in facts {
        for measure in Measure::ALL {
            if let Bucket::Excluded(reason) = fact.bucket(*measure) {
                all.push(ExclusionView {
                    request: fact.id,
                    number: fact.number.clone(),
                    measure: *measure,
                    reason,
                    organization: fact.organization,
                    summary: format!("{} 不计入{}：{}", fact.number, measure.zh(), reason.zh()),
                });
            }
        }
    }
    all
}
