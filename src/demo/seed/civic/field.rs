//! Everything of governance that is no request: facilities with codes and device keys, routes of grid workers, leads, joint cases, matters
//! between community and street, who is on call, an appeal about a figure.

use anyhow::Context as _;
use chrono::Duration;
use serde_json::{Value, json};

use super::{Civic, GOVERNANCE, when};
use crate::demo::caller::Caller;

/// Facilities of the register.
const FACILITIES: usize = 28;
/// Blocks whose workers walk routes.
const ROUTES: usize = 6;

/// What field work remembers from day to day.
#[derive(Debug, Default)]
pub(super) struct Field {
    /// The device key of the lamps.
    device_key: Option<String>,
    /// Tasks that were planned: the block's number, id, stops.
    tasks: Vec<(usize, String, Vec<String>)>,
    leads: Vec<(usize, String)>,
    joint: Option<String>,
    matters: Vec<String>,
}

impl Civic {
    /// Facilities, device keys, checklists, plans, turns on call.
    pub(super) async fn register(&mut self) -> anyhow::Result<()> {
        self.facilities().await?;
        for (code, duty, title, question) in [
            ("fire", "hazards", "消防通道检查", "通道是否畅通、无堆物"),
            ("visit", "errands", "独居老人走访", "老人近况是否良好"),
        ] {
            let list = json!({ "community": self.community, "code": code, "duty": duty, "title": title,
                "items": [{ "code": "state", "text": question, "kind": "yes_no", "required": true }] });
            let id = self.secretary.post(&format!("{GOVERNANCE}/grid-checklists"), &list).await?.text_at("/id")?;
            self.colleague.post(&format!("{GOVERNANCE}/grid-checklists/{id}/approve"), &json!({})).await?;
        }
        let today = base::clock::shanghai_date(self.now().await?);
        for (_, block) in self.workers.iter().take(ROUTES) {
            let plan = json!({ "grid_unit_id": block, "duty": "information", "title": "每周走访登记", "about": "逐楼门走访，更新人员信息",
                "stops": [{ "kind": "place", "label": "一号楼门" }, { "kind": "place", "label": "二号楼门" }],
                "recurrence": "weekly", "every": 1, "starts_on": today, "due_days": 5 });
            self.secretary.post(&format!("{GOVERNANCE}/grid-task-plans"), &plan).await?;
        }
        Ok(())
    }

    async fn facilities(&mut self) -> anyhow::Result<()> {
        const KINDS: [(&str, &str, &str, &str); 4] = [
            ("lamp", "路灯", "市政管护所", "G02-01"),
            ("lift", "电梯", "安居物业", "A01-01"),
            ("hydrant", "消防栓", "安居物业", "J01-02"),
            ("gate", "门禁", "安居物业", "A01-04"),
        ];
        for index in 0..FACILITIES {
            let (kind, name, unit, category) = KINDS.get(index % KINDS.len()).copied().context("a kind")?;
            let organization = organization(self.handlers.get(unit).context("a unit")?).await?;
            let (_, block) = self.workers.get(index % self.workers.len()).context("a block")?;
            let near = f64::from(u32::try_from(index)?) * 0.000_3;
            let facility = json!({ "grid_unit_id": block, "code": format!("{}-{:03}", kind.to_uppercase(), index + 1), "kind": kind,
                "name": format!("{name}{:02}", index + 1), "place_text": format!("第{}片区内", index % self.workers.len() + 1),
                "pin": { "lat": 39.604 + near, "lon": 109.777 + near, "system": "wgs84" }, "organization": organization,
                "category": category, "device_group": format!("{kind}s") });
            self.secretary.post(&format!("{GOVERNANCE}/facilities"), &facility).await?;
        }
        for group in ["lamps", "lifts"] {
            let key = json!({ "community": self.community, "name": format!("{group} 监测"), "device_group": group });
            let made = self.secretary.post(&format!("{GOVERNANCE}/facility-device-keys"), &key).await?;
            if group == "lamps" {
                self.field.device_key = Some(made.text_at("/key")?);
            }
        }
        Ok(())
    }

