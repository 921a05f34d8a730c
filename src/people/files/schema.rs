// Generated: `diesel print-schema` with the section `people_files` of diesel.toml.

diesel::table! {
    files (id) {
        id -> Uuid,
        person_id -> Uuid,
        name -> Text,
        sha256 -> Bytea,
        size_bytes -> Int8,
        width -> Int4,
        height -> Int4,
        check_state -> Text,
        check_trace -> Nullable<Text>,
        check_sent_at -> Nullable<Timestamptz>,
        check_tries -> Int4,
        check_reason -> Nullable<Text>,
        noun -> Nullable<Text>,
        subject_id -> Nullable<Uuid>,
        community_id -> Nullable<Uuid>,
        unit_id -> Nullable<Uuid>,
        public -> Bool,
        position -> Nullable<Int4>,
        attached_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}
