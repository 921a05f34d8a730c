//! Queries of `point_transfers` and `point_transfer_caps`.

use base::db::DbResult;
use base::ids::{GridUnitId, PersonId};
use base::money::Points;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use ledger::TransactionId;

use super::TransferId;
use super::give::TransferKind;
use super::schema::{point_transfer_caps, point_transfers};

#[derive(Debug, Clone, Queryable, Selectable)]
#[diesel(table_name = point_transfers, check_for_backend(diesel::pg::Pg))]
pub(super) struct TransferRow {
    pub(super) id: TransferId,
    pub(super) community_id: GridUnitId,
    pub(super) kind: TransferKind,
    pub(super) to_person_id: Option<PersonId>,
    pub(super) amount: Points,
    pub(super) transaction_id: TransactionId,
    pub(super) created_at: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy, Insertable)]
#[diesel(table_name = point_transfers)]
pub(super) struct InsertTransfer {
    pub(super) id: TransferId,
    pub(super) community_id: GridUnitId,
    pub(super) kind: TransferKind,
    pub(super) from_person_id: PersonId,
    pub(super) to_person_id: Option<PersonId>,
    pub(super) amount: Points,
    pub(super) transaction_id: TransactionId,
}

pub(super) fn insert(connection: &mut PgConnection, row: &InsertTransfer) -> DbResult<()> {
    diesel::insert_into(point_transfers::table).values(row).execute(connection)?;
    Ok(())
}

/// One transfer of this person.
pub(super) fn find(connection: &mut PgConnection, from: PersonId, id: TransferId) -> DbResult<Option<TransferRow>> {
    Ok(point_transfers::table
        .find(id)
        .filter(point_transfers::from_person_id.eq(from))
        .select(TransferRow::as_select())
        .first(connection)
        .optional()?)
}

/// Counts an amount against the month's cap; false when it would go over.
pub(super) fn cap_use(connection: &mut PgConnection, row: &InsertTransfer, month: NaiveDate, cap: Points) -> DbResult<bool> {
    let key = (row.community_id, row.from_person_id, row.kind, month);
    diesel::insert_into(point_transfer_caps::table)
        .values((
            point_transfer_caps::community_id.eq(key.0),
            point_transfer_caps::person_id.eq(key.1),
            point_transfer_caps::kind.eq(key.2),
            point_transfer_caps::month.eq(key.3),
            point_transfer_caps::used.eq(Points::ZERO),
        ))
        .on_conflict_do_nothing()
        .execute(connection)?;
    let Some(room) = cap.checked_sub(row.amount) else { return Ok(false) };
    let counted = diesel::update(point_transfer_caps::table.find(key).filter(point_transfer_caps::used.le(room)))
        .set(point_transfer_caps::used.eq(point_transfer_caps::used + row.amount))
        .execute(connection)?;
    Ok(counted == 1)
}
