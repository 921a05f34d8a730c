// Generated: `diesel print-schema` with the section `governance_grid_tasks` of diesel.toml.

diesel::table! {
    grid_checklists (id) {
        id -> Uuid,
        community_id -> Uuid,
        code -> Text,
        version -> Int4,
        duty -> Text,
        title -> Text,
        items -> Jsonb,
        state -> Text,
        reason -> Nullable<Text>,
        requested_by -> Uuid,
        approved_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        decided_at -> Nullable<Timestamptz>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    grid_task_plans (id) {
        id -> Uuid,
        community_id -> Uuid,
        grid_unit_id -> Uuid,
        duty -> Text,
        title -> Text,
        about -> Text,
        checklist_code -> Nullable<Text>,
        stops -> Jsonb,
        recurrence -> Text,
        every -> Int4,
        starts_on -> Date,
        ends_on -> Nullable<Date>,
        due_days -> Int4,
        next_on -> Nullable<Date>,
        state -> Text,
        created_by -> Uuid,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    grid_tasks (id) {
        id -> Uuid,
        community_id -> Uuid,
        grid_unit_id -> Uuid,
        plan_id -> Nullable<Uuid>,
        occurrence_on -> Nullable<Date>,
        duty -> Text,
        title -> Text,
        about -> Text,
        checklist_id -> Nullable<Uuid>,
        state -> Text,
        due_at -> Nullable<Timestamptz>,
        overdue_at -> Nullable<Timestamptz>,
        reinspects_case_id -> Nullable<Uuid>,
        result -> Nullable<Text>,
        quantity -> Nullable<Int4>,
        answers -> Nullable<Jsonb>,
        reason -> Nullable<Text>,
        created_by -> Nullable<Uuid>,
        done_by -> Nullable<Uuid>,
        reviewed_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        started_at -> Nullable<Timestamptz>,
        done_at -> Nullable<Timestamptz>,
        reviewed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    grid_task_workers (task_id, person_id) {
        task_id -> Uuid,
        person_id -> Uuid,
        asked_at -> Timestamptz,
    }
}

diesel::table! {
    grid_task_stops (id) {
        id -> Uuid,
        task_id -> Uuid,
        position -> Int4,
        kind -> Text,
        grid_unit_id -> Nullable<Uuid>,
        facility_id -> Nullable<Uuid>,
        label -> Text,
        result -> Nullable<Text>,
        note -> Nullable<Text>,
        ticked_by -> Nullable<Uuid>,
        ticked_at -> Nullable<Timestamptz>,
        hazard_case_id -> Nullable<Uuid>,
    }
}
