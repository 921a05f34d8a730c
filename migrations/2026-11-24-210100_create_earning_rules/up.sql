-- What earns points, how many, and how many at most. A rule in force never changes: a new version supersedes it, and an
-- award is decided by the rule in force when the event happened.

CREATE TABLE earning_rules (
    id uuid PRIMARY KEY,
    lineage_id uuid NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    community_id uuid NOT NULL REFERENCES grid_units (id),
    kind text NOT NULL CHECK (kind IN ('volunteer_hours', 'activity', 'confirmed_request', 'resolution_work',
        'merchant_contribution', 'courier_report', 'party_post', 'training', 'resource_shared', 'need_fulfilled', 'project_milestone')),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    budget_id uuid NOT NULL REFERENCES budgets (id),
    amount_per_unit bigint NOT NULL CHECK (amount_per_unit BETWEEN 1 AND 1000000000000),
    person_day_cap bigint CHECK (person_day_cap > 0),
    household_day_cap bigint CHECK (household_day_cap > 0),
    person_month_cap bigint CHECK (person_month_cap > 0),
    total_cap bigint CHECK (total_cap > 0),
    validity_months integer NOT NULL DEFAULT 36 CHECK (validity_months BETWEEN 1 AND 120),
    valid_from date NOT NULL,
    valid_until date CHECK (valid_until >= valid_from),
    conditions jsonb NOT NULL DEFAULT '{}',
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'in_force', 'ended')),
    draft_version integer NOT NULL DEFAULT 1,
    created_by uuid NOT NULL REFERENCES persons (id),
    approved_by uuid REFERENCES persons (id),
    in_force_from timestamptz,
    ended_at timestamptz CHECK (ended_at >= in_force_from),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    UNIQUE (community_id, kind, version),
    CHECK (created_by <> approved_by),
    CHECK ((in_force_from IS NULL) = (approved_by IS NULL)),
    CHECK (state <> 'in_force' OR (in_force_from IS NOT NULL AND ended_at IS NULL)),
    CHECK (state <> 'draft' OR in_force_from IS NULL),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX earning_rules_one_in_force ON earning_rules (lineage_id) WHERE state = 'in_force';
CREATE INDEX earning_rules_community ON earning_rules (community_id, id DESC);
CREATE INDEX earning_rules_drafts ON earning_rules (community_id) WHERE state = 'draft';
COMMENT ON TABLE earning_rules IS 'Event kind and conditions to points, versioned, approved by a second person. Owner: points/rules';
COMMENT ON COLUMN earning_rules.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.lineage_id IS 'Id of the first version: versions of one rule share it, and share their caps [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.version IS 'Counted per community and kind; public as kind@version [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.community_id IS 'Where it holds [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.kind IS 'Kind of event [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.name IS 'As people call it [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.budget_id IS 'What pays, unless the event names another budget [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.amount_per_unit IS 'Hundredths of points per half hour or item [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.person_day_cap IS 'Most hundredths per beneficiary and day [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.household_day_cap IS 'Most hundredths per household and day [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.person_month_cap IS 'Most hundredths per beneficiary and month [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.total_cap IS 'Most hundredths of the rule in all [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.validity_months IS 'How long its points live [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.valid_from IS 'First day of events, Asia/Shanghai [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.valid_until IS 'Last day of events; open when empty [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.conditions IS 'min_quantity, max_quantity, projects, evidence; unknown fields are kept [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.state IS 'draft, in_force, ended [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.draft_version IS 'Counts edits of the draft [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.created_by IS 'Who wrote it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN earning_rules.approved_by IS 'Who approved it; another person [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN earning_rules.in_force_from IS 'Events from then on are decided by it [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.ended_at IS 'Events from then on are not [class: none] [retention: for ever]';
COMMENT ON COLUMN earning_rules.created_at IS 'When it was written [class: internal] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON earning_rules TO palm_app;
