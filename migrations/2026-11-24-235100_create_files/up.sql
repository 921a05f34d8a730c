-- Pictures that people send in. The bytes lie in a folder under random names; here stands whose they are, what they hang on, and
-- whether they have been checked. A row is entered only after its bytes are on disk, so what has a row has its bytes.

CREATE TABLE files (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons (id),
    name text NOT NULL UNIQUE CHECK (name ~ '^[0-9a-f]{32}$'),
    sha256 bytea NOT NULL CHECK (length(sha256) = 32),
    size_bytes bigint NOT NULL CHECK (size_bytes > 0),
    width integer NOT NULL CHECK (width > 0),
    height integer NOT NULL CHECK (height > 0),
    check_state text NOT NULL DEFAULT 'pending' CHECK (check_state IN ('pending', 'queued', 'clean', 'refused')),
    check_trace text UNIQUE,
    check_sent_at timestamptz,
    check_tries integer NOT NULL DEFAULT 0 CHECK (check_tries >= 0),
    check_reason text CHECK (length(check_reason) <= 60),
    noun text CHECK (length(noun) <= 40),
    subject_id uuid,
    community_id uuid REFERENCES grid_units (id),
    unit_id uuid REFERENCES grid_units (id),
    public boolean NOT NULL DEFAULT false,
    position integer,
    attached_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK ((attached_at IS NULL) = (noun IS NULL)),
    CHECK ((noun IS NULL) = (subject_id IS NULL) AND (noun IS NULL) = (community_id IS NULL) AND (noun IS NULL) = (unit_id IS NULL)),
    CHECK ((noun IS NULL) = (position IS NULL))
);
CREATE INDEX files_person ON files (person_id, created_at);
CREATE INDEX files_unattached ON files (created_at) WHERE attached_at IS NULL;
CREATE INDEX files_subject ON files (noun, subject_id, position) WHERE noun IS NOT NULL;
CREATE INDEX files_unanswered ON files (coalesce(check_sent_at, created_at)) WHERE check_state = 'pending';
COMMENT ON TABLE files IS 'Pictures that people sent in; the bytes lie in the files folder. Owner: people/files';
COMMENT ON COLUMN files.id IS 'Random [class: internal] [retention: with what it hangs on, 24 h otherwise]';
COMMENT ON COLUMN files.person_id IS 'Who sent it [class: pseudonymous] [retention: with what it hangs on, 24 h otherwise]';
COMMENT ON COLUMN files.name IS 'Random name in the folder [class: internal] [retention: with what it hangs on, 24 h otherwise]';
COMMENT ON COLUMN files.sha256 IS 'Hash of the stored picture [class: internal] [retention: with what it hangs on, 24 h otherwise]';
COMMENT ON COLUMN files.size_bytes IS 'Bytes on disk, thumbnail included [class: internal] [retention: with what it hangs on, 24 h otherwise]';
COMMENT ON COLUMN files.width IS 'Pixels [class: none] [retention: with what it hangs on, 24 h otherwise]';
COMMENT ON COLUMN files.height IS 'Pixels [class: none] [retention: with what it hangs on, 24 h otherwise]';
COMMENT ON COLUMN files.check_state IS 'pending: WeChat is asked; queued: a person has to look; clean; refused [class: internal] [retention: with what it hangs on, 24 h otherwise]';
COMMENT ON COLUMN files.check_trace IS 'WeChat''s number of the check [class: internal] [retention: with what it hangs on, 24 h otherwise]';
COMMENT ON COLUMN files.check_sent_at IS 'When WeChat was asked last [class: internal] [retention: with what it hangs on, 24 h otherwise]';
COMMENT ON COLUMN files.check_tries IS 'How often WeChat was asked [class: internal] [retention: with what it hangs on, 24 h otherwise]';
COMMENT ON COLUMN files.check_reason IS 'Why a person has to look, or why it was refused, as a word [class: internal] [retention: with what it hangs on, 24 h otherwise]';
COMMENT ON COLUMN files.noun IS 'Noun of what it hangs on [class: internal] [retention: with what it hangs on]';
COMMENT ON COLUMN files.subject_id IS 'What it hangs on [class: pseudonymous] [retention: with what it hangs on]';
COMMENT ON COLUMN files.community_id IS 'Community of that [class: internal] [retention: with what it hangs on]';
COMMENT ON COLUMN files.unit_id IS 'Place of that [class: internal] [retention: with what it hangs on]';
COMMENT ON COLUMN files.public IS 'May everybody see it once it is clean? [class: internal] [retention: with what it hangs on]';
COMMENT ON COLUMN files.position IS 'Order among its siblings, from 0 [class: internal] [retention: with what it hangs on]';
COMMENT ON COLUMN files.attached_at IS 'Since when [class: internal] [retention: with what it hangs on]';
COMMENT ON COLUMN files.created_at IS 'When it was sent in [class: internal] [retention: with what it hangs on, 24 h otherwise]';
GRANT SELECT, INSERT, UPDATE, DELETE ON files TO palm_app;
