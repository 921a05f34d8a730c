//! Requests: filed by every way in, then moved on by their fate.

use anyhow::Context as _;
use rand::Rng as _;
use serde::Deserialize;
use serde_json::{Value, json};

use super::fates::{Act, DANGER, Fate, fate};
use super::{Civic, GOVERNANCE};
use crate::demo::caller::{Answer, Caller};
use crate::demo::picture;

/// The middle of the demo community; it stands in no real one.
const MIDDLE: (f64, f64) = (39.608, 109.781);
/// One request in so many comes with a picture.
const PICTURED: usize = 9;
/// The key that every demo installation knows.
const OPEN311_KEY: &str = "demo-open311-key";

/// Something that people report.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Matter {
    category: String,
    text: String,
    place: String,
    answers: String,
    public: String,
}

/// The matters, from the file.
pub(super) fn matters() -> anyhow::Result<Vec<Matter>> {
    let mut reader = csv::Reader::from_reader(include_str!("data/matters.csv").as_bytes());
    reader.deserialize().map(|row| row.context("matters.csv")).collect()
}

impl Matter {
    fn answers(&self) -> Vec<Value> {
        let pair = self.answers.split_once('=');
        pair.into_iter().map(|(key, value)| json!({ "key": key, "value": value })).collect()
    }
}

/// A request under way.
#[derive(Debug, Clone)]
pub(super) struct Case {
    id: String,
    fate: Fate,
    next: usize,
    day: i64,
    /// Whoever reported it, with an account.
    reporter: Option<Caller>,
    /// The reporter's place among the residents, for neighbours.
    neighbour: usize,
    /// Name of the unit that has it; none: the community.
    desk: Option<String>,
    public: bool,
}

impl Case {
    fn of(answer: &Answer, (day, fate): (i64, Fate), reporter: Option<&Caller>) -> anyhow::Result<Self> {
        let desk = answer.body["organization_name"].as_str().map(str::to_owned);
        let public = answer.body["public"] == true;
        Ok(Self { id: answer.text_at("/id")?, fate, next: 0, day, reporter: reporter.cloned(), neighbour: 0, desk, public })
    }
}

impl Civic {
    /// Files the next request.
    pub(super) async fn file(&mut self, day: i64) -> anyhow::Result<()> {
        let (number, count) = (self.filed, self.matters.len());
        self.filed += 1;
        // Seven and the number of matters have no common divisor: each day brings others.
        let matter = self.matters.get((number * 5 + number / count) % count).context("a matter")?.clone();
        let who = self.random.random_range(0..self.residents.len());
        let pin = json!({ "lat": MIDDLE.0 + self.random.random_range(-0.004..0.004),
            "lon": MIDDLE.1 + self.random.random_range(-0.005..0.005), "system": "wgs84" });
        let fate = fate(number);
        let case = match number % 10 {
            6 => self.in_passing(&matter, number, (day, fate), &pin).await?,
            7 | 8 => self.written_down(&matter, number, (day, fate)).await?,
            9 if number % 20 == 19 => return self.file_from_outside(&matter, number).await,
            _ => self.by_resident(&matter, who, (day, fate, number), &pin).await?,
        };
        self.cases.push(case);
        Ok(())
    }

    async fn by_resident(
        &self,
        matter: &Matter,
        who: usize,
        (day, fate, number): (i64, Fate, usize),
        pin: &Value,
    ) -> anyhow::Result<Case> {
        let resident = self.residents.get(who).context("a resident")?;
        let public = matter.public == "yes";
        let mut body = json!({ "unit": self.entrances.get(who), "text": matter.text, "pin": pin, "public": public,
            "answers": matter.answers(), "wants_contact": number.is_multiple_of(5) });
        // One in twelve doesn't know the category: the community's own queue.
        if number % 12 != 11 {
            body["category"] = json!(matter.category);
        } else {
            body["answers"] = json!([]);
        }
        if !matter.place.is_empty() {
            body["place_text"] = json!(matter.place);
        }
        if number.is_multiple_of(PICTURED) {
            let picture = resident.upload(picture::drawn(u32::try_from(number)?)?).await?.text_at("/id")?;
            body["files"] = json!([picture]);
        }
        let filed = resident.post(&format!("{GOVERNANCE}/requests"), &body).await?;
        Ok(Case { neighbour: who + 1, ..Case::of(&filed, (day, fate), Some(resident))? })
    }

