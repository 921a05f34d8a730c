//! Telling a person something: the inbox row and the push job, inside the caller's transaction.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use base::db::Tx;
use base::error::ApiError;
use base::ids::PersonId;
use base::jobs::NewJob;
use base::keys::KeyRing;
use diesel::PgConnection;
use serde_json::{Value, json};

use super::NotificationId;
use super::rows::{self, NewNotification};
use super::rows_call;

/// A kind of notice. Nouns take those of `templates`, or declare their own as statics.
#[derive(Debug)]
pub struct Template {
    /// Name, stored with the notification; the installation's WeChat template is found by it.
    pub kind: &'static str,
    /// Title, Chinese and English.
    pub title: (&'static str, &'static str),
    /// Text, Chinese and English, with `{parameters}`.
    pub body: (&'static str, &'static str),
    /// Page of the mini program.
    pub link: Option<&'static str>,
    /// Fields of the WeChat message with their values; none: inbox only.
    pub fields: &'static [(&'static str, &'static str)],
}

/// What a person is told.
#[derive(Debug, Clone)]
pub struct Notice {
    template: &'static Template,
    params: Vec<(&'static str, String)>,
    link: Option<String>,
}

impl Notice {
    /// Of a template, without parameters yet.
    pub const fn new(template: &'static Template) -> Self {
        Self { template, params: Vec::new(), link: None }
    }

    /// A parameter; at most 200 characters of it are shown.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value: String = value.into();
        self.params.push((name, value.chars().take(200).collect()));
        self
    }

    /// Opens this page (with an id, say) instead of the template's.
    #[must_use]
    pub fn link(mut self, link: impl Into<String>) -> Self {
        self.link = Some(link.into());
        self
    }

    /// A text with its parameters. One pass over the template: a parameter that looks like `{another}` stays as it is.
    fn fill(&self, text: &str) -> String {
        let mut filled = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((head, tail)) = rest.split_once('{') {
            filled.push_str(head);
            match tail.split_once('}') {
                Some((name, after)) => {
                    filled.push_str(self.param(name).as_ref());
                    rest = after;
                }
                None => {
                    filled.push('{');
                    rest = tail;
                }
            }
        }
        filled.push_str(rest);
        filled
    }

    fn param(&self, name: &str) -> Cow<'_, str> {
        let found = self.params.iter().find(|(known, _)| *known == name);
        found.map_or(Cow::Borrowed(""), |(_, value)| Cow::Borrowed(value.as_str()))
    }

    /// The WeChat message's values, cut to its limits; `None` when the template has none.
    fn fields(&self) -> Option<Value> {
        let fields = self.template.fields;
        (!fields.is_empty())
            .then(|| Value::Array(fields.iter().map(|(key, text)| json!([key, cut(key, &self.fill(text))])).collect()))
    }
}

/// `thing` takes 20 characters and no line breaks; an empty value would refuse the whole message.
fn cut(key: &str, value: &str) -> String {
    let limit = match key.trim_end_matches(|c: char| c.is_ascii_digit()) {
        "phrase" => 5,
        "name" => 10,
        "thing" => 20,
        _ => 32,
    };
    let flat: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let flat = flat.trim();
    if flat.chars().count() > limit {
        return flat.chars().take(limit - 1).chain(std::iter::once('…')).collect();
    }
    if flat.is_empty() { "-".to_owned() } else { flat.to_owned() }
}

/// The push job.
pub(super) const PUSH: &str = "notify_push";

/// Tells a person: writes the inbox row under the person's head and enqueues the push. The head stays locked until the transaction
/// ends, so whoever tells several people does it by [`send_all`] or in order of their ids, and before a contended row is locked.
pub fn send(tx: &mut Tx<'_>, person: PersonId, notice: &Notice) -> Result<(), ApiError> {
    send_all(tx, &[(person, notice.clone())])
}

/// Tells several people, or one several things, in three statements; heads are locked in the order of ids.
pub fn send_all(tx: &mut Tx<'_>, notices: &[(PersonId, Notice)]) -> Result<(), ApiError> {
    if notices.is_empty() {
        return Ok(());
    }
    let mut counts: BTreeMap<PersonId, i64> = BTreeMap::new();
    for (person, _) in notices {
        *counts.entry(*person).or_default() += 1;
    }
    let mut next = rows::next_sequences(tx.conn(), &counts)?;
    let mut told = Vec::with_capacity(notices.len());
    for (person, notice) in notices {
        let sequence = next.get_mut(person).ok_or_else(|| ApiError::internal(anyhow::anyhow!("an inbox without a head")))?;
        told.push(notice.row(*person, *sequence));
        *sequence += 1;
    }
    rows::insert(tx.conn(), &told)?;
    let pushes: Vec<NewJob> = told.iter().filter(|row| row.push_fields.is_some()).map(push).collect();
    tx.enqueue_all(&pushes)?;
    Ok(())
}

