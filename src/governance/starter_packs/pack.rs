//! What the pack holds: read from files that are part of the program, so that every installation adopts the same.

use base::error::ApiError;
use base::ids::OrganizationId;
use base::money::Points;
use people::community::organizations::Organization;
use points::EventKind;
use points::rules::{Caps, StarterRule};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::duty_list::{DeadlineClass, NewItem, read_questions};
use crate::requests::{NewTemplate, Outcome};

const ITEMS: &str = include_str!("data/items.csv");
const LEADS: &str = include_str!("data/leads.csv");
const TEMPLATES: &str = include_str!("data/templates.csv");
const RULES: &str = include_str!("data/rules.csv");
const REWARDS: &str = include_str!("data/rewards.csv");

/// Separates what stands together in one cell.
const BETWEEN: char = '；';

#[derive(Debug, Deserialize)]
struct ItemLine {
    code: String,
    major: String,
    middle: String,
    title: String,
    lead: String,
    co_units: String,
    deadline: String,
    basis: String,
    questions: String,
    synonyms: String,
}

/// A kind of unit that leads or helps, and how one of it is recognised in the directory.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Lead {
    key: String,
    hint: String,
    kind: String,
    names: String,
}

#[derive(Debug, Deserialize)]
struct TemplateLine {
    code: String,
    title: String,
    outcome: String,
    category: String,
    text: String,
    basis: String,
}

#[derive(Debug, Deserialize)]
struct RuleLine {
    kind: String,
    name: String,
    amount: String,
    person_day: String,
    person_month: String,
    household_day: String,
}

/// A type of reward that points may buy. Whatever is not on the list has no word in the program: fees, statutory services, lottery,
/// alcohol, tobacco, cash cards.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RewardType {
    /// As in offers.
    pub kind: String,
    /// As people call it.
    pub name: String,
    /// merchant (and the community), or the community only.
    pub by: String,
}

/// An item of the pack, with its units still as kinds.
#[derive(Debug, Clone)]
pub(super) struct PackItem {
    /// What it says; `lead` and `co_units` are empty.
    pub(super) item: NewItem,
    lead: Lead,
    co_units: Vec<Lead>,
}

/// Everything of the pack.
#[derive(Debug, Clone)]
pub(super) struct Pack {
    pub(super) items: Vec<PackItem>,
    pub(super) templates: Vec<NewTemplate>,
    pub(super) rules: Vec<StarterRule>,
    pub(super) rewards: Vec<RewardType>,
}

impl Lead {
    /// The one organization of the directory that is of this kind; none where there is none, or more than one by the same word.
    fn of(&self, directory: &[Organization]) -> Option<OrganizationId> {
        let words: Vec<&str> = self.names.split(BETWEEN).filter(|word| !word.is_empty()).collect();
        let fits = |row: &&Organization| {
            (self.kind.is_empty() || row.kind == self.kind)
                && (words.is_empty() || words.iter().any(|word| row.name.contains(word)))
        };
        let mut found = directory.iter().filter(fits);
        let first = found.next()?;
        if found.next().is_some() { None } else { Some(first.id) }
    }
}

impl PackItem {
    /// What it says in a community with these organizations.
    pub(super) fn mapped(&self, directory: &[Organization]) -> NewItem {
        let lead = self.lead.of(directory);
        let mut co_units: Vec<OrganizationId> =
            self.co_units.iter().filter_map(|unit| unit.of(directory)).filter(|unit| Some(*unit) != lead).collect();
        co_units.dedup();
        NewItem { lead, co_units, ..self.item.clone() }
    }
}

fn lines<T: DeserializeOwned>(text: &str) -> Result<Vec<T>, ApiError> {
    csv::Reader::from_reader(text.as_bytes())
        .into_deserialize()
        .collect::<Result<Vec<T>, csv::Error>>()
        .map_err(ApiError::internal)
}

fn odd(what: &str) -> ApiError {
    ApiError::internal(std::io::Error::other(format!("starter pack: {what}")))
}

