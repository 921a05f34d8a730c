//! What an item of the duty list says: category, who leads, by when, what is asked at intake. And the states of its versions.

use base::ids::{GridUnitId, OrganizationId};
use people::calendar::Term;
use serde::{Deserialize, Serialize};

use super::DutyItemId;

base::words! {
    /// How soon a matter must be solved.
    DeadlineClass {
        /// Danger to life or limb: two hours by the wall clock.
        Danger2h = "danger_2h" "2 小时（险情）",
        /// Water, power, gas, heat: a day by the wall clock.
        Utility24h = "utility_24h" "24 小时（水电气暖）",
        /// Seven working days.
        General7d = "general_7d" "7 个工作日",
        /// Fifteen working days.
        Complex15d = "complex_15d" "15 个工作日",
    }
}

impl DeadlineClass {
    /// As the calendar counts it.
    pub const fn term(self) -> Term {
        match self {
            Self::Danger2h => Term::WallHours(2),
            Self::Utility24h => Term::WallHours(24),
            Self::General7d => Term::WorkingDays(7),
            Self::Complex15d => Term::WorkingDays(15),
        }
    }

    /// Are people on call for it, day and night?
    pub const fn on_call(self) -> bool {
        matches!(self, Self::Danger2h | Self::Utility24h)
    }

    /// From its stored form or its Chinese name.
    pub fn read(text: &str) -> Option<Self> {
        Self::parse(text).or_else(|| Self::ALL.iter().copied().find(|class| class.zh() == text))
    }
}

base::words! {
    /// State of a version.
    DutyState {
        /// Written, not decided.
        Draft = "draft" "待审批",
        /// Requests are dispatched by it.
        InForce = "in_force" "有效",
        /// Refused, or withdrawn by its author.
        Refused = "refused" "未通过",
        /// Superseded, or ended.
        Ended = "ended" "已终止",
    }
}

base::words! {
    /// What moves a version on.
    DutyMove {
        /// A second person approves.
        Approve = "approve",
        /// Somebody refuses, or its author withdraws it.
        Refuse = "refuse",
        /// A later version, or an approved ending.
        End = "end",
    }
}

base::machine! {
    DutyState by DutyMove {
        => Draft "staff of community or street";
        Draft Approve InForce "another person of staff; the version in force there ends in the same moment";
        Draft Refuse Refused "staff; its author withdraws it";
        Draft End Ended "another person of staff approves a draft that asks to end the item";
        InForce End Ended "a later version, or an approved ending";
    }
}

base::words! {
    /// What an answer at intake looks like.
    QuestionKind {
        /// A short text.
        Text = "text" "文字",
        /// A number.
        Number = "number" "数字",
        /// One of the choices.
        Choice = "choice" "单选",
        /// `yes` or `no`.
        YesNo = "yes_no" "是否",
        /// `YYYY-MM-DD`.
        Date = "date" "日期",
    }
}

/// A question at intake, as stored and shown. Unknown fields are ignored: an older program must read what a newer one wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Question {
    /// Name of the answer, unique within the item.
    pub key: String,
    /// What is asked.
    pub text: String,
    /// What the answer looks like.
    pub kind: QuestionKind,
    /// Must it be answered?
    #[serde(default)]
    pub required: bool,
    /// The choices of a `choice`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<String>,
}

/// One version of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DutyItem {
    /// Id of the version.
    pub id: DutyItemId,
    /// Whose list.
    pub community: GridUnitId,
    /// Stable code, as `A01-03`.
    pub code: String,
    /// Counted per community and code.
    pub version: i32,
    /// Where it holds: the community or a part of it.
    pub jurisdiction: GridUnitId,
    /// First level of the category.
    pub major: String,
    /// Second level.
    pub middle: String,
    /// Third level: the item itself.
    pub title: String,
    /// Lead unit; none: the community's own queue.
    pub lead: Option<OrganizationId>,
    /// What kind of unit leads, in words, where none stands in the directory.
    pub lead_hint: Option<String>,
    /// Organizations that help.
    pub co_units: Vec<OrganizationId>,
    /// How soon.
    pub deadline_class: DeadlineClass,
    /// Law or rule that says so.
    pub legal_basis: Option<String>,
    /// What is asked at intake.
    pub questions: Vec<Question>,
    /// Words that residents use for it.
    pub synonyms: Vec<String>,
    /// State of the version.
    pub state: DutyState,
}

