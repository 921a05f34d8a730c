//! Figures 响应率 / 解决率 / 满意率: per unit, community or category over a period, with their formulae in the answer. Units are ranked,
//! persons never. What is left out is listed with its reason; a unit may appeal, the street decides. And the weekly brief of the street
//! (HTML, XLSX), and the burden meter: how many asks each grid worker got.
//!
//! A request counts for the unit that holds it now (or the community), once in each figure, so groups are disjoint and add up.
//! Owns the table `kpi_appeals`.

mod appeal;
mod brief;
mod burden;
mod figure;
pub mod http;
pub mod http_appeals;
pub mod http_briefs;
mod report;
mod rows;
mod rows_appeals;
mod schema;
mod workbook;

pub use burden::{AskCount, BurdenOfAll, BurdenOfOne};
pub use figure::{Bucket, Exclusion, Fact, Measure};
pub use report::{ExclusionView, FigureView, FormulaView, GroupBy, KpiRow};

base::typed_ids! {
    /// An appeal against how a request counts.
    AppealId;
}

base::error_codes! {
    KPI_PERIOD 422 "kpi_period" "统计期须从早到晚，且不超过 366 天。" "A period goes from early to late and takes 366 days at most.";
    APPEAL_EXISTS 409 "appeal_exists" "该诉求的这项指标已有申诉。" "There is an appeal for this request and figure already.";
    APPEAL_DECIDED 409 "appeal_decided" "该申诉已有决定。" "The appeal has been decided.";
    APPEAL_BY_ITSELF 409 "appeal_by_itself" "不能决定自己提出的申诉。" "Nobody decides on an appeal of their own.";
}

/// State machines.
pub const STATES: &[base::state::StateTable] = &[("kpi_appeal", appeal::AppealState::TABLE)];

people::permissions! {
    /// See the figures of requests.
    KpiFind "kpi_find" [UnitHandler Organization, CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// See what the figures leave out, and why.
    KpiExclusionList "kpi_exclusion_list" [UnitHandler Organization, CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// See units in the order of a figure.
    KpiLeague "kpi_league" [CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Appeal against how a request counts in the figures of one's unit.
    KpiAppealCreate "kpi_appeal_create" [UnitHandler Organization];
    /// See appeals.
    KpiAppealList "kpi_appeal_list" [UnitHandler Organization, CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Grant an appeal.
    KpiAppealGrant "kpi_appeal_grant" [StreetStaff Street];
    /// Refuse an appeal.
    KpiAppealRefuse "kpi_appeal_refuse" [StreetStaff Street];
    /// Read the weekly brief.
    BriefHtmlFind "brief_html_find" [CommunityStaff Community, StreetStaff Street];
    /// Get the weekly brief as a workbook.
    BriefXlsxFind "brief_xlsx_find" [CommunityStaff Community, StreetStaff Street];
    /// See how many asks one got.
    BurdenMine "burden_mine" [GridWorker Own];
    /// See how many asks the grid workers of a community got, without names.
    BurdenFind "burden_find" [CommunityStaff Community, StreetStaff Street];
}