    /// A courier with a picture.
    async fn in_passing(&self, matter: &Matter, number: usize, (day, fate): (i64, Fate), pin: &Value) -> anyhow::Result<Case> {
        let courier = self.couriers.get(number / 10 % 2).context("a courier")?;
        let picture = courier.upload(picture::drawn(u32::try_from(number)?)?).await?.text_at("/id")?;
        let mut body = json!({ "unit": self.entrances.get(number % self.entrances.len()), "text": matter.text, "pin": pin,
            "files": [picture] });
        // Whoever passes by answers no questions.
        if matter.answers.is_empty() {
            body["category"] = json!(matter.category);
        }
        let filed = courier.post(&format!("{GOVERNANCE}/requests/quick"), &body).await?;
        Case::of(&filed, (day, fate), Some(courier))
    }

    /// A worker for somebody who came, called or wrote in the WeChat group.
    async fn written_down(&self, matter: &Matter, number: usize, (day, fate): (i64, Fate)) -> anyhow::Result<Case> {
        let (worker, block) = self.workers.get(number % self.workers.len()).context("a worker")?;
        let channel = ["walk_in", "phone", "wechat_group"].get(number / 10 % 3).copied().unwrap_or("phone");
        let mut body = json!({ "unit": block, "text": format!("居民反映：{}", matter.text), "channel": channel,
            "category": matter.category, "answers": matter.answers() });
        if channel == "phone" {
            body["phone"] = json!(format!("199990{:05}", number % 100_000));
        }
        let filed = worker.post(&format!("{GOVERNANCE}/requests/intake"), &body).await?;
        Case::of(&filed, (day, fate), None)
    }

    /// The city's hotline by Open311; what comes of it stands at the community's or the unit's desk.
    async fn file_from_outside(&self, matter: &Matter, number: usize) -> anyhow::Result<()> {
        let place = super::register::block(number % super::register::BLOCKS);
        let attribute = matter.answers.split_once('=').map(|(key, value)| (format!("attribute[{key}]"), value.to_owned()));
        let mut fields = vec![
            ("api_key", OPEN311_KEY),
            ("jurisdiction_id", super::register::COMMUNITY),
            ("service_code", matter.category.as_str()),
            ("address_id", place.as_str()),
            ("description", matter.text.as_str()),
        ];
        fields.extend(attribute.iter().map(|(key, value)| (key.as_str(), value.as_str())));
        self.product.caller("hotline").form("/open311/v2/requests.json", &fields).await?;
        Ok(())
    }

    /// A gas leak, taken at once.
    pub(super) async fn danger(&mut self, day: i64) -> anyhow::Result<()> {
        let who = usize::try_from(day)? % self.residents.len();
        let resident = self.residents.get(who).context("a resident")?;
        let body = json!({ "unit": self.entrances.get(who), "text": "楼道里有煤气味，请尽快来人看看。", "category": "D01-01",
            "answers": [{ "key": "indoor", "value": "楼道" }] });
        let filed = resident.post(&format!("{GOVERNANCE}/requests"), &body).await?;
        self.cases.push(Case::of(&filed, (day, DANGER), Some(resident))?);
        Ok(())
    }

    /// A word of the list puts a public text before a person.
    pub(super) async fn doubtful(&mut self, day: i64) -> anyhow::Result<()> {
        for who in 0..3 {
            let resident = self.residents.get(who).context("a resident")?;
            let body = json!({ "unit": self.entrances.get(who), "text": "楼道里贴满“兼职日结”的小广告，请清理。", "category": "F02-04", "public": true });
            let filed = resident.post(&format!("{GOVERNANCE}/requests"), &body).await?;
            self.cases.push(Case::of(&filed, (day, fate(0)), Some(resident))?);
        }
        Ok(())
    }

    /// Takes every step that is due: those of the day of filing, or all others.
    pub(super) async fn move_on(&mut self, day: i64, fresh: bool) -> anyhow::Result<()> {
        for index in 0..self.cases.len() {
            while let Some(case) = self.cases.get(index).filter(|case| (case.day == day) == fresh) {
                let Some((after, act)) = case.fate.get(case.next).filter(|(after, _)| case.day + after <= day) else { break };
                let (_, act) = (after, *act);
                let done = self.act(case, act).await?;
                self.stepped(index, act, done);
            }
        }
        self.cases.retain(|case| case.next < case.fate.len());
        Ok(())
    }

    /// A refused step ends the fate: something else came first, such as a clock or a rule.
    fn stepped(&mut self, index: usize, act: Act, (done, answer): (bool, Answer)) {
        let Some(case) = self.cases.get_mut(index) else { return };
        if done {
            case.next += 1;
            if answer.body.get("organization_name").is_some() {
                case.desk = answer.body["organization_name"].as_str().map(str::to_owned);
            }
        } else {
            case.next = case.fate.len();
            let code = answer.body["code"].as_str().unwrap_or("refused");
            *self.refused.entry(format!("{act:?}: {code}")).or_default() += 1;
        }
    }

    /// Who has the case: its unit's person, or the secretary.
    fn handler(&self, case: &Case) -> &Caller {
        case.desk.as_ref().and_then(|desk| self.handlers.get(desk)).unwrap_or(&self.secretary)
    }

