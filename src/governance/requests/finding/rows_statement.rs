//! The statement behind the list of requests. It walks backwards along an index from each community, place or unit that the scope reaches
//! and stops at a page, so that its cost doesn't grow with what lies behind; only conditions that were asked stand in it. What leads to
//! few requests by itself (rare words, a person) is looked up instead, and the scope is a condition: walking would pass by everything else.

use chrono::NaiveDate;
use uuid::Uuid;

use super::rows::{Heads, Wanted};

/// A value of a statement.
pub(super) enum Bind {
    Ids(Vec<Uuid>),
    Id(Uuid),
    Text(String),
    Day(NaiveDate),
}

/// A statement in the making.
#[derive(Default)]
pub(super) struct Statement {
    pub(super) binds: Vec<Bind>,
    conditions: String,
    /// How the requests of one person are found; either will do.
    led: Vec<String>,
    /// The place of words that a walk asks for.
    words: Option<String>,
}

pub(super) const OPEN: &str = "r.state NOT IN ('answered', 'closed', 'cancelled')";

impl Statement {
    fn bind(&mut self, value: Bind) -> String {
        self.binds.push(value);
        format!("${}", self.binds.len())
    }

    fn text(&mut self, condition: &str, value: &str) {
        let place = self.bind(Bind::Text(value.to_owned()));
        self.conditions += &format!(" AND {condition} {place}");
    }

    fn id(&mut self, condition: &str, value: Uuid) {
        let place = self.bind(Bind::Id(value));
        self.conditions += &format!(" AND {condition} {place}");
    }

    fn day(&mut self, condition: &str, value: NaiveDate) {
        let place = self.bind(Bind::Day(value));
        self.conditions += &format!(" AND {condition} {place}");
    }

    /// A word of a closed list. It stands in the text, so that the planner knows which index holds it.
    fn word(&mut self, column: &str, word: &'static str) {
        self.conditions += &format!(" AND r.{column} = '{word}'");
    }

    fn narrow(&mut self, wanted: &Wanted) {
        if let Some(state) = wanted.state {
            self.word("state", state.name());
        }
        match wanted.open {
            Some(true) => self.conditions += &format!(" AND {OPEN}"),
            Some(false) => self.conditions += " AND r.state IN ('answered', 'closed', 'cancelled')",
            None => {}
        }
        if let Some(desk) = wanted.desk {
            self.word("desk", desk.name());
        }
        if let Some(category) = &wanted.category {
            self.text("r.category =", category);
        }
        if let Some(source) = wanted.source {
            self.word("source", source.name());
        }
        if let Some(unit) = wanted.organization {
            self.id("r.organization_id =", unit.0);
        }
        if let Some(outcome) = wanted.outcome {
            self.word("outcome", outcome.name());
        }
        if wanted.overdue {
            // As a value: the planner doesn't know that most of what is open may be late, and would read all of it.
            self.conditions += &format!(" AND (r.due_at < palm_now()) IS TRUE AND {OPEN}");
        }
        if wanted.danger == Some(false) {
            self.conditions +=
                " AND NOT EXISTS (SELECT 1 FROM request_details d WHERE d.request_id = r.id AND d.danger IS NOT NULL)";
        }
        if let Some(person) = wanted.mine {
            let place = self.bind(Bind::Id(person.0));
            self.led.extend([format!("r.lead_id = {place}"), format!("r.entered_by = {place}")]);
        }
        if let Some(number) = &wanted.number {
            self.text("r.number =", number);
        }
        if let Some(from) = wanted.filed_from {
            self.day("r.filed_on >=", from);
        }
        if let Some(to) = wanted.filed_to {
            self.day("r.filed_on <=", to);
        }
        if let Some(after) = wanted.after {
            self.id("r.id <", after.0);
        }
    }

    /// One walk: `from` names the table `r`, `place` is the condition that binds it to a head. Where days are asked they are where the
    /// walk begins and ends; ids go up with days, so the order is the same.
    fn walk(&self, from: &str, place: &str, wanted: &Wanted) -> String {
        let days = wanted.filed_from.is_some() || wanted.filed_to.is_some();
        let order = if days { "r.filed_on DESC, r.id DESC" } else { "r.id DESC" };
        let (conditions, words, limit) = (&self.conditions, self.says("r.id"), wanted.limit);
        format!("SELECT r.id FROM {from} WHERE {place}{conditions}{words} ORDER BY {order} LIMIT {limit}")
    }

    /// The words as a value, no join: each request that a walk passes is asked, whatever the planner thinks of the words together.
    fn says(&self, id: &str) -> String {
        let says = |place| format!(" AND (SELECT s.tok @@ {place}::tsquery FROM request_search s WHERE s.request_id = {id})");
        self.words.as_ref().map(says).unwrap_or_default()
    }

    /// A walk from each of these heads: `condition` binds one to `h.id`.
    fn each(&mut self, heads: Vec<Uuid>, from: &str, condition: &str, wanted: &Wanted) -> String {
        let place = self.bind(Bind::Ids(heads));
        let walk = self.walk(from, condition, wanted);
        format!("SELECT w.id FROM unnest({place}) AS h(id) CROSS JOIN LATERAL ({walk}) w")
    }

