-- The inbox, the balance of WeChat consents, and the list of people who have to be called because no channel reaches them.

CREATE TABLE inbox_heads (
    person_id uuid PRIMARY KEY REFERENCES persons (id),
    last_sequence bigint NOT NULL CHECK (last_sequence >= 0)
);
COMMENT ON TABLE inbox_heads IS 'Parent row of an inbox: sequences are taken under it, so pages follow the order of commits. Owner: people/notify';
COMMENT ON COLUMN inbox_heads.person_id IS 'Whose [class: pseudonymous] [retention: until closed]';
COMMENT ON COLUMN inbox_heads.last_sequence IS 'Sequence of the newest notification [class: internal] [retention: until closed]';
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox_heads TO palm_app;

CREATE TABLE notifications (
    person_id uuid NOT NULL REFERENCES inbox_heads (person_id),
    sequence bigint NOT NULL CHECK (sequence > 0),
    id uuid NOT NULL UNIQUE,
    kind text NOT NULL,
    title_zh text NOT NULL,
    title_en text NOT NULL,
    body_zh text NOT NULL,
    body_en text NOT NULL,
    link text,
    push_fields jsonb,
    push_state text NOT NULL CHECK (push_state IN ('none', 'queued', 'sending', 'sent', 'no_consent', 'no_channel', 'refused', 'unknown')),
    pushed_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    read_at timestamptz,
    PRIMARY KEY (person_id, sequence)
);
CREATE INDEX notifications_unread ON notifications (person_id, sequence) WHERE read_at IS NULL;
CREATE INDEX notifications_created ON notifications (created_at);
COMMENT ON TABLE notifications IS 'The inbox. Owner: people/notify';
COMMENT ON COLUMN notifications.person_id IS 'Whose [class: pseudonymous] [retention: 1 year]';
COMMENT ON COLUMN notifications.sequence IS 'Place in this inbox, from 1 [class: internal] [retention: 1 year]';
COMMENT ON COLUMN notifications.id IS 'Id [class: pseudonymous] [retention: 1 year]';
COMMENT ON COLUMN notifications.kind IS 'Which template [class: internal] [retention: 1 year]';
COMMENT ON COLUMN notifications.title_zh IS 'Title, Chinese [class: personal] [retention: 1 year]';
COMMENT ON COLUMN notifications.title_en IS 'Title, English [class: personal] [retention: 1 year]';
COMMENT ON COLUMN notifications.body_zh IS 'Text, Chinese [class: personal] [retention: 1 year]';
COMMENT ON COLUMN notifications.body_en IS 'Text, English [class: personal] [retention: 1 year]';
COMMENT ON COLUMN notifications.link IS 'Page that it opens [class: internal] [retention: 1 year]';
COMMENT ON COLUMN notifications.push_fields IS 'Values of the WeChat message, cut to its limits [class: personal] [retention: 1 year]';
COMMENT ON COLUMN notifications.push_state IS 'What became of the WeChat message; unknown: it may have arrived, so it is not repeated [class: internal] [retention: 1 year]';
COMMENT ON COLUMN notifications.pushed_at IS 'When that was known [class: internal] [retention: 1 year]';
COMMENT ON COLUMN notifications.created_at IS 'When [class: internal] [retention: 1 year]';
COMMENT ON COLUMN notifications.read_at IS 'When it was read [class: personal] [retention: 1 year]';
GRANT SELECT, INSERT, UPDATE, DELETE ON notifications TO palm_app;

