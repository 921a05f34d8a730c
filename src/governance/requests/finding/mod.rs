//! Finding requests: what a handler narrows the list to, the statement behind it, and filters that somebody kept under a name.
//!
//! Owns the table `request_views`. Invariant: a filter only narrows; how far somebody sees is the scope's alone, also where a view is
//! shared or a file is made of it.

mod filters;
mod hooks;
pub mod http;
mod rows;
mod rows_statement;
mod rows_views;
mod schema;
mod write;

pub use filters::{RequestFilters, RequestQuery};
pub use hooks::{ERASE, EXPORT};
pub(super) use rows::{ids, list};
pub use write::{NewRequestView, RequestViewSharing};

base::typed_ids! {
    /// Filters kept under a name.
    RequestViewId;
}

base::error_codes! {
    SEARCH_SAYS_NOTHING 422 "search_says_nothing" "请输入文字或数字进行搜索。" "The search holds no letter and no digit.";
    VIEWS_FULL 409 "request_views_full" "保存的筛选已满 30 个，请先删除不用的。" "Thirty views are kept already; delete one first.";
}

people::permissions! {
    /// See the filters that one kept, and those shared in one's community.
    RequestViewList "request_view_list" [GridWorker Community, CommunityStaff Community, UnitHandler Own, StreetStaff Street];
    /// Keep filters under a name.
    RequestViewCreate "request_view_create" [GridWorker Own, CommunityStaff Own, UnitHandler Own, StreetStaff Own];
    /// Change filters that one kept.
    RequestViewUpdate "request_view_update" [Person Own];
    /// Delete filters that one kept.
    RequestViewDelete "request_view_delete" [Person Own];
    /// Share one's own filters in one's community, or no longer.
    RequestViewShare "request_view_share" [CommunityStaff Community];
}
