//! The practice community 练习社区: staff try everything out where it touches nobody. It lies in a demo installation, its street is marked
//! by its code and both names say so, and it is made new at a wish: the one before is put away (its units inactive, its roles ended; the
//! books and the audit keep what happened), and a fresh one stands there with people of each role, the duty list and open requests.

use std::sync::Arc;

use anyhow::{Context as _, ensure};
use base::db::installation::Kind;
use base::db::{Audit, Context, Db, DbResult, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use governance::requests::{self, CaseId, Filing, Source, Verdict};
use governance::starter_packs;
use people::community::import;
use people::community::import::samples::{Samples, samples};
use people::grid::{self, GridPath, GridUnit, Scope};
use people::identity::{Phone, RoleId, demo_person, end_role, person_by_phone};
use serde_json::json;
use uuid::Uuid;

use crate::database::{self, DatabaseArgs};

/// Codes of practice streets begin so.
const MARK: &str = "JPRA";
const STREET: &str = "练习街道（演练）";
const COMMUNITY: &str = "练习社区（演练）";

/// What stands open for training: category and text; without one it lies in the community's own queue.
const OPEN: [(Option<&str>, &str); 10] = [
    (Some("A01-03"), "演练：二层楼道灯不亮"),
    (Some("A01-04"), "演练：单元门门禁坏了"),
    (Some("F02-01"), "演练：楼道里堆放杂物"),
    (Some("A03-02"), "演练：物业电话一直打不通"),
    (Some("D02-02"), "演练：燃气灶打不着火，请上门检修"),
    (Some("R04-01"), "演练：建议在花园加两个长椅"),
    (None, "演练：不知道归谁管，门口有一台旧洗衣机"),
    (None, "演练：想问老年餐厅几点开门"),
    (None, "演练：楼下有人敲敲打打，不知道找谁"),
    (Some("G01-03"), "演练：盲道被自行车占了"),
];

/// The practice community as it stands now.
#[derive(Debug, Clone)]
pub struct Practice {
    /// Path of its street.
    pub street: String,
    /// Path of the community.
    pub path: String,
    /// The community.
    pub community: GridUnitId,
    /// Who may be signed in as: what they are, and who.
    pub people: Vec<(&'static str, PersonId)>,
    /// Requests that stand open.
    pub requests: usize,
}

/// Is it a place of the practice community?
pub fn is_practice(path: &GridPath) -> bool {
    path.as_str().starts_with(MARK)
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = diesel::sql_types::BigInt)]
    number: i64,
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
}

/// How many there were so far.
fn last(connection: &mut PgConnection) -> DbResult<i64> {
    let query = "SELECT coalesce(max(substr(path, length($1) + 1)::bigint), 0) AS number FROM grid_units WHERE path ~ ('^' || $1 || '[0-9]+$')";
    Ok(sql_query(query).bind::<Text, _>(MARK).get_result::<Number>(connection)?.number)
}

/// Makes the practice community new. Whoever signed in to the one before loses their roles there.
pub fn reset(db: &Db, ring: &Arc<KeyRing>) -> anyhow::Result<Practice> {
    let before = db.read_now(last)?;
    let sample = samples(&format!("{}{}", MARK.trim_start_matches('J'), before + 1))?;
    for file in &sample.files {
        let report = import::run(db, ring, &Context::operator(), file.kind, &file.bytes, false, &Scope::everything())?;
        ensure!(report.errors.is_empty(), "the practice community's {} has bad rows: {:?}", file.name, report.errors.first());
    }
    let people = enter(db, ring, &sample)?;
    let street = db.read_now(|connection| grid::unit_by_code(connection, &GridPath::new(&sample.street)))?;
    let community = db.read_now(|connection| grid::unit_by_code(connection, &GridPath::new(&sample.community)))?;
    let (street, community) = (street.context("the practice street")?, community.context("the practice community")?);
    db.transaction_now(&Context::operator(), |mut tx| -> Result<Finished<()>, ApiError> {
        for number in 1..=before {
            put_away(&mut tx, &GridPath::new(format!("{MARK}{number}")))?;
        }
        grid::unit_update(tx.conn(), street.id, STREET, true)?;
        grid::unit_update(tx.conn(), community.id, COMMUNITY, true)?;
        begin(&mut tx, &community, &people)?;
        let entry = Audit::new("practice_reset", "grid_unit", community.id.0).at(community.id);
        tx.audit(entry.after(json!({"path": community.path.as_str(), "before": before})))?;
        Ok(tx.done(())?)
    })?;
    let requests = file(db, ring, &sample, &community)?;
    Ok(Practice { street: sample.street, path: sample.community, community: community.id, people, requests })
}

