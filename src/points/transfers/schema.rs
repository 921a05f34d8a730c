// Generated: `diesel print-schema` with the section `points_transfers` of diesel.toml.

diesel::table! {
    point_transfers (id) {
        id -> Uuid,
        community_id -> Uuid,
        kind -> Text,
        from_person_id -> Uuid,
        to_person_id -> Nullable<Uuid>,
        amount -> BigInt,
        transaction_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    point_transfer_caps (community_id, person_id, kind, month) {
        community_id -> Uuid,
        person_id -> Uuid,
        kind -> Text,
        month -> Date,
        used -> BigInt,
    }
}
