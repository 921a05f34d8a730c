REVOKE UPDATE (beneficiary_person_id) ON award_events FROM palm_app;
DROP TABLE person_merges;
