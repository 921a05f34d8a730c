// Generated: `diesel print-schema` with the section `governance_requests_exports` of diesel.toml.

diesel::table! {
    request_exports (id) {
        id -> Uuid,
        person_id -> Uuid,
        format -> Text,
        filters -> Jsonb,
        scope -> Jsonb,
        state -> Text,
        rows_total -> Nullable<Int4>,
        rows_done -> Int4,
        last_id -> Nullable<Uuid>,
        parts -> Int4,
        bytes -> Int8,
        truncated -> Bool,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
        remove_at -> Timestamptz,
    }
}

diesel::table! {
    request_export_parts (export_id, part) {
        export_id -> Uuid,
        part -> Int4,
        bytes -> Bytea,
    }
}
