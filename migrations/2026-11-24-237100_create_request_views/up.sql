-- Filters of the list of requests that somebody keeps under a name, and the indexes along which that list walks backwards, whatever it is
-- narrowed to.

CREATE TABLE request_views (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons (id),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 40),
    filters jsonb NOT NULL,
    community_id uuid REFERENCES grid_units (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    updated_at timestamptz NOT NULL DEFAULT palm_now()
);
CREATE INDEX request_views_person ON request_views (person_id, id);
CREATE INDEX request_views_community ON request_views (community_id, id) WHERE community_id IS NOT NULL;
COMMENT ON TABLE request_views IS 'Filters of the list of requests, kept under a name. Owner: governance/requests';
COMMENT ON COLUMN request_views.id IS 'UUIDv7 [class: none] [retention: until deleted or its owner is erased]';
COMMENT ON COLUMN request_views.person_id IS 'Who keeps it [class: pseudonymous] [retention: until deleted or its owner is erased]';
COMMENT ON COLUMN request_views.name IS 'Its name [class: internal] [retention: until deleted or its owner is erased]';
COMMENT ON COLUMN request_views.filters IS 'What it narrows the list to [class: internal] [retention: until deleted or its owner is erased]';
COMMENT ON COLUMN request_views.community_id IS 'The community in which it is shared [class: none] [retention: until deleted or its owner is erased]';
COMMENT ON COLUMN request_views.created_at IS 'When it was first kept [class: internal] [retention: until deleted or its owner is erased]';
COMMENT ON COLUMN request_views.updated_at IS 'When it was last changed [class: internal] [retention: until deleted or its owner is erased]';
GRANT SELECT, INSERT, UPDATE, DELETE ON request_views TO palm_app;

CREATE INDEX requests_open_newest ON requests (community_id, id) WHERE state NOT IN ('answered', 'closed', 'cancelled');
CREATE INDEX requests_overdue ON requests (community_id, due_at) WHERE state NOT IN ('answered', 'closed', 'cancelled');
CREATE INDEX requests_filed ON requests (community_id, filed_on, id);
CREATE INDEX requests_lead ON requests (lead_id, id) WHERE lead_id IS NOT NULL;
CREATE INDEX requests_entered ON requests (entered_by, id) WHERE entered_by IS NOT NULL;
CREATE INDEX request_details_danger ON request_details (request_id) WHERE danger IS NOT NULL;
