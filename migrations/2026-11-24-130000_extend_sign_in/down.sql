ALTER TABLE sessions DROP COLUMN repeats;
DROP SEQUENCE person_numbers;
