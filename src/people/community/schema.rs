// Generated: `diesel print-schema` with the section `people_community` of diesel.toml.

diesel::table! {
    households (id) {
        id -> Uuid,
        community_id -> Uuid,
        entrance_id -> Uuid,
        register_key -> Nullable<Text>,
        address_sealed -> Bytea,
        room_lookup -> Bytea,
        content_hash -> Nullable<Bytea>,
        from_date -> Nullable<Date>,
        until_date -> Nullable<Date>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    household_members (id) {
        id -> Uuid,
        household_id -> Uuid,
        member_key -> Text,
        name_sealed -> Bytea,
        phone_sealed -> Nullable<Bytea>,
        phone_lookup -> Nullable<Bytea>,
        birth_year -> Nullable<Int4>,
        relation -> Text,
        content_hash -> Nullable<Bytea>,
        from_date -> Nullable<Date>,
        until_date -> Nullable<Date>,
        person_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::joinable!(household_members -> households (household_id));
diesel::allow_tables_to_appear_in_same_query!(household_members, households);

diesel::table! {
    residencies (id) {
        id -> Uuid,
        person_id -> Uuid,
        community_id -> Uuid,
        entrance_id -> Uuid,
        household_id -> Nullable<Uuid>,
        room_sealed -> Nullable<Bytea>,
        room_lookup -> Nullable<Bytea>,
        state -> Text,
        how -> Nullable<Text>,
        voting -> Bool,
        reason -> Nullable<Text>,
        claimed_at -> Timestamptz,
        confirmed_at -> Nullable<Timestamptz>,
        confirmed_by -> Nullable<Uuid>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    person_merges (id) {
        id -> Uuid,
        gone_id -> Uuid,
        keep_id -> Uuid,
        grid_unit_id -> Uuid,
        state -> Text,
        reason -> Text,
        requested_by -> Uuid,
        requested_at -> Timestamptz,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    organizations (id) {
        id -> Uuid,
        kind -> Text,
        name -> Text,
        code -> Text,
        grid_unit_id -> Uuid,
        state -> Text,
        contact_sealed -> Nullable<Bytea>,
        phone_sealed -> Nullable<Bytea>,
        phone_lookup -> Nullable<Bytea>,
        content_hash -> Nullable<Bytea>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
    }
}

diesel::table! {
    import_files (import_id) {
        import_id -> Uuid,
        sealed -> Nullable<Bytea>,
        kept_until -> Timestamptz,
        imported_as -> Nullable<Uuid>,
        started_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    imports (id) {
        id -> Uuid,
        kind -> Text,
        file_hash -> Bytea,
        dry_run -> Bool,
        grid_unit_id -> Nullable<Uuid>,
        rows_read -> Int4,
        rows_created -> Int4,
        rows_changed -> Int4,
        rows_unchanged -> Int4,
        rows_refused -> Int4,
        errors -> Jsonb,
        conflicts -> Jsonb,
        made_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}
