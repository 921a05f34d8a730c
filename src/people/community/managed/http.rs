#![expect(unreachable_pub, reason = "the route macro nests every pub handler")]
//! `/managed-residents`.

use actix_web::post;
use actix_web::web::Data;
use base::db::{Db, Finished};
use base::error::ApiError;
use base::http::{Created, IdempotencyKey, Problem, Valid};
use base::ids::{GridUnitId, PersonId};
use base::keys::KeyRing;
use base::text::{Text, Whole};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{ManagedResident, ManagedResidentCreate};
use crate::community::residencies::{self, NOT_AN_ENTRANCE, ResidencyId, ResidencyView};
use crate::grid;
use crate::identity::Can;

/// An account for somebody without a phone.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewManagedResident {
    /// Real name.
    name: Text<40>,
    /// Year of birth.
    birth_year: Whole<1900, 2100>,
    /// Where they live.
    entrance: GridUnitId,
    /// Door.
    room: Option<Text<20>>,
    /// Version of the text that was read to the person.
    consent_version: Text<40>,
    /// How consent was given, in the worker's words.
    consent: Text<500>,
    /// For somebody under 14: the guardian who consented, a person of age with an account.
    guardian: Option<PersonId>,
}

/// The managed account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ManagedResidentView {
    /// The person: issue a card for them next.
    person: PersonId,
    /// Their residence.
    residency: ResidencyView,
}

/// Open an account for somebody without a phone, with recorded consent, living at an entrance of one's scope.
#[utoipa::path(tag = "community", request_body = NewManagedResident, params(("Idempotency-Key" = String, Header)), responses((status = 201, body = ManagedResidentView, description = "the account and its residence"), (status = "4XX", body = Problem, description = "refused"), (status = "5XX", body = Problem, description = "failed")))]
#[post("/managed-residents")]
pub async fn managed_resident_create(
    can: Can<ManagedResidentCreate>,
    key: IdempotencyKey,
    body: Valid<NewManagedResident>,
    db: Data<Db>,
    ring: Data<KeyRing>,
) -> Result<Created<ManagedResidentView>, ApiError> {
    let (by, scope, once_ring) = (can.person(), can.scope().clone(), ring.clone());
    let id = ResidencyId::new();
    let once = can.once(key, body.hash(), id.0);
    let (new, entrance) = body.into_inner().managed(id);
    let done = db
        .once(once, move |mut tx| {
            let unit = grid::unit_find(tx.conn(), entrance)?.ok_or_else(|| ApiError::of(&NOT_AN_ENTRANCE))?;
            super::create(&mut tx, &once_ring, &scope, unit, &new, by)?;
            Ok::<Finished<()>, ApiError>(tx.done(())?)
        })
        .await?;
    let id = ResidencyId(done.id);
    let view = db
        .read(move |connection| {
            let residency = residencies::shown(connection, &ring, id)?;
            Ok::<_, ApiError>(ManagedResidentView { person: residency.person(), residency })
        })
        .await?;
    let location = format!("/api/v1/residencies#{id}");
    Ok(Created::new(&done, location, view))
}

impl NewManagedResident {
    fn managed(self, residency: ResidencyId) -> (ManagedResident, GridUnitId) {
        let resident = ManagedResident {
            residency,
            person: PersonId::new(),
            name: self.name.into_string(),
            birth_year: self.birth_year.get(),
            room: self.room.map(Text::into_string),
            consent_version: self.consent_version.into_string(),
            consent_text: self.consent.into_string(),
            guardian: self.guardian,
        };
        (resident, self.entrance)
    }
}
