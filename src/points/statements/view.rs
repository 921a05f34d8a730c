//! Wallet and statement lines, as shown.

use base::db::DbResult;
use base::ids::GridUnitId;
use base::money::Points;
use chrono::{DateTime, NaiveDate, Utc};
use diesel::PgConnection;
use ledger::reads::{self, Balance, StatementLine};
use ledger::{AccountKind, TransactionId};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::rules::EventKind;
use crate::{awards, place};

/// Whose wallet.
#[derive(Debug, Clone, Copy)]
pub(super) enum Holder {
    /// A person's.
    Person(Uuid),
    /// An organization's.
    Organization(Uuid),
    /// A household's pool.
    Household(Uuid),
}

impl Holder {
    pub(super) const fn account(self) -> (AccountKind, Uuid) {
        match self {
            Self::Person(id) => (AccountKind::Wallet, id),
            Self::Organization(id) => (AccountKind::Organization, id),
            Self::Household(id) => (AccountKind::Pool, id),
        }
    }

    const fn waiting(self) -> &'static str {
        match self {
            Self::Person(_) => awards::WAITING_OF_PERSON,
            Self::Organization(_) => awards::WAITING_OF_ORGANIZATION,
            Self::Household(_) => awards::WAITING_OF_NOBODY,
        }
    }
}

/// Points that end at a date.
#[derive(Debug, Serialize, ToSchema)]
pub struct Expiring {
    /// Last day of spending, Asia/Shanghai; `null` for a debt.
    pub expires_on: Option<NaiveDate>,
    /// How many; below zero for a debt.
    pub amount: Points,
}

/// What somebody has.
#[derive(Debug, Serialize, ToSchema)]
pub struct WalletView {
    /// Whose book.
    pub community: GridUnitId,
    /// What may be spent today; below zero in debt.
    pub available: Points,
    /// In open orders.
    pub held: Points,
    /// Awards that wait for a budget.
    pub waiting: Points,
    /// `available` by last day of spending, earliest first.
    pub expiring: Vec<Expiring>,
    /// One plain sentence.
    pub summary: String,
}

fn wallet_view(community: GridUnitId, balance: &Balance) -> WalletView {
    let fresh = balance.buckets.iter().filter(|(expires, _)| expires.date().is_none_or(|last| last >= balance.today));
    let available = balance.available();
    let mut summary = format!("可用 {available} 积分");
    if balance.held.is_positive() {
        summary.push_str(&format!("，兑换占用 {} 积分", balance.held));
    }
    if balance.more.is_positive() {
        summary.push_str(&format!("，等待预算 {} 积分", balance.more));
    }
    WalletView {
        community,
        available,
        held: balance.held,
        waiting: balance.more,
        expiring: fresh.map(|(expires, amount)| Expiring { expires_on: expires.date(), amount: *amount }).collect(),
        summary,
    }
}

/// One round trip.
pub(super) fn wallet(connection: &mut PgConnection, community: GridUnitId, holder: Holder) -> DbResult<WalletView> {
    let (kind, owner) = holder.account();
    let balance = reads::balance_of(connection, place::book(community), kind, owner, holder.waiting())?;
    Ok(wallet_view(community, &balance))
}

/// What one transaction did to the wallet.
#[derive(Debug, Serialize, ToSchema)]
pub struct LineView {
    /// Its place in the book.
    pub sequence: i64,
    /// The transaction.
    pub transaction: TransactionId,
    /// Kind of transaction.
    pub kind: String,
    /// Public reason code.
    pub reason: String,
    /// The rule and version that decided the amount.
    pub rule_version: Option<String>,
    /// Points in (above zero) or out.
    pub amount: Points,
    /// Earliest date of the points moved.
    pub expires_on: Option<NaiveDate>,
    /// When the event happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was posted.
    pub posted_at: DateTime<Utc>,
    /// Noun of the row it is about.
    pub about_noun: String,
    /// Id of that row.
    pub about: Uuid,
    /// Where the why-chain is, for awards.
    pub why: Option<String>,
    /// The transaction that it undoes.
    pub reverses: Option<TransactionId>,
    /// One plain sentence.
    pub summary: String,
}

/// What a line is called.
pub(super) fn words(kind: &str, reason: &str) -> String {
    if let Some(event) = EventKind::parse(reason) {
        return event.zh().to_owned();
    }
    let words = match (kind, reason) {
        ("transfer", "gift") => "家人赠与",
        ("transfer", "donation") => "捐赠",
        ("transfer", _) => "转出",
        ("hold", _) => "兑换占用",
        ("capture", _) => "兑换完成",
        ("release", _) => "兑换取消，积分退回",
        ("expire", _) => "到期",
        ("reverse", _) => "冲正",
        ("award", _) => "奖励",
        _ => "其他",
    };
    words.to_owned()
}

impl From<StatementLine> for LineView {
    fn from(line: StatementLine) -> Self {
        let sign = if line.amount.is_positive() { "+" } else { "" };
        let why = (line.subject_kind == "award").then(|| format!("/api/v1/points/awards/{}", line.subject_id));
        Self {
            summary: format!("{} {sign}{} 积分", words(line.kind.name(), &line.reason_code), line.amount),
            sequence: line.sequence,
            transaction: line.id,
            kind: line.kind.name().to_owned(),
            reason: line.reason_code,
            rule_version: line.rule_version,
            amount: line.amount,
            expires_on: line.expires_on.date(),
            occurred_at: line.occurred_at,
            posted_at: line.posted_at,
            about_noun: line.subject_kind,
            about: line.subject_id,
            why,
            reverses: line.reverses,
        }
    }
}
