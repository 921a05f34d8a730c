-- The five levels of the grid as one tree: scopes, residences and every record of a place hang on it.

CREATE TABLE grid_units (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('street', 'community', 'estate', 'block', 'entrance')),
    parent_id uuid REFERENCES grid_units (id),
    code text NOT NULL CHECK (code ~ '^[A-Za-z0-9-]{1,20}$'),
    path text NOT NULL UNIQUE CHECK (length(path) <= 120),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    active boolean NOT NULL DEFAULT true,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK ((kind = 'street') = (parent_id IS NULL)),
    UNIQUE (parent_id, code)
);
CREATE INDEX grid_units_path ON grid_units (path text_pattern_ops);
COMMENT ON TABLE grid_units IS 'Street, community, estate, block, entrance. Owner: people/grid';
COMMENT ON COLUMN grid_units.id IS 'Id [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_units.kind IS 'Level [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_units.parent_id IS 'The unit above; none for a street [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_units.code IS 'Code within the unit above [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_units.path IS 'All codes from the street down, joined by / [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_units.name IS 'Name as people call it [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_units.active IS 'In use [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_units.created_at IS 'When it was entered [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON grid_units TO palm_app;
