//! Making a request of a message.

use base::db::{Audit, Finished, Tx};
use base::error::{self, ApiError};
use base::ids::GridUnitId;
use base::text::Text;
use people::identity::Actor;
use people::notify::{Notice, templates};
use people::screening::Verdict;
use requests::{CaseId, Filing, Source};
use serde::Deserialize;
use serde_json::json;

use super::rows::{self, Link};
use super::{CHAT_CASE_TEXT, CHAT_CASE_THERE};
use crate::groups::Seen;
use crate::messages::{self, ChatMessageKind, Message, MessageState};
use crate::reach::{found, path_of, tell};
use crate::{MessageId, TopicId, questions, topics};

/// A request to be made of a message; an empty one takes everything from the message.
#[derive(Debug, Clone, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewCase {
    /// What the matter is, where the message doesn't say it.
    pub text: Option<Text<2000>>,
    /// Where: the group's unit (default) or one below.
    pub unit: Option<GridUnitId>,
    /// Category of the duty list.
    pub category: Option<Text<40>>,
    /// The place in words.
    pub place_text: Option<Text<200>>,
}

fn filing(seen: &Seen, message: &Message, id: CaseId, new: &NewCase, unit: GridUnitId) -> Result<Filing, ApiError> {
    let text = new.text.as_ref().map(ToString::to_string).or_else(|| message.text.clone());
    Ok(Filing {
        id,
        community: seen.topic.community_id,
        unit,
        source: Source::Chat,
        category: new.category.as_ref().map(ToString::to_string),
        text: text.ok_or_else(|| ApiError::of(&CHAT_CASE_TEXT))?,
        files: Vec::new(),
        pin: None,
        place_text: new.place_text.as_ref().map(ToString::to_string),
        public: false,
        wants_contact: false,
        reporter: message.author_id,
        proxy: None,
        answers: Vec::new(),
        external: None,
        about: Some((messages::NOUN.to_owned(), message.id.0)),
    })
}

/// Files the request, links the message and says so in the topic; the author is told. Answers the topic's newest change.
pub(super) fn make(
    mut tx: Tx<'_>,
    actor: &Actor,
    id: MessageId,
    case: CaseId,
    new: &NewCase,
) -> Result<Finished<(TopicId, i32)>, ApiError> {
    let (seen, _) = messages::within(tx.conn(), actor, id)?;
    found(seen.moderates().then_some(()))?;
    let message = found(messages::hold(tx.conn(), id)?)?;
    if message.case_id.is_some() {
        return Err(ApiError::of(&CHAT_CASE_THERE));
    }
    if message.state != MessageState::Published || message.kind != ChatMessageKind::Message {
        return Err(ApiError::of(&error::STATE_CONFLICT));
    }
    let unit = new.unit.unwrap_or(seen.topic.grid_unit_id);
    if !seen.path.covers(&path_of(tx.conn(), unit)?) {
        return Err(ApiError::invalid("/unit", "must lie in the group's unit"));
    }
    // It was checked when it was published, and nobody but handlers reads it as a request.
    requests::file(&mut tx, &filing(&seen, &message, case, new, unit)?, &Verdict::Publish)?;
    let number = requests::briefs(tx.conn(), &[case])?.remove(&case).map(|brief| brief.number).unwrap_or_default();
    let link =
        Link { case_id: case, message_id: id, topic_id: seen.topic.id, told_up_to: 0, made_by: actor.person, made_at: tx.now()? };
    rows::insert(tx.conn(), &link)?;
    questions::gone(&mut tx, id)?;
    let entry = Audit::new("chat_message_to_request", messages::NOUN, id.0).at(seen.topic.grid_unit_id);
    tx.audit(entry.after(json!({"case": case})))?;
    let notice = Notice::new(&templates::CHAT_TAKEN_UP).with("title", &seen.topic.title).with("number", &number);
    let author = message.author_id.filter(|author| *author != actor.person);
    tell(&mut tx, author, &notice.link(format!("pages/governance/request?id={case}")))?;
    messages::say(&mut tx, seen.topic.id, &format!("第 {} 条消息已转为诉求 {number}", message.sequence.unwrap_or(0)))?;
    let change = topics::bump(tx.conn(), seen.topic.id, false)?.1;
    let step = messages::Step { case_id: Some(case), change_sequence: Some(change), ..messages::Step::default() };
    messages::step(tx.conn(), id, &step)?;
    Ok(tx.done((seen.topic.id, change))?)
}
