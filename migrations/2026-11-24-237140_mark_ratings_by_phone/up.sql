-- Ratings that somebody without a channel gave on the phone are marked with who wrote them down; and the phones of callers that have to be
-- removed in time are found by an index.

ALTER TABLE request_answers ADD COLUMN rated_by uuid REFERENCES persons (id);
ALTER TABLE request_answers ADD CONSTRAINT request_answers_rated_by CHECK (rated_by IS NULL OR rated_at IS NOT NULL);
COMMENT ON COLUMN request_answers.rated_by IS 'Who wrote the rating down after a call; none: it is the reporter''s own [class: pseudonymous] [retention: for ever]';
CREATE INDEX request_details_contact ON request_details (request_id) WHERE contact_sealed IS NOT NULL;
