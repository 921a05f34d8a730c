-- Gifts inside a household and donations to the community's pool, with what each person has passed on this month: passing
-- points round must not become a market.

CREATE TABLE point_transfers (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    kind text NOT NULL CHECK (kind IN ('gift', 'donation')),
    from_person_id uuid NOT NULL REFERENCES persons (id),
    to_person_id uuid REFERENCES persons (id),
    amount bigint NOT NULL CHECK (amount > 0),
    transaction_id uuid NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK ((kind = 'gift') = (to_person_id IS NOT NULL)),
    CHECK (from_person_id <> to_person_id)
);
CREATE INDEX point_transfers_from ON point_transfers (from_person_id, id);
COMMENT ON TABLE point_transfers IS 'Gifts and donations. Owner: points/transfers';
COMMENT ON COLUMN point_transfers.id IS 'UUIDv7; the subject of the posting [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN point_transfers.community_id IS 'Whose book [class: none] [retention: for ever]';
COMMENT ON COLUMN point_transfers.kind IS 'gift (same household), donation (pool of the community) [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN point_transfers.from_person_id IS 'Who gives [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN point_transfers.to_person_id IS 'Who is given to [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN point_transfers.amount IS 'Hundredths of points [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN point_transfers.transaction_id IS 'The posting [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN point_transfers.created_at IS 'When [class: pseudonymous] [retention: for ever]';
GRANT SELECT, INSERT ON point_transfers TO palm_app;

CREATE TABLE point_transfer_caps (
    community_id uuid NOT NULL,
    person_id uuid NOT NULL REFERENCES persons (id),
    kind text NOT NULL CHECK (kind IN ('gift', 'donation')),
    month date NOT NULL,
    used bigint NOT NULL CHECK (used >= 0),
    PRIMARY KEY (community_id, person_id, kind, month)
);
COMMENT ON TABLE point_transfer_caps IS 'What a person has passed on in a month. Owner: points/transfers';
COMMENT ON COLUMN point_transfer_caps.community_id IS 'Whose book [class: none] [retention: 3 years]';
COMMENT ON COLUMN point_transfer_caps.person_id IS 'Who gives [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN point_transfer_caps.kind IS 'gift, donation [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN point_transfer_caps.month IS 'First of the month, Asia/Shanghai [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN point_transfer_caps.used IS 'Hundredths of points [class: pseudonymous] [retention: 3 years]';
GRANT SELECT, INSERT, UPDATE, DELETE ON point_transfer_caps TO palm_app;
