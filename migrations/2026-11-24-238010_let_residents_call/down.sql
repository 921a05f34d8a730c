ALTER TABLE persons DROP COLUMN callable;