CREATE TABLE subscription_consents (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons (id),
    template text NOT NULL CHECK (length(template) BETWEEN 1 AND 64),
    change integer NOT NULL CHECK (change BETWEEN -10000 AND 1),
    reason text NOT NULL CHECK (reason IN ('accept', 'reject', 'send', 'refund', 'refused', 'withdrawn')),
    source text NOT NULL CHECK (source IN ('client', 'wechat', 'push')),
    source_key text UNIQUE,
    at timestamptz NOT NULL DEFAULT palm_now()
);
CREATE INDEX subscription_consents_balance ON subscription_consents (person_id, template);
COMMENT ON TABLE subscription_consents IS 'Consents to WeChat messages; the balance is the sum. Append-only. Owner: people/notify';
COMMENT ON COLUMN subscription_consents.id IS 'UUIDv7 [class: internal] [retention: 3 years]';
COMMENT ON COLUMN subscription_consents.person_id IS 'Whose [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN subscription_consents.template IS 'WeChat''s id of the template [class: none] [retention: 3 years]';
COMMENT ON COLUMN subscription_consents.change IS '+1 accepted, -1 sent, down to zero when WeChat says so [class: internal] [retention: 3 years]';
COMMENT ON COLUMN subscription_consents.reason IS 'accept, reject, send, refund, refused, withdrawn [class: internal] [retention: 3 years]';
COMMENT ON COLUMN subscription_consents.source IS 'Told by the client, by WeChat''s push, or found when sending [class: internal] [retention: 3 years]';
COMMENT ON COLUMN subscription_consents.source_key IS 'Counts one event once [class: pseudonymous] [retention: 3 years]';
COMMENT ON COLUMN subscription_consents.at IS 'When [class: internal] [retention: 3 years]';
GRANT SELECT, INSERT ON subscription_consents TO palm_app;
CREATE TRIGGER subscription_consents_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON subscription_consents
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();

CREATE TABLE call_list (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons (id),
    grid_unit_id uuid REFERENCES grid_units (id),
    notification_id uuid NOT NULL UNIQUE,
    text text NOT NULL CHECK (length(text) <= 400),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done')),
    note text CHECK (length(note) <= 200),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    done_at timestamptz,
    done_by uuid REFERENCES persons (id),
    CHECK ((state = 'done') = (done_at IS NOT NULL))
);
CREATE INDEX call_list_unit ON call_list (grid_unit_id, state, id);
COMMENT ON TABLE call_list IS 'People whom no channel reaches and who are to be told by voice. Owner: people/notify';
COMMENT ON COLUMN call_list.id IS 'UUIDv7 [class: internal] [retention: 1 year]';
COMMENT ON COLUMN call_list.person_id IS 'Whom [class: pseudonymous] [retention: 1 year]';
COMMENT ON COLUMN call_list.grid_unit_id IS 'Where they live [class: personal] [retention: 1 year]';
COMMENT ON COLUMN call_list.notification_id IS 'What they were to be told [class: pseudonymous] [retention: 1 year]';
COMMENT ON COLUMN call_list.text IS 'To be said [class: personal] [retention: 1 year]';
COMMENT ON COLUMN call_list.state IS 'open, done [class: internal] [retention: 1 year]';
COMMENT ON COLUMN call_list.note IS 'What came of it [class: personal] [retention: 1 year]';
COMMENT ON COLUMN call_list.created_at IS 'When [class: internal] [retention: 1 year]';
COMMENT ON COLUMN call_list.done_at IS 'Called at [class: internal] [retention: 1 year]';
COMMENT ON COLUMN call_list.done_by IS 'By whom [class: pseudonymous] [retention: 1 year]';
GRANT SELECT, INSERT, UPDATE, DELETE ON call_list TO palm_app;

CREATE TABLE wechat_pushes (
    key text PRIMARY KEY,
    event text NOT NULL CHECK (length(event) <= 80),
    message_sealed bytea NOT NULL,
    received_at timestamptz NOT NULL DEFAULT palm_now(),
    processed_at timestamptz,
    outcome text
);
CREATE INDEX wechat_pushes_received ON wechat_pushes (received_at);
COMMENT ON TABLE wechat_pushes IS 'Messages that WeChat pushed to us, stored once before they are worked on. Owner: people/notify';
COMMENT ON COLUMN wechat_pushes.key IS 'Equal for repeated deliveries [class: internal] [retention: 30 days]';
COMMENT ON COLUMN wechat_pushes.event IS 'Which event [class: none] [retention: 30 days]';
COMMENT ON COLUMN wechat_pushes.message_sealed IS 'The message, encrypted [class: personal] [retention: 30 days]';
COMMENT ON COLUMN wechat_pushes.received_at IS 'When it came [class: internal] [retention: 30 days]';
COMMENT ON COLUMN wechat_pushes.processed_at IS 'When it was worked on [class: internal] [retention: 30 days]';
COMMENT ON COLUMN wechat_pushes.outcome IS 'What it led to [class: internal] [retention: 30 days]';
GRANT SELECT, INSERT, UPDATE, DELETE ON wechat_pushes TO palm_app;
