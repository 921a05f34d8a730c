-- Who imports by a form reads first what would happen and confirms then. The file waits in between, sealed, for an hour at most.
CREATE TABLE import_files (
    import_id uuid PRIMARY KEY REFERENCES imports (id),
    sealed bytea,
    kept_until timestamptz NOT NULL,
    imported_as uuid UNIQUE,
    started_at timestamptz,
    CHECK (started_at IS NULL OR imported_as IS NOT NULL)
);
CREATE INDEX import_files_waiting ON import_files (kept_until) WHERE sealed IS NOT NULL;
COMMENT ON TABLE import_files IS 'Files that were tried and wait to be confirmed. Owner: people/community';
COMMENT ON COLUMN import_files.import_id IS 'The trial [class: internal] [retention: 3 years]';
COMMENT ON COLUMN import_files.sealed IS 'The file, sealed; gone once it is imported, else after an hour [class: sensitive] [retention: 1 hour]';
COMMENT ON COLUMN import_files.kept_until IS 'When the file goes [class: none] [retention: 3 years]';
COMMENT ON COLUMN import_files.imported_as IS 'The import that it was confirmed as [class: internal] [retention: 3 years]';
COMMENT ON COLUMN import_files.started_at IS 'When the confirmed import began; none when it failed as a whole [class: internal] [retention: 3 years]';
GRANT SELECT, INSERT, UPDATE ON import_files TO palm_app;
