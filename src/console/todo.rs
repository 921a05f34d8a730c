//! The to-do list: what every part of the product says waits for the reader, in one order. The first page of the console.

use std::collections::BTreeMap;

use actix_web::web::Data;
use actix_web::{HttpResponse, get, post};
use askama::Template;
use base::db::Db;
use base::error::ApiError;
use base::http::Query;
use base::ids::GridUnitId;
use chrono::{DateTime, Utc};
use governance::requests::{self, CaseId, RequestAccept, desk};
use people::grid::{self, GridUnit, Scope, UnitKind};
use people::identity::{self, Can, HomeItem, Hooks, TodoList, Whose};
use serde::Deserialize;

use super::form::Form;
use super::frame::Frame;
use super::times::{Left, left, moment};
use super::{menu, words_frame as frame_words, words_todo as w};

/// Items shown at first; more on demand.
const SHOWN: usize = 100;
/// Blocks to filter by.
const BLOCKS: i64 = 60;

/// Which things. Empty fields of the form count as absent.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wanted {
    whose: Option<String>,
    kind: Option<String>,
    unit: Option<String>,
    all: Option<String>,
}

impl Wanted {
    fn whose(&self) -> Whose {
        self.whose.as_deref().and_then(Whose::parse).unwrap_or(Whose::All)
    }

    fn kind(&self) -> Option<&str> {
        self.kind.as_deref().filter(|kind| !kind.is_empty())
    }

    fn unit(&self) -> Option<GridUnitId> {
        self.unit.as_deref().and_then(|unit| unit.parse().ok())
    }

    /// The same with another kind, as a link.
    fn link(&self, kind: &str) -> String {
        let unit = self.unit.as_deref().unwrap_or_default();
        let query = serde_urlencoded::to_string([("whose", self.whose().name()), ("unit", unit), ("kind", kind)]);
        format!("{}?{}", menu::HOME, query.unwrap_or_default())
    }
}

/// One line.
struct Line {
    item: HomeItem,
    /// The reader's own, and not only their office's?
    own: bool,
    left: Left,
    until: Option<String>,
    /// Its page of the console, if it has one.
    page: Option<String>,
    /// The request to accept with the others that are picked.
    case: Option<CaseId>,
}

/// A kind, its name, how many, and the list of it.
struct Count {
    kind: String,
    name: String,
    items: usize,
    link: String,
}

/// A unit to filter by.
struct UnitChoice {
    id: GridUnitId,
    name: String,
}

#[derive(Template)]
#[template(path = "todo.html", config = "src/console/askama.toml")]
struct TodoPage<'a> {
    f: &'a Frame,
    wanted: &'a Wanted,
    lines: Vec<Line>,
    left_out: usize,
    counts: Vec<Count>,
    units: Vec<UnitChoice>,
    empty: &'static str,
    bulk: bool,
}

impl TodoPage<'_> {
    fn is_unit(&self, unit: &GridUnitId) -> bool {
        self.wanted.unit() == Some(*unit)
    }
    fn is_kind(&self, kind: &str) -> bool {
        self.wanted.kind() == Some(kind)
    }
    fn mine(&self) -> bool {
        self.wanted.whose() == Whose::Mine
    }
}

/// The page of the console where a thing of the API is worked on.
pub(super) fn page_of(link: &str) -> Option<String> {
    let path = link.strip_prefix("/api/v1/")?;
    if path.starts_with("governance/chat/moderation") {
        return Some("/console/chat".to_owned());
    }
    if let Some(query) = path.strip_prefix("governance/chat/measures") {
        return Some(format!("/console/chat/measures{query}"));
    }
    if let Some(query) = path.strip_prefix("screening/items") {
        return Some(format!("/console/moderation{query}"));
    }
    if path.starts_with("residencies") {
        return Some("/console/people".to_owned());
    }
    let id = |prefix: &str| path.strip_prefix(prefix).filter(|rest| !rest.is_empty() && !rest.contains(['/', '?']));
    id("governance/requests/").map(|id| format!("/console/requests/{id}"))
}

/// The request of an item that may be accepted together with others: it waits to be taken.
fn case_of(item: &HomeItem) -> Option<CaseId> {
    (item.kind == "request_to_handle").then(|| item.link.rsplit('/').next()?.parse().ok()).flatten()
}

fn counts(items: &[HomeItem], wanted: &Wanted) -> Vec<Count> {
    let mut kinds: BTreeMap<&str, (&str, usize)> = BTreeMap::new();
    for item in items {
        kinds.entry(&item.kind).or_insert((&item.title, 0)).1 += 1;
    }
    let count = |(kind, (name, items)): (&str, (&str, usize))| Count {
        link: wanted.link(kind),
        kind: kind.to_owned(),
        name: name.to_owned(),
        items,
    };
    kinds.into_iter().map(count).collect()
}

