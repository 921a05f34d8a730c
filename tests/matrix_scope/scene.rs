//! Both communities with the same things in them: each noun once for the actor, once (`…/other`) for somebody else of the same
//! community (another block, person or shop). Everything comes about over HTTP, except what has no route of its own.

use std::collections::BTreeMap;

use base::ids::OrganizationId;
use people::identity::Role;
use serde_json::{Value, json};

use super::{chat, grid_duties, staff_lists, stories, systems};
use crate::support::{Actor, TestApp};

/// Whose right is tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Who {
    Staff,
    /// Staff who asked for nothing, so that no rule of two persons is in the way.
    Second,
    /// Staff of the street that both communities lie in.
    Street,
    /// The operator.
    Admin,
    /// The grid worker of the first block.
    Worker,
    Resident,
    Neighbour,
    Owner,
    OtherOwner,
    Clerk,
    OtherClerk,
    /// Works for the unit that has the request `handled`.
    Handler,
}

/// One community with its people and things.
pub(super) struct Side {
    pub(super) path: &'static str,
    pub(super) people: BTreeMap<Who, Actor>,
    pub(super) ids: BTreeMap<String, String>,
}

pub(super) fn id_of(view: &Value) -> String {
    view["id"].as_str().unwrap_or_else(|| panic!("no id: {view}")).to_owned()
}

impl Side {
    pub(super) async fn build(app: &TestApp, path: &'static str) -> Self {
        let mut side = Self { path, people: BTreeMap::new(), ids: BTreeMap::new() };
        for (who, role, place) in [
            (Who::Staff, Role::CommunityStaff, ""),
            (Who::Second, Role::CommunityStaff, ""),
            (Who::Worker, Role::GridWorker, "/E1/B1"),
            (Who::Resident, Role::Resident, "/E1/B1/D1"),
            (Who::Neighbour, Role::Resident, "/E1/B2/D1"),
        ] {
            side.people.insert(who, app.actor(role, &format!("{path}{place}")));
        }
        side.people.insert(Who::Street, app.actor(Role::StreetStaff, "S1"));
        side.people.insert(Who::Admin, app.actor(Role::Admin, "S1"));
        side.keep("community", &side.unit(app, "").to_string());
        side.keep("person", &side.who(Who::Resident).person.to_string());
        side.keep("person/other", &side.who(Who::Neighbour).person.to_string());
        let (worker, elsewhere) = (side.who(Who::Worker).clone(), app.actor(Role::GridWorker, &format!("{path}/E1/B2")));
        for (noun, callable) in [("worker", &worker), ("worker/other", &elsewhere)] {
            let set =
                callable.send(reqwest::Method::PUT, "/api/v1/me/callable", |request| request.json(&json!({"callable": true})));
            set.await.expect(200);
            side.keep(noun, &callable.person.to_string());
        }
        side.keep("block", &side.unit(app, "/E1/B1").to_string());
        let twice = [(); 2].map(|()| app.actor(Role::Resident, &format!("{path}/E1/B1/D1")).person);
        let merge = json!({"gone": twice[0], "keep": twice[1], "reason": "同一人"});
        side.made("merge", Who::Staff, "/api/v1/person-merges", merge).await;
        stories::register(app, &mut side).await;
        stories::market(app, &mut side).await;
        stories::points(app, &mut side).await;
        stories::volunteering(app, &mut side).await;
        stories::clocks(app, &mut side).await;
        stories::neighbours(app, &mut side).await;
        stories::staff(app, &mut side).await;
        stories::pictures(app, &mut side).await;
        stories::duty_list(&mut side, &super::duty_content()).await;
        grid_duties::tasks(app, &mut side).await;
        stories::screening(app, &mut side).await;
        grid_duties::leads(app, &mut side).await;
        stories::requests(app, &mut side).await;
        systems::build(app, &mut side).await;
        staff_lists::build(&mut side).await;
        staff_lists::together(app, &mut side).await;
        grid_duties::joint_cases(app, &mut side).await;
        chat::chat(app, &mut side).await;
        side
    }

    pub(super) fn who(&self, who: Who) -> &Actor {
        &self.people[&who]
    }

    pub(super) fn unit(&self, app: &TestApp, below: &str) -> base::ids::GridUnitId {
        app.world.unit(&format!("{}{below}", self.path))
    }

    pub(super) fn keep(&mut self, noun: &str, id: &str) {
        assert!(self.ids.insert(noun.to_owned(), id.to_owned()).is_none(), "{noun} is there twice");
    }

    /// The id of a thing that must be there.
    pub(super) fn id(&self, noun: &str) -> &str {
        self.ids.get(noun).unwrap_or_else(|| panic!("{}: no {noun}", self.path))
    }

    /// Somebody does something that makes a thing, whose id is kept.
    pub(super) async fn made(&mut self, noun: &str, by: Who, path: &str, body: Value) -> String {
        let view = self.who(by).post(path, &body).await.expect(201);
        let id = id_of(&view);
        self.keep(noun, &id);
        id
    }

    /// Staff do something that has to work.
    pub(super) async fn done(&self, by: Who, path: &str) {
        let reply = self.who(by).post(path, &json!({})).await;
        assert!(reply.status < 300, "{path}: {}", reply.text);
    }
}

/// An organization's id as the API shows it.
pub(super) fn organization(view: &Value) -> OrganizationId {
    serde_json::from_value(view["organization"].clone()).expect("an organization")
}
