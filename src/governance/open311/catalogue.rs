//! Services: the duty list in force, as Open311 shows it; and what a service asks at intake.

use diesel::PgConnection;
use people::grid::GridUnit;

use super::document::{Document, Object};
use super::record::{OTHER, OTHER_NAME};
use super::refusal::Refusal;
use crate::duty_list::{self, DutyItem, Question, QuestionKind};

/// One entry a code: where parts of a community have versions of their own, the broadest stands for it.
pub(super) fn in_force(connection: &mut PgConnection, community: &GridUnit) -> Result<Vec<DutyItem>, Refusal> {
    let mut items = duty_list::all_in_force(connection, community.id)?;
    items.sort_by(|a, b| {
        (&a.code, a.jurisdiction != community.id, a.version).cmp(&(&b.code, b.jurisdiction != community.id, b.version))
    });
    items.dedup_by(|later, first| later.code == first.code);
    Ok(items)
}

fn service(item: &DutyItem) -> Object {
    Object::new()
        .text("service_code", &item.code)
        .text("service_name", &item.title)
        .text("description", format!("{} / {}，办理时限：{}", item.major, item.middle, item.deadline_class.zh()))
        .flag("metadata", !item.questions.is_empty())
        .text("type", "realtime")
        .text("keywords", item.synonyms.join(", "))
        .text("group", &item.major)
}

/// What stands in no item: the community's own queue takes it.
fn other() -> Object {
    Object::new()
        .text("service_code", OTHER)
        .text("service_name", OTHER_NAME)
        .text("description", "清单以外的事项，由社区受理后分派")
        .flag("metadata", false)
        .text("type", "realtime")
        .text("keywords", "其他, 不清楚")
        .text("group", "其他")
}

/// Every service of a community.
pub(super) fn list(connection: &mut PgConnection, community: &GridUnit) -> Result<Document, Refusal> {
    let items = in_force(connection, community)?;
    let services = items.iter().map(service).chain([other()]);
    Ok(Document::List("services", "service", services.collect()))
}

/// What the service of a code asks.
pub(super) fn definition_of(connection: &mut PgConnection, community: &GridUnit, code: &str) -> Result<Document, Refusal> {
    if code == OTHER {
        let nothing = Object::new().text("service_code", OTHER).list("attributes", "attribute", Vec::new());
        return Ok(Document::One("service_definition", nothing));
    }
    find(connection, community, code).map(|item| definition(&item))
}

/// One service, by its code.
pub(super) fn find(connection: &mut PgConnection, community: &GridUnit, code: &str) -> Result<DutyItem, Refusal> {
    duty_list::in_force(connection, community.id, code)?.ok_or_else(|| Refusal::unknown("service_code"))
}

const fn datatype(kind: QuestionKind) -> &'static str {
    match kind {
        QuestionKind::Text => "string",
        QuestionKind::Number => "number",
        QuestionKind::Choice | QuestionKind::YesNo => "singlevaluelist",
        QuestionKind::Date => "datetime",
    }
}

fn values(question: &Question) -> Vec<Object> {
    let value = |key: &str, name: &str| Object::new().text("key", key).text("name", name);
    match question.kind {
        QuestionKind::Choice => question.choices.iter().map(|choice| value(choice, choice)).collect(),
        QuestionKind::YesNo => vec![value("yes", "是"), value("no", "否")],
        _ => Vec::new(),
    }
}

/// What a service asks.
fn definition(item: &DutyItem) -> Document {
    let attribute = |(question, order): (&Question, i64)| {
        let hint = (question.kind == QuestionKind::Date).then(|| "YYYY-MM-DD".to_owned());
        Object::new()
            .flag("variable", true)
            .text("code", &question.key)
            .text("datatype", datatype(question.kind))
            .flag("required", question.required)
            .maybe("datatype_description", hint)
            .whole("order", order)
            .text("description", &question.text)
            .list("values", "value", values(question))
    };
    let attributes = item.questions.iter().zip(1..).map(attribute).collect();
    let definition = Object::new().text("service_code", &item.code).list("attributes", "attribute", attributes);
    Document::One("service_definition", definition)
}

/// Answers as the duty list takes them: a date may come with a time behind it.
pub(super) fn answers(item: &DutyItem, given: Vec<(String, String)>) -> Result<Vec<(String, String)>, Refusal> {
    let is_date = |key: &str| item.questions.iter().any(|question| question.key == key && question.kind == QuestionKind::Date);
    // What the service doesn't ask is ignored like every unknown argument.
    let asked = given.into_iter().filter(|(key, _)| item.questions.iter().any(|question| question.key == *key));
    let answers: Vec<(String, String)> = asked
        .map(|(key, value)| {
            let value = if is_date(&key) { value.chars().take(10).collect() } else { value };
            (key, value)
        })
        .collect();
    duty_list::check_answers(&item.questions, &answers).map_err(|(key, wrong)| {
        Refusal::wrong(format!("attribute[{key}] 不正确。"), format!("attribute[{key}] {}.", wrong.message()))
    })?;
    Ok(answers)
}
