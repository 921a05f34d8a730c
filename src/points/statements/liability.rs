//! What a community owes in points, public to whoever is signed in. Every figure comes from one statement, so they agree: all of
//! them together are what was issued.

use base::db::DbResult;
use base::ids::GridUnitId;
use base::money::Points;
use chrono::NaiveDate;
use diesel::PgConnection;
use ledger::AccountKind;
use ledger::reads::{self, Total};
use serde::Serialize;
use utoipa::ToSchema;

use crate::place;

/// Outstanding points of one last day of spending.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Outstanding {
    /// Last day of spending; `null` for debts.
    pub expires_on: Option<NaiveDate>,
    /// How many, of persons, organizations and pools.
    pub amount: Points,
}

/// What a community owes in points.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct LiabilityView {
    /// The community.
    pub community: GridUnitId,
    /// Issued and not retired: the sum of all figures below.
    pub issued: Points,
    /// Left in budgets, not awarded.
    pub budgets: Points,
    /// Persons' points.
    pub persons: Points,
    /// Organizations' points; never turn into money.
    pub organizations: Points,
    /// Pools' points.
    pub pools: Points,
    /// Of persons, organizations and pools, by last day of spending.
    pub outstanding: Vec<Outstanding>,
    /// In open orders.
    pub held: Points,
    /// Captured, not settled: what merchants are to be paid for.
    pub merchants: Points,
    /// Expired, not used again.
    pub expired: Points,
    /// One plain sentence.
    pub summary: String,
}

/// Sorts a book's totals into figures.
fn figures(community: GridUnitId, totals: &[Total]) -> LiabilityView {
    let of = |kind: AccountKind| {
        let amounts = totals.iter().filter(|total| total.kind == kind).map(|total| total.amount.hundredths());
        Points::from_hundredths(amounts.sum())
    };
    let mut outstanding: std::collections::BTreeMap<_, i64> = std::collections::BTreeMap::new();
    for total in totals.iter().filter(|total| total.kind.is_own()) {
        *outstanding.entry(total.expires_on).or_default() += total.amount.hundredths();
    }
    let issued = Points::from_hundredths(-of(AccountKind::Issuance).hundredths());
    let persons = of(AccountKind::Wallet);
    LiabilityView {
        summary: format!("已发行未核销 {issued} 积分，其中居民持有 {persons} 积分"),
        community,
        issued,
        budgets: of(AccountKind::Budget),
        persons,
        organizations: of(AccountKind::Organization),
        pools: of(AccountKind::Pool),
        outstanding: outstanding
            .into_iter()
            .map(|(expires, amount)| Outstanding { expires_on: expires.date(), amount: Points::from_hundredths(amount) })
            .collect(),
        held: of(AccountKind::Escrow),
        merchants: of(AccountKind::Merchant),
        expired: of(AccountKind::Breakage),
    }
}

/// The figures of a community, now.
pub(super) fn liability(connection: &mut PgConnection, community: GridUnitId) -> DbResult<LiabilityView> {
    Ok(figures(community, &reads::totals(connection, place::book(community))?))
}

#[cfg(test)]
mod tests {
    use ledger::ExpiresOn;

    use super::*;

    #[test]
    fn the_figures_add_up_to_what_was_issued() {
        let month_end = NaiveDate::from_ymd_opt(2029, 11, 30).and_then(ExpiresOn::from_date).unwrap_or(ExpiresOn::NEVER);
        let total = |kind, expires_on, amount| Total { kind, expires_on, amount: Points::from_hundredths(amount) };
        let totals = [
            total(AccountKind::Issuance, ExpiresOn::NEVER, -10_000),
            total(AccountKind::Budget, ExpiresOn::NEVER, 6_000),
            total(AccountKind::Wallet, month_end, 2_500),
            total(AccountKind::Wallet, ExpiresOn::NEVER, -100),
            total(AccountKind::Organization, month_end, 600),
            total(AccountKind::Pool, month_end, 200),
            total(AccountKind::Escrow, month_end, 300),
            total(AccountKind::Merchant, ExpiresOn::NEVER, 400),
            total(AccountKind::Breakage, ExpiresOn::NEVER, 100),
        ];
        let view = figures(GridUnitId::new(), &totals);
        let parts = [view.budgets, view.persons, view.organizations, view.pools, view.held, view.merchants, view.expired];
        assert_eq!(parts.iter().map(|part| part.hundredths()).sum::<i64>(), view.issued.hundredths());
        assert_eq!(view.issued.hundredths(), 10_000);
        let by_month: i64 = view.outstanding.iter().map(|month| month.amount.hundredths()).sum();
        assert_eq!(by_month, [view.persons, view.organizations, view.pools].iter().map(|part| part.hundredths()).sum::<i64>());
        assert_eq!(view.outstanding.len(), 2, "one month end and the debts");
    }
}
