//! `palm admin`: the first administrator gets in by a one-time code from the command line.

use std::path::PathBuf;

use anyhow::Context as _;
use base::db::Context;
use base::error::ApiError;
use base::keys::KeyRing;
use people::grid::{GridPath, unit_by_code};
use people::identity::{Invitation, InvitationId, Role, invite};

use crate::database::DatabaseArgs;
use crate::operator::vault;

/// Commands of the operator.
#[derive(Debug, clap::Subcommand)]
pub enum AdminCommand {
    /// Print a one-time code (24 h) that makes whoever enters it in the mini program an administrator
    Invite(InviteArgs),
    /// Make the key ring where there is none, and print the fingerprint by which a copy of it is compared
    Keys(KeysArgs),
}

/// Options of `palm admin keys`.
#[derive(Debug, clap::Args)]
pub struct KeysArgs {
    /// The file
    #[arg(long, env = "PALM_KEYS_FILE", value_name = "FILE")]
    pub keys_file: PathBuf,
}

fn keys(args: &KeysArgs) -> anyhow::Result<()> {
    let made = !args.keys_file.exists();
    let ring = KeyRing::open_or_create(&args.keys_file)?;
    let mark = vault::fingerprint(&ring).context("the key ring is empty")?;
    println!("{} {}, fingerprint {mark}", if made { "made" } else { "found" }, args.keys_file.display());
    Ok(())
}

/// Options of `palm admin invite`.
#[derive(Debug, clap::Args)]
pub struct InviteArgs {
    /// Which database
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Code of the street to administer (default: the only one)
    #[arg(long)]
    pub street: Option<String>,
}

/// Runs one.
pub fn run(command: &AdminCommand) -> anyhow::Result<()> {
    match command {
        AdminCommand::Invite(args) => invite_administrator(args),
        AdminCommand::Keys(args) => keys(args),
    }
}

fn invite_administrator(args: &InviteArgs) -> anyhow::Result<()> {
    args.database.with_db("admin", |db, _servers| {
        let street = args.street.clone();
        let code = db.transaction_now(&Context::operator(), |mut tx| -> Result<_, ApiError> {
            let unit = match &street {
                Some(code) => Some(
                    unit_by_code(tx.conn(), &GridPath::new(code.clone()))?
                        .ok_or_else(|| ApiError::invalid("--street", "no such street"))?,
                ),
                None => None,
            };
            let invitation = Invitation {
                id: InvitationId::new(),
                role: Role::Admin,
                unit: unit.map(|unit| unit.id),
                organization: None,
                hours: 24,
            };
            let code = invite(&mut tx, &invitation)?;
            Ok(tx.done(code)?)
        })?;
        println!("one-time code for an administrator, valid for 24 hours:\n\n    {code}\n");
        println!("{}", people::qr::for_terminal(&code)?);
        println!("Enter or scan it in the mini program under “I have an invitation” (POST /api/v1/me/invitations).");
        Ok(())
    })
}
