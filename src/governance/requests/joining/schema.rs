// Generated: `diesel print-schema` with the section `governance_requests_joining` of diesel.toml.

diesel::table! {
    place_followers (person_id, grid_unit_id) {
        person_id -> Uuid,
        grid_unit_id -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    request_followers (request_id, person_id) {
        request_id -> Uuid,
        person_id -> Uuid,
        joined -> Bool,
        household_id -> Nullable<Uuid>,
        resolved -> Nullable<Bool>,
        speed -> Nullable<Int2>,
        effect -> Nullable<Int2>,
        attitude -> Nullable<Int2>,
        feedback -> Nullable<Int2>,
        rated_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}
