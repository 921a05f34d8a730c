//! Step 7: the period closes, the merchant is paid in yuan, the points are retired.

use anyhow::{Context as _, ensure};
use base::money::Points;
use serde_json::json;

use super::Story;
use super::counter::Shop;
use super::people::Cast;

/// Step 7.
pub(super) async fn settle(story: &mut Story, cast: &Cast, shop: &Shop) -> anyhow::Result<()> {
    story.chapter("The settlement period closes");
    let closed = cast.secretary.post("/api/v1/life/settlements/close", &json!({ "community": cast.community })).await?;
    let list = cast.merchant.get(&format!("/api/v1/life/settlements?merchant={}", shop.merchant)).await?;
    let statement = list.body["items"][0].clone();
    let id = statement["id"].as_str().with_context(|| format!("a statement: {}", list.text))?;
    story.tell("社区书记", "closes the period", statement["summary"].as_str().unwrap_or("stated"), closed.ms);
    let csv = cast.merchant.get(&format!("/api/v1/life/settlements/{id}/statement.csv")).await?;
    let xlsx = cast.merchant.get(&format!("/api/v1/life/settlements/{id}/statement.xlsx")).await?;
    ensure!(csv.text.lines().count() >= 3, "two captures and a header: {}", csv.text);
    story.tell(
        "店主",
        "downloads the statement",
        &format!("CSV {} bytes, XLSX {} bytes", csv.text.len(), xlsx.text.len()),
        csv.ms + xlsx.ms,
    );
    let confirmed = cast.merchant.post(&format!("/api/v1/life/settlements/{id}/confirm"), &json!({})).await?;
    story.heard("店主", "confirms it", &confirmed);
    let proof = json!({ "proof": format!("银行回单 {}", story.tag) });
    let asked = cast.secretary.post(&format!("/api/v1/life/settlements/{id}/payment"), &proof).await?;
    story.heard("社区书记", "enters the payment with its proof", &asked);
    let paid = cast.colleague.post(&format!("/api/v1/life/settlements/{id}/payment/approve"), &json!({})).await?;
    ensure!(paid.body["state"] == "paid", "{}", paid.text);
    story.heard("社区干部", "approves: paid, points retired", &paid);
    ordered(story, cast, shop).await
}

/// Points ordered = settled + released + still held.
async fn ordered(story: &mut Story, cast: &Cast, shop: &Shop) -> anyhow::Result<()> {
    let orders = cast.merchant.get(&format!("/api/v1/life/merchants/{}/orders?limit=100", shop.merchant)).await?;
    let sum = |states: &[&str]| {
        let items = orders.body["items"].as_array().into_iter().flatten();
        let wanted =
            items.filter(|order| order["state"].as_str().is_some_and(|state| states.is_empty() || states.contains(&state)));
        wanted.filter_map(|order| order["points"].as_str()?.parse::<Points>().ok()).try_fold(Points::ZERO, Points::checked_add)
    };
    let all = sum(&[]).context("no overflow")?;
    let (settled, released, held) = (sum(&["captured"]), sum(&["cancelled", "expired"]), sum(&["held"]));
    let parts =
        settled.and_then(|sum| sum.checked_add(released?)).and_then(|sum| sum.checked_add(held?)).context("no overflow")?;
    ensure!(all == parts && all.is_positive(), "{all} ordered, {parts} accounted for: {}", orders.text);
    let shown = |points: Option<Points>| points.unwrap_or_default().to_string();
    let line = format!("{all} ordered = {} settled + {} released + {} held", shown(settled), shown(released), shown(held));
    story.tell("店主", "adds the orders up", &line, orders.ms);
    let _ = cast;
    Ok(())
}
