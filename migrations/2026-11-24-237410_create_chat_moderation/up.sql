-- Moderation of the chat: what members report, what workers decide (and colleagues and staff after them), and a record of it all that
-- nobody can change.

CREATE TABLE chat_reasons (
    code text PRIMARY KEY CHECK (code ~ '^[a-z_]{2,30}$'),
    zh text NOT NULL,
    en text NOT NULL,
    position smallint NOT NULL,
    active boolean NOT NULL DEFAULT true
);
INSERT INTO chat_reasons (code, zh, en, position) VALUES
    ('abuse', '辱骂或人身攻击', 'Insults', 1),
    ('privacy', '泄露他人隐私', 'Private data of others', 2),
    ('advertising', '广告或营销', 'Advertising', 3),
    ('rumour', '内容不实', 'Untrue', 4),
    ('unlawful', '违法违规', 'Against the law', 5),
    ('flooding', '刷屏', 'Flooding', 6),
    ('off_topic', '与话题无关', 'Off topic', 7),
    ('other', '其他（见说明）', 'Other, see the note', 8);
COMMENT ON TABLE chat_reasons IS 'Reasons that reports and decisions name. Data: a new one is entered, an old one put out of use. Owner: governance/chat';
COMMENT ON COLUMN chat_reasons.code IS 'Name [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_reasons.zh IS 'As people read it [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_reasons.en IS 'In English [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_reasons.position IS 'Order of the list [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_reasons.active IS 'In use? [class: none] [retention: for ever]';
GRANT SELECT ON chat_reasons TO palm_app;

CREATE TABLE chat_reports (
    id uuid PRIMARY KEY,
    message_id uuid NOT NULL REFERENCES chat_messages (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    reporter_id uuid REFERENCES persons (id),
    reason text NOT NULL REFERENCES chat_reasons (code),
    note text CHECK (length(note) BETWEEN 1 AND 200),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    settled_by uuid REFERENCES persons (id),
    settled_at timestamptz,
    UNIQUE (message_id, reporter_id),
    CHECK ((settled_by IS NULL) = (settled_at IS NULL))
);
CREATE INDEX chat_reports_open ON chat_reports (grid_unit_id, message_id) WHERE settled_at IS NULL;
CREATE INDEX chat_reports_reporter ON chat_reports (reporter_id);
COMMENT ON TABLE chat_reports IS 'Messages that members reported. Owner: governance/chat';
COMMENT ON COLUMN chat_reports.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_reports.message_id IS 'Message [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_reports.grid_unit_id IS 'Where [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_reports.reporter_id IS 'Who reported it; never shown [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_reports.reason IS 'Why [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_reports.note IS 'In words [class: internal] [retention: 180 days]';
COMMENT ON COLUMN chat_reports.created_at IS 'When [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_reports.settled_by IS 'Who looked at it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_reports.settled_at IS 'When [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON chat_reports TO palm_app;

CREATE TABLE chat_measures (
    id uuid PRIMARY KEY,
    kind text NOT NULL CHECK (kind IN ('hide', 'mute')),
    state text NOT NULL CHECK (state IN ('proposed', 'refused', 'in_force', 'appealed', 'upheld', 'lifted')),
    community_id uuid NOT NULL REFERENCES grid_units (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    group_id uuid NOT NULL REFERENCES chat_groups (id),
    message_id uuid NOT NULL REFERENCES chat_messages (id),
    person_id uuid REFERENCES persons (id),
    reason text NOT NULL REFERENCES chat_reasons (code),
    note text CHECK (length(note) BETWEEN 1 AND 200),
    days smallint CHECK (days BETWEEN 1 AND 365),
    until timestamptz,
    decided_by uuid NOT NULL REFERENCES persons (id),
    second_by uuid REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    in_force_at timestamptz,
    appeal text CHECK (length(appeal) BETWEEN 1 AND 500),
    appealed_at timestamptz,
    appeal_by uuid REFERENCES persons (id),
    appeal_note text CHECK (length(appeal_note) BETWEEN 1 AND 200),
    ended_by uuid REFERENCES persons (id),
    ended_at timestamptz,
    CHECK ((kind = 'mute') = (days IS NOT NULL)),
    CHECK (kind <> 'hide' OR until IS NULL),
    CHECK (kind <> 'hide' OR state NOT IN ('proposed', 'refused')),
    CHECK (state IN ('proposed', 'refused') OR in_force_at IS NOT NULL),
    CHECK (state NOT IN ('in_force', 'appealed', 'upheld') OR days IS NULL OR days <= 7 OR second_by IS NOT NULL),
    CHECK (decided_by <> second_by),
    CHECK (decided_by <> appeal_by AND second_by IS DISTINCT FROM appeal_by OR appeal_by IS NULL),
    CHECK ((state IN ('lifted', 'refused')) = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX chat_measures_hidden ON chat_measures (message_id) WHERE kind = 'hide' AND state IN ('in_force', 'appealed', 'upheld');
CREATE INDEX chat_measures_muted ON chat_measures (person_id, group_id) WHERE kind = 'mute' AND state IN ('in_force', 'appealed', 'upheld');
CREATE INDEX chat_measures_person ON chat_measures (person_id, id);
CREATE INDEX chat_measures_unit ON chat_measures (grid_unit_id, id);
CREATE INDEX chat_measures_waiting ON chat_measures (grid_unit_id, id) WHERE state IN ('proposed', 'appealed');
COMMENT ON TABLE chat_measures IS 'What was decided against a message or a member: in force → appealed → upheld or lifted; a long mute is proposed first. Owner: governance/chat';
COMMENT ON COLUMN chat_measures.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_measures.kind IS 'A hidden message, or a muted member [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_measures.state IS 'State [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_measures.community_id IS 'Community [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_measures.grid_unit_id IS 'The group''s unit [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_measures.group_id IS 'Group [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_measures.message_id IS 'The message that it is about [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_measures.person_id IS 'Whom it concerns [class: pseudonymous] [retention: until the account closes]';
COMMENT ON COLUMN chat_measures.reason IS 'Why [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_measures.note IS 'What the person is told besides [class: internal] [retention: for ever]';
COMMENT ON COLUMN chat_measures.days IS 'Of a mute: how many days [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_measures.until IS 'Of a mute in force: until when [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_measures.decided_by IS 'Who decided or proposed [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_measures.second_by IS 'Who approved or refused a long mute [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_measures.created_at IS 'When it was decided or proposed [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_measures.in_force_at IS 'Since when it holds [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_measures.appeal IS 'What the person objects [class: personal] [retention: until the account closes]';
COMMENT ON COLUMN chat_measures.appealed_at IS 'When [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_measures.appeal_by IS 'Who decided on the objection [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_measures.appeal_note IS 'Why [class: internal] [retention: for ever]';
COMMENT ON COLUMN chat_measures.ended_by IS 'Who lifted it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_measures.ended_at IS 'When it was lifted or refused [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON chat_measures TO palm_app;

CREATE TABLE chat_records (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    action text NOT NULL CHECK (action IN ('report', 'dismiss', 'hide', 'restore', 'move', 'mute', 'mute_propose', 'mute_refuse', 'lift', 'appeal', 'uphold', 'grant', 'pin', 'unpin', 'close', 'reopen', 'decline')),
    topic_id uuid REFERENCES chat_topics (id),
    message_id uuid REFERENCES chat_messages (id),
    measure_id uuid REFERENCES chat_measures (id),
    person_id uuid REFERENCES persons (id),
    reason text REFERENCES chat_reasons (code),
    by_id uuid REFERENCES persons (id),
    at timestamptz NOT NULL DEFAULT palm_now()
);
CREATE INDEX chat_records_unit ON chat_records (grid_unit_id, id);
CREATE INDEX chat_records_month ON chat_records (community_id, at);
CREATE TRIGGER chat_records_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON chat_records
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
COMMENT ON TABLE chat_records IS 'Every act of moderation, append-only; the public monthly figures are counted from it. Owner: governance/chat';
COMMENT ON COLUMN chat_records.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_records.community_id IS 'Community [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_records.grid_unit_id IS 'Where [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_records.action IS 'What was done [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_records.topic_id IS 'Topic [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_records.message_id IS 'Message [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_records.measure_id IS 'Measure [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_records.person_id IS 'Whom it concerns [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_records.reason IS 'Why [class: none] [retention: for ever]';
COMMENT ON COLUMN chat_records.by_id IS 'Who did it; empty for a report: who reports is never shown [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN chat_records.at IS 'When [class: none] [retention: for ever]';
GRANT SELECT, INSERT ON chat_records TO palm_app;
