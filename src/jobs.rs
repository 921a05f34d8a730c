//! `palm jobs`: dead letters, and giving one its tries back.

use anyhow::ensure;
use base::db::{Audit, Context};
use base::error::ApiError;
use base::jobs;
use serde_json::json;
use uuid::Uuid;

use crate::database::DatabaseArgs;

/// Commands about failed jobs.
#[derive(Debug, clap::Subcommand)]
pub enum JobsCommand {
    /// List jobs that failed for good
    Dead(DeadArgs),
    /// Give a failed job its tries back
    Rerun(RerunArgs),
}

/// Options of `palm jobs dead`.
#[derive(Debug, clap::Args)]
pub struct DeadArgs {
    /// Which database
    #[command(flatten)]
    pub database: DatabaseArgs,
}

/// Options of `palm jobs rerun`.
#[derive(Debug, clap::Args)]
pub struct RerunArgs {
    /// Which database
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Id of the job
    pub id: Uuid,
}

/// Runs one.
pub fn run(command: &JobsCommand) -> anyhow::Result<()> {
    match command {
        JobsCommand::Dead(args) => args.database.with_db("jobs", |db, _servers| {
            let dead = db.read_now(|connection| jobs::dead_list(connection, None, 100))?;
            for job in &dead {
                println!("{}  {}  tries {}  {}", job.id, job.kind, job.attempts, job.last_error.as_deref().unwrap_or(""));
            }
            println!("{} dead jobs shown", dead.len());
            Ok(())
        }),
        JobsCommand::Rerun(args) => args.database.with_db("jobs", |db, _servers| {
            let found = db.transaction_now(&Context::operator(), |mut tx| -> Result<_, ApiError> {
                let found = jobs::rerun(tx.conn(), args.id)?;
                if found {
                    tx.audit(Audit::new("dead_job_rerun", "job", args.id).after(json!({"state": "ready"})))?;
                }
                Ok(tx.done(found)?)
            })?;
            ensure!(found, "there is no dead job {}", args.id);
            println!("it will run");
            Ok(())
        }),
    }
}
