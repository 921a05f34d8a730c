-- A month's period closes by itself on the day that the community's terms name. One row a community and period says that the job has
-- closed it, so a job that runs twice closes once. A statement of the job has no person who closed it.

CREATE TABLE settlement_closings (
    community_id uuid NOT NULL REFERENCES grid_units (id),
    period_end timestamptz NOT NULL,
    closing_id uuid NOT NULL UNIQUE,
    closed_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (community_id, period_end)
);
COMMENT ON TABLE settlement_closings IS 'Periods that closed by themselves. Owner: life/settlement';
COMMENT ON COLUMN settlement_closings.community_id IS 'The community [class: none] [retention: 10 years]';
COMMENT ON COLUMN settlement_closings.period_end IS 'Captures before this moment [class: none] [retention: 10 years]';
COMMENT ON COLUMN settlement_closings.closing_id IS 'The act; statements carry it [class: none] [retention: 10 years]';
COMMENT ON COLUMN settlement_closings.closed_at IS 'When [class: internal] [retention: 10 years]';
GRANT SELECT, INSERT ON settlement_closings TO palm_app;

ALTER TABLE settlements ALTER COLUMN closed_by DROP NOT NULL;
COMMENT ON COLUMN settlements.closed_by IS 'Who closed the period; none: the job of the month [class: pseudonymous] [retention: 10 years]';
