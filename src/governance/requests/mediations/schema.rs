// Generated: `diesel print-schema` with the section `governance_requests_mediations` of diesel.toml.

diesel::table! {
    mediations (id) {
        id -> Uuid,
        community_id -> Uuid,
        grid_unit_id -> Uuid,
        request_id -> Nullable<Uuid>,
        title -> Text,
        matter -> Text,
        mediator_id -> Uuid,
        state -> Text,
        agreement -> Nullable<Text>,
        follow_up_on -> Nullable<Date>,
        ending -> Nullable<Text>,
        kept -> Nullable<Bool>,
        opened_by -> Uuid,
        created_at -> Timestamptz,
        settled_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    mediation_parties (id) {
        id -> Uuid,
        mediation_id -> Uuid,
        person_id -> Nullable<Uuid>,
        name -> Nullable<Text>,
        confirmed_at -> Nullable<Timestamptz>,
        confirmed_by -> Nullable<Uuid>,
        paper -> Nullable<Text>,
    }
}

diesel::table! {
    mediation_sessions (id) {
        id -> Uuid,
        mediation_id -> Uuid,
        starts_at -> Timestamptz,
        place -> Text,
        state -> Text,
        minutes -> Nullable<Text>,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}
