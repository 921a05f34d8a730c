// Generated: `diesel print-schema` with the section `points_rules` of diesel.toml.

diesel::table! {
    earning_rules (id) {
        id -> Uuid,
        lineage_id -> Uuid,
        version -> Integer,
        community_id -> Uuid,
        kind -> Text,
        name -> Text,
        budget_id -> Uuid,
        amount_per_unit -> BigInt,
        person_day_cap -> Nullable<BigInt>,
        household_day_cap -> Nullable<BigInt>,
        person_month_cap -> Nullable<BigInt>,
        total_cap -> Nullable<BigInt>,
        validity_months -> Integer,
        valid_from -> Date,
        valid_until -> Nullable<Date>,
        conditions -> Jsonb,
        state -> Text,
        draft_version -> Integer,
        created_by -> Uuid,
        approved_by -> Nullable<Uuid>,
        in_force_from -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}
