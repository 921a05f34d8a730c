//! Other systems: clients of Open311, which the street enters, and the systems of units.

use people::identity::Role;
use serde_json::json;

use super::Reach::{Everywhere, Narrow};
use super::scene::{Side, Who};
use super::{Row, nothing};
use crate::support::TestApp;

const GOVERNANCE: &str = "/api/v1/governance";

/// The street reaches all its communities, a unit's handler the systems of that unit.
#[rustfmt::skip]
pub(super) const SYSTEMS: &[Row] = &[
    ("open311_client_revoke", Who::Street, "open311_client", Everywhere, nothing),
    ("connector_find", Who::Owner, "connector", Narrow, nothing),
    ("connector_find", Who::Street, "connector", Everywhere, nothing),
    ("connector_update", Who::Owner, "connector", Narrow, |_| json!({"name": "报修系统", "url": "https://1.1.1.1/hook"})),
    ("connector_rotate", Who::Owner, "connector", Narrow, nothing),
    ("connector_delivery_list", Who::Owner, "connector", Narrow, nothing),
    ("connector_replay", Who::Owner, "connector", Narrow, nothing),
    ("connector_pause", Who::Owner, "connector", Narrow, nothing),
    ("connector_resume", Who::Owner, "connector", Narrow, nothing),
    ("connector_close", Who::Owner, "connector", Narrow, nothing),
];

/// A client of the community, and a system of each shop's organization, whose owners handle requests for it too.
pub(super) async fn build(app: &TestApp, side: &mut Side) {
    let client = json!({"name": "市民热线", "grid_unit_id": side.unit(app, "")});
    side.made("open311_client", Who::Street, &format!("{GOVERNANCE}/open311-clients"), client).await;
    for (suffix, owner) in [("", Who::Owner), ("/other", Who::OtherOwner)] {
        let organization: base::ids::OrganizationId = side.id(&format!("organization{suffix}")).parse().expect("an id");
        app.grant(side.who(owner), Role::UnitHandler, None, Some(organization));
        let settings = json!({"name": "报修系统", "url": "https://1.1.1.1/hook"});
        let new = json!({"organization_id": organization, "settings": settings});
        side.made(&format!("connector{suffix}"), owner, &format!("{GOVERNANCE}/connectors"), new).await;
    }
}
