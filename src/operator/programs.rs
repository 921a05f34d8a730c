//! `pg_dump` and `pg_restore`: with the private PostgreSQL its own, as the user that runs it; with a server of one's own the newest
//! installed. A password never stands on a command line.

use std::io::{Read, Write as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::JoinHandle;

use anyhow::{Context as _, bail};
use base::cluster::{self, Cluster};

/// A program under way whose complaints are collected.
pub(super) struct Running {
    name: &'static str,
    child: Child,
    complaints: Option<JoinHandle<String>>,
}

fn command(name: &'static str, cluster: Option<&Cluster>, major: u32) -> Command {
    cluster.map_or_else(|| Command::new(cluster::newest_program(name, major)), |cluster| cluster.program(name))
}

/// A URL without its password, and the password.
fn without_password(url: &str) -> (String, Option<String>) {
    let parts = url.split_once("://").and_then(|(scheme, rest)| {
        let end = rest.find(['/', '?']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at_checked(end)?;
        let (user, host) = authority.rsplit_once('@')?;
        let (user, password) = user.split_once(':')?;
        Some((format!("{scheme}://{user}@{host}{path}"), percent_decode(password)))
    });
    parts.map_or_else(|| (url.to_owned(), None), |(url, password)| (url, Some(password)))
}

fn percent_decode(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut out, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while let Some(byte) = bytes.get(at) {
        let code = (*byte == b'%').then(|| text.get(at + 1..at + 3)).flatten().and_then(|hex| u8::from_str_radix(hex, 16).ok());
        out.push(code.unwrap_or(*byte));
        at += if code.is_some() { 3 } else { 1 };
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn start(name: &'static str, mut command: Command, url: &str) -> anyhow::Result<Running> {
    let (url, password) = without_password(url);
    command.arg(format!("--dbname={url}")).arg("--no-password").stderr(Stdio::piped());
    if let Some(password) = password {
        command.env("PGPASSWORD", password);
    }
    let mut child = command.spawn().with_context(|| {
        format!(
            "can't run {}: install the PostgreSQL client programs (postgresql-client)",
            command.get_program().to_string_lossy()
        )
    })?;
    // Read beside the data, so that a talkative program never waits for us while we wait for it.
    let complaints = child.stderr.take().map(|mut stderr| {
        std::thread::spawn(move || {
            let mut text = Vec::new();
            drop(stderr.read_to_end(&mut text));
            String::from_utf8_lossy(&text).into_owned()
        })
    });
    Ok(Running { name, child, complaints })
}

/// Dumps a database as of a snapshot; the dump comes from the returned program's output.
pub(super) fn dump(url: &str, snapshot: &str, cluster: Option<&Cluster>, major: u32) -> anyhow::Result<Running> {
    let mut command = command("pg_dump", cluster, major);
    command.args(["--format=custom", "--compress=3", "--no-owner", "--lock-wait-timeout=60s"]);
    command.arg(format!("--snapshot={snapshot}")).stdin(Stdio::null()).stdout(Stdio::piped());
    start("pg_dump", command, url)
}

/// Restores a dump written to the returned program's input into an empty database, whole or not at all.
pub(super) fn restore(url: &str, cluster: &Cluster) -> anyhow::Result<Running> {
    let mut command = command("pg_restore", Some(cluster), cluster.major());
    command.args(["--format=custom", "--no-owner", "--exit-on-error", "--single-transaction"]);
    command.stdin(Stdio::piped()).stdout(Stdio::null());
    start("pg_restore", command, url)
}

impl Running {
    /// What it writes.
    pub(super) fn output(&mut self) -> anyhow::Result<impl Read + use<>> {
        self.child.stdout.take().with_context(|| format!("{} has no output", self.name))
    }

    /// What it reads; dropping it is the end of its input.
    pub(super) fn input(&mut self) -> anyhow::Result<ChildStdin> {
        self.child.stdin.take().with_context(|| format!("{} has no input", self.name))
    }

    /// Waits for its end; an error is what it said, in one line.
    pub(super) fn finish(mut self) -> anyhow::Result<()> {
        let status = self.child.wait()?;
        let said = self.complaints.take().and_then(|thread| thread.join().ok()).unwrap_or_default();
        if !status.success() {
            let lines: Vec<&str> = said.lines().map(str::trim).filter(|line| !line.is_empty()).take(4).collect();
            bail!("{} failed ({status}): {}", self.name, lines.join(" | "));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Only one that is given up is still there.
        if matches!(self.child.try_wait(), Ok(None)) {
            drop(self.child.kill());
            drop(self.child.wait());
        }
    }
}

/// Writes to a program that may have ended: then its own words are the news, not the broken pipe.
pub(super) fn feed(input: &mut ChildStdin, bytes: &[u8]) -> std::io::Result<bool> {
    match input.write_all(bytes) {
        Err(why) if why.kind() == std::io::ErrorKind::BrokenPipe => Ok(false),
        other => other.map(|()| true),
    }
}

#[cfg(test)]
mod tests {
    use super::without_password;

    #[test]
    fn a_password_leaves_the_url() {
        for (url, bare, password) in [
            ("postgres://owner:a%40b@host:5433/palm?x=1", "postgres://owner@host:5433/palm?x=1", Some("a@b")),
            ("postgres://owner@/palm?host=%2Frun", "postgres://owner@/palm?host=%2Frun", None),
            ("host=/run user=owner", "host=/run user=owner", None),
        ] {
            assert_eq!(without_password(url), (bare.to_owned(), password.map(str::to_owned)));
        }
    }
}
