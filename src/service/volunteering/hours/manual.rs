//! Hours entered by hand, for service that no shift covered: by whoever runs the project, decided by a second person.

use base::clock::shanghai_date;
use base::db::{Finished, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::text::{Text, Whole};
use chrono::{Duration, NaiveDate};
use people::grid::Scope;
use serde::Deserialize;

use super::{NewHours, Source, record, rows};
use crate::volunteering::projects::ProjectState;
use crate::volunteering::{
    BENEFICIARY_OUTSIDE, HOURS_OWN, HOURS_RECORDED, HoursId, PROJECT_NOT_OPEN, ProjectId, outward, projects, sign_ups,
};

/// Hours to be entered by hand.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewManualHours {
    /// Project.
    pub project_id: ProjectId,
    /// Who served.
    pub person_id: PersonId,
    /// Shanghai date of the service, in the last 90 days.
    pub date: NaiveDate,
    /// Full half hours.
    pub half_hours: Whole<1, 24>,
    /// Why they are entered by hand.
    pub reason: Text<200>,
}

/// Records manual hours, which wait for a second person.
pub(super) fn record_manual(
    mut tx: Tx<'_>,
    scope: &Scope,
    by: PersonId,
    id: HoursId,
    new: &NewManualHours,
) -> Result<Finished<()>, ApiError> {
    let project = projects::within(tx.conn(), scope, new.project_id)?;
    if project.state() == ProjectState::Draft {
        return Err(ApiError::of(&PROJECT_NOT_OPEN));
    }
    if new.person_id == by {
        return Err(ApiError::of(&HOURS_OWN));
    }
    let community = project.place(tx.conn())?.community();
    if !outward::belongs(tx.conn(), new.person_id, &community)? {
        return Err(ApiError::of(&BENEFICIARY_OUTSIDE));
    }
    sign_ups::hold_persons(tx.conn(), &[new.person_id])?;
    let today = shanghai_date(tx.now()?);
    if new.date > today || new.date < today - Duration::days(90) {
        return Err(ApiError::invalid("/date", "must lie in the last 90 days"));
    }
    if rows::exists_manual(tx.conn(), project.id, new.person_id, new.date)? {
        return Err(ApiError::of(&HOURS_RECORDED));
    }
    let hours = NewHours {
        id,
        project: project.id,
        shift: None,
        person: new.person_id,
        source: Source::Manual,
        span: None,
        day: new.date,
        half_hours: new.half_hours.get(),
        reason: Some(new.reason.to_string()),
        hints: Vec::new(),
        proposed_by: Some(by),
    };
    record(&mut tx, "hours_record", &project, hours)?;
    Ok(tx.done(())?)
}
