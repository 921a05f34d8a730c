-- Whoever is responsible for a place decides whether its residents may see their number to call them.
ALTER TABLE persons ADD COLUMN callable boolean NOT NULL DEFAULT false;
COMMENT ON COLUMN persons.callable IS 'May residents of their places see the phone to call it? [class: internal] [retention: until closed]';
