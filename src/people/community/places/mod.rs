//! The public side of the grid: its units, who is responsible for me, the red list, posters of entrances.

pub mod deputy;
pub mod http;
mod poster;
mod responsible;

pub use responsible::ResponsibleView;

crate::permissions! {
    /// See the units of the grid.
    UnitList "unit_list" [Person Anyone];
    /// See one unit of the grid.
    UnitFind "unit_find" [Person Anyone];
    /// See who is responsible for me.
    GridMine "grid_mine" [Person Own];
    /// See blocks without an active worker.
    GridRedList "grid_red_list" [CommunityStaff Community, StreetStaff Street, Auditor Community];
    /// Name who stands in for the worker of a block.
    DeputyName "deputy_name" [CommunityStaff Community];
    /// Print the poster of an entrance.
    PosterCreate "poster_create" [GridWorker Grid, CommunityStaff Community];
}
