-- One person with two accounts (a managed one, and the own one of a later sign-in): staff propose to merge them, a second person
-- approves. What earned points stays with the account that it names; awards look here who that is now. Of two votes of one person in
-- one poll, one goes.

CREATE TABLE person_merges (
    id uuid PRIMARY KEY,
    gone_id uuid NOT NULL REFERENCES persons (id),
    keep_id uuid NOT NULL REFERENCES persons (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'approved', 'refused')),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 300),
    requested_by uuid NOT NULL REFERENCES persons (id),
    requested_at timestamptz NOT NULL DEFAULT palm_now(),
    decided_by uuid REFERENCES persons (id),
    decided_at timestamptz,
    CHECK (gone_id <> keep_id),
    CHECK (requested_by <> gone_id AND requested_by <> keep_id),
    CHECK (decided_by <> requested_by AND decided_by <> gone_id AND decided_by <> keep_id),
    CHECK ((state = 'requested') = (decided_at IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL))
);
CREATE UNIQUE INDEX person_merges_one_open ON person_merges (gone_id) WHERE state = 'requested';
CREATE UNIQUE INDEX person_merges_one_end ON person_merges (gone_id) WHERE state = 'approved';
CREATE INDEX person_merges_keep ON person_merges (keep_id) WHERE state = 'approved';
CREATE INDEX person_merges_place ON person_merges (grid_unit_id, id);
COMMENT ON TABLE person_merges IS 'Two accounts of one person that become one: requested → approved or refused. Owner: people/community';
COMMENT ON COLUMN person_merges.id IS 'Id [class: internal] [retention: 3 years after the decision]';
COMMENT ON COLUMN person_merges.gone_id IS 'The account that ends [class: pseudonymous] [retention: 3 years after the decision]';
COMMENT ON COLUMN person_merges.keep_id IS 'The account that remains [class: pseudonymous] [retention: 3 years after the decision]';
COMMENT ON COLUMN person_merges.grid_unit_id IS 'Community of the person [class: personal] [retention: 3 years after the decision]';
COMMENT ON COLUMN person_merges.state IS 'requested, approved, refused [class: internal] [retention: 3 years after the decision]';
COMMENT ON COLUMN person_merges.reason IS 'How staff know that it is one person [class: personal] [retention: 3 years after the decision]';
COMMENT ON COLUMN person_merges.requested_by IS 'Who proposed it [class: pseudonymous] [retention: 3 years after the decision]';
COMMENT ON COLUMN person_merges.requested_at IS 'When [class: internal] [retention: 3 years after the decision]';
COMMENT ON COLUMN person_merges.decided_by IS 'The second person [class: pseudonymous] [retention: 3 years after the decision]';
COMMENT ON COLUMN person_merges.decided_at IS 'When it was approved or refused [class: internal] [retention: 3 years after the decision]';
GRANT SELECT, INSERT, UPDATE ON person_merges TO palm_app;
GRANT DELETE ON chat_votes TO palm_app;
