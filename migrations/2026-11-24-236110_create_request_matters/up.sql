-- Up and down between a community and its street: the community whistles (吹哨), the street answers; the street directs (督办交办), the
-- community gives a receipt and the result. Both directions stand in one list.

CREATE TABLE request_matters (
    id uuid PRIMARY KEY,
    direction text NOT NULL CHECK (direction IN ('up', 'down')),
    community_id uuid NOT NULL REFERENCES grid_units (id),
    street_id uuid NOT NULL REFERENCES grid_units (id),
    request_id uuid REFERENCES requests (id),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    state text NOT NULL CHECK (state IN ('sent', 'received', 'answered')),
    raised_by uuid NOT NULL REFERENCES persons (id),
    received_by uuid REFERENCES persons (id),
    answered_by uuid REFERENCES persons (id),
    answer text CHECK (length(answer) BETWEEN 1 AND 2000),
    due_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    received_at timestamptz,
    answered_at timestamptz,
    CHECK ((state = 'sent') = (received_at IS NULL)),
    CHECK ((state = 'answered') = (answered_at IS NOT NULL)),
    CHECK (num_nulls(answer, answered_at, answered_by) IN (0, 3)),
    CHECK (num_nulls(received_at, received_by) IN (0, 2))
);
CREATE INDEX request_matters_community ON request_matters (community_id, id);
CREATE INDEX request_matters_street ON request_matters (street_id, id);
CREATE INDEX request_matters_request ON request_matters (request_id) WHERE request_id IS NOT NULL;
CREATE INDEX request_matters_due ON request_matters (due_at, id) WHERE state <> 'answered';
COMMENT ON TABLE request_matters IS 'Matters raised to the street and directives that come down: sent → received → answered. Owner: governance/requests';
COMMENT ON COLUMN request_matters.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN request_matters.direction IS 'up: the community whistles; down: the street directs [class: none] [retention: for ever]';
COMMENT ON COLUMN request_matters.community_id IS 'The community [class: none] [retention: for ever]';
COMMENT ON COLUMN request_matters.street_id IS 'The street [class: none] [retention: for ever]';
COMMENT ON COLUMN request_matters.request_id IS 'The request it is about, if it is about one [class: none] [retention: for ever]';
COMMENT ON COLUMN request_matters.title IS 'In a few words [class: internal] [retention: for ever]';
COMMENT ON COLUMN request_matters.text IS 'What is asked [class: internal] [retention: for ever]';
COMMENT ON COLUMN request_matters.state IS 'sent, received, answered [class: none] [retention: for ever]';
COMMENT ON COLUMN request_matters.raised_by IS 'Who sent it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_matters.received_by IS 'Who gave the receipt [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_matters.answered_by IS 'Who answered [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_matters.answer IS 'The answer or result [class: internal] [retention: for ever]';
COMMENT ON COLUMN request_matters.due_at IS 'Until when an answer is due [class: none] [retention: for ever]';
COMMENT ON COLUMN request_matters.created_at IS 'When it was sent [class: none] [retention: for ever]';
COMMENT ON COLUMN request_matters.received_at IS 'When the receipt came [class: none] [retention: for ever]';
COMMENT ON COLUMN request_matters.answered_at IS 'When it was answered [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON request_matters TO palm_app;
