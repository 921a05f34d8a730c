//! The connection pool: sessions are prepared once, and one whose server went away is thrown out instead of handed on.

use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::{Connection, PgConnection, RunQueryDsl, sql_query};

use super::DbError;
use crate::error::ApiError;

/// How to reach the database.
#[derive(Debug, Clone)]
pub struct PoolOptions {
    /// libpq URL.
    pub url: String,
    /// Connections.
    pub size: u32,
    /// `application_name`.
    pub name: String,
    /// Callers that may wait for a permit.
    pub queue: usize,
    /// `statement_timeout` in milliseconds; jobs and commands set more.
    pub statement_timeout_ms: u32,
}

impl PoolOptions {
    /// The defaults of the serving process.
    pub fn new(url: impl Into<String>, size: u32, name: &str) -> Self {
        Self { url: url.into(), size, name: name.to_owned(), queue: 4096, statement_timeout_ms: 5_000 }
    }
}

/// One connection and whether its server still answers.
pub struct Session {
    connection: PgConnection,
    gone: bool,
}

impl Session {
    /// The connection.
    pub fn connection(&mut self) -> &mut PgConnection {
        &mut self.connection
    }

    /// After a failure of ours: is the server behind this connection gone? Then the pool throws it out. Refusals don't ask, since it
    /// costs a round trip.
    pub(super) fn lost_by(&mut self, error: &ApiError) -> bool {
        self.gone = error.code().status >= 500 && sql_query("SELECT 1").execute(&mut self.connection).is_err();
        self.gone
    }
}

/// Makes sessions for r2d2.
pub(super) struct Manager {
    options: PoolOptions,
}

impl r2d2::ManageConnection for Manager {
    type Connection = Session;
    type Error = DbError;

    fn connect(&self) -> Result<Session, DbError> {
        let mut connection = PgConnection::establish(&self.options.url).map_err(DbError::Connect)?;
        let name: String = self.options.name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(40).collect();
        connection.batch_execute(&format!(
            "SET application_name = 'palm-{name}'; SET statement_timeout = {}; SET lock_timeout = 3000; \
             SET idle_in_transaction_session_timeout = 10000; SET timezone = 'UTC'; SET jit = off; SET client_min_messages = warning;",
            self.options.statement_timeout_ms
        ))?;
        Ok(Session { connection, gone: false })
    }

    fn is_valid(&self, session: &mut Session) -> Result<(), DbError> {
        sql_query("SELECT 1").execute(&mut session.connection)?;
        Ok(())
    }

    fn has_broken(&self, session: &mut Session) -> bool {
        use diesel::r2d2::R2D2Connection;
        session.gone || std::thread::panicking() || session.connection.is_broken()
    }
}

pub(super) fn open(options: &PoolOptions) -> Result<r2d2::Pool<Manager>, DbError> {
    r2d2::Pool::builder()
        .max_size(options.size)
        .min_idle(Some(options.size.min(2)))
        .connection_timeout(Duration::from_secs(3))
        // A check-out costs no round trip; a dead connection is noticed by its first statement and replaced.
        .test_on_check_out(false)
        .build(Manager { options: options.clone() })
        .map_err(DbError::Pool)
}

pub(super) fn get(pool: &r2d2::Pool<Manager>) -> Result<r2d2::PooledConnection<Manager>, DbError> {
    pool.get().map_err(DbError::Pool)
}
