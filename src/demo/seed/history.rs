//! A month of history, lived through the public API while the demo's clock moves: residents move in, the street funds a budget, shifts are
//! served, points earned and redeemed, a merchant is settled. So the lists have pages, and every row came about as a real one would.

use anyhow::Context as _;
use base::clock::{shanghai_date, shanghai_midnight};
use base::db::{Context, Db, installation};
use base::error::ApiError;
use base::keys::KeyRing;
use chrono::{DateTime, Duration, SecondsFormat, Utc};
use people::grid::{GridPath, unit_by_code};
use people::identity::{Phone, demo_session, person_by_phone};
use serde_json::{Value, json};

use super::civic::Civic;
use super::{bar, register};
use crate::demo::caller::{Caller, Product};

/// Days that are lived through at most.
const DAYS: i64 = 30;
/// Volunteers of a day.
const VOLUNTEERS: usize = 6;
/// Shops of the demo.
const SHOPS: usize = 3;

/// The people and things that a day needs.
struct Stage {
    product: Product,
    db: Db,
    community: String,
    secretary: Caller,
    colleague: Caller,
    street: Caller,
    second_street: Caller,
    residents: Vec<Caller>,
    shops: Vec<Shop>,
    project: String,
}

struct Shop {
    owner: Caller,
    offers: Vec<String>,
}

/// Somebody of the register, with a token for the length of the seeding.
pub(super) fn caller(product: &Product, db: &Db, ring: &KeyRing, name: &str, phone: &str) -> anyhow::Result<Caller> {
    let phone = Phone::parse(phone).context("a demo phone")?;
    let tokens = db.transaction_now(&Context::operator(), |mut tx| -> Result<_, ApiError> {
        let person = person_by_phone(tx.conn(), ring, &phone)?.ok_or_else(|| ApiError::invalid("phone", "nobody has it"))?;
        let tokens = demo_session(&mut tx, ring, person, 12)?;
        Ok(tx.done(tokens)?)
    })?;
    Ok(product.caller(name).with_token(tokens.access_token))
}

pub(super) async fn now(db: &Db) -> anyhow::Result<DateTime<Utc>> {
    Ok(db.read(base::db::now).await?)
}

