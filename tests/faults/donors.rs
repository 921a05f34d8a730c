//! People of the load who have signed in, for the product's own routes.

use std::time::{Duration, Instant};

use base::ids::{GridUnitId, PersonId};
use diesel::PgConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Uuid as SqlUuid;
use serde_json::{Value, json};
use uuid::Uuid;

/// A resident with a token.
pub(super) struct Donor {
    pub(super) person: PersonId,
    pub(super) token: String,
}

/// Signs four people in through the sandbox beside the server, and makes them residents of the community.
pub(super) async fn sign_in(client: &reqwest::Client, url: &str, owner: &mut PgConnection, community: GridUnitId) -> Vec<Donor> {
    let sandbox = answer(client.get(format!("{url}/demo/sandbox"))).await;
    let mut donors = Vec::new();
    for _ in 0..4 {
        let session = session(client, url, text(&sandbox["url"])).await;
        let (person, token) = (text(&session["person_id"]).parse().map(PersonId), text(&session["access_token"]).to_owned());
        let person = person.expect("an id");
        sql_query(
            "INSERT INTO roles (id, person_id, role, grid_unit_id, starts_at, source) VALUES ($1, $2, 'resident', $3, palm_now(), 'operator')",
        )
        .bind::<SqlUuid, _>(Uuid::now_v7())
        .bind::<SqlUuid, _>(person.0)
        .bind::<SqlUuid, _>(community.0)
        .execute(owner)
        .expect("a role");
        donors.push(Donor { person, token });
    }
    donors
}

/// A new person's session. Right after a crash the pool's old connections are still being found dead, and the answer is 503: try again.
async fn session(client: &reqwest::Client, url: &str, sandbox: &str) -> Value {
    let deadline = Instant::now() + Duration::from_secs(10);
    loop {
        let code = client.post(format!("{sandbox}/sandbox/login-codes")).json(&json!({ "person": Uuid::new_v4().to_string() }));
        let code = answer(code).await;
        let session = client.post(format!("{url}/api/v1/sessions")).json(&json!({ "code": code["code"] })).send().await;
        let session = session.expect("an answer");
        if session.status().as_u16() == 201 {
            return session.json().await.expect("JSON");
        }
        assert!(session.status().as_u16() == 503 && Instant::now() < deadline, "{session:?}");
    }
}

async fn answer(request: reqwest::RequestBuilder) -> Value {
    let reply = request.send().await.expect("an answer");
    assert!(reply.status().is_success(), "{reply:?}");
    reply.json().await.expect("JSON")
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}"))
}
