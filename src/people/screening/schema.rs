// Generated: `diesel print-schema` with the section `people_screening` of diesel.toml.

diesel::table! {
    word_lists (id) {
        id -> Uuid,
        community_id -> Nullable<Uuid>,
        version -> Int4,
        state -> Text,
        refused -> Array<Text>,
        doubtful -> Array<Text>,
        note -> Text,
        requested_by -> Uuid,
        approved_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        in_force_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    screening_items (id) {
        id -> Uuid,
        noun -> Text,
        subject_id -> Uuid,
        community_id -> Uuid,
        unit_id -> Uuid,
        author_id -> Nullable<Uuid>,
        state -> Text,
        reason -> Nullable<Text>,
        words -> Array<Text>,
        check_label -> Nullable<Int8>,
        check_trace -> Nullable<Text>,
        text -> Nullable<Text>,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        refusal -> Nullable<Text>,
        note -> Nullable<Text>,
        appeal -> Nullable<Text>,
        appealed_at -> Nullable<Timestamptz>,
        appeal_decided_by -> Nullable<Uuid>,
        appeal_decided_at -> Nullable<Timestamptz>,
        appeal_note -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}
