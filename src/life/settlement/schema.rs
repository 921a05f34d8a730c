// Generated: `diesel print-schema` with the section `life_settlement` of diesel.toml.

diesel::table! {
    settlements (id) {
        id -> Uuid,
        community_id -> Uuid,
        merchant_id -> Uuid,
        state -> Text,
        period_end -> Timestamptz,
        points -> Int8,
        fen -> Int8,
        closing_id -> Uuid,
        closed_by -> Nullable<Uuid>,
        closed_at -> Timestamptz,
        answered_by -> Nullable<Uuid>,
        answered_at -> Nullable<Timestamptz>,
        dispute -> Nullable<Text>,
        reply -> Nullable<Text>,
        proof -> Nullable<Text>,
        payment_asked_by -> Nullable<Uuid>,
        payment_asked_at -> Nullable<Timestamptz>,
        payment_approved_by -> Nullable<Uuid>,
        paid_at -> Nullable<Timestamptz>,
        transaction_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    settlement_lines (capture_id) {
        capture_id -> Uuid,
        settlement_id -> Uuid,
        order_id -> Uuid,
        captured_at -> Timestamptz,
        points -> Int8,
        rate -> Int8,
        fen -> Int8,
    }
}

diesel::table! {
    settlement_closings (community_id, period_end) {
        community_id -> Uuid,
        period_end -> Timestamptz,
        closing_id -> Uuid,
        closed_at -> Timestamptz,
    }
}
