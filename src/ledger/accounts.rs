//! Accounts apart from postings: opened ahead of the first point, looked up, closed, their owners forgotten; and a book's
//! policy. A posting opens what it needs by itself, so most callers never come here.

use base::db::DbResult;
use base::ids::PersonId;
use diesel::sql_types::{Array, Integer, Text, Uuid as SqlUuid};
use diesel::{OptionalExtension, PgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::account::{AccountId, AccountKind, BookId, Owner};
use crate::state::ClawBack;

base::statement! {
    /// One statement, safe against a twin: `DO NOTHING` would answer nothing when the twin commits meanwhile, so the owner's
    /// row is touched and answers whose account it names; the account itself is made only for a row that is ours.
    OpenAccount<'a> { book: Uuid, id: Uuid, kind: &'static str, owner_kind: &'static str, owner: Uuid, } -> SqlUuid {
        "WITH owned AS (
            INSERT INTO ledger_owners (account_id, book_id, kind, owner_kind, owner_id)
            VALUES (" (id: SqlUuid) ", " (book: SqlUuid) ", " (kind: Text) ", " (owner_kind: Text) ", " (owner: SqlUuid) ")
            ON CONFLICT (book_id, kind, owner_id) DO UPDATE SET owner_kind = excluded.owner_kind RETURNING account_id
        ), opened AS (
            INSERT INTO ledger_accounts (id, book_id, kind, opened_at)
            SELECT account_id, " (book: SqlUuid) ", " (kind: Text) ", palm_now() FROM owned WHERE account_id = " (id: SqlUuid) "
        )
        SELECT account_id FROM owned"
    }
}

base::statement! {
    /// The account of an owner.
    FindAccount<'a> { book: Uuid, kind: &'static str, owner: Uuid, } -> SqlUuid {
        "SELECT account_id FROM ledger_owners WHERE book_id = " (book: SqlUuid) " AND kind = " (kind: Text)
        " AND owner_id = " (owner: SqlUuid)
    }
}

base::statement! {
    /// Closes an account that is open.
    CloseAccount<'a> { id: Uuid, } -> () {
        "UPDATE ledger_accounts SET closed_at = greatest(palm_now(), opened_at) WHERE closed_at IS NULL AND id = " (id: SqlUuid)
    }
}

base::statement! {
    /// Sets the policy of a book.
    SetClawBack<'a> { book: Uuid, policy: &'static str, } -> () {
        "UPDATE ledger_heads SET claw_back = " (policy: Text) " WHERE book_id = " (book: SqlUuid)
    }
}

base::statement! {
    /// Takes the link between a person and their accounts away; answers the accounts.
    ForgetOwner<'a> { person: Uuid, } -> Array<SqlUuid> {
        "WITH gone AS (DELETE FROM ledger_owners WHERE owner_kind = 'person' AND owner_id = " (person: SqlUuid) " RETURNING account_id),
        closed AS (UPDATE ledger_accounts a SET closed_at = greatest(palm_now(), a.opened_at) FROM gone
            WHERE a.id = gone.account_id AND a.closed_at IS NULL)
        SELECT coalesce(array_agg(account_id), '{}') FROM gone"
    }
}

base::statement! {
    /// Deletes what opens the leaves of these accounts, and of what the person caused or approved.
    ForgetPrivates<'a> { person: Uuid, accounts: Vec<Uuid>, } -> Integer {
        "WITH gone AS (
            DELETE FROM ledger_privates p WHERE actor_id = " (person: SqlUuid) " OR (approver_ids <> '{}' AND approver_ids @> ARRAY[" (person: SqlUuid) "])
            OR transaction_id IN (SELECT transaction_id FROM ledger_entries WHERE account_id = ANY(" (accounts: Array<SqlUuid>) "))
            RETURNING 1
        )
        SELECT count(*)::integer FROM gone"
    }
}

/// The account of this kind for an owner; opened when there is none. The book must be open.
pub fn account_open(connection: &mut PgConnection, book: BookId, kind: AccountKind, owner: Owner) -> DbResult<AccountId> {
    let open = OpenAccount {
        book: &book.0,
        id: &AccountId::random().0,
        kind: &kind.name(),
        owner_kind: &owner.kind.name(),
        owner: &owner.id,
    };
    Ok(AccountId(open.get_result(connection)?))
}

/// The account of this kind for an owner, if there is one.
pub fn account_find(connection: &mut PgConnection, book: BookId, kind: AccountKind, owner: Uuid) -> DbResult<Option<AccountId>> {
    let find = FindAccount { book: &book.0, kind: &kind.name(), owner: &owner };
    Ok(find.get_result(connection).optional()?.map(AccountId))
}

/// Closes an account: from then on only what ends or undoes something is posted to it. Answers whether it was open.
pub fn account_close(connection: &mut PgConnection, account: AccountId) -> DbResult<bool> {
    Ok(CloseAccount { id: &account.0 }.execute(connection)? == 1)
}

/// Sets what a reversal does when the award is spent already. It waits for the book's writers and holds them up until
/// COMMIT, so it belongs at the transaction's end. Answers whether there is such a book.
pub fn claw_back_set(connection: &mut PgConnection, book: BookId, policy: ClawBack) -> DbResult<bool> {
    Ok(SetClawBack { book: &book.0, policy: &policy.name() }.execute(connection)? == 1)
}

/// What an erasure took away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erased {
    /// The person's accounts, now closed and nobody's.
    pub accounts: Vec<AccountId>,
    /// How many transactions can't be opened any more. Their leaves stay valid.
    pub privates: i32,
}

/// Forgets a person: the link to their accounts, and salt and private part of every transaction that touched those
/// accounts or that the person caused or approved. What must post first (ending holds, spending or retiring points) is the
/// caller's, in transactions before. It may touch many rows, so it belongs into a job with timeouts of its own.
pub fn erase(connection: &mut PgConnection, person: PersonId) -> DbResult<Erased> {
    let accounts: Vec<Uuid> = ForgetOwner { person: &person.0 }.get_result(connection)?;
    let privates = ForgetPrivates { person: &person.0, accounts: &accounts }.get_result(connection)?;
    Ok(Erased { accounts: accounts.into_iter().map(AccountId).collect(), privates })
}
