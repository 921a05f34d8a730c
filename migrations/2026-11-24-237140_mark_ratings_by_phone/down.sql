DROP INDEX request_details_contact;
ALTER TABLE request_answers DROP COLUMN rated_by;
