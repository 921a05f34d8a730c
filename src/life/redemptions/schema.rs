// Generated: `diesel print-schema` with the section `life_redemptions` of diesel.toml.

diesel::table! {
    redemptions (id) {
        id -> Uuid,
        community_id -> Uuid,
        offer_id -> Uuid,
        merchant_id -> Nullable<Uuid>,
        person_id -> Nullable<Uuid>,
        organization_id -> Nullable<Uuid>,
        household_id -> Nullable<Uuid>,
        placed_by -> Nullable<Uuid>,
        state -> Text,
        quantity -> Int4,
        points -> Int8,
        cny -> Int8,
        hold_id -> Uuid,
        hold_expires_at -> Timestamptz,
        created_at -> Timestamptz,
        slip_hash -> Nullable<Bytea>,
        slip_pin_hash -> Nullable<Bytea>,
        capture_id -> Nullable<Uuid>,
        captured_at -> Nullable<Timestamptz>,
        captured_by -> Nullable<Uuid>,
        rate -> Nullable<Int8>,
        settlement_id -> Nullable<Uuid>,
        ended_at -> Nullable<Timestamptz>,
        ended_by -> Nullable<Uuid>,
        end_reason -> Nullable<Text>,
        refund_id -> Nullable<Uuid>,
        refund_asked_by -> Nullable<Uuid>,
        refund_approved_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    redemption_counts (offer_id, holder_kind, holder_id) {
        offer_id -> Uuid,
        holder_kind -> Text,
        holder_id -> Uuid,
        used -> Int4,
    }
}
