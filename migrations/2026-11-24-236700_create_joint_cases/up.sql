-- Joint cases: several organizations on one thread about a matter that none of them solves alone.

CREATE TABLE joint_cases (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    case_id uuid REFERENCES requests (id),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    matter text NOT NULL CHECK (length(matter) BETWEEN 1 AND 4000),
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'decided', 'closed', 'cancelled')),
    decision text CHECK (length(decision) BETWEEN 1 AND 4000),
    closing text CHECK (length(closing) BETWEEN 1 AND 2000),
    sequence_last integer NOT NULL DEFAULT 0 CHECK (sequence_last >= 0),
    convened_by uuid NOT NULL REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    decided_at timestamptz,
    closed_at timestamptz,
    CHECK ((state IN ('closed', 'cancelled')) = (closed_at IS NOT NULL)),
    CHECK (state <> 'decided' OR decision IS NOT NULL)
);
CREATE INDEX joint_cases_unit ON joint_cases (grid_unit_id, id);
CREATE INDEX joint_cases_case ON joint_cases (case_id) WHERE case_id IS NOT NULL;
COMMENT ON TABLE joint_cases IS 'Joint cases 联席: open → decided → closed, or cancelled. Owner: governance/joint_cases';
COMMENT ON COLUMN joint_cases.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_cases.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_cases.grid_unit_id IS 'Where the matter lies [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_cases.case_id IS 'The request that it is about [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_cases.title IS 'Title [class: internal] [retention: five years after the end]';
COMMENT ON COLUMN joint_cases.matter IS 'What is to be solved together [class: internal] [retention: five years after the end]';
COMMENT ON COLUMN joint_cases.state IS 'State [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_cases.decision IS 'What was decided [class: internal] [retention: five years after the end]';
COMMENT ON COLUMN joint_cases.closing IS 'What came of it, or why it was cancelled [class: internal] [retention: five years after the end]';
COMMENT ON COLUMN joint_cases.sequence_last IS 'Sequence of the newest message, taken under this row [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_cases.convened_by IS 'Who called it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN joint_cases.created_at IS 'When it was called [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_cases.decided_at IS 'When it was decided last [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_cases.closed_at IS 'When it ended [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON joint_cases TO palm_app;

CREATE TABLE joint_case_members (
    id uuid PRIMARY KEY,
    joint_case_id uuid NOT NULL REFERENCES joint_cases (id),
    organization_id uuid REFERENCES organizations (id),
    person_id uuid REFERENCES persons (id),
    share_fen bigint CHECK (share_fen >= 0),
    share_note text CHECK (length(share_note) BETWEEN 1 AND 200),
    joined_at timestamptz NOT NULL DEFAULT palm_now(),
    left_at timestamptz,
    CHECK ((organization_id IS NULL) <> (person_id IS NULL)),
    CHECK (share_fen IS NULL OR organization_id IS NOT NULL)
);
CREATE UNIQUE INDEX joint_case_members_organization ON joint_case_members (joint_case_id, organization_id) WHERE left_at IS NULL;
CREATE UNIQUE INDEX joint_case_members_person ON joint_case_members (joint_case_id, person_id) WHERE left_at IS NULL;
CREATE INDEX joint_case_members_of_organization ON joint_case_members (organization_id) WHERE left_at IS NULL;
CREATE INDEX joint_case_members_of_person ON joint_case_members (person_id) WHERE left_at IS NULL;
COMMENT ON TABLE joint_case_members IS 'Who takes part: an organization with its staff, or one person of the community''s staff. Owner: governance/joint_cases';
COMMENT ON COLUMN joint_case_members.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_members.joint_case_id IS 'Joint case [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_members.organization_id IS 'An organization [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_members.person_id IS 'Or a person [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN joint_case_members.share_fen IS 'What the organization pays, in fen of CNY [class: internal] [retention: for ever]';
COMMENT ON COLUMN joint_case_members.share_note IS 'For what it pays [class: internal] [retention: for ever]';
COMMENT ON COLUMN joint_case_members.joined_at IS 'Since when [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_members.left_at IS 'Until when [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON joint_case_members TO palm_app;

CREATE TABLE joint_case_messages (
    joint_case_id uuid NOT NULL REFERENCES joint_cases (id),
    sequence integer NOT NULL CHECK (sequence > 0),
    id uuid NOT NULL UNIQUE,
    kind text NOT NULL CHECK (kind IN ('message', 'minutes', 'event')),
    author_id uuid REFERENCES persons (id),
    organization_id uuid REFERENCES organizations (id),
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 8000),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (joint_case_id, sequence)
);
COMMENT ON TABLE joint_case_messages IS 'The thread of a joint case, numbered without gaps. Owner: governance/joint_cases';
COMMENT ON COLUMN joint_case_messages.joint_case_id IS 'Joint case [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_messages.sequence IS '1, 2, 3 … [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_messages.id IS 'UUIDv7; pictures hang on it [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_messages.kind IS 'Message, minutes of a sitting, or what happened [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_messages.author_id IS 'Who wrote it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN joint_case_messages.organization_id IS 'For which organization [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_messages.text IS 'What was written [class: internal] [retention: five years after the end]';
COMMENT ON COLUMN joint_case_messages.created_at IS 'When [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON joint_case_messages TO palm_app;

CREATE TABLE joint_case_tasks (
    id uuid PRIMARY KEY,
    joint_case_id uuid NOT NULL REFERENCES joint_cases (id),
    organization_id uuid REFERENCES organizations (id),
    person_id uuid REFERENCES persons (id),
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 500),
    due_at timestamptz NOT NULL,
    state text NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'dropped')),
    note text CHECK (length(note) BETWEEN 1 AND 500),
    created_by uuid NOT NULL REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    ended_by uuid REFERENCES persons (id),
    ended_at timestamptz,
    CHECK ((organization_id IS NULL) <> (person_id IS NULL)),
    CHECK ((state = 'open') = (ended_at IS NULL))
);
CREATE INDEX joint_case_tasks_case ON joint_case_tasks (joint_case_id, id);
CREATE INDEX joint_case_tasks_person ON joint_case_tasks (person_id) WHERE state = 'open';
CREATE INDEX joint_case_tasks_organization ON joint_case_tasks (organization_id) WHERE state = 'open';
COMMENT ON TABLE joint_case_tasks IS 'Who does what until when. Owner: governance/joint_cases';
COMMENT ON COLUMN joint_case_tasks.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_tasks.joint_case_id IS 'Joint case [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_tasks.organization_id IS 'The organization that does it [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_tasks.person_id IS 'Or the person [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN joint_case_tasks.text IS 'What is to be done [class: internal] [retention: five years after the end]';
COMMENT ON COLUMN joint_case_tasks.due_at IS 'Until when [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_tasks.state IS 'State [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_tasks.note IS 'What came of it [class: internal] [retention: five years after the end]';
COMMENT ON COLUMN joint_case_tasks.created_by IS 'Who gave it out [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN joint_case_tasks.created_at IS 'When it was given out [class: none] [retention: for ever]';
COMMENT ON COLUMN joint_case_tasks.ended_by IS 'Who ended it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN joint_case_tasks.ended_at IS 'When it ended [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON joint_case_tasks TO palm_app;
