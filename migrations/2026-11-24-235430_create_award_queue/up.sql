-- Events are decided and posted in batches: a row here waits for its turn and goes with the award, in one transaction. (The events
-- themselves are append-only.)

CREATE TABLE award_queue (
    event_id uuid PRIMARY KEY REFERENCES award_events (id),
    community_id uuid NOT NULL REFERENCES grid_units (id)
);
CREATE INDEX award_queue_turn ON award_queue (community_id, event_id);
COMMENT ON TABLE award_queue IS 'Events that have no award yet. Owner: points/awards';
COMMENT ON COLUMN award_queue.event_id IS 'The event [class: pseudonymous] [retention: until decided]';
COMMENT ON COLUMN award_queue.community_id IS 'Whose book [class: none] [retention: until decided]';
-- UPDATE for the row locks by which workers take disjoint batches.
GRANT SELECT, INSERT, UPDATE, DELETE ON award_queue TO palm_app;

INSERT INTO award_queue (event_id, community_id)
    SELECT e.id, e.community_id FROM award_events e WHERE NOT EXISTS (SELECT FROM awards a WHERE a.event_id = e.id);
