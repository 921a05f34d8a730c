// Generated: `diesel print-schema` with the section `governance_requests` of diesel.toml.

diesel::table! {
    request_days (day) {
        day -> Date,
        base -> Int8,
    }
}

diesel::table! {
    requests (id) {
        id -> Uuid,
        number -> Text,
        filed_on -> Date,
        community_id -> Uuid,
        grid_unit_id -> Uuid,
        source -> Text,
        category -> Nullable<Text>,
        title -> Text,
        lat -> Nullable<Float8>,
        lon -> Nullable<Float8>,
        public -> Bool,
        publication -> Text,
        reporter_id -> Nullable<Uuid>,
        proxy_id -> Nullable<Uuid>,
        entered_by -> Nullable<Uuid>,
        state -> Text,
        desk -> Text,
        organization_id -> Nullable<Uuid>,
        lead_id -> Nullable<Uuid>,
        outcome -> Nullable<Text>,
        returns -> Int2,
        redone -> Bool,
        reopened -> Bool,
        extended -> Bool,
        merged_into -> Nullable<Uuid>,
        event_last -> Int4,
        due_at -> Nullable<Timestamptz>,
        resolve_by -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    request_details (request_id) {
        request_id -> Uuid,
        duty_item_id -> Nullable<Uuid>,
        text -> Text,
        place_text -> Nullable<Text>,
        answers -> Jsonb,
        wants_contact -> Bool,
        contact_sealed -> Nullable<Bytea>,
        danger -> Nullable<Text>,
        external_client -> Nullable<Text>,
        external_id -> Nullable<Text>,
        about_noun -> Nullable<Text>,
        about_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    request_events (request_id, sequence) {
        request_id -> Uuid,
        sequence -> Int4,
        kind -> Text,
        state -> Text,
        role -> Text,
        person_id -> Nullable<Uuid>,
        organization_id -> Nullable<Uuid>,
        public_text -> Nullable<Text>,
        internal_note -> Nullable<Text>,
        external_by -> Nullable<Text>,
        external_id -> Nullable<Text>,
        at -> Timestamptz,
    }
}

diesel::table! {
    request_assignments (id) {
        id -> Uuid,
        request_id -> Uuid,
        organization_id -> Uuid,
        part -> Text,
        reason -> Text,
        from_sequence -> Int4,
        ended_sequence -> Nullable<Int4>,
        return_reason -> Nullable<Text>,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    request_answers (request_id, round) {
        request_id -> Uuid,
        round -> Int2,
        sequence -> Int4,
        outcome -> Text,
        text -> Text,
        reason -> Nullable<Text>,
        legal_basis -> Nullable<Text>,
        instead -> Nullable<Text>,
        organization_id -> Nullable<Uuid>,
        answered_by -> Nullable<Uuid>,
        at -> Timestamptz,
        resolved -> Nullable<Bool>,
        speed -> Nullable<Int2>,
        effect -> Nullable<Int2>,
        attitude -> Nullable<Int2>,
        feedback -> Nullable<Int2>,
        comment -> Nullable<Text>,
        rated_at -> Nullable<Timestamptz>,
        rated_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    request_confirmations (request_id) {
        request_id -> Uuid,
        confirmed_by -> Uuid,
        sequence -> Int4,
        points_event -> Nullable<Uuid>,
        at -> Timestamptz,
    }
}

diesel::table! {
    reply_templates (id) {
        id -> Uuid,
        community_id -> Uuid,
        code -> Text,
        title -> Text,
        outcome -> Text,
        category -> Nullable<Text>,
        text -> Text,
        legal_basis -> Nullable<Text>,
        version -> Int4,
        retired_at -> Nullable<Timestamptz>,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    request_matters (id) {
        id -> Uuid,
        direction -> Text,
        community_id -> Uuid,
        street_id -> Uuid,
        request_id -> Nullable<Uuid>,
        title -> Text,
        text -> Text,
        state -> Text,
        raised_by -> Uuid,
        received_by -> Nullable<Uuid>,
        answered_by -> Nullable<Uuid>,
        answer -> Nullable<Text>,
        due_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
        received_at -> Nullable<Timestamptz>,
        answered_at -> Nullable<Timestamptz>,
        overdue_step -> Int2,
    }
}
