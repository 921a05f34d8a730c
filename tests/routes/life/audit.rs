//! Every audit check of the wing finds the violation it is there for, and nothing before.

use diesel::connection::SimpleConnection as _;
use diesel::prelude::*;
use diesel::{QueryableByName, sql_query, sql_types};
use ledger::audit::AuditCheck;
use serde_json::json;

use super::market::{at, audited, code, community, offer, order, published, rich, shop};
use crate::support::TestApp;

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = sql_types::Text)]
    #[expect(dead_code, reason = "only counted")]
    found: String,
}

/// What breaks each check, in the order of `life::CHECKS`. The world: one order is held, one captured and stated, one refunded.
const VIOLATIONS: &[&str] = &[
    "UPDATE redemptions SET hold_id = gen_random_uuid() WHERE state = 'held'",
    "UPDATE redemptions SET points = points + 1 WHERE state = 'held'",
    "UPDATE redemptions SET refund_id = gen_random_uuid() WHERE state = 'reversed'",
    "UPDATE offer_stocks SET stock = stock + 1",
    "UPDATE redemption_counts SET used = used - 1",
    "ALTER TABLE settlement_lines DROP CONSTRAINT settlement_lines_pkey; INSERT INTO settlement_lines SELECT * FROM settlement_lines",
    "UPDATE settlements SET fen = fen + 1",
    "UPDATE settlements SET points = points + 1, transaction_id = gen_random_uuid(), state = 'paid', paid_at = palm_now(), \
     proof = 'x', payment_asked_by = closed_by, payment_approved_by = (SELECT id FROM persons WHERE id <> closed_by LIMIT 1)",
    "UPDATE settlement_lines SET rate = rate + 1",
    "UPDATE redemptions SET points = points + 1 WHERE state = 'captured'",
    "UPDATE ledger_transactions SET kind = 'settle', hold_id = NULL WHERE kind = 'capture'",
];

fn holds(owner: &mut PgConnection, check: &AuditCheck) -> bool {
    let found: Vec<Found> = sql_query(check.statement()).load(owner).expect("a check runs");
    found.is_empty()
}

#[actix_web::test]
async fn every_check_finds_its_violation() {
    let app = TestApp::start().await;
    let (shop, staff, second, resident) = (shop(&app).await, app.staff(), app.staff(), rich(&app, "100").await);
    let goods = published(&shop.owner, &offer(&shop, 9)).await;
    let mut orders = Vec::new();
    for _ in 0..2 {
        let id = order(&resident, &goods, 1).await;
        let shown = code(&resident, &id).await;
        shop.clerk.post(&at("/redemptions/capture"), &json!({"code": shown["code"]})).await.expect(201);
        orders.push(id);
    }
    let refund = at(&format!("/orders/{}/refund", orders[0]));
    staff.post(&refund, &json!({"reason": "退回"})).await.expect(200);
    second.post(&format!("{refund}/approve"), &json!({})).await.expect(201);
    staff.post(&at("/settlements/close"), &json!({"community": community(&app)})).await.expect(201);
    order(&resident, &goods, 1).await;
    audited(&app);

    let checks: Vec<&AuditCheck> = life::CHECKS.iter().copied().flatten().collect();
    assert_eq!(checks.len(), VIOLATIONS.len(), "one violation a check");
    let mut owner = app.owner();
    for (check, violation) in checks.iter().zip(VIOLATIONS) {
        owner.batch_execute("BEGIN; ALTER TABLE ledger_transactions DISABLE TRIGGER USER").expect("a transaction");
        owner.batch_execute(violation).expect(violation);
        let silent = holds(&mut owner, check);
        owner.batch_execute("ROLLBACK").expect("as before");
        assert!(!silent, "{}: {} did not see: {violation}", check.name, check.what);
    }
}
