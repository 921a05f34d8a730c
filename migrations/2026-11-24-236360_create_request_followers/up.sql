-- Who goes along with a request: neighbours whom it concerns too (我也遇到), counted by household and heard with a rating of their own,
-- and people who only follow it or a place. And the index of the public list.

CREATE TABLE request_followers (
    request_id uuid NOT NULL REFERENCES requests (id),
    person_id uuid NOT NULL REFERENCES persons (id),
    joined boolean NOT NULL,
    household_id uuid,
    resolved boolean,
    speed smallint CHECK (speed BETWEEN 1 AND 5),
    effect smallint CHECK (effect BETWEEN 1 AND 5),
    attitude smallint CHECK (attitude BETWEEN 1 AND 5),
    feedback smallint CHECK (feedback BETWEEN 1 AND 5),
    rated_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (request_id, person_id),
    CHECK (joined OR household_id IS NULL),
    CHECK (joined OR rated_at IS NULL),
    CHECK (num_nulls(resolved, speed, effect, attitude, feedback, rated_at) IN (0, 6))
);
CREATE INDEX request_followers_person ON request_followers (person_id, request_id);
GRANT SELECT, INSERT, UPDATE, DELETE ON request_followers TO palm_app;
COMMENT ON TABLE request_followers IS 'Neighbours who joined a request, and people who follow it. Owner: governance/requests';
COMMENT ON COLUMN request_followers.request_id IS 'The request [class: none] [retention: with the request]';
COMMENT ON COLUMN request_followers.person_id IS 'Who [class: pseudonymous] [retention: until left or erased]';
COMMENT ON COLUMN request_followers.joined IS 'True: it concerns them too; false: they only follow it [class: internal] [retention: until left or erased]';
COMMENT ON COLUMN request_followers.household_id IS 'Household at the time of joining, for counting [class: pseudonymous] [retention: until left or erased]';
COMMENT ON COLUMN request_followers.resolved IS 'Own rating: is it resolved? [class: internal] [retention: until left or erased]';
COMMENT ON COLUMN request_followers.speed IS 'Own rating, 1 to 5 [class: internal] [retention: until left or erased]';
COMMENT ON COLUMN request_followers.effect IS 'Own rating, 1 to 5 [class: internal] [retention: until left or erased]';
COMMENT ON COLUMN request_followers.attitude IS 'Own rating, 1 to 5 [class: internal] [retention: until left or erased]';
COMMENT ON COLUMN request_followers.feedback IS 'Own rating, 1 to 5 [class: internal] [retention: until left or erased]';
COMMENT ON COLUMN request_followers.rated_at IS 'When it was rated [class: internal] [retention: until left or erased]';
COMMENT ON COLUMN request_followers.created_at IS 'Since when [class: internal] [retention: until left or erased]';

CREATE TABLE place_followers (
    person_id uuid NOT NULL REFERENCES persons (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (person_id, grid_unit_id)
);
CREATE INDEX place_followers_unit ON place_followers (grid_unit_id);
GRANT SELECT, INSERT, DELETE ON place_followers TO palm_app;
COMMENT ON TABLE place_followers IS 'People who want to hear of public requests at a place and below. Owner: governance/requests';
COMMENT ON COLUMN place_followers.person_id IS 'Who [class: pseudonymous] [retention: until left or erased]';
COMMENT ON COLUMN place_followers.grid_unit_id IS 'The place [class: internal] [retention: until left or erased]';
COMMENT ON COLUMN place_followers.created_at IS 'Since when [class: internal] [retention: until left or erased]';

CREATE INDEX requests_published ON requests (community_id, id) WHERE publication = 'published';
