-- Finding requests by their words: for staff's search, for suggestions of a category and for what stands open near by. Words are character
-- bigrams made in Rust, so no dictionary of the database is needed.

CREATE TABLE request_search (
    request_id uuid PRIMARY KEY REFERENCES requests (id),
    community_id uuid NOT NULL REFERENCES grid_units (id),
    tok tsvector NOT NULL
);
CREATE INDEX request_search_tok ON request_search USING gin (tok);
CREATE INDEX request_search_community ON request_search (community_id, request_id);
CREATE INDEX requests_open_place ON requests (community_id, lat, lon) WHERE state NOT IN ('answered', 'closed', 'cancelled');
CREATE INDEX requests_open_unit ON requests (grid_unit_id, id) WHERE state NOT IN ('answered', 'closed', 'cancelled');
COMMENT ON TABLE request_search IS 'Words of requests as bigrams. Owner: governance/requests';
COMMENT ON COLUMN request_search.request_id IS 'The request [class: none] [retention: as its text]';
COMMENT ON COLUMN request_search.community_id IS 'Its community [class: none] [retention: as its text]';
COMMENT ON COLUMN request_search.tok IS 'Bigrams of the text and the last character of each run [class: personal] [retention: as the text, until it is erased]';
GRANT SELECT, INSERT, UPDATE, DELETE ON request_search TO palm_app;
