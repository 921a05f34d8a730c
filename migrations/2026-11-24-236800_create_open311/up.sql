-- Other systems file and follow requests by Open311: who may (clients with keys), what each of them filed, what each told us since.

CREATE TABLE open311_clients (
    id uuid PRIMARY KEY,
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 80),
    key_hash bytea NOT NULL UNIQUE,
    grid_unit_id uuid REFERENCES grid_units (id),
    organization_id uuid REFERENCES organizations (id),
    per_minute integer NOT NULL CHECK (per_minute BETWEEN 1 AND 6000),
    demo boolean NOT NULL DEFAULT false,
    created_by uuid REFERENCES persons (id),
    created_at timestamptz NOT NULL DEFAULT palm_now(),
    revoked_at timestamptz,
    revoked_by uuid REFERENCES persons (id),
    CHECK (demo = (grid_unit_id IS NULL)),
    CHECK (demo = (created_by IS NULL)),
    CHECK ((revoked_at IS NULL) = (revoked_by IS NULL))
);
CREATE INDEX open311_clients_unit ON open311_clients (grid_unit_id, id);
COMMENT ON TABLE open311_clients IS 'Systems that may file and update by Open311, each with a key that was shown once. Owner: governance/open311';
COMMENT ON COLUMN open311_clients.id IS 'UUIDv7 [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_clients.name IS 'What it is called [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_clients.key_hash IS 'SHA-256 of its key [class: secret] [retention: for ever]';
COMMENT ON COLUMN open311_clients.grid_unit_id IS 'Street or community it serves; none for the key that only demos know [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_clients.organization_id IS 'The organization behind it [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_clients.per_minute IS 'Calls a minute it may make [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_clients.demo IS 'The key that only demo and test installations know [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_clients.created_by IS 'Who entered it [class: pseudonymous] [retention: for ever]';
COMMENT ON COLUMN open311_clients.created_at IS 'When [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_clients.revoked_at IS 'Since when its key is worthless [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_clients.revoked_by IS 'Who revoked it [class: pseudonymous] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE ON open311_clients TO palm_app;

CREATE TABLE open311_reports (
    id uuid PRIMARY KEY,
    client_id uuid NOT NULL REFERENCES open311_clients (id),
    community_id uuid NOT NULL REFERENCES grid_units (id),
    service_code text NOT NULL CHECK (length(service_code) BETWEEN 1 AND 40),
    token uuid NOT NULL UNIQUE,
    contact_sealed bytea,
    media_url text CHECK (length(media_url) BETWEEN 1 AND 500),
    created_at timestamptz NOT NULL DEFAULT palm_now()
);
CREATE INDEX open311_reports_client ON open311_reports (client_id, id);
CREATE INDEX open311_reports_contact ON open311_reports (created_at) WHERE contact_sealed IS NOT NULL;
COMMENT ON TABLE open311_reports IS 'Requests that came by Open311. Owner: governance/open311';
COMMENT ON COLUMN open311_reports.id IS 'The request [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_reports.client_id IS 'Who sent it [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_reports.community_id IS 'Its community [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_reports.service_code IS 'Service as sent [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_reports.token IS 'Random; stands for the request until its text is checked [class: internal] [retention: for ever]';
COMMENT ON COLUMN open311_reports.contact_sealed IS 'Name, phone, mail and device as sent, sealed; never shown by Open311 [class: personal] [retention: 180 days]';
COMMENT ON COLUMN open311_reports.media_url IS 'Where the client says a picture is; never fetched, never shown in public [class: personal] [retention: 180 days]';
COMMENT ON COLUMN open311_reports.created_at IS 'When it came [class: none] [retention: for ever]';
GRANT SELECT, INSERT, UPDATE (contact_sealed, media_url) ON open311_reports TO palm_app;

CREATE TABLE open311_updates (
    client_id uuid NOT NULL REFERENCES open311_clients (id),
    update_id text NOT NULL CHECK (length(update_id) BETWEEN 1 AND 100),
    report_id uuid NOT NULL,
    status text NOT NULL CHECK (length(status) BETWEEN 1 AND 40),
    updated_at timestamptz NOT NULL,
    received_at timestamptz NOT NULL DEFAULT palm_now(),
    PRIMARY KEY (client_id, update_id)
);
CREATE INDEX open311_updates_report ON open311_updates (report_id, received_at);
COMMENT ON TABLE open311_updates IS 'What clients told us of a request since; an id of theirs counts once. The text stands in the request''s timeline. Owner: governance/open311';
COMMENT ON COLUMN open311_updates.client_id IS 'Who [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_updates.update_id IS 'Their id of it [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_updates.report_id IS 'The request [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_updates.status IS 'Their word [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_updates.updated_at IS 'When it happened there [class: none] [retention: for ever]';
COMMENT ON COLUMN open311_updates.received_at IS 'When it came [class: none] [retention: for ever]';
GRANT SELECT, INSERT ON open311_updates TO palm_app;
