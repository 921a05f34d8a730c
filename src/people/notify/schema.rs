// Generated: `diesel print-schema` with the section `people_notify` of diesel.toml.

diesel::table! {
    inbox_heads (person_id) {
        person_id -> Uuid,
        last_sequence -> Int8,
    }
}

diesel::table! {
    notifications (person_id, sequence) {
        person_id -> Uuid,
        sequence -> Int8,
        id -> Uuid,
        kind -> Text,
        title_zh -> Text,
        title_en -> Text,
        body_zh -> Text,
        body_en -> Text,
        link -> Nullable<Text>,
        push_fields -> Nullable<Jsonb>,
        push_state -> Text,
        pushed_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        read_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    subscription_consents (id) {
        id -> Uuid,
        person_id -> Uuid,
        template -> Text,
        change -> Int4,
        reason -> Text,
        source -> Text,
        source_key -> Nullable<Text>,
        at -> Timestamptz,
    }
}

diesel::table! {
    call_list (id) {
        id -> Uuid,
        person_id -> Uuid,
        grid_unit_id -> Nullable<Uuid>,
        notification_id -> Uuid,
        text -> Text,
        state -> Text,
        note -> Nullable<Text>,
        created_at -> Timestamptz,
        done_at -> Nullable<Timestamptz>,
        done_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    wechat_pushes (key) {
        key -> Text,
        event -> Text,
        message_sealed -> Bytea,
        received_at -> Timestamptz,
        processed_at -> Nullable<Timestamptz>,
        outcome -> Nullable<Text>,
    }
}
