//! What must hold between statements, orders and the ledger, each as a query that must return no row.

use ledger::audit::AuditCheck;

const fn check(name: &'static str, what: &'static str, sql: &'static str) -> AuditCheck {
    AuditCheck { name, what, sql }
}

/// The checks of this noun.
pub const CHECKS: &[AuditCheck] = &[
    check(
        "settlement",
        "a capture stands on one statement",
        "SELECT capture_id FROM settlement_lines GROUP BY 1 HAVING count(*) > 1",
    ),
    check(
        "settlement",
        "points and money of a statement are the sums of its lines",
        "SELECT s.id FROM settlements s LEFT JOIN settlement_lines l ON l.settlement_id = s.id GROUP BY s.id
            HAVING sum(l.fen) IS DISTINCT FROM s.fen OR sum(l.points) IS DISTINCT FROM s.points",
    ),
    check(
        "settlement",
        "what was retired is what was stated",
        "SELECT id FROM settlements LEFT JOIN m ON tx = transaction_id AND acct = 'merchant' WHERE transaction_id IS NOT NULL
            GROUP BY id HAVING sum(amt) IS DISTINCT FROM -points",
    ),
    check(
        "settlement",
        "every line is a capture of that merchant, as the order has it",
        "SELECT l.capture_id FROM settlement_lines l JOIN settlements s ON s.id = l.settlement_id
            LEFT JOIN redemptions r ON r.id = l.order_id
            WHERE (r.capture_id, r.settlement_id, r.merchant_id, r.points, r.rate, r.captured_at)
                IS DISTINCT FROM (l.capture_id, s.id, s.merchant_id, l.points, l.rate, l.captured_at)
        UNION ALL SELECT r.capture_id FROM redemptions r LEFT JOIN settlement_lines l ON l.capture_id = r.capture_id
            WHERE r.settlement_id IS DISTINCT FROM l.settlement_id AND r.capture_id IS NOT NULL",
    ),
    check(
        "settlement",
        "every merchant's account holds what was captured, not refunded and not paid",
        "SELECT o.owner_id FROM ledger_owners o JOIN ledger_balances b ON b.account_id = o.account_id WHERE o.owner_kind = 'merchant'
            GROUP BY o.owner_id HAVING sum(b.amount) <> (SELECT coalesce(sum(r.points), 0) FROM redemptions r
                LEFT JOIN settlements s ON s.id = r.settlement_id
                WHERE r.merchant_id = o.owner_id AND r.state = 'captured' AND s.state IS DISTINCT FROM 'paid')",
    ),
    check(
        "settlement",
        "every settlement of the ledger is a paid statement",
        "SELECT t.id FROM ledger_transactions t LEFT JOIN settlements s ON s.transaction_id = t.id
            WHERE t.kind = 'settle' AND (s.id IS NULL OR t.fact <> 'settle:' || s.id)",
    ),
];
