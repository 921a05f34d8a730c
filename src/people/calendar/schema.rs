// Generated: `diesel print-schema` with the section `people_calendar` of diesel.toml.

diesel::table! {
    calendar_days (date) {
        date -> Date,
        kind -> Text,
        name -> Text,
    }
}

diesel::table! {
    calendar_years (year) {
        year -> Int4,
        provisional -> Bool,
        source -> Text,
        version -> Int4,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    community_hours (community_id, weekday, opens) {
        community_id -> Uuid,
        weekday -> Int4,
        opens -> Int4,
        closes -> Int4,
        version -> Int4,
        updated_at -> Timestamptz,
    }
}
