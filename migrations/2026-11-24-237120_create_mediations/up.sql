-- Mediation (调解): a private kind of matter with parties, a mediator, sessions and an agreement that every party confirms.

CREATE TABLE mediations (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    request_id uuid REFERENCES requests (id),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    matter text NOT NULL CHECK (length(matter) BETWEEN 1 AND 2000),
    mediator_id uuid NOT NULL REFERENCES persons (id),
    state text NOT NULL CHECK (state IN ('open', 'proposed', 'settled', 'failed', 'withdrawn', 'closed')),
    agreement text CHECK (length(agreement) BETWEEN 1 AND 4000),
    follow_up_on date,
    ending text CHECK (length(ending) BETWEEN 1 AND 500),
    kept boolean,
    opened_by uuid NOT NULL REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    settled_at timestamptz,
    ended_at timestamptz,
    CHECK ((agreement IS NULL) = (follow_up_on IS NULL)),
    CHECK (state NOT IN ('proposed', 'settled', 'closed') OR agreement IS NOT NULL),
    CHECK ((state IN ('settled', 'closed')) = (settled_at IS NOT NULL)),
    CHECK ((state IN ('failed', 'withdrawn', 'closed')) = (ended_at IS NOT NULL)),
    CHECK ((ending IS NULL) = (ended_at IS NULL)),
    CHECK ((state = 'closed') = (kept IS NOT NULL))
);
CREATE INDEX mediations_unit ON mediations (grid_unit_id, id);
CREATE INDEX mediations_mediator ON mediations (mediator_id, id);
COMMENT ON TABLE mediations IS 'Mediations: open → proposed → settled → closed; failed and withdrawn beside. Owner: governance/requests';
COMMENT ON COLUMN mediations.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN mediations.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN mediations.grid_unit_id IS 'Where the matter lies [class: internal] [retention: for ever]';
COMMENT ON COLUMN mediations.request_id IS 'The request from which it came [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN mediations.title IS 'Title, for those who know of it [class: personal] [retention: for ever, as the record of the agreement]';
COMMENT ON COLUMN mediations.matter IS 'What the parties can''t agree on [class: personal] [retention: for ever, as the record of the agreement]';
COMMENT ON COLUMN mediations.mediator_id IS 'Who mediates [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN mediations.state IS 'open, proposed, settled, failed, withdrawn, closed [class: none] [retention: for ever]';
COMMENT ON COLUMN mediations.agreement IS 'What the parties agree on [class: personal] [retention: for ever, as the record of the agreement]';
COMMENT ON COLUMN mediations.follow_up_on IS 'When it is asked whether it is kept [class: internal] [retention: for ever]';
COMMENT ON COLUMN mediations.ending IS 'Why it ended, or what was heard at the follow-up [class: personal] [retention: for ever, as the record of the agreement]';
COMMENT ON COLUMN mediations.kept IS 'Was the agreement kept? [class: internal] [retention: for ever]';
COMMENT ON COLUMN mediations.opened_by IS 'Who opened it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN mediations.created_at IS 'When it was opened [class: internal] [retention: for ever]';
COMMENT ON COLUMN mediations.settled_at IS 'When the last party confirmed [class: internal] [retention: for ever]';
COMMENT ON COLUMN mediations.ended_at IS 'When it was over [class: internal] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON mediations TO palm_app;

CREATE TABLE mediation_parties (
    id uuid PRIMARY KEY,
    mediation_id uuid NOT NULL REFERENCES mediations (id),
    person_id uuid REFERENCES persons (id),
    name text CHECK (length(name) BETWEEN 1 AND 40),
    confirmed_at timestamptz,
    confirmed_by uuid REFERENCES persons (id),
    paper text CHECK (length(paper) BETWEEN 1 AND 200),
    CHECK ((person_id IS NULL) <> (name IS NULL)),
    CHECK ((confirmed_at IS NULL) = (confirmed_by IS NULL)),
    CHECK (paper IS NULL OR confirmed_at IS NOT NULL)
);
CREATE INDEX mediation_parties_mediation ON mediation_parties (mediation_id, id);
CREATE UNIQUE INDEX mediation_parties_person ON mediation_parties (person_id, mediation_id) WHERE person_id IS NOT NULL;
COMMENT ON TABLE mediation_parties IS 'Who takes part in a mediation, and whose word the agreement has. Owner: governance/requests';
COMMENT ON COLUMN mediation_parties.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN mediation_parties.mediation_id IS 'The mediation [class: none] [retention: for ever]';
COMMENT ON COLUMN mediation_parties.person_id IS 'The person [class: pseudonymous] [retention: until erased]';
COMMENT ON COLUMN mediation_parties.name IS 'How a party without an account is called [class: personal] [retention: for ever, as the record of the agreement]';
COMMENT ON COLUMN mediation_parties.confirmed_at IS 'When the party confirmed the agreement as it stands [class: internal] [retention: for ever]';
COMMENT ON COLUMN mediation_parties.confirmed_by IS 'Who gave that word: the party, or who saw the paper signed [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN mediation_parties.paper IS 'Where the signed paper is [class: internal] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON mediation_parties TO palm_app;

CREATE TABLE mediation_sessions (
    id uuid PRIMARY KEY,
    mediation_id uuid NOT NULL REFERENCES mediations (id),
    starts_at timestamptz NOT NULL,
    place text NOT NULL CHECK (length(place) BETWEEN 1 AND 100),
    state text NOT NULL CHECK (state IN ('planned', 'held', 'cancelled')),
    minutes text CHECK (length(minutes) BETWEEN 1 AND 4000),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    ended_at timestamptz,
    CHECK ((state = 'planned') = (ended_at IS NULL)),
    CHECK ((minutes IS NULL) = (ended_at IS NULL))
);
CREATE INDEX mediation_sessions_mediation ON mediation_sessions (mediation_id, starts_at);
COMMENT ON TABLE mediation_sessions IS 'Sessions of a mediation: planned → held or cancelled. Owner: governance/requests';
COMMENT ON COLUMN mediation_sessions.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN mediation_sessions.mediation_id IS 'The mediation [class: none] [retention: for ever]';
COMMENT ON COLUMN mediation_sessions.starts_at IS 'When it begins [class: internal] [retention: for ever]';
COMMENT ON COLUMN mediation_sessions.place IS 'Where [class: internal] [retention: for ever]';
COMMENT ON COLUMN mediation_sessions.state IS 'planned, held, cancelled [class: none] [retention: for ever]';
COMMENT ON COLUMN mediation_sessions.minutes IS 'Minutes, or why it was called off [class: personal] [retention: for ever, as the record of the agreement]';
COMMENT ON COLUMN mediation_sessions.created_at IS 'When it was planned [class: internal] [retention: for ever]';
COMMENT ON COLUMN mediation_sessions.ended_at IS 'When it was written down or called off [class: internal] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON mediation_sessions TO palm_app;
