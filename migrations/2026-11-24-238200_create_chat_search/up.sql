-- Finding messages by their words in the groups that one belongs to. Words are character bigrams made in Rust; beside them stand the group
-- and the community, so that an index answers for a few groups without looking into others. Messages from before are filled in by a job.

CREATE TABLE chat_search (
    message_id uuid PRIMARY KEY REFERENCES chat_messages (id),
    tok tsvector NOT NULL
);
CREATE INDEX chat_search_tok ON chat_search USING gin (tok);
COMMENT ON TABLE chat_search IS 'Words of messages that others saw, as bigrams; a row goes with the text. Owner: governance/chat';
COMMENT ON COLUMN chat_search.message_id IS 'Message [class: none] [retention: as its text]';
COMMENT ON COLUMN chat_search.tok IS 'Bigrams of the text, its group and its community [class: personal] [retention: as the text, until it is erased]';
GRANT SELECT, INSERT, UPDATE, DELETE ON chat_search TO palm_app;

INSERT INTO jobs (id, kind, payload, run_at)
    SELECT gen_random_uuid(), 'chat_search_fill', '{}', palm_now() WHERE EXISTS (SELECT FROM chat_messages);
