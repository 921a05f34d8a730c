//! An order's transaction without HTTP and without the noun's own rules: idempotency row, audit row, posting of a hold. It tells how
//! much of an order's time is the ledger's and how much everything else's.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use base::db::{Audit, Context, Db, Once, PoolOptions, Principal};
use base::error::ApiError;
use base::ids::{RequestId, SessionId};
use base::money::Points;
use ledger::{About, Actor, Fact, Party, Posting, ReasonCode, Subject};
use uuid::Uuid;

use super::baseline::{CONNECTIONS, Slice, threads};
use super::world::World;

/// The pool of this stage; opened once, so that later slices find prepared statements.
pub(super) fn open(app_url: &str) -> anyhow::Result<Db> {
    Ok(Db::open(&PoolOptions::new(app_url, 8, "bench"))?)
}

/// Holds a second over eight connections.
pub(super) fn run(db: &Db, world: &Arc<World>, length: Duration) -> anyhow::Result<Slice> {
    let next = Arc::new(AtomicUsize::new(0));
    threads(CONNECTIONS, length, || {
        let (db, world, next) = (db.clone(), Arc::clone(world), Arc::clone(&next));
        Ok(Box::new(move || {
            let turn = next.fetch_add(1, Ordering::Relaxed);
            let resident = world.resident(turn);
            hold(&db, &world, resident.person)?;
            Ok(())
        }))
    })
}

const NOUN: ReasonCode = ReasonCode::known("redemption");

fn hold(db: &Db, world: &World, person: base::ids::PersonId) -> Result<(), ApiError> {
    let (order, book) = (Uuid::now_v7(), world.book);
    let context = Context { principal: Principal::Person(person, SessionId(order)), request: RequestId::new() };
    let once = Once::new(context, "bench_hold", Some(order.to_string()), [0; 32], order).contended();
    db.once_now(&once, |mut tx| -> Result<_, ApiError> {
        tx.audit(Audit::new("bench_hold", "redemption", order).after(serde_json::json!({"points": "0.01"})))?;
        let now = world.now;
        let about = About {
            fact: Fact::order_hold(order),
            subject: Subject { kind: NOUN, id: order },
            reason: NOUN,
            rule: None,
            actor: Actor::Person(person),
            approvers: vec![],
            occurred_at: now,
        };
        let posting = Posting::hold(about, Party::wallet(person), Points::from_hundredths(1), now + chrono::Duration::days(3));
        ledger::post_one(tx, book, posting, |receipt| receipt.id)
    })?;
    Ok(())
}