    /// What happens in the field on a day.
    pub(super) async fn field_work(&mut self, day: i64, last: i64) -> anyhow::Result<()> {
        if day % 7 == 0 {
            self.on_call().await?;
        }
        if day % 2 == 0 {
            self.plan_task(usize::try_from(day / 2)? % ROUTES).await?;
        }
        if day % 2 == 1 && day + 3 < last {
            self.walk().await?;
        }
        if day % 3 == 1 {
            self.raise_lead(day).await?;
        }
        if day % 3 == 2 && day + 2 < last {
            self.decide_lead(day).await?;
        }
        if day % 6 == 5 {
            self.alarm(day).await?;
        }
        self.joint_case(day).await?;
        self.matter(day, last).await
    }

    async fn on_call(&self) -> anyhow::Result<()> {
        let gas = self.handlers.get("城市燃气公司").context("a gas company")?;
        let from = self.now().await?;
        let turn = json!({ "organization": organization(gas).await?, "person": gas.get("/api/v1/me").await?.text_at("/id")?,
            "starts_at": when(from), "ends_at": when(from + Duration::days(7) - Duration::minutes(1)) });
        // The week before may have begun a little later in the day.
        gas.try_post(&format!("{GOVERNANCE}/on-call"), &turn).await?;
        Ok(())
    }

    async fn plan_task(&mut self, block: usize) -> anyhow::Result<()> {
        let (_, unit) = self.workers.get(block).context("a block")?;
        let due = self.now().await? + Duration::days(3);
        let task = json!({ "grid_unit_id": unit, "duty": "hazards", "title": "消防通道排查", "about": "逐楼门查看消防通道",
            "checklist_code": "fire", "due_at": when(due),
            "stops": [{ "kind": "place", "label": "一号楼道" }, { "kind": "place", "label": "二号楼道" }, { "kind": "place", "label": "车棚" }] });
        let made = self.secretary.post(&format!("{GOVERNANCE}/grid-tasks"), &task).await?;
        let stops = made.body["stops"].as_array().into_iter().flatten();
        let stops = stops.filter_map(|stop| stop["id"].as_str()).map(str::to_owned).collect();
        self.field.tasks.push((block, made.text_at("/id")?, stops));
        Ok(())
    }

    /// The oldest task is walked; every third finds a hazard; one in four stays undone and gets late.
    async fn walk(&mut self) -> anyhow::Result<()> {
        if self.field.tasks.is_empty() {
            return Ok(());
        }
        let (block, id, stops) = self.field.tasks.remove(0);
        let number = self.filed / super::PER_DAY;
        if number % 8 == 7 {
            return Ok(());
        }
        let (worker, _) = self.workers.get(block).context("a worker")?;
        worker.post(&format!("{GOVERNANCE}/grid-tasks/{id}/start"), &json!({})).await?;
        for (index, stop) in stops.iter().enumerate() {
            let hazard = index == 0 && number % 6 == 3;
            let tick = if hazard { json!({ "result": "problem", "note": "堆物挡路" }) } else { json!({ "result": "fine" }) };
            let at = format!("{GOVERNANCE}/grid-task-stops/{stop}");
            worker.post(&format!("{at}/tick"), &tick).await?;
            if hazard {
                let hazard = json!({ "text": "楼道堆放杂物，挡住消防通道", "category": "F02-01" });
                worker.post(&format!("{at}/hazard"), &hazard).await?;
            }
        }
        let result =
            json!({ "result": "已逐处查看", "quantity": stops.len(), "answers": [{ "item": "state", "answer": "yes" }] });
        worker.post(&format!("{GOVERNANCE}/grid-tasks/{id}/finish"), &result).await?;
        if number % 4 != 2 {
            self.secretary.post(&format!("{GOVERNANCE}/grid-tasks/{id}/review"), &json!({})).await?;
        }
        Ok(())
    }

    async fn raise_lead(&mut self, day: i64) -> anyhow::Result<()> {
        const SEEN: [(&str, &str, &str); 4] = [
            ("落叶堵住雨水口", "多处雨水口被落叶盖住，下雨可能积水。", "G03-02"),
            ("健身器材螺丝松动", "中心花园两台健身器材螺丝松动。", "G04-01"),
            ("楼道声控灯昏暗", "四层以上声控灯亮度不足。", "A01-03"),
            ("树枝靠近电线", "楼后树枝离电线很近，大风天有风险。", "H01-02"),
        ];
        let number = usize::try_from(day / 3)?;
        let (title, text, category) = SEEN.get(number % SEEN.len()).copied().context("a lead")?;
        let block = number % self.workers.len();
        let (worker, unit) = self.workers.get(block).context("a worker")?;
        let lead = json!({ "grid_unit_id": unit, "from": "patrol", "category": category, "title": title, "text": text });
        let made = worker.post(&format!("{GOVERNANCE}/leads"), &lead).await?;
        self.field.leads.push((block, made.text_at("/id")?));
        Ok(())
    }

