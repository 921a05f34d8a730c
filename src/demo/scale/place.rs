//! The invented street: its communities with estates, blocks and entrances, the units that answer, the people, the duty lists.

use anyhow::Context as _;
use base::db::{Context, Db};
use base::error::ApiError;
use base::ids::{GridUnitId, OrganizationId, PersonId};
use base::keys::KeyRing;
use diesel::PgConnection;
use governance::duty_list::{self, AdoptionId, NewItem};
use governance::starter_packs::starter_items;
use people::community::import::{self, ImportKind};
use people::grid::Scope;

use super::rows::Unit;
use super::{bar, rows};

/// Path of the street.
pub(super) const STREET: &str = "S90";
/// Residents with an account, of a community.
pub(super) const RESIDENTS: usize = 500;
const ESTATES: usize = 3;
const BLOCKS: usize = 3;
const ENTRANCES: usize = 10;

/// The street as it was built.
pub(super) struct Street {
    /// One of its communities, for the calendar.
    pub(super) community: GridUnitId,
    /// Items of the duty list with the number of their lead unit.
    pub(super) items: Vec<(NewItem, i32)>,
}

/// The units of the street, parents before children; and the entrances with the number of their community, block after block.
fn units(communities: usize) -> (Vec<Unit>, Vec<(usize, GridUnitId, GridUnitId)>) {
    let mut all = vec![Unit::below(None, "street", STREET, "长街街道")];
    let mut entrances = Vec::new();
    let street = all[0].clone();
    for index in 0..communities {
        let home = Unit::below(Some(&street), "community", &format!("C{:02}", index + 1), &format!("第{}社区", index + 1));
        all.push(home.clone());
        for e in 1..=ESTATES {
            let estate = Unit::below(Some(&home), "estate", &format!("E{e}"), &format!("第{e}小区"));
            all.push(estate.clone());
            for b in 1..=BLOCKS {
                let block = Unit::below(Some(&estate), "block", &format!("B{b:02}"), &format!("第{}片区", (e - 1) * BLOCKS + b));
                all.push(block.clone());
                for d in 1..=ENTRANCES {
                    let entrance = Unit::below(Some(&block), "entrance", &format!("D{d:02}"), &format!("{d}号楼门"));
                    entrances.push((index, home.id, entrance.id));
                    all.push(entrance);
                }
            }
        }
    }
    (all, entrances)
}

/// Who leads, by the words of the starter pack.
fn hints(items: &[NewItem]) -> Vec<String> {
    let mut hints: Vec<String> = items.iter().filter_map(|item| item.lead_hint.clone()).collect();
    hints.sort_unstable();
    hints.dedup();
    hints
}

fn organizations_file(hints: &[String]) -> String {
    let mut file = String::from("code,kind,name,unit\n");
    hints.iter().enumerate().for_each(|(n, hint)| file.push_str(&format!("SCALE-{n:02},办公室,{hint},{STREET}\n")));
    file
}

fn enter(db: &Db, kind: ImportKind, text: &str) -> anyhow::Result<()> {
    // Nobody's phone is in these files, so no key is needed.
    let ring = KeyRing::ephemeral()?;
    let report = import::run(db, &ring, &Context::operator(), kind, text.as_bytes(), false, &Scope::everything())?;
    anyhow::ensure!(report.errors.is_empty(), "the {} of the scaled demo has bad rows: {:?}", kind.name(), report.errors.first());
    Ok(())
}

fn fresh(count: usize, name: &str) -> Vec<(PersonId, String)> {
    (0..count).map(|n| (PersonId::new(), format!("{name}{}", n + 1))).collect()
}

fn ids(people: &[(PersonId, String)]) -> Vec<PersonId> {
    people.iter().map(|(id, _)| *id).collect()
}

impl Unit {
    fn below(parent: Option<&Self>, kind: &'static str, code: &str, name: &str) -> Self {
        let path = parent.map_or_else(|| code.to_owned(), |parent| format!("{}/{code}", parent.path));
        let parent = parent.map(|parent| parent.id);
        Self { id: GridUnitId::new(), kind, parent, code: code.to_owned(), path, name: name.to_owned() }
    }
}

