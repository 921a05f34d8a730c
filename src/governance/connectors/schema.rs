// Generated: `diesel print-schema` with the section `governance_connectors` of diesel.toml.

diesel::table! {
    connector_cursors (request_id) {
        request_id -> Uuid,
        sequence -> Int4,
    }
}

diesel::table! {
    connector_deliveries (id) {
        id -> Uuid,
        connector_id -> Uuid,
        request_id -> Uuid,
        sequence -> Int4,
        kind -> Text,
        body -> Text,
        state -> Text,
        attempts -> Int4,
        next_at -> Timestamptz,
        lease_until -> Nullable<Timestamptz>,
        last_result -> Nullable<Text>,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    connector_links (connector_id, external_id) {
        connector_id -> Uuid,
        external_id -> Text,
        request_id -> Uuid,
        last_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    connector_messages (connector_id, message_id) {
        connector_id -> Uuid,
        message_id -> Text,
        request_id -> Uuid,
        status -> Text,
        happened_at -> Timestamptz,
        applied -> Bool,
        received_at -> Timestamptz,
    }
}

diesel::table! {
    connectors (id) {
        id -> Uuid,
        organization_id -> Uuid,
        name -> Text,
        url -> Text,
        events -> Array<Text>,
        status_words -> Jsonb,
        secret_sealed -> Bytea,
        previous_sealed -> Nullable<Bytea>,
        previous_until -> Nullable<Timestamptz>,
        state -> Text,
        pause_reason -> Nullable<Text>,
        failing_since -> Nullable<Timestamptz>,
        version -> Int4,
        created_by -> Uuid,
        created_at -> Timestamptz,
    }
}
