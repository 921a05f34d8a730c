//! A transaction as a value. `Tx` is handed over by value and comes back as `Finished`, which only `done` and `last` make:
//! diesel answers `Ok` for a transaction that PostgreSQL rolled back, so the last statement must be one that notices.

use chrono::{DateTime, Utc};
use diesel::{Connection, PgConnection, QueryableByName, RunQueryDsl, sql_query, sql_types};
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
}

/// Proof that a transaction ran to its last statement and PostgreSQL agreed.
pub struct Finished<T> {
    value: T,
}

#[derive(QueryableByName)]
struct NowRow {
    #[diesel(sql_type = sql_types::Timestamptz)]
    now: DateTime<Utc>,
}

/// The product's clock, outside a transaction.
pub fn now(connection: &mut PgConnection) -> DbResult<DateTime<Utc>> {
    let row: NowRow = sql_query("SELECT palm_now() AS now").get_result(connection)?;
    Ok(row.now)
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
        audit::write(self.connection, self.context, entry)
    }

    /// Puts a job into the outbox: it runs if and only if this transaction commits.
    pub fn enqueue(&mut self, job: &NewJob) -> DbResult<()> {
        crate::jobs::enqueue(self.connection, job)
    }

    /// Ends the transaction with a statement that fails when an earlier failure was swallowed.
    pub fn done<T>(self, value: T) -> DbResult<Finished<T>> {
        sql_query("SELECT 1").execute(self.connection)?;
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

/// Runs `work` in a transaction; retries it whole after deadlock, serialization failure or a connection that was dead on arrival.
pub(super) fn run<T, E: Into<ApiError>>(
    pool: &r2d2::Pool<pool::Manager>,
    context: &Context,
    work: &impl Fn(Tx<'_>) -> Result<Finished<T>, E>,
) -> Result<T, ApiError> {
    let mut tries = 0;
    loop {
        tries += 1;
        let mut session = pool::get(pool)?;
        match attempt(session.connection(), context, work) {
            Ok(value) => return Ok(value),
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

/// Either the closure's refusal or diesel's own failure at BEGIN or COMMIT.
enum Cut {
    Work(ApiError),
    Diesel(diesel::result::Error),
}

impl From<diesel::result::Error> for Cut {
    fn from(error: diesel::result::Error) -> Self {
        Self::Diesel(error)
    }
}

fn attempt<T, E: Into<ApiError>>(
    connection: &mut PgConnection,
    context: &Context,
    work: &impl Fn(Tx<'_>) -> Result<Finished<T>, E>,
) -> Result<T, Attempt> {
    let mut began = false;
    let mut finished = false;
    let result = connection.transaction::<T, Cut, _>(|connection| {
        began = true;
        let done = work(Tx { connection, context, now: None }).map_err(|error| Cut::Work(error.into()))?;
        finished = true;
        Ok(done.into_value())
    });
    result.map_err(|cut| match cut {
        Cut::Work(error) => Attempt { again: error.is_retryable(), error },
        Cut::Diesel(error) if finished && failure::is_gone(&error) => {
            Attempt { error: DbError::CommitUnknown(error).into(), again: false }
        }
        Cut::Diesel(error) => Attempt { again: !began && failure::is_gone(&error), error: error.into() },
    })
}
