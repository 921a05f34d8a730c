-- Requests (民生诉求): what somebody asks of the community, who has to answer it, every step on the way, the answer and its rating.
-- The hot row holds what lists, scopes and clocks ask for; what was said stands beside it.

CREATE SEQUENCE request_numbers;
GRANT USAGE ON SEQUENCE request_numbers TO palm_app;

CREATE TABLE request_days (
    day date PRIMARY KEY,
    base bigint NOT NULL
);
COMMENT ON TABLE request_days IS 'Where the numbers of a day begin; a number is the sequence less the base, so that filings wait for nobody. Owner: governance/requests';
COMMENT ON COLUMN request_days.day IS 'Day in Asia/Shanghai [class: none] [retention: for ever]';
COMMENT ON COLUMN request_days.base IS 'The sequence at the first request of the day [class: internal] [retention: for ever]';
GRANT SELECT, INSERT ON request_days TO palm_app;

CREATE TABLE requests (
    id uuid PRIMARY KEY,
    number text NOT NULL CHECK (number ~ '^SQ-[0-9]{4}-[0-9]{4,}$'),
    filed_on date NOT NULL,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    grid_unit_id uuid NOT NULL REFERENCES grid_units (id),
    source text NOT NULL CHECK (source IN ('resident', 'courier', 'worker_walk_in', 'worker_phone', 'wechat_group', 'proxy', 'facility', 'open311', 'chat', 'lead', 'bulk_import')),
    category text CHECK (length(category) BETWEEN 1 AND 40),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    lat double precision CHECK (lat BETWEEN -90 AND 90),
    lon double precision CHECK (lon BETWEEN -180 AND 180),
    public boolean NOT NULL,
    publication text NOT NULL CHECK (publication IN ('private', 'pending', 'published', 'refused')),
    reporter_id uuid REFERENCES persons (id),
    proxy_id uuid REFERENCES persons (id),
    entered_by uuid REFERENCES persons (id),
    state text NOT NULL CHECK (state IN ('submitted', 'accepted', 'dispatched', 'in_progress', 'answered', 'closed', 'returned', 'waiting_for_resident', 'cancelled')),
    desk text NOT NULL CHECK (desk IN ('community', 'unit', 'street')),
    organization_id uuid REFERENCES organizations (id),
    lead_id uuid REFERENCES persons (id),
    outcome text CHECK (outcome IN ('solved', 'partly_solved', 'cannot_be_solved', 'not_a_duty', 'merged', 'withdrawn')),
    returns smallint NOT NULL DEFAULT 0 CHECK (returns BETWEEN 0 AND 2),
    redone boolean NOT NULL DEFAULT false,
    reopened boolean NOT NULL DEFAULT false,
    extended boolean NOT NULL DEFAULT false,
    merged_into uuid REFERENCES requests (id),
    event_last integer NOT NULL CHECK (event_last > 0),
    due_at timestamptz,
    resolve_by timestamptz,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    closed_at timestamptz,
    CHECK ((lat IS NULL) = (lon IS NULL)),
    CHECK (public OR publication = 'private'),
    CHECK ((desk = 'unit') = (organization_id IS NOT NULL)),
    CHECK ((state IN ('closed', 'cancelled')) = (closed_at IS NOT NULL)),
    CHECK (state NOT IN ('answered', 'closed', 'cancelled') OR outcome IS NOT NULL),
    CHECK ((merged_into IS NOT NULL) = (coalesce(outcome, '') = 'merged'))
);
CREATE UNIQUE INDEX requests_number ON requests (number, filed_on);
CREATE INDEX requests_unit ON requests (grid_unit_id, id);
CREATE INDEX requests_community ON requests (community_id, id);
CREATE INDEX requests_due ON requests (due_at, id) WHERE state NOT IN ('answered', 'closed', 'cancelled');
CREATE INDEX requests_open ON requests (community_id, desk, due_at) WHERE state NOT IN ('answered', 'closed', 'cancelled');
CREATE INDEX requests_answered ON requests (id) WHERE state = 'answered';
CREATE INDEX requests_organization ON requests (organization_id, id) WHERE organization_id IS NOT NULL;
CREATE INDEX requests_reporter ON requests (reporter_id, id) WHERE reporter_id IS NOT NULL;
CREATE INDEX requests_proxy ON requests (proxy_id, id) WHERE proxy_id IS NOT NULL;
CREATE INDEX requests_category ON requests (community_id, category, id);
CREATE INDEX requests_merged ON requests (merged_into) WHERE merged_into IS NOT NULL;
COMMENT ON TABLE requests IS 'Requests: submitted → accepted → dispatched → in_progress → answered → closed; side states returned, waiting_for_resident, cancelled. Owner: governance/requests';
COMMENT ON COLUMN requests.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.number IS 'Number to say on the phone, SQ-month and day-number of that day [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.filed_on IS 'Day in Asia/Shanghai; with the number unique [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.grid_unit_id IS 'Where it lies [class: internal] [retention: for ever]';
COMMENT ON COLUMN requests.source IS 'How it came in [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.category IS 'Code of the duty list [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.title IS 'Title of the category, else the beginning of the text [class: personal] [retention: text of a private request until its reporter is erased, else for ever]';
COMMENT ON COLUMN requests.lat IS 'WGS-84 degrees north [class: internal] [retention: private ones until the reporter is erased, else for ever]';
COMMENT ON COLUMN requests.lon IS 'WGS-84 degrees east [class: internal] [retention: private ones until the reporter is erased, else for ever]';
COMMENT ON COLUMN requests.public IS 'May neighbours see it? [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.publication IS 'private, or what the check of its text has said [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.reporter_id IS 'Whose matter it is [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN requests.proxy_id IS 'Who acts for the reporter [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN requests.entered_by IS 'Staff who wrote it down [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN requests.state IS 'State of the last event [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.desk IS 'Who has to move: community, unit, street [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.organization_id IS 'The unit that leads [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.lead_id IS 'Who accepted first and leads [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN requests.outcome IS 'What came of it [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.returns IS 'How often units gave it back; the second goes to the street [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.redone IS 'Done again after a bad rating [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.reopened IS 'Opened again by the reporter [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.extended IS 'Has its deadline been moved? [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.merged_into IS 'The request it was joined to [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.event_last IS 'Sequence of its last event [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.due_at IS 'The next deadline of whoever has to move; none while a clock stands still [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.resolve_by IS 'The published deadline of the answer [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.created_at IS 'When it was filed [class: none] [retention: for ever]';
COMMENT ON COLUMN requests.closed_at IS 'When it was closed or cancelled [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON requests TO palm_app;

CREATE TABLE request_details (
    request_id uuid PRIMARY KEY REFERENCES requests (id),
    duty_item_id uuid,
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 4000),
    place_text text CHECK (length(place_text) BETWEEN 1 AND 200),
    answers jsonb NOT NULL DEFAULT '[]',
    wants_contact boolean NOT NULL,
    contact_sealed bytea,
    danger text,
    external_client text CHECK (length(external_client) BETWEEN 1 AND 80),
    external_id text CHECK (length(external_id) BETWEEN 1 AND 200),
    about_noun text CHECK (length(about_noun) BETWEEN 1 AND 40),
    about_id uuid,
    CHECK ((external_client IS NULL) = (external_id IS NULL)),
    CHECK ((about_noun IS NULL) = (about_id IS NULL))
);
CREATE UNIQUE INDEX request_details_external ON request_details (external_client, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX request_details_about ON request_details (about_noun, about_id) WHERE about_id IS NOT NULL;
COMMENT ON TABLE request_details IS 'What was said at filing. Owner: governance/requests';
COMMENT ON COLUMN request_details.request_id IS 'The request [class: none] [retention: for ever]';
COMMENT ON COLUMN request_details.duty_item_id IS 'Version of the duty item in force at filing [class: none] [retention: for ever]';
COMMENT ON COLUMN request_details.text IS 'What the matter is [class: personal] [retention: private ones until the reporter is erased, else for ever]';
COMMENT ON COLUMN request_details.place_text IS 'The place in words [class: personal] [retention: private ones until the reporter is erased, else for ever]';
COMMENT ON COLUMN request_details.answers IS 'Answers to the category''s questions: list of code and value [class: personal] [retention: until the reporter is erased]';
COMMENT ON COLUMN request_details.wants_contact IS 'Does the reporter wish to be called? [class: internal] [retention: for ever]';
COMMENT ON COLUMN request_details.contact_sealed IS 'Phone of a caller who has no account, sealed [class: personal] [retention: 180 days after closing]';
COMMENT ON COLUMN request_details.danger IS 'Which words of danger the text holds [class: none] [retention: for ever]';
COMMENT ON COLUMN request_details.external_client IS 'The other system it came from [class: none] [retention: for ever]';
COMMENT ON COLUMN request_details.external_id IS 'Its id there [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_details.about_noun IS 'Which kind of thing of ours it is about [class: none] [retention: for ever]';
COMMENT ON COLUMN request_details.about_id IS 'That thing [class: pseudonymous] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON request_details TO palm_app;

CREATE TABLE request_events (
    request_id uuid NOT NULL REFERENCES requests (id),
    sequence integer NOT NULL CHECK (sequence > 0),
    kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
    state text NOT NULL,
    role text NOT NULL CHECK (role IN ('reporter', 'proxy', 'worker', 'staff', 'unit', 'street', 'system', 'outside')),
    person_id uuid REFERENCES persons (id),
    organization_id uuid REFERENCES organizations (id),
    public_text text CHECK (length(public_text) BETWEEN 1 AND 4000),
    internal_note text CHECK (length(internal_note) BETWEEN 1 AND 4000),
    external_by text CHECK (length(external_by) BETWEEN 1 AND 80),
    external_id text CHECK (length(external_id) BETWEEN 1 AND 200),
    at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (request_id, sequence),
    CHECK ((external_by IS NULL) = (external_id IS NULL))
);
CREATE UNIQUE INDEX request_events_external ON request_events (request_id, external_by, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX request_events_person ON request_events (person_id) WHERE person_id IS NOT NULL;
COMMENT ON TABLE request_events IS 'The timeline of a request, numbered without gaps under its row. Owner: governance/requests';
COMMENT ON COLUMN request_events.request_id IS 'The request [class: none] [retention: for ever]';
COMMENT ON COLUMN request_events.sequence IS '1, 2, 3 … [class: none] [retention: for ever]';
COMMENT ON COLUMN request_events.kind IS 'What happened [class: none] [retention: for ever]';
COMMENT ON COLUMN request_events.state IS 'State after it [class: none] [retention: for ever]';
COMMENT ON COLUMN request_events.role IS 'As what somebody acted [class: none] [retention: for ever]';
COMMENT ON COLUMN request_events.person_id IS 'Who [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_events.organization_id IS 'For which unit, or to which [class: none] [retention: for ever]';
COMMENT ON COLUMN request_events.public_text IS 'What the reporter reads [class: personal] [retention: what the reporter of a private request wrote until they are erased, else for ever]';
COMMENT ON COLUMN request_events.internal_note IS 'For handlers only [class: internal] [retention: for ever]';
COMMENT ON COLUMN request_events.external_by IS 'The other system that said it [class: none] [retention: for ever]';
COMMENT ON COLUMN request_events.external_id IS 'Its id there; the same twice is one [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_events.at IS 'When [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE (public_text) ON request_events TO palm_app;

CREATE TABLE request_assignments (
    id uuid PRIMARY KEY,
    request_id uuid NOT NULL REFERENCES requests (id),
    organization_id uuid NOT NULL REFERENCES organizations (id),
    part text NOT NULL CHECK (part IN ('lead', 'co')),
    reason text NOT NULL CHECK (reason IN ('duty_list', 'named_by_unit', 'community', 'arbitration', 'first_to_accept')),
    from_sequence integer NOT NULL,
    ended_sequence integer,
    return_reason text CHECK (return_reason IN ('not_our_area', 'not_our_duty', 'other_unit', 'needs_more')),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    ended_at timestamptz,
    CHECK ((ended_at IS NULL) = (ended_sequence IS NULL))
);
CREATE UNIQUE INDEX request_assignments_lead ON request_assignments (request_id) WHERE part = 'lead' AND ended_at IS NULL;
CREATE UNIQUE INDEX request_assignments_one ON request_assignments (request_id, organization_id) WHERE ended_at IS NULL;
CREATE INDEX request_assignments_organization ON request_assignments (organization_id, request_id) WHERE ended_at IS NULL;
CREATE INDEX request_assignments_request ON request_assignments (request_id, id);
COMMENT ON TABLE request_assignments IS 'Which unit had a request when: one leads, others help. Owner: governance/requests';
COMMENT ON COLUMN request_assignments.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN request_assignments.request_id IS 'The request [class: none] [retention: for ever]';
COMMENT ON COLUMN request_assignments.organization_id IS 'The unit [class: none] [retention: for ever]';
COMMENT ON COLUMN request_assignments.part IS 'lead or co [class: none] [retention: for ever]';
COMMENT ON COLUMN request_assignments.reason IS 'Why this unit [class: none] [retention: for ever]';
COMMENT ON COLUMN request_assignments.from_sequence IS 'Event that gave it [class: none] [retention: for ever]';
COMMENT ON COLUMN request_assignments.ended_sequence IS 'Event that took it [class: none] [retention: for ever]';
COMMENT ON COLUMN request_assignments.return_reason IS 'Why the unit gave it back [class: none] [retention: for ever]';
COMMENT ON COLUMN request_assignments.created_at IS 'Since when [class: none] [retention: for ever]';
COMMENT ON COLUMN request_assignments.ended_at IS 'Until when [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON request_assignments TO palm_app;

CREATE TABLE request_answers (
    request_id uuid NOT NULL REFERENCES requests (id),
    round smallint NOT NULL CHECK (round BETWEEN 1 AND 9),
    sequence integer NOT NULL,
    outcome text NOT NULL CHECK (outcome IN ('solved', 'partly_solved', 'cannot_be_solved', 'not_a_duty')),
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    reason text CHECK (length(reason) BETWEEN 1 AND 500),
    legal_basis text CHECK (length(legal_basis) BETWEEN 1 AND 500),
    instead text CHECK (length(instead) BETWEEN 1 AND 200),
    organization_id uuid REFERENCES organizations (id),
    answered_by uuid REFERENCES persons (id),
    at timestamptz NOT NULL DEFAULT palm_now(),
    resolved boolean,
    speed smallint CHECK (speed BETWEEN 1 AND 5),
    effect smallint CHECK (effect BETWEEN 1 AND 5),
    attitude smallint CHECK (attitude BETWEEN 1 AND 5),
    feedback smallint CHECK (feedback BETWEEN 1 AND 5),
    comment text CHECK (length(comment) BETWEEN 1 AND 500),
    rated_at timestamptz,
    PRIMARY KEY (request_id, round),
    CHECK (outcome <> 'cannot_be_solved' OR (reason IS NOT NULL AND legal_basis IS NOT NULL)),
    CHECK (outcome <> 'not_a_duty' OR instead IS NOT NULL),
    CHECK (num_nulls(resolved, speed, effect, attitude, feedback, rated_at) IN (0, 6))
);
CREATE INDEX request_answers_organization ON request_answers (organization_id, at) WHERE organization_id IS NOT NULL;
COMMENT ON TABLE request_answers IS 'Answers to requests, one a round, each with its rating. Owner: governance/requests';
COMMENT ON COLUMN request_answers.request_id IS 'The request [class: none] [retention: for ever]';
COMMENT ON COLUMN request_answers.round IS '1, then one more after each redo or reopening [class: none] [retention: for ever]';
COMMENT ON COLUMN request_answers.sequence IS 'The event [class: none] [retention: for ever]';
COMMENT ON COLUMN request_answers.outcome IS 'What came of it, honestly [class: none] [retention: for ever]';
COMMENT ON COLUMN request_answers.text IS 'What the reporter reads [class: internal] [retention: for ever]';
COMMENT ON COLUMN request_answers.reason IS 'Why it can not be solved [class: internal] [retention: for ever]';
COMMENT ON COLUMN request_answers.legal_basis IS 'On which rule that rests [class: none] [retention: for ever]';
COMMENT ON COLUMN request_answers.instead IS 'Who can be asked instead [class: none] [retention: for ever]';
COMMENT ON COLUMN request_answers.organization_id IS 'The unit that answered; none: the community or street [class: none] [retention: for ever]';
COMMENT ON COLUMN request_answers.answered_by IS 'Who wrote it; none: another system [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_answers.at IS 'When [class: none] [retention: for ever]';
COMMENT ON COLUMN request_answers.resolved IS 'Rating: is it resolved? [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_answers.speed IS 'Rating 1 to 5 [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_answers.effect IS 'Rating 1 to 5 [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_answers.attitude IS 'Rating 1 to 5 [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_answers.feedback IS 'Rating 1 to 5 [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_answers.comment IS 'What the rater added [class: personal] [retention: until the rater is erased]';
COMMENT ON COLUMN request_answers.rated_at IS 'When it was rated [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON request_answers TO palm_app;

CREATE TABLE request_confirmations (
    request_id uuid PRIMARY KEY REFERENCES requests (id),
    confirmed_by uuid NOT NULL REFERENCES persons (id),
    sequence integer NOT NULL,
    points_event uuid,
    at timestamptz NOT NULL DEFAULT palm_now()
);
COMMENT ON TABLE request_confirmations IS 'Reports that staff have found to be true; points follow by rule. Owner: governance/requests';
COMMENT ON COLUMN request_confirmations.request_id IS 'The request [class: none] [retention: for ever]';
COMMENT ON COLUMN request_confirmations.confirmed_by IS 'Who confirmed it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_confirmations.sequence IS 'The event [class: none] [retention: for ever]';
COMMENT ON COLUMN request_confirmations.points_event IS 'The event handed to points; none while the reporter can not earn [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN request_confirmations.at IS 'When [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON request_confirmations TO palm_app;

CREATE TABLE reply_templates (
    id uuid PRIMARY KEY,
    community_id uuid NOT NULL REFERENCES grid_units (id),
    code text NOT NULL CHECK (length(code) BETWEEN 1 AND 40),
    title text NOT NULL CHECK (length(title) BETWEEN 1 AND 60),
    outcome text NOT NULL CHECK (outcome IN ('solved', 'partly_solved', 'cannot_be_solved', 'not_a_duty')),
    category text CHECK (length(category) BETWEEN 1 AND 40),
    text text NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    legal_basis text CHECK (length(legal_basis) BETWEEN 1 AND 500),
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    retired_at timestamptz,
    updated_at timestamptz NOT NULL DEFAULT palm_now(),
    UNIQUE (community_id, code)
);
COMMENT ON TABLE reply_templates IS 'Texts that a community keeps for its answers. Owner: governance/requests';
COMMENT ON COLUMN reply_templates.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN reply_templates.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN reply_templates.code IS 'Code, unique in the community [class: none] [retention: for ever]';
COMMENT ON COLUMN reply_templates.title IS 'Title [class: none] [retention: for ever]';
COMMENT ON COLUMN reply_templates.outcome IS 'For which outcome [class: none] [retention: for ever]';
COMMENT ON COLUMN reply_templates.category IS 'For which category; none: any [class: none] [retention: for ever]';
COMMENT ON COLUMN reply_templates.text IS 'The text, with {number} and {place} [class: none] [retention: for ever]';
COMMENT ON COLUMN reply_templates.legal_basis IS 'The rule it rests on [class: none] [retention: for ever]';
COMMENT ON COLUMN reply_templates.version IS 'Raised by every edit, for If-Match [class: none] [retention: for ever]';
COMMENT ON COLUMN reply_templates.retired_at IS 'Since when it is not offered any more [class: none] [retention: for ever]';
COMMENT ON COLUMN reply_templates.updated_at IS 'Last edit [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON reply_templates TO palm_app;
