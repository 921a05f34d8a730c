// Generated: `diesel print-schema` with the section `governance_facilities` of diesel.toml.

diesel::table! {
    facilities (id) {
        id -> Uuid,
        community_id -> Uuid,
        grid_unit_id -> Uuid,
        code -> Text,
        kind -> Text,
        name -> Text,
        place_text -> Text,
        lat -> Nullable<Float8>,
        lon -> Nullable<Float8>,
        organization_id -> Nullable<Uuid>,
        category -> Nullable<Text>,
        device_group -> Nullable<Text>,
        state -> Text,
        ticket -> Text,
        version -> Int4,
        created_by -> Uuid,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    facility_device_keys (id) {
        id -> Uuid,
        community_id -> Uuid,
        name -> Text,
        device_group -> Text,
        key_hash -> Bytea,
        previous_hash -> Nullable<Bytea>,
        previous_until -> Nullable<Timestamptz>,
        created_by -> Uuid,
        created_at -> Timestamptz,
        rotated_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        revoked_by -> Nullable<Uuid>,
        last_used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    facility_alarms (id) {
        id -> Uuid,
        facility_id -> Uuid,
        device_key_id -> Uuid,
        event_id -> Text,
        kind -> Text,
        text -> Nullable<Text>,
        occurred_at -> Timestamptz,
        lead_id -> Uuid,
        received_at -> Timestamptz,
    }
}
