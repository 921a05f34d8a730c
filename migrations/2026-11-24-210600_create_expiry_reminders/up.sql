-- A person is reminded once of points that end at a date; and the wallet's figures need open holds by account.

CREATE TABLE expiry_reminders (
    community_id uuid NOT NULL REFERENCES grid_units (id),
    person_id uuid NOT NULL REFERENCES persons (id),
    expires_on date NOT NULL,
    reminded_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (person_id, community_id, expires_on)
);
CREATE INDEX expiry_reminders_by_date ON expiry_reminders (expires_on);
COMMENT ON TABLE expiry_reminders IS 'Who was reminded of which date. Owner: points/expiry';
COMMENT ON COLUMN expiry_reminders.community_id IS 'Whose book [class: none] [retention: until a year after the date]';
COMMENT ON COLUMN expiry_reminders.person_id IS 'Who [class: pseudonymous] [retention: until a year after the date]';
COMMENT ON COLUMN expiry_reminders.expires_on IS 'Last day of spending [class: pseudonymous] [retention: until a year after the date]';
COMMENT ON COLUMN expiry_reminders.reminded_at IS 'When [class: internal] [retention: until a year after the date]';
GRANT SELECT, INSERT, DELETE ON expiry_reminders TO palm_app;

CREATE INDEX ledger_holds_open_by_account ON ledger_holds (account_id) WHERE ended_by IS NULL;
