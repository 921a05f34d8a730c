// Generated: `diesel print-schema` with the section `points_contributions` of diesel.toml.

diesel::table! {
    contributions (id) {
        id -> Uuid,
        community_id -> Uuid,
        organization_id -> Uuid,
        quantity -> Integer,
        evidence -> Text,
        occurred_at -> Timestamptz,
        budget_id -> Nullable<Uuid>,
        state -> Text,
        requested_by -> Uuid,
        approved_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
    }
}
