//! `palm doctor`: looks at everything that an installation stands on, and says for each what to do. Changes nothing.

mod backups;
mod database;
mod machine;
mod outside;

use std::path::PathBuf;

use base::cluster;
use serde::Serialize;

use crate::serve::ServeArgs;

/// Options of `palm doctor`: those of `palm serve`, so that it sees what the server sees.
#[derive(Debug, Clone, clap::Args)]
pub struct DoctorArgs {
    /// How it is served
    #[command(flatten)]
    pub serve: ServeArgs,
    /// The backups' folder
    #[arg(long, env = "PALM_BACKUP_DIR", value_name = "DIR")]
    pub backup_dir: Option<PathBuf>,
    /// Where WeChat is
    #[arg(long, hide = true, default_value = base::clients::wechat::WECHAT_URL)]
    pub wechat_url: String,
    /// Don't ask anything of other machines
    #[arg(long)]
    pub offline: bool,
    /// As JSON
    #[arg(long)]
    pub json: bool,
}

/// How bad it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// All is well.
    Ok,
    /// Look at it this week.
    Warn,
    /// Look at it now.
    Fail,
}

/// What one check came to.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// Name of the check; stays the same over versions.
    pub check: &'static str,
    /// How bad.
    pub verdict: Verdict,
    /// What was found.
    pub found: String,
    /// What to do; empty when all is well.
    pub remedy: String,
}

/// Findings so far.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn ok(&mut self, check: &'static str, found: impl Into<String>) {
        self.0.push(Finding { check, verdict: Verdict::Ok, found: found.into(), remedy: String::new() });
    }

    fn warn(&mut self, check: &'static str, found: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(Finding { check, verdict: Verdict::Warn, found: found.into(), remedy: remedy.into() });
    }

    fn fail(&mut self, check: &'static str, found: impl Into<String>, remedy: impl Into<String>) {
        self.0.push(Finding { check, verdict: Verdict::Fail, found: found.into(), remedy: remedy.into() });
    }
}

/// Runs every check and prints a line for each; `false` when one failed.
pub async fn run(args: &DoctorArgs) -> anyhow::Result<bool> {
    let findings = examine(args).await?;
    let worst = findings.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok);
    if args.json {
        println!("{}", serde_json::to_string_pretty(&serde_json::json!({ "verdict": worst, "checks": findings }))?);
        return Ok(worst < Verdict::Fail);
    }
    for Finding { check, verdict, found, remedy } in &findings {
        let mark = match verdict {
            Verdict::Ok => "ok  ",
            Verdict::Warn => "warn",
            Verdict::Fail => "FAIL",
        };
        println!("{mark}  {check:<16} {found}");
        if !remedy.is_empty() {
            println!("      {:<16} → {remedy}", "");
        }
    }
    let count = |wanted| findings.iter().filter(|finding| finding.verdict == wanted).count();
    println!("{} checks: {} warnings, {} failures", findings.len(), count(Verdict::Warn), count(Verdict::Fail));
    Ok(worst < Verdict::Fail)
}

/// Every check, in the order in which to repair.
pub async fn examine(args: &DoctorArgs) -> anyhow::Result<Vec<Finding>> {
    let mut findings = Findings::default();
    let data_dir = match (&args.serve.database.database_url, &args.serve.database.data_dir) {
        (Some(_), Some(given)) => given.clone(),
        (Some(_), None) => PathBuf::from("palm-data"),
        (None, given) => cluster::data_dir(given.as_deref())?.path,
    };
    let size = database::check(args, &data_dir, &mut findings);
    machine::check(args, &data_dir, size, &mut findings);
    backups::check(args, &data_dir, &mut findings);
    outside::check(args, &mut findings).await;
    Ok(findings.0)
}
