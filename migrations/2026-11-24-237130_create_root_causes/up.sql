-- Root-cause cases (类案): requests of one community that come from one cause, with an owner, a measure, a date, and a note on what came of it.

CREATE TABLE root_causes (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    cause text NOT NULL CHECK (length(cause) BETWEEN 1 AND 2000),
    owner_id uuid REFERENCES organizations (id),
    measure text CHECK (length(measure) BETWEEN 1 AND 2000),
    due_on date,
    state text NOT NULL CHECK (state IN ('open', 'planned', 'closed', 'dropped')),
    result text CHECK (length(result) BETWEEN 1 AND 1000),
    opened_by uuid NOT NULL REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    planned_at timestamptz,
    ended_at timestamptz,
    CHECK (num_nulls(owner_id, measure, due_on, planned_at) IN (0, 4)),
    CHECK (state NOT IN ('planned', 'closed') OR planned_at IS NOT NULL),
    CHECK ((state IN ('closed', 'dropped')) = (ended_at IS NOT NULL)),
    CHECK ((result IS NULL) = (ended_at IS NULL))
);
CREATE INDEX root_causes_community ON root_causes (community_id, id);
CREATE INDEX root_causes_owner ON root_causes (owner_id, id) WHERE owner_id IS NOT NULL;
CREATE INDEX root_causes_due ON root_causes (due_on, id) WHERE state = 'planned';
COMMENT ON TABLE root_causes IS 'Root-cause cases: open → planned → closed; dropped beside. Owner: governance/requests';
COMMENT ON COLUMN root_causes.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN root_causes.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN root_causes.title IS 'Title [class: internal] [retention: for ever]';
COMMENT ON COLUMN root_causes.cause IS 'What is thought to be the cause [class: internal] [retention: for ever]';
COMMENT ON COLUMN root_causes.owner_id IS 'The unit that owns it [class: none] [retention: for ever]';
COMMENT ON COLUMN root_causes.measure IS 'What is done [class: internal] [retention: for ever]';
COMMENT ON COLUMN root_causes.due_on IS 'Until when [class: none] [retention: for ever]';
COMMENT ON COLUMN root_causes.state IS 'open, planned, closed, dropped [class: none] [retention: for ever]';
COMMENT ON COLUMN root_causes.result IS 'What came of it, or why it was dropped [class: internal] [retention: for ever]';
COMMENT ON COLUMN root_causes.opened_by IS 'Who opened it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN root_causes.created_at IS 'When it was opened [class: none] [retention: for ever]';
COMMENT ON COLUMN root_causes.planned_at IS 'When owner, measure and date were last fixed [class: none] [retention: for ever]';
COMMENT ON COLUMN root_causes.ended_at IS 'When it was over [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON root_causes TO palm_app;

CREATE TABLE root_cause_requests (
    root_cause_id uuid NOT NULL REFERENCES root_causes (id),
    request_id uuid NOT NULL REFERENCES requests (id),
    open boolean NOT NULL,
    added_by uuid NOT NULL REFERENCES persons (id),
    added_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (root_cause_id, request_id)
);
CREATE UNIQUE INDEX root_cause_requests_open ON root_cause_requests (request_id) WHERE open;
COMMENT ON TABLE root_cause_requests IS 'Which requests come from a cause; one belongs to one open case at most. Owner: governance/requests';
COMMENT ON COLUMN root_cause_requests.root_cause_id IS 'The case [class: none] [retention: for ever]';
COMMENT ON COLUMN root_cause_requests.request_id IS 'The request [class: none] [retention: for ever]';
COMMENT ON COLUMN root_cause_requests.open IS 'Is the case under way? [class: none] [retention: for ever]';
COMMENT ON COLUMN root_cause_requests.added_by IS 'Who put it in [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN root_cause_requests.added_at IS 'When [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE, DELETE ON root_cause_requests TO palm_app;
