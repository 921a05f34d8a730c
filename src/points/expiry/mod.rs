//! Expiry: the sweep that books points past their date, and the reminder before. Owns `expiry_reminders`.
//! What may be spent never depends on when the sweep runs.

mod remind;
mod rows;
mod schema;
mod sweep;

pub(crate) use rows::forget;

use std::time::Duration;

use base::jobs::JobKind;

use crate::outside::Outside;

/// The jobs of this noun. The sweep runs hourly: midnight in Shanghai is none of its business, it takes what is past.
pub(crate) fn kinds(outside: &Outside) -> Vec<JobKind> {
    let outside = outside.clone();
    vec![
        JobKind::new("points_expiry_sweep", |db, _payload| Ok(sweep::sweep(db)?)).every(Duration::from_secs(3600)),
        JobKind::new("points_expiry_reminder", move |db, _payload| Ok(remind::remind(db, &outside)?))
            .every(Duration::from_secs(24 * 3600)),
    ]
}
