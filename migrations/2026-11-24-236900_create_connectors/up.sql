-- Systems of responsible units: what is sent to them (signed webhooks, in the order of a request's events), what they answer.

CREATE TABLE connectors (
    id uuid PRIMARY KEY,
    organization_id uuid NOT NULL REFERENCES organizations (id),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    url text NOT NULL CHECK (length(url) BETWEEN 8 AND 500),
    events text[] NOT NULL DEFAULT '{}',
    status_words jsonb NOT NULL DEFAULT '[]',
    secret_sealed bytea NOT NULL,
    previous_sealed bytea,
    previous_until timestamptz,
    state text NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'closed')),
    pause_reason text CHECK (pause_reason IN ('by_hand', 'failing')),
    failing_since timestamptz,
    version integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_by uuid NOT NULL REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    CHECK ((previous_sealed IS NULL) = (previous_until IS NULL)),
    CHECK ((state = 'paused') = (pause_reason IS NOT NULL))
);
CREATE INDEX connectors_organization ON connectors (organization_id, id);
CREATE INDEX connectors_failing ON connectors (failing_since) WHERE state = 'active' AND failing_since IS NOT NULL;
COMMENT ON TABLE connectors IS 'Systems of responsible units that are told of requests: active ⇄ paused → closed. Owner: governance/connectors';
COMMENT ON COLUMN connectors.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN connectors.organization_id IS 'The unit [class: none] [retention: for ever]';
COMMENT ON COLUMN connectors.name IS 'What the system is called [class: none] [retention: for ever]';
COMMENT ON COLUMN connectors.url IS 'Where it is told [class: internal] [retention: for ever]';
COMMENT ON COLUMN connectors.events IS 'Kinds of events it wants; empty: all [class: none] [retention: for ever]';
COMMENT ON COLUMN connectors.status_words IS 'Its words for a state and what they mean for us [class: none] [retention: for ever]';
COMMENT ON COLUMN connectors.secret_sealed IS 'Secret of the signatures, sealed [class: secret] [retention: until renewed]';
COMMENT ON COLUMN connectors.previous_sealed IS 'The secret before, while both are valid, sealed [class: secret] [retention: one day]';
COMMENT ON COLUMN connectors.previous_until IS 'Until when the secret before is valid [class: none] [retention: for ever]';
COMMENT ON COLUMN connectors.state IS 'active, paused, closed [class: none] [retention: for ever]';
COMMENT ON COLUMN connectors.pause_reason IS 'by_hand, or failing for too long [class: none] [retention: for ever]';
COMMENT ON COLUMN connectors.failing_since IS 'Since when nothing has got through [class: none] [retention: for ever]';
COMMENT ON COLUMN connectors.version IS 'Raised by every edit, for If-Match [class: none] [retention: for ever]';
COMMENT ON COLUMN connectors.created_by IS 'Who entered it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN connectors.created_at IS 'When [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON connectors TO palm_app;

CREATE TABLE connector_cursors (
    request_id uuid PRIMARY KEY,
    sequence integer NOT NULL CHECK (sequence >= 0)
);
COMMENT ON TABLE connector_cursors IS 'Up to which event a request has been handed out: its events go out in their order. Owner: governance/connectors';
COMMENT ON COLUMN connector_cursors.request_id IS 'The request [class: none] [retention: for ever]';
COMMENT ON COLUMN connector_cursors.sequence IS 'The last event handed out [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON connector_cursors TO palm_app;

CREATE TABLE connector_deliveries (
    id uuid PRIMARY KEY,
    connector_id uuid NOT NULL REFERENCES connectors (id),
    request_id uuid NOT NULL,
    sequence integer NOT NULL CHECK (sequence > 0),
    kind text NOT NULL CHECK (length(kind) BETWEEN 1 AND 40),
    body text NOT NULL,
    state text NOT NULL DEFAULT 'pending' CHECK (state IN ('pending', 'sending', 'delivered', 'dead')),
    attempts integer NOT NULL DEFAULT 0,
    next_at timestamptz NOT NULL,
    lease_until timestamptz,
    last_result text CHECK (length(last_result) BETWEEN 1 AND 80),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    ended_at timestamptz,
    UNIQUE (connector_id, request_id, sequence),
    CHECK ((state = 'sending') = (lease_until IS NOT NULL)),
    CHECK ((state IN ('delivered', 'dead')) = (ended_at IS NOT NULL))
);
CREATE INDEX connector_deliveries_list ON connector_deliveries (connector_id, state, id);
CREATE INDEX connector_deliveries_due ON connector_deliveries (next_at) WHERE state IN ('pending', 'sending');
CREATE INDEX connector_deliveries_old ON connector_deliveries (ended_at) WHERE state IN ('delivered', 'dead');
COMMENT ON TABLE connector_deliveries IS 'What is told to which system: pending → sending → delivered, or dead after the last try and replayed by hand. Owner: governance/connectors';
COMMENT ON COLUMN connector_deliveries.id IS 'UUIDv7, sent as webhook-id [class: none] [retention: 90 days after the end]';
COMMENT ON COLUMN connector_deliveries.connector_id IS 'To whom [class: none] [retention: 90 days after the end]';
COMMENT ON COLUMN connector_deliveries.request_id IS 'Of which request [class: none] [retention: 90 days after the end]';
COMMENT ON COLUMN connector_deliveries.sequence IS 'Of which event [class: none] [retention: 90 days after the end]';
COMMENT ON COLUMN connector_deliveries.kind IS 'What happened [class: none] [retention: 90 days after the end]';
COMMENT ON COLUMN connector_deliveries.body IS 'The JSON text that is signed: the same at every try [class: personal] [retention: 90 days after the end]';
COMMENT ON COLUMN connector_deliveries.state IS 'pending, sending, delivered, dead [class: none] [retention: 90 days after the end]';
COMMENT ON COLUMN connector_deliveries.attempts IS 'Tries since it was entered or replayed [class: none] [retention: 90 days after the end]';
COMMENT ON COLUMN connector_deliveries.next_at IS 'Not tried before [class: none] [retention: 90 days after the end]';
COMMENT ON COLUMN connector_deliveries.lease_until IS 'Until when one worker has it [class: none] [retention: 90 days after the end]';
COMMENT ON COLUMN connector_deliveries.last_result IS 'What came of the last try [class: internal] [retention: 90 days after the end]';
COMMENT ON COLUMN connector_deliveries.created_at IS 'When it was entered [class: none] [retention: 90 days after the end]';
COMMENT ON COLUMN connector_deliveries.ended_at IS 'When it got through or was given up [class: none] [retention: 90 days after the end]';
GRANT SELECT, INSERT, UPDATE, DELETE ON connector_deliveries TO palm_app;

CREATE TABLE connector_links (
    connector_id uuid NOT NULL REFERENCES connectors (id),
    external_id text NOT NULL CHECK (length(external_id) BETWEEN 1 AND 100),
    request_id uuid NOT NULL,
    last_at timestamptz,
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (connector_id, external_id),
    UNIQUE (connector_id, request_id)
);
COMMENT ON TABLE connector_links IS 'What a request is called in another system. Owner: governance/connectors';
COMMENT ON COLUMN connector_links.connector_id IS 'The system [class: none] [retention: for ever]';
COMMENT ON COLUMN connector_links.external_id IS 'Its id there [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN connector_links.request_id IS 'The request [class: none] [retention: for ever]';
COMMENT ON COLUMN connector_links.last_at IS 'When the newest thing that it told us happened there: what is older moves nothing [class: none] [retention: for ever]';
COMMENT ON COLUMN connector_links.created_at IS 'Since when [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON connector_links TO palm_app;

CREATE TABLE connector_messages (
    connector_id uuid NOT NULL REFERENCES connectors (id),
    message_id text NOT NULL CHECK (length(message_id) BETWEEN 1 AND 100),
    request_id uuid NOT NULL,
    status text NOT NULL CHECK (length(status) BETWEEN 1 AND 40),
    happened_at timestamptz NOT NULL,
    applied boolean NOT NULL,
    received_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (connector_id, message_id)
);
CREATE INDEX connector_messages_received ON connector_messages (received_at);
COMMENT ON TABLE connector_messages IS 'What other systems told us, once a message; the text stands in the request''s timeline. Owner: governance/connectors';
COMMENT ON COLUMN connector_messages.connector_id IS 'The system [class: none] [retention: 90 days]';
COMMENT ON COLUMN connector_messages.message_id IS 'Its webhook-id [class: none] [retention: 90 days]';
COMMENT ON COLUMN connector_messages.request_id IS 'The request [class: none] [retention: 90 days]';
COMMENT ON COLUMN connector_messages.status IS 'Its word [class: none] [retention: 90 days]';
COMMENT ON COLUMN connector_messages.happened_at IS 'When it happened there [class: none] [retention: 90 days]';
COMMENT ON COLUMN connector_messages.applied IS 'Did it move the request, or was it news only? [class: none] [retention: 90 days]';
COMMENT ON COLUMN connector_messages.received_at IS 'When it came [class: none] [retention: 90 days]';
GRANT SELECT, INSERT, DELETE ON connector_messages TO palm_app;