/// Builds the street with so many communities.
pub(super) fn build(owner: &mut PgConnection, db: &Db, communities: usize) -> anyhow::Result<Street> {
    let items = starter_items().map_err(|refusal| anyhow::anyhow!("the starter pack: {refusal:?}"))?;
    let hints = hints(&items);
    let bar = bar(4, "street, communities, people")?;
    let (units, entrances) = units(communities);
    rows::grid(owner, &units)?;
    places(owner, &entrances)?;
    bar.inc(1);
    enter(db, ImportKind::Organizations, &organizations_file(&hints))?;
    bar.inc(1);
    let street = units.first().context("a street")?.id;
    let homes: Vec<GridUnitId> = units.iter().filter(|unit| unit.kind == "community").map(|unit| unit.id).collect();
    let (street_staff, staff, residents) =
        (fresh(2, "街道干部"), fresh(communities, "社区干部"), fresh(communities * RESIDENTS, "居民"));
    rows::people(owner, &street_staff, "street_staff", &[Some(street); 2], &[None; 2])?;
    rows::people(
        owner,
        &staff,
        "community_staff",
        &homes.iter().copied().map(Some).collect::<Vec<_>>(),
        &vec![None; communities],
    )?;
    let at: Vec<_> = homes.iter().flat_map(|home| std::iter::repeat_n(Some(*home), RESIDENTS)).collect();
    rows::people(owner, &residents, "resident", &at, &vec![None; at.len()])?;
    rows::persons(owner, &ids(&residents), &ids(&staff))?;
    let units = handlers(owner, db, street, &hints)?;
    bar.inc(1);
    let decided = (street_staff[0].0, street_staff[1].0);
    let items = mapped(items, &hints, &units);
    for home in &homes {
        duties(owner, db, *home, decided, &items)?;
    }
    bar.inc(1);
    bar.finish();
    Ok(Street { community: *homes.first().context("a community")?, items })
}

/// Entrances with a pin each, on a grid of streets.
fn places(owner: &mut PgConnection, entrances: &[(usize, GridUnitId, GridUnitId)]) -> anyhow::Result<()> {
    let mut all = Vec::new();
    for (n, (index, home, unit)) in entrances.iter().enumerate() {
        let (c, n) = (i32::try_from(*index)?, i32::try_from(n % (ESTATES * BLOCKS * ENTRANCES))?);
        let (south, west) = (39.60 + f64::from(c / 5) * 0.02, 109.75 + f64::from(c % 5) * 0.02);
        all.push((c, *home, *unit, south + f64::from(n / 10) * 0.0018, west + f64::from(n % 10) * 0.0018));
    }
    Ok(rows::places(owner, &all)?)
}

/// The units of the street in the order of the hints, with one handler each.
fn handlers(owner: &mut PgConnection, db: &Db, street: GridUnitId, hints: &[String]) -> anyhow::Result<Vec<OrganizationId>> {
    let found = db.read_now(|connection| people::community::organizations::organizations_of(connection, &[street]))?;
    let by_name = |hint: &String| {
        let unit = found.iter().find(|unit| &unit.name == hint).with_context(|| format!("no unit {hint}"))?;
        Ok(unit.id)
    };
    let units: Vec<OrganizationId> = hints.iter().map(by_name).collect::<anyhow::Result<_>>()?;
    let people = fresh(units.len(), "经办人");
    rows::people(owner, &people, "unit_handler", &vec![None; units.len()], &units.iter().copied().map(Some).collect::<Vec<_>>())?;
    let rows: Vec<_> = units.iter().zip(hints).zip(&people).map(|((unit, hint), (id, _))| (*unit, hint.clone(), *id)).collect();
    rows::units(owner, &rows)?;
    Ok(units)
}

/// The items with their lead units.
fn mapped(items: Vec<NewItem>, hints: &[String], units: &[OrganizationId]) -> Vec<(NewItem, i32)> {
    let mapped = |item: NewItem| {
        let n = item.lead_hint.as_ref().and_then(|hint| hints.iter().position(|one| one == hint)).unwrap_or(0);
        (NewItem { lead: units.get(n).copied(), ..item }, i32::try_from(n).unwrap_or(0))
    };
    items.into_iter().map(mapped).collect()
}

/// The duty list of a community, adopted by two people of the street.
fn duties(
    owner: &mut PgConnection,
    db: &Db,
    home: GridUnitId,
    decided: (PersonId, PersonId),
    items: &[(NewItem, i32)],
) -> anyhow::Result<()> {
    let id = AdoptionId::new();
    rows::adoption(owner, id.0, home, decided)?;
    let items: Vec<NewItem> = items.iter().map(|(item, _)| item.clone()).collect();
    db.transaction_now(&Context::operator(), |mut tx| -> Result<_, ApiError> {
        duty_list::adopt(&mut tx, home, decided, id, &items)?;
        Ok(tx.done(())?)
    })?;
    Ok(())
}
