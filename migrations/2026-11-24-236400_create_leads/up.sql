-- Leads: what may be wrong though nobody complained; found true, a lead becomes a request before anybody does.

CREATE TABLE leads (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    source text NOT NULL CHECK (source IN ('patrol', 'hotspot', 'season', 'facility', 'chat')),
    category text CHECK (length(category) BETWEEN 1 AND 40),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    place_text text CHECK (length(place_text) BETWEEN 1 AND 200),
    lat double precision,
    lon double precision,
    facility_id uuid,
    evidence jsonb,
    merge_key text CHECK (length(merge_key) BETWEEN 1 AND 200),
    count integer NOT NULL DEFAULT 1 CHECK (count > 0),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'verified', 'dismissed')),
    case_id uuid REFERENCES requests (id),
    reason text CHECK (length(reason) BETWEEN 1 AND 500),
    raised_by uuid REFERENCES persons (id),
    decided_by uuid REFERENCES persons (id),
    due_at timestamptz NOT NULL,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    last_at timestamptz NOT NULL DEFAULT palm_now(),
    decided_at timestamptz,
    CHECK ((lat IS NULL) = (lon IS NULL)),
    CHECK ((state = 'open') = (decided_at IS NULL)),
    CHECK ((state = 'verified') = (case_id IS NOT NULL))
);
CREATE INDEX leads_unit ON leads (grid_unit_id, id);
CREATE INDEX leads_open_by_deadline ON leads (community_id, due_at) WHERE state = 'open';
CREATE UNIQUE INDEX leads_open_key ON leads (merge_key) WHERE state = 'open';
CREATE INDEX leads_key ON leads (merge_key, last_at) WHERE merge_key IS NOT NULL;
CREATE INDEX leads_case ON leads (case_id) WHERE case_id IS NOT NULL;
COMMENT ON TABLE leads IS 'Leads 未诉先办: open → verified (a request) or dismissed. Owner: governance/leads';
COMMENT ON COLUMN leads.id IS 'UUIDv7; pictures hang on it [class: none] [retention: for ever]';
COMMENT ON COLUMN leads.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN leads.grid_unit_id IS 'Where it lies [class: none] [retention: for ever]';
COMMENT ON COLUMN leads.source IS 'Where it came from [class: none] [retention: for ever]';
COMMENT ON COLUMN leads.category IS 'Code of the duty list [class: none] [retention: for ever]';
COMMENT ON COLUMN leads.title IS 'A few words [class: internal] [retention: three years after the decision]';
COMMENT ON COLUMN leads.text IS 'What may be wrong [class: internal] [retention: three years after the decision]';
COMMENT ON COLUMN leads.place_text IS 'The place in words [class: internal] [retention: three years after the decision]';
COMMENT ON COLUMN leads.lat IS 'The place: WGS-84 degrees north [class: none] [retention: three years after the decision]';
COMMENT ON COLUMN leads.lon IS 'The place: WGS-84 degrees east [class: none] [retention: three years after the decision]';
COMMENT ON COLUMN leads.facility_id IS 'The facility it is about [class: none] [retention: for ever]';
COMMENT ON COLUMN leads.evidence IS 'Figures that raised it: counts, windows, alarm kind, keyword [class: internal] [retention: three years after the decision]';
COMMENT ON COLUMN leads.merge_key IS 'What says the same again; counted, not entered twice [class: internal] [retention: for ever]';
COMMENT ON COLUMN leads.count IS 'How often it was said [class: none] [retention: for ever]';
COMMENT ON COLUMN leads.state IS 'State [class: none] [retention: for ever]';
COMMENT ON COLUMN leads.case_id IS 'The request that it became [class: none] [retention: for ever]';
COMMENT ON COLUMN leads.reason IS 'What the decision rests on [class: internal] [retention: three years after the decision]';
COMMENT ON COLUMN leads.raised_by IS 'Who raised it; null: a job or a device [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN leads.decided_by IS 'Who decided [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN leads.due_at IS 'When it should be decided [class: none] [retention: for ever]';
COMMENT ON COLUMN leads.created_at IS 'When it was raised [class: none] [retention: for ever]';
COMMENT ON COLUMN leads.last_at IS 'When it was said last [class: none] [retention: for ever]';
COMMENT ON COLUMN leads.decided_at IS 'When it was decided [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON leads TO palm_app;

CREATE TABLE lead_seasons (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    category text CHECK (length(category) BETWEEN 1 AND 40),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    month integer NOT NULL CHECK (month BETWEEN 1 AND 12),
    day integer NOT NULL CHECK (day BETWEEN 1 AND 31),
    last_year integer,
    created_by uuid NOT NULL REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    ended_at timestamptz
);
CREATE INDEX lead_seasons_unit ON lead_seasons (grid_unit_id, id);
COMMENT ON TABLE lead_seasons IS 'What goes wrong at the same time every year: a lead is raised by itself on its day. Owner: governance/leads';
COMMENT ON COLUMN lead_seasons.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN lead_seasons.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN lead_seasons.grid_unit_id IS 'Where the lead lies [class: none] [retention: for ever]';
COMMENT ON COLUMN lead_seasons.category IS 'Code of the duty list [class: none] [retention: for ever]';
COMMENT ON COLUMN lead_seasons.title IS 'A few words [class: none] [retention: for ever]';
COMMENT ON COLUMN lead_seasons.text IS 'What to look at [class: none] [retention: for ever]';
COMMENT ON COLUMN lead_seasons.month IS 'Month of the year [class: none] [retention: for ever]';
COMMENT ON COLUMN lead_seasons.day IS 'Day of the month, or the last of a shorter one [class: none] [retention: for ever]';
COMMENT ON COLUMN lead_seasons.last_year IS 'The last year in which it was raised [class: none] [retention: for ever]';
COMMENT ON COLUMN lead_seasons.created_by IS 'Who entered it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN lead_seasons.created_at IS 'When it was entered [class: none] [retention: for ever]';
COMMENT ON COLUMN lead_seasons.ended_at IS 'When it was taken out of use [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON lead_seasons TO palm_app;
