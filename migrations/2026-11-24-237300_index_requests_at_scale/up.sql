-- What a million requests need besides: whoever leads or wrote down a request finds theirs, a range of days begins where it begins, the
-- map reads its rectangle only, texts that speak of danger are few, and Open311 reads events by time. Requests and clocks are written
-- again several times in their life: room on their pages lets a new version stay beside the old one.

CREATE INDEX requests_lead ON requests (lead_id, id) WHERE lead_id IS NOT NULL;
CREATE INDEX requests_entered ON requests (entered_by, id) WHERE entered_by IS NOT NULL;
CREATE INDEX requests_filed ON requests (community_id, filed_on, id);
CREATE INDEX requests_published_place ON requests (community_id, lat, lon, created_at) WHERE publication = 'published';
CREATE INDEX request_details_danger ON request_details (request_id) WHERE danger IS NOT NULL;
CREATE INDEX request_events_at ON request_events (at, request_id, sequence);
ALTER TABLE requests SET (fillfactor = 85);
ALTER TABLE request_clocks SET (fillfactor = 85);
