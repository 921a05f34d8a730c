//! What a person sees of requests at home, takes along, and leaves behind.

use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use people::grid::Scope;
use people::identity::{Actor, EraseHook, ExportHook, HomeItem, MergeHook, Role};
use serde_json::{Value, json};

use super::rows::{self, Case};
use super::{Desk, Direction, State, rows_details, rows_events, rows_matters, suggest};

/// Hook of an erasure.
pub const ERASE: EraseHook = EraseHook { noun: "requests", before: None, erase };
/// Hook of two accounts becoming one.
pub const MERGE: MergeHook = MergeHook { noun: "requests", before: None, merge };
/// Hook of an export.
pub const EXPORT: ExportHook = ExportHook { noun: "requests", export };

/// Items of one desk on the home screen.
const SHOWN: i64 = 20;

/// What waits for a handler, by deadline; one's own open requests.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let mut items = Vec::new();
    for (desk, scope) in desks(actor) {
        let found = rows::waiting(connection, &scope, desk, SHOWN)?;
        items.extend(found.iter().map(|case| item("request_to_handle", "待办诉求", case)));
    }
    for (desk, scope) in desks(actor) {
        let direction = match desk {
            Desk::Community if !actor.holding(Role::CommunityStaff).is_empty() => Direction::Down,
            Desk::Street => Direction::Up,
            _ => continue,
        };
        for matter in rows_matters::waiting(connection, &scope, direction, SHOWN)? {
            items.push(HomeItem {
                kind: "matter".to_owned(),
                title: direction.zh().to_owned(),
                summary: format!("「{}」，{}", matter.title, matter.state.zh()),
                deadline: matter.due_at,
                link: format!("/api/v1/governance/matters/{}", matter.id),
            });
        }
    }
    for case in rows::mine(connection, actor.person, true, None, SHOWN)? {
        items.push(match case.state {
            State::Answered => item("request_to_rate", "待您评价", &case),
            State::WaitingForResident => item("request_to_reply", "待您补充", &case),
            _ => item("request", "我的诉求", &case),
        });
    }
    Ok(items)
}

/// The desks at which an actor works, and how far each reaches.
fn desks(actor: &Actor) -> Vec<(Desk, Scope)> {
    let paths = |role: Role| actor.holding(role).into_iter().filter_map(|held| held.path);
    let community = paths(Role::GridWorker).chain(paths(Role::CommunityStaff).map(|path| path.community())).collect();
    let street = paths(Role::StreetStaff).map(|path| path.street()).collect();
    let units = actor.holding(Role::UnitHandler).into_iter().filter_map(|held| held.organization).collect();
    let all = [
        (Desk::Community, Scope { units: community, ..Scope::default() }),
        (Desk::Street, Scope { units: street, ..Scope::default() }),
        (Desk::Unit, Scope { organizations: units, ..Scope::default() }),
    ];
    all.into_iter().filter(|(_, scope)| !scope.units.is_empty() || !scope.organizations.is_empty()).collect()
}

fn item(kind: &str, title: &str, case: &Case) -> HomeItem {
    HomeItem {
        kind: kind.to_owned(),
        title: title.to_owned(),
        summary: format!("{}「{}」，{}", case.number, case.title, case.state.zh()),
        deadline: if case.state.is_open() { case.due_at.or(case.resolve_by) } else { None },
        link: format!("/api/v1/governance/requests/{}", case.id),
    }
}

/// Blanks what the person said privately and forgets its words. The row stays, under the pseudonymous id: figures and answers rest on it.
fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    let blanked = rows_details::forget(tx.conn(), person)?;
    Ok(suggest::forget(tx.conn(), &blanked)?)
}

/// Requests of one account become another's of the same person.
fn merge(tx: &mut Tx<'_>, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    Ok(rows_details::hand_over(tx.conn(), gone, keep)?)
}

/// One's own requests with what one said, and what was told publicly.
fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let mut all = Vec::new();
    let mut after = None;
    loop {
        let page = rows::mine(connection, person, false, after, 100)?;
        let Some(last) = page.last() else { return Ok(Value::Array(all)) };
        after = Some(last.id);
        let ids: Vec<_> = page.iter().map(|case| case.id).collect();
        let details = rows_details::many(connection, &ids)?;
        for case in page {
            let said = details.get(&case.id).filter(|_| case.reporter_id == Some(person));
            let events = rows_events::after(connection, case.id, 0, false, 1_000)?;
            let told = events.iter().map(|event| json!({"at": event.at, "what": event.kind, "text": event.public_text}));
            all.push(json!({
                "number": case.number, "filed_at": case.created_at, "source": case.source, "category": case.category,
                "state": case.state, "outcome": case.outcome, "text": said.map(|said| &said.text),
                "place": said.and_then(|said| said.place_text.as_ref()), "lat": case.lat, "lon": case.lon,
                "answers": said.map(|said| &said.answers), "timeline": told.collect::<Vec<_>>(),
            }));
        }
    }
}
