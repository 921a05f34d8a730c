//! Making, starting and stopping the server. All of it happens during one's turn (`turn.lock`).

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::{Account, Binaries, ClusterError, Layout, settings};

/// Recovery after a crash replays at most a checkpoint's worth of log; a slow disk needs minutes for it.
const START_SECONDS: u64 = 300;
const STOP_SECONDS: u64 = 60;
const ORPHANS_LEAVE_WITHIN: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(50);

/// The three things that starting and stopping need.
pub(super) struct Server<'a> {
    pub(super) layout: &'a Layout,
    pub(super) account: &'a Account,
    pub(super) binaries: &'a Binaries,
}

impl Server<'_> {
    /// Makes the cluster with its roles beside its place and renames it: killed half-way, nothing is left but a folder that the next call removes.
    pub(super) fn make(&self, durable: bool) -> Result<(), ClusterError> {
        let unfinished = self.layout.place.join("data.new");
        if unfinished.exists() {
            std::fs::remove_dir_all(&unfinished).map_err(|source| ClusterError::folder("remove", &unfinished, source))?;
        }
        let mut initdb = self.account.command(&self.binaries.program("initdb"));
        initdb.arg("-D").arg(&unfinished).args(["--username", settings::SUPERUSER, "--encoding=UTF8", "--locale=C.UTF-8"]);
        initdb.args(["--lc-messages=C", "--data-checksums", "--auth=peer", "--no-instructions"]);
        if !durable {
            initdb.arg("--no-sync");
        }
        self.run(&mut initdb, "make its cluster")?;
        self.write(&unfinished.join("palm.conf"), &settings::configuration(&self.layout.socket.to_string_lossy(), durable))?;
        self.write(&unfinished.join("pg_hba.conf"), settings::HOST_BASED_ACCESS)?;
        self.write(&unfinished.join("pg_ident.conf"), &settings::identities(&self.account.name))?;
        self.append(&unfinished.join("postgresql.conf"), "\ninclude = 'palm.conf'\n")?;
        self.make_roles(&unfinished)?;
        std::fs::rename(&unfinished, &self.layout.data).map_err(|source| ClusterError::folder("make", &self.layout.data, source))
    }

    /// Starts the server unless it runs; returns whether it did. Waits until it answers.
    pub(super) fn start_if_down(&self, durable: bool) -> Result<bool, ClusterError> {
        let made_durable = self.layout.is_durable()?;
        if made_durable != durable {
            return Err(ClusterError::OtherPurpose { path: self.layout.data.clone(), durable: made_durable });
        }
        if self.is_running_or_ends()? {
            return Ok(false);
        }
        self.disarm_stale_pid()?;
        self.write(
            &self.layout.data.join("palm.conf"),
            &settings::configuration(&self.layout.socket.to_string_lossy(), durable),
        )?;
        let log = self.layout.log.join("start.log");
        self.write(&log, "")?;
        self.start(&log)?;
        if let Some(identity) = self.identity() {
            self.write(&self.started_file(), &identity)?;
        }
        Ok(true)
    }

    fn start(&self, log: &Path) -> Result<(), ClusterError> {
        let deadline = Instant::now() + ORPHANS_LEAVE_WITHIN;
        loop {
            let mut start = self.pg_ctl("start");
            start.arg("-l").arg(log).args(["-t", &START_SECONDS.to_string()]);
            let output = start.output().map_err(|source| ClusterError::folder("run", &self.binaries.folder, source))?;
            if output.status.success() {
                return Ok(());
            }
            let said = format!("{}\n{}", String::from_utf8_lossy(&output.stderr), self.newest_log());
            if !said.contains("pre-existing shared memory block") || Instant::now() > deadline {
                return Err(ClusterError::failed("start", &self.layout.data, &said));
            }
            // The server was killed and its processes have not noticed yet.
            self.write(log, "")?;
            sleep(POLL);
        }
    }

    /// Stops the server if a `palm` command started it; one that an administrator started goes on.
    pub(super) fn stop_if_ours(&self) -> Result<(), ClusterError> {
        let ours = std::fs::read_to_string(self.started_file()).ok();
        if ours.is_none() || self.identity() != ours || self.live_pid().is_none() {
            return Ok(());
        }
        let mut stop = self.pg_ctl("stop");
        stop.args(["-m", "fast", "-t", &STOP_SECONDS.to_string()]);
        let stopped = self.run(&mut stop, "stop");
        // It may have ended by itself meanwhile; then there is nothing to complain about.
        if self.live_pid().is_none() { Ok(()) } else { stopped }
    }

    /// `true` when it runs and answers; waits for one that is still starting, and for one that is going down.
    fn is_running_or_ends(&self) -> Result<bool, ClusterError> {
        let deadline = Instant::now() + Duration::from_secs(START_SECONDS);
        while self.live_pid().is_some() {
            let status = self.pid_file_line(7).unwrap_or_default();
            if status.trim() == "ready" {
                return Ok(true);
            }
            if Instant::now() > deadline {
                return Err(ClusterError::failed(
                    "start",
                    &self.layout.data,
                    &format!("it says `{}` for {START_SECONDS} s", status.trim()),
                ));
            }
            sleep(POLL);
        }
        Ok(false)
    }

    /// The server's process, if the one named in `postmaster.pid` lives and is a PostgreSQL server.
    fn live_pid(&self) -> Option<u32> {
        let pid: u32 = self.pid_file_line(0)?.trim().parse().ok()?;
        is_postgres(pid, &self.layout.data).then_some(pid)
    }

    /// After a restart of the machine another process of this user can have the old server's number (or a killed server is still a zombie),
    /// and PostgreSQL then refuses to start. The number is replaced by one that no process can have, in both files that hold it. The rest
    /// of `postmaster.pid` stays: with it PostgreSQL still makes sure that no process of the old server is left, which deleting the file would defeat.
    fn disarm_stale_pid(&self) -> Result<(), ClusterError> {
        let socket_lock = self.layout.socket.join(format!(".s.PGSQL.{}.lock", settings::PORT));
        for path in [self.layout.data.join("postmaster.pid"), socket_lock] {
            let Ok(text) = std::fs::read_to_string(&path) else { continue };
            let Some((pid, rest)) = text.split_once('\n') else { continue };
            if Path::new("/proc").join(pid.trim()).exists() {
                tracing::warn!(pid, "an old lock file names a process that is not PostgreSQL; starting all the same");
                self.write(&path, &format!("{IMPOSSIBLE_PID}\n{rest}"))?;
            }
        }
        Ok(())
    }

    fn make_roles(&self, data: &Path) -> Result<(), ClusterError> {
        let mut single = self.account.command(&self.binaries.program("postgres"));
        single.arg("--single").arg("-D").arg(data);
        for setting in ["exit_on_error=on", "logging_collector=off", "log_min_messages=error", "log_checkpoints=off"] {
            single.args(["-c", setting]);
        }
        single.arg("postgres");
        self.feed(&mut single, settings::ROLES, "make its roles")
    }

    /// Writes a file of the cluster as the PostgreSQL user: root never follows a link that this user could lay.
    fn write(&self, path: &Path, text: &str) -> Result<(), ClusterError> {
        self.shell("cat > \"$1.part\" && mv -f \"$1.part\" \"$1\"", path, text)
    }

    fn append(&self, path: &Path, text: &str) -> Result<(), ClusterError> {
        self.shell("cat >> \"$1\"", path, text)
    }

    fn shell(&self, script: &str, path: &Path, text: &str) -> Result<(), ClusterError> {
        let mut command = self.account.command(Path::new("/bin/sh"));
        command.args(["-c", &format!("umask 077; {script}"), "sh"]).arg(path);
        self.feed(&mut command, text, "write its settings")
    }

    /// Runs a command with `input` on its standard input.
    fn feed(&self, command: &mut Command, input: &str, doing: &'static str) -> Result<(), ClusterError> {
        let failed = |source| ClusterError::folder("run a program for", &self.layout.data, source);
        command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().map_err(failed)?;
        // A child that ends early says why on stderr, so a broken pipe here is not the news.
        let written = child.stdin.take().map_or(Ok(()), |mut stdin| stdin.write_all(input.as_bytes()));
        let output = child.wait_with_output().map_err(failed)?;
        if !output.status.success() {
            return Err(ClusterError::failed(doing, &self.layout.data, &String::from_utf8_lossy(&output.stderr)));
        }
        written.map_err(failed)
    }

    fn run(&self, command: &mut Command, doing: &'static str) -> Result<(), ClusterError> {
        let output = command.output().map_err(|source| ClusterError::folder("run", &self.binaries.folder, source))?;
        if output.status.success() {
            return Ok(());
        }
        Err(ClusterError::failed(doing, &self.layout.data, &String::from_utf8_lossy(&output.stderr)))
    }

    fn pg_ctl(&self, verb: &str) -> Command {
        let mut command = self.account.command(&self.binaries.program("pg_ctl"));
        command.arg(verb).arg("-D").arg(&self.layout.data).args(["-w", "-s"]);
        command
    }

    /// What tells this run of the server from another: its process and the second it started.
    fn identity(&self) -> Option<String> {
        Some(format!("{} {}", self.pid_file_line(0)?.trim(), self.pid_file_line(2)?.trim()))
    }

    fn started_file(&self) -> std::path::PathBuf {
        self.layout.place.join("started-by-palm")
    }

    fn pid_file_line(&self, line: usize) -> Option<String> {
        let text = std::fs::read_to_string(self.layout.data.join("postmaster.pid")).ok()?;
        text.lines().nth(line).map(str::to_owned)
    }

    /// The text of the log written to last: what a server that did not start said.
    fn newest_log(&self) -> String {
        let Ok(entries) = self.layout.log.read_dir() else { return String::new() };
        let newest = entries.flatten().max_by_key(|entry| {
            let found = entry.metadata().ok();
            // start.log only says that the log goes on elsewhere, unless it is the only one written to.
            (found.as_ref().is_some_and(|found| found.len() > 0), found.and_then(|found| found.modified().ok()))
        });
        newest
            .and_then(|entry| std::fs::read(entry.path()).ok())
            .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
            .unwrap_or_default()
    }
}

/// One above the largest process number of Linux.
const IMPOSSIBLE_PID: u32 = 4_194_305;

/// Whether a process is a PostgreSQL server, and not visibly that of another cluster. Its command line is readable by everybody,
/// unlike its working folder, which root in a container may not see.
fn is_postgres(pid: u32, data: &Path) -> bool {
    let Ok(line) = std::fs::read(format!("/proc/{pid}/cmdline")) else { return false };
    let words: Vec<String> = line.split(|byte| *byte == 0).map(|word| String::from_utf8_lossy(word).into_owned()).collect();
    let program = words.first().map(Path::new).and_then(Path::file_name);
    if !program.is_some_and(|name| name == "postgres" || name == "postmaster") {
        return false;
    }
    let given = words.iter().position(|word| word == "-D").and_then(|at| words.get(at + 1)).map(Path::new);
    match given.filter(|given| given.is_absolute()).map(Path::canonicalize) {
        Some(Ok(other)) => data.canonicalize().is_ok_and(|ours| ours == other),
        _ => true,
    }
}
