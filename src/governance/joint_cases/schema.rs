// Generated: `diesel print-schema` with the section `governance_joint_cases` of diesel.toml.

diesel::table! {
    joint_cases (id) {
        id -> Uuid,
        community_id -> Uuid,
        grid_unit_id -> Uuid,
        case_id -> Nullable<Uuid>,
        title -> Text,
        matter -> Text,
        state -> Text,
        decision -> Nullable<Text>,
        closing -> Nullable<Text>,
        sequence_last -> Int4,
        convened_by -> Uuid,
        created_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    joint_case_members (id) {
        id -> Uuid,
        joint_case_id -> Uuid,
        organization_id -> Nullable<Uuid>,
        person_id -> Nullable<Uuid>,
        share_fen -> Nullable<Int8>,
        share_note -> Nullable<Text>,
        joined_at -> Timestamptz,
        left_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    joint_case_messages (joint_case_id, sequence) {
        joint_case_id -> Uuid,
        sequence -> Int4,
        id -> Uuid,
        kind -> Text,
        author_id -> Nullable<Uuid>,
        organization_id -> Nullable<Uuid>,
        text -> Text,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    joint_case_tasks (id) {
        id -> Uuid,
        joint_case_id -> Uuid,
        organization_id -> Nullable<Uuid>,
        person_id -> Nullable<Uuid>,
        text -> Text,
        due_at -> Timestamptz,
        state -> Text,
        note -> Nullable<Text>,
        created_by -> Uuid,
        created_at -> Timestamptz,
        ended_by -> Nullable<Uuid>,
        ended_at -> Nullable<Timestamptz>,
    }
}
