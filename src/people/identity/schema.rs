// Generated: `diesel print-schema` with the section `people_identity` of diesel.toml.

diesel::table! {
    persons (id) {
        id -> Uuid,
        state -> Text,
        kind -> Text,
        short_number -> Text,
        nickname -> Text,
        name_sealed -> Nullable<Bytea>,
        phone_sealed -> Nullable<Bytea>,
        phone_lookup -> Nullable<Bytea>,
        openid_sealed -> Nullable<Bytea>,
        openid_lookup -> Nullable<Bytea>,
        birth_year -> Nullable<Int4>,
        created_at -> Timestamptz,
        last_seen_at -> Nullable<Timestamptz>,
        closed_at -> Nullable<Timestamptz>,
        callable -> Bool,
    }
}

diesel::table! {
    sessions (id) {
        id -> Uuid,
        person_id -> Uuid,
        device -> Text,
        refresh_hash -> Bytea,
        previous_hash -> Nullable<Bytea>,
        rotated_at -> Timestamptz,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        end_reason -> Nullable<Text>,
        repeats -> Int4,
        kind -> Text,
    }
}

diesel::table! {
    console_logins (id) {
        id -> Uuid,
        ticket_hash -> Bytea,
        browser_hash -> Bytea,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        confirmed_by -> Nullable<Uuid>,
        confirmed_at -> Nullable<Timestamptz>,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    roles (id) {
        id -> Uuid,
        person_id -> Uuid,
        role -> Text,
        grid_unit_id -> Nullable<Uuid>,
        organization_id -> Nullable<Uuid>,
        starts_at -> Timestamptz,
        ends_at -> Nullable<Timestamptz>,
        source -> Text,
        granted_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    phone_codes (id) {
        id -> Uuid,
        phone_lookup -> Bytea,
        code_hash -> Bytea,
        issued_by -> Uuid,
        issued_at -> Timestamptz,
        expires_at -> Timestamptz,
        tries -> Int4,
        used_by -> Nullable<Uuid>,
        used_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    roster_rows (id) {
        id -> Uuid,
        row_key -> Text,
        phone_sealed -> Bytea,
        phone_lookup -> Bytea,
        name_sealed -> Nullable<Bytea>,
        name_lookup -> Nullable<Bytea>,
        role -> Text,
        grid_unit_id -> Nullable<Uuid>,
        organization_id -> Nullable<Uuid>,
        starts_at -> Timestamptz,
        ends_at -> Nullable<Timestamptz>,
        adopted_by -> Nullable<Uuid>,
        adopted_at -> Nullable<Timestamptz>,
        role_id -> Nullable<Uuid>,
        code_hash -> Nullable<Bytea>,
        code_expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    managed_accounts (person_id) {
        person_id -> Uuid,
        grid_unit_id -> Uuid,
        opened_by -> Uuid,
        consent_version -> Text,
        consent_text -> Text,
        opened_at -> Timestamptz,
        closed_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    cards (id) {
        id -> Uuid,
        person_id -> Uuid,
        token_hash -> Bytea,
        pin_hash -> Nullable<Bytea>,
        pin_tries -> Int4,
        daily_limit -> Int4,
        issued_by -> Uuid,
        issued_at -> Timestamptz,
        revoked_at -> Nullable<Timestamptz>,
        revoked_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    card_uses (card_id, day) {
        card_id -> Uuid,
        day -> Date,
        uses -> Int4,
    }
}

diesel::table! {
    consents (id) {
        id -> Uuid,
        person_id -> Uuid,
        document -> Text,
        version -> Text,
        given_at -> Timestamptz,
        withdrawn_at -> Nullable<Timestamptz>,
        recorded_by -> Nullable<Uuid>,
    }
}

diesel::table! {
    registrations (id) {
        id -> Uuid,
        person_id -> Uuid,
        grid_unit_id -> Uuid,
        street_id -> Uuid,
        company -> Text,
        work -> Text,
        state -> Text,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        reason -> Nullable<Text>,
        role_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
    }
}

diesel::table! {
    invitations (id) {
        id -> Uuid,
        role -> Text,
        grid_unit_id -> Nullable<Uuid>,
        organization_id -> Nullable<Uuid>,
        code_hash -> Bytea,
        created_by -> Nullable<Uuid>,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        used_by -> Nullable<Uuid>,
        used_at -> Nullable<Timestamptz>,
        role_id -> Nullable<Uuid>,
    }
}

diesel::table! {
    proxies (id) {
        id -> Uuid,
        person_id -> Uuid,
        proxy_id -> Uuid,
        relation -> Text,
        state -> Text,
        asked_at -> Timestamptz,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        consent_version -> Nullable<Text>,
        consent_text -> Nullable<Text>,
        ended_by -> Nullable<Uuid>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    legal_holds (id) {
        id -> Uuid,
        person_id -> Uuid,
        state -> Text,
        reason -> Text,
        legal_basis -> Text,
        erase_after -> Bool,
        asked_by -> Uuid,
        asked_at -> Timestamptz,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        end_asked_by -> Nullable<Uuid>,
        end_asked_at -> Nullable<Timestamptz>,
        ended_by -> Nullable<Uuid>,
        ended_at -> Nullable<Timestamptz>,
    }
}

diesel::joinable!(managed_accounts -> persons (person_id));
diesel::allow_tables_to_appear_in_same_query!(managed_accounts, persons);
