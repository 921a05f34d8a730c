-- The five duties of a grid worker as tasks: what is asked of whom by when, along which route, by which checklist, with what result.

CREATE TABLE grid_checklists (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    code text NOT NULL CHECK (length(code) BETWEEN 1 AND 30),
    version integer NOT NULL CHECK (version > 0),
    duty text NOT NULL CHECK (duty IN ('information', 'opinions', 'hazards', 'publicity', 'errands')),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    items jsonb NOT NULL,
    state text NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'in_force', 'replaced', 'refused')),
    reason text CHECK (length(reason) BETWEEN 1 AND 200),
    requested_by uuid NOT NULL REFERENCES persons (id),
    approved_by uuid REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    decided_at timestamptz,
    ended_at timestamptz,
    UNIQUE (community_id, code, version),
    CHECK (requested_by <> approved_by),
    CHECK ((state = 'draft') = (approved_by IS NULL))
);
CREATE UNIQUE INDEX grid_checklists_in_force ON grid_checklists (community_id, code) WHERE state = 'in_force';
CREATE UNIQUE INDEX grid_checklists_draft ON grid_checklists (community_id, code) WHERE state = 'draft';
COMMENT ON TABLE grid_checklists IS 'Versions of checklists: draft → in_force → replaced, or draft → refused; a task keeps the version it began with. Owner: governance/grid_tasks';
COMMENT ON COLUMN grid_checklists.id IS 'UUIDv7 of the version [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_checklists.community_id IS 'Whose checklist [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_checklists.code IS 'Code that stays over all versions [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_checklists.version IS '1, 2, 3 … of that code [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_checklists.duty IS 'For which duty [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_checklists.title IS 'Title [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_checklists.items IS 'What is asked, in order: code, text, kind, required [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_checklists.state IS 'State [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_checklists.reason IS 'Why it was refused [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_checklists.requested_by IS 'Who wrote it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN grid_checklists.approved_by IS 'Who decided [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN grid_checklists.created_at IS 'When it was written [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_checklists.decided_at IS 'When it was decided [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_checklists.ended_at IS 'When a newer version took its place [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON grid_checklists TO palm_app;

CREATE TABLE grid_task_plans (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    duty text NOT NULL CHECK (duty IN ('information', 'opinions', 'hazards', 'publicity', 'errands')),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    about text NOT NULL CHECK (length(about) BETWEEN 1 AND 2000),
    checklist_code text CHECK (length(checklist_code) BETWEEN 1 AND 30),
    stops jsonb NOT NULL,
    recurrence text NOT NULL CHECK (recurrence IN ('daily', 'weekly', 'monthly')),
    every integer NOT NULL CHECK (every BETWEEN 1 AND 12),
    starts_on date NOT NULL,
    ends_on date CHECK (ends_on >= starts_on),
    due_days integer NOT NULL CHECK (due_days BETWEEN 1 AND 31),
    next_on date,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'ended')),
    created_by uuid NOT NULL REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now()
);
CREATE INDEX grid_task_plans_unit ON grid_task_plans (grid_unit_id, id);
CREATE INDEX grid_task_plans_next ON grid_task_plans (next_on) WHERE state = 'active' AND next_on IS NOT NULL;
COMMENT ON TABLE grid_task_plans IS 'Recurring tasks: a rule makes one task an occurrence, for whoever works the unit then. Owner: governance/grid_tasks';
COMMENT ON COLUMN grid_task_plans.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.grid_unit_id IS 'Where the tasks are done [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.duty IS 'Which duty [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.title IS 'Title of each task [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.about IS 'What is to be done [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.checklist_code IS 'Each task takes the version in force when it is made [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.stops IS 'The route, copied into each task [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.recurrence IS 'Unit of the rule [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.every IS 'So many days, weeks or months apart [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.starts_on IS 'First occurrence; gives weekday or day of month [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.ends_on IS 'Last day on which one may fall [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.due_days IS 'Days a task may take, its first day included [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.next_on IS 'Next occurrence; null when there is none [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.state IS 'State [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.created_by IS 'Who planned it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN grid_task_plans.created_at IS 'When it was planned [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON grid_task_plans TO palm_app;

CREATE TABLE grid_tasks (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    plan_id uuid REFERENCES grid_task_plans (id),
    occurrence_on date,
    duty text NOT NULL CHECK (duty IN ('information', 'opinions', 'hazards', 'publicity', 'errands')),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    about text NOT NULL CHECK (length(about) BETWEEN 1 AND 2000),
    checklist_id uuid REFERENCES grid_checklists (id),
    state text NOT NULL DEFAULT 'planned' CHECK (state IN ('planned', 'started', 'done', 'reviewed', 'cancelled')),
    due_at timestamptz,
    overdue_at timestamptz,
    reinspects_case_id uuid,
    result text CHECK (length(result) BETWEEN 1 AND 2000),
    quantity integer CHECK (quantity >= 0),
    answers jsonb,
    reason text CHECK (length(reason) BETWEEN 1 AND 500),
    created_by uuid REFERENCES persons (id),
    done_by uuid REFERENCES persons (id),
    reviewed_by uuid REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    started_at timestamptz,
    done_at timestamptz,
    reviewed_at timestamptz,
    UNIQUE (plan_id, occurrence_on),
    CHECK (done_by <> reviewed_by),
    CHECK (due_at IS NOT NULL OR reinspects_case_id IS NOT NULL),
    CHECK ((plan_id IS NULL) = (occurrence_on IS NULL))
);
CREATE INDEX grid_tasks_unit ON grid_tasks (grid_unit_id, id);
CREATE INDEX grid_tasks_open ON grid_tasks (due_at) WHERE state IN ('planned', 'started');
CREATE INDEX grid_tasks_reinspection ON grid_tasks (reinspects_case_id) WHERE reinspects_case_id IS NOT NULL;
COMMENT ON TABLE grid_tasks IS 'Tasks of grid workers: planned → started → done → reviewed, or cancelled. Owner: governance/grid_tasks';
COMMENT ON COLUMN grid_tasks.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.grid_unit_id IS 'Where it is done [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.plan_id IS 'The plan that made it [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.occurrence_on IS 'Which occurrence of the plan [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.duty IS 'Which duty [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.title IS 'Title [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.about IS 'What is to be done [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.checklist_id IS 'The version that this task keeps [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.state IS 'State [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.due_at IS 'Deadline; none yet while a re-inspection waits for its answer [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.overdue_at IS 'When it was marked overdue [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.reinspects_case_id IS 'The request whose repair is looked at again [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.result IS 'What came of it [class: internal] [retention: three years after the end]';
COMMENT ON COLUMN grid_tasks.quantity IS 'Households visited, opinions gathered, errands run [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.answers IS 'Answers to the checklist by item code [class: internal] [retention: three years after the end]';
COMMENT ON COLUMN grid_tasks.reason IS 'Why it was cancelled or given back [class: internal] [retention: three years after the end]';
COMMENT ON COLUMN grid_tasks.created_by IS 'Who planned it; null: a plan did [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.done_by IS 'Who finished it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.reviewed_by IS 'Who reviewed it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.created_at IS 'When it was planned [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.started_at IS 'When work began [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.done_at IS 'When it was finished [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_tasks.reviewed_at IS 'When it was reviewed [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON grid_tasks TO palm_app;

CREATE TABLE grid_task_workers (
    task_id uuid NOT NULL REFERENCES grid_tasks (id),
    person_id uuid NOT NULL REFERENCES persons (id),
    asked_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (task_id, person_id)
);
CREATE INDEX grid_task_workers_person ON grid_task_workers (person_id, asked_at);
COMMENT ON TABLE grid_task_workers IS 'Who is asked to do a task: the count of asks of the burden meter. Owner: governance/grid_tasks';
COMMENT ON COLUMN grid_task_workers.task_id IS 'Task [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_workers.person_id IS 'Worker [class: pseudonymous] [retention: for ever; open ones end with the account]';
COMMENT ON COLUMN grid_task_workers.asked_at IS 'When it was asked [class: none] [retention: for ever]';
GRANT SELECT, INSERT, DELETE ON grid_task_workers TO palm_app;

CREATE TABLE grid_task_stops (
    id uuid PRIMARY KEY,
    task_id uuid NOT NULL REFERENCES grid_tasks (id),
    position integer NOT NULL CHECK (position > 0),
    kind text NOT NULL CHECK (kind IN ('entrance', 'facility', 'place')),
    grid_unit_id uuid REFERENCES grid_units (id),
    facility_id uuid,
    label text NOT NULL CHECK (length(label) BETWEEN 1 AND 100),
    result text CHECK (result IN ('fine', 'problem', 'not_reached')),
    note text CHECK (length(note) BETWEEN 1 AND 500),
    ticked_by uuid REFERENCES persons (id),
    ticked_at timestamptz,
    hazard_case_id uuid,
    UNIQUE (task_id, position),
    CHECK ((result IS NULL) = (ticked_at IS NULL)),
    CHECK ((kind = 'entrance') = (grid_unit_id IS NOT NULL)),
    CHECK ((kind = 'facility') = (facility_id IS NOT NULL))
);
COMMENT ON TABLE grid_task_stops IS 'Stops of a task''s route, each ticked with a result. Owner: governance/grid_tasks';
COMMENT ON COLUMN grid_task_stops.id IS 'UUIDv7; photos hang on it [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_stops.task_id IS 'Task [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_stops.position IS 'Order of the route from 1 [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_stops.kind IS 'What is visited [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_stops.grid_unit_id IS 'The entrance [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_stops.facility_id IS 'The facility [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_stops.label IS 'What it is called [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_stops.result IS 'What was found [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_stops.note IS 'What the worker wrote [class: internal] [retention: three years after the end]';
COMMENT ON COLUMN grid_task_stops.ticked_by IS 'Who was there [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN grid_task_stops.ticked_at IS 'When [class: none] [retention: for ever]';
COMMENT ON COLUMN grid_task_stops.hazard_case_id IS 'The request that came of a hazard found here [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON grid_task_stops TO palm_app;
