COMMENT ON COLUMN settlements.closed_by IS 'Who closed the period [class: pseudonymous] [retention: 10 years]';
-- The older program knows statements of persons only: those of the job become the first approver's of any payment, or any person's.
UPDATE settlements SET closed_by = coalesce(payment_asked_by, answered_by, (SELECT id FROM persons ORDER BY id LIMIT 1)) WHERE closed_by IS NULL;
ALTER TABLE settlements ALTER COLUMN closed_by SET NOT NULL;
DROP TABLE settlement_closings;
