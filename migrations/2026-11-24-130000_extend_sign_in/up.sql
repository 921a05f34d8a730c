-- Sign-in needs two things more: numbers that people can say on the phone, and a count of how often a refresh token's successor
-- was given out again, since it may be given once more (a lost reply) but not for ever (a stolen token).

CREATE SEQUENCE person_numbers START 10000001;
COMMENT ON SEQUENCE person_numbers IS 'Short numbers of persons, shown as SQ-1000-0001. Owner: people/identity';
GRANT USAGE ON SEQUENCE person_numbers TO palm_app;

ALTER TABLE sessions ADD COLUMN repeats integer NOT NULL DEFAULT 0;
COMMENT ON COLUMN sessions.repeats IS 'How often the successor of the previous refresh token was given out again [class: internal] [retention: 6 months]';