fn when(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Lives through the month before today.
pub(super) async fn live(url: &str, db: &Db, ring: &KeyRing) -> anyhow::Result<()> {
    let product = Product::find(url).await?;
    let days = begin(&product, db).await?;
    let mut stage = set(&product, db, ring).await?;
    let mut civic = Civic::gather(&product, db, ring, &stage.residents).await?;
    civic.open().await?;
    let bar = bar(usize::try_from(days)?, "a month of history, day by day")?;
    for day in 0..days {
        let began = now(db).await?;
        civic.morning(day).await?;
        serve_shift(&stage, day).await?;
        redeem(&stage, day).await?;
        civic.afternoon(day, days - 1).await?;
        if day == days / 2 || day + 1 == days {
            settle(&mut stage, day).await?;
        }
        let left = Duration::days(1) - (now(db).await? - began);
        if day + 1 < days {
            product.move_clock(left.max(Duration::zero())).await?;
        }
        product.drain().await?;
        bar.inc(1);
    }
    bar.finish();
    civic.check()?;
    catch_up(&product, db).await
}

/// Moves the demo's clock to the first morning, and says how many days lie between it and today, today included.
async fn begin(product: &Product, db: &Db) -> anyhow::Result<i64> {
    let behind = Duration::seconds((-db.read(installation::clock_shift).await?).max(0));
    let (start, today) = (now(db).await?, now(db).await? + behind);
    let morning = |ahead: i64| shanghai_midnight(shanghai_date(today) - Duration::days(ahead)) + Duration::hours(8);
    // The last day is today, if it has begun.
    let last = if morning(0) + Duration::hours(5) <= today { 0 } else { 1 };
    let days = (1..=DAYS).rev().find(|days| morning(last + days - 1) >= start).unwrap_or(0);
    if days > 0 {
        product.move_clock(morning(last + days - 1) - start).await?;
        product.drain().await?;
    }
    Ok(days)
}

/// Brings the demo's clock to today.
pub(super) async fn catch_up(product: &Product, db: &Db) -> anyhow::Result<()> {
    let behind = -db.read(installation::clock_shift).await?;
    if behind > 0 {
        product.move_clock(Duration::seconds(behind)).await?;
        product.drain().await?;
    }
    Ok(())
}

pub(super) async fn unit(db: &Db, path: String) -> anyhow::Result<String> {
    let found = db.read(move |connection| unit_by_code(connection, &GridPath::new(path.clone()))).await?;
    Ok(found.context("a unit of the register")?.id.to_string())
}

/// Everything before the first day.
async fn set(product: &Product, db: &Db, ring: &KeyRing) -> anyhow::Result<Stage> {
    let staff = register::staff();
    let by =
        |index: usize| staff.get(index).map(|person| caller(product, db, ring, &person.name, &person.phone)).context("staff")?;
    let (street, second_street, secretary, colleague) = (by(0)?, by(1)?, by(2)?, by(3)?);
    let community = unit(db, register::COMMUNITY.to_owned()).await?;
    let residents = move_in(product, db, ring).await?;
    let organizer = secretary.get("/api/v1/me").await?.text_at("/id")?;
    let project = json!({
        "title": "文明楼道", "about": "每天两小时：清理楼道、陪伴长者。", "kind": "environment", "grid_unit_id": community, "organizer": { "person": organizer }
    });
    let project = secretary.post("/api/v1/service/projects", &project).await?.text_at("/id")?;
    secretary.post(&format!("/api/v1/service/projects/{project}/open"), &json!({})).await?;
    let mut stage = Stage {
        product: product.clone(),
        db: db.clone(),
        community,
        secretary,
        colleague,
        street,
        second_street,
        residents,
        shops: Vec::new(),
        project,
    };
    fund(&stage, &unit(db, register::STREET.to_owned()).await?).await?;
    for index in 0..SHOPS {
        let phone = register::resident_phone(super::ACCOUNTS - 1 - index);
        let owner = caller(product, db, ring, "店主", &phone)?;
        let shop = open_shop(&stage, owner, index).await?;
        stage.shops.push(shop);
    }
    Ok(stage)
}

/// Residents claim their entrance; the register knows their phones.
async fn move_in(product: &Product, db: &Db, ring: &KeyRing) -> anyhow::Result<Vec<Caller>> {
    let bar = bar(super::ACCOUNTS, "residents at their entrances")?;
    let mut residents = Vec::with_capacity(super::ACCOUNTS);
    for index in 0..super::ACCOUNTS {
        let resident = caller(product, db, ring, "居民", &register::resident_phone(index))?;
        let entrance = unit(db, register::entrance(index % register::ENTRANCES)).await?;
        resident.post("/api/v1/residencies", &json!({ "entrance": entrance })).await?;
        residents.push(resident);
        bar.inc(1);
    }
    bar.finish();
    Ok(residents)
}

async fn fund(stage: &Stage, street: &str) -> anyhow::Result<()> {
    let today = base::clock::shanghai_date(now(&stage.db).await?);
    let body = json!({
        "community": stage.community, "name": "年度志愿服务预算", "sponsor_unit": street, "period_from": today,
        "period_to": today + Duration::days(700), "amount": "50000"
    });
    let budget = stage.street.post("/api/v1/points/budgets", &body).await?.text_at("/id")?;
    stage.second_street.post(&format!("/api/v1/points/budgets/{budget}/approve"), &json!({})).await?;
    let terms = json!({ "name": "志愿服务：每半小时 5 分，每人每天最多 20 分", "budget": budget, "amount_per_unit": "5", "person_day_cap": "20", "valid_from": today });
    let body = json!({ "community": stage.community, "kind": "volunteer_hours", "terms": terms });
    let rule = stage.secretary.post("/api/v1/points/rules", &body).await?.text_at("/id")?;
    stage.colleague.post(&format!("/api/v1/points/rules/{rule}/approve"), &json!({})).await?;
    let pack = json!({ "community": stage.community, "budget": budget });
    let pack = stage.secretary.post("/api/v1/governance/starter-packs", &pack).await?.text_at("/id")?;
    stage.colleague.post(&format!("/api/v1/governance/starter-packs/{pack}/approve"), &json!({})).await?;
    Ok(())
}

async fn open_shop(stage: &Stage, owner: Caller, index: usize) -> anyhow::Result<Shop> {
    const NAMES: [&str; SHOPS] = ["街角便利店", "平安理发店", "四季果蔬"];
    const GOODS: [(&str, &str, &str); 4] = [
        ("daily_goods", "洗衣液一瓶", "8"),
        ("food", "鸡蛋一盒", "12"),
        ("haircut", "理发一次", "20"),
        ("daily_goods", "抽纸一提", "6"),
    ];
    let name = NAMES.get(index).copied().unwrap_or("小店");
    let body = json!({
        "community": stage.community, "name": name, "licence_number": format!("DEMO-{index:04}"), "address": "第1小区底商",
        "hours": "08:00-21:00", "services": "日常服务", "settlement_account": "社区对公账户备案号"
    });
    let merchant = owner.post("/api/v1/life/merchants", &body).await?.text_at("/id")?;
    stage.secretary.post(&format!("/api/v1/life/merchants/{merchant}/approve"), &json!({})).await?;
    let mut offers = Vec::new();
    for (kind, title, price) in GOODS {
        let offer = json!({ "kind": kind, "title": title, "about": "凭积分兑换", "pick_up": "店内收银台", "price": price, "flash": false });
        let id = owner
            .post("/api/v1/life/offers", &json!({ "merchant": merchant, "stock": 500, "offer": offer }))
            .await?
            .text_at("/id")?;
        owner.post(&format!("/api/v1/life/offers/{id}/publish"), &json!({})).await?;
        offers.push(id);
    }
    Ok(Shop { owner, offers })
}

/// Who serves on a day: another group each day, the same people every tenth.
fn volunteers(stage: &Stage, day: i64) -> impl Iterator<Item = &Caller> {
    let first = usize::try_from(day % 10).unwrap_or(0) * VOLUNTEERS;
    stage.residents.iter().skip(first).take(VOLUNTEERS)
}

async fn serve_shift(stage: &Stage, day: i64) -> anyhow::Result<()> {
    let starts = now(&stage.db).await? + Duration::hours(1);
    let body =
        json!({ "starts_at": when(starts), "ends_at": when(starts + Duration::hours(2)), "place": "各楼道", "capacity": 20 });
    let shift =
        stage.secretary.post(&format!("/api/v1/service/projects/{}/shifts", stage.project), &body).await?.text_at("/id")?;
    let path = |way: &str| format!("/api/v1/service/shifts/{shift}/{way}");
    for person in volunteers(stage, day) {
        person.post(&path("sign-ups"), &json!({})).await?;
    }
    for (minutes, way) in [(61, "check-in"), (121, "check-out")] {
        stage.product.move_clock(Duration::minutes(minutes)).await?;
        for person in volunteers(stage, day) {
            let code = stage.secretary.get(&path("code")).await?.text_at("/code")?;
            person.post(&path(way), &json!({ "code": code })).await?;
        }
    }
    let hours = stage.colleague.get(&format!("/api/v1/service/hours?limit=100&shift_id={shift}")).await?;
    let ids: Vec<&Value> = hours.body["items"].as_array().into_iter().flatten().map(|row| &row["id"]).collect();
    stage.colleague.post("/api/v1/service/hours/approve-bulk", &json!({ "ids": ids })).await?;
    stage.product.drain().await?;
    Ok(())
}

/// Some of those who have points order; most take it the same day, one cancels, one forgets.
async fn redeem(stage: &Stage, day: i64) -> anyhow::Result<()> {
    for (index, person) in volunteers(stage, day).enumerate() {
        let shop = stage.shops.get(index % SHOPS).context("a shop")?;
        let offer = shop.offers.get(usize::try_from(day)? % shop.offers.len()).context("an offer")?;
        let (status, order) = person.try_post("/api/v1/life/orders", &json!({ "offer": offer, "quantity": 1 })).await?;
        if status >= 400 {
            continue;
        }
        let id = order.text_at("/id")?;
        match index {
            0 => drop(person.post(&format!("/api/v1/life/orders/{id}/cancel"), &json!({})).await?),
            1 => {}
            _ => {
                let code = person.get(&format!("/api/v1/life/orders/{id}/code")).await?.text_at("/digits")?;
                shop.owner.post("/api/v1/life/redemptions/capture", &json!({ "code": code })).await?;
            }
        }
    }
    Ok(())
}

/// Closes a period; the first shop confirms and is paid, the others wait.
async fn settle(stage: &mut Stage, day: i64) -> anyhow::Result<()> {
    stage.secretary.post("/api/v1/life/settlements/close", &json!({ "community": stage.community })).await?;
    let Some(shop) = stage.shops.first() else { return Ok(()) };
    let list = shop.owner.get("/api/v1/life/settlements?state=stated").await?;
    for statement in list.body["items"].as_array().into_iter().flatten() {
        let id = statement["id"].as_str().context("a statement")?;
        shop.owner.post(&format!("/api/v1/life/settlements/{id}/confirm"), &json!({})).await?;
        let proof = json!({ "proof": format!("银行回单 {day:02}") });
        stage.secretary.post(&format!("/api/v1/life/settlements/{id}/payment"), &proof).await?;
        stage.colleague.post(&format!("/api/v1/life/settlements/{id}/payment/approve"), &json!({})).await?;
    }
    Ok(())
}
