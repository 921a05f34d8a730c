-- What an organization did for the community, entered by staff and confirmed by a second person: the evidence of its award.

CREATE TABLE contributions (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    organization_id uuid NOT NULL,
    quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 10000),
    evidence text NOT NULL CHECK (length(evidence) BETWEEN 1 AND 500),
    occurred_at timestamptz NOT NULL,
    budget_id uuid REFERENCES budgets (id),
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'approved', 'refused')),
    requested_by uuid NOT NULL REFERENCES persons (id),
    approved_by uuid REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    decided_at timestamptz,
    CHECK (requested_by <> approved_by),
    CHECK ((state = 'requested') = (approved_by IS NULL))
);
CREATE INDEX contributions_community ON contributions (community_id, id DESC);
CREATE INDEX contributions_requested ON contributions (community_id) WHERE state = 'requested';
COMMENT ON TABLE contributions IS 'Contributions of organizations that earn points. Owner: points/contributions';
COMMENT ON COLUMN contributions.id IS 'UUIDv7; also the id of its event [class: none] [retention: for ever]';
COMMENT ON COLUMN contributions.community_id IS 'Whose book [class: none] [retention: for ever]';
COMMENT ON COLUMN contributions.organization_id IS 'Who contributed [class: none] [retention: for ever]';
COMMENT ON COLUMN contributions.quantity IS 'Units as counted by the rule [class: none] [retention: for ever]';
COMMENT ON COLUMN contributions.evidence IS 'What was done and where it is seen; no personal data [class: internal] [retention: for ever]';
COMMENT ON COLUMN contributions.occurred_at IS 'When it was done [class: none] [retention: for ever]';
COMMENT ON COLUMN contributions.budget_id IS 'A budget of its own that pays [class: none] [retention: for ever]';
COMMENT ON COLUMN contributions.state IS 'requested, approved, refused [class: none] [retention: for ever]';
COMMENT ON COLUMN contributions.requested_by IS 'Who entered it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN contributions.approved_by IS 'Who confirmed or refused it; another person [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN contributions.created_at IS 'When it was entered [class: internal] [retention: for ever]';
COMMENT ON COLUMN contributions.decided_at IS 'When it was decided [class: internal] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON contributions TO palm_app;
