//! What the audit asks of requests: each query finds nothing while the statement holds.

use ledger::AuditCheck;

const fn check(name: &'static str, what: &'static str, sql: &'static str) -> AuditCheck {
    AuditCheck { name, what, sql }
}

/// The checks of requests.
pub const CHECKS: &[AuditCheck] = &[
    check(
        "request_events",
        "events of a request are numbered 1, 2, 3 … up to its last one",
        "SELECT r.id FROM requests r LEFT JOIN request_events e ON e.request_id = r.id GROUP BY r.id, r.event_last
            HAVING count(e.sequence) <> r.event_last OR min(e.sequence) <> 1 OR max(e.sequence) <> r.event_last",
    ),
    check(
        "request_state",
        "the state of a request is that of its last event",
        "SELECT r.id FROM requests r LEFT JOIN request_events e ON e.request_id = r.id AND e.sequence = r.event_last
            WHERE e.state IS DISTINCT FROM r.state",
    ),
    check(
        "request_assignment",
        "at a unit's desk that unit leads, and nobody else; at the other desks no unit has it",
        "SELECT r.id FROM requests r LEFT JOIN request_assignments a ON a.request_id = r.id AND a.part = 'lead' AND a.ended_at IS NULL
            WHERE a.organization_id IS DISTINCT FROM r.organization_id",
    ),
    check(
        "request_answer",
        "what is answered has the outcome of its last answer",
        "SELECT r.id FROM requests r LEFT JOIN LATERAL (SELECT outcome FROM request_answers a WHERE a.request_id = r.id
            ORDER BY round DESC LIMIT 1) a ON true
            WHERE r.state IN ('answered', 'closed') AND r.outcome NOT IN ('merged', 'withdrawn') AND a.outcome IS DISTINCT FROM r.outcome",
    ),
    check(
        "request_answer",
        "rounds of answers are numbered without gaps, and all but the last were rated or reopened",
        "SELECT request_id FROM request_answers GROUP BY request_id HAVING count(*) <> max(round)",
    ),
    check(
        "request_details",
        "every request has what was said at its filing",
        "SELECT r.id FROM requests r LEFT JOIN request_details d ON d.request_id = r.id WHERE d.request_id IS NULL",
    ),
    check(
        "request_points",
        "every points event about a request was confirmed by somebody who isn't its reporter",
        "SELECT e.id FROM award_events e LEFT JOIN request_confirmations c ON c.points_event = e.id
            LEFT JOIN requests r ON r.id = c.request_id
            WHERE e.evidence_kind = 'request' AND (c.request_id IS NULL OR c.confirmed_by = r.reporter_id
            OR e.beneficiary_person_id IS DISTINCT FROM r.reporter_id)",
    ),
];
