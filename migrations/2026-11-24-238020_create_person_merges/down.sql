REVOKE DELETE ON chat_votes FROM palm_app;
DROP TABLE person_merges;
