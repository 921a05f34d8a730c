-- Elders without a phone: an account that a grid worker keeps with recorded consent, and printed cards that stand for the person.

CREATE TABLE managed_accounts (
    person_id uuid PRIMARY KEY REFERENCES persons (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    opened_by uuid NOT NULL REFERENCES persons (id),
    consent_version text NOT NULL CHECK (length(consent_version) BETWEEN 1 AND 40),
    consent_text text NOT NULL CHECK (length(consent_text) BETWEEN 1 AND 2000),
    opened_at timestamptz NOT NULL DEFAULT palm_now(),
    closed_at timestamptz
);
CREATE INDEX managed_accounts_unit ON managed_accounts (grid_unit_id, person_id);
COMMENT ON TABLE managed_accounts IS 'Accounts kept by a grid worker for people without a phone. Owner: people/identity';
COMMENT ON COLUMN managed_accounts.person_id IS 'Whose [class: pseudonymous] [retention: until closed]';
COMMENT ON COLUMN managed_accounts.grid_unit_id IS 'Entrance [class: personal] [retention: until closed]';
COMMENT ON COLUMN managed_accounts.opened_by IS 'The worker [class: pseudonymous] [retention: until closed]';
COMMENT ON COLUMN managed_accounts.consent_version IS 'Version of the text that was read to the person [class: internal] [retention: until closed]';
COMMENT ON COLUMN managed_accounts.consent_text IS 'How consent was given, in the worker''s words [class: personal] [retention: until closed]';
COMMENT ON COLUMN managed_accounts.opened_at IS 'When [class: internal] [retention: until closed]';
COMMENT ON COLUMN managed_accounts.closed_at IS 'When it was closed [class: internal] [retention: until closed]';
GRANT SELECT, INSERT, UPDATE ON managed_accounts TO palm_app;

CREATE TABLE cards (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons (id),
    token_hash bytea NOT NULL UNIQUE,
    pin_hash bytea,
    pin_tries integer NOT NULL DEFAULT 0 CHECK (pin_tries BETWEEN 0 AND 5),
    daily_limit integer NOT NULL CHECK (daily_limit BETWEEN 1 AND 50),
    issued_by uuid NOT NULL REFERENCES persons (id),
    issued_at timestamptz NOT NULL DEFAULT palm_now(),
    revoked_at timestamptz,
    revoked_by uuid REFERENCES persons (id),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE INDEX cards_person ON cards (person_id);
COMMENT ON TABLE cards IS 'Printed cards: states in force → revoked. Owner: people/identity';
COMMENT ON COLUMN cards.id IS 'Id [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN cards.person_id IS 'For whom it stands [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN cards.token_hash IS 'SHA-256 of the printed token [class: secret] [retention: 3 years after the end]';
COMMENT ON COLUMN cards.pin_hash IS 'Keyed hash of the PIN, if there is one [class: secret] [retention: 3 years after the end]';
COMMENT ON COLUMN cards.pin_tries IS 'Wrong PINs in a row; five lock the card [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN cards.daily_limit IS 'Uses a day [class: none] [retention: 3 years after the end]';
COMMENT ON COLUMN cards.issued_by IS 'The worker [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN cards.issued_at IS 'When [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN cards.revoked_at IS 'When it was revoked [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN cards.revoked_by IS 'By whom [class: pseudonymous] [retention: 3 years after the end]';
GRANT SELECT, INSERT, UPDATE ON cards TO palm_app;

CREATE TABLE card_uses (
    card_id uuid NOT NULL REFERENCES cards (id),
    day date NOT NULL,
    uses integer NOT NULL DEFAULT 1,
    PRIMARY KEY (card_id, day)
);
COMMENT ON TABLE card_uses IS 'How often a card was shown on a day in Asia/Shanghai. Owner: people/identity';
COMMENT ON COLUMN card_uses.card_id IS 'The card [class: pseudonymous] [retention: 6 months]';
COMMENT ON COLUMN card_uses.day IS 'Date in Asia/Shanghai [class: internal] [retention: 6 months]';
COMMENT ON COLUMN card_uses.uses IS 'Uses [class: internal] [retention: 6 months]';
GRANT SELECT, INSERT, UPDATE, DELETE ON card_uses TO palm_app;
