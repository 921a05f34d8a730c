//! What can go wrong with the database, and what the caller is told.

use diesel::result::{DatabaseErrorKind, Error};

use crate::error::{self, ApiError};

/// A database failure.
#[derive(Debug, thiserror::Error)]
pub enum DbError {
    /// A statement failed.
    #[error(transparent)]
    Query(#[from] Error),
    /// No connection came out of the pool in time.
    #[error("no connection in time: {0}")]
    Pool(r2d2::Error),
    /// The server can't be reached.
    #[error("can't reach the database: {0}")]
    Connect(diesel::ConnectionError),
    /// COMMIT was sent and its answer never came.
    #[error("the outcome of COMMIT is unknown: {0}")]
    CommitUnknown(Error),
}

/// Result of a query function.
pub type DbResult<T> = Result<T, DbError>;

/// Did the server behind the connection go away?
pub(super) fn is_gone(error: &Error) -> bool {
    match error {
        Error::DatabaseError(DatabaseErrorKind::ClosedConnection | DatabaseErrorKind::UnableToSendCommand, _) => true,
        Error::DatabaseError(_, info) => {
            let text = info.message();
            text.contains("terminating connection")
                || text.contains("server closed the connection")
                || text.contains("no connection to the server")
        }
        Error::BrokenTransactionManager => true,
        _ => false,
    }
}

fn message_has(error: &Error, text: &str) -> bool {
    matches!(error, Error::DatabaseError(_, info) if info.message().contains(text))
}

impl DbError {
    /// The unique constraint that refused a row.
    pub fn unique_violation(&self) -> Option<&str> {
        match self {
            Self::Query(Error::DatabaseError(DatabaseErrorKind::UniqueViolation, info)) => info.constraint_name(),
            _ => None,
        }
    }
}

impl From<DbError> for ApiError {
    fn from(failure: DbError) -> Self {
        let code = match &failure {
            DbError::Query(Error::NotFound) => return Self::of(&error::NOT_FOUND),
            DbError::Query(Error::DatabaseError(DatabaseErrorKind::SerializationFailure, _)) => {
                return Self::of(&error::OVERLOADED).retryable().because(failure);
            }
            DbError::Query(query) if message_has(query, "deadlock detected") => {
                return Self::of(&error::OVERLOADED).retryable().because(failure);
            }
            DbError::Query(query) if message_has(query, "lock timeout") => &error::STILL_RUNNING,
            DbError::Query(query) if message_has(query, "statement timeout") || is_gone(query) => &error::OVERLOADED,
            DbError::Pool(_) | DbError::Connect(_) => &error::OVERLOADED,
            DbError::CommitUnknown(_) => &error::OUTCOME_UNKNOWN,
            DbError::Query(_) => &error::INTERNAL,
        };
        Self::of(code).because(failure)
    }
}

impl From<Error> for ApiError {
    fn from(failure: Error) -> Self {
        DbError::from(failure).into()
    }
}
