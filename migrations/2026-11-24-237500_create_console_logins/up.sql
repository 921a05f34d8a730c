-- The staff console on a computer: a page shows a one-time ticket as a QR code, the person confirms it in the mini program, and the
-- browser that showed it gets a session of its own kind: 12 hours at most, 30 minutes without use, found by its cookie.
ALTER TABLE sessions ADD COLUMN kind text NOT NULL DEFAULT 'app' CHECK (kind IN ('app', 'console'));
COMMENT ON COLUMN sessions.kind IS 'app: tokens of the mini program; console: a cookie of the staff console, whose hash stands as refresh_hash [class: internal] [retention: 6 months]';

CREATE TABLE console_logins (
    id uuid PRIMARY KEY,
    ticket_hash bytea NOT NULL UNIQUE,
    browser_hash bytea NOT NULL UNIQUE,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    expires_at timestamptz NOT NULL,
    confirmed_by uuid REFERENCES persons (id),
    confirmed_at timestamptz,
    used_at timestamptz,
    CHECK ((confirmed_by IS NULL) = (confirmed_at IS NULL)),
    CHECK (used_at IS NULL OR confirmed_at IS NOT NULL)
);
CREATE INDEX console_logins_expiry ON console_logins (expires_at);
CREATE INDEX console_logins_person ON console_logins (confirmed_by) WHERE confirmed_by IS NOT NULL;
COMMENT ON TABLE console_logins IS 'Sign-ins to the staff console that are under way: a ticket for the phone, a secret for the browser. Owner: people/identity';
COMMENT ON COLUMN console_logins.id IS 'Id [class: internal] [retention: 1 day]';
COMMENT ON COLUMN console_logins.ticket_hash IS 'SHA-256 of what the QR code shows [class: secret] [retention: 1 day]';
COMMENT ON COLUMN console_logins.browser_hash IS 'SHA-256 of the cookie of the browser that showed it [class: secret] [retention: 1 day]';
COMMENT ON COLUMN console_logins.created_at IS 'Shown [class: internal] [retention: 1 day]';
COMMENT ON COLUMN console_logins.expires_at IS 'End of the ticket: two minutes [class: internal] [retention: 1 day]';
COMMENT ON COLUMN console_logins.confirmed_by IS 'Who confirmed it on the phone [class: pseudonymous] [retention: 1 day]';
COMMENT ON COLUMN console_logins.confirmed_at IS 'When [class: internal] [retention: 1 day]';
COMMENT ON COLUMN console_logins.used_at IS 'When the browser took its session: once [class: internal] [retention: 1 day]';
GRANT SELECT, INSERT, UPDATE, DELETE ON console_logins TO palm_app;
