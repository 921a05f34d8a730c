//! Jobs: plans make their tasks, and what is late gets its mark.

use std::time::Duration;

use base::jobs::JobKind;

use super::{plans, tasks};

/// The jobs.
pub fn all() -> Vec<JobKind> {
    vec![
        JobKind::new("grid_task_plan", |db, _payload| plans::make_due(db)).every(Duration::from_secs(600)),
        JobKind::new("grid_task_overdue", |db, _payload| tasks::overdue::mark_all(db)).every(Duration::from_secs(300)),
        JobKind::new("grid_task_reinspect", |db, _payload| tasks::hazard::call_due(db)).every(Duration::from_secs(600)),
    ]
}
