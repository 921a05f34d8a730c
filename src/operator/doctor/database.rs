//! The database: is it there, is it ours, does it keep what it acknowledges, is it of this version; and the work that waits in it.

use std::path::Path;

use base::clock::machine_now;
use base::cluster::{self};
use base::db::installation::{self, Kind};
use base::jobs;
use diesel::{Connection as _, PgConnection};

use super::super::rows;
use super::{DoctorArgs, Findings};
use crate::database as opened;

/// The oldest major version of PostgreSQL.
const OLDEST: u32 = 15;
/// Jobs that may wait without anybody wondering.
const MANY_WAITING: i64 = 2_000;

/// Checks it all; returns the database's size in bytes when it could be asked.
pub(super) fn check(args: &DoctorArgs, data_dir: &Path, findings: &mut Findings) -> Option<u64> {
    let private = args.serve.database.database_url.is_none();
    if private && !data_dir.join("postgres/data/PG_VERSION").is_file() {
        let remedy = "run `palm migrate` for a new installation, or set PALM_DATA_DIR to the folder of the existing one";
        findings.fail("database", format!("there is no database in {}", data_dir.display()), remedy);
        return None;
    }
    let servers = match args.serve.database.servers() {
        Ok(servers) => servers,
        Err(why) => {
            findings.fail("database", format!("{why:#}"), "repair what the line says, then start the doctor again");
            return None;
        }
    };
    let size = match PgConnection::establish(&servers.app_url) {
        Ok(mut connection) => ask(args, &mut connection, findings),
        Err(why) => {
            let why = why.to_string().lines().next().unwrap_or_default().to_owned();
            findings.fail(
                "database",
                format!("does not answer as the serving role: {why}"),
                "is PostgreSQL running, and PALM_DATABASE_URL right?",
            );
            None
        }
    };
    if servers.owner_url.is_none() {
        findings.warn(
            "owner",
            "the owner of the tables is unknown",
            "set PALM_OWNER_DATABASE_URL: migrations and backups need it",
        );
    }
    if let Some(cluster) = servers.cluster
        && let Err(why) = cluster.stop()
    {
        findings.warn("database", format!("the private PostgreSQL did not stop: {why}"), "look into its log folder");
    }
    size
}

fn ask(args: &DoctorArgs, connection: &mut PgConnection, findings: &mut Findings) -> Option<u64> {
    match rows::major(connection) {
        Ok(major) if major < OLDEST => {
            findings.fail("database", format!("PostgreSQL {major}"), format!("use PostgreSQL {OLDEST} or newer"));
        }
        Ok(major) => findings.ok("database", format!("PostgreSQL {major} answers")),
        Err(why) => findings.fail("database", why.to_string(), "look into PostgreSQL's log"),
    }
    if !schema(connection, findings) {
        return None;
    }
    kind(args, connection, findings);
    settings(connection, findings);
    role(connection, findings);
    clock(connection, findings);
    work(connection, findings);
    rows::size(connection).ok().and_then(|size| u64::try_from(size).ok())
}

fn schema(connection: &mut PgConnection, findings: &mut Findings) -> bool {
    let (Ok(applied), Ok(ours)) = (installation::applied_migrations(connection), opened::embedded_migrations()) else {
        findings.fail("migrations", "the database was never migrated", "run `palm migrate`");
        return false;
    };
    let lacking = ours.iter().filter(|version| !applied.contains(version)).count();
    let unknown = applied.iter().filter(|version| !ours.contains(version)).count();
    match (lacking, unknown) {
        (0, 0) => findings.ok("migrations", format!("all {} have run", ours.len())),
        (0, unknown) => {
            let found = format!("the database has {unknown} that this program doesn't know");
            findings.warn("migrations", found, "a newer palm migrated it: install that version");
        }
        (lacking, _) => findings.fail("migrations", format!("{lacking} are pending"), "run `palm backup`, then `palm migrate`"),
    }
    true
}

fn kind(args: &DoctorArgs, connection: &mut PgConnection, findings: &mut Findings) {
    match installation::kind(connection) {
        Ok(Some(Kind::Real)) if args.serve.demo => {
            findings.fail("installation", "real, but PALM_DEMO is set", "unset PALM_DEMO: a real one is never served as a demo");
        }
        Ok(Some(Kind::Demo)) if !args.serve.demo => {
            findings.warn(
                "installation",
                "a demo: no real person's data belongs into it",
                "set PALM_DEMO=true to serve it, or start a real one in another PALM_DATA_DIR",
            );
        }
        Ok(Some(kind)) => findings.ok("installation", kind.name()),
        Ok(None) => findings.fail("installation", "the database is not set up", "run `palm migrate`"),
        Err(why) => findings.fail("installation", why.to_string(), "run `palm migrate`"),
    }
}

fn settings(connection: &mut PgConnection, findings: &mut Findings) {
    match installation::durable_settings(connection) {
        Ok(shown) => {
            let wrong = cluster::assert_durable(&shown.into_iter().collect());
            if wrong.is_empty() {
                findings.ok("durability", "what is acknowledged survives a power cut; pages have checksums");
            } else {
                findings.fail("durability", "acknowledged data may be lost or damaged unseen", wrong.join("; "));
            }
        }
        Err(why) => findings.fail("durability", why.to_string(), "look into PostgreSQL's log"),
    }
}

fn role(connection: &mut PgConnection, findings: &mut Findings) {
    let remedy = "serve as a role that has only what migrations grant: palm_app";
    match (installation::role(connection), rows::may_rewrite_the_trail(connection)) {
        (Ok(role), _) if role.superuser || role.owned_tables > 0 => {
            findings.fail("role", format!("{} owns tables or is a superuser", role.name), remedy);
        }
        (Ok(role), Ok(true)) => findings.fail("role", format!("{} may rewrite the audit trail", role.name), remedy),
        (Ok(role), Ok(false)) => findings.ok("role", format!("{} has no rights but those granted", role.name)),
        (Err(why), _) | (_, Err(why)) => findings.fail("role", why.to_string(), remedy),
    }
}

fn clock(connection: &mut PgConnection, findings: &mut Findings) {
    match rows::server_clock(connection) {
        Ok(server) => {
            let apart = (machine_now() - server).num_seconds().abs();
            let found = format!("this machine and PostgreSQL are {apart} s apart");
            match apart {
                0..=2 => findings.ok("clock", found),
                3..=30 => findings.warn("clock", found, "turn on time synchronization on both (systemd-timesyncd or chrony)"),
                _ => findings.fail(
                    "clock",
                    found,
                    "turn on time synchronization on both (systemd-timesyncd or chrony): codes and deadlines go by these clocks",
                ),
            }
        }
        Err(why) => findings.fail("clock", why.to_string(), "look into PostgreSQL's log"),
    }
}

fn work(connection: &mut PgConnection, findings: &mut Findings) {
    match jobs::depth(connection) {
        Ok((_, dead)) if dead > 0 => {
            findings.warn(
                "jobs",
                format!("{dead} failed for good"),
                "`palm jobs dead` says why; after the repair `palm jobs rerun ID`",
            );
        }
        Ok((waiting, _)) if waiting > MANY_WAITING => {
            findings.warn("jobs", format!("{waiting} wait"), "is palm serve running? Its log says what it does");
        }
        Ok((waiting, _)) => findings.ok("jobs", format!("{waiting} wait, none failed for good")),
        Err(why) => findings.fail("jobs", why.to_string(), "run `palm migrate`"),
    }
}