/// The people of the sample get their roles by the roster.
fn enter(db: &Db, ring: &KeyRing, sample: &Samples) -> anyhow::Result<Vec<(&'static str, PersonId)>> {
    let who = &sample.people;
    let all = [
        ("社区工作者甲", &who.secretary),
        ("社区工作者乙", &who.second_staff),
        ("网格员甲", &who.worker),
        ("网格员乙", &who.second_worker),
        ("街道人员甲", &who.street),
        ("街道人员乙", &who.second_street),
        ("监督员", &who.auditor),
        ("物业人员", &who.property),
        ("燃气人员", &who.gas),
        ("居民", &who.resident),
    ];
    let mut people = Vec::new();
    for (name, phone) in all {
        let phone = Phone::parse(phone).context("a phone of the samples")?;
        let person = db.transaction_now(&Context::operator(), |mut tx| -> Result<_, ApiError> {
            let person = match person_by_phone(tx.conn(), ring, &phone)? {
                Some(person) => person,
                None => {
                    let person = PersonId::new();
                    demo_person(&mut tx, ring, person, name, &phone)?;
                    person
                }
            };
            Ok(tx.done(person)?)
        })?;
        people.push((name, person));
    }
    Ok(people)
}

/// Ends every role and closes every unit of an older one.
fn put_away(tx: &mut Tx<'_>, street: &GridPath) -> Result<(), ApiError> {
    for unit in grid::units_under(tx.conn(), Some(street))?.into_iter().filter(|unit| unit.active) {
        for role in held_at(tx.conn(), &unit)? {
            end_role(tx, role)?;
        }
        grid::unit_update(tx.conn(), unit.id, &unit.name, false)?;
    }
    Ok(())
}

fn held_at(connection: &mut PgConnection, unit: &GridUnit) -> DbResult<Vec<RoleId>> {
    let query = "SELECT r.id FROM roles r LEFT JOIN organizations o ON o.id = r.organization_id \
                 WHERE (r.grid_unit_id = $1 OR o.grid_unit_id = $1) AND (r.ends_at IS NULL OR r.ends_at > palm_now()) ORDER BY r.id";
    let held = sql_query(query).bind::<SqlUuid, _>(unit.id.0).load::<Held>(connection)?;
    Ok(held.into_iter().map(|row| RoleId(row.id)).collect())
}

/// The duty list comes into force by the first two people of its staff.
fn begin(tx: &mut Tx<'_>, community: &GridUnit, people: &[(&'static str, PersonId)]) -> Result<(), ApiError> {
    let [(_, one), (_, other), ..] = people else { return Ok(()) };
    starter_packs::adopt_at_once(tx, community, (*one, *other))
}

/// Requests to practise on.
fn file(db: &Db, ring: &KeyRing, sample: &Samples, community: &GridUnit) -> anyhow::Result<usize> {
    let home = db.read_now(|connection| grid::unit_by_code(connection, &GridPath::new(&sample.people.home)))?;
    let home = home.context("the practice entrance")?;
    let phone = Phone::parse(&sample.people.resident).context("a phone of the samples")?;
    let reporter = db.read_now(|connection| person_by_phone(connection, ring, &phone))?;
    for (category, text) in OPEN {
        let filing = Filing {
            id: CaseId::new(),
            community: community.id,
            unit: home.id,
            source: Source::Resident,
            category: category.map(str::to_owned),
            text: text.to_owned(),
            files: Vec::new(),
            pin: None,
            place_text: None,
            public: false,
            wants_contact: false,
            reporter,
            proxy: None,
            answers: Vec::new(),
            external: None,
            about: None,
        };
        db.transaction_now(&Context::operator(), |mut tx| -> Result<_, ApiError> {
            requests::file(&mut tx, &filing, &Verdict::Publish)?;
            Ok(tx.done(())?)
        })?;
    }
    Ok(OPEN.len())
}

/// Options of `palm demo practice-reset`.
#[derive(Debug, Clone, clap::Args)]
pub struct PracticeArgs {
    /// Which database
    #[command(flatten)]
    pub database: DatabaseArgs,
}

/// `palm demo practice-reset`.
pub fn run(args: &PracticeArgs) -> anyhow::Result<()> {
    let servers = args.database.servers()?;
    database::check(&servers.app_url, Kind::Demo)?;
    let db = database::open(&servers.app_url, 2, "practice")?;
    let practice = reset(&db, &args.database.ring(&servers)?)?;
    println!(
        "{COMMUNITY} stands anew at {}: {} people, {} open requests",
        practice.path,
        practice.people.len(),
        practice.requests
    );
    if let Some(cluster) = servers.cluster {
        cluster.stop()?;
    }
    Ok(())
}
