-- Legal hold (PIPL art. 47 ¶2): where the law demands that data is kept, it is stored and nothing else is done with it. Frozen and
-- released by two persons each.

CREATE TABLE legal_holds (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons (id),
    state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'in_force', 'refused', 'ending', 'ended')),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    legal_basis text NOT NULL CHECK (length(legal_basis) BETWEEN 1 AND 200),
    erase_after boolean NOT NULL DEFAULT false,
    asked_by uuid NOT NULL REFERENCES persons (id),
    asked_at timestamptz NOT NULL DEFAULT palm_now(),
    decided_by uuid REFERENCES persons (id),
    decided_at timestamptz,
    end_asked_by uuid REFERENCES persons (id),
    end_asked_at timestamptz,
    ended_by uuid REFERENCES persons (id),
    ended_at timestamptz,
    CHECK (person_id <> asked_by),
    CHECK (asked_by <> decided_by),
    CHECK (end_asked_by <> ended_by),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK ((state = 'asked') = (decided_at IS NULL)),
    CHECK ((end_asked_by IS NULL) = (end_asked_at IS NULL)),
    CHECK ((state IN ('ending', 'ended')) = (end_asked_at IS NOT NULL)),
    CHECK ((ended_by IS NULL) = (ended_at IS NULL)),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX legal_holds_one_open ON legal_holds (person_id) WHERE state IN ('asked', 'in_force', 'ending');
COMMENT ON TABLE legal_holds IS 'Accounts whose data is stored and otherwise untouched: asked → in force → ending → ended. Owner: people/identity';
COMMENT ON COLUMN legal_holds.id IS 'Id [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN legal_holds.person_id IS 'Whose data [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN legal_holds.state IS 'asked, in_force, refused, ending, ended [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN legal_holds.reason IS 'Why, in the asker''s words [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN legal_holds.legal_basis IS 'Law or order that demands it [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN legal_holds.erase_after IS 'The person asked for erasure: it follows at the end [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN legal_holds.asked_by IS 'Who asked [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN legal_holds.asked_at IS 'When [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN legal_holds.decided_by IS 'The second person [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN legal_holds.decided_at IS 'When it came into force or was refused [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN legal_holds.end_asked_by IS 'Who asked to end it [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN legal_holds.end_asked_at IS 'When [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN legal_holds.ended_by IS 'The second person of the end [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN legal_holds.ended_at IS 'When it ended [class: internal] [retention: 3 years after the end]';
GRANT SELECT, INSERT, UPDATE ON legal_holds TO palm_app;
