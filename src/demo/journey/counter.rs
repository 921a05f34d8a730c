//! Steps 5 and 6: a merchant joins and publishes, people order and redeem at the counter.

use anyhow::{Context as _, ensure};
use chrono::{Duration, SecondsFormat};
use serde_json::{Value, json};

use super::Story;
use super::issue::Budget;
use super::people::Cast;
use crate::demo::caller::{Answer, Caller};

/// The merchant and what can be ordered.
pub(super) struct Shop {
    pub(super) merchant: String,
    pub(super) offer: String,
}

/// Step 5.
pub(super) async fn open(story: &mut Story, cast: &mut Cast, budget: &Budget) -> anyhow::Result<Shop> {
    story.chapter("A merchant joins and publishes an offer");
    let body = json!({
        "community": cast.community, "name": "街角便利店", "licence_number": format!("LIC-{}", story.tag), "address": "一号小区底商 3 号",
        "hours": "08:00-21:00", "services": "日用百货", "settlement_account": "社区对公账户备案号 0001"
    });
    let applied = cast.merchant.post("/api/v1/life/merchants", &body).await?;
    story.heard("店主", "applies", &applied);
    let merchant = applied.text_at("/id")?;
    let approved = cast.secretary.post(&format!("/api/v1/life/merchants/{merchant}/approve"), &json!({})).await?;
    story.heard("社区书记", "approves the merchant", &approved);
    let organization = approved.text_at("/organization")?;
    clerk(story, cast, &merchant).await?;
    let offer = json!({
        "kind": "daily_goods", "title": "洗衣液一瓶", "about": "500 毫升", "pick_up": "店内收银台", "price": "8", "per_person": 2, "flash": false
    });
    let created =
        cast.merchant.post("/api/v1/life/offers", &json!({ "merchant": merchant, "stock": 10, "offer": offer })).await?;
    let id = created.text_at("/id")?;
    let published = cast.merchant.post(&format!("/api/v1/life/offers/{id}/publish"), &json!({})).await?;
    story.heard("店主", "publishes an offer: 8 points, stock 10, 2 per person", &published);
    contribute(story, cast, budget, &organization).await?;
    meeting_room(story, cast, &organization).await?;
    Ok(Shop { merchant, offer: id })
}

async fn clerk(story: &mut Story, cast: &Cast, merchant: &str) -> anyhow::Result<()> {
    let invited = cast.merchant.post(&format!("/api/v1/life/merchants/{merchant}/clerks"), &json!({})).await?;
    let accepted = cast.clerk.post("/api/v1/me/invitations", &json!({ "code": invited.text_at("/code")? })).await?;
    story.tell("店员", "takes the owner's one-time invitation", "is merchant_clerk", invited.ms + accepted.ms);
    Ok(())
}

/// The organization earns for a contribution; its wallet never turns into money.
async fn contribute(story: &mut Story, cast: &Cast, budget: &Budget, organization: &str) -> anyhow::Result<()> {
    let at = story.now().await?.to_rfc3339_opts(SecondsFormat::Secs, true);
    let body = json!({
        "community": cast.community, "organization": organization, "quantity": 1, "evidence": "为独居长者免费送货上门一周",
        "occurred_at": at, "budget": budget.id
    });
    let recorded = cast.secretary.post("/api/v1/points/contributions", &body).await?;
    story.heard("社区书记", "records the shop's contribution", &recorded);
    let path = format!("/api/v1/points/contributions/{}/approve", recorded.text_at("/id")?);
    let approved = cast.colleague.post(&path, &json!({})).await?;
    story.heard("社区干部", "approves it", &approved);
    story.product.drain().await?;
    let wallet = cast.merchant.get(&format!("/api/v1/points/organizations/{organization}/wallet")).await?;
    ensure!(wallet.body[0]["available"] == "30", "the organization's wallet has its points: {}", wallet.text);
    story.heard("店主", "sees the organization's wallet", &wallet);
    Ok(())
}

