//! `palm audit`: derives everything in the books again and says which row differs, if one does.

use anyhow::Context as _;
use base::db::{Db, PoolOptions};
use ledger::{AuditLine, AuditReport, BookId, audit};

use crate::database::{self, DatabaseArgs};
use crate::nouns;

/// One check reads a book's whole history; ten million entries take minutes.
const CHECK_TIMEOUT_MS: u32 = 30 * 60 * 1000;

/// Options of `palm audit`.
#[derive(Debug, clap::Args)]
pub struct AuditArgs {
    /// Which database
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Only the ledger's checks of this book (a community's id)
    #[arg(long, value_name = "ID")]
    pub book: Option<BookId>,
}

/// Runs every check as the serving role, prints a line for each, and answers whether all agree. Nothing is written, and a
/// server may go on meanwhile.
pub fn run(args: &AuditArgs) -> anyhow::Result<bool> {
    let servers = args.database.servers()?;
    let book = args.book;
    let report = report(&servers.app_url, book)?;
    anyhow::ensure!(
        book.is_none() || report.books > 0,
        "there is no book {}",
        book.map_or_else(String::new, |id| id.to_string())
    );
    print(&report);
    if let Some(cluster) = servers.cluster {
        cluster.stop()?;
    }
    Ok(report.differences().next().is_none())
}

/// Every check as the serving role, of one book or of all.
pub fn report(app_url: &str, book: Option<BookId>) -> anyhow::Result<AuditReport> {
    database::check_migrated(app_url)?;
    let options = PoolOptions { statement_timeout_ms: CHECK_TIMEOUT_MS, ..PoolOptions::new(app_url, 3, "audit") };
    let db = Db::open(&options)?;
    let extra = nouns::audit_checks();
    db.read_now(|connection| audit::run(connection, book, &extra)).context("the audit could not finish")
}

fn print(report: &AuditReport) {
    for AuditLine { name, what, found } in &report.lines {
        match found {
            None => println!("ok      {name:<13} {what}"),
            Some(row) => println!("DIFFERS {name:<13} {what}\n        first row: {row}"),
        }
    }
    let (checks, differ) = (report.lines.len(), report.differences().count());
    let looked_at = format!("{checks} checks over {} books and {} transactions", report.books, report.transactions);
    match differ {
        0 => println!("audit: {looked_at}: all agree"),
        _ => println!("audit: {looked_at}: {differ} differ"),
    }
}
