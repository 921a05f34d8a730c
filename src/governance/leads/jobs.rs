//! Jobs: hotspots are looked for, and the occasions of the day are raised.

use std::time::Duration;

use base::jobs::JobKind;

use super::{heard, hotspot, season};

/// The jobs.
pub fn all() -> Vec<JobKind> {
    vec![
        JobKind::new("lead_hotspot", |db, _payload| hotspot::look(db)).every(Duration::from_secs(24 * 3600)),
        JobKind::new(chat::keywords::KEYWORD_JOB, heard::raise_heard),
        JobKind::new("lead_season", |db, _payload| season::raise_due(db)).every(Duration::from_secs(6 * 3600)),
    ]
}
