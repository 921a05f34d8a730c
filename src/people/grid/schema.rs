// Generated: `diesel print-schema` with the section `people_grid` of diesel.toml.

diesel::table! {
    grid_units (id) {
        id -> Uuid,
        kind -> Text,
        parent_id -> Nullable<Uuid>,
        code -> Text,
        path -> Text,
        name -> Text,
        active -> Bool,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    entrance_tickets (ticket) {
        ticket -> Text,
        grid_unit_id -> Uuid,
        made_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}
