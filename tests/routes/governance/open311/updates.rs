//! The update profile of FixMyStreet, both ways.

use serde_json::{Value, json};

use super::{Stage, refusal, with};

const NEWS: [(&str, &str); 5] = [
    ("jurisdiction_id", "S1/C1"),
    ("update_id", "u-1"),
    ("updated_datetime", "2026-11-24T08:00:00+08:00"),
    ("status", "IN_PROGRESS"),
    ("description", "已派人"),
];

impl Stage {
    /// A client of the unit that has the lamps.
    async fn unit_key(&self) -> String {
        let body = json!({"name": "路灯系统", "grid_unit_id": self.app.world.unit("S1"), "organization_id": self.lights});
        let client = self.app.street().post("/api/v1/governance/open311-clients", &body).await.expect(201);
        client["api_key"].as_str().expect("a key").to_owned()
    }

    async fn told(&self) -> Vec<Value> {
        self.get("/servicerequestupdates.json?jurisdiction_id=S1/C1").await.expect(200).as_array().expect("updates").clone()
    }
}

#[actix_web::test]
async fn the_units_system_moves_a_request_to_its_end_and_every_step_is_told() {
    let stage = Stage::new().await;
    let (id, key) = (stage.filed(&[]).await, stage.unit_key().await);
    let tell = |update: &'static str, at: &'static str, status: &'static str| {
        let (id, key) = (id.clone(), key.clone());
        let stage = &stage;
        async move {
            let form = [
                ("api_key", key.as_str()),
                ("service_request_id", &id),
                ("update_id", update),
                ("updated_datetime", at),
                ("status", status),
            ];
            stage.post("/servicerequestupdates.xml", &with(&NEWS, &form)).await
        }
    };
    tell("u-1", "2026-11-24T08:00:00Z", "IN_PROGRESS").await.expect(200);
    let again = tell("u-1", "2026-11-24T08:00:00Z", "IN_PROGRESS").await;
    assert!(refusal(&again, 400).contains("already exists"), "{}", again.text);
    tell("u-0", "2026-11-24T07:00:00Z", "NO_FURTHER_ACTION").await.expect(200);
    assert_eq!(stage.one(&id).await["status"], "open", "what happened before moves nothing");
    tell("u-2", "2026-11-24T09:00:00Z", "FIXED").await.expect(200);
    let seen = stage.one(&id).await;
    assert_eq!((&seen["status"], &seen["status_notes"]), (&json!("closed"), &json!("已派人")));
    let told = stage.told().await;
    let words: Vec<&str> = told.iter().map(|update| update["status"].as_str().expect("a word")).collect();
    assert_eq!(words, ["OPEN", "ACTION_SCHEDULED", "IN_PROGRESS", "IN_PROGRESS", "FIXED"]);
    let mut all: Vec<&Value> = told.iter().map(|update| &update["update_id"]).collect();
    all.dedup();
    assert_eq!(all.len(), 5, "each has an id of its own");
    assert!(told.iter().all(|update| update["service_request_id"] == id.as_str() && update["description"].is_string()));
}

#[actix_web::test]
async fn a_client_that_filed_may_comment_and_moves_nothing() {
    let stage = Stage::new().await;
    let id = stage.filed(&[]).await;
    let form = [("api_key", super::DEMO_KEY), ("service_request_id", &id), ("status", "FIXED"), ("description", "好像修好了")];
    stage.post("/servicerequestupdates.json", &with(&NEWS, &form)).await.expect(200);
    assert_eq!(stage.one(&id).await["status"], "open");
    let timeline = stage.told().await;
    assert!(timeline.iter().any(|update| update["description"] == "好像修好了"), "{timeline:#?}");
}

#[actix_web::test]
async fn updates_of_others_and_half_ones_are_refused() {
    let stage = Stage::new().await;
    let id = stage.filed(&[]).await;
    let body = json!({"name": "别家系统", "grid_unit_id": stage.app.world.unit("S1/C1")});
    let stranger = stage.app.street().post("/api/v1/governance/open311-clients", &body).await.expect(201);
    let stranger = stranger["api_key"].as_str().expect("a key");
    let good = with(&NEWS, &[("api_key", super::DEMO_KEY), ("service_request_id", &id)]);
    for (more, status) in [
        (&[("api_key", "")][..], 403),
        (&[("api_key", stranger)][..], 404),
        (&[("service_request_id", "")][..], 400),
        (&[("service_request_id", "nothing")][..], 404),
        (&[("update_id", "")][..], 400),
        (&[("updated_datetime", "")][..], 400),
        (&[("updated_datetime", "2026-11-24")][..], 400),
        (&[("status", "")][..], 400),
        (&[("status", "DONE")][..], 400),
        (&[("description", "")][..], 400),
    ] {
        refusal(&stage.post("/servicerequestupdates.xml", &with(&good, more)).await, status);
    }
    let path = "/open311/test/v2/servicerequestupdates.json";
    stage.caller.send(reqwest::Method::POST, path, |request| super::urlencoded(request, &good)).await.expect(200);
    assert_eq!(stage.told().await.len(), 2, "the test endpoint keeps nothing");
}
