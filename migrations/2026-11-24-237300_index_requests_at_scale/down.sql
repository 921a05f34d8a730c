ALTER TABLE request_clocks RESET (fillfactor);
ALTER TABLE requests RESET (fillfactor);
DROP INDEX request_events_at;
DROP INDEX requests_published_place;
