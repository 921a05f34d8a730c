//! Who lives where. States: `claimed → confirmed → moved_out`, `claimed → refused`; one row lives per person and entrance, one
//! confirmed row of a person is the voting one.
//!
//! Who may move one on stands in [`STATES`].

mod claim;
mod decide;
mod hooks;
pub mod http;
mod jobs;
mod moving;
mod rows;
mod state;
mod view;

pub(super) use claim::{Claim, entrance_and_community};
pub use decide::ResidencyBulkOutcome;
pub(super) use decide::enter_managed;
pub use hooks::{export, home};
pub(super) use jobs::REGISTER_CHANGED;
pub use jobs::jobs;
pub use moving::erase;
pub(super) use moving::merge;
pub use rows::{community_of_person, confirmed_in, household_in, households_in, residents_of, voting_entrance};
pub use state::{ResidencyState, STATES};
pub use view::ResidencyView;
pub(super) use view::shown;

use std::collections::HashSet;

use base::db::{DbResult, now};
use base::ids::PersonId;
use diesel::PgConnection;

use super::households::{self, HouseholdId};

base::typed_ids! {
    /// A residency.
    ResidencyId;
}

base::error_codes! {
    NOT_AN_ENTRANCE 422 "not_an_entrance" "请选择楼门（不是小区或片区），或扫描楼门海报。" "Choose an entrance, or scan its poster.";
    TICKET_UNKNOWN 422 "ticket_unknown" "二维码无效或已更换，请扫描新的楼门海报。" "The poster's code is unknown or was replaced.";
    TOO_MANY_CLAIMS 409 "too_many_claims" "待确认的住址太多，请等待网格员确认。" "Too many residences wait for confirmation.";
    NOT_OWN_RESIDENCE 403 "not_own_residence" "不能确认自己或同户家人的住址，请由其他工作人员办理。" "Nobody confirms their own residence or that of their household.";
    RESIDENCY_DECIDED 409 "residency_decided" "该住址已处理，请刷新。" "This residence has been decided already.";
    NO_RESIDENCE 409 "no_residence" "您没有登记的住址。" "There is no residence to move out of.";
    SEVERAL_RESIDENCES 409 "several_residences" "您有多处住址，请选择要迁出的一处。" "You have several residences; name the one to leave.";
}

crate::permissions! {
    /// Claim a residence at an entrance.
    ResidencyClaim "residency_claim" [Person Own];
    /// See one's own residences.
    ResidencyMine "residency_mine" [Person Own];
    /// See residences of one's scope.
    ResidencyList "residency_list" [GridWorker Grid, CommunityStaff Community];
    /// Confirm a claimed residence.
    ResidencyConfirm "residency_confirm" [GridWorker Grid, CommunityStaff Community];
    /// Confirm many claimed residences.
    ResidencyConfirmBulk "residency_confirm_bulk" [GridWorker Grid, CommunityStaff Community];
    /// Refuse a claimed residence with a reason.
    ResidencyRefuse "residency_refuse" [GridWorker Grid, CommunityStaff Community];
    /// Move out of one's own residence.
    ResidencyLeave "residency_leave" [Person Own];
    /// Note that a resident has moved out.
    ResidencyEnd "residency_end" [CommunityStaff Community];
}

/// Do two people live in one household now: by the register, or by residencies behind one door? Whoever approves asks this.
pub fn same_household(connection: &mut PgConnection, one: PersonId, other: PersonId) -> DbResult<bool> {
    if one == other {
        return Ok(true);
    }
    Ok(!same_households(connection, &[(one, other)])?.is_empty())
}

/// Those of the pairs who live in one household now, whatever their number; a person does with themselves.
pub fn same_households(connection: &mut PgConnection, pairs: &[(PersonId, PersonId)]) -> DbResult<HashSet<(PersonId, PersonId)>> {
    let mut persons: Vec<PersonId> = pairs.iter().flat_map(|(one, other)| [*one, *other]).collect();
    persons.sort();
    persons.dedup();
    let today = base::clock::shanghai_date(now(connection)?);
    let listed = households::listed(connection, &persons, today)?;
    let doors = rows::doors(connection, &persons)?;
    let meets = |one: &PersonId, other: &PersonId| {
        one == other
            || rows::share(&listed, one, other, |mine, theirs| mine == theirs)
            || rows::share(&doors, one, other, rows::one_door)
    };
    Ok(pairs.iter().filter(|(one, other)| meets(one, other)).copied().collect())
}

/// The household of a person's voting (else first) confirmed residence; `None` when no door is known.
pub fn household_of(connection: &mut PgConnection, person: PersonId) -> DbResult<Option<HouseholdId>> {
    rows::household_of(connection, person)
}
