-- A list of requests as a file: made by a job in chunks, so that progress can be shown and a break goes on where it stopped. The file's
-- parts stand in the database, so that every server can give it and nothing is left on a disk.

CREATE TABLE request_exports (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons (id),
    format text NOT NULL CHECK (format IN ('csv', 'xlsx')),
    filters jsonb NOT NULL,
    scope jsonb NOT NULL,
    state text NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'removed')),
    rows_total integer CHECK (rows_total >= 0),
    rows_done integer NOT NULL DEFAULT 0 CHECK (rows_done >= 0),
    last_id uuid,
    parts integer NOT NULL DEFAULT 0 CHECK (parts >= 0),
    bytes bigint NOT NULL DEFAULT 0 CHECK (bytes >= 0),
    truncated boolean NOT NULL DEFAULT false,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    finished_at timestamptz,
    remove_at timestamptz NOT NULL,
    CHECK (state <> 'done' OR (finished_at IS NOT NULL AND rows_total = rows_done))
);
CREATE INDEX request_exports_person ON request_exports (person_id, id);
CREATE INDEX request_exports_remove ON request_exports (remove_at) WHERE state <> 'removed';
COMMENT ON TABLE request_exports IS 'Files made of the list of requests. Owner: governance/requests';
COMMENT ON COLUMN request_exports.id IS 'UUIDv7 [class: none] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.person_id IS 'Who asked for it [class: pseudonymous] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.format IS 'csv or xlsx [class: none] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.filters IS 'What the list was narrowed to [class: internal] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.scope IS 'How far the right of the one who asked reached: units by path and organizations [class: internal] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.state IS 'queued, running, done, failed, removed [class: none] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.rows_total IS 'Requests in all; none until it is counted [class: none] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.rows_done IS 'Requests written [class: none] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.last_id IS 'The request written last [class: none] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.parts IS 'Parts of the file [class: none] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.bytes IS 'Size of the file [class: none] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.truncated IS 'Were there more requests than a file holds? [class: none] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.created_at IS 'When it was asked for [class: internal] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.finished_at IS 'When it was done or given up [class: internal] [retention: until its owner is erased]';
COMMENT ON COLUMN request_exports.remove_at IS 'When its parts are removed [class: none] [retention: until its owner is erased]';
GRANT SELECT, INSERT, UPDATE, DELETE ON request_exports TO palm_app;

CREATE TABLE request_export_parts (
    export_id uuid NOT NULL REFERENCES request_exports (id),
    part integer NOT NULL CHECK (part >= 0),
    bytes bytea NOT NULL,
    PRIMARY KEY (export_id, part)
);
COMMENT ON TABLE request_export_parts IS 'The bytes of a file of requests, in order. Owner: governance/requests';
COMMENT ON COLUMN request_export_parts.export_id IS 'The file [class: none] [retention: seven days]';
COMMENT ON COLUMN request_export_parts.part IS 'From 0 without gaps [class: none] [retention: seven days]';
COMMENT ON COLUMN request_export_parts.bytes IS 'Its bytes: requests with personal data masked [class: personal] [retention: seven days]';
GRANT SELECT, INSERT, DELETE ON request_export_parts TO palm_app;
