// Generated: `diesel print-schema` with the section `life_merchants` of diesel.toml.

diesel::table! {
    merchants (id) {
        id -> Uuid,
        community_id -> Uuid,
        organization_id -> Nullable<Uuid>,
        state -> Text,
        name -> Text,
        licence_number -> Text,
        address -> Text,
        hours -> Text,
        services -> Text,
        contact -> Nullable<Text>,
        notice -> Nullable<Text>,
        settlement_account -> Nullable<Bytea>,
        ticket_number -> Int4,
        applicant_id -> Uuid,
        decided_by -> Nullable<Uuid>,
        decided_at -> Nullable<Timestamptz>,
        decision -> Nullable<Text>,
        version -> Int4,
        created_at -> Timestamptz,
    }
}
