// Generated: `diesel print-schema` with the section `governance_duty_list` of diesel.toml.

diesel::table! {
    duty_changes (id) {
        id -> Uuid,
        community_id -> Uuid,
        item_id -> Uuid,
        kind -> Text,
        code -> Text,
        title -> Text,
        reason -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    duty_items (id) {
        id -> Uuid,
        community_id -> Uuid,
        code -> Text,
        version -> Integer,
        jurisdiction_id -> Uuid,
        major -> Text,
        middle -> Text,
        title -> Text,
        lead_organization_id -> Nullable<Uuid>,
        lead_hint -> Nullable<Text>,
        co_units -> Array<Uuid>,
        deadline_class -> Text,
        legal_basis -> Nullable<Text>,
        questions -> Jsonb,
        synonyms -> Array<Text>,
        reason -> Text,
        ending -> Bool,
        state -> Text,
        draft_version -> Integer,
        adoption_id -> Nullable<Uuid>,
        requested_by -> Uuid,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}
