// Generated: `diesel print-schema` with the section `governance_chat` of diesel.toml.

diesel::table! {
    chat_groups (id) {
        id -> Uuid,
        grid_unit_id -> Uuid,
        community_id -> Uuid,
        opened_by -> Uuid,
        opened_at -> Timestamptz,
    }
}

diesel::table! {
    chat_members (group_id, person_id) {
        group_id -> Uuid,
        person_id -> Uuid,
        nickname -> Nullable<Text>,
        quiet -> Bool,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    chat_messages (id) {
        id -> Uuid,
        topic_id -> Uuid,
        sequence -> Nullable<Int4>,
        change_sequence -> Nullable<Int4>,
        kind -> Text,
        state -> Text,
        author_id -> Nullable<Uuid>,
        as_worker -> Bool,
        text -> Nullable<Text>,
        reply_to -> Nullable<Int4>,
        mentions -> Array<Uuid>,
        pictures -> Int2,
        pictures_wait -> Bool,
        pictures_of -> Nullable<Uuid>,
        moved_to -> Nullable<Uuid>,
        case_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        published_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    chat_poll_options (topic_id, option) {
        topic_id -> Uuid,
        option -> Int2,
        text -> Text,
    }
}

diesel::table! {
    chat_read_marks (person_id, topic_id) {
        topic_id -> Uuid,
        person_id -> Uuid,
        sequence -> Int4,
        at -> Timestamptz,
    }
}

diesel::table! {
    chat_receipts (topic_id, person_id) {
        topic_id -> Uuid,
        person_id -> Uuid,
        at -> Timestamptz,
    }
}

diesel::table! {
    chat_topics (id) {
        id -> Uuid,
        group_id -> Uuid,
        community_id -> Uuid,
        grid_unit_id -> Uuid,
        kind -> Text,
        state -> Text,
        title -> Text,
        text -> Nullable<Text>,
        pinned -> Bool,
        author_id -> Nullable<Uuid>,
        decided_by -> Nullable<Uuid>,
        reason -> Nullable<Text>,
        opens_at -> Nullable<Timestamptz>,
        closing -> Nullable<Text>,
        sequence_last -> Int4,
        change_last -> Int4,
        created_at -> Timestamptz,
        opened_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    chat_votes (id) {
        id -> Uuid,
        topic_id -> Uuid,
        person_id -> Nullable<Uuid>,
        option -> Int2,
        at -> Timestamptz,
    }
}
