// Generated: `diesel print-schema` with the section `points_reversals` of diesel.toml.

diesel::table! {
    point_reversals (id) {
        id -> Uuid,
        community_id -> Uuid,
        original_id -> Uuid,
        reason -> Text,
        state -> Text,
        requested_by -> Uuid,
        approved_by -> Nullable<Uuid>,
        transaction_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
    }
}
