-- When WeChat refuses the phone check or its paid quota is used up, a grid worker who stands before the person vouches for the
-- phone: a short code, shown once, ten minutes, three tries.

CREATE TABLE phone_codes (
    id uuid PRIMARY KEY,
    phone_lookup bytea NOT NULL,
    code_hash bytea NOT NULL,
    issued_by uuid NOT NULL REFERENCES persons (id),
    issued_at timestamptz NOT NULL DEFAULT palm_now(),
    expires_at timestamptz NOT NULL,
    tries integer NOT NULL DEFAULT 0 CHECK (tries BETWEEN 0 AND 3),
    used_by uuid REFERENCES persons (id),
    used_at timestamptz,
    CHECK ((used_by IS NULL) = (used_at IS NULL))
);
CREATE INDEX phone_codes_phone ON phone_codes (phone_lookup, id);
COMMENT ON TABLE phone_codes IS 'Codes that a worker gives face to face to bind a phone. Owner: people/identity';
COMMENT ON COLUMN phone_codes.id IS 'Id [class: internal] [retention: 6 months]';
COMMENT ON COLUMN phone_codes.phone_lookup IS 'Keyed hash of the phone [class: personal] [retention: 6 months]';
COMMENT ON COLUMN phone_codes.code_hash IS 'Keyed hash of the code [class: secret] [retention: 6 months]';
COMMENT ON COLUMN phone_codes.issued_by IS 'The worker who vouches [class: pseudonymous] [retention: 6 months]';
COMMENT ON COLUMN phone_codes.issued_at IS 'When [class: internal] [retention: 6 months]';
COMMENT ON COLUMN phone_codes.expires_at IS 'Ten minutes later [class: internal] [retention: 6 months]';
COMMENT ON COLUMN phone_codes.tries IS 'Wrong and right tries [class: internal] [retention: 6 months]';
COMMENT ON COLUMN phone_codes.used_by IS 'Who bound the phone by it [class: pseudonymous] [retention: 6 months]';
COMMENT ON COLUMN phone_codes.used_at IS 'When it was used [class: internal] [retention: 6 months]';
GRANT SELECT, INSERT, UPDATE, DELETE ON phone_codes TO palm_app;
