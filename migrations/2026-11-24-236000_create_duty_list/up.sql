-- Whose duty is it (主体责任清单)? A community's list of items, versioned: a draft, a second person's approval, in force. Requests are
-- dispatched by it at once, so a version that was in force never changes: a later one supersedes it, and the public log says why.

CREATE TABLE starter_adoptions (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    budget_id uuid REFERENCES budgets (id),
    state text NOT NULL DEFAULT 'requested' CHECK (state IN ('requested', 'adopted', 'refused')),
    requested_by uuid NOT NULL REFERENCES persons (id),
    decided_by uuid REFERENCES persons (id),
    outcome jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    decided_at timestamptz,
    CHECK (state = 'refused' OR requested_by <> decided_by),
    CHECK ((state = 'requested') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL))
);
CREATE UNIQUE INDEX starter_adoptions_open ON starter_adoptions (community_id) WHERE state = 'requested';
CREATE INDEX starter_adoptions_community ON starter_adoptions (community_id, id DESC);
COMMENT ON TABLE starter_adoptions IS 'Adoption of the starter pack by a community: one decision of two people. Owner: governance/starter_packs';
COMMENT ON COLUMN starter_adoptions.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN starter_adoptions.community_id IS 'Which community [class: none] [retention: for ever]';
COMMENT ON COLUMN starter_adoptions.budget_id IS 'What pays for the earning rules of the pack; without one they are left out [class: none] [retention: for ever]';
COMMENT ON COLUMN starter_adoptions.state IS 'requested, adopted, refused [class: none] [retention: for ever]';
COMMENT ON COLUMN starter_adoptions.requested_by IS 'Who asked [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN starter_adoptions.decided_by IS 'Who decided; for an adoption another person [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN starter_adoptions.outcome IS 'Counts of what was taken over: items, mapped, skipped, templates, rules [class: none] [retention: for ever]';
COMMENT ON COLUMN starter_adoptions.created_at IS 'When it was asked for [class: internal] [retention: for ever]';
COMMENT ON COLUMN starter_adoptions.decided_at IS 'When it was decided [class: internal] [retention: for ever]';
GRANT SELECT, INSERT ON starter_adoptions TO palm_app;
GRANT UPDATE (state, decided_by, decided_at, outcome) ON starter_adoptions TO palm_app;

CREATE TABLE duty_items (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    code text NOT NULL CHECK (code ~ '^[A-Z][0-9]{2}-[0-9]{2}$'),
    version integer NOT NULL CHECK (version > 0),
    jurisdiction_id uuid NOT NULL REFERENCES grid_units (id),
    major text NOT NULL CHECK (length(major) BETWEEN 1 AND 40),
    middle text NOT NULL CHECK (length(middle) BETWEEN 1 AND 40),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 80),
    lead_organization_id uuid REFERENCES organizations (id),
    lead_hint text CHECK (length(lead_hint) BETWEEN 1 AND 80),
    co_units uuid[] NOT NULL DEFAULT '{}' CHECK (cardinality(co_units) <= 10),
    deadline_class text NOT NULL CHECK (deadline_class IN ('danger_2h', 'utility_24h', 'general_7d', 'complex_15d')),
    legal_basis text CHECK (length(legal_basis) BETWEEN 1 AND 400),
    questions jsonb NOT NULL DEFAULT '[]' CHECK (jsonb_typeof(questions) = 'array' AND jsonb_array_length(questions) <= 10),
    synonyms text[] NOT NULL DEFAULT '{}' CHECK (cardinality(synonyms) <= 30),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 400),
    ending boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'in_force', 'refused', 'ended')),
    draft_version integer NOT NULL DEFAULT 1,
    adoption_id uuid REFERENCES starter_adoptions (id),
    requested_by uuid NOT NULL REFERENCES persons (id),
    decided_by uuid REFERENCES persons (id),
    decided_at timestamptz,
    ended_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    UNIQUE (community_id, code, version),
    CHECK (state = 'refused' OR requested_by <> decided_by),
    CHECK ((state = 'draft') = (decided_by IS NULL)),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL)),
    CHECK (ended_at >= decided_at)
);
CREATE UNIQUE INDEX duty_items_in_force ON duty_items (community_id, code, jurisdiction_id) WHERE state = 'in_force';
CREATE INDEX duty_items_drafts ON duty_items (community_id, id DESC) WHERE state = 'draft';
CREATE INDEX duty_items_lead ON duty_items (lead_organization_id) WHERE state = 'in_force';
COMMENT ON TABLE duty_items IS 'Versions of the duty list''s items: category, who leads, by when, what is asked at intake. Owner: governance/duty_list';
COMMENT ON COLUMN duty_items.id IS 'UUIDv7 of this version [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.community_id IS 'Whose list [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.code IS 'Stable code, as A01-03: major, middle, item; requests hang on it [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.version IS 'Counted per community and code [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.jurisdiction_id IS 'Where it holds: the community, or an estate or block of it with another lead unit [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.major IS 'First level of the category [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.middle IS 'Second level [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.title IS 'Third level: the item [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.lead_organization_id IS 'Lead unit; empty: the community''s own queue [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.lead_hint IS 'What kind of unit leads, in words, where none stands in the directory [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.co_units IS 'Organizations that help [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.deadline_class IS 'danger_2h, utility_24h, general_7d, complex_15d [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.legal_basis IS 'Law or rule that says so [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.questions IS 'Typed questions at intake; unknown fields are kept [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.synonyms IS 'Words that residents use for it [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.reason IS 'Why this version; public [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.ending IS 'Asks to end the item instead of stating it anew [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.state IS 'draft, in_force, refused, ended [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.draft_version IS 'Counts edits of the draft [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.adoption_id IS 'The decision on the starter pack that it came with [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.requested_by IS 'Who wrote it, or edited it last [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN duty_items.decided_by IS 'Who decided; for an approval another person [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN duty_items.decided_at IS 'When it was decided; dispatch follows it from then on [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.ended_at IS 'Dispatch no longer follows it from then on [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_items.created_at IS 'When it was written [class: internal] [retention: for ever]';

CREATE FUNCTION refuse_duty_rewrite() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (to_jsonb(NEW) - 'state' - 'ended_at') IS DISTINCT FROM (to_jsonb(OLD) - 'state' - 'ended_at') THEN
        RAISE EXCEPTION 'a decided version of the duty list never changes' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER duty_items_keep BEFORE UPDATE ON duty_items FOR EACH ROW WHEN (OLD.state <> 'draft') EXECUTE FUNCTION refuse_duty_rewrite();
GRANT SELECT, INSERT, UPDATE ON duty_items TO palm_app;

CREATE TABLE duty_changes (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    item_id uuid NOT NULL REFERENCES duty_items (id),
    kind text NOT NULL CHECK (kind IN ('added', 'changed', 'ended')),
    code text NOT NULL,
    title text NOT NULL,
    reason text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT palm_now()
);
CREATE INDEX duty_changes_community ON duty_changes (community_id, id DESC);
COMMENT ON TABLE duty_changes IS 'Public log of the duty list: what changed and why. Owner: governance/duty_list';
COMMENT ON COLUMN duty_changes.id IS 'UUIDv7, made at the decision: the order of the log [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_changes.community_id IS 'Whose list [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_changes.item_id IS 'The version that came into force, or that ended the item [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_changes.kind IS 'added, changed, ended [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_changes.code IS 'Code of the item [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_changes.title IS 'The item as it read then [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_changes.reason IS 'Why [class: none] [retention: for ever]';
COMMENT ON COLUMN duty_changes.created_at IS 'When [class: none] [retention: for ever]';
GRANT SELECT, INSERT ON duty_changes TO palm_app;
