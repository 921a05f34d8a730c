// Generated: `diesel print-schema` with the section `governance_starter_packs` of diesel.toml.

diesel::table! {
    starter_adoptions (id) {
        id -> Uuid,
        community_id -> Uuid,
        budget_id -> Nullable<Uuid>,
        state -> Text,
        requested_by -> Uuid,
        decided_by -> Nullable<Uuid>,
        outcome -> Jsonb,
        created_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
    }
}
