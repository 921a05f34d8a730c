//! Family proxies over HTTP: asking, deciding, ending, and telling both sides. The table and the states are `identity::proxy`'s; here
//! stand who may decide and that nobody decides for their own family.

pub mod http;

use base::db::Tx;
use base::error::{self, ApiError};
use base::ids::PersonId;
use diesel::PgConnection;

use super::residencies;
use crate::grid::{Scope, Target};
use crate::identity::{self, Actor, HomeItem, NewProxy, Proxy, ProxyId, ProxyMove, Relation, Role};
use crate::notify::{self, Notice, templates};

base::error_codes! {
    PROXY_PERSON_UNKNOWN 422 "proxy_person_unknown" "没有这个居民编号，请与家人核对。" "Nobody has this number; ask your relative for it.";
    PROXY_TOO_MANY 409 "proxy_too_many" "亲情代理数量已达上限。" "There are too many family proxies already.";
    PROXY_DECIDES_THEMSELVES 409 "proxy_decides_themselves" "该居民使用自己的账号，须由本人确认。" "This person has an account of their own and decides themselves.";
    PROXY_CONSENT_REQUIRED 422 "proxy_consent_required" "请记录当面同意的内容和版本。" "Write down the consent that was given face to face, and its version.";
}

crate::permissions! {
    /// Ask to act for a relative.
    ProxyAsk "proxy_ask" [Person Own];
    /// See for whom one acts, and who acts for oneself.
    ProxyMine "proxy_mine" [Person Own];
    /// See family proxies of one's scope.
    ProxyList "proxy_list" [GridWorker Grid, CommunityStaff Community];
    /// See one family proxy.
    ProxyFind "proxy_find" [Person Own, GridWorker Grid, CommunityStaff Community];
    /// Confirm a family proxy.
    ProxyConfirm "proxy_confirm" [Person Own, GridWorker Grid, CommunityStaff Community];
    /// Refuse a family proxy.
    ProxyRefuse "proxy_refuse" [Person Own, GridWorker Grid, CommunityStaff Community];
    /// End a family proxy.
    ProxyEnd "proxy_end" [Person Own, GridWorker Grid, CommunityStaff Community];
}

/// Open proxies that one person may have, and that one relative may hold.
const MOST: (i64, i64) = (3, 5);

/// Enters what a relative asks for and tells the person. A number that is nobody's has the same answer as one's own.
fn ask(tx: &mut Tx<'_>, id: ProxyId, proxy: PersonId, number: &str, relation: Relation) -> Result<(), ApiError> {
    let found = identity::person_by_number(tx.conn(), number)?.filter(|(person, _)| *person != proxy);
    let (person, _managed) = found.ok_or_else(|| ApiError::of(&PROXY_PERSON_UNKNOWN))?;
    identity::require_of_age(tx.conn(), proxy)?;
    let (of_person, of_proxy) = identity::proxy_counts(tx.conn(), person, proxy)?;
    if of_person >= MOST.0 || of_proxy >= MOST.1 {
        return Err(ApiError::of(&PROXY_TOO_MANY));
    }
    if !identity::proxy_ask(tx, &NewProxy { id, person, proxy, relation })? {
        return Err(ApiError::of(&error::ALREADY_EXISTS));
    }
    let name = nickname(tx, proxy)?;
    let notice = Notice::new(&templates::PROXY_ASKED).with("name", name).with("relation", relation.zh());
    notify::send(tx, person, &notice)
}

fn nickname(tx: &mut Tx<'_>, person: PersonId) -> Result<String, ApiError> {
    let names = identity::names_by_ids(tx.conn(), &[person])?;
    Ok(names.get(&person).map_or_else(String::new, |name| name.nickname.clone()))
}

/// One of the two people, or somebody whose scope holds the place of the one who is acted for; else 404.
fn require(connection: &mut PgConnection, scope: &Scope, row: &Proxy) -> Result<(), ApiError> {
    let sides = [row.person_id, row.proxy_id];
    if sides.iter().any(|side| scope.reaches(&Target { person: Some(*side), ..Target::default() })) {
        return Ok(());
    }
    let places = identity::places_of(connection, row.person_id)?;
    let reached = places.iter().any(|place| scope.reaches(&Target { unit: Some(place), ..Target::default() }));
    if reached { Ok(()) } else { Err(ApiError::of(&error::NOT_FOUND)) }
}

