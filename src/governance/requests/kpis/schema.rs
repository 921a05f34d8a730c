// Generated: `diesel print-schema` with the section `governance_requests_kpis` of diesel.toml.

diesel::table! {
    kpi_appeals (id) {
        id -> Uuid,
        request_id -> Uuid,
        organization_id -> Uuid,
        measure -> Text,
        wants -> Text,
        reason -> Text,
        state -> Text,
        requested_by -> Uuid,
        decided_by -> Nullable<Uuid>,
        decision -> Nullable<Text>,
        created_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
    }
}
