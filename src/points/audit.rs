//! What must hold between these tables and the ledger at every moment: queries that **must return no row**, run by `palm audit`.

use ledger::audit::AuditCheck;

const fn check(name: &'static str, what: &'static str, sql: &'static str) -> AuditCheck {
    AuditCheck { name, what, sql }
}

/// The checks of points.
pub const CHECKS: &[AuditCheck] = &[
    check(
        "award_posted",
        "every posted award has its transaction, with its amount and in its book",
        "SELECT a.id FROM awards a LEFT JOIN ledger_transactions t ON t.id = a.transaction_id AND t.kind = 'award'
            AND t.book_id = a.community_id AND t.subject_id = a.id AND t.amount = a.amount
            WHERE a.state IN ('posted', 'reversed') AND t.id IS NULL",
    ),
    check(
        "award_posted",
        "every award in the ledger has its event, rule and budget",
        "SELECT t.id FROM ledger_transactions t LEFT JOIN awards a ON a.transaction_id = t.id
            WHERE t.kind = 'award' AND t.subject_kind = 'award' AND (a.id IS NULL OR a.state NOT IN ('posted', 'reversed'))",
    ),
    check(
        "award_budget",
        "an award came out of the budget that it names, into the account of who earned (a minor's household pool)",
        "SELECT a.id FROM awards a JOIN m ON m.tx = a.transaction_id JOIN ledger_owners o ON o.account_id = m.acc
            WHERE NOT (m.acct = 'pool' AND o.owner_kind = 'household' AND a.beneficiary_person_id IS NOT NULL)
            AND o.owner_id <> CASE WHEN m.acct = 'budget' THEN a.budget_id
            ELSE coalesce(a.beneficiary_person_id, a.beneficiary_organization_id) END",
    ),
    check(
        "award_rule",
        "an award's rule was in force when it happened",
        "SELECT a.id FROM awards a JOIN award_events e ON e.id = a.event_id JOIN earning_rules r ON r.id = a.rule_id
            WHERE r.community_id <> a.community_id OR r.kind <> e.kind OR r.in_force_from > e.occurred_at OR r.ended_at <= e.occurred_at",
    ),
    check(
        "award_reversed",
        "an award is marked as taken back if and only if the ledger took it back",
        "SELECT a.id FROM awards a LEFT JOIN ledger_transactions r ON r.book_id = a.community_id AND r.reverses = a.transaction_id
            WHERE a.transaction_id IS NOT NULL AND a.reversed_by IS DISTINCT FROM r.id",
    ),
    check(
        "award_caps",
        "nobody got more of a rule in a day or month than its versions allow",
        "SELECT beneficiary, day FROM (SELECT r.lineage_id, coalesce(a.beneficiary_person_id, a.beneficiary_organization_id) AS beneficiary,
            (e.occurred_at AT TIME ZONE 'Asia/Shanghai')::date AS day, a.amount, r.person_day_cap AS cap
            FROM awards a JOIN award_events e ON e.id = a.event_id JOIN earning_rules r ON r.id = a.rule_id WHERE a.amount > 0) x
            GROUP BY lineage_id, beneficiary, day HAVING bool_and(cap IS NOT NULL) AND sum(amount) > max(cap)
        UNION ALL SELECT beneficiary, month::date FROM (SELECT r.lineage_id,
            coalesce(a.beneficiary_person_id, a.beneficiary_organization_id) AS beneficiary,
            date_trunc('month', e.occurred_at AT TIME ZONE 'Asia/Shanghai') AS month, a.amount, r.person_month_cap AS cap
            FROM awards a JOIN award_events e ON e.id = a.event_id JOIN earning_rules r ON r.id = a.rule_id WHERE a.amount > 0) x
            GROUP BY lineage_id, beneficiary, month HAVING bool_and(cap IS NOT NULL) AND sum(amount) > max(cap)",
    ),
    check(
        "award_caps",
        "no rule gave more in all than its versions allow",
        "SELECT r.lineage_id FROM awards a JOIN earning_rules r ON r.id = a.rule_id WHERE a.amount > 0
            GROUP BY 1 HAVING bool_and(r.total_cap IS NOT NULL) AND sum(a.amount) > max(r.total_cap)",
    ),
    check(
        "award_caps",
        "the counters of the caps say what was awarded",
        "SELECT lineage_id, subject_id, window_start FROM (SELECT r.lineage_id,
            coalesce(a.beneficiary_person_id, a.beneficiary_organization_id) AS subject_id,
            (e.occurred_at AT TIME ZONE 'Asia/Shanghai')::date AS window_start, sum(a.amount) AS amount
            FROM awards a JOIN award_events e ON e.id = a.event_id JOIN earning_rules r ON r.id = a.rule_id
            WHERE a.amount > 0 AND r.person_day_cap IS NOT NULL GROUP BY 1, 2, 3) x
            FULL JOIN (SELECT * FROM award_caps WHERE cap = 'person_day') c USING (lineage_id, subject_id, window_start)
            WHERE coalesce(amount, 0) <> coalesce(used, 0)",
    ),
    check(
        "budget_funded",
        "every approved decision on a budget has its transaction, and every funding its decision",
        "SELECT c.id FROM budget_changes c JOIN budgets b ON b.id = c.budget_id LEFT JOIN ledger_transactions t
            ON t.id = c.transaction_id AND t.book_id = b.community_id AND t.subject_id = b.id AND t.amount = c.amount
            AND t.kind = CASE c.kind WHEN 'unfund' THEN 'unfund' ELSE 'fund' END WHERE c.state = 'approved' AND t.id IS NULL
        UNION ALL SELECT t.id FROM ledger_transactions t LEFT JOIN budget_changes c ON c.transaction_id = t.id
            WHERE t.subject_kind = 'budget' AND t.kind IN ('fund', 'unfund') AND (c.id IS NULL OR c.state <> 'approved')",
    ),
    check(
        "transfer_posted",
        "every gift and donation has its transaction, and the reverse",
        "SELECT coalesce(p.id, t.id) FROM (SELECT * FROM ledger_transactions WHERE subject_kind = 'transfer' AND kind = 'transfer') t
            FULL JOIN point_transfers p ON p.transaction_id = t.id
            WHERE p.id IS NULL OR t.id IS NULL OR t.amount <> p.amount OR t.book_id <> p.community_id OR t.subject_id <> p.id",
    ),
    check(
        "reversal_posted",
        "every approved reversal has its transaction, and the reverse",
        "SELECT coalesce(p.id, t.id) FROM (SELECT * FROM ledger_transactions WHERE subject_kind = 'reversal' AND kind = 'reverse') t
            FULL JOIN (SELECT * FROM point_reversals WHERE state = 'approved') p ON p.transaction_id = t.id
            WHERE p.id IS NULL OR t.id IS NULL OR t.reverses <> p.original_id OR t.book_id <> p.community_id",
    ),
];
