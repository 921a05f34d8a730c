//! Where to look: the Swagger page, somebody of each role with a token for twelve hours, and lines to try.

use base::db::{Context, DbResult};
use base::error::ApiError;
use base::ids::{GridUnitId, PersonId};
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel::{PgConnection, QueryableByName, RunQueryDsl as _, sql_query};
use people::grid::{GridPath, unit_by_code};
use people::identity::{Role, demo_session};
use uuid::Uuid;

use super::seed::COMMUNITY;
use crate::serve::Serving;

#[derive(QueryableByName)]
struct Holder {
    #[diesel(sql_type = SqlUuid)]
    person: Uuid,
    #[diesel(sql_type = Text)]
    role: String,
    #[diesel(sql_type = Text)]
    place: String,
}

/// One person of the demo community for each role.
fn holders(serving: &Serving) -> Result<Vec<Holder>, ApiError> {
    serving.parts.db.read_now(|connection| {
        sql_query(
            "SELECT DISTINCT ON (r.role) r.person_id AS person, r.role, coalesce(u.name, o.name, '') AS place FROM roles r \
             JOIN persons p ON p.id = r.person_id AND p.state = 'active' AND p.kind = 'self' \
             LEFT JOIN grid_units u ON u.id = r.grid_unit_id LEFT JOIN organizations o ON o.id = r.organization_id \
             LEFT JOIN grid_units c ON c.id = o.grid_unit_id \
             WHERE (r.ends_at IS NULL OR r.ends_at > palm_now()) AND coalesce(u.path, c.path, '') ~ '^S01(/|$)' ORDER BY r.role, r.created_at",
        )
        .load::<Holder>(connection)
    })
}

/// Somebody of the staff whom one may sign in as.
#[derive(Debug, Clone, QueryableByName)]
pub struct DemoPerson {
    /// Who.
    #[diesel(sql_type = SqlUuid)]
    pub person: Uuid,
    #[diesel(sql_type = Text)]
    role: String,
    /// Their unit or organization.
    #[diesel(sql_type = Text)]
    pub place: String,
    /// What others call them.
    #[diesel(sql_type = Text)]
    pub nickname: String,
}

impl DemoPerson {
    /// Their role as people call it.
    pub fn role(&self) -> &'static str {
        Role::parse(&self.role).map_or("", Role::zh)
    }
}

/// The staff of a demonstration: some of each role.
pub fn staff(connection: &mut PgConnection) -> DbResult<Vec<DemoPerson>> {
    Ok(sql_query(
        "SELECT person, role, place, nickname FROM (SELECT r.person_id AS person, r.role, coalesce(u.name, o.name, '') AS place, p.nickname, \
         row_number() OVER (PARTITION BY r.role ORDER BY coalesce(u.path, ou.path, ''), r.created_at, r.id) AS n FROM roles r \
         JOIN persons p ON p.id = r.person_id AND p.state = 'active' AND p.kind = 'self' \
         LEFT JOIN grid_units u ON u.id = r.grid_unit_id LEFT JOIN organizations o ON o.id = r.organization_id \
         LEFT JOIN grid_units ou ON ou.id = o.grid_unit_id WHERE r.starts_at <= palm_now() AND (r.ends_at IS NULL OR r.ends_at > palm_now()) \
         AND r.role IN ('grid_worker', 'community_staff', 'unit_handler', 'street_staff', 'auditor', 'security_auditor', 'admin')) ranked \
         WHERE n <= 4 ORDER BY array_position(ARRAY['community_staff', 'grid_worker', 'unit_handler', 'street_staff', 'auditor', 'security_auditor', 'admin'], role), n",
    )
    .load(connection)?)
}

/// The demo community.
fn community(serving: &Serving) -> Result<Option<GridUnitId>, ApiError> {
    let found = serving.parts.db.read_now(|connection| unit_by_code(connection, &GridPath::new(COMMUNITY)))?;
    Ok(found.map(|unit| unit.id))
}

/// Prints it.
pub(super) async fn print(serving: &Serving, url: &str) -> anyhow::Result<()> {
    let holders = holders(serving)?;
    println!(
        "\nLook around (tokens live for 12 hours):\n\n   Staff console {url}/console/\n   API page      {url}/docs/\n   Health        {url}/readyz"
    );
    let public = format!("{url}/api/v1/governance/public/requests");
    if let Some(community) = community(serving)? {
        println!("   Public map    {public}.geojson?community={community}\n   Public list   {public}?community={community}");
        println!("   Atom feed     {public}.atom?community={community}");
    }
    println!("   Open311       {url}/open311/v2/discovery.json\n");
    let (mut shown, mut staff) = (None, None);
    for holder in holders {
        let (ring, person) = (std::sync::Arc::clone(&serving.parts.ring), PersonId(holder.person));
        let tokens = serving.parts.db.transaction_now(&Context::operator(), |mut tx| -> Result<_, ApiError> {
            let tokens = demo_session(&mut tx, &ring, person, 12)?;
            Ok(tx.done(tokens)?)
        })?;
        let name = Role::parse(&holder.role).map_or("", Role::zh);
        println!("   {:<20} {name} {}\n      {}", holder.role, holder.place, tokens.access_token);
        if holder.role == "community_staff" {
            staff = Some(tokens.access_token.clone());
        }
        if holder.role == "resident" || shown.is_none() {
            shown = Some(tokens.access_token);
        }
    }
    if let Some(token) = shown {
        println!("\n   TOKEN={token}\n   curl -s -H \"Authorization: Bearer $TOKEN\" {url}/api/v1/me");
        println!("   curl -s -H \"Authorization: Bearer $TOKEN\" {url}/api/v1/points/wallet");
        println!("   curl -s -H \"Authorization: Bearer $TOKEN\" {url}/api/v1/life/offers");
    }
    if let Some(token) = staff {
        println!(
            "\n   STAFF={token}\n   curl -s -H \"Authorization: Bearer $STAFF\" '{url}/api/v1/governance/requests?overdue=true'"
        );
        println!("   curl -s -H \"Authorization: Bearer $STAFF\" {url}/api/v1/me/todo");
    }
    println!("\nplay it again: palm journey --url {url}    prove the books: palm audit    stop: Ctrl-C");
    Ok(())
}
