-- The check of what people publish: word lists as versioned data, and one row for each text or picture that was checked, which is
-- also the queue of those that a person has to decide on.

CREATE TABLE word_lists (
    id uuid PRIMARY KEY,
    community_id uuid REFERENCES grid_units (id),
    version integer NOT NULL CHECK (version > 0),
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'in_force', 'ended')),
    refused text[] NOT NULL CHECK (cardinality(refused) <= 5000),
    doubtful text[] NOT NULL CHECK (cardinality(doubtful) <= 5000),
    note text NOT NULL CHECK (length(note) BETWEEN 1 AND 200),
    requested_by uuid NOT NULL REFERENCES persons (id),
    approved_by uuid REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    in_force_at timestamptz,
    ended_at timestamptz,
    CHECK (requested_by <> approved_by),
    CHECK ((state = 'draft') = (approved_by IS NULL) AND (state = 'draft') = (in_force_at IS NULL)),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX word_lists_version ON word_lists (coalesce(community_id, '00000000-0000-0000-0000-000000000000'), version);
CREATE UNIQUE INDEX word_lists_in_force ON word_lists (coalesce(community_id, '00000000-0000-0000-0000-000000000000')) WHERE state = 'in_force';
COMMENT ON TABLE word_lists IS 'Words that public texts are searched for, by version; of the installation or of one community. Owner: people/screening';
COMMENT ON COLUMN word_lists.id IS 'UUIDv7 [class: none] [retention: unlimited]';
COMMENT ON COLUMN word_lists.community_id IS 'For this community; none: everywhere [class: none] [retention: unlimited]';
COMMENT ON COLUMN word_lists.version IS 'From 1 [class: none] [retention: unlimited]';
COMMENT ON COLUMN word_lists.state IS 'draft, in_force, ended [class: none] [retention: unlimited]';
COMMENT ON COLUMN word_lists.refused IS 'Words that refuse a text [class: internal] [retention: unlimited]';
COMMENT ON COLUMN word_lists.doubtful IS 'Words that put a text before a person [class: internal] [retention: unlimited]';
COMMENT ON COLUMN word_lists.note IS 'Why this version [class: internal] [retention: unlimited]';
COMMENT ON COLUMN word_lists.requested_by IS 'Who wrote it [class: pseudonymous] [retention: unlimited]';
COMMENT ON COLUMN word_lists.approved_by IS 'The second person [class: pseudonymous] [retention: unlimited]';
COMMENT ON COLUMN word_lists.created_at IS 'When [class: none] [retention: unlimited]';
COMMENT ON COLUMN word_lists.in_force_at IS 'Since when [class: none] [retention: unlimited]';
COMMENT ON COLUMN word_lists.ended_at IS 'Until when [class: none] [retention: unlimited]';
GRANT SELECT, INSERT ON word_lists TO palm_app;
GRANT UPDATE (state, approved_by, in_force_at, ended_at) ON word_lists TO palm_app;

CREATE TABLE screening_items (
    id uuid PRIMARY KEY,
    noun text NOT NULL CHECK (length(noun) BETWEEN 1 AND 40),
    subject_id uuid NOT NULL,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    unit_id uuid NOT NULL REFERENCES grid_units (id),
    author_id uuid REFERENCES persons (id),
    state text NOT NULL CHECK (state IN ('published', 'queued', 'refused', 'appealed', 'upheld')),
    reason text,
    words text[] NOT NULL DEFAULT '{}',
    check_label bigint,
    check_trace text,
    text text CHECK (length(text) <= 10000),
    decided_by uuid REFERENCES persons (id),
    decided_at timestamptz,
    refusal text,
    note text CHECK (length(note) <= 200),
    appeal text CHECK (length(appeal) <= 500),
    appealed_at timestamptz,
    appeal_decided_by uuid REFERENCES persons (id),
    appeal_decided_at timestamptz,
    appeal_note text CHECK (length(appeal_note) <= 200),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK (decided_by <> author_id),
    CHECK (appeal_decided_by <> author_id AND appeal_decided_by <> decided_by),
    CHECK (state <> 'queued' OR decided_at IS NULL),
    CHECK (state NOT IN ('appealed', 'upheld') OR appealed_at IS NOT NULL)
);
CREATE UNIQUE INDEX screening_items_open ON screening_items (noun, subject_id) WHERE state IN ('queued', 'appealed');
CREATE INDEX screening_items_queue ON screening_items (state, id) WHERE state IN ('queued', 'appealed');
CREATE INDEX screening_items_author ON screening_items (author_id, id);
CREATE INDEX screening_items_created ON screening_items (created_at) WHERE text IS NOT NULL;
COMMENT ON TABLE screening_items IS 'What was checked before it was published, and what came of it. Owner: people/screening';
COMMENT ON COLUMN screening_items.id IS 'UUIDv7 [class: internal] [retention: 2 years]';
COMMENT ON COLUMN screening_items.noun IS 'Noun of what is checked [class: internal] [retention: 2 years]';
COMMENT ON COLUMN screening_items.subject_id IS 'What is checked [class: pseudonymous] [retention: 2 years]';
COMMENT ON COLUMN screening_items.community_id IS 'Its community [class: internal] [retention: 2 years]';
COMMENT ON COLUMN screening_items.unit_id IS 'Its place [class: internal] [retention: 2 years]';
COMMENT ON COLUMN screening_items.author_id IS 'Its author; none without an account [class: pseudonymous] [retention: until closed]';
COMMENT ON COLUMN screening_items.state IS 'published, queued, refused, appealed, upheld [class: internal] [retention: 2 years]';
COMMENT ON COLUMN screening_items.reason IS 'What the check said, as a word [class: internal] [retention: 2 years]';
COMMENT ON COLUMN screening_items.words IS 'Words of a list that were found [class: internal] [retention: 180 days]';
COMMENT ON COLUMN screening_items.check_label IS 'WeChat''s label [class: internal] [retention: 2 years]';
COMMENT ON COLUMN screening_items.check_trace IS 'WeChat''s number of the check [class: internal] [retention: 2 years]';
COMMENT ON COLUMN screening_items.text IS 'The text, when a person had to look or it was refused [class: personal] [retention: 180 days]';
COMMENT ON COLUMN screening_items.decided_by IS 'Who decided [class: pseudonymous] [retention: 2 years]';
COMMENT ON COLUMN screening_items.decided_at IS 'When [class: internal] [retention: 2 years]';
COMMENT ON COLUMN screening_items.refusal IS 'Why it was refused, as a word [class: internal] [retention: 2 years]';
COMMENT ON COLUMN screening_items.note IS 'What the worker adds [class: internal] [retention: 180 days]';
COMMENT ON COLUMN screening_items.appeal IS 'What the author says against it [class: personal] [retention: 180 days]';
COMMENT ON COLUMN screening_items.appealed_at IS 'When [class: internal] [retention: 2 years]';
COMMENT ON COLUMN screening_items.appeal_decided_by IS 'Who decided on the appeal [class: pseudonymous] [retention: 2 years]';
COMMENT ON COLUMN screening_items.appeal_decided_at IS 'When [class: internal] [retention: 2 years]';
COMMENT ON COLUMN screening_items.appeal_note IS 'Their reason [class: internal] [retention: 180 days]';
COMMENT ON COLUMN screening_items.created_at IS 'When it was checked [class: internal] [retention: 2 years]';
GRANT SELECT, INSERT, UPDATE, DELETE ON screening_items TO palm_app;
