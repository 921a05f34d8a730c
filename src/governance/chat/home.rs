//! What waits for a worker in the chat: questions they owe, proposals, what is to be moderated, mutes for a second opinion, objections.

use base::error::ApiError;
use diesel::PgConnection;
use people::grid::Scope;
use people::identity::{Actor, HomeItem, Role};

use crate::moderation::{self, MeasureState};
use crate::{questions, topics};

/// Questions shown on one home screen.
const SHOWN: i64 = 20;
const BASE: &str = "/api/v1/governance/chat";

fn scope_of(actor: &Actor, roles: &[Role]) -> Scope {
    let held = roles.iter().flat_map(|role| actor.holding(*role));
    let units = held.filter_map(|held| match held.role {
        Role::CommunityStaff => held.path.map(|path| path.community()),
        _ => held.path,
    });
    Scope { units: units.collect(), ..Scope::default() }
}

fn item(kind: &str, title: &str, summary: String, link: &str) -> HomeItem {
    HomeItem { kind: kind.to_owned(), title: title.to_owned(), summary, deadline: None, link: format!("{BASE}{link}") }
}

/// Hook of the home screen and to-do list.
pub fn home(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let workers = scope_of(actor, &[Role::GridWorker, Role::CommunityStaff]);
    if workers.units.is_empty() {
        return Ok(Vec::new());
    }
    let mut items = questions(connection, actor)?;
    let waiting = [
        ("chat_proposal", "话题待采纳", "个居民提议的话题", topics::proposals_waiting(connection, &workers)?, "/groups"),
        ("chat_moderation", "举报待处理", "次举报", moderation::reports_waiting(connection, &workers)?, "/moderation/queue"),
        (
            "chat_mute",
            "禁言待同意",
            "项长期禁言等待第二人同意",
            moderation::count_in(connection, &workers, MeasureState::Proposed, actor.person)?,
            "/measures?state=proposed",
        ),
    ];
    items.extend(
        waiting
            .into_iter()
            .filter(|(.., count, _)| *count > 0)
            .map(|(kind, title, what, count, link)| item(kind, title, format!("有 {count} {what}"), link)),
    );
    let staff = scope_of(actor, &[Role::CommunityStaff]);
    if !staff.units.is_empty() {
        let appeals = moderation::count_in(connection, &staff, MeasureState::Appealed, actor.person)?;
        if appeals > 0 {
            let summary = format!("有 {appeals} 项畅聊处理的申诉等待决定");
            items.push(item("chat_appeal", "畅聊申诉待处理", summary, "/measures?state=appealed"));
        }
    }
    Ok(items)
}

/// What the worker owes an answer, the most urgent first.
fn questions(connection: &mut PgConnection, actor: &Actor) -> Result<Vec<HomeItem>, ApiError> {
    let owed = questions::open_of(connection, actor.person, SHOWN)?;
    let ids: Vec<_> = owed.iter().map(|question| question.topic_id).collect();
    let titles = topics::titles(connection, &ids)?;
    let shown = owed.into_iter().map(|question| {
        let title = titles.get(&question.topic_id).cloned().unwrap_or_default();
        let what = if question.message_id.is_some() { "有人提醒您" } else { "问社区" };
        HomeItem {
            deadline: Some(question.due_at),
            ..item(
                "chat_question",
                "居民提问待答复",
                format!("「{title}」{what}，请答复"),
                &format!("/topics/{}", question.topic_id),
            )
        }
    });
    Ok(shown.collect())
}
