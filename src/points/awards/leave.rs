//! A person leaves: awards that still wait for a budget are given up, with their share of the caps.

use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;
use base::money::Points;

use super::{caps, rows};
use crate::rules;

/// Gives up what waits for a person. Run again, it finds nothing.
pub(crate) fn give_up(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    for award in rows::waiting_of_person(tx.conn(), person)? {
        let Some(rule) = award.rule_id else { continue };
        let (Some(rule), Some(event)) = (rules::rule_find(tx.conn(), rule)?, rows::event_of(tx.conn(), &award)?) else {
            continue;
        };
        // The household's counter stays: nobody else gains by a leaver.
        let windows = caps::windows(&rule.terms().caps, rule.lineage_id, person.0, None, event.occurred_at);
        rows::caps_lock(tx.conn(), rule.lineage_id, &windows)?;
        if rows::mark_given_up(tx.conn(), award.id)? == 1 {
            let back = Points::from_hundredths(-award.amount.hundredths());
            rows::caps_use(tx.conn(), rule.lineage_id, &windows, back)?;
        }
    }
    Ok(())
}
