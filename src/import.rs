//! `palm import KIND FILE [--dry-run]`: the operator's files, with every bad row named.

use std::path::PathBuf;

use anyhow::Context as _;
use base::db::Context;
use people::community::import::{self, ImportKind};
use people::grid::Scope;

use crate::database::DatabaseArgs;

/// Options of `palm import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// Which database
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// grid, households, organizations, merchants or roster
    #[arg(value_parser = parse_kind)]
    pub kind: ImportKind,
    /// XLSX or CSV
    pub file: PathBuf,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
}

fn parse_kind(text: &str) -> Result<ImportKind, String> {
    ImportKind::parse(text).ok_or_else(|| "one of grid, households, organizations, merchants, roster".to_owned())
}

/// Imports and prints the report; `false` when rows were bad.
pub fn run(args: &ImportArgs) -> anyhow::Result<bool> {
    let bytes = std::fs::read(&args.file).with_context(|| format!("can't read {}", args.file.display()))?;
    let mut clean = true;
    args.database.with_db("import", |db, servers| {
        let ring = args.database.ring(servers)?;
        let report = import::run(db, &ring, &Context::operator(), args.kind, &bytes, args.dry_run, &Scope::everything())?;
        clean = report.errors.is_empty();
        println!("{}", serde_json::to_string_pretty(&report)?);
        Ok(())
    })?;
    Ok(clean)
}
