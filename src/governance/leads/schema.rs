// Generated: `diesel print-schema` with the section `governance_leads` of diesel.toml.

diesel::table! {
    leads (id) {
        id -> Uuid,
        community_id -> Uuid,
        grid_unit_id -> Uuid,
        source -> Text,
        category -> Nullable<Text>,
        title -> Text,
        text -> Text,
        place_text -> Nullable<Text>,
        lat -> Nullable<Float8>,
        lon -> Nullable<Float8>,
        facility_id -> Nullable<Uuid>,
        evidence -> Nullable<Jsonb>,
        merge_key -> Nullable<Text>,
        count -> Int4,
        state -> Text,
        case_id -> Nullable<Uuid>,
        reason -> Nullable<Text>,
        raised_by -> Nullable<Uuid>,
        decided_by -> Nullable<Uuid>,
        due_at -> Timestamptz,
        created_at -> Timestamptz,
        last_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    lead_seasons (id) {
        id -> Uuid,
        community_id -> Uuid,
        grid_unit_id -> Uuid,
        category -> Nullable<Text>,
        title -> Text,
        text -> Text,
        month -> Int4,
        day -> Int4,
        last_year -> Nullable<Int4>,
        created_by -> Uuid,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}
