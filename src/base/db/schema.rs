// Generated: `diesel print-schema` with the section `base_db` of diesel.toml.

diesel::table! {
    idempotency_keys (principal, action, key) {
        principal -> Uuid,
        action -> Text,
        key -> Text,
        body_hash -> Bytea,
        result_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    audit_entries (id) {
        id -> Uuid,
        at -> Timestamptz,
        principal_kind -> Text,
        principal_id -> Nullable<Uuid>,
        session_id -> Nullable<Uuid>,
        request_id -> Uuid,
        action -> Text,
        object_kind -> Text,
        object_id -> Uuid,
        grid_unit_id -> Nullable<Uuid>,
        before -> Nullable<Jsonb>,
        after -> Nullable<Jsonb>,
    }
}