fn filled(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn item(line: ItemLine, leads: &[Lead]) -> Result<PackItem, ApiError> {
    let unit = |key: &str| leads.iter().find(|lead| lead.key == key).cloned().ok_or_else(|| odd(key));
    let lead = unit(&line.lead)?;
    let co_units =
        line.co_units.split(BETWEEN).filter(|key| !key.is_empty()).map(unit).collect::<Result<Vec<Lead>, ApiError>>()?;
    let item = NewItem {
        deadline_class: DeadlineClass::read(&line.deadline).ok_or_else(|| odd(&line.deadline))?,
        questions: read_questions(&line.questions).ok_or_else(|| odd(&line.questions))?,
        synonyms: line.synonyms.split(BETWEEN).filter(|word| !word.is_empty()).map(str::to_owned).collect(),
        lead_hint: Some(lead.hint.clone()),
        legal_basis: filled(&line.basis),
        code: line.code,
        major: line.major,
        middle: line.middle,
        title: line.title,
        jurisdiction: None,
        lead: None,
        co_units: Vec::new(),
    };
    Ok(PackItem { item, lead, co_units })
}

fn template(line: TemplateLine) -> Result<NewTemplate, ApiError> {
    let outcome = Outcome::parse(&line.outcome).ok_or_else(|| odd(&line.outcome))?;
    let (category, legal_basis) = (filled(&line.category), filled(&line.basis));
    Ok(NewTemplate { code: line.code, title: line.title, outcome, category, text: line.text, legal_basis })
}

fn rule(line: RuleLine) -> Result<StarterRule, ApiError> {
    let points = |text: &str| text.parse::<Points>().map_err(|_odd| odd(text));
    let cap = |text: &str| if text.is_empty() { Ok(None) } else { points(text).map(Some) };
    let caps = Caps {
        person_day: cap(&line.person_day)?,
        household_day: cap(&line.household_day)?,
        person_month: cap(&line.person_month)?,
        total: None,
    };
    let kind = EventKind::parse(&line.kind).ok_or_else(|| odd(&line.kind))?;
    Ok(StarterRule { kind, name: line.name, amount_per_unit: points(&line.amount)?, caps })
}

impl Pack {
    /// Reads the files; an error is a mistake in them, which the tests would have shown.
    pub(super) fn read() -> Result<Self, ApiError> {
        let leads: Vec<Lead> = lines(LEADS)?;
        Ok(Self {
            items: lines(ITEMS)?.into_iter().map(|line| item(line, &leads)).collect::<Result<_, ApiError>>()?,
            templates: lines(TEMPLATES)?.into_iter().map(template).collect::<Result<_, ApiError>>()?,
            rules: lines(RULES)?.into_iter().map(rule).collect::<Result<_, ApiError>>()?,
            rewards: lines(REWARDS)?,
        })
    }
}

/// The items of the pack with no unit named: for tries without a community.
pub fn starter_items() -> Result<Vec<NewItem>, ApiError> {
    Ok(Pack::read()?.items.into_iter().map(|item| item.item).collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use base::ids::GridUnitId;

    use super::*;

    fn organization(kind: &str, name: &str) -> Organization {
        Organization {
            id: OrganizationId::new(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            code: name.to_owned(),
            grid_unit_id: GridUnitId::new(),
            state: "active".to_owned(),
        }
    }

    #[test]
    fn eighteen_classes_hold_120_items_that_can_be_found_by_words() {
        let pack = Pack::read().unwrap();
        let majors: BTreeSet<&str> = pack.items.iter().map(|item| item.item.major.as_str()).collect();
        let codes: BTreeSet<&str> = pack.items.iter().map(|item| item.item.code.as_str()).collect();
        assert_eq!((majors.len(), pack.items.len(), codes.len()), (18, 120, 120));
        for item in &pack.items {
            assert_eq!(item.item.wrong(), None, "{}", item.item.code);
            assert!(item.item.synonyms.len() >= 3, "{}: at least three synonyms", item.item.code);
        }
        let words: Vec<&String> = pack.items.iter().flat_map(|item| &item.item.synonyms).collect();
        assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len(), "no word stands for two items");
        assert!(pack.templates.len() >= 20 && !pack.rules.is_empty() && !pack.rewards.is_empty());
    }

    #[test]
    fn units_are_found_by_kind_and_name_and_never_guessed() {
        let pack = Pack::read().unwrap();
        let of = |code: &str, directory: &[Organization]| {
            pack.items.iter().find(|item| item.item.code == code).map(|item| item.mapped(directory)).unwrap()
        };
        let (company, water) = (organization("property", "安居物业"), organization("company", "城市供水公司"));
        let one = [company.clone(), water.clone()];
        assert_eq!(of("A01-01", &one).lead, Some(company.id));
        let supply = of("B01-01", &one);
        assert_eq!((supply.lead, supply.co_units), (Some(water.id), vec![company.id]));
        let none = of("C01-01", &one);
        assert_eq!((none.lead, none.lead_hint.as_deref()), (None, Some("供电单位")), "the community's own queue");
        let two = [company, organization("property", "乐居物业")];
        assert_eq!(of("A01-01", &two).lead, None, "of two companies nobody is guessed");
    }
}
