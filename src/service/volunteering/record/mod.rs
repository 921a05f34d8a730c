//! A person's own record: hours, totals, certificate; and the hooks that `app.rs` registers: home, erase, export.

mod certificate;
pub mod http;

use base::db::{Context, Db, Tx};
use base::error::ApiError;
use base::ids::PersonId;
use base::keys::KeyRing;
use diesel::PgConnection;
use people::identity::{Actor, EraseHook, ExportHook, HomeItem, MergeHook};
use serde_json::{Value, json};

use super::{ProjectId, hours, outward, projects, runs, shifts, sign_ups, teams};

/// Hook of an erasure.
pub const ERASE: EraseHook = EraseHook { noun: "volunteering", before: Some(give_places_back), erase };
/// Hook of two accounts becoming one.
pub const MERGE: MergeHook = MergeHook { noun: "volunteering", before: None, merge };
/// Hook of an export.
pub const EXPORT: ExportHook = ExportHook { noun: "volunteering", export };

/// Hook of the home screen: the next shift, and hours to be decided by somebody who runs projects.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let now = base::db::now(connection)?;
    let mut items = Vec::new();
    let next = sign_ups::next_of(connection, actor.person, now)?;
    if let Some(shift) = next.map(|id| shifts::find(connection, id)).transpose()?.flatten() {
        let title = projects::titles(connection, &[shift.project_id])?.remove(&shift.project_id).unwrap_or_default();
        items.push(HomeItem {
            kind: "shift".to_owned(),
            summary: format!("{title}，{}，{}", outward::span(shift.starts_at, shift.ends_at), shift.place),
            title: "下一次志愿服务".to_owned(),
            deadline: Some(shift.starts_at),
            link: format!("/api/v1/service/shifts/{}", shift.id),
        });
    }
    let waiting = hours::to_decide(connection, &runs(actor), actor.person)?;
    if waiting > 0 {
        items.push(HomeItem {
            kind: "approval".to_owned(),
            title: "志愿时长待核准".to_owned(),
            summary: format!("有 {waiting} 条志愿服务时长等您核准"),
            deadline: None,
            link: "/api/v1/service/hours?state=recorded".to_owned(),
        });
    }
    Ok(items)
}

/// Gives places ahead back (they pass on to who waits), each in a transaction of its own; a shift that has begun keeps the place.
fn give_places_back(db: &Db, person: PersonId) -> Result<(), ApiError> {
    for place in db.read_now(|connection| sign_ups::leave_all(connection, person))? {
        let given = db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
            sign_ups::withdraw::give_back(&mut tx, place)?;
            Ok(tx.done(())?)
        });
        match given {
            Err(why) if why.code().status < 500 => {}
            other => other?,
        }
    }
    Ok(())
}

/// Leaves teams and clears free texts about the person. Hours stay under the pseudonymous id, since points rest on them.
fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    teams::leave_every(tx, person)?;
    hours::forget_texts(tx.conn(), person)?;
    Ok(())
}

/// Teams, and hours and places where the remaining account was nowhere else at that time.
fn merge(tx: &mut Tx<'_>, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    teams::hand_over(tx, gone, keep)?;
    hours::hand_over(tx.conn(), gone, keep)?;
    sign_ups::hand_over(tx.conn(), gone, keep)?;
    Ok(())
}

/// Everything that is kept here about a person.
fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let rows = hours::all_of(connection, person)?;
    let ids: Vec<ProjectId> = rows.iter().map(|row| row.project_id).collect();
    let titles = projects::titles(connection, &ids)?;
    let hours: Vec<Value> = rows
        .iter()
        .map(|row| {
            json!({
                "project": titles.get(&row.project_id), "day": row.day, "half_hours": row.half_hours, "source": row.source,
                "from": row.from_at, "to": row.to_at, "state": row.state, "reason": row.reason, "refusal": row.refusal,
            })
        })
        .collect();
    let places: Vec<Value> = sign_ups::all_of(connection, person)?
        .iter()
        .map(|row| {
            json!({
                "shift": row.shift_id, "state": row.state, "checked_in_at": row.checked_in_at,
                "checked_out_at": row.checked_out_at, "distance": row.distance,
            })
        })
        .collect();
    Ok(json!({"hours": hours, "sign_ups": places, "teams": teams::names_of(connection, person)?}))
}
