-- Facilities: lamps, lifts, hydrants with their units, the codes on them, and the devices that watch them.

CREATE TABLE facilities (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    code text NOT NULL CHECK (length(code) BETWEEN 1 AND 40),
    kind text NOT NULL CHECK (kind IN ('lamp', 'lift', 'hydrant', 'manhole', 'camera', 'gate', 'bin', 'charger', 'playground', 'pump', 'other')),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    place_text text NOT NULL CHECK (length(place_text) BETWEEN 1 AND 200),
    lat double precision,
    lon double precision,
    organization_id uuid REFERENCES organizations (id),
    category text CHECK (length(category) BETWEEN 1 AND 40),
    device_group text CHECK (length(device_group) BETWEEN 1 AND 40),
    state text NOT NULL DEFAULT 'in_use' CHECK (state IN ('in_use', 'broken', 'out_of_use', 'removed')),
    ticket text NOT NULL UNIQUE CHECK (length(ticket) = 12),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_by uuid NOT NULL REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    updated_at timestamptz NOT NULL DEFAULT palm_now(),
    UNIQUE (community_id, code),
    CHECK ((lat IS NULL) = (lon IS NULL))
);
CREATE INDEX facilities_unit ON facilities (grid_unit_id, id);
CREATE INDEX facilities_organization ON facilities (organization_id) WHERE organization_id IS NOT NULL;
COMMENT ON TABLE facilities IS 'Register of facilities: in_use, broken, out_of_use, removed. Owner: governance/facilities';
COMMENT ON COLUMN facilities.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.grid_unit_id IS 'Where it stands [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.code IS 'Code in the community''s register [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.kind IS 'What it is [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.name IS 'What people call it [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.place_text IS 'Where it stands, in words [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.lat IS 'WGS-84 degrees north [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.lon IS 'WGS-84 degrees east [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.organization_id IS 'The responsible unit [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.category IS 'Code of the duty list that its reports take [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.device_group IS 'Which device keys may speak for it [class: internal] [retention: for ever]';
COMMENT ON COLUMN facilities.state IS 'State [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.ticket IS 'Random code of its QR [class: internal] [retention: for ever]';
COMMENT ON COLUMN facilities.version IS 'Raised by every edit, for If-Match [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.created_by IS 'Who entered it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN facilities.created_at IS 'When it was entered [class: none] [retention: for ever]';
COMMENT ON COLUMN facilities.updated_at IS 'When it was edited last [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON facilities TO palm_app;

CREATE TABLE facility_device_keys (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 60),
    device_group text NOT NULL CHECK (length(device_group) BETWEEN 1 AND 40),
    key_hash bytea NOT NULL UNIQUE,
    previous_hash bytea UNIQUE,
    previous_until timestamptz,
    created_by uuid NOT NULL REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    rotated_at timestamptz,
    revoked_at timestamptz,
    revoked_by uuid REFERENCES persons (id),
    last_used_at timestamptz,
    CHECK ((previous_hash IS NULL) = (previous_until IS NULL)),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE INDEX facility_device_keys_community ON facility_device_keys (community_id, id);
COMMENT ON TABLE facility_device_keys IS 'Keys by which devices speak for a group of facilities; hashed, rotated, revoked. Owner: governance/facilities';
COMMENT ON COLUMN facility_device_keys.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN facility_device_keys.community_id IS 'Whose devices [class: none] [retention: for ever]';
COMMENT ON COLUMN facility_device_keys.name IS 'What the key is for [class: internal] [retention: for ever]';
COMMENT ON COLUMN facility_device_keys.device_group IS 'The group of facilities that it speaks for [class: internal] [retention: for ever]';
COMMENT ON COLUMN facility_device_keys.key_hash IS 'SHA-256 of the key [class: secret] [retention: until revoked]';
COMMENT ON COLUMN facility_device_keys.previous_hash IS 'SHA-256 of the key before the rotation [class: secret] [retention: a day after the rotation]';
COMMENT ON COLUMN facility_device_keys.previous_until IS 'Until when that one is taken [class: none] [retention: for ever]';
COMMENT ON COLUMN facility_device_keys.created_by IS 'Who made it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN facility_device_keys.created_at IS 'When it was made [class: none] [retention: for ever]';
COMMENT ON COLUMN facility_device_keys.rotated_at IS 'When it was rotated last [class: none] [retention: for ever]';
COMMENT ON COLUMN facility_device_keys.revoked_at IS 'When it was revoked [class: none] [retention: for ever]';
COMMENT ON COLUMN facility_device_keys.revoked_by IS 'Who revoked it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN facility_device_keys.last_used_at IS 'When an alarm came by it last [class: internal] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON facility_device_keys TO palm_app;

CREATE TABLE facility_alarms (
    id uuid PRIMARY KEY,
    facility_id uuid NOT NULL REFERENCES facilities (id),
    device_key_id uuid NOT NULL REFERENCES facility_device_keys (id),
    event_id text NOT NULL CHECK (length(event_id) BETWEEN 1 AND 80),
    kind text NOT NULL CHECK (kind IN ('fault', 'offline', 'water', 'smoke', 'gas', 'tilt', 'opened', 'temperature', 'pressure', 'power', 'other')),
    text text CHECK (length(text) BETWEEN 1 AND 500),
    occurred_at timestamptz NOT NULL,
    lead_id uuid NOT NULL REFERENCES leads (id),
    received_at timestamptz NOT NULL DEFAULT palm_now(),
    UNIQUE (device_key_id, event_id)
);
CREATE INDEX facility_alarms_facility ON facility_alarms (facility_id, id);
COMMENT ON TABLE facility_alarms IS 'What devices reported; several of one kind make one lead. Owner: governance/facilities';
COMMENT ON COLUMN facility_alarms.id IS 'UUIDv7 [class: none] [retention: two years]';
COMMENT ON COLUMN facility_alarms.facility_id IS 'About which facility [class: none] [retention: two years]';
COMMENT ON COLUMN facility_alarms.device_key_id IS 'By which key [class: internal] [retention: two years]';
COMMENT ON COLUMN facility_alarms.event_id IS 'The device''s own id of it; the same twice is one [class: internal] [retention: two years]';
COMMENT ON COLUMN facility_alarms.kind IS 'What it reports [class: none] [retention: two years]';
COMMENT ON COLUMN facility_alarms.text IS 'What it says [class: internal] [retention: two years]';
COMMENT ON COLUMN facility_alarms.occurred_at IS 'When it happened, by the device''s clock [class: none] [retention: two years]';
COMMENT ON COLUMN facility_alarms.lead_id IS 'The lead that counts it [class: none] [retention: two years]';
COMMENT ON COLUMN facility_alarms.received_at IS 'When it came in [class: none] [retention: two years]';
GRANT SELECT, INSERT ON facility_alarms TO palm_app;
