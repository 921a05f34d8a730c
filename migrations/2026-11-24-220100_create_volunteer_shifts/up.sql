-- When and where a project works, who takes a seat, and who came and went.

CREATE TABLE volunteer_shifts (
    id uuid PRIMARY KEY,
    project_id uuid NOT NULL REFERENCES volunteer_projects (id),
    starts_at timestamptz NOT NULL,
    ends_at timestamptz NOT NULL,
    place text NOT NULL CHECK (length(place) BETWEEN 1 AND 120),
    capacity integer NOT NULL CHECK (capacity BETWEEN 1 AND 500),
    taken integer NOT NULL DEFAULT 0,
    waiting_last integer NOT NULL DEFAULT 0 CHECK (waiting_last >= 0),
    state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'running', 'ended', 'closed', 'cancelled')),
    cancel_reason text CHECK (length(cancel_reason) BETWEEN 1 AND 200),
    absent integer CHECK (absent >= 0),
    never_out integer CHECK (never_out >= 0),
    created_by uuid NOT NULL REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    closed_at timestamptz,
    CHECK (taken BETWEEN 0 AND capacity),
    CHECK (ends_at >= starts_at + interval '30 minutes' AND ends_at <= starts_at + interval '12 hours'),
    CHECK ((state IN ('closed', 'cancelled')) = (closed_at IS NOT NULL)),
    CHECK ((state = 'cancelled') = (cancel_reason IS NOT NULL)),
    CHECK ((state = 'closed') = (absent IS NOT NULL AND never_out IS NOT NULL))
);
CREATE INDEX volunteer_shifts_project ON volunteer_shifts (project_id, starts_at, id);
CREATE INDEX volunteer_shifts_time ON volunteer_shifts (starts_at, id);
CREATE INDEX volunteer_shifts_open ON volunteer_shifts (ends_at) WHERE state IN ('planned', 'running', 'ended');
COMMENT ON TABLE volunteer_shifts IS 'Shifts: planned → running → ended → closed, or cancelled. Owner: service/volunteering';
COMMENT ON COLUMN volunteer_shifts.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.project_id IS 'Project [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.starts_at IS 'Start [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.ends_at IS 'End, half an hour to twelve hours later [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.place IS 'Where to come [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.capacity IS 'Seats [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.taken IS 'Seats taken; while somebody waits, all of them [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.waiting_last IS 'Last number given on the waiting list [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.state IS 'planned, running, ended, closed, cancelled [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.cancel_reason IS 'Why it was cancelled, as told to all [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.absent IS 'Record at closing: persons who held a seat and never came [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.never_out IS 'Record at closing: persons who came and never checked out [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.created_by IS 'Who planned it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.created_at IS 'When it was planned [class: none] [retention: for ever]';
COMMENT ON COLUMN volunteer_shifts.closed_at IS 'When it was closed or cancelled [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON volunteer_shifts TO palm_app;

CREATE TABLE volunteer_sign_ups (
    id uuid PRIMARY KEY,
    shift_id uuid NOT NULL REFERENCES volunteer_shifts (id),
    person_id uuid NOT NULL REFERENCES persons (id),
    team_id uuid REFERENCES volunteer_teams (id),
    signed_by uuid NOT NULL REFERENCES persons (id),
    state text NOT NULL CHECK (state IN ('signed_up', 'waiting', 'checked_in', 'checked_out', 'withdrawn', 'cancelled', 'absent')),
    waiting_no integer CHECK (waiting_no > 0),
    checked_in_at timestamptz,
    checked_out_at timestamptz,
    distance text CHECK (distance IN ('near', 'walk', 'far')),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK (state <> 'waiting' OR waiting_no IS NOT NULL),
    CHECK (state <> 'checked_in' OR checked_in_at IS NOT NULL),
    CHECK (state <> 'checked_out' OR checked_in_at IS NOT NULL AND checked_out_at >= checked_in_at),
    CHECK (state IN ('checked_in', 'checked_out') OR checked_in_at IS NULL)
);
CREATE UNIQUE INDEX volunteer_sign_ups_one ON volunteer_sign_ups (shift_id, person_id) WHERE state <> 'withdrawn';
CREATE UNIQUE INDEX volunteer_sign_ups_waiting ON volunteer_sign_ups (shift_id, waiting_no) WHERE state = 'waiting';
CREATE INDEX volunteer_sign_ups_person ON volunteer_sign_ups (person_id, id);
CREATE INDEX volunteer_sign_ups_shift ON volunteer_sign_ups (shift_id, id);
COMMENT ON TABLE volunteer_sign_ups IS 'Seats and waiting places on shifts, and attendance. Owner: service/volunteering';
COMMENT ON COLUMN volunteer_sign_ups.id IS 'UUIDv7 [class: internal] [retention: 3 years]';
COMMENT ON COLUMN volunteer_sign_ups.shift_id IS 'Shift [class: none] [retention: 3 years]';
COMMENT ON COLUMN volunteer_sign_ups.person_id IS 'Who comes [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN volunteer_sign_ups.team_id IS 'In which team [class: internal] [retention: 3 years]';
COMMENT ON COLUMN volunteer_sign_ups.signed_by IS 'Who signed up: the person or the team''s leader [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN volunteer_sign_ups.state IS 'signed_up, waiting, checked_in, checked_out, withdrawn, cancelled, absent [class: internal] [retention: 3 years]';
COMMENT ON COLUMN volunteer_sign_ups.waiting_no IS 'Number on the waiting list, in order of arrival [class: internal] [retention: 3 years]';
COMMENT ON COLUMN volunteer_sign_ups.checked_in_at IS 'Came, by the product''s clock [class: personal] [retention: 3 years]';
COMMENT ON COLUMN volunteer_sign_ups.checked_out_at IS 'Left, by the product''s clock [class: personal] [retention: 3 years]';
COMMENT ON COLUMN volunteer_sign_ups.distance IS 'The phone''s hint: near, walk or far; never a position [class: personal] [retention: 3 years]';
COMMENT ON COLUMN volunteer_sign_ups.created_at IS 'When they signed up [class: internal] [retention: 3 years]';
GRANT SELECT, INSERT, UPDATE ON volunteer_sign_ups TO palm_app;