    /// Walks from all heads.
    fn walks(&mut self, heads: Heads, wanted: &Wanted) -> Vec<String> {
        let mut parts = Vec::new();
        if heads.all {
            parts.push(self.walk("requests r", "true", wanted));
        }
        if !heads.communities.is_empty() {
            // Frequent words stand anywhere: one walk for all communities finds a page of them soonest.
            parts.push(if self.words.is_some() && heads.communities.len() > 1 {
                let place = self.bind(Bind::Ids(heads.communities));
                self.walk("requests r", &format!("r.community_id = ANY({place})"), wanted)
            } else {
                self.each(heads.communities, "requests r", "r.community_id = h.id", wanted)
            });
        }
        if !heads.units.is_empty() {
            parts.push(if self.words.is_some() {
                // First put in order, then asked one after the other until the page is full.
                let place = self.bind(Bind::Ids(heads.units));
                let (conditions, words, limit) = (&self.conditions, self.says("q.id"), wanted.limit);
                format!(
                    "SELECT q.id FROM (SELECT r.id FROM requests r WHERE r.grid_unit_id = ANY({place}){conditions} \
                     ORDER BY r.id DESC OFFSET 0) q WHERE true{words} ORDER BY q.id DESC LIMIT {limit}"
                )
            } else {
                self.each(heads.units, "requests r", "r.grid_unit_id = h.id", wanted)
            });
        }
        if !heads.organizations.is_empty() {
            let only = heads.only.map(|(communities, ids)| self.only(communities, ids)).unwrap_or_default();
            // What a unit leads stands in the request itself, under indexes of its own; what it helps with are few. Whether it still has it is
            // asked as a value: the planner would take a join for a reason to read everything.
            let leads = "r.organization_id = h.id AND (SELECT true FROM request_assignments a WHERE a.request_id = r.id \
                         AND a.ended_at IS NULL AND a.organization_id = h.id)";
            let helps = "a.organization_id = h.id AND a.part = 'co' AND a.ended_at IS NULL";
            let joined = "request_assignments a JOIN requests r ON r.id = a.request_id";
            for (from, condition) in [("requests r", leads), (joined, helps)] {
                parts.push(self.each(heads.organizations.clone(), from, &format!("{condition}{only}"), wanted));
            }
        }
        parts
    }

    fn only(&mut self, communities: bool, ids: Vec<Uuid>) -> String {
        let column = if communities { "r.community_id" } else { "r.grid_unit_id" };
        format!(" AND {column} = ANY({})", self.bind(Bind::Ids(ids)))
    }

    /// The scope as a condition.
    fn within(&mut self, heads: Heads) -> String {
        if heads.all {
            return "true".to_owned();
        }
        let mut parts = Vec::new();
        for (column, ids) in [("r.community_id", heads.communities), ("r.grid_unit_id", heads.units)] {
            if !ids.is_empty() {
                parts.push(format!("{column} = ANY({})", self.bind(Bind::Ids(ids))));
            }
        }
        if !heads.organizations.is_empty() {
            let only = heads.only.map(|(communities, ids)| self.only(communities, ids)).unwrap_or_default();
            let place = self.bind(Bind::Ids(heads.organizations));
            parts.push(format!(
                "EXISTS (SELECT 1 FROM request_assignments a WHERE a.request_id = r.id AND a.ended_at IS NULL \
                 AND a.organization_id = ANY({place}){only})"
            ));
        }
        format!("({})", parts.join(" OR "))
    }

    /// The newest of these requests that lie within the scope and are wanted; `words` are asked of each.
    pub(super) fn among(&mut self, ids: Vec<Uuid>, words: Option<String>, heads: Heads, wanted: &Wanted) -> String {
        self.narrow(wanted);
        self.words = words.map(|words| self.bind(Bind::Text(words)));
        let (ids, within) = (self.bind(Bind::Ids(ids)), self.within(heads));
        let led = if self.led.is_empty() { String::new() } else { format!(" AND ({})", self.led.join(" OR ")) };
        let (conditions, words, limit) = (&self.conditions, self.says("r.id"), wanted.limit);
        // Off with the order first: read in the order of the index, all newer requests would be passed by.
        format!(
            "SELECT r.id FROM unnest({ids}) AS f(id) JOIN requests r ON r.id = f.id WHERE {within}{led}{conditions}{words} \
             ORDER BY r.id DESC LIMIT {limit}"
        )
    }

    /// The newest of the scope's requests that are wanted; `words` are asked of each.
    pub(super) fn walking(&mut self, words: Option<String>, heads: Heads, wanted: &Wanted) -> String {
        self.narrow(wanted);
        self.words = words.map(|words| self.bind(Bind::Text(words)));
        let led = std::mem::take(&mut self.led);
        let parts = if led.is_empty() {
            self.walks(heads, wanted)
        } else {
            let within = self.within(heads);
            led.iter().map(|led| self.walk("requests r", &format!("{led} AND {within}"), wanted)).collect()
        };
        let parts: Vec<String> = parts.into_iter().map(|part| format!("({part})")).collect();
        format!("SELECT id FROM ({}) found ORDER BY id DESC LIMIT {}", parts.join(" UNION "), wanted.limit)
    }
}
