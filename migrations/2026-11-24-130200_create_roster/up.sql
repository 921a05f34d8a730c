-- The imported list of who works where: a row becomes the role of whoever proves the row's phone (or shows its one-time code).

CREATE TABLE roster_rows (
    id uuid PRIMARY KEY,
    row_key text NOT NULL UNIQUE CHECK (length(row_key) BETWEEN 1 AND 120),
    phone_sealed bytea NOT NULL,
    phone_lookup bytea NOT NULL,
    name_sealed bytea,
    name_lookup bytea,
    role text NOT NULL,
    grid_unit_id uuid REFERENCES grid_units (id),
    organization_id uuid,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    adopted_by uuid REFERENCES persons (id),
    adopted_at timestamptz,
    role_id uuid REFERENCES roles (id),
    code_hash bytea UNIQUE,
    code_expires_at timestamptz,
    revoked_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK (grid_unit_id IS NOT NULL OR organization_id IS NOT NULL),
    CHECK (ends_at IS NULL OR ends_at >= starts_at),
    CHECK ((adopted_by IS NULL) = (role_id IS NULL)),
    CHECK ((code_hash IS NULL) = (code_expires_at IS NULL))
);
CREATE INDEX roster_rows_phone ON roster_rows (phone_lookup) WHERE revoked_at IS NULL;
CREATE INDEX roster_rows_unit ON roster_rows (grid_unit_id, id);
CREATE INDEX roster_rows_role ON roster_rows (role_id);
COMMENT ON TABLE roster_rows IS 'Imported roster of staff, handlers, couriers; adopted by the person with that phone. Owner: people/identity';
COMMENT ON COLUMN roster_rows.id IS 'Id [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.row_key IS 'Key of the row in its source, so that a repeated import finds it [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.phone_sealed IS 'Phone, encrypted [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.phone_lookup IS 'Keyed hash of the phone [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.name_sealed IS 'Name, encrypted [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.name_lookup IS 'Keyed hash of the name, to see that a row is unchanged [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.role IS 'Role [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.grid_unit_id IS 'The unit it is bound to [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.organization_id IS 'The organization it is bound to [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.starts_at IS 'From [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.ends_at IS 'Until; open when empty [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.adopted_by IS 'Whose it became [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.adopted_at IS 'When [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.role_id IS 'The role that came of it [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.code_hash IS 'Keyed hash of the one-time code for a person with another phone [class: secret] [retention: 10 minutes]';
COMMENT ON COLUMN roster_rows.code_expires_at IS 'End of that code [class: internal] [retention: 10 minutes]';
COMMENT ON COLUMN roster_rows.revoked_at IS 'When the row was taken off the roster [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN roster_rows.created_at IS 'When it was imported [class: internal] [retention: 3 years after the end]';
GRANT SELECT, INSERT, UPDATE ON roster_rows TO palm_app;
