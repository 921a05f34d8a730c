-- The house itself: one clock, the installation's kind, idempotent writes, the audit trail and the job outbox.

DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'palm_app') THEN
        RAISE EXCEPTION 'the role palm_app is missing: create it first (CREATE ROLE palm_app LOGIN)';
    END IF;
END $$;
GRANT USAGE ON SCHEMA public TO palm_app;

CREATE TABLE installation (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    kind text NOT NULL CHECK (kind IN ('real', 'demo', 'test')),
    clock_shift interval NOT NULL DEFAULT '0',
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    CHECK (kind <> 'real' OR clock_shift = '0')
);
COMMENT ON TABLE installation IS 'One row: whether this database holds real people or a demonstration, decided once. Owner: base';
COMMENT ON COLUMN installation.only_row IS 'Keeps the table at one row [class: none] [retention: for ever]';
COMMENT ON COLUMN installation.kind IS 'real, demo or test; never changes [class: none] [retention: for ever]';
COMMENT ON COLUMN installation.clock_shift IS 'How far palm_now() runs ahead of the machine, or behind while a demo lives through its history; zero on real ones [class: none] [retention: for ever]';
COMMENT ON COLUMN installation.created_at IS 'When it was set up [class: none] [retention: for ever]';
GRANT SELECT ON installation TO palm_app;

-- The kind is written once, the clock only moves forward, and never on a real installation.
CREATE FUNCTION installation_guard() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' OR NEW.kind <> OLD.kind THEN
        RAISE EXCEPTION 'the kind of an installation never changes';
    END IF;
    IF NEW.clock_shift < OLD.clock_shift THEN
        RAISE EXCEPTION 'the clock never goes back';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER installation_guard BEFORE UPDATE OR DELETE ON installation FOR EACH ROW EXECUTE FUNCTION installation_guard();

-- plpgsql keeps its plan; an SQL function would be planned anew in every statement that reads the clock (13 us instead of 5).
CREATE FUNCTION palm_now() RETURNS timestamptz LANGUAGE plpgsql VOLATILE AS
    $$ BEGIN RETURN clock_timestamp() + coalesce((SELECT clock_shift FROM installation), '0'); END $$;
COMMENT ON FUNCTION palm_now() IS 'The one clock of the product: the machine''s time plus the shift of a demo or test installation';

CREATE FUNCTION palm_move_clock(ahead interval) RETURNS timestamptz LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
    UPDATE installation SET clock_shift = clock_shift + ahead;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'the installation is not set up';
    END IF;
    RETURN palm_now();
END $$;

CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;
END $$;
COMMENT ON FUNCTION refuse_change() IS 'Trigger of append-only tables';