    async fn act(&self, case: &Case, act: Act) -> anyhow::Result<(bool, Answer)> {
        let reporter = case.reporter.as_ref();
        let (who, way, body) = match act {
            Act::Join => return self.join(case).await.map(|()| (true, Answer::nothing())),
            Act::Accept => (Some(self.handler(case)), "accept", json!({ "text": "已受理，安排人员到场查看。" })),
            Act::Progress => {
                (Some(self.handler(case)), "progress", json!({ "text": "正在处理，预计近日完成。", "note": "已联系施工人员" }))
            }
            Act::Ask => (Some(self.handler(case)), "ask", json!({ "text": "请问具体在哪个位置？方便时补充一张照片。" })),
            Act::Reply => (reporter, "reply", json!({ "text": "就在楼门右手边，已经补充说明。" })),
            Act::Answer(outcome) => (Some(self.handler(case)), "answer", answered(outcome)),
            Act::Rate(mark, resolved) => (reporter, "rating", rated(mark, resolved)),
            Act::Redo => {
                let mut body = rated(1, false);
                body["redo"] = json!(true);
                (reporter, "rating", body)
            }
            Act::Return => {
                (Some(self.handler(case)), "return", json!({ "reason": "not_our_duty", "note": "不属本单位维护范围" }))
            }
            Act::Dispatch => (Some(&self.secretary), "dispatch", json!({ "category": "A03-02", "note": "改由物业办理" })),
            Act::Arbitrate => {
                (Some(&self.street), "arbitrate", json!({ "organization": self.property, "reason": "由物业牵头，社区协助" }))
            }
            Act::Withdraw => (reporter, "withdraw", json!({ "reason": "已经自行解决" })),
            Act::Reopen => (reporter, "reopen", json!({ "reason": "过了几天又坏了" })),
            Act::Pause => {
                (Some(self.handler(case)), "pause", json!({ "reason": "waiting_for_parts", "text": "配件已订货", "days": 6 }))
            }
            Act::Resume => (Some(self.handler(case)), "resume", json!({})),
            Act::Extend => (Some(self.handler(case)), "extend", json!({ "by": 3, "reason": "需要更换整段线路" })),
            Act::Confirm => (self.workers.first().map(|(worker, _)| worker), "confirm", json!({ "note": "现场看过" })),
        };
        // The block's worker is whoever works there; the secretary may confirm anywhere.
        let who = if act == Act::Confirm { Some(&self.secretary) } else { who };
        // Somebody without an account rates and replies by no phone of ours.
        let Some(who) = who else { return Ok((true, Answer::nothing())) };
        let (status, answer) = who.try_post(&format!("{GOVERNANCE}/requests/{}/{way}", case.id), &body).await?;
        Ok((status < 400, answer))
    }

    /// Two neighbours have it too, where everybody may see it.
    async fn join(&self, case: &Case) -> anyhow::Result<()> {
        for ahead in 0..if case.public { 2 } else { 0 } {
            let Some(neighbour) = self.residents.get((case.neighbour + ahead * 7) % self.residents.len()) else { continue };
            neighbour.try_post(&format!("{GOVERNANCE}/requests/{}/join", case.id), &json!({})).await?;
        }
        Ok(())
    }

    /// Staff look at texts and pictures that no check could decide on; some of the last day wait.
    pub(super) async fn look_at_texts(&self, last: bool) -> anyhow::Result<()> {
        let queue = self.colleague.get("/api/v1/screening/items?limit=100").await?;
        let items = queue.body["items"].as_array().into_iter().flatten().skip(if last { 8 } else { 0 });
        for item in items.filter_map(|item| item["id"].as_str()) {
            self.colleague.try_post(&format!("/api/v1/screening/items/{item}/publish"), &json!({})).await?;
        }
        Ok(())
    }
}

fn answered(outcome: &str) -> Value {
    match outcome {
        "cannot_be_solved" => json!({ "outcome": outcome, "text": "现场查看后，目前无法按您的期望办理。",
            "reason": "涉及业主共有部分，需业主共同决定", "legal_basis": "《民法典》第二百七十八条" }),
        "not_a_duty" => {
            json!({ "outcome": outcome, "text": "此事不属社区和物业职责，已为您查到办理单位。", "instead": "请拨打 12345 转接主管部门" })
        }
        "partly_solved" => json!({ "outcome": outcome, "text": "已完成一部分，其余列入本季度计划。" }),
        _ => json!({ "outcome": outcome, "text": "已处理完毕，请您查看，有问题随时联系。" }),
    }
}

fn rated(mark: i32, resolved: bool) -> Value {
    json!({ "resolved": resolved, "speed": mark, "effect": mark, "attitude": (mark + 1).min(5), "feedback": mark })
}
