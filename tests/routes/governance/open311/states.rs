//! The elements that GeoReport v2 publishes are all there, and every state of a request is an Open311 answer.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use governance::requests::State;

use super::{Stage, xml};

/// Elements of a request, in the words of the specification.
const REQUEST: [&str; 17] = [
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
];

#[actix_web::test]
async fn xml_has_every_published_element() {
    let stage = Stage::new().await;
    let id = stage.filed(&[]).await;
    let read = async |path: &str| {
        let reply = stage.get(path).await;
        reply.expect(200);
        xml::read(&reply.text)
    };
    let services = read("/services.xml?jurisdiction_id=S1/C1").await;
    for name in ["service_code", "service_name", "description", "metadata", "type", "keywords", "group"] {
        assert!(services.find(&format!("service/{name}")).is_some(), "services: no {name}");
    }
    let definition = read("/services/A01-01.xml?jurisdiction_id=S1/C1").await;
    assert_eq!((definition.name.as_str(), definition.at("service_code")), ("service_definition", "A01-01"));
    for name in ["variable", "code", "datatype", "required", "datatype_description", "order", "description", "values"] {
        assert!(definition.find(&format!("attributes/attribute/{name}")).is_some(), "definition: no {name}");
    }
    for name in ["key", "name"] {
        assert!(!definition.at(&format!("attributes/attribute/values/value/{name}")).is_empty(), "values: no {name}");
    }
    for path in [format!("/requests/{id}.xml?jurisdiction_id=S1/C1"), "/requests.xml?jurisdiction_id=S1/C1".to_owned()] {
        let requests = read(&path).await;
        assert_eq!(requests.name, "service_requests");
        for name in REQUEST {
            assert!(requests.find(&format!("request/{name}")).is_some(), "{path}: no {name}");
        }
    }
    let token = read(&format!("/tokens/{}.xml", stage.token_of(&id))).await;
    for name in ["service_request_id", "token"] {
        assert!(!token.at(&format!("request/{name}")).is_empty(), "token: no {name}");
    }
}

/// Puts a request into a state, with what the state needs.
fn put(stage: &Stage, id: &str, state: State) {
    let over = matches!(state, State::Closed | State::Cancelled);
    let answered = over || state == State::Answered;
    let done = sql_query(format!(
        "UPDATE requests SET state = $1, outcome = {}, closed_at = {} WHERE id::text = $2",
        if answered { "'solved'" } else { "NULL" },
        if over { "palm_now()" } else { "NULL" },
    ))
    .bind::<Text, _>(state.name())
    .bind::<Text, _>(id)
    .execute(&mut stage.app.owner());
    assert_eq!(done, Ok(1), "{state:?}");
}

#[actix_web::test]
async fn every_state_is_an_open311_answer() {
    let stage = Stage::new().await;
    let id = stage.filed(&[]).await;
    let (mut open, mut closed) = (0, 0);
    for state in State::ALL {
        put(&stage, &id, *state);
        let path = format!("/requests/{id}.json?jurisdiction_id=S1/C1&extensions=true");
        let seen = stage.get(&path).await.expect(200)[0].clone();
        let status = seen["status"].as_str().expect("a status").to_owned();
        assert_eq!(seen["extended_attributes"]["state"], state.name());
        assert_eq!(status == "open", state.is_open(), "{state:?} is {status}");
        let as_xml = stage.get(&format!("/requests/{id}.xml?jurisdiction_id=S1/C1")).await;
        as_xml.expect(200);
        assert_eq!(xml::read(&as_xml.text).at("request/status"), status, "{state:?}");
        for (asked, found) in [(status.as_str(), 1), (if status == "open" { "closed" } else { "open" }, 0)] {
            let list = stage.get(&format!("/requests.json?jurisdiction_id=S1/C1&status={asked}")).await.expect(200);
            assert_eq!(list.as_array().map(Vec::len), Some(found), "{state:?} among the {asked}");
        }
        if status == "open" { open += 1 } else { closed += 1 }
    }
    assert_eq!((open, closed), (6, 3));
}
