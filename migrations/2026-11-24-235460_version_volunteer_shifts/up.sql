-- A planned shift can be edited; the version says on what an edit is based, and that a seat is taken on the times that were read.

ALTER TABLE volunteer_shifts ADD COLUMN version integer NOT NULL DEFAULT 1 CHECK (version > 0);
COMMENT ON COLUMN volunteer_shifts.version IS 'Counts edits, for If-Match [class: none] [retention: for ever]';
