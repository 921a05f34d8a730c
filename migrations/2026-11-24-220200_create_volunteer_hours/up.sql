-- Half hours of service: how they came about, who proposed them and who decided. Points follow from approved ones only.

CREATE TABLE volunteer_hours (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES volunteer_projects (id),
    shift_id uuid REFERENCES volunteer_shifts (id),
    person_id uuid NOT NULL REFERENCES persons (id),
    source text NOT NULL CHECK (source IN ('code', 'tick', 'manual', 'stale')),
    from_at timestamptz,
    to_at timestamptz,
    day date NOT NULL,
    half_hours integer NOT NULL CHECK (half_hours BETWEEN 0 AND 24),
    reason text CHECK (length(reason) BETWEEN 1 AND 200),
    hints text[] NOT NULL DEFAULT '{}',
    proposed_by uuid REFERENCES persons (id),
    state text NOT NULL DEFAULT 'recorded' CHECK (state IN ('recorded', 'approved', 'refused')),
    decided_by uuid REFERENCES persons (id),
    decided_at timestamptz,
    refusal text CHECK (length(refusal) BETWEEN 1 AND 200),
    recorded_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK ((source = 'manual') = (shift_id IS NULL)),
    CHECK ((source = 'manual') = (from_at IS NULL) AND (from_at IS NULL) = (to_at IS NULL) AND to_at >= from_at),
    CHECK ((source IN ('tick', 'manual')) = (proposed_by IS NOT NULL)),
    CHECK (proposed_by <> person_id),
    CHECK ((state = 'recorded') = (decided_by IS NULL) AND (decided_by IS NULL) = (decided_at IS NULL)),
    CHECK (state <> 'approved' OR decided_by <> person_id AND (proposed_by IS NULL OR decided_by <> proposed_by)),
    CHECK ((state = 'refused') = (refusal IS NOT NULL))
);
CREATE UNIQUE INDEX volunteer_hours_one ON volunteer_hours (shift_id, person_id) WHERE shift_id IS NOT NULL AND state <> 'refused';
CREATE UNIQUE INDEX volunteer_hours_manual ON volunteer_hours (project_id, person_id, day) WHERE source = 'manual' AND state <> 'refused';
CREATE INDEX volunteer_hours_person ON volunteer_hours (person_id, id);
CREATE INDEX volunteer_hours_project ON volunteer_hours (project_id, id);
CREATE INDEX volunteer_hours_open ON volunteer_hours (id) WHERE state = 'recorded';
COMMENT ON TABLE volunteer_hours IS 'Half hours of service: recorded → approved or refused. Owner: service/volunteering';
COMMENT ON COLUMN volunteer_hours.id IS 'UUIDv7; also the id of the points event [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN volunteer_hours.project_id IS 'Project [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_hours.shift_id IS 'Shift; none for manual hours [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_hours.person_id IS 'Who served [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN volunteer_hours.source IS 'code, tick, manual, or stale: came and never checked out [class: internal] [retention: for ever]';
COMMENT ON COLUMN volunteer_hours.from_at IS 'From [class: personal] [retention: 3 years]';
COMMENT ON COLUMN volunteer_hours.to_at IS 'Until [class: personal] [retention: 3 years]';
COMMENT ON COLUMN volunteer_hours.day IS 'Shanghai date of the service [class: internal] [retention: for ever]';
COMMENT ON COLUMN volunteer_hours.half_hours IS 'Full half hours, at most the shift''s length [class: internal] [retention: for ever]';
COMMENT ON COLUMN volunteer_hours.reason IS 'Why manual [class: internal] [retention: 3 years]';
COMMENT ON COLUMN volunteer_hours.hints IS 'What the approver should look at: far, quick_change [class: personal] [retention: 3 years]';
COMMENT ON COLUMN volunteer_hours.proposed_by IS 'Who ticked or entered them [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN volunteer_hours.state IS 'recorded, approved, refused [class: internal] [retention: for ever]';
COMMENT ON COLUMN volunteer_hours.decided_by IS 'Who decided: never the beneficiary or the proposer [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN volunteer_hours.decided_at IS 'When [class: internal] [retention: for ever]';
COMMENT ON COLUMN volunteer_hours.refusal IS 'Why refused, as told to the person [class: internal] [retention: 3 years]';
COMMENT ON COLUMN volunteer_hours.recorded_at IS 'When they were recorded [class: internal] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON volunteer_hours TO palm_app;
