-- Who was told on which day that something is unread in the chat: at most once a day, and not on and on to somebody who doesn't look.

CREATE TABLE chat_digests (
    person_id uuid NOT NULL REFERENCES persons (id),
    day date NOT NULL,
    topics integer NOT NULL CHECK (topics > 0),
    messages integer NOT NULL CHECK (messages > 0),
    at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (person_id, day)
);
CREATE INDEX chat_digests_aged ON chat_digests (day);
COMMENT ON TABLE chat_digests IS 'Digests of unread messages, one a person and day at most. Owner: governance/chat';
COMMENT ON COLUMN chat_digests.person_id IS 'Who was told [class: pseudonymous] [retention: 30 days, or until the account closes]';
COMMENT ON COLUMN chat_digests.day IS 'Day, Asia/Shanghai [class: pseudonymous] [retention: 30 days]';
COMMENT ON COLUMN chat_digests.topics IS 'Topics with something unread [class: pseudonymous] [retention: 30 days]';
COMMENT ON COLUMN chat_digests.messages IS 'Unread messages in them [class: pseudonymous] [retention: 30 days]';
COMMENT ON COLUMN chat_digests.at IS 'When [class: pseudonymous] [retention: 30 days]';
GRANT SELECT, INSERT, DELETE ON chat_digests TO palm_app;
