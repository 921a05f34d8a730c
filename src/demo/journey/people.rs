//! Steps 1 and 2: the operator's files, and how each person gets in.

use std::time::Instant;

use anyhow::{Context as _, ensure};
use base::db::Context;
use people::community::import::samples::{Samples, samples};
use people::community::import::{self, ImportKind};
use people::grid::Scope;
use serde_json::{Value, json};

use super::Story;
use crate::demo::caller::Caller;

/// Who plays.
pub(super) struct Cast {
    pub(super) community: String,
    pub(super) street_unit: String,
    pub(super) secretary: Caller,
    pub(super) colleague: Caller,
    pub(super) street: Caller,
    pub(super) second_street: Caller,
    pub(super) resident: Caller,
    /// Lives at the same entrance, confirmed by the worker.
    pub(super) neighbour: Caller,
    pub(super) courier: Caller,
    pub(super) merchant: Caller,
    pub(super) clerk: Caller,
    /// Grid worker of the resident's block.
    pub(super) worker: Caller,
    /// Staff of the property company.
    pub(super) property: Caller,
    /// Staff of the gas company: who is on call first, and the deputy.
    pub(super) gas: Caller,
    pub(super) second_gas: Caller,
    /// The resident's entrance: its id and its path.
    pub(super) home: String,
    pub(super) home_path: String,
    /// The community's grid code.
    pub(super) community_code: String,
    /// The elder's card and person.
    pub(super) card: String,
    pub(super) elder: String,
}

impl Story {
    /// An import by command, as `palm import` does it.
    async fn import(&self, kind: ImportKind, bytes: Vec<u8>, dry_run: bool) -> anyhow::Result<(Value, u128)> {
        let (db, ring) = (self.db.clone(), std::sync::Arc::clone(&self.ring));
        let started = Instant::now();
        let report = actix_web::web::block(move || {
            import::run(&db, &ring, &Context::operator(), kind, &bytes, dry_run, &Scope::everything())
        })
        .await??;
        Ok((serde_json::to_value(&report)?, started.elapsed().as_millis()))
    }
}

/// Step 1.
pub(super) async fn import(story: &mut Story) -> anyhow::Result<Samples> {
    story.chapter("The operator brings grid, register, organizations and roster");
    let samples = samples(&story.tag)?;
    for file in &samples.files {
        if file.kind == ImportKind::Households {
            let (bad, ms) = story.import(samples.bad_register.kind, samples.bad_register.bytes.clone(), true).await?;
            let rows: Vec<u64> =
                bad["errors"].as_array().into_iter().flatten().filter_map(|wrong| wrong["row"].as_u64()).collect();
            ensure!(
                samples.bad_rows.iter().all(|row| rows.contains(&u64::from(*row))),
                "the dry run must name the planted rows: {bad}"
            );
            story.tell(
                "operator (palm import)",
                "tries a register with three bad rows",
                &format!("dry run names rows {:?}", samples.bad_rows),
                ms,
            );
        }
        let (first, ms) = story.import(file.kind, file.bytes.clone(), false).await?;
        story.tell("operator (palm import)", &format!("imports {}", file.name), &counts(&first), ms);
        let (again, ms) = story.import(file.kind, file.bytes.clone(), false).await?;
        ensure!(again["created"] == 0 && again["changed"] == 0, "a second import must change nothing: {again}");
        story.tell("operator (palm import)", "imports it again", &counts(&again), ms);
    }
    Ok(samples)
}

fn counts(report: &Value) -> String {
    format!(
        "{} created, {} changed, {} unchanged, {} refused",
        report["created"], report["changed"], report["unchanged"], report["refused"]
    )
}

/// A person of the roster signs in and binds the phone; the roles are theirs.
async fn staff(story: &mut Story, name: &str, label: &str, phone: &str, role: &str) -> anyhow::Result<Caller> {
    let mut caller = story.product.caller(name);
    let label = format!("{}-{label}", story.tag);
    let signed = caller.sign_in(&label).await?;
    let bound = caller.bind_phone(phone).await?;
    let me = caller.get("/api/v1/me").await?;
    ensure!(me.text.contains(role), "{name} must be {role} by the roster: {}", me.text);
    story.tell(name, "signs in by WeChat, binds the phone", &format!("is {role} by the roster"), signed.ms + bound.ms + me.ms);
    Ok(caller)
}

async fn newcomer(story: &mut Story, name: &str, label: &str, phone: &str) -> anyhow::Result<Caller> {
    let mut caller = story.product.caller(name);
    let signed = caller.sign_in(&format!("{}-{label}", story.tag)).await?;
    let bound = caller.bind_phone(phone).await?;
    story.tell(name, "signs in by WeChat, binds the phone", "has an account", signed.ms + bound.ms);
    Ok(caller)
}

/// Id of a unit of the journey's community, as staff see it.
async fn unit(staff: &Caller, path: &str) -> anyhow::Result<String> {
    let mut cursor = String::new();
    loop {
        let page = staff.get(&format!("/api/v1/grid/units?limit=100{cursor}")).await?;
        let found = page.body["items"].as_array().into_iter().flatten().find(|unit| unit["path"] == path);
        if let Some(id) = found.and_then(|unit| unit["id"].as_str()) {
            return Ok(id.to_owned());
        }
        let next = page.body["next_cursor"].as_str().with_context(|| format!("no unit {path}"))?;
        cursor = format!("&cursor={next}");
    }
}

