// Generated: `diesel print-schema` with the section `governance_chat_search` of diesel.toml.

diesel::table! {
    use diesel::sql_types::*;
    use base::search::Tsvector;

    chat_search (message_id) {
        message_id -> Uuid,
        tok -> Tsvector,
    }
}