CREATE TABLE idempotency_keys (
    principal uuid NOT NULL,
    action text NOT NULL,
    key text NOT NULL CHECK (length(key) BETWEEN 8 AND 80),
    body_hash bytea NOT NULL,
    result_id uuid NOT NULL,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (principal, action, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);
COMMENT ON TABLE idempotency_keys IS 'Writes already done, so that a repeat gets the first answer. Owner: base';
COMMENT ON COLUMN idempotency_keys.principal IS 'The person, nil for others [class: pseudonymous] [retention: 30 days]';
COMMENT ON COLUMN idempotency_keys.action IS 'Name of the action [class: none] [retention: 30 days]';
COMMENT ON COLUMN idempotency_keys.key IS 'The caller''s key [class: internal] [retention: 30 days]';
COMMENT ON COLUMN idempotency_keys.body_hash IS 'SHA-256 of the raw body [class: internal] [retention: 30 days]';
COMMENT ON COLUMN idempotency_keys.result_id IS 'Id of the result [class: pseudonymous] [retention: 30 days]';
COMMENT ON COLUMN idempotency_keys.created_at IS 'When [class: internal] [retention: 30 days]';
GRANT SELECT, INSERT, DELETE ON idempotency_keys TO palm_app;

CREATE TABLE audit_entries (
    id uuid PRIMARY KEY,
    at timestamptz NOT NULL DEFAULT palm_now(),
    principal_kind text NOT NULL CHECK (principal_kind IN ('anonymous', 'person', 'job', 'operator')),
    principal_id uuid,
    session_id uuid,
    request_id uuid NOT NULL,
    action text NOT NULL,
    object_kind text NOT NULL,
    object_id uuid NOT NULL,
    grid_unit_id uuid,
    before jsonb,
    after jsonb
);
CREATE INDEX audit_entries_object ON audit_entries (object_id, id);
COMMENT ON TABLE audit_entries IS 'Who did what to which object, in the transaction of the change. Append-only. Owner: base';
COMMENT ON COLUMN audit_entries.id IS 'UUIDv7 [class: internal] [retention: 3 years]';
COMMENT ON COLUMN audit_entries.at IS 'When [class: internal] [retention: 3 years]';
COMMENT ON COLUMN audit_entries.principal_kind IS 'anonymous, person, job, operator [class: internal] [retention: 3 years]';
COMMENT ON COLUMN audit_entries.principal_id IS 'The person who acted [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN audit_entries.session_id IS 'The device used [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN audit_entries.request_id IS 'The request, as printed in problems and logs [class: internal] [retention: 3 years]';
COMMENT ON COLUMN audit_entries.action IS 'Name of the action [class: none] [retention: 3 years]';
COMMENT ON COLUMN audit_entries.object_kind IS 'The noun [class: none] [retention: 3 years]';
COMMENT ON COLUMN audit_entries.object_id IS 'The object [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN audit_entries.grid_unit_id IS 'Where [class: internal] [retention: 3 years]';
COMMENT ON COLUMN audit_entries.before IS 'States and figures before; no personal data [class: internal] [retention: 3 years]';
COMMENT ON COLUMN audit_entries.after IS 'States and figures after; no personal data [class: internal] [retention: 3 years]';
GRANT SELECT, INSERT ON audit_entries TO palm_app;
CREATE TRIGGER audit_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE jobs (
    id uuid PRIMARY KEY,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    once_key text UNIQUE,
    state text NOT NULL DEFAULT 'ready' CHECK (state IN ('ready', 'leased', 'done', 'dead')),
    run_at timestamptz NOT NULL,
    lease_until timestamptz,
    attempts integer NOT NULL DEFAULT 0,
    last_error text,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    finished_at timestamptz
);
CREATE INDEX jobs_due ON jobs (run_at) WHERE state = 'ready';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state = 'leased';
CREATE INDEX jobs_dead ON jobs (id) WHERE state = 'dead';
CREATE INDEX jobs_done ON jobs (finished_at) WHERE state = 'done';
COMMENT ON TABLE jobs IS 'The outbox and everything that happens later; states ready → leased → done, or dead after the last try. Owner: base';
COMMENT ON COLUMN jobs.id IS 'UUIDv7 [class: internal] [retention: 7 days after the end]';
COMMENT ON COLUMN jobs.kind IS 'Name of the job [class: none] [retention: 7 days after the end]';
COMMENT ON COLUMN jobs.payload IS 'Ids and figures; no personal data [class: pseudonymous] [retention: 7 days after the end]';
COMMENT ON COLUMN jobs.once_key IS 'At most one job ever has this key [class: internal] [retention: 7 days after the end]';
COMMENT ON COLUMN jobs.state IS 'ready, leased, done, dead [class: none] [retention: 7 days after the end]';
COMMENT ON COLUMN jobs.run_at IS 'Not before, by the product''s clock [class: none] [retention: 7 days after the end]';
COMMENT ON COLUMN jobs.lease_until IS 'Until when one worker has it, by the machine''s clock [class: none] [retention: 7 days after the end]';
COMMENT ON COLUMN jobs.attempts IS 'Tries so far [class: none] [retention: 7 days after the end]';
COMMENT ON COLUMN jobs.last_error IS 'Why the last try failed; no personal data [class: internal] [retention: 7 days after the end]';
COMMENT ON COLUMN jobs.created_at IS 'When it was enqueued [class: none] [retention: 7 days after the end]';
COMMENT ON COLUMN jobs.finished_at IS 'When it ended [class: none] [retention: 7 days after the end]';
GRANT SELECT, INSERT, UPDATE, DELETE ON jobs TO palm_app;

CREATE TABLE job_schedules (
    name text PRIMARY KEY,
    next_run_at timestamptz NOT NULL
);
COMMENT ON TABLE job_schedules IS 'When each recurring job runs next. Owner: base';
COMMENT ON COLUMN job_schedules.name IS 'Name of the job [class: none] [retention: for ever]';
COMMENT ON COLUMN job_schedules.next_run_at IS 'By the product''s clock [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON job_schedules TO palm_app;

CREATE TABLE attempt_counters (
    kind text NOT NULL,
    subject bytea NOT NULL,
    window_start timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 1,
    PRIMARY KEY (kind, subject, window_start)
);
COMMENT ON TABLE attempt_counters IS 'Tries of codes per subject and window, over all processes. Owner: base';
COMMENT ON COLUMN attempt_counters.kind IS 'login, phone_code, redeem_code, check_in … [class: none] [retention: 7 days]';
COMMENT ON COLUMN attempt_counters.subject IS 'Keyed hash of whom is counted [class: pseudonymous] [retention: 7 days]';
COMMENT ON COLUMN attempt_counters.window_start IS 'Start of the window [class: none] [retention: 7 days]';
COMMENT ON COLUMN attempt_counters.attempts IS 'Tries in the window [class: none] [retention: 7 days]';
GRANT SELECT, INSERT, UPDATE, DELETE ON attempt_counters TO palm_app;