impl DutyItem {
    /// The three levels of its category.
    pub fn category(&self) -> [&str; 3] {
        [&self.major, &self.middle, &self.title]
    }
}

/// What is wrong with an answer at intake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AnswerError {
    /// Must be answered.
    Missing,
    /// Answered twice.
    Twice,
    /// No such question.
    NotAsked,
    /// Not a number, a date, yes or no, or one of the choices.
    Kind,
}

impl AnswerError {
    /// For the list of wrong fields.
    pub const fn message(self) -> &'static str {
        match self {
            Self::Missing => "must be answered",
            Self::Twice => "is answered twice",
            Self::NotAsked => "is not asked",
            Self::Kind => "is not an answer of the asked kind",
        }
    }
}

fn fits(question: &Question, answer: &str) -> bool {
    match question.kind {
        QuestionKind::Text => !answer.trim().is_empty() && answer.chars().count() <= 500,
        QuestionKind::Number => answer.len() <= 20 && answer.parse::<f64>().is_ok_and(f64::is_finite),
        QuestionKind::Choice => question.choices.iter().any(|choice| choice == answer),
        QuestionKind::YesNo => matches!(answer, "yes" | "no"),
        QuestionKind::Date => answer.parse::<chrono::NaiveDate>().is_ok(),
    }
}

/// Checks answers (key, answer) against the questions; the first thing that is wrong, with its key.
pub fn check_answers(questions: &[Question], answers: &[(String, String)]) -> Result<(), (String, AnswerError)> {
    for (at, (key, answer)) in answers.iter().enumerate() {
        let wrong = |what| Err((key.clone(), what));
        let Some(question) = questions.iter().find(|question| question.key == *key) else { return wrong(AnswerError::NotAsked) };
        if answers.iter().take(at).any(|(before, _)| before == key) {
            return wrong(AnswerError::Twice);
        }
        if !fits(question, answer) {
            return wrong(AnswerError::Kind);
        }
    }
    let open = questions.iter().find(|question| question.required && !answers.iter().any(|(key, _)| *key == question.key));
    open.map_or(Ok(()), |question| Err((question.key.clone(), AnswerError::Missing)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn question(key: &str, kind: QuestionKind, required: bool) -> Question {
        let choices = if kind == QuestionKind::Choice { vec!["楼内".to_owned(), "楼外".to_owned()] } else { Vec::new() };
        Question { key: key.to_owned(), text: "？".to_owned(), kind, required, choices }
    }

    #[test]
    fn answers_are_of_the_asked_kind() {
        let questions = [
            question("where", QuestionKind::Choice, true),
            question("count", QuestionKind::Number, false),
            question("since", QuestionKind::Date, false),
            question("smell", QuestionKind::YesNo, false),
            question("what", QuestionKind::Text, false),
        ];
        let check = |answers: &[(&str, &str)]| {
            let answers: Vec<(String, String)> =
                answers.iter().map(|(key, text)| ((*key).to_owned(), (*text).to_owned())).collect();
            check_answers(&questions, &answers).map_err(|(_, wrong)| wrong)
        };
        assert_eq!(
            check(&[("where", "楼内"), ("count", "2.5"), ("since", "2026-11-01"), ("smell", "yes"), ("what", "漏水")]),
            Ok(())
        );
        assert_eq!(check(&[]), Err(AnswerError::Missing));
        assert_eq!(check(&[("where", "楼内"), ("where", "楼外")]), Err(AnswerError::Twice));
        assert_eq!(check(&[("colour", "red")]), Err(AnswerError::NotAsked));
        for (key, text) in
            [("where", "天上"), ("count", "inf"), ("count", "二"), ("since", "11/01"), ("smell", "是"), ("what", " ")]
        {
            assert_eq!(check(&[(key, text)]), Err(AnswerError::Kind), "{key}={text}");
        }
    }

    #[test]
    fn classes_are_read_as_people_write_them() {
        for class in DeadlineClass::ALL {
            assert_eq!((DeadlineClass::read(class.name()), DeadlineClass::read(class.zh())), (Some(*class), Some(*class)));
        }
        assert_eq!(DeadlineClass::read("3 天"), None);
    }
}
