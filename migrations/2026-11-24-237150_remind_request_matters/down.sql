ALTER TABLE request_matters DROP COLUMN overdue_step;
