//! The file: comma-separated text, one row a message, the oldest first within each topic.

use std::collections::HashMap;

use base::clock::SHANGHAI;
use base::db::{Audit, Finished, Tx};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use base::text::{harmless, mask_name};
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeZone as _, Utc};
use diesel::PgConnection;
use people::identity::{self, Actor};
use requests::CaseId;
use serde_json::json;
use uuid::Uuid;

use super::rows::{self, Line, Whose};
use crate::messages::{ChatMessageKind, MessageState};
use crate::reach::found;
use crate::{GroupId, Part, TopicId, groups};

/// Messages of one file; of more, the newest.
const MOST: i64 = 20_000;
/// Names of the columns.
const HEAD: [&str; 8] = ["话题", "序号", "时间", "身份", "称呼", "状态", "内容", "诉求编号"];

/// First and last day of a file, Asia/Shanghai.
pub(super) type Between = (Option<NaiveDate>, Option<NaiveDate>);

/// The file of a topic that the actor moderates; 404 for everybody else.
pub(super) fn of_topic(mut tx: Tx<'_>, actor: &Actor, id: TopicId) -> Result<Finished<Vec<u8>>, ApiError> {
    let seen = groups::may_moderate(tx.conn(), actor, id)?;
    let entry = Audit::new("chat_topic_export", "chat_topic", id.0);
    let (group, unit) = (seen.topic.group_id, seen.topic.grid_unit_id);
    let file = make(&mut tx, (Whose::Topic(id), group, unit), (None, None), entry)?;
    Ok(tx.done(file)?)
}

/// The file of a group that the actor moderates; 404 for everybody else, 422 for days in the wrong order.
pub(super) fn of_group(mut tx: Tx<'_>, actor: &Actor, id: GroupId, days: Between) -> Result<Finished<Vec<u8>>, ApiError> {
    let within = groups::belongs(tx.conn(), actor, id)?;
    found((within.part == Part::Moderator).then_some(()))?;
    if days.0.zip(days.1).is_some_and(|(from, to)| from > to) {
        return Err(ApiError::invalid("/to", "lies before from"));
    }
    let entry = Audit::new("chat_group_export", "chat_group", id.0);
    let file = make(&mut tx, (Whose::Group(id), id, within.group.grid_unit_id), days, entry)?;
    Ok(tx.done(file)?)
}

fn make(
    tx: &mut Tx<'_>,
    (whose, group, unit): (Whose, GroupId, GridUnitId),
    (from, to): Between,
    entry: Audit,
) -> Result<Vec<u8>, ApiError> {
    let begin = |day: NaiveDate| -> Option<DateTime<Utc>> {
        SHANGHAI.from_local_datetime(&day.and_time(NaiveTime::MIN)).single().map(|at| at.with_timezone(&Utc))
    };
    let until = to.and_then(|day| day.checked_add_days(Days::new(1))).and_then(begin);
    let mut lines = rows::lines(tx.conn(), whose, (from.and_then(begin), until), MOST + 1)?;
    let truncated = i64::try_from(lines.len()).unwrap_or(i64::MAX) > MOST;
    lines.truncate(usize::try_from(MOST).unwrap_or(0));
    lines.reverse();
    let beside = Beside::load(tx.conn(), group, &lines)?;
    tx.audit(entry.at(unit).after(json!({"messages": lines.len(), "truncated": truncated, "from": from, "to": to})))?;
    written(lines.iter().map(|line| beside.row(line))).map_err(ApiError::internal)
}

/// The mark tells spreadsheets that it is UTF-8.
fn written(rows: impl Iterator<Item = [String; 8]>) -> Result<Vec<u8>, csv::Error> {
    let mut writer = csv::Writer::from_writer("\u{FEFF}".as_bytes().to_vec());
    writer.write_record(HEAD)?;
    for row in rows {
        writer.write_record(row.map(|cell| harmless(&cell)))?;
    }
    writer.into_inner().map_err(|why| csv::Error::from(std::io::Error::other(why.to_string())))
}

/// What stands beside the messages.
struct Beside {
    names: HashMap<PersonId, String>,
    numbers: HashMap<CaseId, String>,
}

impl Beside {
    fn load(connection: &mut PgConnection, group: GroupId, lines: &[Line]) -> Result<Self, ApiError> {
        let mut persons: Vec<PersonId> = lines.iter().filter_map(|line| line.author).collect();
        persons.sort_unstable();
        persons.dedup();
        let names = identity::names_by_ids(connection, &persons)?;
        let mut names: HashMap<PersonId, String> = names.into_iter().map(|(id, name)| (id, name.nickname)).collect();
        names.extend(groups::rows::nicknames(connection, group, &persons)?);
        let cases: Vec<CaseId> = lines.iter().filter_map(|line| line.case).collect();
        let numbers = requests::briefs(connection, &cases)?.into_iter().map(|(id, brief)| (id, brief.number)).collect();
        Ok(Self { names, numbers })
    }

    fn row(&self, line: &Line) -> [String; 8] {
        let who = match (line.kind, line.as_worker) {
            (ChatMessageKind::System, _) => "系统",
            (ChatMessageKind::Message, true) => "工作人员",
            (ChatMessageKind::Message, false) => "居民",
        };
        let name = match (line.kind, line.author) {
            (ChatMessageKind::System, _) => String::new(),
            (_, None) => crate::GONE.to_owned(),
            (_, Some(author)) => self.names.get(&author).map_or_else(String::new, |name| mask_name(name)),
        };
        let text = line.text.as_deref().filter(|_| line.state == MessageState::Published);
        [
            line.title.clone(),
            line.sequence.map_or_else(String::new, |sequence| sequence.to_string()),
            line.at.with_timezone(&SHANGHAI).format("%Y-%m-%d %H:%M").to_string(),
            who.to_owned(),
            name,
            line.state.zh().to_owned(),
            text.map_or_else(String::new, struck),
            line.case.and_then(|case| self.numbers.get(&case).cloned()).unwrap_or_default(),
        ]
    }
}

/// Numbers of five digits and more may be phones; those of requests are written with dashes and shorter parts.
fn struck(text: &str) -> String {
    let (mut kept, mut digits) = (String::with_capacity(text.len()), String::new());
    for one in text.chars().chain(std::iter::once('\0')) {
        if one.is_numeric() {
            digits.push(one);
            continue;
        }
        kept.push_str(if digits.chars().count() >= 5 { "***" } else { &digits });
        digits.clear();
        if one != '\0' {
            kept.push(one);
        }
    }
    kept
}

/// The name that a file is offered under.
pub(super) fn name(id: Uuid) -> String {
    format!("attachment; filename=\"chat-{id}.csv\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_numbers_are_struck_out_and_short_ones_stay() {
        assert_eq!(struck("3号楼，电话13900000000找我"), "3号楼，电话***找我");
        assert_eq!(struck("诉求 SQ-1124-0031"), "诉求 SQ-1124-0031");
        assert_eq!(struck("１３９００００００００"), "***");
    }

    #[test]
    fn a_file_has_the_mark_the_head_and_no_formula() {
        let row: [String; 8] = std::array::from_fn(|x| format!("=格{x}"));
        let text = String::from_utf8(written(std::iter::once(row)).unwrap()).unwrap();
        assert!(text.starts_with("\u{FEFF}话题,序号"), "{text}");
        assert!(text.lines().nth(1).unwrap().starts_with("'=格0,'=格1"), "{text}");
    }
}
