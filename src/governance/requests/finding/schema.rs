// Generated: `diesel print-schema` with the section `governance_requests_finding` of diesel.toml.

diesel::table! {
    request_views (id) {
        id -> Uuid,
        person_id -> Uuid,
        name -> Text,
        filters -> Jsonb,
        community_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}
