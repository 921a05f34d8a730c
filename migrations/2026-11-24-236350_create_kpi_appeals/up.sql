-- A unit may appeal against how a request counts in its figures: to be left out, or to be counted after all. The street decides; what is
-- decided stands in the list of exclusions with its reason.

CREATE TABLE kpi_appeals (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES requests (id),
    organization_id uuid NOT NULL REFERENCES organizations (id),
    measure text NOT NULL CHECK (measure IN ('response', 'resolution', 'satisfaction')),
    wants text NOT NULL CHECK (wants IN ('exclude', 'include')),
    reason text NOT NULL CHECK (length(reason) BETWEEN 1 AND 500),
    state text NOT NULL CHECK (state IN ('requested', 'granted', 'refused')),
    requested_by uuid NOT NULL REFERENCES persons (id),
    decided_by uuid REFERENCES persons (id),
    decision text CHECK (length(decision) BETWEEN 1 AND 500),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    decided_at timestamptz,
    CHECK (requested_by <> decided_by),
    CHECK ((state = 'requested') = (decided_at IS NULL)),
    CHECK (num_nulls(decided_by, decision, decided_at) IN (0, 3))
);
CREATE UNIQUE INDEX kpi_appeals_one ON kpi_appeals (request_id, measure) WHERE state <> 'refused';
CREATE INDEX kpi_appeals_organization ON kpi_appeals (organization_id, id);
CREATE INDEX kpi_appeals_open ON kpi_appeals (id) WHERE state = 'requested';
COMMENT ON TABLE kpi_appeals IS 'Appeals of units against how a request counts in their figures: requested, then granted or refused by the street. Owner: governance/requests';
COMMENT ON COLUMN kpi_appeals.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN kpi_appeals.request_id IS 'The request [class: none] [retention: for ever]';
COMMENT ON COLUMN kpi_appeals.organization_id IS 'The unit that appeals [class: none] [retention: for ever]';
COMMENT ON COLUMN kpi_appeals.measure IS 'response, resolution, satisfaction [class: none] [retention: for ever]';
COMMENT ON COLUMN kpi_appeals.wants IS 'exclude: leave it out; include: count it [class: none] [retention: for ever]';
COMMENT ON COLUMN kpi_appeals.reason IS 'Why [class: internal] [retention: for ever]';
COMMENT ON COLUMN kpi_appeals.state IS 'requested, granted, refused [class: none] [retention: for ever]';
COMMENT ON COLUMN kpi_appeals.requested_by IS 'Who appealed for the unit [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN kpi_appeals.decided_by IS 'Who decided for the street [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN kpi_appeals.decision IS 'Why so [class: internal] [retention: for ever]';
COMMENT ON COLUMN kpi_appeals.created_at IS 'When it was made [class: none] [retention: for ever]';
COMMENT ON COLUMN kpi_appeals.decided_at IS 'When it was decided [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE (state, decided_by, decision, decided_at) ON kpi_appeals TO palm_app;