    /// Two of three leads are found to be true and become requests.
    async fn decide_lead(&mut self, day: i64) -> anyhow::Result<()> {
        let Some((_, id)) = self.field.leads.pop() else { return Ok(()) };
        let (way, reason) =
            if day % 9 == 2 { ("dismiss", "现场查看，情况已不存在") } else { ("verify", "现场查看属实") };
        self.secretary.post(&format!("{GOVERNANCE}/leads/{id}/{way}"), &json!({ "reason": reason })).await?;
        Ok(())
    }

    async fn alarm(&self, day: i64) -> anyhow::Result<()> {
        let Some(key) = &self.field.device_key else { return Ok(()) };
        let at = when(self.now().await?);
        for event in 0..3 {
            let alarm = json!({ "facility": "LAMP-001", "event_id": format!("L1-{day}-{event}"), "kind": "fault", "text": "灯具无电流",
                "occurred_at": at });
            self.product.device(key, &alarm).await?;
        }
        Ok(())
    }

    /// One joint case is decided and closed, a second one stands open.
    async fn joint_case(&mut self, day: i64) -> anyhow::Result<()> {
        let base = format!("{GOVERNANCE}/joint-cases");
        let property = self.handlers.get("安居物业").context("a property company")?;
        let lights = self.handlers.get("市政管护所").context("a municipal office")?;
        let (first, second) = (organization(property).await?, organization(lights).await?);
        match (day, self.field.joint.take()) {
            (6 | 22, _) => {
                let title = if day == 6 { "东侧道路照明产权" } else { "地下车库出入口改造" };
                let case = json!({ "grid_unit_id": self.community, "title": title, "matter": "权属不清，请各单位一起商定由谁负责。",
                    "members": [{ "organization": first }, { "organization": second }] });
                let id = self.secretary.post(&base, &case).await?.text_at("/id")?;
                property.post(&format!("{base}/{id}/messages"), &json!({ "text": "小区红线内由我方维护。" })).await?;
                lights
                    .post(&format!("{base}/{id}/messages"), &json!({ "text": "红线外灯杆由我所维护，线路需现场确认。" }))
                    .await?;
                self.field.joint = Some(id);
            }
            (10, Some(id)) => {
                self.secretary.post(&format!("{base}/{id}/minutes"), &json!({ "text": "现场会：双方各修一段。" })).await?;
                let decision = json!({ "decision": "物业修线路，管护所换灯头", "shares": [
                    { "organization": first, "amount": "1200.50", "note": "电缆" }, { "organization": second, "amount": "300", "note": "灯头" }] });
                self.secretary.post(&format!("{base}/{id}/decide"), &decision).await?;
                self.secretary.post(&format!("{base}/{id}/close"), &json!({ "text": "已亮灯" })).await?;
            }
            (_, kept) => self.field.joint = kept,
        }
        Ok(())
    }

    /// A community raises matters to the street and the street directs; the last one waits for its answer.
    async fn matter(&mut self, day: i64, last: i64) -> anyhow::Result<()> {
        let base = format!("{GOVERNANCE}/matters");
        if day % 9 == 3 {
            let raised = json!({ "community": self.community, "title": "早市占道需联合整治", "text": "小区北门早市占道，社区无执法权，请街道协调。" });
            let id = self.secretary.post(&format!("{base}/raise"), &raised).await?.text_at("/id")?;
            self.field.matters.push(id);
        }
        if day % 9 == 5 && day + 6 < last {
            let Some(id) = self.field.matters.pop() else { return Ok(()) };
            self.street.try_post(&format!("{base}/{id}/receive"), &json!({})).await?;
            self.street.try_post(&format!("{base}/{id}/answer"), &json!({ "text": "已安排综合执法队每天早间巡查。" })).await?;
        }
        Ok(())
    }
}

/// The unit that somebody works for.
pub(super) async fn organization(handler: &Caller) -> anyhow::Result<String> {
    let me = handler.get("/api/v1/me").await?;
    let mut roles = me.body["roles"].as_array().into_iter().flatten();
    let found = roles.find_map(|role| role["organization_id"].as_str().map(str::to_owned));
    found.with_context(|| format!("{} works for a unit: {}", handler.name, Value::clone(&me.body)))
}
