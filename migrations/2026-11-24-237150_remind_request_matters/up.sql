-- Matters between a community and its street are answered by a clock: reminder, supervision, escalation are remembered, so that each is
-- told once.

ALTER TABLE request_matters ADD COLUMN overdue_step smallint NOT NULL DEFAULT 0 CHECK (overdue_step BETWEEN 0 AND 3);
COMMENT ON COLUMN request_matters.overdue_step IS '0; 1 reminded, 2 supervised, 3 escalated [class: none] [retention: for ever]';
