//! How a budget is shown.

use base::db::DbResult;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::money::Points;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use ledger::TransactionId;
use serde::Serialize;
use utoipa::ToSchema;

use super::budget::{BudgetState, ChangeKind, ChangeState, Source};
use super::rows::{self, Budget, ChangeRow};
use super::{BudgetId, ChangeId};

/// A budget: asked, approved, left.
#[derive(Debug, Serialize, ToSchema)]
pub struct BudgetView {
    /// Id.
    pub id: BudgetId,
    /// Whose book.
    pub community: GridUnitId,
    /// What it is for.
    pub name: String,
    /// The organization that pays.
    pub sponsor_organization: Option<OrganizationId>,
    /// The street or community that pays.
    pub sponsor_unit: Option<GridUnitId>,
    /// First day of awards.
    pub period_from: NaiveDate,
    /// Last day of awards.
    pub period_to: NaiveDate,
    /// State.
    pub state: BudgetState,
    /// Points asked for at first.
    pub asked: Points,
    /// Points approved: funded and topped up, less unfunded.
    pub approved: Points,
    /// Points left to award, from the ledger.
    pub left: Points,
    /// Who asked.
    pub requested_by: PersonId,
    /// Who decided.
    pub decided_by: Option<PersonId>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// Decisions on its points, oldest first.
    pub changes: Vec<ChangeView>,
    /// One plain sentence.
    pub summary: String,
}

/// A decision on a budget's points.
#[derive(Debug, Serialize, ToSchema)]
pub struct ChangeView {
    /// Id.
    pub id: ChangeId,
    /// The budget.
    pub budget: BudgetId,
    /// What it does.
    pub kind: ChangeKind,
    /// New or expired points.
    pub source: Source,
    /// How many.
    pub amount: Points,
    /// State.
    pub state: ChangeState,
    /// Who asked.
    pub requested_by: PersonId,
    /// Who approved or refused.
    pub approved_by: Option<PersonId>,
    /// The posting.
    pub transaction: Option<TransactionId>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was decided.
    pub decided_at: Option<DateTime<Utc>>,
}

impl From<ChangeRow> for ChangeView {
    fn from(row: ChangeRow) -> Self {
        Self {
            id: row.id,
            budget: row.budget_id,
            kind: row.kind,
            source: row.source,
            amount: row.amount,
            state: row.state,
            requested_by: row.requested_by,
            approved_by: row.approved_by,
            transaction: row.transaction_id,
            created_at: row.created_at,
            decided_at: row.decided_at,
        }
    }
}

const fn words(state: BudgetState) -> &'static str {
    match state {
        BudgetState::Requested => "待审批",
        BudgetState::Approved => "使用中",
        BudgetState::Refused => "未通过",
        BudgetState::Closed => "已关闭",
    }
}

fn view(budget: Budget, changes: Vec<ChangeView>, left: Points) -> BudgetView {
    let approved = changes.iter().filter(|change| change.state == ChangeState::Approved).fold(0_i64, |sum, change| {
        let amount = change.amount.hundredths();
        sum.saturating_add(if change.kind == ChangeKind::Unfund { -amount } else { amount })
    });
    let approved = Points::from_hundredths(approved);
    let summary = format!("预算“{}”：{}，已批 {approved} 积分，剩余 {left} 积分", budget.name, words(budget.state));
    BudgetView {
        id: budget.id,
        community: budget.community_id,
        name: budget.name,
        sponsor_organization: budget.sponsor_organization_id,
        sponsor_unit: budget.sponsor_unit_id,
        period_from: budget.period_from,
        period_to: budget.period_to,
        state: budget.state,
        asked: budget.asked,
        approved,
        left,
        requested_by: budget.requested_by,
        decided_by: budget.decided_by,
        created_at: budget.created_at,
        changes,
        summary,
    }
}

/// The views of budgets, in their order: two more queries for any number.
pub(super) fn views(connection: &mut PgConnection, budgets: Vec<Budget>) -> DbResult<Vec<BudgetView>> {
    let ids: Vec<BudgetId> = budgets.iter().map(|budget| budget.id).collect();
    let plain: Vec<uuid::Uuid> = ids.iter().map(|id| id.0).collect();
    let mut changes = rows::changes_of(connection, &ids)?;
    let left = ledger::reads::budgets_left(connection, &plain)?;
    let mut views = Vec::with_capacity(budgets.len());
    for budget in budgets {
        let own = changes.extract_if(.., |change| change.budget_id == budget.id).map(ChangeView::from).collect();
        let left = left.get(&budget.id.0).copied().unwrap_or_default();
        views.push(view(budget, own, left));
    }
    Ok(views)
}
