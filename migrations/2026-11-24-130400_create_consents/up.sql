-- Versioned consent, given and withdrawn; nothing is overwritten, since it must be shown who agreed to what and when.

CREATE TABLE consents (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons (id),
    document text NOT NULL CHECK (document ~ '^[a-z_]{2,40}$'),
    version text NOT NULL CHECK (length(version) BETWEEN 1 AND 40),
    given_at timestamptz NOT NULL DEFAULT palm_now(),
    withdrawn_at timestamptz,
    recorded_by uuid REFERENCES persons (id),
    CHECK (withdrawn_at IS NULL OR withdrawn_at >= given_at)
);
CREATE UNIQUE INDEX consents_in_force ON consents (person_id, document) WHERE withdrawn_at IS NULL;
CREATE INDEX consents_person ON consents (person_id, id);
COMMENT ON TABLE consents IS 'Who agreed to which version of which document. Owner: people/identity';
COMMENT ON COLUMN consents.id IS 'Id [class: internal] [retention: 3 years after withdrawal]';
COMMENT ON COLUMN consents.person_id IS 'Who [class: pseudonymous] [retention: 3 years after withdrawal]';
COMMENT ON COLUMN consents.document IS 'privacy, location, health … [class: none] [retention: 3 years after withdrawal]';
COMMENT ON COLUMN consents.version IS 'Version of the document [class: none] [retention: 3 years after withdrawal]';
COMMENT ON COLUMN consents.given_at IS 'When it was given [class: internal] [retention: 3 years after withdrawal]';
COMMENT ON COLUMN consents.withdrawn_at IS 'When it was withdrawn or replaced by a newer version [class: internal] [retention: 3 years after withdrawal]';
COMMENT ON COLUMN consents.recorded_by IS 'The worker who recorded it; empty: the person [class: pseudonymous] [retention: 3 years after withdrawal]';
GRANT SELECT, INSERT, UPDATE ON consents TO palm_app;
