//! A transaction as a value. `Tx` is handed over by value and comes back as `Finished`, which only `done` and `last` make:
//! diesel answers `Ok` for a transaction that PostgreSQL rolled back, so the last statement must be one that notices.

use chrono::{DateTime, Utc};
use std::cell::Cell;

use diesel::connection::{AnsiTransactionManager, TransactionManager as _};
use diesel::{IntoSql as _, PgConnection, RunQueryDsl as _, sql_types};
use uuid::Uuid;

use super::{Audit, DbError, DbResult, audit, failure, pool};
use crate::error::ApiError;
use crate::ids::{PersonId, RequestId, SessionId};
use crate::jobs::NewJob;

/// On whose behalf something happens: ids only.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Principal {
    /// Nobody is signed in yet.
    Anonymous,
    /// A person on one of their devices.
    Person(PersonId, SessionId),
    /// A background job.
    Job,
    /// The operator at the command line.
    Operator,
}

impl Principal {
    /// The name of the kind, as stored.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Person(..) => "person",
            Self::Job => "job",
            Self::Operator => "operator",
        }
    }

    /// The person, if it is one.
    pub const fn person(self) -> Option<PersonId> {
        match self {
            Self::Person(person, _) => Some(person),
            _ => None,
        }
    }

    /// The scope of idempotency keys: the person, or nil for all others.
    pub(super) fn key(self) -> Uuid {
        self.person().map_or(Uuid::nil(), |person| person.0)
    }
}

/// Who does it and in which request.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// On whose behalf.
    pub principal: Principal,
    /// The request or job run.
    pub request: RequestId,
}

impl Context {
    /// For a background job.
    pub fn job() -> Self {
        Self { principal: Principal::Job, request: RequestId::new() }
    }
    /// For a command of the operator.
    pub fn operator() -> Self {
        Self { principal: Principal::Operator, request: RequestId::new() }
    }
    /// For a request before anybody is signed in.
    pub fn anonymous(request: RequestId) -> Self {
        Self { principal: Principal::Anonymous, request }
    }
}

/// An open transaction.
pub struct Tx<'c> {
    connection: &'c mut PgConnection,
    context: &'c Context,
    now: Option<DateTime<Utc>>,
    enqueued: &'c Cell<bool>,
}

/// Proof that a transaction ran to its last statement and PostgreSQL agreed.
pub struct Finished<T> {
    value: T,
}

diesel::define_sql_function! {
    /// The product's clock inside a query: a column's new value, or what a column is compared with.
    fn palm_now() -> Timestamptz;
}

/// The product's clock, outside a transaction.
pub fn now(connection: &mut PgConnection) -> DbResult<DateTime<Utc>> {
    Ok(diesel::select(palm_now()).get_result(connection)?)
}

