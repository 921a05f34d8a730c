ALTER TABLE volunteer_shifts DROP COLUMN version;
