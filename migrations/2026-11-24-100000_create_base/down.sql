DROP TABLE attempt_counters, job_schedules, jobs, audit_entries, idempotency_keys;
DROP FUNCTION refuse_change, palm_move_clock, palm_now;
DROP TABLE installation;
DROP FUNCTION installation_guard;
REVOKE USAGE ON SCHEMA public FROM palm_app;