impl Tx<'_> {
    /// The connection, for the queries of `rows.rs`.
    pub fn conn(&mut self) -> &mut PgConnection {
        self.connection
    }

    /// Who does it.
    pub fn context(&self) -> &Context {
        self.context
    }

    /// The time of this transaction, read at first use: call it after the contended row is locked.
    pub fn now(&mut self) -> DbResult<DateTime<Utc>> {
        if let Some(now) = self.now {
            return Ok(now);
        }
        let read = now(self.connection)?;
        self.now = Some(read);
        Ok(read)
    }

    /// Writes the audit row of this change, in this transaction.
    pub fn audit(&mut self, entry: Audit<'_>) -> DbResult<()> {
        audit::write(self.connection, &[(self.context, entry)])
    }

    /// The same for changes of several callers in one transaction (see `Together`), each under its own name.
    pub fn audit_each(&mut self, entries: &[(&Context, Audit<'_>)]) -> DbResult<()> {
        audit::write(self.connection, entries)
    }

    /// Writes the audit rows of several changes, in one statement.
    pub fn audit_all(&mut self, entries: Vec<Audit<'_>>) -> DbResult<()> {
        let entries: Vec<_> = entries.into_iter().map(|entry| (self.context, entry)).collect();
        audit::write(self.connection, &entries)
    }

    /// Puts a job into the outbox: it runs if and only if this transaction commits.
    pub fn enqueue(&mut self, job: &NewJob) -> DbResult<()> {
        self.enqueue_all(std::slice::from_ref(job))
    }

    /// The same for several jobs, in one statement.
    pub fn enqueue_all(&mut self, jobs: &[NewJob]) -> DbResult<()> {
        if jobs.is_empty() {
            return Ok(());
        }
        self.enqueued.set(true);
        crate::jobs::enqueue(self.connection, jobs)
    }

    /// Ends the transaction with a statement that fails when an earlier failure was swallowed.
    pub fn done<T>(self, value: T) -> DbResult<Finished<T>> {
        // The same text each time, so it is prepared once a connection.
        diesel::select(1.into_sql::<sql_types::Integer>()).execute(self.connection)?;
        Ok(Finished { value })
    }

    /// Ends the transaction with the caller's own last statement. It must be one: a closure without any would let a swallowed
    /// failure through.
    pub fn last<T, E>(self, work: impl FnOnce(&mut PgConnection, &Context) -> Result<T, E>) -> Result<Finished<T>, E> {
        work(self.connection, self.context).map(|value| Finished { value })
    }
}

impl<T> Finished<T> {
    /// The value of a finished transaction, mapped.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Finished<U> {
        Finished { value: change(self.value) }
    }
    /// The value; only `db` takes it out, after COMMIT.
    pub(super) fn into_value(self) -> T {
        self.value
    }
    /// For `once`: a replayed answer has no new value.
    pub(super) fn replay(value: T) -> Self {
        Self { value }
    }
}

/// Tries per transaction on deadlock or a dead connection.
const TRIES: u32 = 4;

/// What came of a transaction.
pub(super) struct Committed<T> {
    pub(super) value: T,
    /// Did it put jobs into the outbox?
    pub(super) enqueued: bool,
}

/// Runs `work` in a transaction; retries it whole after deadlock, serialization failure or a connection that was dead on arrival.
pub(super) fn run<T, E: Into<ApiError>>(
    pool: &r2d2::Pool<pool::Manager>,
    context: &Context,
    work: &impl Fn(Tx<'_>) -> Result<Finished<T>, E>,
) -> Result<Committed<T>, ApiError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let mut session = pool::get(pool)?;
        match attempt(session.connection(), context, work) {
            Ok(committed) => return Ok(committed),
            Err(Attempt { error, again: true }) if tries < TRIES => {
                tracing::debug!(?error, tries, "running the transaction again")
            }
            Err(Attempt { error, .. }) => return Err(error),
        }
    }
}

struct Attempt {
    error: ApiError,
    again: bool,
}

impl Attempt {
    fn last(error: impl Into<ApiError>) -> Self {
        Self { error: error.into(), again: false }
    }
}

fn attempt<T, E: Into<ApiError>>(
    connection: &mut PgConnection,
    context: &Context,
    work: &impl Fn(Tx<'_>) -> Result<Finished<T>, E>,
) -> Result<Committed<T>, Attempt> {
    AnsiTransactionManager::begin_transaction(connection)
        .map_err(|error| Attempt { again: failure::is_gone(&error), error: error.into() })?;
    let enqueued = Cell::new(false);
    match work(Tx { connection, context, now: None, enqueued: &enqueued }) {
        Ok(finished) => {
            end(connection)?;
            Ok(Committed { value: finished.into_value(), enqueued: enqueued.get() })
        }
        Err(refused) => {
            let error = refused.into();
            match AnsiTransactionManager::rollback_transaction(connection) {
                Ok(()) | Err(diesel::result::Error::BrokenTransactionManager) => {
                    Err(Attempt { again: error.is_retryable(), error })
                }
                Err(broken) => Err(Attempt::last(broken)),
            }
        }
    }
}

/// COMMIT: returns when it is on disk.
fn end(connection: &mut PgConnection) -> Result<(), Attempt> {
    AnsiTransactionManager::commit_transaction(connection).map_err(|error| {
        if failure::is_gone(&error) { Attempt::last(DbError::CommitUnknown(error)) } else { Attempt::last(error) }
    })
}
