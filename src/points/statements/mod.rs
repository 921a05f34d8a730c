//! What somebody has and how it came: wallet, statement, CSV, and a book's public liability. Owns no table: figures are the
//! ledger's, waiting awards are `awards`'.

mod csv;
pub mod http;
pub mod http_household;
pub mod http_organization;
mod liability;
mod view;

pub use liability::{LiabilityView, Outstanding};
pub use view::{Expiring, LineView, WalletView};

people::permissions! {
    /// See one's own wallet.
    WalletFind "wallet_find" [Person Own];
    /// See one's own statement.
    StatementList "statement_list" [Person Own];
    /// Take one's own statement along as a table.
    StatementExport "statement_export" [Person Own];
    /// See the pool of one's own household.
    HouseholdPoolFind "household_pool_find" [Person Own];
    /// See the statement of the pool of one's own household.
    HouseholdStatementList "household_statement_list" [Person Own];
    /// See an organization's wallet.
    OrganizationWalletFind "organization_wallet_find" [MerchantOwner Organization, OrganizationContact Organization, UnitHandler Organization];
    /// See an organization's statement.
    OrganizationStatementList "organization_statement_list" [MerchantOwner Organization, OrganizationContact Organization, UnitHandler Organization];
    /// See what a community owes in points.
    LiabilityFind "liability_find" [Person Anyone];
}