/// A service of the community is an offer too; the shop's organization buys it.
async fn meeting_room(story: &mut Story, cast: &Cast, organization: &str) -> anyhow::Result<()> {
    let offer = json!({
        "kind": "venue", "title": "会议室两小时", "about": "党群服务中心二楼", "pick_up": "服务台登记", "price": "20", "flash": false
    });
    let created =
        cast.secretary.post("/api/v1/life/offers", &json!({ "community": cast.community, "stock": 4, "offer": offer })).await?;
    let id = created.text_at("/id")?;
    let published = cast.secretary.post(&format!("/api/v1/life/offers/{id}/publish"), &json!({})).await?;
    story.heard("社区书记", "offers two hours of the meeting room for 20 points", &published);
    let ordered = cast
        .merchant
        .post("/api/v1/life/orders", &json!({ "offer": id, "quantity": 1, "as_organization": organization }))
        .await?;
    story.heard("店主", "orders it with the organization's points", &ordered);
    let code = cast.merchant.get(&format!("/api/v1/life/orders/{}/code", ordered.text_at("/id")?)).await?;
    let captured = cast.secretary.post("/api/v1/life/redemptions/capture", &json!({ "code": typed(&code)? })).await?;
    story.heard("社区书记", "hands the key over: points leave circulation", &captured);
    Ok(())
}

/// The digits under the rotating QR.
fn typed(code: &Answer) -> anyhow::Result<String> {
    ["/digits", "/typed", "/code"]
        .iter()
        .find_map(|pointer| code.text_at(pointer).ok())
        .with_context(|| format!("a code to type: {}", code.text))
}

async fn order(story: &mut Story, cast: &Cast, shop: &Shop, who: (&str, &Caller)) -> anyhow::Result<Answer> {
    let held = who.1.post("/api/v1/life/orders", &json!({ "offer": shop.offer, "quantity": 1 })).await?;
    ensure!(held.body["state"] == "held", "{}", held.text);
    let wallet = who.1.get(&format!("/api/v1/points/wallet?community={}", cast.community)).await?;
    story.tell(
        who.0,
        "orders",
        &format!("held; wallet {} available, {} held", wallet.body["available"], wallet.body["held"]),
        held.ms,
    );
    Ok(held)
}

async fn buckets(cast: &Cast, person: &Caller) -> anyhow::Result<Value> {
    Ok(person.get(&format!("/api/v1/points/wallet?community={}", cast.community)).await?.body["expiring"].clone())
}

/// Step 6.
pub(super) async fn redeem(story: &mut Story, cast: &Cast, shop: &Shop) -> anyhow::Result<()> {
    story.chapter("Orders at the counter");
    let resident = ("居民", &cast.resident);
    let first = order(story, cast, shop, resident).await?;
    let code = cast.resident.get(&format!("/api/v1/life/orders/{}/code", first.text_at("/id")?)).await?;
    let captured = cast.clerk.post("/api/v1/life/redemptions/capture", &json!({ "code": typed(&code)? })).await?;
    let (yuan, after) = (captured.text_at("/merchant_gets")?, captured.text_at("/settled_after")?);
    story.tell(
        "店员",
        "types the rotating code",
        &format!("captured; the shop gets {yuan} yuan, settled after {after}"),
        captured.ms,
    );
    let again = cast.clerk.refused_any("/api/v1/life/redemptions/capture", &json!({ "code": typed(&code)? })).await?;
    story.tell("店员", "types it once more", again.body["code"].as_str().unwrap_or("refused"), again.ms);

    let before = buckets(cast, &cast.resident).await?;
    let second = order(story, cast, shop, resident).await?;
    let cancelled = cast.resident.post(&format!("/api/v1/life/orders/{}/cancel", second.text_at("/id")?), &json!({})).await?;
    story.heard("居民", "cancels the second order", &cancelled);
    ensure!(buckets(cast, &cast.resident).await? == before, "cancelled points come back with the dates they had");

    let third = order(story, cast, shop, resident).await?;
    story.product.move_clock(Duration::hours(73)).await?;
    story.product.drain().await?;
    let ran_out = cast.resident.get(&format!("/api/v1/life/orders/{}", third.text_at("/id")?)).await?;
    ensure!(ran_out.body["state"] == "expired", "the hold ran out: {}", ran_out.text);
    ensure!(buckets(cast, &cast.resident).await? == before, "expired holds come back with the dates they had");
    story.heard("居民", "lets a third run out (+73 h); points are back with their dates", &ran_out);

    let body = json!({ "card_token": cast.card, "offer": shop.offer, "quantity": 1 });
    let card = cast.clerk.post("/api/v1/life/redemptions/card-orders", &body).await?;
    story.heard("店员", "scans the elder's card", &card);
    order(story, cast, shop, ("快递员", &cast.courier)).await?;
    Ok(())
}
