//! The authorization matrix: role × action, generated from the permission table and the OpenAPI document, so a new route is in it by
//! itself. How far a granted right reaches (own, other, outside) is in `matrix_scope`.

use std::collections::BTreeMap;

use palm::{app, nouns, openapi};
use people::identity::{Role, Rule};

use crate::support::{Actor, TestApp};

/// The same request for everybody: ids that exist nowhere, an empty object as body. Who may not act is refused before either is looked at.
async fn attempt(actor: &Actor, operation: &openapi::Operation) -> u16 {
    let path: Vec<String> = operation
        .path
        .split('/')
        .map(|part| match part.rsplit_once('}') {
            Some((_, rest)) if part.starts_with('{') => format!("{}{rest}", uuid::Uuid::new_v4()),
            _ => part.to_owned(),
        })
        .collect();
    let key = uuid::Uuid::new_v4().to_string();
    let method = operation.method.as_str().parse().expect("a method");
    let reply = actor
        .send(method, &path.join("/"), |request| {
            let request = request.header("idempotency-key", key).header("if-match", "\"1\"");
            if ["POST", "PUT"].contains(&operation.method.as_str()) { request.json(&serde_json::json!({})) } else { request }
        })
        .await;
    assert!(reply.status < 500, "{} {} answered {}: {}", operation.method, operation.path, reply.status, reply.text);
    reply.status
}

/// A person holding a role, bound to community C1 (or to the street), and to an organization of their own where the role wants one.
fn person_with(app: &TestApp, role: Role) -> Actor {
    let place = match role {
        Role::StreetStaff | Role::SecurityAuditor | Role::Admin | Role::NewEmployment => "S1",
        Role::CommunityStaff | Role::Auditor => "S1/C1",
        Role::GridWorker => "S1/C1/E1/B1",
        _ => "S1/C1/E1/B1/D1",
    };
    if role == Role::Person {
        return app.person(None);
    }
    let actor = app.actor(role, place);
    if role.of_organization() {
        app.grant(&actor, role, None, Some(base::ids::OrganizationId::new()));
    }
    actor
}

fn granted(rule: &Rule, role: Role) -> bool {
    rule.grants.iter().any(|(held, _)| *held == role || *held == Role::Person)
}

#[actix_web::test]
async fn every_role_may_do_exactly_what_the_table_says() {
    let app = TestApp::start().await;
    let document = app::document(app.serving.parts.clone());
    let operations: BTreeMap<String, openapi::Operation> =
        openapi::operations(&document).into_iter().map(|operation| (operation.id.clone(), operation)).collect();
    let mut cast: BTreeMap<Role, Actor> = Role::ALL.iter().map(|role| (*role, person_with(&app, *role))).collect();
    let nobody = app.anonymous();
    let mut wrong = Vec::new();
    for rule in nouns::permissions() {
        let operation = &operations[rule.action];
        if attempt(&nobody, operation).await != 401 {
            wrong.push(format!("{}: somebody who isn't signed in got through", rule.action));
        }
        for role in Role::ALL {
            let status = attempt(&cast[role], operation).await;
            let passes = status != 401 && status != 403;
            if passes != granted(rule, *role) {
                wrong.push(format!("{}: {} got {status}", rule.action, role.name()));
            }
            // What was done may have signed the person out or closed the account.
            if status < 300 && operation.method != "GET" {
                cast.insert(*role, person_with(&app, *role));
            }
        }
    }
    assert!(wrong.is_empty(), "{} cells differ:\n{}", wrong.len(), wrong.join("\n"));
}
