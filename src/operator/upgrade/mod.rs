//! `palm upgrade`: a new version, or a newer PostgreSQL, with the way back kept open until the end. The server stands still meanwhile, so
//! that nothing acknowledged falls between the backup and the change.
//!
//! stop → backup → change (migrate, or rebuild under the newest PostgreSQL) → try it out on a port of its own → switch → start → ready?
//! Whatever fails after the backup: the previous program and the data of the backup come back, and the server starts with them.

mod package;
mod steps;

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;

use anyhow::{Context as _, bail, ensure};
use base::cluster;

use super::Places;
use crate::database::{self, DatabaseArgs};
use package::Release;
use steps::{Site, Undo};

/// Options of `palm upgrade`.
#[derive(Debug, Clone, clap::Args)]
pub struct UpgradeArgs {
    /// The package: palm-VERSION.tar.gz
    #[arg(value_name = "PACKAGE", required_unless_present_any = ["postgres", "facts"], conflicts_with = "postgres")]
    pub package: Option<PathBuf>,
    /// Rebuild the private PostgreSQL under the newest version installed (install it first: apt-get install postgresql-N)
    #[arg(long)]
    pub postgres: bool,
    /// Rebuild it even under the version it has
    #[arg(long, hide = true, requires = "postgres")]
    pub same_postgres: bool,
    /// Which database
    #[command(flatten)]
    pub database: DatabaseArgs,
    /// Where the other things are
    #[command(flatten)]
    pub places: Places,
    /// The backups' folder (default backups in the data folder)
    #[arg(long, env = "PALM_BACKUP_DIR", value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,
    /// Where the installed versions are
    #[arg(long, default_value = "/opt/palm", value_name = "DIR")]
    pub prefix: PathBuf,
    /// Where the server listens
    #[arg(long, env = "PALM_HTTP_ADDR", default_value = "127.0.0.1:8080")]
    pub http_addr: std::net::SocketAddr,
    /// The server is not a systemd service: it was stopped by hand and is started by hand
    #[arg(long)]
    pub no_service: bool,
    /// Print the migrations this program knows, as JSON
    #[arg(long, hide = true)]
    pub facts: bool,
}

/// Does it; an error says what failed and that the old state is back.
pub async fn run(args: &UpgradeArgs) -> anyhow::Result<()> {
    if args.facts {
        println!("{}", serde_json::to_string(&database::embedded_migrations()?)?);
        return Ok(());
    }
    std::fs::create_dir_all(args.prefix.join("releases")).with_context(|| format!("can't write {}", args.prefix.display()))?;
    let lock = args.prefix.join(".upgrade.lock");
    let lock = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&lock)?;
    ensure!(lock.try_lock().is_ok(), "another upgrade is under way");
    let site = Site::of(args)?;
    if args.postgres { postgres(args, &site).await } else { program(args, &site).await }
}

async fn program(args: &UpgradeArgs, site: &Site) -> anyhow::Result<()> {
    let package = args.package.as_deref().context("name the package")?;
    let release = Release::unpack(package, &args.prefix)?;
    let before = package::current(&args.prefix)?;
    ensure!(release.folder != before, "{} is the version that is installed", release.name);
    release.fits(site)?;
    println!("unpacked {}; it runs on this machine", release.name);
    let undo = site.stand_still().await?;
    let changed = change_program(args, site, &release).await;
    match changed {
        Ok(()) => {
            package::tidy_up(&args.prefix)?;
            println!("upgraded to {}; the version before stays in {}", release.name, before.display());
            Ok(())
        }
        Err(why) => {
            let back = go_back(args, site, &undo, &before).await;
            told(why, back, &undo)
        }
    }
}

async fn change_program(args: &UpgradeArgs, site: &Site, release: &Release) -> anyhow::Result<()> {
    site.run(&release.binary(), &["migrate"]).context("the new version could not migrate")?;
    println!("migrated");
    site.try_out(&release.binary()).await.context("the new version does not serve")?;
    println!("the new version serves on a port of its own");
    package::switch(&args.prefix, &release.folder)?;
    site.start().await
}

async fn go_back(args: &UpgradeArgs, site: &Site, undo: &Undo, before: &std::path::Path) -> anyhow::Result<()> {
    site.stop()?;
    package::switch(&args.prefix, before)?;
    site.bring_back(&before.join("bin/palm"), undo)?;
    site.start().await
}

/// What to tell after a failure.
fn told(why: anyhow::Error, back: anyhow::Result<()>, undo: &Undo) -> anyhow::Result<()> {
    match back {
        Ok(()) => Err(why.context("nothing is changed: the version and the data from before are back")),
        Err(also) => bail!(
            "{why:#}; and going back failed: {also:#}. The data from before is in {}: `palm restore {0} --into DIR`",
            undo.backup.display()
        ),
    }
}

async fn postgres(args: &UpgradeArgs, site: &Site) -> anyhow::Result<()> {
    ensure!(
        args.database.database_url.is_none(),
        "PALM_DATABASE_URL names a server of your own: upgrade that one by its own means"
    );
    let before = site.postgres_major()?;
    let newest = cluster::installed_majors().pop().unwrap_or(0);
    ensure!(
        newest > before || args.same_postgres,
        "PostgreSQL {before} is the newest installed here: apt-get install postgresql-N first (the old version stays until afterwards)"
    );
    let binary = std::env::current_exe()?;
    let undo = site.stand_still().await?;
    let changed = match site.rebuild(&binary, &undo) {
        Ok(()) => match site.try_out(&binary).await {
            Ok(()) => site.start().await,
            Err(why) => Err(why),
        },
        Err(why) => Err(why),
    };
    match changed {
        Ok(()) => {
            site.forget_replaced()?;
            println!("PostgreSQL {newest} holds the data now");
            if newest > before {
                println!("apt-get remove postgresql-{before} when you like");
            }
            Ok(())
        }
        Err(why) => {
            let back = match site.stop().and_then(|()| site.put_back_replaced()) {
                Ok(()) => site.start().await,
                Err(why) => Err(why),
            };
            told(why, back, &undo)
        }
    }
}
