//! What the audit asks of volunteering's tables: each query finds nothing while the statement holds.

use ledger::AuditCheck;

const fn check(name: &'static str, what: &'static str, sql: &'static str) -> AuditCheck {
    AuditCheck { name, what, sql }
}

/// The checks of volunteering.
pub const CHECKS: &[AuditCheck] = &[
    check(
        "volunteer_seats",
        "seats taken are the places held, and never above the capacity",
        "SELECT s.id FROM volunteer_shifts s WHERE s.taken > s.capacity OR s.taken < 0 OR s.taken <> \
         (SELECT count(*) FROM volunteer_sign_ups u WHERE u.shift_id = s.id AND u.state IN ('signed_up', 'checked_in', 'checked_out', 'absent') \
          AND NOT EXISTS (SELECT FROM volunteer_shifts c WHERE c.id = s.id AND c.state = 'cancelled'))",
    ),
    check(
        "volunteer_waiting",
        "while somebody waits for a shift that isn't over, all its seats are taken",
        "SELECT s.id FROM volunteer_shifts s WHERE s.taken < s.capacity AND s.state IN ('planned', 'running') \
         AND EXISTS (SELECT FROM volunteer_sign_ups u WHERE u.shift_id = s.id AND u.state = 'waiting')",
    ),
    check(
        "volunteer_two_places",
        "nobody has two places at one time",
        "SELECT a.id FROM volunteer_sign_ups a JOIN volunteer_shifts s ON s.id = a.shift_id \
         JOIN volunteer_sign_ups b ON b.person_id = a.person_id AND b.id > a.id JOIN volunteer_shifts t ON t.id = b.shift_id \
         WHERE a.state IN ('signed_up', 'waiting', 'checked_in', 'checked_out') AND b.state IN ('signed_up', 'waiting', 'checked_in', 'checked_out') \
         AND s.starts_at < t.ends_at AND t.starts_at < s.ends_at",
    ),
    check(
        "volunteer_two_persons",
        "whoever decided about hours is neither the beneficiary nor who proposed them",
        "SELECT id FROM volunteer_hours WHERE decided_by = person_id OR decided_by = proposed_by OR proposed_by = person_id \
         OR (state = 'approved' AND decided_by IS NULL)",
    ),
    check(
        "volunteer_hours_length",
        "hours of a shift count at most its length, and full half hours only",
        "SELECT h.id FROM volunteer_hours h JOIN volunteer_shifts s ON s.id = h.shift_id \
         WHERE h.half_hours > floor(extract(epoch FROM least(h.to_at - h.from_at, s.ends_at - s.starts_at)) / 1800)",
    ),
    check(
        "volunteer_day",
        "nobody has more than twelve hours on one day",
        "SELECT person_id, day FROM volunteer_hours WHERE state <> 'refused' GROUP BY 1, 2 HAVING sum(half_hours) > 24",
    ),
    check(
        "volunteer_checked_out",
        "whoever checked out has hours of that shift",
        "SELECT u.id FROM volunteer_sign_ups u WHERE u.state = 'checked_out' \
         AND NOT EXISTS (SELECT FROM volunteer_hours h WHERE h.shift_id = u.shift_id AND h.person_id = u.person_id)",
    ),
    check(
        "volunteer_points",
        "approved half hours have exactly one points event, of the same person and number; no event is without them",
        "SELECT coalesce(h.id, e.id) FROM (SELECT * FROM volunteer_hours WHERE state = 'approved' AND half_hours > 0) h \
         FULL JOIN (SELECT * FROM award_events WHERE kind = 'volunteer_hours' AND evidence_kind = 'volunteer_hours') e ON e.evidence_id = h.id \
         WHERE h.id IS NULL OR e.id IS NULL OR e.beneficiary_person_id IS DISTINCT FROM h.person_id OR e.quantity <> h.half_hours",
    ),
];
