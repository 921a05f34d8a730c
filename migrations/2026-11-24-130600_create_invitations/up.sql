-- One-time invitations to a role: the first administrator (from the command line) and a merchant's clerks.

CREATE TABLE invitations (
    id uuid PRIMARY KEY,
    role text NOT NULL,
    grid_unit_id uuid REFERENCES grid_units (id),
    organization_id uuid,
    code_hash bytea NOT NULL UNIQUE,
    created_by uuid REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    expires_at timestamptz NOT NULL,
    used_by uuid REFERENCES persons (id),
    used_at timestamptz,
    role_id uuid REFERENCES roles (id),
    CHECK ((used_by IS NULL) = (used_at IS NULL))
);
COMMENT ON TABLE invitations IS 'One-time codes that give a role to whoever shows them; open → used or expired. Owner: people/identity';
COMMENT ON COLUMN invitations.id IS 'Id [class: internal] [retention: 3 years]';
COMMENT ON COLUMN invitations.role IS 'Role [class: internal] [retention: 3 years]';
COMMENT ON COLUMN invitations.grid_unit_id IS 'The unit it is bound to [class: internal] [retention: 3 years]';
COMMENT ON COLUMN invitations.organization_id IS 'The organization it is bound to [class: internal] [retention: 3 years]';
COMMENT ON COLUMN invitations.code_hash IS 'SHA-256 of the code of 130 random bits [class: secret] [retention: 3 years]';
COMMENT ON COLUMN invitations.created_by IS 'Who invited; empty: the operator [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN invitations.created_at IS 'When [class: internal] [retention: 3 years]';
COMMENT ON COLUMN invitations.expires_at IS 'End [class: internal] [retention: 3 years]';
COMMENT ON COLUMN invitations.used_by IS 'Who took it [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN invitations.used_at IS 'When [class: internal] [retention: 3 years]';
COMMENT ON COLUMN invitations.role_id IS 'The role that came of it [class: internal] [retention: 3 years]';
GRANT SELECT, INSERT, UPDATE ON invitations TO palm_app;
