//! What must hold between orders and the ledger, each as a query that must return no row.

use ledger::audit::AuditCheck;

const fn check(name: &'static str, what: &'static str, sql: &'static str) -> AuditCheck {
    AuditCheck { name, what, sql }
}

/// The checks of this noun.
pub const CHECKS: &[AuditCheck] = &[
    check(
        "redemption",
        "every order has its hold, every hold its order",
        "SELECT r.id AS order_id, t.id AS hold FROM redemptions r
            FULL JOIN (SELECT id, fact FROM ledger_transactions WHERE kind = 'hold') t ON fact = 'order:' || r.id || ':hold'
            WHERE r.id IS NULL OR t.id IS NULL OR t.id <> r.hold_id",
    ),
    check(
        "redemption",
        "an order's state is what the ledger did with its hold, and its points are the hold's",
        "SELECT r.id, r.state, e.kind FROM redemptions r JOIN ledger_transactions t ON t.id = r.hold_id
            LEFT JOIN ledger_transactions e ON e.hold_id = r.hold_id
            WHERE r.points <> t.amount OR coalesce(e.kind, 'none') <> CASE r.state WHEN 'held' THEN 'none' WHEN 'captured' THEN 'capture'
                WHEN 'reversed' THEN 'capture' ELSE 'release' END OR (r.capture_id IS NOT NULL AND r.capture_id <> e.id)",
    ),
    check(
        "redemption",
        "a refunded order's capture is reversed, and no other's",
        "SELECT r.id, v.id AS reversal FROM redemptions r LEFT JOIN ledger_transactions v ON v.reverses = r.capture_id
            WHERE r.capture_id IS NOT NULL AND v.id IS DISTINCT FROM r.refund_id",
    ),
    check(
        "redemption",
        "what is missing from a stock is held, handed out or refunded; nothing is oversold",
        "SELECT s.offer_id, s.stock, s.total FROM offer_stocks s
            LEFT JOIN redemptions r ON r.offer_id = s.offer_id AND r.state IN ('held', 'captured', 'reversed')
            GROUP BY s.offer_id HAVING s.stock < 0 OR s.total - s.stock <> coalesce(sum(r.quantity), 0)",
    ),
    check(
        "redemption",
        "every count is what its holder has; a household's may also count members who left no trace",
        "SELECT c.* FROM redemption_counts c CROSS JOIN LATERAL (SELECT coalesce(sum(r.quantity), 0) AS had FROM redemptions r
            WHERE r.offer_id = c.offer_id AND r.state IN ('held', 'captured', 'reversed') AND c.holder_id = CASE c.holder_kind
                WHEN 'person' THEN r.person_id WHEN 'organization' THEN r.organization_id ELSE r.household_id END) x
            WHERE c.used < had OR (c.holder_kind <> 'household' AND c.used <> had)",
    ),
];
