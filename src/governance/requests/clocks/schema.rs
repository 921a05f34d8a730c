// Generated: `diesel print-schema` with the section `governance_requests_clocks` of diesel.toml.

diesel::table! {
    on_call_turns (id) {
        id -> Uuid,
        community_id -> Nullable<Uuid>,
        organization_id -> Nullable<Uuid>,
        person_id -> Uuid,
        deputy_id -> Nullable<Uuid>,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        created_by -> Uuid,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    request_clocks (request_id, kind, round) {
        request_id -> Uuid,
        kind -> Text,
        round -> Int2,
        organization_id -> Nullable<Uuid>,
        class -> Nullable<Text>,
        term -> Text,
        amount -> Int4,
        extra -> Int4,
        started_at -> Timestamptz,
        due_at -> Timestamptz,
        provisional -> Bool,
        state -> Text,
        pause_reason -> Nullable<Text>,
        paused_at -> Nullable<Timestamptz>,
        left_units -> Nullable<Int8>,
        ended_at -> Nullable<Timestamptz>,
        step -> Int2,
        told_step -> Int2,
        next_at -> Nullable<Timestamptz>,
    }
}
