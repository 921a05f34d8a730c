// Generated: `diesel print-schema` with the section `service_volunteering` of diesel.toml.

diesel::table! {
    volunteer_projects (id) {
        id -> Uuid,
        community_id -> Uuid,
        grid_unit_id -> Uuid,
        title -> Text,
        about -> Text,
        kind -> Text,
        needs -> Nullable<Text>,
        organizer_person_id -> Nullable<Uuid>,
        organizer_organization_id -> Nullable<Uuid>,
        state -> Text,
        version -> Int4,
        created_by -> Uuid,
        created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    volunteer_teams (id) {
        id -> Uuid,
        community_id -> Uuid,
        name -> Text,
        leader_id -> Nullable<Uuid>,
        join_hash -> Nullable<Bytea>,
        created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    volunteer_team_members (team_id, person_id) {
        team_id -> Uuid,
        person_id -> Uuid,
        joined_at -> Timestamptz,
    }
}

diesel::table! {
    volunteer_shifts (id) {
        id -> Uuid,
        project_id -> Uuid,
        starts_at -> Timestamptz,
        ends_at -> Timestamptz,
        place -> Text,
        capacity -> Int4,
        taken -> Int4,
        waiting_last -> Int4,
        state -> Text,
        cancel_reason -> Nullable<Text>,
        absent -> Nullable<Int4>,
        never_out -> Nullable<Int4>,
        created_by -> Uuid,
        created_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
        version -> Int4,
    }
}

diesel::table! {
    volunteer_sign_ups (id) {
        id -> Uuid,
        shift_id -> Uuid,
        person_id -> Uuid,
        team_id -> Nullable<Uuid>,
        signed_by -> Uuid,
        state -> Text,
        waiting_no -> Nullable<Int4>,
        checked_in_at -> Nullable<Timestamptz>,
        checked_out_at -> Nullable<Timestamptz>,
        distance -> Nullable<Text>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    volunteer_hours (id) {
        id -> Uuid,
        project_id -> Uuid,
        shift_id -> Nullable<Uuid>,
        person_id -> Uuid,
        source -> Text,
        from_at -> Nullable<Timestamptz>,
        to_at -> Nullable<Timestamptz>,
        day -> Date,
        half_hours -> Int4,
        reason -> Nullable<Text>,
        hints -> Array<Text>,
        proposed_by -> Nullable<Uuid>,
        state -> Text,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        refusal -> Nullable<Text>,
        recorded_at -> Timestamptz,
    }
}

diesel::joinable!(volunteer_shifts -> volunteer_projects (project_id));
diesel::joinable!(volunteer_sign_ups -> volunteer_shifts (shift_id));
diesel::joinable!(volunteer_hours -> volunteer_projects (project_id));
diesel::joinable!(volunteer_team_members -> volunteer_teams (team_id));

diesel::allow_tables_to_appear_in_same_query!(volunteer_projects, volunteer_shifts, volunteer_sign_ups);
diesel::allow_tables_to_appear_in_same_query!(volunteer_projects, volunteer_hours);
diesel::allow_tables_to_appear_in_same_query!(volunteer_teams, volunteer_team_members);
