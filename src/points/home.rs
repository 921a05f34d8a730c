//! Hooks: what points put on the home screen, what a person takes along, and what is forgotten when they leave.

use base::db::{Context, Db, DbResult, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use base::money::Points;
use diesel::PgConnection;
use ledger::reads::{self, StatementLine};
use ledger::{About, AccountKind, BookId, Fact, Party, Posting, ReasonCode};
use people::community::merges;
use people::grid::{self, Scope};
use people::identity::{Actor, HomeItem, Role};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::{awards, budgets, contributions, expiry, place, reversals, rules};

/// Units in which the actor decides on points.
fn deciding(actor: &Actor) -> Scope {
    let community = actor.holding(Role::CommunityStaff).into_iter().filter_map(|held| Some(held.path?.community()));
    let street = actor.holding(Role::StreetStaff).into_iter().filter_map(|held| Some(held.path?.street()));
    Scope { units: community.chain(street).collect(), ..Scope::default() }
}

/// What waits for the actor, and what they have.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let mut items = Vec::new();
    let scope = deciding(actor);
    if !scope.units.is_empty() {
        staff(connection, &scope, actor.person, &mut items)?;
    }
    for book in reads::books_of(connection, AccountKind::Wallet, actor.person.0)? {
        items.push(wallet(connection, book, actor.person)?);
    }
    Ok(items)
}

fn staff(connection: &mut PgConnection, scope: &Scope, person: PersonId, items: &mut Vec<HomeItem>) -> DbResult<()> {
    let counts = [
        ("budget", budgets::waiting_decisions(connection, scope, person)?, "budgets", "积分预算", "项预算申请待审批"),
        ("rule", rules::waiting_drafts(connection, scope, person)?, "rules?state=draft", "积分规则", "条积分规则待审批"),
        (
            "contribution",
            contributions::waiting_contributions(connection, scope, person)?,
            "contributions?state=requested",
            "单位贡献",
            "项单位贡献待确认",
        ),
        (
            "reversal",
            reversals::waiting_reversals(connection, scope, person)?,
            "reversals?state=requested",
            "积分冲正",
            "项冲正待审批",
        ),
        ("award", awards::waiting_count(connection, scope)?, "awards/waiting", "等待预算", "笔奖励等待预算到位"),
    ];
    for (kind, count, link, title, what) in counts {
        if count > 0 {
            items.push(HomeItem {
                kind: kind.to_owned(),
                title: title.to_owned(),
                summary: format!("有 {count} {what}"),
                deadline: None,
                link: format!("/api/v1/points/{link}"),
            });
        }
    }
    Ok(())
}

fn wallet(connection: &mut PgConnection, book: BookId, person: PersonId) -> DbResult<HomeItem> {
    let balance = reads::balance_of(connection, book, AccountKind::Wallet, person.0, awards::WAITING_OF_PERSON)?;
    let soon = balance.today.checked_add_days(chrono::Days::new(30)).unwrap_or(balance.today);
    let ending = balance.buckets.iter().filter_map(|(expires, amount)| {
        let last = expires.date()?;
        (last >= balance.today && last <= soon).then_some(amount.hundredths())
    });
    let ending = Points::from_hundredths(ending.sum());
    let mut summary = format!("可用 {} 积分", balance.available());
    if ending.is_positive() {
        summary.push_str(&format!("，其中 {ending} 积分将在 30 天内到期"));
    }
    let link = format!("/api/v1/points/wallet?community={book}");
    Ok(HomeItem { kind: "wallet".to_owned(), title: "我的积分".to_owned(), summary, deadline: None, link })
}

/// What a person takes along: wallets, statement lines and awards, by community.
pub(crate) fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let mut books = Vec::new();
    for book in reads::books_of(connection, AccountKind::Wallet, person.0)? {
        let community = grid::unit_find(connection, GridUnitId(book.0))?.map(|unit| unit.name);
        let balance = reads::balance_of(connection, book, AccountKind::Wallet, person.0, awards::WAITING_OF_PERSON)?;
        let lines = reads::statement_lines(connection, book, AccountKind::Wallet, person.0, None, 100_000)?;
        let lines: Vec<Value> = lines.iter().map(line).collect();
        books.push(json!({
            "community": community,
            "available": balance.available(),
            "held": balance.held,
            "waiting": balance.more,
            "statement": lines,
        }));
    }
    Ok(Value::Array(books))
}

fn line(line: &StatementLine) -> Value {
    json!({
        "sequence": line.sequence,
        "transaction": line.id,
        "kind": line.kind,
        "reason": line.reason_code,
        "rule_version": line.rule_version,
        "amount": line.amount,
        "expires_on": line.expires_on.date(),
        "occurred_at": line.occurred_at,
        "posted_at": line.posted_at,
    })
}

/// Before an erasure: what may still be spent goes out of circulation, in a transaction of its own per book. Holds end before
/// (a hook of whoever made them). Run again, it finds nothing.
pub(crate) fn forfeit(db: &Db, person: PersonId) -> Result<(), ApiError> {
    empty(db, person, &Emptied { to: Party::ISSUANCE, fact: "forfeit", reason: FORFEITED, action: "account_close" })
}

/// Before two accounts become one: what may be spent is passed on with its dates, in a transaction of its own per book.
pub(crate) fn pass_on(db: &Db, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    empty(db, gone, &Emptied { to: Party::wallet(keep), fact: "merge", reason: MERGED, action: "account_merge" })
}

/// Where a wallet's points go, and as what.
struct Emptied {
    to: Party,
    fact: &'static str,
    reason: ReasonCode,
    action: &'static str,
}

fn empty(db: &Db, person: PersonId, how: &Emptied) -> Result<(), ApiError> {
    for book in db.read_now(|connection| reads::books_of(connection, AccountKind::Wallet, person.0))? {
        let balance = db.read_now(|connection| reads::balance_of(connection, book, AccountKind::Wallet, person.0, ""))?;
        let available = balance.available();
        if !available.is_positive() {
            continue;
        }
        db.transaction_now(&Context::job(), |mut tx| -> Result<_, ApiError> {
            let about = About {
                fact: Fact::new(format!("{}:{}", how.fact, Uuid::now_v7())).map_err(ApiError::internal)?,
                subject: place::subject("book", book.0),
                reason: how.reason.clone(),
                rule: None,
                actor: ledger::Actor::System,
                approvers: Vec::new(),
                occurred_at: tx.now()?,
            };
            let posting = Posting::transfer(about, Party::wallet(person), how.to, available);
            let audit = base::db::Audit::new(how.action, "book", book.0).at(GridUnitId(book.0));
            tx.audit(audit.after(json!({"amount": available})))?;
            ledger::post_one(tx, book, posting, |_receipt| ())
        })?;
    }
    Ok(())
}

const FORFEITED: ReasonCode = ReasonCode::known("account_closed");
const MERGED: ReasonCode = ReasonCode::known("account_merged");

/// What reached accounts after they were merged (an award that had waited, a refund) is passed on too.
pub(crate) fn follow_merges(db: &Db) -> Result<(), ApiError> {
    for (gone, keep) in db.read_now(merges::ended)? {
        pass_on(db, gone, keep)?;
    }
    Ok(())
}

/// The erasure itself: the journal keeps its entries, nothing leads from them to the person any more.
pub(crate) fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    awards::give_up(tx, person)?;
    expiry::forget(tx.conn(), person)?;
    ledger::erase(tx.conn(), person)?;
    Ok(())
}
