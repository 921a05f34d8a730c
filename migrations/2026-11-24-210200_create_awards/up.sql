-- What earned points (the event, a fact handed in by other nouns), what it came to (the award), and how much of each cap is
-- used. One event gives one award: the unique key makes running a job twice harmless.

CREATE TABLE award_events (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
    beneficiary_person_id uuid REFERENCES persons (id),
    beneficiary_organization_id uuid,
    occurred_at timestamptz NOT NULL,
    quantity integer NOT NULL CHECK (quantity BETWEEN 1 AND 100000),
    evidence_kind text NOT NULL CHECK (length(evidence_kind) BETWEEN 1 AND 40),
    evidence_id uuid NOT NULL,
    approver_ids uuid[] NOT NULL,
    project_id uuid,
    budget_id uuid REFERENCES budgets (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK (num_nonnulls(beneficiary_person_id, beneficiary_organization_id) = 1)
);
COMMENT ON TABLE award_events IS 'What happened that may earn points, as handed in. Never changed. Owner: points/awards';
COMMENT ON COLUMN award_events.id IS 'Made by the noun that hands it in [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN award_events.community_id IS 'Whose book [class: none] [retention: for ever]';
COMMENT ON COLUMN award_events.kind IS 'Kind of event, as in earning rules [class: none] [retention: for ever]';
COMMENT ON COLUMN award_events.beneficiary_person_id IS 'The person who earns [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN award_events.beneficiary_organization_id IS 'The organization that earns [class: none] [retention: for ever]';
COMMENT ON COLUMN award_events.occurred_at IS 'When it happened; decides rule and day [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN award_events.quantity IS 'Half hours, or items [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN award_events.evidence_kind IS 'Noun of the evidence [class: none] [retention: for ever]';
COMMENT ON COLUMN award_events.evidence_id IS 'Id of the evidence [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN award_events.approver_ids IS 'Persons who confirmed it, in order [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN award_events.project_id IS 'The project it belongs to [class: none] [retention: for ever]';
COMMENT ON COLUMN award_events.budget_id IS 'A budget of its own that pays [class: none] [retention: for ever]';
COMMENT ON COLUMN award_events.created_at IS 'When it was handed in [class: internal] [retention: for ever]';
GRANT SELECT, INSERT ON award_events TO palm_app;
CREATE TRIGGER award_events_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON award_events
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE awards (
    id uuid PRIMARY KEY,
    event_id uuid NOT NULL UNIQUE REFERENCES award_events (id),
    community_id uuid NOT NULL REFERENCES grid_units (id),
    beneficiary_person_id uuid REFERENCES persons (id),
    beneficiary_organization_id uuid,
    rule_id uuid REFERENCES earning_rules (id),
    budget_id uuid REFERENCES budgets (id),
    state text NOT NULL CHECK (state IN ('waiting', 'posted', 'capped_out', 'no_rule', 'refused', 'reversed')),
    wanted bigint NOT NULL CHECK (wanted >= 0),
    amount bigint NOT NULL CHECK (amount BETWEEN 0 AND wanted),
    reason text CHECK (length(reason) BETWEEN 1 AND 40),
    transaction_id uuid UNIQUE,
    reversed_by uuid UNIQUE,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    posted_at timestamptz,
    CHECK (num_nonnulls(beneficiary_person_id, beneficiary_organization_id) = 1),
    CHECK ((state IN ('posted', 'reversed')) = (transaction_id IS NOT NULL)),
    CHECK ((state = 'reversed') = (reversed_by IS NOT NULL)),
    CHECK ((state IN ('waiting', 'posted', 'reversed')) = (amount > 0)),
    CHECK (state NOT IN ('waiting', 'posted', 'reversed') OR (rule_id IS NOT NULL AND budget_id IS NOT NULL))
);
CREATE INDEX awards_person ON awards (beneficiary_person_id, id DESC);
CREATE INDEX awards_organization ON awards (beneficiary_organization_id, id DESC) WHERE beneficiary_organization_id IS NOT NULL;
CREATE INDEX awards_waiting ON awards (community_id, id) WHERE state = 'waiting';
CREATE INDEX awards_waiting_person ON awards (beneficiary_person_id) WHERE state = 'waiting';
CREATE INDEX awards_waiting_budget ON awards (budget_id, id) WHERE state = 'waiting';
COMMENT ON TABLE awards IS 'What an event came to: its rule, caps, budget and posting. Owner: points/awards';
COMMENT ON COLUMN awards.id IS 'UUIDv7; the subject of the posting [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN awards.event_id IS 'The event; one award each [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN awards.community_id IS 'Whose book [class: none] [retention: for ever]';
COMMENT ON COLUMN awards.beneficiary_person_id IS 'The person who earns [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN awards.beneficiary_organization_id IS 'The organization that earns [class: none] [retention: for ever]';
COMMENT ON COLUMN awards.rule_id IS 'The rule in force when it happened [class: none] [retention: for ever]';
COMMENT ON COLUMN awards.budget_id IS 'What pays [class: none] [retention: for ever]';
COMMENT ON COLUMN awards.state IS 'waiting (budget empty), posted, capped_out, no_rule, refused, reversed [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN awards.wanted IS 'Hundredths of points before caps [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN awards.amount IS 'Hundredths of points after caps [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN awards.reason IS 'The cap that cut it, or why nothing came of it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN awards.transaction_id IS 'The posting [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN awards.reversed_by IS 'The posting that took it back [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN awards.created_at IS 'When it was decided [class: internal] [retention: for ever]';
COMMENT ON COLUMN awards.posted_at IS 'When it was posted [class: pseudonymous] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON awards TO palm_app;

CREATE TABLE award_caps (
    lineage_id uuid NOT NULL,
    cap text NOT NULL CHECK (cap IN ('person_day', 'person_month', 'household_day', 'total')),
    subject_id uuid NOT NULL,
    window_start date NOT NULL,
    used bigint NOT NULL DEFAULT 0 CHECK (used >= 0),
    PRIMARY KEY (lineage_id, cap, subject_id, window_start)
) WITH (fillfactor = 80);
COMMENT ON TABLE award_caps IS 'How much of a rule''s caps is used; the row is locked while an award is decided. Owner: points/awards';
COMMENT ON COLUMN award_caps.lineage_id IS 'The rule, over all its versions [class: none] [retention: 3 years]';
COMMENT ON COLUMN award_caps.cap IS 'person_day, person_month, household_day, total [class: none] [retention: 3 years]';
COMMENT ON COLUMN award_caps.subject_id IS 'Person, organization or household; the rule itself for total [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN award_caps.window_start IS 'The day or first of the month, Asia/Shanghai; 2000-01-01 for total [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN award_caps.used IS 'Hundredths of points awarded or waiting [class: pseudonymous] [retention: 3 years]';
GRANT SELECT, INSERT, UPDATE, DELETE ON award_caps TO palm_app;
