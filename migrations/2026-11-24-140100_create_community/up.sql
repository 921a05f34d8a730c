-- Households with their members as the register has them, residencies as people claim them, and organizations of the place.

CREATE TABLE households (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    entrance_id uuid NOT NULL REFERENCES grid_units (id),
    register_key text CHECK (length(register_key) BETWEEN 1 AND 40),
    address_sealed bytea NOT NULL,
    room_lookup bytea NOT NULL,
    content_hash bytea,
    from_date date,
    until_date date,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    updated_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK (until_date IS NULL OR from_date IS NULL OR until_date >= from_date),
    UNIQUE (community_id, register_key)
);
CREATE INDEX households_entrance ON households (entrance_id, id);
CREATE INDEX households_room ON households (room_lookup);
COMMENT ON TABLE households IS 'The people of one dwelling in one period. Owner: people/community';
COMMENT ON COLUMN households.id IS 'Id [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN households.community_id IS 'The community [class: none] [retention: 3 years after the end]';
COMMENT ON COLUMN households.entrance_id IS 'The entrance [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN households.register_key IS 'Number in the register, so that an import can be repeated; none when made by a worker [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN households.address_sealed IS 'Door, encrypted [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN households.room_lookup IS 'Keyed hash of entrance and door [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN households.content_hash IS 'Keyed hash of the imported row, so that an unchanged one is left alone [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN households.from_date IS 'First day [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN households.until_date IS 'Last day; open when empty [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN households.created_at IS 'When it was entered [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN households.updated_at IS 'Last change [class: internal] [retention: 3 years after the end]';
GRANT SELECT, INSERT, UPDATE ON households TO palm_app;

CREATE TABLE household_members (
    id uuid PRIMARY KEY,
    household_id uuid NOT NULL REFERENCES households (id),
    member_key text NOT NULL CHECK (length(member_key) BETWEEN 1 AND 64),
    name_sealed bytea NOT NULL,
    phone_sealed bytea,
    phone_lookup bytea,
    birth_year integer CHECK (birth_year BETWEEN 1900 AND 2100),
    relation text NOT NULL CHECK (length(relation) BETWEEN 1 AND 20),
    content_hash bytea,
    from_date date,
    until_date date,
    person_id uuid REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    updated_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK ((phone_sealed IS NULL) = (phone_lookup IS NULL)),
    UNIQUE (household_id, member_key)
);
CREATE INDEX household_members_phone ON household_members (phone_lookup);
CREATE INDEX household_members_person ON household_members (person_id);
COMMENT ON TABLE household_members IS 'People of a household as the register has them; renters have an end. Owner: people/community';
COMMENT ON COLUMN household_members.id IS 'Id [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN household_members.household_id IS 'The household [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN household_members.member_key IS 'Number in the register, or a keyed hash of name and year of birth [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN household_members.name_sealed IS 'Name, encrypted [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN household_members.phone_sealed IS 'Phone, encrypted [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN household_members.phone_lookup IS 'Keyed hash of the phone [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN household_members.birth_year IS 'Year of birth only [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN household_members.relation IS 'Relation to the head of the household [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN household_members.content_hash IS 'Keyed hash of the imported row [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN household_members.from_date IS 'First day [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN household_members.until_date IS 'Last day; open when empty [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN household_members.person_id IS 'The account, once matched [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN household_members.created_at IS 'When it was entered [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN household_members.updated_at IS 'Last change [class: internal] [retention: 3 years after the end]';
GRANT SELECT, INSERT, UPDATE ON household_members TO palm_app;

CREATE TABLE residencies (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons (id),
    community_id uuid NOT NULL REFERENCES grid_units (id),
    entrance_id uuid NOT NULL REFERENCES grid_units (id),
    household_id uuid REFERENCES households (id),
    room_sealed bytea,
    room_lookup bytea,
    state text NOT NULL CHECK (state IN ('claimed', 'confirmed', 'refused', 'moved_out')),
    how text CHECK (how IN ('register', 'worker', 'managed')),
    voting boolean NOT NULL DEFAULT false,
    reason text CHECK (length(reason) <= 200),
    claimed_at timestamptz NOT NULL DEFAULT palm_now(),
    confirmed_at timestamptz,
    confirmed_by uuid REFERENCES persons (id),
    ended_at timestamptz,
    CHECK (confirmed_by IS NULL OR confirmed_by <> person_id),
    CHECK ((state = 'confirmed') <= (how IS NOT NULL AND confirmed_at IS NOT NULL)),
    CHECK (NOT voting OR state = 'confirmed')
);
CREATE UNIQUE INDEX residencies_live ON residencies (person_id, entrance_id) WHERE state IN ('claimed', 'confirmed');
CREATE UNIQUE INDEX residencies_voting ON residencies (person_id) WHERE voting;
CREATE INDEX residencies_entrance ON residencies (entrance_id, state, id);
CREATE INDEX residencies_community ON residencies (community_id, state, id);
CREATE INDEX residencies_household ON residencies (household_id);
COMMENT ON TABLE residencies IS 'Who lives where: claimed → confirmed → moved_out, or refused. Owner: people/community';
COMMENT ON COLUMN residencies.id IS 'Id [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.person_id IS 'Who [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.community_id IS 'The community [class: none] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.entrance_id IS 'The entrance [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.household_id IS 'The household, when known [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.room_sealed IS 'Door as claimed, encrypted [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.room_lookup IS 'Keyed hash of entrance and door [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.state IS 'claimed, confirmed, refused, moved_out [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.how IS 'Confirmed by register, worker or as a managed account [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.voting IS 'The one residency that counts in votes [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.reason IS 'Why it was refused, as told to the person [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.claimed_at IS 'When it was claimed [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.confirmed_at IS 'When it was confirmed [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.confirmed_by IS 'The worker; none when the register did [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN residencies.ended_at IS 'Refused or moved out at [class: internal] [retention: 3 years after the end]';
GRANT SELECT, INSERT, UPDATE ON residencies TO palm_app;

CREATE TABLE organizations (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('merchant', 'property', 'social_organization', 'company', 'office', 'street', 'committee')),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    code text NOT NULL CHECK (code ~ '^[A-Za-z0-9-]{1,40}$'),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    state text NOT NULL CHECK (state IN ('applied', 'active', 'closed')),
    contact_sealed bytea,
    phone_sealed bytea,
    phone_lookup bytea,
    content_hash bytea,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    updated_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK ((phone_sealed IS NULL) = (phone_lookup IS NULL)),
    UNIQUE (grid_unit_id, code)
);
CREATE INDEX organizations_unit ON organizations (grid_unit_id, id);
COMMENT ON TABLE organizations IS 'Merchants, property companies, social organizations, offices of a community or street. Owner: people/community';
COMMENT ON COLUMN organizations.id IS 'Id [class: none] [retention: for ever]';
COMMENT ON COLUMN organizations.kind IS 'merchant, property, social_organization, company, office, street, committee [class: none] [retention: for ever]';
COMMENT ON COLUMN organizations.name IS 'Name [class: none] [retention: for ever]';
COMMENT ON COLUMN organizations.code IS 'Code within its community or street [class: none] [retention: for ever]';
COMMENT ON COLUMN organizations.grid_unit_id IS 'Its community, or its street [class: none] [retention: for ever]';
COMMENT ON COLUMN organizations.state IS 'applied, active, closed [class: none] [retention: for ever]';
COMMENT ON COLUMN organizations.contact_sealed IS 'Name of the contact, encrypted [class: personal] [retention: 3 years after closing]';
COMMENT ON COLUMN organizations.phone_sealed IS 'Phone of the contact, encrypted [class: personal] [retention: 3 years after closing]';
COMMENT ON COLUMN organizations.phone_lookup IS 'Keyed hash of that phone [class: personal] [retention: 3 years after closing]';
COMMENT ON COLUMN organizations.content_hash IS 'Keyed hash of the imported row [class: internal] [retention: 3 years after closing]';
COMMENT ON COLUMN organizations.created_at IS 'When it was entered [class: none] [retention: for ever]';
COMMENT ON COLUMN organizations.updated_at IS 'Last change [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON organizations TO palm_app;
