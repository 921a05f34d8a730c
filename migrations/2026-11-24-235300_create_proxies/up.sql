-- Family proxy (亲情代理): a relative acts for somebody who can't use a phone well, with that person's consent, and says so each time.

CREATE TABLE proxies (
    id uuid PRIMARY KEY,
    person_id uuid NOT NULL REFERENCES persons (id),
    proxy_id uuid NOT NULL REFERENCES persons (id),
    relation text NOT NULL CHECK (relation IN ('child', 'spouse', 'grandchild', 'sibling', 'parent', 'other_relative')),
    state text NOT NULL DEFAULT 'asked' CHECK (state IN ('asked', 'confirmed', 'refused', 'ended')),
    asked_at timestamptz NOT NULL DEFAULT palm_now(),
    decided_by uuid REFERENCES persons (id),
    decided_at timestamptz,
    consent_version text CHECK (length(consent_version) BETWEEN 1 AND 40),
    consent_text text CHECK (length(consent_text) BETWEEN 1 AND 500),
    ended_by uuid REFERENCES persons (id),
    ended_at timestamptz,
    CHECK (person_id <> proxy_id),
    CHECK (decided_by IS NULL OR decided_by <> proxy_id),
    CHECK ((decided_by IS NULL) = (decided_at IS NULL)),
    CHECK (state NOT IN ('confirmed', 'refused') OR decided_at IS NOT NULL),
    CHECK ((consent_version IS NULL) = (consent_text IS NULL)),
    CHECK ((state = 'ended') = (ended_at IS NOT NULL))
);
CREATE UNIQUE INDEX proxies_one_open ON proxies (person_id, proxy_id) WHERE state IN ('asked', 'confirmed');
CREATE INDEX proxies_person ON proxies (person_id, id);
CREATE INDEX proxies_proxy ON proxies (proxy_id, id);
CREATE INDEX proxies_waiting ON proxies (state, id);
COMMENT ON TABLE proxies IS 'Who may act for whom: asked → confirmed or refused, then ended. Owner: people/identity';
COMMENT ON COLUMN proxies.id IS 'Id [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN proxies.person_id IS 'Who is acted for [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN proxies.proxy_id IS 'The relative who acts [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN proxies.relation IS 'What the relative is to the person [class: personal] [retention: 3 years after the end]';
COMMENT ON COLUMN proxies.state IS 'asked, confirmed, refused, ended [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN proxies.asked_at IS 'When the relative asked [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN proxies.decided_by IS 'The person, or the worker of a managed account [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN proxies.decided_at IS 'When it was confirmed or refused [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN proxies.consent_version IS 'Version of the text that a worker read to the person [class: internal] [retention: 3 years after the end]';
COMMENT ON COLUMN proxies.consent_text IS 'How the person agreed, in the worker''s words [class: personal] [retention: until one of the two closes the account]';
COMMENT ON COLUMN proxies.ended_by IS 'Who ended it: one of the two, or the worker [class: pseudonymous] [retention: 3 years after the end]';
COMMENT ON COLUMN proxies.ended_at IS 'When it ended [class: internal] [retention: 3 years after the end]';
GRANT SELECT, INSERT, UPDATE ON proxies TO palm_app;
