// Generated: `diesel print-schema` with the section `governance_chat_digests` of diesel.toml.

diesel::table! {
    chat_digests (person_id, day) {
        person_id -> Uuid,
        day -> Date,
        topics -> Int4,
        messages -> Int4,
        at -> Timestamptz,
    }
}
