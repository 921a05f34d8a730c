-- What a million requests need besides: the map reads its rectangle only, and Open311 reads events by time. Requests and clocks are
-- written again several times in their life: room on their pages lets a new version stay beside the old one.

CREATE INDEX requests_published_place ON requests (community_id, lat, lon, created_at) WHERE publication = 'published';
CREATE INDEX request_events_at ON request_events (at, request_id, sequence);
ALTER TABLE requests SET (fillfactor = 85);
ALTER TABLE request_clocks SET (fillfactor = 85);
