-- Persons of the installation, their devices and their roles. Phone, name and WeChat ids are sealed; keyed hashes find them.

CREATE TABLE persons (
    id uuid PRIMARY KEY,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'closed', 'merged', 'frozen')),
    kind text NOT NULL DEFAULT 'self' CHECK (kind IN ('self', 'managed')),
    short_number text NOT NULL UNIQUE,
    nickname text NOT NULL CHECK (length(nickname) BETWEEN 1 AND 40),
    name_sealed bytea,
    phone_sealed bytea,
    phone_lookup bytea UNIQUE,
    openid_sealed bytea,
    openid_lookup bytea UNIQUE,
    birth_year integer CHECK (birth_year BETWEEN 1900 AND 2100),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    last_seen_at timestamptz,
    closed_at timestamptz
);
COMMENT ON TABLE persons IS 'Everybody who has an account, once per installation. Owner: people/identity';
COMMENT ON COLUMN persons.id IS 'Id [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN persons.state IS 'active, closed, merged, frozen [class: internal] [retention: for ever]';
COMMENT ON COLUMN persons.kind IS 'self, or managed by a grid worker [class: personal] [retention: until closed]';
COMMENT ON COLUMN persons.short_number IS 'Number to say on the phone [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN persons.nickname IS 'What others see [class: personal] [retention: until closed]';
COMMENT ON COLUMN persons.name_sealed IS 'Real name, encrypted [class: personal] [retention: until closed]';
COMMENT ON COLUMN persons.phone_sealed IS 'Phone, encrypted [class: personal] [retention: until closed]';
COMMENT ON COLUMN persons.phone_lookup IS 'Keyed hash of the phone [class: personal] [retention: until closed]';
COMMENT ON COLUMN persons.openid_sealed IS 'WeChat openid, encrypted [class: personal] [retention: until closed]';
COMMENT ON COLUMN persons.openid_lookup IS 'Keyed hash of the openid [class: personal] [retention: until closed]';
COMMENT ON COLUMN persons.birth_year IS 'Year of birth only [class: personal] [retention: until closed]';
COMMENT ON COLUMN persons.created_at IS 'First sign-in or entry [class: internal] [retention: for ever]';
COMMENT ON COLUMN persons.last_seen_at IS 'Last sign-in [class: personal] [retention: until closed]';
COMMENT ON COLUMN persons.closed_at IS 'When the account was closed [class: internal] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON persons TO palm_app;

CREATE TABLE sessions (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons (id),
    device text NOT NULL CHECK (length(device) <= 80),
    refresh_hash bytea NOT NULL UNIQUE,
    previous_hash bytea UNIQUE,
    rotated_at timestamptz NOT NULL DEFAULT palm_now(),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    expires_at timestamptz NOT NULL,
    ended_at timestamptz,
    end_reason text
);
CREATE INDEX sessions_person ON sessions (person_id) WHERE ended_at IS NULL;
COMMENT ON TABLE sessions IS 'Signed-in devices; one refresh token each, rotated at use. Owner: people/identity';
COMMENT ON COLUMN sessions.id IS 'Id [class: pseudonymous] [retention: 6 months]';
COMMENT ON COLUMN sessions.person_id IS 'Whose [class: pseudonymous] [retention: 6 months]';
COMMENT ON COLUMN sessions.device IS 'Kind of device as told by the client [class: personal] [retention: 6 months]';
COMMENT ON COLUMN sessions.refresh_hash IS 'SHA-256 of the refresh token in force [class: secret] [retention: 6 months]';
COMMENT ON COLUMN sessions.previous_hash IS 'SHA-256 of the one before: its reuse ends the session [class: secret] [retention: 6 months]';
COMMENT ON COLUMN sessions.rotated_at IS 'Last rotation [class: internal] [retention: 6 months]';
COMMENT ON COLUMN sessions.created_at IS 'Sign-in [class: internal] [retention: 6 months]';
COMMENT ON COLUMN sessions.expires_at IS 'End without use [class: internal] [retention: 6 months]';
COMMENT ON COLUMN sessions.ended_at IS 'Signed out or revoked [class: internal] [retention: 6 months]';
COMMENT ON COLUMN sessions.end_reason IS 'Why it ended [class: internal] [retention: 6 months]';
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions TO palm_app;

CREATE TABLE roles (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons (id),
    role text NOT NULL,
    grid_unit_id uuid REFERENCES grid_units (id),
    organization_id uuid,
    starts_at timestamptz NOT NULL,
    ends_at timestamptz,
    source text NOT NULL CHECK (source IN ('roster', 'residency', 'registration', 'invitation', 'staff', 'operator')),
    granted_by uuid REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK (ends_at IS NULL OR ends_at >= starts_at)
);
CREATE INDEX roles_person ON roles (person_id);
CREATE INDEX roles_unit ON roles (grid_unit_id, role);
CREATE INDEX roles_organization ON roles (organization_id, role);
CREATE UNIQUE INDEX roles_one_open ON roles (person_id, role, grid_unit_id, organization_id) NULLS NOT DISTINCT WHERE ends_at IS NULL;
COMMENT ON TABLE roles IS 'Who holds which role where, from when to when. Owner: people/identity';
COMMENT ON COLUMN roles.id IS 'Id [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN roles.person_id IS 'Who [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN roles.role IS 'Role [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN roles.grid_unit_id IS 'The unit it is bound to [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN roles.organization_id IS 'The organization it is bound to [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN roles.starts_at IS 'From [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN roles.ends_at IS 'Until; open when empty [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN roles.source IS 'How it came [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN roles.granted_by IS 'Who granted it [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN roles.created_at IS 'When it was entered [class: internal] [retention: 3 years after the end]';
GRANT SELECT, INSERT, UPDATE ON roles TO palm_app;
