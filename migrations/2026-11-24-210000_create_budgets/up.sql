-- Points come only out of a budget that a sponsor asked for and another person approved. A decision (fund, top-up, unfund)
-- is a row of its own, so that each has its requester, its approver and its transaction.

CREATE TABLE budgets (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    sponsor_organization_id uuid,
    sponsor_unit_id uuid REFERENCES grid_units (id),
    period_from date NOT NULL,
    period_to date NOT NULL CHECK (period_to >= period_from),
    asked bigint NOT NULL CHECK (asked BETWEEN 1 AND 1000000000000000),
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'approved', 'refused', 'closed')),
    requested_by uuid NOT NULL REFERENCES persons (id),
    decided_by uuid REFERENCES persons (id),
    decided_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK (num_nonnulls(sponsor_organization_id, sponsor_unit_id) = 1),
    CHECK (requested_by <> decided_by),
    CHECK ((state = 'requested') = (decided_by IS NULL))
);
CREATE INDEX budgets_community ON budgets (community_id, id DESC);
CREATE INDEX budgets_requested ON budgets (community_id) WHERE state = 'requested';
COMMENT ON TABLE budgets IS 'Who pays for points, from when to when. Owner: points/budgets';
COMMENT ON COLUMN budgets.id IS 'UUIDv7; owns the ledger''s budget account [class: none] [retention: for ever]';
COMMENT ON COLUMN budgets.community_id IS 'Whose book [class: none] [retention: for ever]';
COMMENT ON COLUMN budgets.name IS 'What it is for [class: none] [retention: for ever]';
COMMENT ON COLUMN budgets.sponsor_organization_id IS 'The organization that pays [class: none] [retention: for ever]';
COMMENT ON COLUMN budgets.sponsor_unit_id IS 'The street or community that pays [class: none] [retention: for ever]';
COMMENT ON COLUMN budgets.period_from IS 'First day of awards, Asia/Shanghai [class: none] [retention: for ever]';
COMMENT ON COLUMN budgets.period_to IS 'Last day of awards, Asia/Shanghai [class: none] [retention: for ever]';
COMMENT ON COLUMN budgets.asked IS 'Hundredths of points asked for at first [class: none] [retention: for ever]';
COMMENT ON COLUMN budgets.state IS 'requested, approved, refused, closed [class: none] [retention: for ever]';
COMMENT ON COLUMN budgets.requested_by IS 'Who asked [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN budgets.decided_by IS 'Who approved or refused; another person [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN budgets.decided_at IS 'When it was decided [class: internal] [retention: for ever]';
COMMENT ON COLUMN budgets.created_at IS 'When it was asked for [class: internal] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON budgets TO palm_app;

CREATE TABLE budget_changes (
    id uuid PRIMARY KEY,
    budget_id uuid NOT NULL REFERENCES budgets (id),
    kind text NOT NULL CHECK (kind IN ('fund', 'top_up', 'unfund')),
    source text NOT NULL DEFAULT 'issuance' CHECK (source IN ('issuance', 'breakage')),
    amount bigint NOT NULL CHECK (amount BETWEEN 1 AND 1000000000000000),
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'approved', 'refused')),
    requested_by uuid NOT NULL REFERENCES persons (id),
    approved_by uuid REFERENCES persons (id),
    transaction_id uuid UNIQUE,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    decided_at timestamptz,
    CHECK (requested_by <> approved_by),
    CHECK ((state = 'requested') = (approved_by IS NULL)),
    CHECK ((state = 'approved') = (transaction_id IS NOT NULL))
);
CREATE INDEX budget_changes_budget ON budget_changes (budget_id, id);
CREATE INDEX budget_changes_requested ON budget_changes (budget_id) WHERE state = 'requested';
COMMENT ON TABLE budget_changes IS 'Decisions to fund, top up or empty a budget; each by two persons. Owner: points/budgets';
COMMENT ON COLUMN budget_changes.id IS 'UUIDv7; the decision in the ledger''s fact [class: none] [retention: for ever]';
COMMENT ON COLUMN budget_changes.budget_id IS 'The budget [class: none] [retention: for ever]';
COMMENT ON COLUMN budget_changes.kind IS 'fund (the first), top_up, unfund [class: none] [retention: for ever]';
COMMENT ON COLUMN budget_changes.source IS 'New points, or expired ones used again [class: none] [retention: for ever]';
COMMENT ON COLUMN budget_changes.amount IS 'Hundredths of points [class: none] [retention: for ever]';
COMMENT ON COLUMN budget_changes.state IS 'requested, approved, refused [class: none] [retention: for ever]';
COMMENT ON COLUMN budget_changes.requested_by IS 'Who asked [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN budget_changes.approved_by IS 'Who approved or refused; another person [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN budget_changes.transaction_id IS 'What the ledger posted [class: none] [retention: for ever]';
COMMENT ON COLUMN budget_changes.created_at IS 'When it was asked for [class: internal] [retention: for ever]';
COMMENT ON COLUMN budget_changes.decided_at IS 'When it was decided [class: internal] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON budget_changes TO palm_app;
