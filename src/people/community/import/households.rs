//! Import of the household register: one row a person, households by their number in the register. Names, phones and doors are
//! sealed here and written in large inserts: 4,839 households of 8,959 people take seconds.

use std::collections::{HashMap, HashSet};

use base::db::Tx;
use base::error::ApiError;
use base::ids::GridUnitId;
use base::jobs::NewJob;
use chrono::{DateTime, NaiveDate, Utc};
use serde_json::json;

use super::columns::{Cells, Refused};
use super::report::{ImportReport, Wrong};
use super::run::Input;
use super::values;
use crate::community::households::{self, ExistingHousehold, ExistingMember, HouseholdId, HouseholdRow, MemberId, MemberRow};
use crate::community::residencies::REGISTER_CHANGED;
use crate::community::room;
use crate::grid::{GridPath, GridUnit, UnitKind};
use crate::identity::Phone;

/// A row of the file, checked.
struct Entry {
    number: u32,
    community: GridUnitId,
    household: String,
    entrance: GridUnitId,
    room: String,
    member: Option<String>,
    name: String,
    phone: Option<Phone>,
    birth_year: Option<i32>,
    relation: String,
    from: Option<NaiveDate>,
    until: Option<NaiveDate>,
}

fn read(
    cells: &Cells<'_>,
    input: &Input<'_>,
    places: &HashMap<GridPath, GridUnit>,
    report: &mut ImportReport,
) -> Result<Entry, Refused> {
    let household = values::short(cells, "household", 40, report)?.to_owned();
    let path = values::path(cells, "entrance", report)?;
    if input.scope.require_unit(&path).is_err() {
        return Err(cells.refuse("entrance", Wrong::Outside, report));
    }
    let Some(entrance) = places.get(&path) else { return Err(cells.refuse("entrance", Wrong::UnknownUnit, report)) };
    let community = places.get(&path.community()).filter(|_| entrance.level() == UnitKind::Entrance);
    let Some(community) = community else { return Err(cells.refuse("entrance", Wrong::Level, report)) };
    let room = values::short(cells, "room", 20, report)?.to_owned();
    let member = values::short_or_none(cells, "member", 40, report)?.map(str::to_owned);
    let name = values::short(cells, "name", 40, report)?.to_owned();
    let phone = values::phone(cells, "phone", report)?;
    let birth_year = values::birth_year(cells, report)?;
    let relation = values::short(cells, "relation", 20, report)?.to_owned();
    let (from, until) = values::period(cells, report)?;
    Ok(Entry {
        number: cells.number(),
        community: community.id,
        household,
        entrance: entrance.id,
        room,
        member,
        name,
        phone,
        birth_year,
        relation,
        from,
        until,
    })
}

/// What stands in the database of one community.
struct Known {
    households: HashMap<String, ExistingHousehold>,
    members: HashMap<(HouseholdId, String), ExistingMember>,
    /// Households in which somebody has an account.
    inhabited: HashSet<HouseholdId>,
}

fn known(tx: &mut Tx<'_>, community: GridUnitId) -> Result<Known, ApiError> {
    let rows = households::existing(tx.conn(), community)?;
    let ids: Vec<HouseholdId> = rows.iter().map(|row| row.id).collect();
    let inhabited = households::entrances_with_residents(tx.conn(), &ids)?.into_iter().collect();
    let members = households::members_existing(tx.conn(), community)?;
    Ok(Known {
        households: rows.into_iter().filter_map(|row| Some((row.register_key.clone()?, row))).collect(),
        members: members.into_iter().map(|row| ((row.household, row.member_key.clone()), row)).collect(),
        inhabited,
    })
}

/// What is to be written.
#[derive(Default)]
struct Writes {
    households: Vec<HouseholdRow>,
    members: Vec<MemberRow>,
}

/// A household of the file, settled by its first row.
struct Settled {
    id: HouseholdId,
    entrance: GridUnitId,
    room: Vec<u8>,
    /// The household's own row goes with the first of its entries that is taken: new, changed, or as it is.
    row: Option<HouseholdRow>,
}

struct Importer<'a, 'b> {
    input: &'a Input<'b>,
    now: DateTime<Utc>,
    known: HashMap<GridUnitId, Known>,
    settled: HashMap<(GridUnitId, String), Option<Settled>>,
    seen: HashSet<(HouseholdId, String)>,
    phones: HashMap<Vec<u8>, HouseholdId>,
    writes: Writes,
}

impl Importer<'_, '_> {
    /// The household of a row; `None` when it was refused (and reported) at its first row.
    fn settle(&mut self, entry: &Entry, report: &mut ImportReport) -> Result<Option<(HouseholdId, bool)>, ApiError> {
        let place = (entry.community, entry.household.clone());
        let room = room::lookup(self.input.ring, entry.entrance, &entry.room);
        if !self.settled.contains_key(&place) {
            let settled = self.first_row(entry, room.clone(), report)?;
            self.settled.insert(place.clone(), settled);
        }
        let Some(Some(settled)) = self.settled.get_mut(&place) else {
            report.error(entry.number, "entrance", "楼门编码", Wrong::Moved);
            return Ok(None);
        };
        if settled.entrance != entry.entrance || settled.room != room {
            report.error(entry.number, "room", "房号", Wrong::Differs);
            return Ok(None);
        }
        let row = settled.row.take();
        let touched = row.is_some();
        self.writes.households.extend(row);
        Ok(Some((settled.id, touched)))
    }

