// Generated: `diesel print-schema` with the section `base_jobs` of diesel.toml.

diesel::table! {
    jobs (id) {
        id -> Uuid,
        kind -> Text,
        payload -> Jsonb,
        once_key -> Nullable<Text>,
        state -> Text,
        run_at -> Timestamptz,
        lease_until -> Nullable<Timestamptz>,
        attempts -> Int4,
        last_error -> Nullable<Text>,
        created_at -> Timestamptz,
        finished_at -> Nullable<Timestamptz>,
    }
}