/// Tells several people the same, each once however often they are named.
pub fn tell(tx: &mut Tx<'_>, people: impl IntoIterator<Item = PersonId>, notice: &Notice) -> Result<(), ApiError> {
    let people = BTreeSet::from_iter(people);
    let notices: Vec<_> = people.into_iter().map(|person| (person, notice.clone())).collect();
    send_all(tx, &notices)
}

fn push(row: &NewNotification<'_>) -> NewJob {
    NewJob::new(PUSH, json!({"person": row.person_id, "sequence": row.sequence})).once(format!("{PUSH}:{}", row.id))
}

impl Notice {
    /// The inbox row.
    fn row(&self, person: PersonId, sequence: i64) -> NewNotification<'_> {
        let (template, fields) = (self.template, self.fields());
        NewNotification {
            person_id: person,
            sequence,
            id: NotificationId::new(),
            kind: template.kind,
            title_zh: template.title.0,
            title_en: template.title.1,
            body_zh: self.fill(template.body.0),
            body_en: self.fill(template.body.1),
            link: self.link.as_deref().or(template.link),
            push_state: if fields.is_some() { "queued" } else { "none" },
            push_fields: fields,
        }
    }
}

/// The hook of a closed account: inbox and call list go; consents stay as pseudonymous counts.
pub fn erase(tx: &mut Tx<'_>, person: PersonId) -> Result<(), ApiError> {
    rows_call::erase(tx.conn(), person)?;
    rows::erase(tx.conn(), person)?;
    Ok(())
}

/// The hook of merged accounts: calls that are still to be made are the remaining account's. Old messages stay in the old inbox until
/// their year is over, and consents to WeChat messages are counted anew: the journal of both is append-only.
pub fn merge(tx: &mut Tx<'_>, gone: PersonId, keep: PersonId) -> Result<(), ApiError> {
    Ok(rows_call::hand_over(tx.conn(), gone, keep)?)
}

/// One's own inbox, the newest thousand.
pub fn export(connection: &mut PgConnection, _ring: &KeyRing, person: PersonId) -> Result<Value, ApiError> {
    let rows = rows::newest(connection, person, None, 1_000)?;
    let told =
        rows.iter().map(|row| json!({"at": row.created_at, "title": row.title_zh, "text": row.body_zh, "read_at": row.read_at}));
    Ok(json!({ "inbox": told.collect::<Vec<_>>() }))
}

#[cfg(test)]
mod tests {
    use super::super::templates;
    use super::*;

    #[test]
    fn parameters_are_filled_once() {
        let notice = Notice::new(&templates::RESIDENCY_REFUSED).with("place", "{reason}").with("reason", "不在册");
        assert_eq!(notice.fill(templates::RESIDENCY_REFUSED.body.0), "您在「{reason}」的住址未通过：不在册");
        assert_eq!(notice.fill("a{"), "a{");
        assert_eq!(notice.fill("{unknown}!"), "!");
    }

    #[test]
    fn values_fit_into_wechats_fields() {
        assert_eq!(cut("thing1", &"长".repeat(30)).chars().count(), 20);
        assert_eq!(cut("phrase2", "已经确认通过了"), "已经确认…");
        assert_eq!(cut("thing1", "一\n二"), "一 二");
        assert_eq!(cut("thing1", "  "), "-");
        assert_eq!(cut("number2", "12.5"), "12.5");
    }

    #[test]
    fn every_template_is_known_once_and_fills_its_fields() {
        let mut kinds: Vec<&str> = templates::ALL.iter().map(|template| template.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        assert_eq!(kinds.len(), templates::ALL.len());
        for template in templates::ALL {
            assert!(template.title.0.chars().count() <= 20, "{}", template.kind);
            for (_, value) in template.fields {
                let name = value.trim_matches(['{', '}']);
                assert!(!value.starts_with('{') || template.body.0.contains(&format!("{{{name}}}")), "{} {value}", template.kind);
            }
        }
    }
}
