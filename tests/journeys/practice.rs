//! The practice community is marked, stands anew as often as it is wished, and touches nobody else.

use base::db::Context;
use base::error::ApiError;
use base::ids::PersonId;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Text};
use palm::demo::practice::{self, Practice};
use people::identity::demo_session;

use crate::support::{Actor, TestApp};

async fn reset(app: &TestApp) -> Practice {
    let (db, ring) = (app.serving.parts.db.clone(), app.serving.parts.ring.clone());
    actix_web::web::block(move || practice::reset(&db, &ring)).await.expect("a thread").expect("a practice community")
}

/// Somebody of the practice community, signed in.
fn actor(app: &TestApp, practice: &Practice, name: &str) -> Actor {
    let person: PersonId = practice.people.iter().find(|(known, _)| *known == name).expect("somebody of that name").1;
    let ring = app.serving.parts.ring.clone();
    let tokens = app.serving.parts.db.transaction_now(&Context::operator(), move |mut tx| -> Result<_, ApiError> {
        let tokens = demo_session(&mut tx, &ring, person, 12)?;
        Ok(tx.done(tokens)?)
    });
    Actor::new(&app.url, &app.client, Some((person, tokens.expect("a session").access_token)))
}

/// Roles that hold below a path.
fn roles(app: &TestApp, path: &str) -> i64 {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    sql_query(
        "SELECT count(*) AS n FROM roles r LEFT JOIN organizations o ON o.id = r.organization_id JOIN grid_units u ON u.id = coalesce(r.grid_unit_id, o.grid_unit_id) \
         WHERE (u.path = $1 OR u.path LIKE $1 || '/%') AND (r.ends_at IS NULL OR r.ends_at > palm_now())",
    )
    .bind::<Text, _>(path)
    .get_result::<Count>(&mut app.owner())
    .expect("a count")
    .n
}

async fn open(actor: &Actor) -> usize {
    let page = actor.get("/api/v1/governance/requests?open=true&limit=100").await.expect(200);
    page["items"].as_array().map_or(0, Vec::len)
}

#[actix_web::test]
async fn it_stands_anew_and_touches_nobody_else() {
    let app = TestApp::start().await;
    let staff = app.staff();
    let first = reset(&app).await;
    assert!(practice::is_practice(&people::grid::GridPath::new(&first.path)));
    let secretary = actor(&app, &first, "社区工作者甲");
    assert_eq!((open(&secretary).await, open(&staff).await), (first.requests, 0));
    let units = secretary.get("/api/v1/grid/units?limit=100").await.expect(200).to_string();
    assert!(units.contains("练习社区（演练）"), "it is marked by its name: {units}");
    let property = actor(&app, &first, "物业人员");
    assert!(open(&property).await > 0, "the duty list dispatches there too");
    assert!(roles(&app, &first.street) > 5);
    let real = roles(&app, "S1");

    let second = reset(&app).await;
    assert_ne!(first.path, second.path);
    assert_eq!((roles(&app, &first.street), roles(&app, "S1")), (0, real), "the one before is put away, nobody else is");
    assert_eq!(open(&actor(&app, &second, "社区工作者甲")).await, second.requests);
    let gone = actor(&app, &first, "社区工作者甲");
    gone.get("/api/v1/governance/requests").await.problem(403, "forbidden");
}
