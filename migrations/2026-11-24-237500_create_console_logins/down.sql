DROP TABLE console_logins;
-- A console session is no session without its kind: its cookie's hash must not pass as a refresh token's.
UPDATE sessions SET ended_at = palm_now(), end_reason = 'console removed' WHERE kind = 'console' AND ended_at IS NULL;
ALTER TABLE sessions DROP COLUMN kind;
