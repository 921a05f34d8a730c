// Generated: `diesel print-schema` with the section `governance_requests_root_causes` of diesel.toml.

diesel::table! {
    root_causes (id) {
        id -> Uuid,
        community_id -> Uuid,
        title -> Text,
        cause -> Text,
        owner_id -> Nullable<Uuid>,
        measure -> Nullable<Text>,
        due_on -> Nullable<Date>,
        state -> Text,
        result -> Nullable<Text>,
        opened_by -> Uuid,
        created_at -> Timestamptz,
        planned_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    root_cause_requests (root_cause_id, request_id) {
        root_cause_id -> Uuid,
        request_id -> Uuid,
        open -> Bool,
        added_by -> Uuid,
        added_at -> Timestamptz,
    }
}
