// Generated: `diesel print-schema` with the section `governance_requests_suggest` of diesel.toml.

diesel::table! {
    use diesel::sql_types::*;
    use base::search::Tsvector;

    request_search (request_id) {
        request_id -> Uuid,
        community_id -> Uuid,
        tok -> Tsvector,
    }
}