fn line(item: HomeItem, own: bool, now: DateTime<Utc>, frame: &Frame) -> Line {
    Line {
        own,
        left: left(item.deadline, now, frame.lang()),
        until: item.deadline.as_ref().map(moment),
        page: page_of(&item.link),
        case: case_of(&item),
        item,
    }
}

/// What a page of the list is made from.
struct Gathered {
    items: Vec<HomeItem>,
    own: Vec<bool>,
    units: Vec<UnitChoice>,
    now: DateTime<Utc>,
}

async fn gathered(can: &Can<TodoList>, db: &Db, hooks: Data<Hooks>, wanted: &Wanted) -> Result<Gathered, ApiError> {
    let (actor, whose, unit) = (can.actor().clone(), wanted.whose(), wanted.unit());
    db.read(move |connection| -> Result<_, ApiError> {
        let items = identity::todo_of(connection, &actor, &hooks, whose, unit)?;
        let own = identity::own_among(connection, &actor, &hooks, unit, &items)?;
        let held: Vec<GridUnitId> = actor.roles.iter().filter_map(|held| held.unit).collect();
        let mut units: Vec<GridUnit> = grid::units_by_ids(connection, &held)?.into_values().collect();
        let reach = Scope { units: units.iter().map(|unit| unit.path.clone()).collect(), ..Scope::default() };
        units.retain(|unit| unit.level() != UnitKind::Block);
        units.extend(grid::units_below(connection, &reach, Some(UnitKind::Block), None, BLOCKS)?);
        units.sort_by(|a, b| a.path.cmp(&b.path));
        let units = units.into_iter().map(|unit| UnitChoice { id: unit.id, name: unit.name }).collect();
        Ok(Gathered { items, own, units, now: base::db::now(connection)? })
    })
    .await
}

/// The to-do list.
#[get("")]
pub async fn console_todo(
    can: Can<TodoList>,
    frame: Frame,
    query: Query<Wanted>,
    db: Data<Db>,
    hooks: Data<Hooks>,
) -> Result<HttpResponse, ApiError> {
    let wanted = query.0;
    let Gathered { items, own, units, now } = gathered(&can, &db, hooks, &wanted).await?;
    let counts = counts(&items, &wanted);
    let fits = |item: &HomeItem| wanted.kind().is_none_or(|kind| item.kind == kind);
    let fitting = items.into_iter().zip(own).filter(|(item, _)| fits(item));
    let mut lines: Vec<Line> = fitting.map(|(item, own)| line(item, own, now, &frame)).collect();
    let most = if wanted.all.is_some() { usize::MAX } else { SHOWN };
    let left_out = lines.len().saturating_sub(most);
    lines.truncate(most);
    let bulk = can.actor().may::<RequestAccept>() && lines.iter().filter(|line| line.case.is_some()).count() > 1;
    let empty = identity::empty_text(can.actor());
    frame.page(&TodoPage { f: &frame, wanted: &wanted, lines, left_out, counts, units, empty, bulk })
}

/// Accepts the picked requests, one by one: what can't be accepted any more is counted, the others are.
#[post("/todo/accept")]
pub async fn console_todo_accept(
    can: Can<RequestAccept>,
    frame: Frame,
    form: Form,
    db: Data<Db>,
) -> Result<HttpResponse, ApiError> {
    let picked: Vec<CaseId> = form.all("case").filter_map(|id| id.parse().ok()).take(SHOWN).collect();
    if picked.is_empty() {
        return Ok(frame.go(menu::HOME, w::NONE_PICKED));
    }
    let (mut done, mut refused) = (0_usize, 0_usize);
    for case in picked {
        let how = requests::Acceptance { text: None, note: None };
        let sent = desk::Sent { key: form.key_for(case)?, hash: base::keys::sha256(b"") };
        match desk::accept(&can, &db, sent, case, how).await {
            Ok(_) => done += 1,
            Err(why) if why.code().status < 500 => refused += 1,
            Err(why) => return Err(why),
        }
    }
    let zh = if refused == 0 {
        format!("已受理 {done} 件诉求。")
    } else {
        format!("已受理 {done} 件，{refused} 件已不能受理。")
    };
    let en = format!("{done} accepted, {refused} couldn't be any more.");
    Ok(frame.go_saying(menu::HOME, frame.lang().pick(&zh, &en)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_of_the_api_leads_to_its_page() {
        assert_eq!(page_of("/api/v1/governance/requests/1"), Some("/console/requests/1".to_owned()));
        assert_eq!(page_of("/api/v1/governance/requests/1/events"), None);
        assert_eq!(page_of("/api/v1/residencies?state=claimed"), Some("/console/people".to_owned()));
        assert_eq!(page_of("/api/v1/life/orders/1"), None);
    }
}
