// Generated: `diesel print-schema` with the section `governance_chat` of diesel.toml.

diesel::table! {
    chat_cards (ticket) {
        ticket -> Text,
        topic_id -> Uuid,
        made_by -> Uuid,
        made_at -> Timestamptz,
    }
}

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
    chat_keywords (id) {
        id -> Uuid,
        community_id -> Nullable<Uuid>,
        word -> Text,
        category -> Nullable<Text>,
        made_by -> Nullable<Uuid>,
        made_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    chat_measures (id) {
        id -> Uuid,
        kind -> Text,
        state -> Text,
        community_id -> Uuid,
        grid_unit_id -> Uuid,
        group_id -> Uuid,
        message_id -> Uuid,
        person_id -> Nullable<Uuid>,
        reason -> Text,
        note -> Nullable<Text>,
        days -> Nullable<Int2>,
        until -> Nullable<Timestamptz>,
        decided_by -> Uuid,
        second_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        in_force_at -> Nullable<Timestamptz>,
        appeal -> Nullable<Text>,
        appealed_at -> Nullable<Timestamptz>,
        appeal_by -> Nullable<Uuid>,
        appeal_note -> Nullable<Text>,
        ended_by -> Nullable<Uuid>,
        ended_at -> Nullable<Timestamptz>,
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
    chat_questions (id) {
        id -> Uuid,
        topic_id -> Uuid,
        message_id -> Nullable<Uuid>,
        grid_unit_id -> Uuid,
        worker_id -> Uuid,
        asked_at -> Timestamptz,
        due_at -> Timestamptz,
        reminded_at -> Nullable<Timestamptz>,
        answered_by -> Nullable<Uuid>,
        answered_at -> Nullable<Timestamptz>,
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
    chat_reasons (code) {
        code -> Text,
        zh -> Text,
        en -> Text,
        position -> Int2,
        active -> Bool,
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
    chat_records (id) {
        id -> Uuid,
        community_id -> Uuid,
        grid_unit_id -> Uuid,
        action -> Text,
        topic_id -> Nullable<Uuid>,
        message_id -> Nullable<Uuid>,
        measure_id -> Nullable<Uuid>,
        person_id -> Nullable<Uuid>,
        reason -> Nullable<Text>,
        by_id -> Nullable<Uuid>,
        at -> Timestamptz,
    }
}

diesel::table! {
    chat_reports (id) {
        id -> Uuid,
        message_id -> Uuid,
        grid_unit_id -> Uuid,
        reporter_id -> Nullable<Uuid>,
        reason -> Text,
        note -> Nullable<Text>,
        created_at -> Timestamptz,
        settled_by -> Nullable<Uuid>,
        settled_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    chat_requests (case_id) {
        case_id -> Uuid,
        message_id -> Uuid,
        topic_id -> Uuid,
        told_up_to -> Int4,
        made_by -> Uuid,
        made_at -> Timestamptz,
    }
}

diesel::table! {
    chat_summaries (id) {
        id -> Uuid,
        topic_id -> Uuid,
        author_id -> Nullable<Uuid>,
        text -> Nullable<Text>,
        created_at -> Timestamptz,
        accepted_by -> Nullable<Uuid>,
        accepted_at -> Nullable<Timestamptz>,
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
