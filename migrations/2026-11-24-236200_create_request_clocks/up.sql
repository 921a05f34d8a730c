-- The clocks of a request (受理、首次联系、办结、裁定、值班): each has a term, a deadline and a next step for the one sweep that reminds,
-- supervises, escalates and calls the people on call. And the roster of who is on call.

CREATE TABLE request_clocks (
    request_id uuid NOT NULL REFERENCES requests (id),
    kind text NOT NULL CHECK (kind IN ('accept', 'contact', 'resolve', 'arbitrate', 'on_call')),
    round smallint NOT NULL CHECK (round > 0),
    organization_id uuid REFERENCES organizations (id),
    class text CHECK (class IN ('danger_2h', 'utility_24h', 'general_7d', 'complex_15d')),
    term text NOT NULL CHECK (term IN ('wall_hours', 'working_hours', 'working_days')),
    amount integer NOT NULL CHECK (amount BETWEEN 0 AND 1000),
    extra integer NOT NULL DEFAULT 0 CHECK (extra BETWEEN 0 AND 1000),
    started_at timestamptz NOT NULL,
    due_at timestamptz NOT NULL,
    provisional boolean NOT NULL,
    state text NOT NULL CHECK (state IN ('running', 'paused', 'met', 'late', 'dropped')),
    pause_reason text CHECK (pause_reason IN ('waiting_for_resident', 'waiting_for_parts', 'weather', 'third_party', 'legal_procedure')),
    paused_at timestamptz,
    left_units bigint CHECK (left_units >= 0),
    ended_at timestamptz,
    step smallint NOT NULL DEFAULT 0 CHECK (step BETWEEN 0 AND 3),
    told_step smallint NOT NULL DEFAULT 0 CHECK (told_step BETWEEN 0 AND 3),
    next_at timestamptz,
    PRIMARY KEY (request_id, kind, round),
    CHECK ((kind = 'resolve') = (class IS NOT NULL)),
    CHECK ((state = 'paused') = (paused_at IS NOT NULL)),
    CHECK (num_nulls(paused_at, pause_reason, left_units) IN (0, 3)),
    CHECK ((state IN ('met', 'late', 'dropped')) = (ended_at IS NOT NULL)),
    CHECK (ended_at IS NULL OR next_at IS NULL)
);
CREATE UNIQUE INDEX request_clocks_one ON request_clocks (request_id, kind) WHERE ended_at IS NULL;
CREATE INDEX request_clocks_next ON request_clocks (next_at, request_id, kind) WHERE next_at IS NOT NULL;
COMMENT ON TABLE request_clocks IS 'Clocks of a request: at most one of a kind runs; a new round follows each new desk, redo or reopening. Owner: governance/requests';
COMMENT ON COLUMN request_clocks.request_id IS 'The request [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.kind IS 'accept, contact, resolve, arbitrate, on_call [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.round IS '1, then one more each time it starts anew [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.organization_id IS 'The unit it runs for; none: community or street [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.class IS 'Deadline class of the duty list, for the answer [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.term IS 'How the term is counted [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.amount IS 'The term in hours or days [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.extra IS 'Hours or days added by an extension [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.started_at IS 'When it started [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.due_at IS 'The deadline; of a paused clock the one before the pause [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.provisional IS 'The deadline touches a year whose holidays are not published [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.state IS 'running, paused, met in time, late, dropped [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.pause_reason IS 'Why it stands still [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.paused_at IS 'Since when it stands still [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.left_units IS 'What was left then: seconds, or working days [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.ended_at IS 'When it was met or dropped [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.step IS 'Overdue: 1 reminded, 2 supervised, 3 escalated; on call: 1 the person, 2 the deputy, 3 the street [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.told_step IS 'The step of which people were told, so that nobody is told twice [class: none] [retention: for ever]';
COMMENT ON COLUMN request_clocks.next_at IS 'When the sweep has to look at it again [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON request_clocks TO palm_app;

CREATE TABLE on_call_turns (
    id uuid PRIMARY KEY,
    community_id uuid REFERENCES grid_units (id),
    organization_id uuid REFERENCES organizations (id),
    person_id uuid NOT NULL REFERENCES persons (id),
    deputy_id uuid REFERENCES persons (id),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    created_by uuid NOT NULL REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    ended_at timestamptz,
    CHECK ((community_id IS NULL) <> (organization_id IS NULL)),
    CHECK (deputy_id IS NULL OR deputy_id <> person_id),
    CHECK (starts_at < ends_at)
);
CREATE INDEX on_call_turns_community ON on_call_turns (community_id, starts_at) WHERE community_id IS NOT NULL;
CREATE INDEX on_call_turns_organization ON on_call_turns (organization_id, starts_at) WHERE organization_id IS NOT NULL;
COMMENT ON TABLE on_call_turns IS 'Who is on call for danger and outages, and the deputy: of a unit, or of a community. Owner: governance/requests';
COMMENT ON COLUMN on_call_turns.id IS 'UUIDv7 [class: none] [retention: 2 years after the end]';
COMMENT ON COLUMN on_call_turns.community_id IS 'The community whose turn it is [class: none] [retention: 2 years after the end]';
COMMENT ON COLUMN on_call_turns.organization_id IS 'Or the unit [class: none] [retention: 2 years after the end]';
COMMENT ON COLUMN on_call_turns.person_id IS 'Who is called first [class: pseudonymous] [retention: 2 years after the end]';
COMMENT ON COLUMN on_call_turns.deputy_id IS 'Who is called after 15 minutes [class: pseudonymous] [retention: 2 years after the end]';
COMMENT ON COLUMN on_call_turns.starts_at IS 'From [class: internal] [retention: 2 years after the end]';
COMMENT ON COLUMN on_call_turns.ends_at IS 'To, not included [class: internal] [retention: 2 years after the end]';
COMMENT ON COLUMN on_call_turns.created_by IS 'Who entered it [class: pseudonymous] [retention: 2 years after the end]';
COMMENT ON COLUMN on_call_turns.created_at IS 'When it was entered [class: internal] [retention: 2 years after the end]';
COMMENT ON COLUMN on_call_turns.ended_at IS 'When it was taken off [class: internal] [retention: 2 years after the end]';
GRANT SELECT, INSERT, UPDATE ON on_call_turns TO palm_app;
