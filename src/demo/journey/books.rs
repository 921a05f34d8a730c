//! The last step: budget, liability and the resident's statement agree; the audit re-derives every point.

use std::time::Instant;

use anyhow::{Context as _, bail, ensure};
use base::money::Points;
use serde_json::Value;

use super::Story;
use super::people::Cast;

fn points(value: &Value) -> anyhow::Result<i64> {
    let text = value.as_str().with_context(|| format!("an amount: {value}"))?;
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    Ok(sign * digits.parse::<Points>()?.hundredths())
}

/// The last step.
pub(super) async fn agree(story: &mut Story, cast: &Cast) -> anyhow::Result<()> {
    story.chapter("The books agree");
    let liability = cast.resident.get(&format!("/api/v1/points/liability?community={}", cast.community)).await?;
    let at = |name: &str| points(&liability.body[name]);
    let parts = ["budgets", "persons", "organizations", "pools", "held", "merchants", "expired"];
    let sum = parts.iter().map(|name| at(name)).sum::<anyhow::Result<i64>>()?;
    ensure!(sum == at("issued")?, "what was issued is somewhere: {}", liability.text);
    story.heard("居民", "reads the community's public liability", &liability);
    let months = liability.body["outstanding"].as_array().into_iter().flatten();
    let by_month =
        months.map(|month| points(&month["amount"]).or_else(|_other| points(&month["points"]))).sum::<anyhow::Result<i64>>()?;
    story.tell("居民", "adds the expiry months up", &format!("{} outstanding by month", Points::from_hundredths(by_month)), 0);

    let statement = cast.resident.get(&format!("/api/v1/points/statement?community={}&limit=100", cast.community)).await?;
    let lines = statement.body["items"].as_array().cloned().unwrap_or_default();
    let total = lines.iter().map(|line| points(&line["amount"])).sum::<anyhow::Result<i64>>()?;
    let wallet = cast.resident.get(&format!("/api/v1/points/wallet?community={}", cast.community)).await?;
    ensure!(total == points(&wallet.body["available"])?, "statement {total} and wallet {} agree", wallet.text);
    story.tell(
        "居民",
        "adds the statement up",
        &format!("{} lines make the wallet's {}", lines.len(), wallet.body["available"]),
        statement.ms,
    );
    audit(story).await
}

async fn audit(story: &mut Story) -> anyhow::Result<()> {
    let db = story.db.clone();
    let started = Instant::now();
    let checks = crate::nouns::audit_checks();
    let report = actix_web::web::block(move || db.read_now(|connection| ledger::audit::run(connection, None, &checks))).await??;
    if let Some(line) = report.differences().next() {
        bail!("palm audit: {} differs: {}", line.name, line.found.as_deref().unwrap_or(""));
    }
    let came =
        format!("{} checks over {} transactions in {} books: all agree", report.lines.len(), report.transactions, report.books);
    story.tell("auditor (palm audit)", "derives every posting again", &came, started.elapsed().as_millis());
    Ok(())
}
