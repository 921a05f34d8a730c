-- What volunteers are asked to do, and the teams in which they do it.

CREATE TABLE volunteer_projects (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    about text NOT NULL CHECK (length(about) BETWEEN 1 AND 2000),
    kind text NOT NULL CHECK (kind IN ('care', 'environment', 'safety', 'learning', 'culture', 'emergency', 'other')),
    needs text CHECK (length(needs) BETWEEN 1 AND 500),
    organizer_person_id uuid REFERENCES persons (id),
    organizer_organization_id uuid REFERENCES organizations (id),
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'open', 'closed')),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_by uuid NOT NULL REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    closed_at timestamptz,
    CHECK ((organizer_person_id IS NULL) <> (organizer_organization_id IS NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE INDEX volunteer_projects_unit ON volunteer_projects (grid_unit_id, id);
CREATE INDEX volunteer_projects_organizer ON volunteer_projects (organizer_person_id) WHERE organizer_person_id IS NOT NULL;
CREATE INDEX volunteer_projects_organization ON volunteer_projects (organizer_organization_id) WHERE organizer_organization_id IS NOT NULL;
COMMENT ON TABLE volunteer_projects IS 'Volunteering projects: draft → open → closed. Owner: service/volunteering';
COMMENT ON COLUMN volunteer_projects.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_projects.community_id IS 'The community whose points it earns [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_projects.grid_unit_id IS 'Where it belongs; never changes [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_projects.title IS 'Title [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_projects.about IS 'What is done, for whom [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_projects.kind IS 'Field of work [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_projects.needs IS 'What volunteers should bring or be able to do [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_projects.organizer_person_id IS 'The person who runs it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN volunteer_projects.organizer_organization_id IS 'Or the organization that runs it [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_projects.state IS 'draft, open, closed [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_projects.version IS 'Raised by every edit, for If-Match [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_projects.created_by IS 'Who entered it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN volunteer_projects.created_at IS 'When it was entered [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_projects.closed_at IS 'When it ended [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON volunteer_projects TO palm_app;

CREATE TABLE volunteer_teams (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 30),
    leader_id uuid REFERENCES persons (id),
    join_hash bytea UNIQUE,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    closed_at timestamptz,
    UNIQUE (community_id, name),
    CHECK ((closed_at IS NULL) = (leader_id IS NOT NULL))
);
COMMENT ON TABLE volunteer_teams IS 'Teams of volunteers; one closes when its last member leaves. Owner: service/volunteering';
COMMENT ON COLUMN volunteer_teams.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_teams.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_teams.name IS 'Name, unique in the community [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_teams.leader_id IS 'Who signs the team up [class: pseudonymous] [retention: until the team closes]';
COMMENT ON COLUMN volunteer_teams.join_hash IS 'Keyed hash of the code by which people join [class: secret] [retention: until renewed]';
COMMENT ON COLUMN volunteer_teams.created_at IS 'When it was made [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_teams.closed_at IS 'When the last member left [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON volunteer_teams TO palm_app;

CREATE TABLE volunteer_team_members (
    team_id uuid NOT NULL REFERENCES volunteer_teams (id),
    person_id uuid NOT NULL REFERENCES persons (id),
    joined_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (team_id, person_id)
);
CREATE INDEX volunteer_team_members_person ON volunteer_team_members (person_id);
COMMENT ON TABLE volunteer_team_members IS 'Who is in which team now. Owner: service/volunteering';
COMMENT ON COLUMN volunteer_team_members.team_id IS 'Team [class: none] [retention: until they leave]';
COMMENT ON COLUMN volunteer_team_members.person_id IS 'Member [class: pseudonymous] [retention: until they leave]';
COMMENT ON COLUMN volunteer_team_members.joined_at IS 'Since when; the longest-standing member follows a leader who leaves [class: internal] [retention: until they leave]';
GRANT SELECT, INSERT, DELETE ON volunteer_team_members TO palm_app;
