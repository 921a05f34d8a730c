-- Nothing corrects a posting but its reversal, with a reason, asked for by one person and approved by another.

CREATE TABLE point_reversals (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    original_id uuid NOT NULL,
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 200),
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
CREATE UNIQUE INDEX point_reversals_once ON point_reversals (original_id) WHERE state <> 'refused';
CREATE INDEX point_reversals_community ON point_reversals (community_id, id DESC);
CREATE INDEX point_reversals_requested ON point_reversals (community_id) WHERE state = 'requested';
COMMENT ON TABLE point_reversals IS 'Decisions to undo a transaction. Owner: points/reversals';
COMMENT ON COLUMN point_reversals.id IS 'UUIDv7 [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN point_reversals.community_id IS 'Whose book [class: none] [retention: for ever]';
COMMENT ON COLUMN point_reversals.original_id IS 'The transaction to undo [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN point_reversals.reason IS 'Why; no personal data [class: internal] [retention: for ever]';
COMMENT ON COLUMN point_reversals.state IS 'requested, approved, refused [class: internal] [retention: for ever]';
COMMENT ON COLUMN point_reversals.requested_by IS 'Who asked [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN point_reversals.approved_by IS 'Who approved or refused; another person [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN point_reversals.transaction_id IS 'The reversal in the ledger; what was not recovered stands there [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN point_reversals.created_at IS 'When it was asked for [class: internal] [retention: for ever]';
COMMENT ON COLUMN point_reversals.decided_at IS 'When it was decided [class: internal] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON point_reversals TO palm_app;
