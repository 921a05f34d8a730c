-- What was imported, by whom, and what was wrong with which row: the report stays readable after the upload.

CREATE TABLE imports (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('grid', 'households', 'organizations', 'merchants', 'roster')),
    file_hash bytea NOT NULL,
    dry_run boolean NOT NULL,
    grid_unit_id uuid REFERENCES grid_units (id),
    rows_read integer NOT NULL CHECK (rows_read >= 0),
    rows_created integer NOT NULL CHECK (rows_created >= 0),
    rows_changed integer NOT NULL CHECK (rows_changed >= 0),
    rows_unchanged integer NOT NULL CHECK (rows_unchanged >= 0),
    rows_refused integer NOT NULL CHECK (rows_refused >= 0),
    errors jsonb NOT NULL,
    conflicts jsonb NOT NULL,
    made_by uuid REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now()
);
CREATE INDEX imports_unit ON imports (grid_unit_id, id);
COMMENT ON TABLE imports IS 'Reports of imports, dry runs too. Owner: people/community';
COMMENT ON COLUMN imports.id IS 'UUIDv7 [class: internal] [retention: 3 years]';
COMMENT ON COLUMN imports.kind IS 'grid, households, organizations, merchants, roster [class: none] [retention: 3 years]';
COMMENT ON COLUMN imports.file_hash IS 'SHA-256 of the file [class: internal] [retention: 3 years]';
COMMENT ON COLUMN imports.dry_run IS 'Checked only, nothing written [class: none] [retention: 3 years]';
COMMENT ON COLUMN imports.grid_unit_id IS 'The unit that its rows lie in; none when they lie in several streets [class: internal] [retention: 3 years]';
COMMENT ON COLUMN imports.rows_read IS 'Rows of the file [class: none] [retention: 3 years]';
COMMENT ON COLUMN imports.rows_created IS 'Rows that made something new [class: none] [retention: 3 years]';
COMMENT ON COLUMN imports.rows_changed IS 'Rows that changed something [class: none] [retention: 3 years]';
COMMENT ON COLUMN imports.rows_unchanged IS 'Rows that were there already [class: none] [retention: 3 years]';
COMMENT ON COLUMN imports.rows_refused IS 'Rows with an error [class: none] [retention: 3 years]';
COMMENT ON COLUMN imports.errors IS 'Row, column, what is wrong; never the value [class: internal] [retention: 3 years]';
COMMENT ON COLUMN imports.conflicts IS 'Row and what somebody has to decide; never the value [class: internal] [retention: 3 years]';
COMMENT ON COLUMN imports.made_by IS 'Who; none for the operator [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN imports.created_at IS 'When [class: internal] [retention: 3 years]';
GRANT SELECT, INSERT ON imports TO palm_app;
