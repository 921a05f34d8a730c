// Generated: `diesel print-schema` with the section `points_awards` of diesel.toml.

diesel::table! {
    award_events (id) {
        id -> Uuid,
        community_id -> Uuid,
        kind -> Text,
        beneficiary_person_id -> Nullable<Uuid>,
        beneficiary_organization_id -> Nullable<Uuid>,
        occurred_at -> Timestamptz,
        quantity -> Integer,
        evidence_kind -> Text,
        evidence_id -> Uuid,
        approver_ids -> Array<Uuid>,
        project_id -> Nullable<Uuid>,
        budget_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    awards (id) {
        id -> Uuid,
        event_id -> Uuid,
        community_id -> Uuid,
        beneficiary_person_id -> Nullable<Uuid>,
        beneficiary_organization_id -> Nullable<Uuid>,
        rule_id -> Nullable<Uuid>,
        budget_id -> Nullable<Uuid>,
        state -> Text,
        wanted -> BigInt,
        amount -> BigInt,
        reason -> Nullable<Text>,
        transaction_id -> Nullable<Uuid>,
        reversed_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        posted_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    award_caps (lineage_id, cap, subject_id, window_start) {
        lineage_id -> Uuid,
        cap -> Text,
        subject_id -> Uuid,
        window_start -> Date,
        used -> BigInt,
    }
}

diesel::table! {
    award_queue (event_id) {
        event_id -> Uuid,
        community_id -> Uuid,
    }
}
