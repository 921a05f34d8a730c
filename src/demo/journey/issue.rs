//! Step 3: points come only out of a funded budget, by a rule, each decided by two people.

use anyhow::ensure;
use serde_json::json;

use super::Story;
use super::people::Cast;
use crate::demo::caller::Caller;

/// The budget of the journey.
pub(super) struct Budget {
    pub(super) id: String,
}

/// Asks one person and lets another approve.
async fn approved_by(story: &mut Story, who: (&str, &Caller), what: &str, path: &str) -> anyhow::Result<()> {
    let answer = who.1.post(path, &json!({})).await?;
    story.heard(who.0, what, &answer);
    Ok(())
}

/// Step 3.
pub(super) async fn fund(story: &mut Story, cast: &Cast) -> anyhow::Result<Budget> {
    story.chapter("The street funds a budget; rules say who earns");
    let today = base::clock::shanghai_date(story.now().await?);
    let until = today + chrono::Duration::days(700);
    let body = json!({ "community": cast.community, "name": "志愿服务预算", "sponsor_unit": cast.street_unit, "period_from": today, "period_to": until, "amount": "10000" });
    let asked = cast.street.post("/api/v1/points/budgets", &body).await?;
    story.heard("街道干部甲", "asks for a budget of 10,000 points", &asked);
    let id = asked.text_at("/id")?;
    let approve = format!("/api/v1/points/budgets/{id}/approve");
    let (status, own) = cast.street.try_post(&approve, &json!({})).await?;
    ensure!(status >= 400, "nobody approves their own request: {}", own.text);
    story.tell("街道干部甲", "tries to approve it alone", own.body["code"].as_str().unwrap_or("refused"), own.ms);
    approved_by(story, ("街道干部乙", &cast.second_street), "approves", &approve).await?;
    rule(story, cast, &id, "volunteer_hours", "志愿服务：每半小时 5 分，每人每天最多 20 分", "5", Some("20")).await?;
    rule(story, cast, &id, "merchant_contribution", "商户贡献：每次 30 分", "30", None).await?;
    Ok(Budget { id })
}

async fn rule(
    story: &mut Story,
    cast: &Cast,
    budget: &str,
    kind: &str,
    name: &str,
    amount: &str,
    cap: Option<&str>,
) -> anyhow::Result<()> {
    let today = base::clock::shanghai_date(story.now().await?);
    let mut terms = json!({ "name": name, "budget": budget, "amount_per_unit": amount, "valid_from": today });
    if let (Some(cap), Some(fields)) = (cap, terms.as_object_mut()) {
        fields.insert("person_day_cap".to_owned(), json!(cap));
    }
    let body = json!({ "community": cast.community, "kind": kind, "terms": terms });
    let drafted = cast.secretary.post("/api/v1/points/rules", &body).await?;
    story.heard("社区书记", &format!("drafts the rule “{name}”"), &drafted);
    let path = format!("/api/v1/points/rules/{}/approve", drafted.text_at("/id")?);
    approved_by(story, ("社区干部", &cast.colleague), "approves the rule", &path).await
}

/// Takes the budget down to `left` points (two people), so that it runs empty.
pub(super) async fn drain_budget(story: &mut Story, cast: &Cast, budget: &Budget, amount: &str) -> anyhow::Result<()> {
    let asked =
        cast.street.post(&format!("/api/v1/points/budgets/{}/unfundings", budget.id), &json!({ "amount": amount })).await?;
    story.heard("街道干部甲", &format!("takes {amount} points back from the budget"), &asked);
    let path = format!("/api/v1/points/budget-changes/{}/approve", change_id(&asked.body)?);
    approved_by(story, ("街道干部乙", &cast.second_street), "approves", &path).await
}

/// Tops the budget up (two people).
pub(super) async fn top_up(story: &mut Story, cast: &Cast, budget: &Budget, amount: &str) -> anyhow::Result<()> {
    let body = json!({ "amount": amount, "source": "issuance" });
    let asked = cast.street.post(&format!("/api/v1/points/budgets/{}/top-ups", budget.id), &body).await?;
    story.heard("街道干部甲", &format!("tops the budget up by {amount} points"), &asked);
    let path = format!("/api/v1/points/budget-changes/{}/approve", change_id(&asked.body)?);
    approved_by(story, ("街道干部乙", &cast.second_street), "approves", &path).await
}

/// The change of a budget that waits for the second person.
fn change_id(budget: &serde_json::Value) -> anyhow::Result<String> {
    let waiting = budget["changes"].as_array().into_iter().flatten().find(|change| change["state"] == "requested");
    waiting
        .and_then(|change| change["id"].as_str())
        .map(str::to_owned)
        .ok_or_else(|| anyhow::anyhow!("the budget has no change to approve: {budget}"))
}