fn locked(tx: &mut Tx<'_>, scope: &Scope, id: ProxyId) -> Result<Proxy, ApiError> {
    let row = identity::proxy_lock(tx.conn(), id)?.ok_or_else(|| ApiError::of(&error::NOT_FOUND))?;
    require(tx.conn(), scope, &row)?;
    Ok(row)
}

/// What a worker writes down: version of the text that was read, and how the person agreed.
type Consent = (String, String);

/// Confirms or refuses: the person, or a worker for a managed account (confirming needs the recorded consent), never for family.
fn decide(
    tx: &mut Tx<'_>,
    scope: &Scope,
    id: ProxyId,
    by: ProxyMove,
    decider: PersonId,
    consent: Option<&Consent>,
) -> Result<(), ApiError> {
    let row = locked(tx, scope, id)?;
    if decider == row.proxy_id {
        return Err(ApiError::of(&identity::OWN_AFFAIR));
    }
    let written = if decider == row.person_id { None } else { by_worker(tx, &row, by, decider, consent)? };
    identity::proxy_decide(tx, &row, by, decider, written)?;
    let said = if by == ProxyMove::Confirm { ("已确认", "confirmed") } else { ("未通过", "refused") };
    notify::send(tx, row.proxy_id, &Notice::new(&templates::PROXY_DECIDED).with("zh", said.0).with("en", said.1))
}

fn by_worker<'a>(
    tx: &mut Tx<'_>,
    row: &Proxy,
    by: ProxyMove,
    worker: PersonId,
    consent: Option<&'a Consent>,
) -> Result<Option<(&'a str, &'a str)>, ApiError> {
    let names = identity::names_by_ids(tx.conn(), &[row.person_id])?;
    if !names.get(&row.person_id).is_some_and(|name| name.managed) {
        return Err(ApiError::of(&PROXY_DECIDES_THEMSELVES));
    }
    if residencies::same_household(tx.conn(), worker, row.proxy_id)?
        || residencies::same_household(tx.conn(), worker, row.person_id)?
    {
        return Err(ApiError::of(&identity::OWN_AFFAIR));
    }
    match (by, consent) {
        (ProxyMove::Confirm, None) => Err(ApiError::of(&PROXY_CONSENT_REQUIRED)),
        (_, given) => Ok(given.map(|(version, text)| (version.as_str(), text.as_str()))),
    }
}

/// Ends it and tells whoever of the two didn't.
fn end(tx: &mut Tx<'_>, scope: &Scope, id: ProxyId, by: PersonId) -> Result<(), ApiError> {
    let row = locked(tx, scope, id)?;
    identity::proxy_end(tx, &row, Some(by))?;
    let mut told: Vec<PersonId> = [row.person_id, row.proxy_id].into_iter().filter(|side| *side != by).collect();
    told.sort();
    for person in told {
        let other = if person == row.person_id { row.proxy_id } else { row.person_id };
        let name = nickname(tx, other)?;
        notify::send(tx, person, &Notice::new(&templates::PROXY_ENDED).with("name", name))?;
    }
    Ok(())
}

/// What waits for the person, and for the workers of managed accounts.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let units =
        [Role::GridWorker, Role::CommunityStaff].iter().flat_map(|role| actor.holding(*role)).filter_map(|held| held.path);
    let scope = Scope { units: units.collect(), ..Scope::default() };
    let (own, theirs) = identity::proxies_waiting(connection, actor.person, &scope)?;
    let item = |summary: String, link: &str| HomeItem {
        kind: "proxy".to_owned(),
        title: "亲情代理待确认".to_owned(),
        summary,
        deadline: None,
        link: link.to_owned(),
    };
    let mut items = Vec::new();
    if own > 0 {
        items.push(item(format!("有 {own} 位亲属申请做您的亲情代理"), "/api/v1/me/proxies"));
    }
    if theirs > 0 {
        items.push(item(format!("有 {theirs} 个代管账户的亲情代理待确认"), "/api/v1/proxies?state=asked"));
    }
    Ok(items)
}
