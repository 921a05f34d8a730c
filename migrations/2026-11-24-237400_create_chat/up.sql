-- Grid chat 居民畅聊: one group a grid unit, topics in it, numbered messages in a topic. Who belongs to a group is asked of roles and
-- places, never stored; a message that nobody but its author may see yet has no number, so the numbers that others see have no gaps.

CREATE TABLE chat_groups (
    id uuid PRIMARY KEY,
    grid_unit_id uuid NOT NULL UNIQUE REFERENCES grid_units (id),
    community_id uuid NOT NULL REFERENCES grid_units (id),
    opened_by uuid NOT NULL REFERENCES persons (id),
    opened_at timestamptz NOT NULL DEFAULT palm_now()
);
CREATE INDEX chat_groups_community ON chat_groups (community_id, id);
COMMENT ON TABLE chat_groups IS 'Group of a grid unit, opened by a worker; its members are who lives or works there. Owner: governance/chat';
COMMENT ON COLUMN chat_groups.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_groups.grid_unit_id IS 'Whose group it is: a community or a unit below [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_groups.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_groups.opened_by IS 'Who opened it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_groups.opened_at IS 'When [class: none] [retention: for ever]';
GRANT SELECT, INSERT ON chat_groups TO palm_app;

CREATE TABLE chat_members (
    group_id uuid NOT NULL REFERENCES chat_groups (id),
    person_id uuid NOT NULL REFERENCES persons (id),
    nickname text CHECK (length(nickname) BETWEEN 1 AND 20),
    quiet boolean NOT NULL DEFAULT false,
    updated_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (group_id, person_id)
);
CREATE INDEX chat_members_person ON chat_members (person_id);
COMMENT ON TABLE chat_members IS 'What a member set for a group; nobody is a member by a row here. Owner: governance/chat';
COMMENT ON COLUMN chat_members.group_id IS 'Group [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_members.person_id IS 'Whose [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_members.nickname IS 'Name that stands in front in this group [class: personal] [retention: until the account closes]';
COMMENT ON COLUMN chat_members.quiet IS 'No notices of this group, please [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_members.updated_at IS 'When it was set [class: pseudonymous] [retention: until the account closes]';
GRANT SELECT, INSERT, UPDATE, DELETE ON chat_members TO palm_app;

CREATE TABLE chat_topics (
    id uuid PRIMARY KEY,
    group_id uuid NOT NULL REFERENCES chat_groups (id),
    community_id uuid NOT NULL REFERENCES grid_units (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    kind text NOT NULL CHECK (kind IN ('talk', 'question', 'notice', 'poll')),
    state text NOT NULL CHECK (state IN ('proposed', 'scheduled', 'open', 'closed', 'declined')),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    text text CHECK (length(text) BETWEEN 1 AND 4000),
    pinned boolean NOT NULL DEFAULT false,
    author_id uuid REFERENCES persons (id),
    decided_by uuid REFERENCES persons (id),
    reason text CHECK (length(reason) BETWEEN 1 AND 200),
    opens_at timestamptz,
    closing text CHECK (length(closing) BETWEEN 1 AND 2000),
    sequence_last integer NOT NULL DEFAULT 0 CHECK (sequence_last >= 0),
    change_last integer NOT NULL DEFAULT 0 CHECK (change_last >= sequence_last),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    opened_at timestamptz,
    closed_at timestamptz,
    CHECK ((state IN ('closed', 'declined')) = (closed_at IS NOT NULL)),
    CHECK (state <> 'closed' OR closing IS NOT NULL),
    CHECK (state NOT IN ('open', 'closed') OR opened_at IS NOT NULL),
    CHECK (state <> 'scheduled' OR opens_at IS NOT NULL),
    CHECK (state <> 'declined' OR reason IS NOT NULL)
);
CREATE INDEX chat_topics_group ON chat_topics (group_id, pinned DESC, id DESC);
CREATE INDEX chat_topics_due ON chat_topics (opens_at) WHERE state = 'scheduled';
CREATE INDEX chat_topics_proposed ON chat_topics (grid_unit_id, id) WHERE state = 'proposed';
CREATE INDEX chat_topics_author ON chat_topics (author_id);
COMMENT ON TABLE chat_topics IS 'Topic of a group: proposed or scheduled → open → closed with a summary, or declined. Owner: governance/chat';
COMMENT ON COLUMN chat_topics.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_topics.group_id IS 'Group [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_topics.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_topics.grid_unit_id IS 'The group''s unit: whoever works there moderates [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_topics.kind IS 'Talk, question to the committee, notice with receipt, poll [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_topics.state IS 'State [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_topics.title IS 'Title [class: internal] [retention: for ever]';
COMMENT ON COLUMN chat_topics.text IS 'What it is about; emptied when its proposer closes the account [class: internal] [retention: for ever]';
COMMENT ON COLUMN chat_topics.pinned IS 'Stands first [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_topics.author_id IS 'Who proposed or wrote it; empty when the account is closed [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_topics.decided_by IS 'Who opened or declined a proposal [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_topics.reason IS 'Why it was declined [class: internal] [retention: for ever]';
COMMENT ON COLUMN chat_topics.opens_at IS 'When a scheduled topic opens [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_topics.closing IS 'Summary at the end; shown to everybody who has the card [class: internal] [retention: for ever]';
COMMENT ON COLUMN chat_topics.sequence_last IS 'Number of the newest message, taken under this row [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_topics.change_last IS 'Number of the newest change that a follower sees, taken under this row [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_topics.created_at IS 'When it was written [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_topics.opened_at IS 'When it was opened first [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_topics.closed_at IS 'When it was closed or declined [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON chat_topics TO palm_app;

CREATE TABLE chat_poll_options (
    topic_id uuid NOT NULL REFERENCES chat_topics (id),
    option smallint NOT NULL CHECK (option BETWEEN 1 AND 10),
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 60),
    PRIMARY KEY (topic_id, option)
);
COMMENT ON TABLE chat_poll_options IS 'What a poll offers. Owner: governance/chat';
COMMENT ON COLUMN chat_poll_options.topic_id IS 'Poll [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_poll_options.option IS '1 to 10 [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_poll_options.text IS 'What is offered [class: internal] [retention: for ever]';
GRANT SELECT, INSERT ON chat_poll_options TO palm_app;

CREATE TABLE chat_votes (
    id uuid PRIMARY KEY,
    topic_id uuid NOT NULL REFERENCES chat_topics (id),
    person_id uuid REFERENCES persons (id),
    option smallint NOT NULL,
    at timestamptz NOT NULL DEFAULT palm_now(),
    FOREIGN KEY (topic_id, option) REFERENCES chat_poll_options (topic_id, option),
    UNIQUE (topic_id, person_id)
);
CREATE INDEX chat_votes_option ON chat_votes (topic_id, option);
CREATE INDEX chat_votes_person ON chat_votes (person_id);
COMMENT ON TABLE chat_votes IS 'Votes of a poll: one a person. Owner: governance/chat';
COMMENT ON COLUMN chat_votes.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_votes.topic_id IS 'Poll [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_votes.person_id IS 'Who; emptied when the account is closed, the vote counts on [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_votes.option IS 'For what [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_votes.at IS 'When [class: pseudonymous] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON chat_votes TO palm_app;

CREATE TABLE chat_receipts (
    topic_id uuid NOT NULL REFERENCES chat_topics (id),
    person_id uuid NOT NULL REFERENCES persons (id),
    at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (topic_id, person_id)
);
CREATE INDEX chat_receipts_person ON chat_receipts (person_id);
COMMENT ON TABLE chat_receipts IS 'Who confirmed to have read a notice. Owner: governance/chat';
COMMENT ON COLUMN chat_receipts.topic_id IS 'Notice [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_receipts.person_id IS 'Who [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_receipts.at IS 'When [class: pseudonymous] [retention: until the account closes]';
GRANT SELECT, INSERT, DELETE ON chat_receipts TO palm_app;

CREATE TABLE chat_read_marks (
    topic_id uuid NOT NULL REFERENCES chat_topics (id),
    person_id uuid NOT NULL REFERENCES persons (id),
    sequence integer NOT NULL CHECK (sequence >= 0),
    at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (person_id, topic_id)
);
COMMENT ON TABLE chat_read_marks IS 'How far a person has read a topic. Owner: governance/chat';
COMMENT ON COLUMN chat_read_marks.topic_id IS 'Topic [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_read_marks.person_id IS 'Who [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_read_marks.sequence IS 'Number of the last message read [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_read_marks.at IS 'When [class: pseudonymous] [retention: until the account closes]';
GRANT SELECT, INSERT, UPDATE, DELETE ON chat_read_marks TO palm_app;

CREATE TABLE chat_messages (
    id uuid PRIMARY KEY,
    topic_id uuid NOT NULL REFERENCES chat_topics (id),
    sequence integer CHECK (sequence > 0),
    change_sequence integer CHECK (change_sequence > 0),
    kind text NOT NULL CHECK (kind IN ('message', 'system')),
    state text NOT NULL CHECK (state IN ('pending', 'refused', 'published', 'hidden', 'withdrawn', 'moved')),
    author_id uuid REFERENCES persons (id),
    as_worker boolean NOT NULL DEFAULT false,
    text text CHECK (length(text) BETWEEN 1 AND 2000),
    reply_to integer CHECK (reply_to > 0),
    mentions uuid[] NOT NULL DEFAULT '{}',
    pictures smallint NOT NULL DEFAULT 0 CHECK (pictures BETWEEN 0 AND 9),
    pictures_wait boolean NOT NULL DEFAULT false,
    pictures_of uuid,
    moved_to uuid REFERENCES chat_topics (id),
    case_id uuid REFERENCES requests (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    published_at timestamptz,
    UNIQUE (topic_id, sequence),
    UNIQUE (topic_id, change_sequence),
    CHECK ((sequence IS NULL) = (change_sequence IS NULL)),
    CHECK ((sequence IS NULL) = (published_at IS NULL)),
    CHECK (state NOT IN ('pending', 'refused') OR sequence IS NULL),
    CHECK (state NOT IN ('published', 'hidden', 'moved') OR sequence IS NOT NULL),
    CHECK (kind = 'message' OR author_id IS NULL)
);
CREATE INDEX chat_messages_author ON chat_messages (author_id, created_at);
CREATE INDEX chat_messages_own ON chat_messages (topic_id, author_id) WHERE sequence IS NULL;
CREATE INDEX chat_messages_waiting ON chat_messages (topic_id, id) WHERE state = 'pending';
CREATE INDEX chat_messages_pictures ON chat_messages (id) WHERE pictures_wait;
CREATE INDEX chat_messages_aged ON chat_messages (created_at) WHERE text IS NOT NULL AND case_id IS NULL AND kind = 'message';
COMMENT ON TABLE chat_messages IS 'Messages of a topic; numbered from the moment when others see them. Owner: governance/chat';
COMMENT ON COLUMN chat_messages.id IS 'UUIDv7; pictures hang on it [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.topic_id IS 'Topic [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.sequence IS '1, 2, 3 … once others see it [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.change_sequence IS 'Number of its newest change in the topic [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.kind IS 'Written by a person, or what happened [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.state IS 'State [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.author_id IS 'Who wrote it; emptied when the account is closed [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_messages.as_worker IS 'Written by somebody who works there [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.text IS 'What was written [class: internal] [retention: 180 days unless linked to a request]';
COMMENT ON COLUMN chat_messages.reply_to IS 'Number of the message that it answers [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.mentions IS 'Workers who are asked to look [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_messages.pictures IS 'How many pictures hang on it [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.pictures_wait IS 'Some of them are still being checked [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.pictures_of IS 'The message that the pictures hang on, of one that was moved here [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.moved_to IS 'The topic that it was moved to [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.case_id IS 'The request that came of it [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.created_at IS 'When it was written [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_messages.published_at IS 'When others saw it first [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON chat_messages TO palm_app;
