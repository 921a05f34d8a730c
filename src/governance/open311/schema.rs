// Generated: `diesel print-schema` with the section `governance_open311` of diesel.toml.

diesel::table! {
    open311_clients (id) {
        id -> Uuid,
        name -> Text,
        key_hash -> Bytea,
        grid_unit_id -> Nullable<Uuid>,
        organization_id -> Nullable<Uuid>,
        per_minute -> Int4,
        demo -> Bool,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        revoked_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    open311_reports (id) {
        id -> Uuid,
        client_id -> Uuid,
        community_id -> Uuid,
        service_code -> Text,
        token -> Uuid,
        contact_sealed -> Nullable<Bytea>,
        media_url -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    open311_updates (client_id, update_id) {
        client_id -> Uuid,
        update_id -> Text,
        report_id -> Uuid,
        status -> Text,
        updated_at -> Timestamptz,
        received_at -> Timestamptz,
    }
}
