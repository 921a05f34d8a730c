//! Whoever was erased stays erased, whatever is restored.

use base::cluster::{Cluster, ClusterOptions};
use diesel::prelude::*;
use diesel::{QueryableByName, sql_query, sql_types};
use serde_json::json;

use super::{Office, restore};
use crate::routes::people::{bind_phone, login_code, sign_in};
use crate::support::TestApp;

/// A nickname that is nobody else's.
const CANARY: &str = "不该回来的邻居";

#[derive(QueryableByName)]
struct Name {
    #[diesel(sql_type = sql_types::Text)]
    nickname: String,
}

#[actix_web::test]
async fn an_erased_person_stays_erased_after_a_restore() {
    let app = TestApp::start().await;
    let office = Office::of(&app);
    let (me, _) = sign_in(&app, "甲").await;
    bind_phone(&app, &me, "19900000001").await.expect(200);
    let (me, _) = sign_in(&app, "甲").await;
    me.put("/api/v1/me/nickname", "*", &json!({"nickname": CANARY})).await.expect(200);
    let alive = office.backup().await;
    me.post("/api/v1/me/close", &json!({"code": login_code(&app, "甲").await})).await.expect(204);
    app.drain().await;
    let erased = office.backup().await;
    assert_eq!((alive.manifest.erasures, erased.manifest.erasures), (0, 1));

    let into = office.at("restored");
    let mut args = office.restore_args(Some(&alive.file));
    (args.check, args.into) = (false, Some(into.clone()));
    // The copy beside the backups is enough: the machine itself may be gone.
    args.places.erasure_log = Some(office.at("no-such-list"));
    let restored = restore(args.clone()).await.expect("it is restored");
    assert_eq!(restored.erased, 1);
    assert!(restored.is_green());
    assert!(restore(args).await.expect_err("twice").contains("not empty"));
    let names = actix_web::web::block(move || {
        let cluster = Cluster::ensure(ClusterOptions { data_dir: into, durable: true }).expect("the restored cluster");
        let mut owner = PgConnection::establish(&cluster.owner_url("palm")).expect("the owner");
        let names: Vec<Name> = sql_query("SELECT nickname FROM persons").load(&mut owner).expect("the people");
        drop(owner);
        cluster.stop().expect("it stops");
        names
    });
    let names = names.await.expect("a thread");
    assert!(!names.is_empty() && names.iter().all(|name| name.nickname != CANARY));

    let mut without = office.restore_args(Some(&erased.file));
    without.places.erasure_log = Some(office.at("no-such-list"));
    std::fs::remove_file(office.at("backups/erasures")).expect("the copy goes");
    assert!(restore(without.clone()).await.expect_err("a lost list").contains("the erasure list names 0 people"));
    without.accept_missing_erasures = true;
    assert!(restore(without).await.expect("said so").is_green());
}
