-- Lists of a million requests, whatever they are narrowed to: rare values have their own index, so that a walk from the newest doesn't pass
-- by everything else. And the words of a request know its community, the units that have or had it, and whether it speaks of danger, so
-- that what is rare in a scope is looked up at once, however frequent it is elsewhere.

CREATE INDEX requests_source ON requests (community_id, source, id);
CREATE INDEX requests_state ON requests (community_id, state, id) WHERE state <> 'closed';
CREATE INDEX requests_desk ON requests (community_id, desk, id) WHERE desk <> 'unit';
CREATE INDEX requests_outcome ON requests (community_id, outcome, id) WHERE outcome IS NOT NULL AND outcome <> 'solved';
CREATE INDEX requests_organization_state ON requests (organization_id, state, id) WHERE organization_id IS NOT NULL AND state <> 'closed';
CREATE INDEX requests_organization_category ON requests (organization_id, category, id) WHERE organization_id IS NOT NULL;
CREATE INDEX requests_organization_filed ON requests (organization_id, filed_on, id) WHERE organization_id IS NOT NULL;
CREATE INDEX requests_organization_overdue ON requests (organization_id, due_at)
    WHERE organization_id IS NOT NULL AND state NOT IN ('answered', 'closed', 'cancelled');
CREATE INDEX request_assignments_co ON request_assignments (organization_id, request_id) WHERE part = 'co' AND ended_at IS NULL;

UPDATE request_search s SET tok = s.tok || array_to_tsvector(ARRAY['#' || right(s.community_id::text, 12)]
    || coalesce((SELECT array_agg(DISTINCT '#' || right(a.organization_id::text, 12)) FROM request_assignments a WHERE a.request_id = s.request_id), '{}')
    || CASE WHEN EXISTS (SELECT FROM request_details d WHERE d.request_id = s.request_id AND d.danger IS NOT NULL) THEN ARRAY['#danger'] ELSE '{}' END);
COMMENT ON COLUMN request_search.tok IS 'Bigrams of the text, the last character of each run, and marks that begin with #: community, units, danger [class: personal] [retention: as the text, until it is erased]';
