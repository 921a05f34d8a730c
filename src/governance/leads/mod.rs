//! Leads 未诉先办: what may be wrong though nobody complained. Patrols, hotspots, the season, alarms of facilities and words of the chat
//! raise them; a worker looks, and a lead found true becomes a request before anybody complains.
//!
//! Owns the tables `leads` and `lead_seasons`. States and who may move them stand with [`LeadState`].
//!
//! Invariants: what says the same again while a lead is open, or shortly after its decision, is counted there and not entered twice;
//! a verified lead has exactly one request; every decision has its reason, so that the precision of a source can be believed.

mod decide;
mod figures;
mod heard;
mod hooks;
mod hotspot;
pub mod http;
pub mod http_seasons;
mod jobs;
mod raise;
mod rows;
mod rows_season;
mod schema;
mod season;
mod view;

pub(crate) use decide::category_now;
pub use decide::{LeadDismissal, LeadVerification};
pub use figures::{FiguresView, SourceFigures};
pub use hooks::{ERASE, EXPORT, home};
pub use jobs::all as jobs;
pub use raise::{NewLead, Raise, Raised, raise};
pub use season::NewSeason;
pub use view::LeadView;

base::typed_ids! {
    /// A lead.
    LeadId;
    /// A yearly occasion.
    SeasonId;
}

base::error_codes! {
    SEASON_DAY 422 "season_day_wrong" "没有这一天，请重新选择月和日。" "There is no such day in that month.";
}

base::words! {
    /// Where a lead came from.
    LeadSource {
        /// A worker on the way.
        Patrol = "patrol" "巡查发现",
        /// Requests of one kind rise near one place.
        Hotspot = "hotspot" "热点上升",
        /// It goes wrong every year at that time.
        Season = "season" "季节提醒",
        /// A device of a facility.
        Facility = "facility" "设施告警",
        /// A word in the grid chat.
        Chat = "chat" "群聊关键词",
    }
}

base::words! {
    /// What people raise by hand.
    RaisedFrom {
        /// A worker on the way.
        Patrol = "patrol",
        /// A word in the grid chat.
        Chat = "chat",
    }
}

base::words! {
    /// State of a lead.
    LeadState {
        /// Somebody has to look.
        Open = "open" "待核实",
        /// True: it is a request.
        Verified = "verified" "属实已立案",
        /// Nothing to be done.
        Dismissed = "dismissed" "不成立",
    }
}

base::words! {
    /// Moves of a lead.
    LeadMove {
        /// It is true.
        Verify = "verify",
        /// It isn't, or nothing is to be done.
        Dismiss = "dismiss",
    }
}

base::machine! {
    LeadState by LeadMove {
        => Open "grid worker, staff, a job, a device";
        Open Verify Verified "grid worker or staff of the place, on the spot";
        Open Dismiss Dismissed "grid worker or staff of the place, with a reason";
    }
}

people::permissions! {
    /// Raise a lead from a patrol or a word of the chat.
    LeadCreate "lead_create" [GridWorker Grid, CommunityStaff Grid];
    /// List leads.
    LeadList "lead_list" [GridWorker Grid, CommunityStaff Grid, StreetStaff Grid];
    /// See a lead.
    LeadFind "lead_find" [GridWorker Grid, CommunityStaff Grid, StreetStaff Grid];
    /// Find a lead true: it becomes a request.
    LeadVerify "lead_verify" [GridWorker Grid, CommunityStaff Grid];
    /// Find that nothing is to be done about a lead.
    LeadDismiss "lead_dismiss" [GridWorker Grid, CommunityStaff Grid];
    /// See how often each source of leads was right.
    LeadFiguresFind "lead_figures_find" [CommunityStaff Grid, StreetStaff Grid, Auditor Community];
    /// Enter a yearly occasion.
    LeadSeasonCreate "lead_season_create" [CommunityStaff Grid];
    /// List yearly occasions.
    LeadSeasonList "lead_season_list" [GridWorker Community, CommunityStaff Grid, StreetStaff Grid];
    /// Take a yearly occasion out of use.
    LeadSeasonEnd "lead_season_end" [CommunityStaff Grid];
}

/// State machines of this noun.
pub const STATES: &[base::state::StateTable] = &[("lead", LeadState::TABLE)];
