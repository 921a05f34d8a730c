//! What the private PostgreSQL is told: its settings, who may log in, its roles. And the check that any server keeps what it acknowledges.

use std::collections::BTreeMap;

/// The superuser inside the cluster; only for making roles, backups and fault tests.
pub(super) const SUPERUSER: &str = "postgres";
/// There is no TCP port; the number only names the socket's file, and is given so that a `PGPORT` of the caller changes nothing.
pub(super) const PORT: u16 = 5432;
/// The line that tells a real cluster from one for tests.
const DURABLE_MARK: &str = "fsync = on";

/// The settings that decide whether an acknowledged commit survives: `SHOW` each and hand the answers to [`assert_durable`].
pub const DURABLE_SETTINGS: [&str; 5] = ["fsync", "synchronous_commit", "full_page_writes", "data_checksums", "data_sync_retry"];

/// Checks the answers to `SHOW` of [`DURABLE_SETTINGS`]; gives one line for each setting that could lose or damage what was acknowledged,
/// an empty list when all is well. A missing answer counts as wrong. With any line in it, nothing may be written.
#[must_use]
pub fn assert_durable(shown: &BTreeMap<String, String>) -> Vec<String> {
    let mut wrong = Vec::new();
    for name in DURABLE_SETTINGS {
        // `remote_write` and `remote_apply` flush here first and wait for a standby as well.
        let wanted: &[&str] = match name {
            "synchronous_commit" => &["on", "remote_write", "remote_apply"],
            "data_sync_retry" => &["off"],
            _ => &["on"],
        };
        let is = shown.get(name).map_or("unknown", |value| value.trim());
        if !wanted.contains(&is) {
            let remedy =
                if name == "data_checksums" { "run pg_checksums --enable" } else { "change it in the server's configuration" };
            wrong.push(format!("PostgreSQL's {name} is {is}, must be {}: {remedy}", wanted.first().unwrap_or(&"on")));
        }
    }
    wrong
}

/// `palm.conf`, included by the cluster's `postgresql.conf` and written anew at each start.
pub(super) fn configuration(socket_folder: &str, durable: bool) -> String {
    // Tests go without fsync only: a killed server then still keeps what it acknowledged (the kernel has it), which tests of that rely on.
    let fsync = if durable { "on" } else { "off" };
    let socket = socket_folder.replace('\'', "''");
    format!(
        "# Written by palm at each start; changes here are lost. Put your own after the include in postgresql.conf.
fsync = {fsync}
synchronous_commit = on
full_page_writes = on
data_sync_retry = off
listen_addresses = ''
port = {PORT}
unix_socket_directories = '{socket}'
unix_socket_permissions = 0700
max_connections = 100
shared_buffers = '256MB'
max_wal_size = '1GB'
# Disks without moving heads; and no statement here runs so long that compiling it would pay.
random_page_cost = 1.1
jit = off
client_connection_check_interval = '2s'
timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
logging_collector = on
log_directory = '../log'
log_filename = 'postgresql-%a.log'
log_file_mode = 0600
log_rotation_age = '1d'
log_rotation_size = 0
log_truncate_on_rotation = on
log_line_prefix = '%m [%p] %q%a '
# Statements and error details carry residents' data; neither goes into a log.
log_error_verbosity = terse
log_min_error_statement = panic
log_statement = none
log_min_duration_statement = -1
log_parameter_max_length_on_error = 0
"
    )
}

/// Whether a written `palm.conf` is that of a real cluster.
pub(super) fn is_durable(configuration: &str) -> bool {
    configuration.lines().any(|line| line == DURABLE_MARK)
}

/// `pg_hba.conf`: the unix socket, the kernel's word for who calls, nothing else.
pub(super) const HOST_BASED_ACCESS: &str = "# The unix socket only; the kernel says who calls, pg_ident.conf who that may be.
local all postgres,palm_owner,palm_app peer map=palm
";

/// `pg_ident.conf`: the system user that runs PostgreSQL and root, who can read its files anyway.
pub(super) fn identities(user: &str) -> String {
    let quoted = user.replace('"', "\"\"");
    let mut text = String::from("# MAP SYSTEM-USER DATABASE-ROLE\n");
    for system_user in [quoted.as_str(), "root"] {
        for role in [SUPERUSER, "palm_owner", "palm_app"] {
            text.push_str(&format!("palm \"{system_user}\" {role}\n"));
        }
    }
    text
}

/// Run once in single-user mode, one statement a line, before anybody can connect.
/// The serving role's timeouts stand with the role, so they hold for a forgotten connection too.
pub(super) const ROLES: &str = "CREATE ROLE palm_owner LOGIN CREATEDB
CREATE ROLE palm_app LOGIN
ALTER ROLE palm_app SET statement_timeout = '5s'
ALTER ROLE palm_app SET lock_timeout = '3s'
ALTER ROLE palm_app SET idle_in_transaction_session_timeout = '10s'
CREATE DATABASE palm OWNER palm_owner
REVOKE ALL ON DATABASE palm FROM PUBLIC
GRANT CONNECT ON DATABASE palm TO palm_app
REVOKE ALL ON DATABASE postgres FROM PUBLIC
GRANT CONNECT ON DATABASE postgres TO palm_owner
";
