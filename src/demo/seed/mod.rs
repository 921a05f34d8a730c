//! The demo community: its register by import, its people with accounts, and a month of history lived day by day through the public
//! API while the demo's clock moves from a month ago to today.

mod civic;
mod history;
mod register;

use std::sync::Arc;

use anyhow::Context as _;
use base::clients::wechat::sandbox;
use base::db::{Context, Db};
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use indicatif::{ProgressBar, ProgressStyle};
use people::community::import::{self, ImportKind};
use people::grid::{GridPath, Scope, unit_by_code};
use people::identity::{Phone, demo_person, demo_person_of};

pub(super) use self::register::COMMUNITY;
use super::caller::Product;
use crate::serve::Serving;

/// Residents of the demo who use the mini program.
const ACCOUNTS: usize = 300;

fn bar(length: usize, what: &str) -> anyhow::Result<ProgressBar> {
    let style = ProgressStyle::with_template("   {msg:<34} {bar:30} {pos}/{len} {elapsed}")?;
    let bar = ProgressBar::new(u64::try_from(length)?).with_style(style).with_message(what.to_owned());
    if bar.is_hidden() {
        println!("   {what} ({length}) …");
    }
    Ok(bar)
}

/// Seeds an empty demo; does nothing on a seeded one.
pub(super) async fn run(serving: &Serving, url: &str, appid: &str) -> anyhow::Result<()> {
    let db = serving.parts.db.clone();
    let there = db.read_now(|connection| unit_by_code(connection, &GridPath::new(register::COMMUNITY)))?;
    if there.is_some() {
        println!("the demo data is there");
        return history::catch_up(&Product::find(url).await?, &db).await;
    }
    println!("demo data (fixed seed, nobody in it exists):");
    let (ring, appid) = (Arc::clone(&serving.parts.ring), appid.to_owned());
    actix_web::web::block(move || -> anyhow::Result<()> {
        import_register(&db, &ring)?;
        enter_people(&db, &ring, &appid)
    })
    .await??;
    history::live(url, &serving.parts.db, &serving.parts.ring).await
}

fn import_register(db: &Db, ring: &KeyRing) -> anyhow::Result<()> {
    let files = register::register();
    let files = [
        (ImportKind::Grid, files.grid),
        (ImportKind::Organizations, files.organizations),
        (ImportKind::Households, files.households),
        (ImportKind::Roster, files.roster),
    ];
    let bar = bar(files.len(), "import the register")?;
    for (kind, text) in files {
        let report = import::run(db, ring, &Context::operator(), kind, text.as_bytes(), false, &Scope::everything())
            .with_context(|| format!("importing {}", kind.name()))?;
        anyhow::ensure!(report.errors.is_empty(), "the demo's own {} has bad rows: {:?}", kind.name(), report.errors.first());
        bar.inc(1);
    }
    bar.finish();
    Ok(())
}

/// Staff get the roster's roles by binding their phones; residents have a WeChat of the sandbox besides, so their texts and pictures are
/// checked at once.
fn enter_people(db: &Db, ring: &KeyRing, appid: &str) -> anyhow::Result<()> {
    let staff = register::staff();
    let bar = bar(staff.len() + ACCOUNTS, "people with an account")?;
    for person in staff {
        let phone = Phone::parse(&person.phone).context("a demo phone")?;
        db.transaction_now(&Context::operator(), |mut tx| -> Result<_, ApiError> {
            demo_person(&mut tx, ring, PersonId::new(), &person.name, &phone)?;
            Ok(tx.done(())?)
        })?;
        bar.inc(1);
    }
    for index in 0..ACCOUNTS {
        let number = register::resident_phone(index);
        let phone = Phone::parse(&number).context("a demo phone")?;
        let openid = sandbox::openid(appid, &format!("demo-{number}"));
        db.transaction_now(&Context::operator(), |mut tx| -> Result<_, ApiError> {
            let person = demo_person_of(&mut tx, ring, &openid, &phone)?;
            Ok(tx.done(person)?)
        })?;
        bar.inc(1);
    }
    bar.finish();
    Ok(())
}