/// Step 2.
pub(super) async fn gather(story: &mut Story, samples: &Samples) -> anyhow::Result<Cast> {
    story.chapter("People get in");
    let people = &samples.people;
    let secretary = staff(story, "社区书记", "secretary", &people.secretary, "community_staff").await?;
    let colleague = staff(story, "社区干部", "colleague", &people.second_staff, "community_staff").await?;
    let street = staff(story, "街道干部甲", "street-1", &people.street, "street_staff").await?;
    let second_street = staff(story, "街道干部乙", "street-2", &people.second_street, "street_staff").await?;
    let worker = staff(story, "网格员", "worker", &people.worker, "grid_worker").await?;
    let property = staff(story, "物业人员", "property", &people.property, "unit_handler").await?;
    let gas = staff(story, "燃气公司甲", "gas-1", &people.gas, "unit_handler").await?;
    let second_gas = staff(story, "燃气公司乙", "gas-2", &people.second_gas, "unit_handler").await?;
    let community = unit(&secretary, &samples.community).await?;
    let street_unit = unit(&street, &samples.street).await?;
    let home = unit(&worker, &people.home).await?;
    let resident = resident(story, samples, &worker, &home).await?;
    let neighbour = neighbour(story, samples, &worker, &home).await?;
    let courier = courier(story, samples, &secretary, &community).await?;
    let (elder, card) = elder(story, &worker, &home).await?;
    let merchant = newcomer(story, "店主", "merchant", &people.merchant).await?;
    let clerk = newcomer(story, "店员", "clerk", &people.clerk).await?;
    Ok(Cast {
        community,
        street_unit,
        secretary,
        colleague,
        street,
        second_street,
        resident,
        neighbour,
        courier,
        merchant,
        clerk,
        worker,
        property,
        gas,
        second_gas,
        home,
        home_path: people.home.clone(),
        community_code: samples.community.clone(),
        card,
        elder,
    })
}

/// Confirmed at once: the register knows the phone.
async fn resident(story: &mut Story, samples: &Samples, worker: &Caller, home: &str) -> anyhow::Result<Caller> {
    let poster = worker.post(&format!("/api/v1/grid/units/{home}/poster"), &json!({})).await?;
    story.tell("网格员", "prints the poster QR of the entrance", "a ticket", poster.ms);
    let resident = newcomer(story, "居民", "resident", &samples.people.resident).await?;
    let claim = resident.post("/api/v1/residencies", &json!({ "ticket": poster.text_at("/ticket")? })).await?;
    ensure!(claim.body["state"] == "confirmed", "the register knows this phone: {}", claim.text);
    story.heard("居民", "scans the QR at the entrance", &claim);
    Ok(resident)
}

/// Confirmed by the block's worker: the register doesn't know the phone.
async fn neighbour(story: &mut Story, samples: &Samples, worker: &Caller, home: &str) -> anyhow::Result<Caller> {
    let neighbour = newcomer(story, "租户", "neighbour", &samples.people.stranger).await?;
    let claim = neighbour.post("/api/v1/residencies", &json!({ "entrance": home, "room": "301" })).await?;
    ensure!(claim.body["state"] == "claimed", "nobody knows this phone yet: {}", claim.text);
    story.heard("租户", "picks the entrance", &claim);
    let confirmed = worker.post(&format!("/api/v1/residencies/{}/confirm", claim.text_at("/id")?), &json!({})).await?;
    story.heard("网格员", "confirms after a look at the door", &confirmed);
    Ok(neighbour)
}

async fn courier(story: &mut Story, samples: &Samples, secretary: &Caller, community: &str) -> anyhow::Result<Caller> {
    let courier = newcomer(story, "快递员", "courier", &samples.people.courier).await?;
    let body = json!({ "grid_unit_id": community, "company": "同城快送站", "work": "courier" });
    let registered = courier.post("/api/v1/registrations/new-employment", &body).await?;
    story.heard("快递员", "registers as new employment", &registered);
    let confirmed = secretary.post(&format!("/api/v1/registrations/{}/confirm", registered.text_at("/id")?), &json!({})).await?;
    story.heard("社区书记", "confirms the registration", &confirmed);
    Ok(courier)
}

/// An elder without a phone: a managed account and a printed card.
async fn elder(story: &mut Story, worker: &Caller, home: &str) -> anyhow::Result<(String, String)> {
    let body = json!({
        "name": "长者甲", "birth_year": 1941, "entrance": home, "room": "101",
        "consent_version": "2026-01", "consent": "本人同意由网格员代管账户，当面确认。"
    });
    let managed = worker.post("/api/v1/managed-residents", &body).await?;
    let person = managed.text_at("/person").or_else(|_missing| managed.text_at("/person_id"))?;
    story.heard("网格员", "opens a managed account for an elder, consent recorded", &managed);
    let card = worker.post(&format!("/api/v1/managed-accounts/{person}/card"), &json!({})).await?;
    story.tell("网格员", "prints the elder's card", "a QR that stands for the person", card.ms);
    Ok((person, card.text_at("/token")?))
}
