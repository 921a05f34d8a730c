// Generated: `diesel print-schema` with the section `points_expiry` of diesel.toml.

diesel::table! {
    expiry_reminders (person_id, community_id, expires_on) {
        community_id -> Uuid,
        person_id -> Uuid,
        expires_on -> Date,
        reminded_at -> Timestamptz,
    }
}
