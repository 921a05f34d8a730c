//! The command line of Palm Community.

use clap::{Parser, Subcommand};
use palm::{admin, audit, bench, database, demo, import, jobs, operator, serve};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Palm Community 掌上社区
#[derive(Debug, Parser)]
#[command(name = "palm", version = palm::VERSION, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API
    Serve(Box<serve::ServeArgs>),
    /// Measure what this machine can carry, on a PostgreSQL of its own
    Bench(bench::BenchArgs),
    /// The baseline server of the bench
    #[command(hide = true)]
    BenchBare(Box<serve::ServeArgs>),
    /// Create or update the tables, and set up a new installation
    Migrate(MigrateArgs),
    /// Derive every balance, hold and leaf again; exit 1 and name the row when one differs
    Audit(audit::AuditArgs),
    /// Look at everything the installation stands on and say what to do; exit 1 when something fails
    Doctor(Box<operator::doctor::DoctorArgs>),
    /// Back up database and pictures into one encrypted, verified file, while the server goes on
    Backup(operator::backup::BackupArgs),
    /// Restore a backup into an empty folder and audit it; exit 1 when the books differ
    Restore(operator::restore::RestoreArgs),
    /// Bring a new version, or a newer PostgreSQL; on failure the old one comes back
    Upgrade(Box<operator::upgrade::UpgradeArgs>),
    /// Import grid, households, organizations, merchants or roster from XLSX or CSV
    Import(import::ImportArgs),
    /// The operator's own doings
    #[command(subcommand)]
    Admin(admin::AdminCommand),
    /// Jobs that failed for good
    #[command(subcommand)]
    Jobs(jobs::JobsCommand),
    /// A demo installation
    Demo(Box<DemoArgs>),
    /// Play the product's main job over HTTP, one line a step
    Journey(Box<demo::JourneyArgs>),
    /// Outside systems on their bad days; exit 1 when anything was lost or doubled
    #[command(subcommand)]
    Simulate(demo::simulate::SimulateCommand),
}

#[derive(Debug, clap::Args)]
#[command(arg_required_else_help = true)]
struct DemoArgs {
    #[command(flatten)]
    scale: demo::ScaleArgs,
    #[command(subcommand)]
    command: Option<DemoCommand>,
}

#[derive(Debug, Subcommand)]
enum DemoCommand {
    /// Start a demo: private PostgreSQL, demo data, the journey, then stay up
    Up(Box<demo::UpArgs>),
    /// Move the demo's clock forward, such as +72h
    Clock(demo::ClockArgs),
    /// Make the practice community anew: nothing in it touches anybody
    PracticeReset(demo::practice::PracticeArgs),
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
        Command::Serve(args) => serve::run(*args).await?,
        Command::Bench(args) => drop(bench::run(args).await?),
        Command::BenchBare(args) => bench::run_bare(*args).await?,
        Command::Migrate(args) => migrate(&args)?,
        Command::Audit(args) if !audit::run(&args)? => return Ok(std::process::ExitCode::FAILURE),
        Command::Audit(_) => {}
        Command::Doctor(args) if !operator::doctor::run(&args).await? => return Ok(std::process::ExitCode::FAILURE),
        Command::Doctor(_) => {}
        Command::Backup(args) => drop(operator::backup::run(&args)?),
        Command::Restore(args) if !operator::restore::run(&args)? => return Ok(std::process::ExitCode::FAILURE),
        Command::Restore(_) => {}
        Command::Upgrade(args) => operator::upgrade::run(&args).await?,
        Command::Import(args) if !import::run(&args)? => return Ok(std::process::ExitCode::FAILURE),
        Command::Import(_) => {}
        Command::Admin(command) => admin::run(&command)?,
        Command::Jobs(command) => jobs::run(&command)?,
        Command::Demo(args) => match args.command {
            Some(DemoCommand::Up(args)) => demo::up(*args).await?,
            Some(DemoCommand::Clock(args)) => demo::clock(&args)?,
            Some(DemoCommand::PracticeReset(args)) => demo::practice::run(&args)?,
            None => demo::scale(&args.scale)?,
        },
        Command::Journey(args) => demo::journey(*args).await?,
        Command::Simulate(command) => {
            if !demo::simulate::run(command).await? {
                return Ok(std::process::ExitCode::FAILURE);
            }
        }
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
