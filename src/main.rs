//! The command line of Palm Community.

use clap::{Parser, Subcommand};
use palm::{audit, database, serve};

/// Palm Community 掌上社区
#[derive(Debug, Parser)]
#[command(name = "palm", version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API
    Serve(serve::ServeArgs),
    /// Create or update the tables, and set up a new installation
    Migrate(MigrateArgs),
    /// Derive every balance, hold and leaf again; exit 1 and name the row when one differs
    Audit(audit::AuditArgs),
}

#[derive(Debug, clap::Args)]
struct MigrateArgs {
    #[command(flatten)]
    database: database::DatabaseArgs,
    /// Set up a demo installation
    #[arg(long, env = "PALM_DEMO")]
    demo: bool,
}

#[actix_web::main]
async fn main() -> std::process::ExitCode {
    match run(Cli::parse().command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("palm: {error:#}");
            std::process::ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<std::process::ExitCode> {
    match command {
        Command::Serve(args) => serve::run(args).await?,
        Command::Migrate(args) => migrate(&args)?,
        Command::Audit(args) if !audit::run(&args)? => return Ok(std::process::ExitCode::FAILURE),
        Command::Audit(_) => {}
    }
    Ok(std::process::ExitCode::SUCCESS)
}

fn migrate(args: &MigrateArgs) -> anyhow::Result<()> {
    use base::db::installation::Kind;
    let servers = args.database.servers()?;
    let owner = servers.owner_url.as_deref().ok_or_else(|| anyhow::anyhow!("PALM_OWNER_DATABASE_URL is missing"))?;
    let ran = database::migrate(owner)?;
    database::set_up(owner, if args.demo { Kind::Demo } else { Kind::Real }, 0)?;
    println!("{} migrations run", ran.len());
    Ok(())
}
