-- New-employment registration (新就业群体报到): couriers and drivers who work here without living here; one for the whole street.

CREATE TABLE registrations (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    street_id uuid NOT NULL REFERENCES grid_units (id),
    company text NOT NULL CHECK (length(company) BETWEEN 1 AND 80),
    work text NOT NULL CHECK (work IN ('courier', 'food_delivery', 'ride_hailing', 'truck_driver', 'live_streamer', 'other')),
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'confirmed', 'refused')),
    decided_by uuid REFERENCES persons (id),
    decided_at timestamptz,
    reason text CHECK (length(reason) <= 300),
    role_id uuid REFERENCES roles (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK ((state = 'pending') = (decided_at IS NULL)),
    CHECK ((state = 'confirmed') = (role_id IS NOT NULL)),
    CHECK (decided_by IS NULL OR decided_by <> person_id)
);
CREATE UNIQUE INDEX registrations_one_open ON registrations (person_id, street_id) WHERE state <> 'refused';
CREATE INDEX registrations_unit ON registrations (grid_unit_id, state, id);
COMMENT ON TABLE registrations IS 'New-employment people who report in; pending → confirmed or refused. Owner: people/identity';
COMMENT ON COLUMN registrations.id IS 'Id [class: internal] [retention: 3 years]';
COMMENT ON COLUMN registrations.person_id IS 'Who [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN registrations.grid_unit_id IS 'Community or street where they reported in [class: personal] [retention: 3 years]';
COMMENT ON COLUMN registrations.street_id IS 'The street: one registration counts in all its communities [class: personal] [retention: 3 years]';
COMMENT ON COLUMN registrations.company IS 'Company or platform [class: personal] [retention: 3 years]';
COMMENT ON COLUMN registrations.work IS 'Kind of work [class: personal] [retention: 3 years]';
COMMENT ON COLUMN registrations.state IS 'pending, confirmed, refused [class: internal] [retention: 3 years]';
COMMENT ON COLUMN registrations.decided_by IS 'Who decided; empty: the company''s roster [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN registrations.decided_at IS 'When [class: internal] [retention: 3 years]';
COMMENT ON COLUMN registrations.reason IS 'Why it was refused [class: personal] [retention: 3 years]';
COMMENT ON COLUMN registrations.role_id IS 'The role that came of it [class: internal] [retention: 3 years]';
COMMENT ON COLUMN registrations.created_at IS 'When [class: internal] [retention: 3 years]';
GRANT SELECT, INSERT, UPDATE ON registrations TO palm_app;
