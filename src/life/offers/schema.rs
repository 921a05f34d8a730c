// Generated: `diesel print-schema` with the section `life_offers` of diesel.toml.

diesel::table! {
    offer_terms (community_id) {
        community_id -> Uuid,
        rate -> Int8,
        updated_by -> Nullable<Uuid>,
        updated_at -> Timestamptz,
        version -> Int4,
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
