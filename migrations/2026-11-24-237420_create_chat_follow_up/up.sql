-- What becomes of what is said in the chat: questions that a worker owes an answer, requests that came of messages, words that are worth a
-- look, summaries that members write, and the card by which a topic is shared into a WeChat group.

CREATE TABLE chat_questions (
    id uuid PRIMARY KEY,
    topic_id uuid NOT NULL REFERENCES chat_topics (id),
    message_id uuid REFERENCES chat_messages (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    worker_id uuid NOT NULL REFERENCES persons (id),
    asked_at timestamptz NOT NULL DEFAULT palm_now(),
    due_at timestamptz NOT NULL,
    reminded_at timestamptz,
    answered_by uuid REFERENCES persons (id),
    answered_at timestamptz
);
CREATE UNIQUE INDEX chat_questions_message ON chat_questions (message_id, worker_id) WHERE message_id IS NOT NULL;
CREATE UNIQUE INDEX chat_questions_topic ON chat_questions (topic_id, worker_id) WHERE message_id IS NULL AND answered_at IS NULL;
CREATE INDEX chat_questions_worker ON chat_questions (worker_id, due_at) WHERE answered_at IS NULL;
CREATE INDEX chat_questions_open ON chat_questions (topic_id) WHERE answered_at IS NULL;
CREATE INDEX chat_questions_due ON chat_questions (due_at) WHERE answered_at IS NULL AND reminded_at IS NULL;
COMMENT ON TABLE chat_questions IS 'Questions that a worker owes an answer, with the time by which. Owner: governance/chat';
COMMENT ON COLUMN chat_questions.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_questions.topic_id IS 'Topic [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_questions.message_id IS 'The message that mentions the worker; none: the topic itself [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_questions.grid_unit_id IS 'Where [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_questions.worker_id IS 'Who owes the answer [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_questions.asked_at IS 'When [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_questions.due_at IS 'By when [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_questions.reminded_at IS 'When the worker was reminded [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_questions.answered_by IS 'Who answered [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_questions.answered_at IS 'When; also when the question went away [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON chat_questions TO palm_app;

CREATE TABLE chat_requests (
    case_id uuid PRIMARY KEY REFERENCES requests (id),
    message_id uuid NOT NULL UNIQUE REFERENCES chat_messages (id),
    topic_id uuid NOT NULL REFERENCES chat_topics (id),
    told_up_to integer NOT NULL DEFAULT 0 CHECK (told_up_to >= 0),
    made_by uuid NOT NULL REFERENCES persons (id),
    made_at timestamptz NOT NULL DEFAULT palm_now()
);
CREATE INDEX chat_requests_topic ON chat_requests (topic_id);
COMMENT ON TABLE chat_requests IS 'Requests that came of messages; their public events return to the topic. Owner: governance/chat';
COMMENT ON COLUMN chat_requests.case_id IS 'Request [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_requests.message_id IS 'The message that it came of [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_requests.topic_id IS 'The topic that hears of it [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_requests.told_up_to IS 'Number of the last event that was told [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_requests.made_by IS 'The worker who made it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_requests.made_at IS 'When [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON chat_requests TO palm_app;

CREATE TABLE chat_keywords (
    id uuid PRIMARY KEY,
    community_id uuid REFERENCES grid_units (id),
    word text NOT NULL CHECK (length(word) BETWEEN 2 AND 20),
    category text CHECK (length(category) BETWEEN 1 AND 40),
    made_by uuid REFERENCES persons (id),
    made_at timestamptz NOT NULL DEFAULT palm_now(),
    ended_at timestamptz
);
CREATE UNIQUE INDEX chat_keywords_word ON chat_keywords (word, community_id) NULLS NOT DISTINCT WHERE ended_at IS NULL;
INSERT INTO chat_keywords (id, community_id, word, made_at) SELECT gen_random_uuid(), NULL, word, '2026-01-01T00:00:00Z'
    FROM unnest(ARRAY['停水', '停电', '停气', '漏水', '断网', '燃气味', '电梯故障', '路灯不亮', '井盖', '下水道堵']) word;
COMMENT ON TABLE chat_keywords IS 'Words that are worth a look before anybody complains: a message with one feeds a lead. Owner: governance/chat';
COMMENT ON COLUMN chat_keywords.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_keywords.community_id IS 'Where it holds; none: everywhere [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_keywords.word IS 'Word [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_keywords.category IS 'Code of the duty list [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_keywords.made_by IS 'Who entered it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_keywords.made_at IS 'When [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_keywords.ended_at IS 'When it was put out of use [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON chat_keywords TO palm_app;

CREATE TABLE chat_summaries (
    id uuid PRIMARY KEY,
    topic_id uuid NOT NULL REFERENCES chat_topics (id),
    author_id uuid REFERENCES persons (id),
    text text CHECK (length(text) BETWEEN 1 AND 2000),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    accepted_by uuid REFERENCES persons (id),
    accepted_at timestamptz,
    UNIQUE (topic_id, author_id),
    CHECK ((accepted_by IS NULL) = (accepted_at IS NULL)),
    CHECK (author_id <> accepted_by)
);
CREATE UNIQUE INDEX chat_summaries_accepted ON chat_summaries (topic_id) WHERE accepted_at IS NOT NULL;
CREATE INDEX chat_summaries_author ON chat_summaries (author_id);
COMMENT ON TABLE chat_summaries IS 'Summaries that members write of a topic; the one that a worker closes with is accepted. Owner: governance/chat';
COMMENT ON COLUMN chat_summaries.id IS 'UUIDv7; also the id of the points event [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_summaries.topic_id IS 'Topic [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_summaries.author_id IS 'Who wrote it [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_summaries.text IS 'What was written; that of an accepted one stands with the topic [class: internal] [retention: until the account closes]';
COMMENT ON COLUMN chat_summaries.created_at IS 'When [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_summaries.accepted_by IS 'Who accepted it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_summaries.accepted_at IS 'When [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON chat_summaries TO palm_app;

CREATE TABLE chat_cards (
    ticket text PRIMARY KEY CHECK (length(ticket) = 22),
    topic_id uuid NOT NULL UNIQUE REFERENCES chat_topics (id),
    made_by uuid NOT NULL REFERENCES persons (id),
    made_at timestamptz NOT NULL DEFAULT palm_now()
);
COMMENT ON TABLE chat_cards IS 'Tickets by which topics are shared into WeChat groups: who has one reads title and summary. Owner: governance/chat';
COMMENT ON COLUMN chat_cards.ticket IS 'Random, 128 bits; opens title and summary only [class: internal] [retention: for ever]';
COMMENT ON COLUMN chat_cards.topic_id IS 'Topic [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_cards.made_by IS 'Who shared it first [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_cards.made_at IS 'When [class: none] [retention: for ever]';
GRANT SELECT, INSERT ON chat_cards TO palm_app;

ALTER TABLE earning_rules DROP CONSTRAINT earning_rules_kind_check;
ALTER TABLE earning_rules ADD CONSTRAINT earning_rules_kind_check CHECK (kind IN ('volunteer_hours', 'activity', 'confirmed_request', 'resolution_work',
    'merchant_contribution', 'courier_report', 'party_post', 'training', 'resource_shared', 'need_fulfilled', 'project_milestone',
    'chat_summary'));
