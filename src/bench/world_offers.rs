//! What residents want: a merchant with an offer, and a rule that earns points. Entered by SQL as the owner, in the state in which
//! the product's own steps leave them.

use base::db::Tx;
use base::ids::PersonId;
use chrono::{DateTime, Utc};
use diesel::sql_types::{Bool, Integer, Nullable, Uuid as SqlUuid};
use diesel::{PgConnection, RunQueryDsl as _, sql_query};
use points::awards::{Beneficiary, Event, EventId, Evidence};
use points::rules::EventKind;
use uuid::Uuid;

use super::world::World;

/// A published offer of a merchant: one hundredth of a point each.
pub(super) fn offer(
    owner: &mut PgConnection,
    world: &World,
    stock: i32,
    per_person: Option<i32>,
    flash: bool,
) -> anyhow::Result<Uuid> {
    let (offer, merchant) = (Uuid::now_v7(), Uuid::now_v7());
    for statement in [
        "INSERT INTO organizations (id, kind, name, code, grid_unit_id, state) SELECT $1, 'merchant', '便利店', $1::text, $3, 'active'
         WHERE ($2, $4, $5, $6, $7, $8) IS NOT NULL OR true",
        "INSERT INTO merchants (id, community_id, organization_id, state, name, licence_number, address, hours, services, applicant_id,
         decided_by, decided_at) SELECT $1, $3, $1, 'approved', '便利店', $1::text, '一楼', '8-20', '百货', $4, $5, palm_now()
         WHERE ($2, $6, $7, $8) IS NOT NULL OR true",
        "INSERT INTO offers (id, community_id, provider, merchant_id, state, kind, title, about, pick_up, price, per_person, orders_from,
         flash, created_by, published_at) SELECT $2, $3, 'merchant', $1, 'published', 'food', '鸡蛋', '一份', '店内', 1, $7,
         palm_now() - interval '1 min', $8, $4, palm_now() WHERE ($5, $6) IS NOT NULL OR true",
        "INSERT INTO offer_stocks (offer_id, stock, total, open_version) SELECT $2, $6, $6, 1
         WHERE ($1, $3, $4, $5, $7, $8) IS NOT NULL OR true",
    ] {
        sql_query(statement)
            .bind::<SqlUuid, _>(merchant)
            .bind::<SqlUuid, _>(offer)
            .bind::<SqlUuid, _>(world.community.0)
            .bind::<SqlUuid, _>(world.resident(0).person.0)
            .bind::<SqlUuid, _>(world.resident(1).person.0)
            .bind::<Integer, _>(stock)
            .bind::<Nullable<Integer>, _>(per_person)
            .bind::<Bool, _>(flash)
            .execute(owner)?;
    }
    Ok(offer)
}

/// An approved budget and a rule in force over it; the budget's account is funded by [`World::fund_budget`].
pub(super) fn rule(owner: &mut PgConnection, world: &World) -> anyhow::Result<Uuid> {
    let budget = Uuid::now_v7();
    for statement in [
        "INSERT INTO budgets (id, community_id, name, sponsor_unit_id, period_from, period_to, asked, state, requested_by, decided_by,
         decided_at) SELECT $1, $2, 'bench', $2, current_date - 2, current_date + 30, 1000000000, 'approved', $3, $4, palm_now()",
        "INSERT INTO earning_rules (id, lineage_id, version, community_id, kind, name, budget_id, amount_per_unit, person_day_cap,
         valid_from, state, created_by, approved_by, in_force_from) SELECT $1, $1, 1, $2, 'volunteer_hours', 'bench', $1, 500, 1000000,
         current_date - 2, 'in_force', $3, $4, palm_now() - interval '1 day'",
    ] {
        sql_query(statement)
            .bind::<SqlUuid, _>(budget)
            .bind::<SqlUuid, _>(world.community.0)
            .bind::<SqlUuid, _>(world.resident(0).person.0)
            .bind::<SqlUuid, _>(world.resident(1).person.0)
            .execute(owner)?;
    }
    Ok(budget)
}

/// Hands in one confirmed half hour of a resident.
pub(super) fn earn(
    tx: &mut Tx<'_>,
    world: &World,
    person: PersonId,
    approver: PersonId,
    at: DateTime<Utc>,
) -> base::db::DbResult<()> {
    let id = EventId(Uuid::now_v7());
    let event = Event {
        id,
        kind: EventKind::VolunteerHours,
        community: world.community,
        beneficiary: Beneficiary::Person(person),
        occurred_at: at,
        quantity: 1,
        evidence: Evidence { noun: "participation".to_owned(), id: id.0 },
        approvers: vec![approver],
        project: None,
        budget: None,
    };
    points::awards::emit(tx, &event)
}
