// Generated: `diesel print-schema` with the section `life_offers` of diesel.toml.

diesel::table! {
    offer_terms (community_id) {
        community_id -> Uuid,
        rate -> Int8,
        updated_by -> Nullable<Uuid>,
        updated_at -> Timestamptz,
        version -> Int4,
        pair_day_limit -> Int4,
        pair_month_limit -> Int4,
        close_day -> Int4,
        approved_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    offer_terms_changes (id) {
        id -> Uuid,
        community_id -> Uuid,
        rate -> Nullable<Int8>,
        pair_day_limit -> Nullable<Int4>,
        pair_month_limit -> Nullable<Int4>,
        close_day -> Nullable<Int4>,
        state -> Text,
        requested_by -> Uuid,
        requested_at -> Timestamptz,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    offers (id) {
        id -> Uuid,
        community_id -> Uuid,
        provider -> Text,
        merchant_id -> Nullable<Uuid>,
        state -> Text,
        kind -> Text,
        title -> Text,
        about -> Text,
        pick_up -> Text,
        price -> Int8,
        cny -> Int8,
        per_person -> Nullable<Int4>,
        per_household -> Nullable<Int4>,
        orders_from -> Nullable<Timestamptz>,
        orders_until -> Nullable<Timestamptz>,
        flash -> Bool,
        suspended -> Bool,
        suspended_for -> Nullable<Text>,
        version -> Int4,
        created_by -> Uuid,
        created_at -> Timestamptz,
        published_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    offer_stocks (offer_id) {
        offer_id -> Uuid,
        stock -> Int4,
        total -> Int4,
        open_version -> Nullable<Int4>,
    }
}

diesel::joinable!(offer_stocks -> offers (offer_id));
diesel::allow_tables_to_appear_in_same_query!(offers, offer_stocks);
