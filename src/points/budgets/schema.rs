// Generated: `diesel print-schema` with the section `points_budgets` of diesel.toml.

diesel::table! {
    budgets (id) {
        id -> Uuid,
        community_id -> Uuid,
        name -> Text,
        sponsor_organization_id -> Nullable<Uuid>,
        sponsor_unit_id -> Nullable<Uuid>,
        period_from -> Date,
        period_to -> Date,
        asked -> BigInt,
        state -> Text,
        requested_by -> Uuid,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        sponsor_told_on -> Nullable<Date>,
    }
}

diesel::table! {
    budget_changes (id) {
        id -> Uuid,
        budget_id -> Uuid,
        kind -> Text,
        source -> Text,
        amount -> BigInt,
        state -> Text,
        requested_by -> Uuid,
        approved_by -> Nullable<Uuid>,
        transaction_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
    }
}