    fn first_row(&self, entry: &Entry, room: Vec<u8>, report: &mut ImportReport) -> Result<Option<Settled>, ApiError> {
        let known = self.known.get(&entry.community);
        let before = known.and_then(|known| known.households.get(&entry.household));
        if let (Some(before), Some(known)) = (before, known)
            && before.entrance != entry.entrance
            && known.inhabited.contains(&before.id)
        {
            report.conflict(entry.number, "entrance", "楼门编码", Wrong::Moved);
            return Ok(None);
        }
        let id = before.map_or_else(HouseholdId::new, |before| before.id);
        let ring = self.input.ring;
        let hash = ring.lookup("household-row", &[entry.entrance.to_string().as_str(), &entry.room].join("\u{1F}"));
        let same = before.is_some_and(|before| before.content_hash.as_ref() == Some(&hash));
        let row = HouseholdRow {
            id,
            community_id: entry.community,
            entrance_id: entry.entrance,
            register_key: Some(entry.household.clone()),
            address_sealed: ring.seal(&format!("households|address|{id}"), &entry.room).map_err(ApiError::internal)?,
            room_lookup: room.clone(),
            content_hash: Some(hash),
            from_date: None,
            until_date: None,
            updated_at: self.now,
        };
        Ok(Some(Settled { id, entrance: entry.entrance, room, row: (!same).then_some(row) }))
    }

    fn member_key(&self, entry: &Entry) -> String {
        let name_and_year = || {
            let text = [entry.name.as_str(), &entry.birth_year.map_or_else(String::new, |year| year.to_string())].join("\u{1F}");
            let hash = self.input.ring.lookup("member-key", &text);
            hash.iter().take(16).fold(String::new(), |key, byte| key + &format!("{byte:02x}"))
        };
        entry.member.clone().unwrap_or_else(name_and_year)
    }

    fn content(&self, entry: &Entry) -> Vec<u8> {
        let date = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
        let year = entry.birth_year.map_or_else(String::new, |year| year.to_string());
        let phone = entry.phone.as_ref().map_or("", |phone| phone.as_str());
        let text = [entry.name.as_str(), phone, &year, &entry.relation, &date(entry.from), &date(entry.until)].join("\u{1F}");
        self.input.ring.lookup("member-row", &text)
    }

    fn take(&mut self, entry: &Entry, report: &mut ImportReport) -> Result<(), ApiError> {
        let Some((household, household_touched)) = self.settle(entry, report)? else {
            report.refused += 1;
            return Ok(());
        };
        let key = self.member_key(entry);
        if !self.seen.insert((household, key.clone())) {
            report.error(entry.number, "name", "姓名", Wrong::Twice);
            report.refused += 1;
            return Ok(());
        }
        let lookup = entry.phone.as_ref().map(|phone| phone.lookup(self.input.ring));
        if let Some(lookup) = &lookup
            && *self.phones.entry(lookup.clone()).or_insert(household) != household
        {
            report.conflict(entry.number, "phone", "手机号", Wrong::SharedPhone);
        }
        let before = self.known.get(&entry.community).and_then(|known| known.members.get(&(household, key.clone())));
        let hash = self.content(entry);
        match before {
            Some(before) if before.content_hash.as_ref() == Some(&hash) => {
                if household_touched {
                    report.changed += 1
                } else {
                    report.unchanged += 1
                }
                return Ok(());
            }
            Some(_) => report.changed += 1,
            None => report.created += 1,
        }
        let id = before.map_or_else(MemberId::new, |before| before.id);
        let row = self.member_row(entry, (id, household), key, lookup, hash)?;
        self.writes.members.push(row);
        Ok(())
    }

    fn member_row(
        &self,
        entry: &Entry,
        (id, household): (MemberId, HouseholdId),
        key: String,
        lookup: Option<Vec<u8>>,
        hash: Vec<u8>,
    ) -> Result<MemberRow, ApiError> {
        let seal = |column: &str, plain: &str| {
            self.input.ring.seal(&format!("household_members|{column}|{id}"), plain).map_err(ApiError::internal)
        };
        Ok(MemberRow {
            id,
            household_id: household,
            member_key: key,
            name_sealed: seal("name", &entry.name)?,
            phone_sealed: entry.phone.as_ref().map(|phone| seal("phone", phone.as_str())).transpose()?,
            phone_lookup: lookup,
            birth_year: entry.birth_year,
            relation: entry.relation.clone(),
            content_hash: Some(hash),
            from_date: entry.from,
            until_date: entry.until,
            updated_at: self.now,
        })
    }
}

/// Checks and writes the rows; claims that wait are put to the new register afterwards.
pub(super) fn import(tx: &mut Tx<'_>, input: &Input<'_>, report: &mut ImportReport) -> Result<HashSet<GridPath>, ApiError> {
    let places = input.places(tx)?;
    let mut entries = Vec::new();
    for row in input.sheet_rows() {
        match read(&input.cells(row), input, &places, report) {
            Ok(entry) => entries.push(entry),
            Err(Refused) => report.refused += 1,
        }
    }
    let communities: HashSet<GridUnitId> = entries.iter().map(|entry| entry.community).collect();
    let mut known_all = HashMap::new();
    for community in &communities {
        known_all.insert(*community, known(tx, *community)?);
    }
    let now = tx.now()?;
    let (settled, seen, phones) = (HashMap::new(), HashSet::new(), HashMap::new());
    let mut importer = Importer { input, now, known: known_all, settled, seen, phones, writes: Writes::default() };
    for entry in &entries {
        importer.take(entry, report)?;
    }
    let Writes { households, members } = importer.writes;
    households::put_households(tx.conn(), &households)?;
    households::put_members(tx.conn(), &members)?;
    if !households.is_empty() || !members.is_empty() {
        for community in &communities {
            tx.enqueue(&NewJob::new(REGISTER_CHANGED, json!({"community": community})))?;
        }
    }
    let paths = places.into_values().filter(|unit| communities.contains(&unit.id)).map(|unit| unit.path).collect();
    Ok(paths)
}
