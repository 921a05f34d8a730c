//! `palm import KIND FILE [--dry-run]`: the operator's files, with every bad row named.

use std::path::PathBuf;

use anyhow::Context as _;
use base::db::{Context, Db};
use base::ids::PersonId;
use base::keys::KeyRing;
use governance::{duty_list, facilities, requests};
use people::community::import::{self, ImportKind};
use people::grid::{GridPath, Scope};
use people::identity::{self, Phone};
use serde_json::Value;

use crate::database::DatabaseArgs;

/// Options of `palm import`.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// Which database
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// grid, households, organizations, merchants, roster; with `--community`: requests, duty-list, facilities
    #[arg(value_parser = parse_kind)]
    pub kind: Kind,
    /// XLSX or CSV
    pub file: PathBuf,
    /// Only say what would happen
    #[arg(long)]
    pub dry_run: bool,
    /// Code of the community, such as S01/C03
    #[arg(long)]
    pub community: Option<String>,
    /// Phone of the staff member in whose name duty items and facilities are entered
    #[arg(long)]
    pub by: Option<String>,
}

/// What a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Of the register of people and places.
    Register(ImportKind),
    /// Requests of a community.
    Requests,
    /// Its duty list, as drafts.
    DutyList,
    /// Its facilities.
    Facilities,
}

fn parse_kind(text: &str) -> Result<Kind, String> {
    match text {
        "requests" => Ok(Kind::Requests),
        "duty-list" => Ok(Kind::DutyList),
        "facilities" => Ok(Kind::Facilities),
        other => ImportKind::parse(other).map(Kind::Register).ok_or_else(|| {
            "one of grid, households, organizations, merchants, roster, requests, duty-list, facilities".to_owned()
        }),
    }
}

/// The person behind `--by`.
fn author(args: &ImportArgs, db: &Db, ring: &KeyRing) -> anyhow::Result<PersonId> {
    let phone = args.by.as_deref().and_then(Phone::parse).context("--by: the mobile number of a staff member")?;
    let found = db.read_now(|connection| identity::person_by_phone(connection, ring, &phone))?;
    found.context("--by: nobody has bound that number")
}

/// The report as JSON, and whether every row was taken.
fn report(args: &ImportArgs, db: &Db, ring: &KeyRing, bytes: &[u8]) -> anyhow::Result<(Value, bool)> {
    let community = || args.community.as_deref().map(GridPath::new).context("--community: the code of a community");
    Ok(match args.kind {
        Kind::Register(kind) => {
            let done = import::run(db, ring, &Context::operator(), kind, bytes, args.dry_run, &Scope::everything())?;
            (serde_json::to_value(&done)?, done.errors.is_empty())
        }
        Kind::Requests => {
            let done = requests::bulk::import(db, ring, &community()?, bytes, args.dry_run)?;
            (serde_json::to_value(&done)?, done.errors.is_empty())
        }
        Kind::DutyList => {
            let done = duty_list::import_file(db, &community()?, author(args, db, ring)?, bytes, args.dry_run)?;
            (serde_json::to_value(&done)?, done.errors.is_empty())
        }
        Kind::Facilities => {
            let done = facilities::import_file(db, &community()?, author(args, db, ring)?, bytes, args.dry_run)?;
            (serde_json::to_value(&done)?, done.errors.is_empty())
        }
    })
}

/// Imports and prints the report; `false` when rows were bad.
pub fn run(args: &ImportArgs) -> anyhow::Result<bool> {
    let bytes = std::fs::read(&args.file).with_context(|| format!("can't read {}", args.file.display()))?;
    let mut clean = true;
    args.database.with_db("import", |db, servers| {
        let ring = args.database.ring(servers)?;
        let (shown, taken) = report(args, db, &ring, &bytes)?;
        clean = taken;
        println!("{}", serde_json::to_string_pretty(&shown)?);
        Ok(())
    })?;
    Ok(clean)
}
